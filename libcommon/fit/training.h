/* What is fitted: rows and partial fits, in any order, reduced as they come. Errors end the program
 * with a message. */
#ifndef WAVEFILL_FIT_TRAINING_H
#define WAVEFILL_FIT_TRAINING_H

#include "base/num.h"
#include "base/str.h"
#include "lsq/reducer.h"
#include "math/range.h"
#include "stream/block.h"
#include "stream/stream.h"

#include <stdbool.h>

struct training {
    struct num_pos position; /* how many columns are given; without text: as the partial fits */
    bool intercept;
    unsigned threads;

    struct str name;       /* of the rows, bytes owned; empty: any */
    size_t given, targets; /* found */
    struct lsq_reducer *reducer;
    struct range range;     /* of all values; range_none() at first */
    struct block_meta meta; /* of the first block */

    double *strip; /* rows as doubles, a few at a time */
    size_t strip_rows;
};

/* Adds rows `row` to `end` of a block of that many columns, or the partial fit that it is. */
void training_take(struct training *input, const struct stream *in, const struct block *block,
                   size_t columns, size_t row, size_t end);
void training_free(struct training *input);

#endif
