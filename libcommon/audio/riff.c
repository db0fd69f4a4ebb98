#include "audio/riff.h"

#include <stdint.h>
#include <stdio.h>
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

struct reader {
    const unsigned char *bytes;
    size_t size;
    bool big_endian;
};

static uint32_t number(const struct reader *r, size_t at, size_t width)
{
    uint32_t v = 0;
    for (size_t i = 0; i < width; i++)
        v = v << 8 | r->bytes[at + (r->big_endian ? i : width - 1 - i)];
    return v;
}

static bool refuse(char *why, size_t why_size, const char *text)
{
    snprintf(why, why_size, "%s", text);
    return false;
}

/* Finds a chunk's data; its size in *length, cut to what is there. */
static size_t find_chunk(const struct reader *r, const char *id, size_t *length)
{
    size_t at = 12;
    while (at + 8 <= r->size) {
        size_t claimed = number(r, at + 4, 4);
        size_t there = r->size - at - 8;
        if (memcmp(r->bytes + at, id, 4) == 0) {
            *length = claimed < there ? claimed : there;
            return at + 8;
        }
        if (claimed > there)
            return 0;
        at += 8 + claimed + (claimed & 1);
    }
    return 0;
}

/* Samples that a block of MS or IMA ADPCM can hold at most. */
static size_t block_capacity(uint32_t tag, size_t channels, size_t align)
{
    size_t head = (tag == TAG_MS_ADPCM ? 7 : 4) * channels;
    size_t first = tag == TAG_MS_ADPCM ? 2 : 1;
    return align < head ? 0 : (align - head) * 2 / channels + first;
}

/* What libsox writes of a block must fit where it has room for as many samples as are said
 * to be in one. Of MS ADPCM it decodes a byte, two samples, at a time. From a short block at
 * the end of the file, `behind` bytes behind the start of the data, it takes as many as fit
 * (14.4.2 as it was released; CVE-2017-15370). */
static bool check_adpcm(const struct reader *r, uint32_t tag, size_t fmt, size_t length,
                        size_t behind, char *why, size_t why_size)
{
    uint32_t channels = number(r, fmt + 2, 2);
    uint32_t align = number(r, fmt + 12, 2);
    uint32_t samples = length >= 20 ? number(r, fmt + 18, 2) : 0;
    size_t capacity = block_capacity(tag, channels, align);
    size_t rest = align > 0 ? behind % align : 0;
    char expected[64] = "";
    if (samples < 2 || samples > capacity)
        snprintf(expected, sizeof expected, ", expected 2 to %zu", capacity);
    else if (tag == TAG_MS_ADPCM && samples * channels % 2 != 0)
        snprintf(expected, sizeof expected, ", expected an even number up to %zu", capacity);
    else if (block_capacity(tag, channels, rest) > samples)
        snprintf(expected, sizeof expected, " and a last block of %zu, expected %zu samples", rest,
                 capacity);
    if (expected[0] == '\0')
        return true;
    snprintf(why, why_size, "ADPCM of %u samples a block of %u bytes%s", (unsigned)samples,
             (unsigned)align, expected);
    return false;
}

/* Data that end inside a frame have lost something, though their length is right. */
static bool check_frames(const struct reader *r, size_t fmt, size_t claimed, size_t there,
                         char *why, size_t why_size)
{
    size_t frame = number(r, fmt + 12, 2);
    if (frame == 0 || claimed != there || claimed % frame == 0)
        return true;
    snprintf(why, why_size, "%zu byte%s of samples, expected a multiple of %zu, the size of one",
             claimed, claimed == 1 ? "" : "s", frame);
    return false;
}

/* libsox reads integers of 64 bits as floating point, and says of other odd sizes only that
 * it cannot. */
static bool check_bits(const struct reader *r, uint32_t tag, size_t fmt, char *why, size_t why_size)
{
    uint32_t bits = number(r, fmt + 14, 2);
    const char *expected = NULL;
    if (tag == TAG_PCM && (bits < 8 || bits > 32 || bits % 8 != 0))
        expected = "whole numbers, expected 8, 16, 24 or 32";
    else if (tag == TAG_FLOAT && bits != 32 && bits != 64)
        expected = "floating point, expected 32 or 64";
    else if ((tag == TAG_ALAW || tag == TAG_MULAW) && bits != 8)
        expected = "A-law or mu-law, expected 8";
    if (expected == NULL)
        return true;
    snprintf(why, why_size, "a WAV file of %u-bit %s", (unsigned)bits, expected);
    return false;
}

static bool is_linear(const struct reader *r, size_t fmt)
{
    uint32_t tag = number(r, fmt, 2);
    return tag == TAG_PCM || tag == TAG_FLOAT;
}

/* What libsox decodes; it would say of others that it does not. */
static bool is_known(uint32_t encoding)
{
    return encoding == TAG_PCM || encoding == TAG_FLOAT || encoding == TAG_ALAW ||
           encoding == TAG_MULAW || encoding == TAG_MS_ADPCM || encoding == TAG_IMA_ADPCM ||
           encoding == TAG_GSM;
}

