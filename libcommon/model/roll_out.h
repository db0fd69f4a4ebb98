/* A model applied again and again: it predicts what follows a row from the row's last
 * columns, what follows that from the last columns then, and so on. */
#ifndef WAVEFILL_MODEL_ROLL_OUT_H
#define WAVEFILL_MODEL_ROLL_OUT_H

#include "model/model.h"

#include <stdbool.h>
#include <stddef.h>

struct roll_out;

/* The caller frees with roll_out_free. The model must outlive it. */
struct roll_out *roll_out_new(const struct model *model);
void roll_out_free(struct roll_out *roll_out);

/* How many doubles a row needs that is to have count more columns. */
size_t roll_out_size(const struct roll_out *roll_out, size_t count);

/* The new columns of a row. */
struct rolled_out {
    bool finite;    /* if not, the others say nothing */
    size_t outside; /* how many are outside of the range seen in training */
    size_t first;   /* the first of these */
};

/* x: the last `given` columns of a row, roll_out_size doubles in all: puts count more
 * after them, as many as the model has targets at a time. clamp: each is brought into
 * the model's range before the next are predicted from it; `outside` then tells how many
 * needed it. Sums run in one order, whatever the compiler and the processor. */
struct rolled_out roll_out_row(const struct roll_out *roll_out, double *x, size_t count,
                               bool clamp);

#endif
