#include "audio/riff.h"

#include "base/magic.h"
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

static uint64_t number(const struct file *f, size_t at, size_t width)
{
    return linear_load(f->bytes + at, width, f->big_endian);
}

/* Where a chunk's data are, how many bytes it claims, and how many the file has from there. at 0:
 * nowhere. */
struct chunk {
    size_t at, claimed, there;
};

static struct chunk find_chunk(const struct file *f, const char *id)
{
    size_t at = 12;
    while (at + 8 <= f->size) {
        size_t claimed = (size_t)number(f, at + 4, 4);
        size_t there = f->size - at - 8;
        if (memcmp(f->bytes + at, id, 4) == 0)
            return (struct chunk){at + 8, claimed, there};
        if (claimed > there)
            break;
        at += 8 + claimed + (claimed & 1);
    }
    return (struct chunk){0, 0, 0};
}

static uint32_t get_tag(const struct file *f, struct chunk fmt)
{
    uint32_t tag = (uint32_t)number(f, fmt.at, 2);
    /* An extensible format says the true one in the first bytes of its GUID. */
    return tag == TAG_EXTENSIBLE ? (uint32_t)number(f, fmt.at + 24, 2) : tag;
}

static bool is_adpcm(uint32_t tag)
{
    return tag == TAG_MS_ADPCM || tag == TAG_IMA_ADPCM;
}

/* Where the samples end. */

static bool is_wave(const unsigned char *bytes)
{
    static const char forms[][5] = {"RIFF", "RIFX", "RF64", "BW64"};
    bool is = false;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        is |= memcmp(bytes, forms[i], 4) == 0;
    return is && memcmp(bytes + 8, "WAVE", 4) == 0;
}

static bool is_another(const struct file *f, size_t from)
{
    for (; from + 12 <= f->size; from++)
        if (f->bytes[from + 8] == 'W' && is_wave(f->bytes + from))
            return true;
    return false;
}

/* RF64 and BW64 have the length in a chunk of its own. */
static uint64_t claimed_length(const struct file *f, struct chunk data)
{
    struct chunk ds64 = find_chunk(f, "ds64");
    bool large = data.claimed == UINT32_MAX && ds64.at > 0 && ds64.at + 16 <= data.at;
    return large ? number(f, ds64.at + 8, 8) : data.claimed;
}

/* Whether chunks, one after the other, fill the file from there. */
static bool is_chunks(const struct file *f, size_t at)
{
    while (at + 8 <= f->size && number(f, at + 4, 4) <= f->size - at - 8)
        at += 8 + (size_t)number(f, at + 4, 4);
    return at == f->size;
}

/* The length of a list of tags at the end, as GStreamer writes one after samples whose number it
 * does not know; 0: there is none. */
static size_t tags_length(const struct file *f, size_t from)
{
    enum { FAR = 1 << 16 };
    for (size_t n = 12; n <= f->size - from && n < FAR; n++)
        if (memcmp(f->bytes + f->size - n, "LIST", 4) == 0 && is_chunks(f, f->size - n))
            return n;
    return 0;
}

/* Whether the length of the file is right while its samples' goes beyond the end, by no more than
 * what stands before them: whoever wrote it has counted too much, and nothing is lost. */
static bool counts_header(const struct file *f, uint64_t claimed)
{
    uint64_t end = number(f, 4, 4) + 8;
    return claimed <= f->size && end <= f->size && f->size <= end + 1;
}

/* Programs that write to a pipe know no length: some write 0, others a large number, which SoX cuts
 * to whole samples. No recording that is read here has one as large. */
static bool is_open_ended(const struct file *f, struct chunk data, uint64_t claimed)
{
    enum { LARGE = 1 << 30 };
    return claimed == 0 ? !is_chunks(f, data.at) : claimed >= LARGE && claimed > data.there;
}

/* A pad byte at the end is no sample, nor, in 8 bits, is the 0 that SoX writes as one to a pipe: as
 * a sample it is the least there is. */
static size_t drop_rest(const struct file *f, struct riff *r, size_t unit, bool open)
{
    size_t rest = r->length % unit;
    bool even = r->length > 0 && r->length % 2 == 0;
    if (open && unit == 1 && even && f->bytes[r->at + r->length - 1] == 0)
        rest = 1;
    r->length -= rest;
    return rest == 1 && even ? 0 : rest;
}

/* Finds the samples, of `unit` bytes each; 0: in blocks. */
static bool measure(const struct file *f, struct chunk data, size_t unit, struct riff *r, char *why)
{
    uint64_t claimed = claimed_length(f, data);
    bool open = is_open_ended(f, data, claimed);
    size_t each = unit > 0 ? unit : 1;
    r->at = data.at;
    r->length = open || claimed > data.there ? data.there : (size_t)claimed;
    if (open)
        r->length -= tags_length(f, data.at);
    if (is_another(f, open ? data.at : data.at + r->length))
        return why_not(why, "a WAV file after the first, expected one; name each as a file");
    bool short_of = !open && claimed / each > data.there / each;
    if (short_of && !counts_header(f, claimed))
        return why_not(why, "truncated: %zu %s%s, expected %llu as its header says",
                       data.there / each, unit > 0 ? "sample" : "byte",
                       msg_plural(data.there / each), (unsigned long long)(claimed / each));
    size_t rest = unit > 0 ? drop_rest(f, r, unit, open) : 0;
    if (short_of)
        snprintf(r->note, sizeof r->note, "%zu bytes of samples, not %llu as its header says",
                 r->length, (unsigned long long)claimed);
    else if (rest > 0)
        snprintf(r->note, sizeof r->note, "%zu byte%s after the last whole sample, left out", rest,
                 msg_plural(rest));
    return true;
}

