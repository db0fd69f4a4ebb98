/* Known rows and what is predicted of them: which columns both have. What does not belong together
 * ends the program with a message. */
#ifndef WAVEFILL_STREAM_ROW_PAIRS_H
#define WAVEFILL_STREAM_ROW_PAIRS_H

#include "base/num.h"
#include "stream/row_reader.h"

#include <stddef.h>

/* The caller sets both readers' `in`, which stay the caller's, and span, and steps them on with
 * in_step_next; all else is zero at first. */
struct row_pairs {
    struct row_reader rows[2]; /* at the present row */
    struct num_span span;      /* of the predicted columns these only */
    size_t from, cols;         /* what span means */
    double *known_values, *predicted_values;
    size_t known_size;
};
enum { ROW_PAIRS_KNOWN, ROW_PAIRS_PREDICTED };

/* The values of the present row in the columns that both have: cols of each, finite, valid
 * until the next call. The predicted columns must be among the known ones. */
struct row_pair {
    const double *known, *predicted;
    size_t cols;
};
struct row_pair row_pairs_match(struct row_pairs *pairs);

/* Frees what row_pairs_match has allocated. */
void row_pairs_free(struct row_pairs *pairs);

#endif
