#include "audio/riff.h"

#include "base/why.h"

#include <string.h>

enum {
    TAG_PCM = 1,
    TAG_FLOAT = 3,
    TAG_ALAW = 6,
    TAG_MULAW = 7,
    TAG_MS_ADPCM = 2,
    TAG_IMA_ADPCM = 0x11,
    TAG_GSM = 0x31,
    TAG_EXTENSIBLE = 0xfffe
};

struct file {
    const unsigned char *bytes;
    size_t size;
    bool big_endian;
};

static uint32_t number(const struct file *f, size_t at, size_t width)
{
    uint32_t v = 0;
    for (size_t i = 0; i < width; i++)
        v = v << 8 | f->bytes[at + (f->big_endian ? i : width - 1 - i)];
    return v;
}

/* Where a chunk's data are, and how many of the bytes that it claims are there. at 0: nowhere. */
struct chunk {
    size_t at, length;
};

static struct chunk find_chunk(const struct file *f, const char *id)
{
    size_t at = 12;
    while (at + 8 <= f->size) {
        size_t claimed = number(f, at + 4, 4);
        size_t there = f->size - at - 8;
        if (memcmp(f->bytes + at, id, 4) == 0)
            return (struct chunk){at + 8, claimed < there ? claimed : there};
        if (claimed > there)
            break;
        at += 8 + claimed + (claimed & 1);
    }
    return (struct chunk){0, 0};
}

/* Samples that a block of MS or IMA ADPCM can hold at most. */
static size_t block_capacity(uint32_t tag, size_t channels, size_t align)
{
    size_t head = (tag == TAG_MS_ADPCM ? 7 : 4) * channels;
    size_t first = tag == TAG_MS_ADPCM ? 2 : 1;
    return align < head ? 0 : (align - head) * 2 / channels + first;
}

/* libsox has memory for as many samples as the header claims for a block, and writes as many as
 * the block holds. It decodes MS ADPCM a byte, two samples, at a time. From a short block at the
 * end of the file, which the data chunk need not reach, it takes as many as fit (14.4.2 as it was
 * released; CVE-2017-15370). */
static bool check_adpcm(const struct file *f, uint32_t tag, struct chunk fmt, struct chunk data,
                        char *why)
{
    uint32_t channels = number(f, fmt.at + 2, 2);
    uint32_t align = number(f, fmt.at + 12, 2);
    uint32_t samples = fmt.length >= 20 ? number(f, fmt.at + 18, 2) : 0;
    size_t capacity = block_capacity(tag, channels, align);
    size_t rest = align > 0 ? (f->size - data.at) % align : 0;
    char expected[64] = "";
    if (samples < 2 || samples > capacity)
        snprintf(expected, sizeof expected, ", expected 2 to %zu", capacity);
    else if (tag == TAG_MS_ADPCM && samples * channels % 2 != 0)
        snprintf(expected, sizeof expected, ", expected an even number up to %zu", capacity);
    else if (block_capacity(tag, channels, rest) > samples)
        snprintf(expected, sizeof expected, " and a last block of %zu, expected %zu samples", rest,
                 capacity);
    return expected[0] == '\0' || why_not(why, "ADPCM of %u samples a block of %u bytes%s",
                                          (unsigned)samples, (unsigned)align, expected);
}

/* Data that end inside a frame have lost something, though their length is right. */
static bool check_frames(const struct file *f, struct chunk fmt, struct chunk data, char *why)
{
    size_t frame = number(f, fmt.at + 12, 2);
    size_t claimed = number(f, data.at - 4, 4);
    return frame == 0 || claimed != data.length || claimed % frame == 0 ||
           why_not(why, "%zu byte%s of samples, expected a multiple of %zu, the size of one",
                   claimed, msg_plural(claimed), frame);
}

/* libsox reads integers of 64 bits as floating point, and says of other odd sizes only that
 * it cannot. */
static bool check_bits(const struct file *f, uint32_t tag, struct chunk fmt, char *why)
{
    uint32_t bits = number(f, fmt.at + 14, 2);
    const char *expected = NULL;
    if (tag == TAG_PCM && (bits < 8 || bits > 32 || bits % 8 != 0))
        expected = "whole numbers, expected 8, 16, 24 or 32";
    else if (tag == TAG_FLOAT && bits != 32 && bits != 64)
        expected = "floating point, expected 32 or 64";
    else if ((tag == TAG_ALAW || tag == TAG_MULAW) && bits != 8)
        expected = "A-law or mu-law, expected 8";
    return expected == NULL || why_not(why, "a WAV file of %u-bit %s", (unsigned)bits, expected);
}

