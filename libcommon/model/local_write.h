/* Rows as a local model (lsq-fit --nearest), which lsq-predict reads. */
#ifndef WAVEFILL_MODEL_LOCAL_WRITE_H
#define WAVEFILL_MODEL_LOCAL_WRITE_H

#include "base/output.h"
#include "lsq/nearest.h"
#include "math/range.h"
#include "stream/block.h"

#include <stdbool.h>
#include <stddef.h>

/* The notes of a local model beside its rows. */
struct local_notes {
    struct nearest_settings settings;
    double weight; /* of each row */
    size_t given, targets;
};

/* How many of a block's rows from `row` on fit into one map, are of one type, and so can be
 * written together: at least 1, unless none are left. Ends the program if one row is too large. */
size_t local_fitting(struct output *out, const struct block *block, size_t row, size_t columns);

/* Writes rows `row` to row + count of a block (all of given + targets columns), with their names
 * and range, and the block's rate, col0 and attributes. last: whether no other map follows. */
void local_put(struct output *out, const struct local_notes *notes, const struct block *block,
               size_t row, size_t count, const struct range *range, bool last);

#endif
