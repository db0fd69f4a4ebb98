/* riff: the check of a WAV header, and where its samples are. What it lets through is what libsox
 * can be given: the fields that matter are read here again. */
#include "harness.h"

#include "audio/riff.h"
#include "base/why.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static uint32_t field(struct bytes s, size_t at, size_t width)
{
    uint32_t value = 0;
    bool big = s.p[3] == 'X';
    for (size_t i = 0; i < width; i++)
        value |= (uint32_t)s.p[at + i] << 8 * (big ? width - 1 - i : i);
    return value;
}

/* Where the data of the first chunk of that name are; 0 if there is none. */
static size_t chunk(struct bytes s, const char *name)
{
    for (uint64_t at = 12; at + 8 <= s.n;) {
        if (memcmp(s.p + at, name, 4) == 0)
            return (size_t)at + 8;
        uint64_t size = field(s, (size_t)at + 4, 4);
        at += 8 + size + size % 2;
    }
    return 0;
}

/* libsox has room for as many samples as are claimed: no block, the last one neither, makes it
 * write more. */
static void check_adpcm(struct bytes s, const struct riff *r, uint32_t tag)
{
    FUZZ_CHECK(r->fmt_size >= 20 && field(s, r->fmt + 18, 2) >= 2);
    uint32_t block = field(s, r->fmt + 12, 2);
    size_t head = tag == 2 ? 7 : 4;
    FUZZ_CHECK(block >= head);
    FUZZ_CHECK(tag != 2 || field(s, r->fmt + 18, 2) % 2 == 0);
    size_t last = r->length % block;
    if (last >= head)
        FUZZ_CHECK(2 * (last - head) + (tag == 2 ? 2 : 1) <= field(s, r->fmt + 18, 2));
}

static void check_samples(struct bytes s, const struct riff *r)
{
    uint32_t tag = field(s, r->fmt, 2);
    FUZZ_CHECK(r->at == chunk(s, "data") && r->fmt == chunk(s, "fmt ") && r->fmt < r->at);
    FUZZ_CHECK(r->length <= s.n - r->at && r->fmt_size <= r->at - r->fmt);
    if (r->is_linear)
        FUZZ_CHECK(r->kind.bits % 8 == 0 && r->kind.bits >= 8 && r->kind.bits <= 64 &&
                   r->length % (r->kind.bits / 8) == 0);
    if (tag == 2 || tag == 0x11)
        check_adpcm(s, r, tag);
}

/* What libsox is given has the same format and samples, and nothing else. */
static void check_reduced(struct bytes s, const struct riff *r)
{
    char why[WHY_SIZE];
    struct riff again;
    size_t from;
    uint8_t *copy = fuzz_copy(s);
    riff_reduce(copy, r, &from);
    FUZZ_CHECK(r->length == 0 || memcmp(copy + r->at, s.p + r->at, r->length) == 0);
    FUZZ_CHECK(riff_parse(copy + from, r->at + r->length - from, &again, why));
    FUZZ_CHECK(again.rate == r->rate && again.fmt_size == r->fmt_size && again.note[0] == '\0');
    FUZZ_CHECK(again.length == r->length && again.at == r->at - from);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char why[WHY_SIZE] = "";
    struct bytes s = {data, size};
    struct riff riff;
    if (!riff_parse(data, size, &riff, why)) {
        FUZZ_CHECK(strstr(why, ", expected ") != NULL && strlen(why) < sizeof why - 1);
        return 0;
    }
    FUZZ_CHECK(memcmp(s.p + 8, "WAVE", 4) == 0 && riff.channels > 0 && riff.rate > 0);
    if (riff.channels == 1) {
        check_samples(s, &riff);
        check_reduced(s, &riff);
    }
    return 0;
}
