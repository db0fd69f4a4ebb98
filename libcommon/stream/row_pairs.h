/* Two streams in step, row for row: known rows and what is predicted of them. What does not
 * belong together ends the program with a message. */
#ifndef WAVEFILL_STREAM_ROW_PAIRS_H
#define WAVEFILL_STREAM_ROW_PAIRS_H

#include "base/num.h"
#include "base/str.h"
#include "stream/row_reader.h"

#include <stdbool.h>
#include <stddef.h>

/* The caller sets both readers' `in` (that of predicted may be NULL: then there are known rows
 * only) and, for row_pairs_match, span; all else is zero at first. The streams stay the
 * caller's. */
struct row_pairs {
    struct row_reader known, predicted; /* at the present row */
    struct num_span span;               /* of the predicted columns these only */
    size_t from, cols;                  /* what span means */
    double *known_values, *predicted_values;
    size_t known_size;
};

/* Steps to the next row of both. False at the end. Both must have as many rows, the same names
 * where both have some, and the same rate where both have one. */
bool row_pairs_next(struct row_pairs *pairs);

/* The present row's name: the known one's, else the predicted one's; empty if neither has one. */
struct str row_pairs_name(const struct row_pairs *pairs);

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