/* Compressed blocks. */

/* Samples that a block of MS or IMA ADPCM can hold at most. */
static size_t block_capacity(uint32_t tag, size_t align)
{
    size_t head = tag == TAG_MS_ADPCM ? 7 : 4;
    size_t first = tag == TAG_MS_ADPCM ? 2 : 1;
    return align < head ? 0 : (align - head) * 2 + first;
}

/* libsox has memory for as many samples as the header claims for a block, and writes as many as
 * the block holds. It decodes MS ADPCM a byte, two samples, at a time. From a short block at the
 * end it takes as many as fit (14.4.2 as it was released; CVE-2017-15370). */
static bool check_blocks(uint32_t tag, size_t align, size_t samples, size_t length, char *why)
{
    size_t capacity = block_capacity(tag, align);
    size_t rest = align > 0 ? length % align : 0;
    char expected[64] = "";
    if (samples < 2 || samples > capacity)
        snprintf(expected, sizeof expected, ", expected 2 to %zu", capacity);
    else if (tag == TAG_MS_ADPCM && samples % 2 != 0)
        snprintf(expected, sizeof expected, ", expected an even number up to %zu", capacity);
    else if (block_capacity(tag, rest) > samples)
        snprintf(expected, sizeof expected, " and a last block of %zu, expected %zu samples", rest,
                 capacity);
    return expected[0] == '\0' ||
           why_not(why, "ADPCM of %zu samples a block of %zu bytes%s", samples, align, expected);
}

/* The standard's come first, whatever follows; readers differ in whether they believe others. */
static bool check_coefficients(const struct file *f, const struct riff *r, size_t *count, char *why)
{
    static const int standard[] = {256, 0, 512, -256, 0, 0, 192, 64, 240, 0, 460, -208, 392, -232};
    enum { VALUES = sizeof standard / sizeof *standard };
    *count = r->fmt_size >= 22 + 2 * VALUES ? (size_t)number(f, r->fmt + 20, 2) : 0;
    bool same = *count >= VALUES / 2;
    for (size_t i = 0; same && i < VALUES; i++)
        same = (int16_t)number(f, r->fmt + 22 + 2 * i, 2) == standard[i];
    return same || why_not(why, "ADPCM of other coefficients than the standard's, expected those "
                                "seven pairs first");
}

/* The first bytes of each block choose from a table. */
static bool check_heads(const struct file *f, const struct riff *r, size_t align, size_t offset,
                        size_t most, char *why)
{
    for (size_t i = 0; i * align + offset < r->length; i++) {
        unsigned index = f->bytes[r->at + i * align + offset];
        if (index > most)
            return why_not(why, "ADPCM with index %u in the head of block %zu, expected 0 to %zu",
                           index, i, most);
    }
    return true;
}

static bool check_adpcm(const struct file *f, uint32_t tag, const struct riff *r, char *why)
{
    size_t align = (size_t)number(f, r->fmt + 12, 2);
    size_t samples = r->fmt_size >= 20 ? (size_t)number(f, r->fmt + 18, 2) : 0;
    size_t coefficients;
    if (!check_blocks(tag, align, samples, r->length, why))
        return false;
    if (tag == TAG_IMA_ADPCM)
        return check_heads(f, r, align, 2, 88, why);
    return check_coefficients(f, r, &coefficients, why) &&
           check_heads(f, r, align, 0, coefficients - 1, why);
}

/* The format. */

/* Samples of fewer bits than fill their bytes stand at the upper end of these. */
static bool check_bits(const struct file *f, uint32_t tag, struct chunk fmt, struct linear *kind,
                       char *why)
{
    uint32_t bits = (uint32_t)number(f, fmt.at + 14, 2);
    const char *expected = NULL;
    if (tag == TAG_PCM && (bits < 1 || bits > 32))
        expected = "whole numbers, expected 8, 16, 24 or 32";
    else if (tag == TAG_FLOAT && bits != 32 && bits != 64)
        expected = "floating point, expected 32 or 64";
    else if ((tag == TAG_ALAW || tag == TAG_MULAW) && bits != 8)
        expected = "A-law or mu-law, expected 8";
    *kind = (struct linear){(bits + 7) / 8 * 8, tag == TAG_FLOAT, f->big_endian};
    /* Some readers take 3 bytes for each, some 4, and some these for floating point. */
    if (tag == TAG_PCM && kind->bits == 24 && number(f, fmt.at + 12, 2) == 4)
        expected = "whole numbers in blocks of 4 bytes, expected 3";
    return expected == NULL || why_not(why, "a WAV file of %u-bit %s", (unsigned)bits, expected);
}

