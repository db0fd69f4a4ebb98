/* riff: the check of a WAV header, and whether its length says anything. What it lets
 * through is what libsox can be given: the fields that matter are read here again. */
#include "harness.h"

#include "audio/riff.h"
#include "base/why.h"

#include <stdbool.h>
#include <stdio.h>
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

/* libsox has room for as many samples as are claimed: no block, the last one of the file
 * neither, makes it write more. */
static void check_adpcm(struct bytes s, uint32_t tag, size_t fmt)
{
    FUZZ_CHECK(fmt + 20 <= s.n && field(s, fmt + 18, 2) >= 2);
    uint32_t channels = field(s, fmt + 2, 2);
    uint32_t block = field(s, fmt + 12, 2);
    size_t head = tag == 2 ? 7 : 4;
    FUZZ_CHECK(block >= head * channels);
    FUZZ_CHECK(tag != 2 || channels * field(s, fmt + 18, 2) % 2 == 0);
    size_t last = (s.n - chunk(s, "data")) % block;
    if (last >= head * channels)
        FUZZ_CHECK(2 * (last - head * channels) / channels + (tag == 2 ? 2 : 1) <=
                   field(s, fmt + 18, 2));
}

static void check_accepted(struct bytes s)
{
    FUZZ_CHECK(memcmp(s.p, "RIFF", 4) == 0 || memcmp(s.p, "RIFX", 4) == 0);
    FUZZ_CHECK(memcmp(s.p + 8, "WAVE", 4) == 0);
    size_t fmt = chunk(s, "fmt ");
    FUZZ_CHECK(fmt > 0 && fmt + 16 <= s.n && chunk(s, "data") > 0);
    FUZZ_CHECK(field(s, fmt + 2, 2) > 0 && field(s, fmt + 4, 4) > 0);
    uint32_t tag = field(s, fmt, 2);
    if (tag == 2 || tag == 0x11)
        check_adpcm(s, tag, fmt);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char why[WHY_SIZE] = "";
    struct bytes s = {data, size};
    uint32_t rate = riff_plain_rate(data, size);
    if (rate > 0) {
        FUZZ_CHECK(riff_check(data, size, why) && !riff_open_ended(data, size));
        FUZZ_CHECK(chunk(s, "fmt ") == 20 && chunk(s, "data") == RIFF_PLAIN_BYTES);
        FUZZ_CHECK(field(s, 20, 2) == 1 && field(s, 22, 2) == 1 && field(s, 34, 2) == 16);
        FUZZ_CHECK(field(s, 24, 4) == rate && field(s, 40, 4) + RIFF_PLAIN_BYTES == size);
    }
    if (!riff_check(data, size, why)) {
        FUZZ_CHECK(strstr(why, ", expected ") != NULL && strlen(why) < sizeof why - 1);
        return 0;
    }
    check_accepted(s);
    bool open_ended = riff_open_ended(data, size);
    FUZZ_CHECK(!open_ended || field(s, chunk(s, "data") - 4, 4) >= 0x7ffff000);
    return 0;
}