/* The encodings that libsox decodes. */
static bool is_known(uint32_t encoding)
{
    return encoding == TAG_PCM || encoding == TAG_FLOAT || encoding == TAG_ALAW ||
           encoding == TAG_MULAW || encoding == TAG_MS_ADPCM || encoding == TAG_IMA_ADPCM ||
           encoding == TAG_GSM;
}

static bool check_format(const struct file *f, struct chunk fmt, struct chunk data, char *why)
{
    enum { EXTENSIBLE_BYTES = 40 };
    uint32_t tag = number(f, fmt.at, 2);
    if (tag == TAG_EXTENSIBLE && fmt.length < EXTENSIBLE_BYTES)
        return why_not(why, "an extensible fmt chunk of %zu bytes, expected %d", fmt.length,
                       EXTENSIBLE_BYTES);
    /* An extensible format says the true one in the first bytes of its GUID; nobody writes
     * ADPCM so, and where its block size would stand is not clear. */
    uint32_t encoding = tag == TAG_EXTENSIBLE ? number(f, fmt.at + 24, 2) : tag;
    if (!is_known(encoding))
        return why_not(why,
                       "a WAV file of encoding 0x%04x, expected PCM, float, A-law, mu-law, ADPCM "
                       "or GSM",
                       (unsigned)encoding);
    bool adpcm = encoding == TAG_MS_ADPCM || encoding == TAG_IMA_ADPCM;
    if (adpcm && tag == TAG_EXTENSIBLE)
        return why_not(why, "ADPCM in an extensible fmt chunk, expected a plain one");
    if (adpcm)
        return check_adpcm(f, tag, fmt, data, why);
    bool linear = tag == TAG_PCM || tag == TAG_FLOAT;
    return check_bits(f, encoding, fmt, why) && (!linear || check_frames(f, fmt, data, why));
}

/* RF64 and BW64 are for more than 4 GiB; libsox does not read them. */
static bool check_form(const unsigned char *bytes, size_t size, char *why)
{
    bool riff = size >= 4 && (memcmp(bytes, "RIFF", 4) == 0 || memcmp(bytes, "RIFX", 4) == 0);
    bool large = size >= 4 && (memcmp(bytes, "RF64", 4) == 0 || memcmp(bytes, "BW64", 4) == 0);
    bool wave = size >= 12 && memcmp(bytes + 8, "WAVE", 4) == 0;
    if (large && wave)
        return why_not(why, "a WAV file of the form %.4s, expected RIFF", (const char *)bytes);
    if (!riff || (size >= 12 && !wave))
        return why_not(why, "no WAV file (no RIFF WAVE header), expected a recording");
    return wave || why_not(why, "truncated inside the WAV header, expected a whole recording");
}

bool riff_check(const unsigned char *bytes, size_t size, char *why)
{
    if (!check_form(bytes, size, why))
        return false;
    struct file f = {bytes, size, bytes[3] == 'X'};
    struct chunk fmt = find_chunk(&f, "fmt ");
    struct chunk data = find_chunk(&f, "data");
    if (fmt.at == 0 || fmt.length < 16)
        return why_not(why, "a WAV file without a whole fmt chunk, expected one");
    if (number(&f, fmt.at + 2, 2) == 0)
        return why_not(why, "a WAV file of 0 channels, expected 1");
    if (number(&f, fmt.at + 4, 4) == 0)
        return why_not(why, "a WAV file of 0 Hz, expected a sample rate of at least 1 Hz");
    if (data.at == 0)
        return why_not(why, "a WAV file without a data chunk, expected one");
    if (data.at < fmt.at)
        return why_not(why, "a WAV file with its fmt chunk after the data, expected it before");
    return check_format(&f, fmt, data, why);
}

bool riff_open_ended(const unsigned char *bytes, size_t size)
{
    struct file f = {bytes, size, bytes[3] == 'X'};
    struct chunk data = find_chunk(&f, "data");
    uint32_t claimed = data.at > 0 ? number(&f, data.at - 4, 4) : 0;
    return claimed >= 0x7ffff000 && claimed > data.length;
}

uint32_t riff_plain_rate(const unsigned char *bytes, size_t size)
{
    static const unsigned char mono_pcm[] = "WAVEfmt \x10\0\0\0\1\0\1";
    static const unsigned char bits16[] = "\2\0\x10\0data";
    const struct file f = {bytes, size, false};
    bool plain = size > RIFF_PLAIN_BYTES && size % 2 == 0 && memcmp(bytes, "RIFF", 4) == 0 &&
                 memcmp(bytes + 8, mono_pcm, sizeof mono_pcm) == 0 &&
                 memcmp(bytes + 32, bits16, sizeof bits16 - 1) == 0 &&
                 number(&f, 4, 4) == size - 8 && number(&f, 40, 4) == size - RIFF_PLAIN_BYTES;
    return plain ? number(&f, 24, 4) : 0;
}
