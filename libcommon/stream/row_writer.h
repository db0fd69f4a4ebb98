/* Rows out, as blocks of at most 64 MiB. Errors end the program with a message. */
#ifndef WAVEFILL_STREAM_ROW_WRITER_H
#define WAVEFILL_STREAM_ROW_WRITER_H

#include "base/output.h"
#include "stream/block.h"

#include <stddef.h>

struct row_writer {
    struct output *out;
    const struct block *block;
    size_t row;  /* of block: the next one */
    size_t left; /* rows that the map begun still takes */
};

/* Begins on block->rows rows, which row_writer_put must then be given. block says all but their
 * data: the types and columns (of nds, whose data is not looked at), names, rate, col0,
 * attributes, and whether the matrix ends with them (last). With no rows it writes an empty
 * block where the matrix ends, else nothing. Refuses a row that does not fit into a block.
 * block stays the caller's and must outlive the writer, which owns nothing. */
void row_writer_begin(struct row_writer *w, struct output *out, const struct block *block);

/* Writes the next `rows` rows, which lie one after the other at data; of a ragged block one. */
void row_writer_put(struct row_writer *w, const void *data, size_t rows);

#endif
