/* Rows of a stream as finite doubles in memory. Errors end the program. */
#ifndef WAVEFILL_TABLE_H
#define WAVEFILL_TABLE_H

#include "block.h"
#include "stream.h"

#include <stddef.h>

/* A whole matrix: rows × cols in C order, owned (table_free). */
struct table {
    double *data;
    size_t rows, cols, capacity;
    struct block meta; /* of the first block, without rows and names */
    struct mp_map map; /* meta's attributes, in memory of their own */
    char *bytes;
};

/* Reads in to its end. Refuses rows of different lengths, NaN and infinities. */
void table_read(struct stream *in, struct table *table);
void table_free(struct table *table);

/* Row `row` of the stream's present block: its first `cols` columns as doubles at x.
 * Refuses NaN and infinities, naming row and column. */
void table_row(const struct stream *in, const struct block *block, size_t row, size_t cols,
               double *x);

/* Goes through a stream a row at a time. */
struct table_cursor {
    struct stream *in;
    struct block block;
    size_t row; /* of the next one in the block */
};

/* Steps to the next row: cursor->row is one more than its number in cursor->block.
 * False at the end. */
bool table_next(struct table_cursor *cursor);

#endif
