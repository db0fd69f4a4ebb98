#include "base/magic.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

#define BY_SOX(type) "; to convert it: sox -t " type " IN OUT.wav"
#define UNPACK "; to unpack it: "

static const struct magic kinds[] = {
    {0, "fLaC", MAGIC_RECORDING, "a FLAC file", BY_SOX("flac")},
    {0, "ID3\2", MAGIC_RECORDING, "an MP3 file", BY_SOX("mp3")},
    {0, "ID3\3", MAGIC_RECORDING, "an MP3 file", BY_SOX("mp3")},
    {0, "ID3\4", MAGIC_RECORDING, "an MP3 file", BY_SOX("mp3")},
    {0, "\xff\xfb", MAGIC_RECORDING, "an MP3 file", BY_SOX("mp3")},
    {0, "\xff\xfa", MAGIC_RECORDING, "an MP3 file", BY_SOX("mp3")},
    {0, "\xff\xf3", MAGIC_RECORDING, "an MP3 file", BY_SOX("mp3")},
    {0, "\xff\xf2", MAGIC_RECORDING, "an MP3 file", BY_SOX("mp3")},
    {0, "\xff\xe3", MAGIC_RECORDING, "an MP3 file", BY_SOX("mp3")},
    {0, "\xff\xe2", MAGIC_RECORDING, "an MP3 file", BY_SOX("mp3")},
    {0, "\xff\xf1", MAGIC_RECORDING, "an AAC file", MAGIC_BY_FFMPEG},
    {0, "\xff\xf9", MAGIC_RECORDING, "an AAC file", MAGIC_BY_FFMPEG},
    {28, "OpusHead", MAGIC_RECORDING, "an Opus file", MAGIC_BY_FFMPEG},
    {28, "Speex   ", MAGIC_RECORDING, "a Speex file", MAGIC_BY_FFMPEG},
    {28,
     "\x7f"
     "FLAC",
     MAGIC_RECORDING, "a FLAC file in Ogg", MAGIC_BY_FFMPEG},
    {0, "OggS", MAGIC_RECORDING, "an Ogg file", BY_SOX("ogg")},
    {8, "AIFF", MAGIC_RECORDING, "an AIFF file", BY_SOX("aiff")},
    {8, "AIFC", MAGIC_RECORDING, "an AIFF file", BY_SOX("aiff")},
    {8, "AVI ", MAGIC_RECORDING, "an AVI file", MAGIC_BY_FFMPEG},
    {8, "WAVE", MAGIC_RECORDING, "a WAV file", ""},
    {0, ".snd", MAGIC_RECORDING, "an AU file", BY_SOX("au")},
    {0, "caff", MAGIC_RECORDING, "a CAF file", BY_SOX("caf")},
    {0, "wvpk", MAGIC_RECORDING, "a WavPack file", BY_SOX("wv")},
    {0, "NIST_1A", MAGIC_RECORDING, "a NIST SPHERE file", BY_SOX("sph")},
    {0, "Creative Voice File", MAGIC_RECORDING, "a VOC file", BY_SOX("voc")},
    {0, ".SoX", MAGIC_RECORDING, "a SoX file", BY_SOX("sox")},
    {0, "XoS.", MAGIC_RECORDING, "a SoX file", BY_SOX("sox")},
    {0, "riff\x2e\x91", MAGIC_RECORDING, "a W64 file", BY_SOX("w64")},
    {0, "#!AMR", MAGIC_RECORDING, "an AMR file", MAGIC_BY_FFMPEG},
    {0, "MAC ", MAGIC_RECORDING, "a Monkey's Audio file", MAGIC_BY_FFMPEG},
    {0, "TTA1", MAGIC_RECORDING, "a TTA file", MAGIC_BY_FFMPEG},
    {0, "0&\xb2u\x8e", MAGIC_RECORDING, "a WMA or WMV file", MAGIC_BY_FFMPEG},
    {4, "ftyp", MAGIC_RECORDING, "an MP4 file", MAGIC_BY_FFMPEG},
    {0, "\x1a\x45\xdf\xa3", MAGIC_RECORDING, "a Matroska or WebM file", MAGIC_BY_FFMPEG},
    {0, "\x1f\x8b", MAGIC_OTHER, "a gzip file", UNPACK "gunzip -c <IN >OUT"},
    {4, "1AY&SY", MAGIC_OTHER, "a bzip2 file", UNPACK "bunzip2 -c <IN >OUT"},
    {0, "\xfd\x37zXZ", MAGIC_OTHER, "an xz file", UNPACK "xz -dc <IN >OUT"},
    {0, "\x28\xb5\x2f\xfd", MAGIC_OTHER, "a Zstandard file", UNPACK "zstd -dc <IN >OUT"},
    {0, "7z\xbc\xaf", MAGIC_OTHER, "a 7-Zip archive", UNPACK "7z x IN"},
    {0, "Rar!", MAGIC_OTHER, "a RAR archive", UNPACK "unrar x IN"},
    {0, "PK\3\4", MAGIC_OTHER, "a ZIP archive", UNPACK "unzip IN (a spreadsheet: save it as CSV)"},
    {257, "ustar", MAGIC_OTHER, "a tar archive", UNPACK "tar -xf IN"},
    {0, "version https://git-lfs", MAGIC_TEXT, "a Git LFS pointer",
     "; to fetch the file: git lfs pull"},
    {0, "<!", MAGIC_TEXT, "an HTML or XML page", " (did its download fail?)"},
    {0, "<?xml", MAGIC_TEXT, "an HTML or XML page", " (did its download fail?)"},
    {0, "<html", MAGIC_TEXT, "an HTML or XML page", " (did its download fail?)"},
    {0, "\xff\xfe", MAGIC_OTHER, "text in UTF-16",
     "; to convert it: iconv -f UTF-16 -t UTF-8 <IN >OUT"},
    {0, "\xfe\xff", MAGIC_OTHER, "text in UTF-16",
     "; to convert it: iconv -f UTF-16 -t UTF-8 <IN >OUT"},
    {0, "\x93NUMPY", MAGIC_NUMBERS, "a NumPy file",
     " (numpy.savetxt makes text, which csv-load reads)"},
    {0, "MATLAB 5.0 MAT", MAGIC_NUMBERS, "a MATLAB file",
     " (writematrix makes CSV, which csv-load reads)"},
    {0, "\x89HDF", MAGIC_NUMBERS, "an HDF5 file", ""},
    {0, "PAR1", MAGIC_NUMBERS, "a Parquet file", ""},
    {1, "\xa3mat", MAGIC_NUMBERS, "a matrix stream", " (stream-show --csv makes text of it)"},
    {3, "\xa3mat", MAGIC_NUMBERS, "a matrix stream", " (stream-show --csv makes text of it)"},
    {1, "\xa3lsq", MAGIC_NUMBERS, "a model", " (stream-show --coefficients makes text of it)"},
    {3, "\xa3lsq", MAGIC_NUMBERS, "a model", " (stream-show --coefficients makes text of it)"},
    {1, "\xablsq_partial", MAGIC_NUMBERS, "a partial fit", " (stream-show tells what is in it)"},
};

/* Whether this is no text: a header of CSV may have any of these words. */
static bool is_binary(const char *at, size_t size)
{
    for (size_t i = 0, length; i < size && i < MAGIC_LOOK; i += length) {
        length = utf8_length(at + i, size - i);
        if (length == 0 || (unsigned char)at[i] < '\t')
            return true;
    }
    return false;
}

const struct magic *magic_find(const void *bytes, size_t size)
{
    const char *at = bytes;
    bool binary = is_binary(at, size);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct magic *kind = &kinds[i];
        size_t n = strlen(kind->bytes);
        if ((binary || kind->kind == MAGIC_TEXT) && kind->at + n <= size &&
            memcmp(at + kind->at, kind->bytes, n) == 0)
            return kind;
    }
    return NULL;
}

const char *magic_hint_to_numbers(const struct magic *magic)
{
    return magic->kind == MAGIC_RECORDING ? " (fsdd-load reads recordings)" : magic->hint;
}
