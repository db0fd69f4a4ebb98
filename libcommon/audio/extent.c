#include "audio/extent.h"

#include "base/why.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

struct file {
    const unsigned char *bytes;
    size_t size;
};

/* Each gives the length that the file should have; 0: it does not say. */

static uint64_t big(const struct file *f, size_t at, size_t width)
{
    uint64_t v = 0;
    for (size_t i = 0; i < width && at + i < f->size; i++)
        v = v << 8 | f->bytes[at + i];
    return v;
}

static uint64_t little(const struct file *f, size_t at, size_t width)
{
    uint64_t v = 0;
    for (size_t i = width; i-- > 0;)
        v = v << 8 | (at + i < f->size ? f->bytes[at + i] : 0);
    return v;
}

static bool has(const struct file *f, size_t at, const char *text)
{
    size_t n = strlen(text);
    return at + n <= f->size && memcmp(f->bytes + at, text, n) == 0;
}

static uint64_t of_w64(const struct file *f)
{
    return little(f, 16, 8);
}

static uint64_t of_maud(const struct file *f)
{
    return has(f, 8, "MAUD") ? 8 + big(f, 4, 4) : 0;
}

/* 128 bytes, then samples of 8 or 16 bits. */
static uint64_t of_avr(const struct file *f)
{
    return 128 + big(f, 26, 4) * (big(f, 14, 2) / 8);
}

/* The first block that ends beyond the file, or the last. SoX, which writes blocks of 16 bits (9),
 * counts 8 bytes too few. */
static uint64_t of_voc(const struct file *f)
{
    uint64_t at = little(f, 20, 2);
    while (at < f->size && f->bytes[at] != 0) {
        bool wide = f->bytes[at] == 9;
        at += 4 + little(f, (size_t)at + 1, 3);
        if (wide && at + 9 == f->size && f->bytes[at + 8] == 0)
            at += 8;
    }
    return at;
}

/* Chunks; of unknown length, -1, is the last at the most. */
static uint64_t of_caf(const struct file *f)
{
    uint64_t at = 8;
    while (at + 12 <= f->size && big(f, (size_t)at + 4, 8) <= UINT32_MAX)
        at += 12 + big(f, (size_t)at + 4, 8);
    return at;
}

static uint64_t of_mat5(const struct file *f)
{
    bool is_little = has(f, 126, "IM");
    uint64_t at = 128;
    while (at < f->size)
        at += 8 + (is_little ? little : big)(f, (size_t)at + 4, 4);
    return at - 8; /* libsndfile, which writes these files, counts 8 bytes too many */
}

/* Of floating point or integers by the third digit of its type; the name comes before the data. */
static uint64_t of_mat4(const struct file *f)
{
    static const unsigned widths[] = {8, 4, 4, 2, 2, 1};
    uint64_t at = 0;
    while (at + 20 <= f->size) {
        bool is_big = little(f, (size_t)at, 4) > 0xffff || f->bytes[at + 2] == 3;
        uint64_t (*get)(const struct file *, size_t, size_t) = is_big ? big : little;
        uint64_t kind = get(f, (size_t)at, 4) / 10 % 10;
        uint64_t values = get(f, (size_t)at + 4, 4) * get(f, (size_t)at + 8, 4);
        if (values > UINT32_MAX)
            return 0;
        at += 20 + get(f, (size_t)at + 16, 4) + values * widths[kind < 6 ? kind : 5];
    }
    return at;
}

/* A page says whether it is the last; one more belongs after one that is not. */
static uint64_t of_ogg(const struct file *f)
{
    enum { HEAD = 27, LAST = 4 };
    size_t at = 0;
    bool last = true;
    while (has(f, at, "OggS") && at + HEAD <= f->size) {
        size_t end = at + HEAD + f->bytes[at + HEAD - 1];
        last = (f->bytes[at + 5] & LAST) != 0;
        size_t next = end;
        for (at += HEAD; at < end; at++)
            next += (size_t)big(f, at, 1);
        at = next;
    }
    return last ? at : at + HEAD;
}

/* In a file as on a Macintosh. */
static uint64_t of_hcom(const struct file *f)
{
    return 128 + big(f, 83, 4);
}

/* Packets of 127 bytes with 120 bytes of samples, 7 bits in each. */
static uint64_t of_sds(const struct file *f)
{
    uint64_t count = (uint64_t)(f->bytes[10] | f->bytes[11] << 7 | f->bytes[12] << 14);
    uint64_t each = 120 / ((f->bytes[6] + 6u) / 7 > 0 ? (f->bytes[6] + 6u) / 7 : 1);
    return 21 + (count + each - 1) / each * 127;
}

/* What LAME and others say in the first frame. */
static uint64_t of_mpeg(const struct file *f)
{
    enum { ID3_HEAD = 10, IN_FRAME = 64, HAS_BYTES = 2, HAS_FRAMES = 1 };
    size_t at = 0;
    if (has(f, 0, "ID3"))
        for (size_t i = 6; i < ID3_HEAD && i < f->size; i++)
            at = at << 7 | (f->bytes[i] & 0x7f);
    at += at > 0 ? ID3_HEAD : 0;
    for (size_t tag = at; tag < at + IN_FRAME; tag++)
        if (has(f, tag, "Xing") || has(f, tag, "Info")) {
            uint64_t flags = big(f, tag + 4, 4);
            size_t bytes_at = tag + 8 + (flags & HAS_FRAMES ? 4 : 0);
            return flags & HAS_BYTES ? at + big(f, bytes_at, 4) : 0;
        }
    return 0;
}

bool extent_check(const char *type, const unsigned char *bytes, size_t size, char *why)
{
    static const struct {
        const char *type, *magic;
        size_t at;
        uint64_t (*expect)(const struct file *);
    } formats[] = {
        {NULL, "riff\x2e\x91\xcf\x11", 0, of_w64},
        {NULL, "FORM", 0, of_maud},
        {NULL, "2BIT", 0, of_avr},
        {NULL, "Creative Voice File\x1a", 0, of_voc},
        {NULL, "caff", 0, of_caf},
        {NULL, "MATLAB 5.0", 0, of_mat5},
        {"mat4", "", 0, of_mat4},
        {NULL, "OggS", 0, of_ogg},
        {NULL, "FSSD", 65, of_hcom},
        {"sds", "\xf0\x7e", 0, of_sds},
        {"mp3", "", 0, of_mpeg},
        {"mp2", "", 0, of_mpeg},
    };
    enum { SHORTEST = 28 };
    const struct file f = {bytes, size};
    uint64_t expected = 0;
    for (size_t i = 0; i < sizeof formats / sizeof *formats && size >= SHORTEST; i++)
        if ((formats[i].type == NULL || strcasecmp(formats[i].type, type) == 0) &&
            has(&f, formats[i].at, formats[i].magic))
            expected = formats[i].expect(&f);
    return expected <= size || expected >= UINT64_C(1) << 62 ||
           why_not(why, "truncated: %zu bytes, expected %s%llu as its header says", size,
                   expected > size && has(&f, 0, "OggS") ? "at least " : "",
                   (unsigned long long)expected);
}
