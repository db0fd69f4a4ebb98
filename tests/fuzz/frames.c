/* frames: pad-chop, above all its frames, which are counted and cut out here a second time. */
#include "filter.h"

#include "../../cmd/pad-chop.c"

/* What each line leaves of a row: so many columns; of frames without -c also from which
 * column to which, else 0. */
static const char *const lines[] = {
    "pad-chop -q -f 1",           "pad-chop -q -f 3",
    "pad-chop -q -f 2 --hop=2",   "pad-chop -q --frame=4 --hop=7",
    "pad-chop -q -f 2 -c 1:",     "pad-chop -q -f 3 --hop=2 -c 25%:0.75",
    "pad-chop -q -f 1 -c 2:9",    "pad-chop -q -f 67108864 --hop=67108864",
    "pad-chop -q -l 4",           "pad-chop -q -l 9 -c 1:50%",
    "pad-chop -q -l max -c 50%:", "pad-chop -q",
};
enum { LINES = sizeof lines / sizeof *lines };
static const struct {
    size_t cols, hop;
} kept[LINES] = {{1, 1}, {3, 1}, {2, 2},        {4, 7}, {2, 0},
                 {3, 0}, {1, 0}, {67108864, 0}, {4, 0}, {3, 0}};

struct expected {
    size_t cols, hop;
    size_t rows;
    uint64_t hash;
};

/* The frames of the input, as filter_hash_rows sees them in the output. */
static void cut(void *argument)
{
    struct expected *e = argument;
    struct block block;
    struct stream *s = stream_open(NULL, 0);
    e->hash = FUZZ_HASH;
    while (stream_next(s, &block))
        for (size_t i = 0; i < block.rows; i++) {
            struct array row = block_row(&block, i);
            for (size_t at = 0; at + e->cols <= row.cols; at += e->hop, e->rows++)
                for (size_t j = at; j < at + e->cols; j++) {
                    double value;
                    array_to_double(&row.type, row.data + j * row.type.size, 1, &value);
                    e->hash = fuzz_hash(e->hash, &value, sizeof value);
                }
        }
    stream_close(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct filter_call call;
    if (!filter_try(&call, lines, LINES, data, size))
        return 0;
    struct filter_rows got = {.any = true};
    filter_read(&got, fuzz_output());
    size_t line = data[0] % LINES;
    FUZZ_CHECK(kept[line].cols == 0 || got.cols == kept[line].cols);
    if (kept[line].hop == 0)
        return 0;
    struct expected want = {.cols = kept[line].cols, .hop = kept[line].hop};
    fuzz_input(0, call.in, SIZE_MAX);
    FUZZ_CHECK(fuzz_run(cut, &want) == FUZZ_RETURNED);
    FUZZ_CHECK(want.rows == got.rows && want.hash == got.hash);
    return 0;
}
