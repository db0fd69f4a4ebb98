#include "audio/magic.h"

#include <string.h>

#define BY_SOX(type) "expected a WAV file; to convert it: sox -t " type " IN OUT.wav"
#define BY_FFMPEG "expected a WAV file; to convert it: ffmpeg -i IN OUT.wav"

static const struct {
    size_t at;
    const char *magic, *name;
} kinds[] = {
    {0, "fLaC", "a FLAC file, " BY_SOX("flac")},
    {0, "ID3", "an MP3 file, " BY_SOX("mp3")},
    {0, "\xff\xfb", "an MP3 file, " BY_SOX("mp3")},
    {0, "\xff\xfa", "an MP3 file, " BY_SOX("mp3")},
    {0, "\xff\xf3", "an MP3 file, " BY_SOX("mp3")},
    {0, "\xff\xf2", "an MP3 file, " BY_SOX("mp3")},
    {0, "\xff\xe3", "an MP3 file, " BY_SOX("mp3")},
    {0, "\xff\xe2", "an MP3 file, " BY_SOX("mp3")},
    {28, "OpusHead", "an Opus file, " BY_FFMPEG},
    {0, "OggS", "an Ogg file, " BY_SOX("ogg")},
    {8, "AIFF", "an AIFF file, " BY_SOX("aiff")},
    {8, "AIFC", "an AIFF file, " BY_SOX("aiff")},
    {0, ".snd", "an AU file, " BY_SOX("au")},
    {0, "caff", "a CAF file, " BY_SOX("caf")},
    {0, "wvpk", "a WavPack file, " BY_SOX("wv")},
    {0, "NIST_1A", "a NIST SPHERE file, " BY_SOX("sph")},
    {0, "riff\x2e\x91", "a W64 file, " BY_SOX("w64")},
    {0, "#!AMR", "an AMR file, " BY_FFMPEG},
    {4, "ftyp", "an MP4 file, " BY_FFMPEG},
    {0, "\x1a\x45\xdf\xa3", "a Matroska or WebM file, " BY_FFMPEG},
    {0, "\x1f\x8b", "a gzip file, expected a WAV file; to unpack it: gunzip -c <IN >OUT.wav"},
    {0, "BZh", "a bzip2 file, expected a WAV file; to unpack it: bunzip2 -c <IN >OUT.wav"},
    {0, "\xfd\x37zXZ", "an xz file, expected a WAV file; to unpack it: xz -dc <IN >OUT.wav"},
    {0, "PK\3\4", "a ZIP archive, expected a WAV file; to unpack it: unzip IN"},
    {0, "version https://git-lfs",
     "a Git LFS pointer, expected the WAV file that it points to; to fetch it: git lfs pull"},
    {0, "<", "an HTML or XML page, expected a WAV file (did its download fail?)"},
    {1, "mat", "a matrix stream, expected a WAV file"},
    {2, "mat", "a matrix stream, expected a WAV file"},
};

const char *magic_name(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t n = strlen(kinds[i].magic);
        if (kinds[i].at + n <= size && memcmp(bytes + kinds[i].at, kinds[i].magic, n) == 0)
            return kinds[i].name;
    }
    return NULL;
}
