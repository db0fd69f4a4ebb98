/* The rows of a truth and of its prediction, two streams, column for column as finite
 * doubles. What does not belong together ends the program with a message. */
#ifndef WAVEFILL_STREAM_ROW_PAIRS_H
#define WAVEFILL_STREAM_ROW_PAIRS_H

#include "base/num.h"
#include "base/str.h"
#include "stream/stream.h"
#include "stream/row_reader.h"

#include <stdbool.h>
#include <stddef.h>

struct row_pairs {
    struct row_reader truth, predicted; /* at the present row */
    struct num_span span;               /* of the predicted columns these only */
    size_t from, cols;                  /* what span means */
    double *truth_room, *predicted_room;
    size_t truth_size;
};

/* Both streams stay the caller's. */
void row_pairs_init(struct row_pairs *pairs, struct stream *truth, struct stream *predicted,
                    struct num_span span);
void row_pairs_free(struct row_pairs *pairs);

/* A row: cols values of each, valid until the next call. */
struct row_pair {
    const double *truth, *predicted;
    size_t cols;
    struct str name; /* empty if neither has one */
};

/* The next row. False at the end, when both streams have had as many. */
bool row_pairs_next(struct row_pairs *pairs, struct row_pair *pair);

#endif
