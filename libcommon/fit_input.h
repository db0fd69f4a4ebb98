/* All that lsq-fit reads: blocks of rows and partial fits, in any order, reduced as they
 * come. Errors end the program with a message. */
#ifndef WAVEFILL_FIT_INPUT_H
#define WAVEFILL_FIT_INPUT_H

#include "block.h"
#include "lsq_reduce.h"
#include "num.h"
#include "range.h"
#include "stream.h"

#include <stdbool.h>

struct fit_input {
    const char *given_text; /* how many columns are given, as typed; NULL: as the partial fits */
    struct num_pos position;
    bool intercept;
    unsigned threads;

    size_t given, targets; /* found */
    struct lsq_reducer *reducer;
    struct range range;     /* of all values */
    struct block_meta meta; /* of the first block */
    double *strip;          /* room to convert strip_rows rows in */
    size_t strip_rows;
};

/* Reads in to its end; the settings above must be there. */
void fit_input_read(struct fit_input *input, struct stream *in);
void fit_input_free(struct fit_input *input);

#endif
