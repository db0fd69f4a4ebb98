#include "stream/row_reader.h"

#include "base/mem.h"
#include "base/msg.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* Ends the program: one of these columns from `first` on is not finite. */
static _Noreturn void refuse(const struct stream *in, const struct block *block, size_t row,
                             size_t first, const double *x)
{
    size_t j = 0;
    while (isfinite(x[j]))
        j++;
    struct str name = block_name(block, row);
    char text[256];
    die(stream_name(in), "row %zu%s%s%s, column %" PRIu64 ": %s, expected a finite number",
        stream_row0(in) + row, name.n > 0 ? " (" : "", msg_text(name.p, name.n, text, sizeof text),
        name.n > 0 ? ")" : "", (uint64_t)first + j + block->col0,
        isnan(x[j]) ? "nan"
        : x[j] > 0  ? "inf"
                    : "-inf");
}

void row_reader_columns(const struct stream *in, const struct block *block, size_t row,
                        size_t first, size_t cols, double *x)
{
    struct block_row source = block_row(block, row);
    array_to_double(&source.type, source.data + first * source.type.size, cols, x);
    if (source.type.kind != ARRAY_FLOAT)
        return;
    /* A sum of x * 0 is 0 unless one of them is not finite: no branch a value. */
    double sum = 0;
    for (size_t j = 0; j < cols; j++)
        sum += x[j] * 0;
    if (sum != 0)
        refuse(in, block, row, first, x);
}

void row_reader_refuse(const struct stream *in, const struct block *block, size_t row)
{
    struct block_row source = block_row(block, row);
    double *x = mem_array(source.cols, sizeof *x);
    array_to_double(&source.type, source.data, source.cols, x);
    refuse(in, block, row, 0, x);
}

void row_reader_row(const struct stream *in, const struct block *block, size_t row, size_t cols,
                    double *x)
{
    row_reader_columns(in, block, row, 0, cols, x);
}

bool row_reader_next(struct row_reader *cursor)
{
    while (cursor->row == cursor->block.rows) {
        cursor->row = 0;
        cursor->block.rows = 0;
        if (!stream_next(cursor->in, &cursor->block))
            return false;
    }
    cursor->row++;
    return true;
}

void row_reader_check_names(const struct row_reader *truth, const struct row_reader *predicted)
{
    struct str a = block_name(&truth->block, truth->row - 1);
    struct str b = block_name(&predicted->block, predicted->row - 1);
    if (a.n == 0 || b.n == 0 || (a.n == b.n && memcmp(a.p, b.p, a.n) == 0))
        return;
    char expected[2048], found[2048];
    die(stream_name(predicted->in), "row %zu is %s, expected %s as in %s",
        stream_row0(predicted->in) + predicted->row - 1, msg_text(b.p, b.n, found, sizeof found),
        msg_text(a.p, a.n, expected, sizeof expected), stream_name(truth->in));
}
