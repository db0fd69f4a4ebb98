#include "stream/row_reader.h"

#include "base/mem.h"
#include "base/msg.h"
#include "math/finite.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>

/* Ends the program: one of these columns from `first` on is not finite. */
static _Noreturn void refuse(const struct stream *in, const struct block *block, size_t row,
                             size_t first, const double *x)
{
    size_t j = 0;
    while (isfinite(x[j]))
        j++;
    char text[ROW_READER_LABEL];
    die(stream_name(in), "%s, column %" PRIu64 ": %s, expected a finite number",
        row_reader_label(in, block, row, text), (uint64_t)first + j + block->col0,
        isnan(x[j]) ? "nan"
        : x[j] > 0  ? "inf"
                    : "-inf");
}

void row_reader_columns(const struct stream *in, const struct block *block, size_t row,
                        size_t first, size_t cols, double *x)
{
    struct array source = block_row(block, row);
    array_to_double(&source.type, source.data + first * source.type.size, cols, x);
    if (source.type.kind == ARRAY_FLOAT && !finite_all(x, cols))
        refuse(in, block, row, first, x);
}

/* Whole rows, one after the other here and there. False if something in them is not finite. */
static bool read_at_once(const struct block *block, size_t row, size_t count, double *x)
{
    struct array source = block_row(block, row);
    array_to_double(&source.type, source.data, count * source.cols, x);
    return source.type.kind != ARRAY_FLOAT || finite_all(x, count * source.cols);
}

void row_reader_rows(const struct stream *in, const struct block *block, size_t row, size_t count,
                     size_t first, size_t cols, double *x, size_t stride)
{
    bool whole = !block->ragged && cols == block->nds->cols && stride == cols;
    if (whole && read_at_once(block, row, count, x))
        return;
    for (size_t i = 0; i < count; i++)
        row_reader_columns(in, block, row + i, first, cols, x + i * stride);
}

void row_reader_refuse(const struct stream *in, const struct block *block, size_t row)
{
    struct array source = block_row(block, row);
    double *x = mem_array(source.cols, sizeof *x);
    array_to_double(&source.type, source.data, source.cols, x);
    refuse(in, block, row, 0, x);
}

const char *row_reader_label(const struct stream *in, const struct block *block, size_t row,
                             char text[ROW_READER_LABEL])
{
    char shown[256];
    struct str name = block_name(block, row);
    msg_text(name.p, name.n, shown, sizeof shown);
    snprintf(text, ROW_READER_LABEL, "row %zu%s%s%s", stream_row0(in) + row, name.n > 0 ? " (" : "",
             shown, name.n > 0 ? ")" : "");
    return text;
}

bool row_reader_next(struct row_reader *reader)
{
    if (++reader->row < reader->block.rows)
        return true;
    reader->row = 0;
    reader->block.rows = 0;
    while (reader->block.rows == 0)
        if (!stream_next(reader->in, &reader->block))
            return false;
    return true;
}

size_t row_reader_number(const struct row_reader *reader)
{
    return stream_row0(reader->in) + reader->row;
}

size_t row_reader_cols(const struct row_reader *reader)
{
    return block_row(&reader->block, reader->row).cols;
}

struct str row_reader_name(const struct row_reader *reader)
{
    return block_name(&reader->block, reader->row);
}
