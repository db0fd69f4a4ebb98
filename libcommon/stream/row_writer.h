/* Rows out, as blocks of at most 64 MiB. Errors end the program with a message. */
#ifndef WAVEFILL_STREAM_ROW_WRITER_H
#define WAVEFILL_STREAM_ROW_WRITER_H

#include "base/output.h"
#include "stream/block.h"

#include <stddef.h>

struct row_writer {
    struct output *out;
    struct block block;
    struct array shape; /* of the rows, where they are no block's own */
    size_t row;         /* of block: the next one */
    size_t left;        /* rows that the map begun still takes */
};

/* Begins on block->rows rows, which must then be put. block says all but their data: names, rate,
 * col0, attributes, whether the matrix ends with them (last), and types and columns (in nds, whose
 * data is not looked at) unless type is given: then it is a rectangle of that type and so many
 * columns. With no rows it writes an empty block where the matrix ends, else nothing. Refuses a row
 * that does not fit into a block. The writer stays where it is; what block points to must outlive
 * it. */
void row_writer_begin(struct row_writer *w, struct output *out, const struct block *block,
                      const struct array_type *type, size_t cols);

/* Writes the next `rows` rows, which lie one after the other at data; of a ragged block one. */
void row_writer_put(struct row_writer *w, const void *data, size_t rows);

#endif
