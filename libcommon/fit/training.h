/* All that lsq-fit reads: blocks of rows and partial fits, in any order, reduced as they
 * come. Errors end the program with a message. */
#ifndef WAVEFILL_FIT_TRAINING_H
#define WAVEFILL_FIT_TRAINING_H

#include "base/num.h"
#include "lsq/reducer.h"
#include "math/range.h"
#include "stream/block.h"
#include "stream/stream.h"

#include <stdbool.h>

struct training {
    struct num_pos position; /* how many columns are given; without text: as the partial fits */
    bool intercept;
    unsigned threads;

    size_t given, targets; /* found */
    struct lsq_reducer *reducer;
    struct range range;     /* of all values */
    struct block_meta meta; /* of the first block */

    double *strip; /* rows as doubles, a few at a time */
    size_t strip_rows;
};

/* Before the first training_take; the settings above must be there. */
void training_begin(struct training *input);

/* Adds rows `row` to `end` of a block of that many columns, or the partial fit that it is. */
void training_take(struct training *input, const struct stream *in, const struct block *block,
                   size_t columns, size_t row, size_t end);

/* Reads in to its end: all of that in one call. */
void training_read(struct training *input, struct stream *in);
void training_free(struct training *input);

#endif
