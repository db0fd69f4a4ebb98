/* Some of a block's rows, written as a block. */
#ifndef WAVEFILL_STREAM_ROW_SUBSET_H
#define WAVEFILL_STREAM_ROW_SUBSET_H

#include "base/output.h"
#include "stream/block.h"

#include <stdbool.h>

/* Writes the rows of block whose take[i] is `which`, if there are any, and ends the
 * matrix where last is true: with a block of no rows if none is left to say so. */
void row_subset_put(struct output *out, const struct block *block, const bool *take, bool which,
                    bool last);

#endif
