/* Rows of a stream as finite doubles. Errors end the program. */
#ifndef WAVEFILL_STREAM_ROW_READER_H
#define WAVEFILL_STREAM_ROW_READER_H

#include "stream/block.h"
#include "stream/stream.h"

#include <stddef.h>

/* Row `row` of the stream's present block: its first `cols` columns as doubles at x.
 * Refuses NaN and infinities, naming row and column. */
void row_reader_row(const struct stream *in, const struct block *block, size_t row, size_t cols,
                    double *x);

/* The same for its `cols` columns from `first` on. */
void row_reader_columns(const struct stream *in, const struct block *block, size_t row,
                        size_t first, size_t cols, double *x);

/* Ends the program: row `row`, all of its columns, has something in it that is not finite. */
_Noreturn void row_reader_refuse(const struct stream *in, const struct block *block, size_t row);

/* Goes through a stream a row at a time. */
struct row_reader {
    struct stream *in;
    struct block block;
    size_t row; /* of the next one in the block */
};

/* Steps to the next row: cursor->row is one more than its number in cursor->block.
 * False at the end. */
bool row_reader_next(struct row_reader *cursor);

/* Ends the program if the rows that both cursors are at have names, and other ones. */
void row_reader_check_names(const struct row_reader *truth, const struct row_reader *predicted);

#endif
