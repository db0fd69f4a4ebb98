#include "table.h"

#include "mem.h"
#include "msg.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void check_finite(const struct stream *in, const struct block *block, size_t row,
                         size_t cols, const double *x)
{
    /* A sum of x * 0 is 0 unless one of them is not finite: no branch a value. */
    double sum = 0;
    for (size_t j = 0; j < cols; j++)
        sum += x[j] * 0;
    if (sum == 0)
        return;
    size_t j = 0;
    while (isfinite(x[j]))
        j++;
    struct str name = block_name(block, row);
    die(stream_name(in), "row %zu%s%.*s%s, column %" PRIu64 ": %s, expected a finite number",
        stream_row0(in) + row, name.n > 0 ? " (" : "", name.n < 200 ? (int)name.n : 200, name.p,
        name.n > 0 ? ")" : "", (uint64_t)j + block->col0,
        isnan(x[j]) ? "nan"
        : x[j] > 0  ? "inf"
                    : "-inf");
}

void table_row(const struct stream *in, const struct block *block, size_t row, size_t cols,
               double *x)
{
    struct block_row source = block_row(block, row);
    nd_to_double(&source.type, source.data, cols, x);
    if (source.type.kind == ND_FLOAT)
        check_finite(in, block, row, cols, x);
}

static bool is_attribute(struct str key)
{
    return !str_is(key, "x") && !str_is(key, "names");
}

static void keep_meta(struct table *table, const struct block *block)
{
    table->bytes = mp_copy(&table->map, block->map, is_attribute);
    table->meta = *block;
    table->meta.map = &table->map;
    table->meta.names = NULL;
    table->meta.nds = NULL;
    table->meta.rows = 0;
}

void table_read(struct stream *in, struct table *table)
{
    struct block block;
    memset(table, 0, sizeof *table);
    while (stream_next(in, &block)) {
        if (table->bytes == NULL)
            keep_meta(table, &block);
        if (block.has_rate) {
            table->meta.has_rate = true;
            table->meta.rate = block.rate;
        }
        size_t cols = stream_rectangle(in, &block);
        if (block.rows == 0)
            continue;
        table->cols = cols;
        if (cols > SIZE_MAX / sizeof(double) / 4 / (table->rows + block.rows))
            die(stream_name(in), "a matrix too large for the memory there is, expected fewer rows");
        if (table->rows + block.rows > table->capacity) {
            table->capacity = table->rows == 0 ? block.rows : 2 * (table->rows + block.rows);
            table->data = mem_grow(table->data, table->capacity, cols * sizeof(double));
        }
        for (size_t i = 0; i < block.rows; i++)
            table_row(in, &block, i, cols, table->data + (table->rows + i) * cols);
        table->rows += block.rows;
    }
}

void table_free(struct table *table)
{
    mp_free(&table->map);
    free(table->bytes);
    free(table->data);
    memset(table, 0, sizeof *table);
}

bool table_next(struct table_cursor *cursor)
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