static bool check_format(const struct reader *r, size_t fmt, size_t length, size_t data, char *why,
                         size_t why_size)
{
    enum { EXTENSIBLE_BYTES = 40 };
    uint32_t tag = number(r, fmt, 2);
    if (tag == TAG_EXTENSIBLE && length < EXTENSIBLE_BYTES) {
        snprintf(why, why_size, "an extensible fmt chunk of %zu bytes, expected %d", length,
                 EXTENSIBLE_BYTES);
        return false;
    }
    /* An extensible format says the true one in the first bytes of its GUID; nobody writes
     * ADPCM so, and where its block size would stand is not clear. */
    uint32_t encoding = tag == TAG_EXTENSIBLE ? number(r, fmt + 24, 2) : tag;
    if (!is_known(encoding)) {
        snprintf(why, why_size,
                 "a WAV file of encoding 0x%04x, expected PCM, float, A-law, mu-law, ADPCM or GSM",
                 (unsigned)encoding);
        return false;
    }
    bool adpcm = encoding == TAG_MS_ADPCM || encoding == TAG_IMA_ADPCM;
    if (adpcm && tag == TAG_EXTENSIBLE)
        return refuse(why, why_size, "ADPCM in an extensible fmt chunk, expected a plain one");
    if (adpcm)
        return check_adpcm(r, tag, fmt, length, r->size - data, why, why_size);
    return check_bits(r, encoding, fmt, why, why_size);
}

/* Forms for more than 4 GiB, which libsox does not read. */
static bool is_large_form(const unsigned char *bytes, size_t size)
{
    return size >= 12 && (memcmp(bytes, "RF64", 4) == 0 || memcmp(bytes, "BW64", 4) == 0) &&
           memcmp(bytes + 8, "WAVE", 4) == 0;
}

bool riff_check(const unsigned char *bytes, size_t size, char *why, size_t why_size)
{
    struct reader r = {bytes, size, false};
    bool riff = size >= 4 && (memcmp(bytes, "RIFF", 4) == 0 || memcmp(bytes, "RIFX", 4) == 0);
    if (is_large_form(bytes, size)) {
        snprintf(why, why_size, "a WAV file of the form %.4s, expected RIFF", (const char *)bytes);
        return false;
    }
    if (!riff || (size >= 12 && memcmp(bytes + 8, "WAVE", 4) != 0))
        return refuse(why, why_size, "no WAV file (no RIFF WAVE header), expected a recording");
    if (size < 12)
        return refuse(why, why_size, "truncated inside the WAV header, expected a whole recording");
    r.big_endian = bytes[3] == 'X';
    size_t length = 0;
    size_t fmt = find_chunk(&r, "fmt ", &length);
    if (fmt == 0 || length < 16)
        return refuse(why, why_size, "a WAV file without a whole fmt chunk, expected one");
    if (number(&r, fmt + 2, 2) == 0)
        return refuse(why, why_size, "a WAV file of 0 channels, expected 1");
    if (number(&r, fmt + 4, 4) == 0)
        return refuse(why, why_size, "a WAV file of 0 Hz, expected a sample rate of at least 1 Hz");
    size_t data_length = 0;
    size_t data = find_chunk(&r, "data", &data_length);
    if (data == 0)
        return refuse(why, why_size, "a WAV file without a data chunk, expected one");
    if (data < fmt)
        return refuse(why, why_size,
                      "a WAV file with its fmt chunk behind the data, expected it before");
    return check_format(&r, fmt, length, data, why, why_size) &&
           (!is_linear(&r, fmt) ||
            check_frames(&r, fmt, number(&r, data - 4, 4), data_length, why, why_size));
}

bool riff_open_ended(const unsigned char *bytes, size_t size)
{
    struct reader r = {bytes, size, bytes[3] == 'X'};
    size_t there = 0;
    size_t data = find_chunk(&r, "data", &there);
    if (data == 0)
        return false;
    uint32_t length = number(&r, data - 4, 4);
    return length >= 0x7ffff000 && length > there;
}

bool riff_is_plain(const unsigned char *bytes, size_t size)
{
    static const unsigned char pcm_mono[] = {16, 0, 0, 0, TAG_PCM, 0, 1, 0};
    static const unsigned char align_bits[] = {2, 0, 16, 0};
    const struct reader r = {bytes, size, false};
    if (size <= RIFF_PLAIN_BYTES)
        return false;
    size_t data = size - RIFF_PLAIN_BYTES;
    return memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WAVEfmt ", 8) == 0 &&
           memcmp(bytes + 16, pcm_mono, sizeof pcm_mono) == 0 &&
           memcmp(bytes + 32, align_bits, sizeof align_bits) == 0 &&
           memcmp(bytes + 36, "data", 4) == 0 && number(&r, 4, 4) == size - 8 &&
           number(&r, 40, 4) == data && data % 2 == 0;
}
