/* Blocks out: the heads of maps, before the data that the caller writes. */
#ifndef WAVEFILL_STREAM_BLOCK_WRITE_H
#define WAVEFILL_STREAM_BLOCK_WRITE_H

#include "base/output.h"
#include "base/str.h"
#include "stream/block.h"

#include <stdbool.h>
#include <stddef.h>

/* How many rows from `row` on, at most `rows`, fit into one block of the stream
 * where each takes row_bytes (or, with row_bytes 0, what meta's own row takes); 0
 * if not even one does. */
size_t block_fit(const struct block *meta, size_t row, size_t rows, size_t row_bytes);

/* Writes the head of a block of `rows` rows from meta's row `row` on, with meta's
 * names, rate, col0 and unknown attributes, up to and including the head of the
 * array: the caller writes rows * cols elements of that type behind it. */
void block_put_head(struct output *out, const struct block *meta, size_t row, size_t rows,
                    const struct array_type *type, size_t cols, bool last);

/* The same for a ragged block: the caller writes `rows` 1-D arrays behind it. */
void block_put_ragged_head(struct output *out, const struct block *meta, size_t row, size_t rows,
                           bool last);

/* Writes rate and col0, where meta has them, and those unknown attributes for which skip
 * (may be NULL) is false; returns how many fields that is. With out NULL only counts. */
size_t block_put_meta(struct output *out, const struct block *meta, bool (*skip)(struct str key));

/* The bytes that it writes, or a few more. */
size_t block_meta_size(const struct block *meta, bool (*skip)(struct str key));

#endif