static bool check_extensible(const struct file *f, struct chunk fmt, char *why)
{
    enum { BYTES = 40 };
    if (number(f, fmt.at, 2) != TAG_EXTENSIBLE)
        return true;
    if (fmt.claimed < BYTES)
        return why_not(why, "an extensible fmt chunk of %zu bytes, expected %d", fmt.claimed,
                       BYTES);
    unsigned bits = (unsigned)number(f, fmt.at + 14, 2);
    unsigned valid = (unsigned)number(f, fmt.at + 18, 2);
    /* Nobody writes ADPCM so, and where its block size would stand is not clear. */
    if (is_adpcm(get_tag(f, fmt)))
        return why_not(why, "ADPCM in an extensible fmt chunk, expected a plain one");
    return valid <= bits ||
           why_not(why, "%u valid bits of %u, expected at most those", valid, bits);
}

/* The encodings that are decoded. */
static bool check_tag(uint32_t tag, char *why)
{
    bool known = tag == TAG_PCM || tag == TAG_FLOAT || tag == TAG_ALAW || tag == TAG_MULAW ||
                 is_adpcm(tag) || tag == TAG_GSM;
    return known || why_not(why,
                            "a WAV file of encoding 0x%04x, expected PCM, float, A-law, mu-law, "
                            "ADPCM or GSM" MAGIC_BY_FFMPEG,
                            (unsigned)tag);
}

static bool check_format(const struct file *f, struct chunk fmt, struct chunk data, struct riff *r,
                         char *why)
{
    if (!check_extensible(f, fmt, why))
        return false;
    uint32_t tag = get_tag(f, fmt);
    bool in_blocks = is_adpcm(tag) || tag == TAG_GSM;
    if (!check_tag(tag, why))
        return false;
    if (r->channels != 1)
        return true;
    r->is_linear = tag == TAG_PCM || tag == TAG_FLOAT;
    r->fmt = fmt.at;
    r->fmt_size = fmt.claimed;
    if (!check_bits(f, tag, fmt, &r->kind, why) ||
        !measure(f, data, in_blocks ? 0 : r->kind.bits / 8, r, why))
        return false;
    return !is_adpcm(tag) || check_adpcm(f, tag, r, why);
}

static bool check_form(const unsigned char *bytes, size_t size, char *why)
{
    if (size >= 12 && is_wave(bytes))
        return true;
    if (size >= 4 && size < 12 && memcmp(bytes, "RI", 2) == 0)
        return why_not(why, "truncated inside the WAV header, expected a whole recording");
    const struct magic *other = magic_find(bytes, size);
    if (other == NULL)
        return why_not(why, "no WAV file (no RIFF WAVE header), expected a recording");
    return why_not(why, "%s, expected a WAV file%s", other->name,
                   other->kind != MAGIC_NUMBERS ? other->hint : "");
}

bool riff_parse(const unsigned char *bytes, size_t size, struct riff *riff, char *why)
{
    if (!check_form(bytes, size, why))
        return false;
    struct file f = {bytes, size, bytes[3] == 'X'};
    struct chunk fmt = find_chunk(&f, "fmt ");
    struct chunk data = find_chunk(&f, "data");
    if (fmt.at == 0 || fmt.claimed < 16 || fmt.there < 16)
        return why_not(why, "a WAV file without a whole fmt chunk, expected one");
    memset(riff, 0, sizeof *riff);
    riff->channels = (unsigned)number(&f, fmt.at + 2, 2);
    riff->rate = (uint32_t)number(&f, fmt.at + 4, 4);
    if (riff->channels == 0)
        return why_not(why, "a WAV file of 0 channels, expected 1");
    if (riff->rate == 0)
        return why_not(why, "a WAV file of 0 Hz, expected a sample rate of at least 1 Hz");
    if (data.at == 0)
        return why_not(why, "a WAV file without a data chunk, expected one");
    if (data.at < fmt.at)
        return why_not(why, "a WAV file with its fmt chunk after the data, expected it before");
    return check_format(&f, fmt, data, riff, why);
}

static void put(unsigned char *at, const char *id, size_t n, bool big_endian)
{
    memcpy(at, id, 4);
    for (size_t i = 0; i < 4; i++)
        at[4 + i] = (unsigned char)(n >> 8 * (big_endian ? 3 - i : i));
}

void riff_reduce(unsigned char *bytes, const struct riff *riff, size_t *from)
{
    size_t padded = riff->fmt_size + riff->fmt_size % 2;
    bool big = riff->kind.big_endian;
    unsigned char *data = bytes + riff->at - 8;
    unsigned char *fmt = data - padded - 8;
    unsigned char *start = fmt - 12;
    memmove(fmt + 8, bytes + riff->fmt, riff->fmt_size);
    put(start, big ? "RIFX" : "RIFF", 20 + padded + riff->length, big);
    memcpy(start + 8, "WAVE", 4);
    put(fmt, "fmt ", riff->fmt_size, big);
    put(data, "data", riff->length, big);
    *from = (size_t)(start - bytes);
}
