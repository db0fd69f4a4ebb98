/* A model applied again and again: it predicts what follows a row from the row's last
 * columns, what follows that from the last columns then, and so on. */
#ifndef WAVEFILL_MODEL_ROLL_OUT_H
#define WAVEFILL_MODEL_ROLL_OUT_H

#include "model/model.h"
#include "model/neighbours.h"

#include <stdbool.h>
#include <stddef.h>

struct roll_out;

/* The caller frees with roll_out_free. The model must outlive it, and near, with which a local one
 * predicts; NULL for others. */
struct roll_out *roll_out_new(const struct model *model, struct neighbours *near);
void roll_out_free(struct roll_out *roll_out);

/* How many doubles a row needs that is to have count more columns. */
size_t roll_out_size(const struct roll_out *roll_out, size_t count);

/* Why there are no new columns that are finite. */
extern const char roll_out_overflow[];

/* The new columns of a row. */
struct rolled_out {
    const char *why; /* there are none, and the others say nothing; NULL where all is well */
    size_t outside;  /* how many are outside of the range seen in training */
    size_t first;    /* the first of these */
};

/* Rows side by side, at most, of a model that is no local one: so few that their columns stay in
 * the cache from step to step. */
enum { ROLL_OUT_ROWS = 8 };

/* x: the last `given` columns of rows side by side, roll_out_size doubles each, `stride` from one
 * to the next: puts count more after them, as many as the model has targets at a time. clamp: each
 * is brought into the model's range before the next are predicted from it; `outside` then tells how
 * many needed it. found: one a row. Stops at the first row that has none. Sums run in one order,
 * whatever the compiler and the processor, but for those of a local model. */
void roll_out_rows(const struct roll_out *roll_out, double *x, size_t stride, size_t rows,
                   size_t count, bool clamp, struct rolled_out *found);

#endif
