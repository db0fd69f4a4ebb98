/* Rows of a stream as finite doubles. Errors end the program with a message. */
#ifndef WAVEFILL_STREAM_ROW_READER_H
#define WAVEFILL_STREAM_ROW_READER_H

#include "stream/block.h"
#include "stream/stream.h"

#include <stdbool.h>
#include <stddef.h>

/* Row `row` of the stream's present block: its `cols` columns from `first` on as doubles at x.
 * Refuses NaN and infinities, naming row and column. */
void row_reader_columns(const struct stream *in, const struct block *block, size_t row,
                        size_t first, size_t cols, double *x);

/* The same for `count` rows from `row` on, at x and every `stride` doubles from there. */
void row_reader_rows(const struct stream *in, const struct block *block, size_t row, size_t count,
                     size_t first, size_t cols, double *x, size_t stride);

/* Ends the program: row `row`, all of its columns, has something in it that is not finite. */
_Noreturn void row_reader_refuse(const struct stream *in, const struct block *block, size_t row);

/* How messages call a row of the present block: "row 3 (its name)", or "row 3". Returns text. */
enum { ROW_READER_LABEL = 300 };
const char *row_reader_label(const struct stream *in, const struct block *block, size_t row,
                             char text[ROW_READER_LABEL]);

/* Goes through a stream a row at a time. All but `in` is zero before the first row. */
struct row_reader {
    struct stream *in;
    struct block block;
    size_t row; /* of the block: the present one, from 0 */
};

/* Steps to the next row. False at the end. */
bool row_reader_next(struct row_reader *reader);

/* Of the present row: its number in the stream, its columns, its name (empty if it has none). */
size_t row_reader_number(const struct row_reader *reader);
size_t row_reader_cols(const struct row_reader *reader);
struct str row_reader_name(const struct row_reader *reader);

#endif
