/* A model at work on rows side by side, whatever its kind. */
#ifndef WAVEFILL_MODEL_PREDICTOR_H
#define WAVEFILL_MODEL_PREDICTOR_H

#include "base/str.h"
#include "model/model.h"
#include "model/roll_out.h"

#include <stdbool.h>
#include <stddef.h>

struct predictor_options {
    size_t extend; /* so many new columns, by the model again and again; 0: its targets, once */
    bool clamp;    /* new columns are held within the model's range; with extend */
    /* Of a local model, where training rows of a row's own name come from: this model instead
     * (NULL: the model itself), or, with `others`, nowhere. */
    struct local *own;
    bool others;
};

struct predictor;

/* The caller frees (predictor_free); model and own must outlive it. */
struct predictor *predictor_new(const struct model *model, const struct predictor_options *options);
void predictor_free(struct predictor *p);

/* How many doubles a row needs from its given columns on; how many rows may stand side by side;
 * whether the new columns must come right after the given ones. */
size_t predictor_size(const struct predictor *p);
size_t predictor_most(const struct predictor *p);
bool predictor_in_place(const struct predictor *p);

/* Puts the new columns of `rows` rows, whose given ones are at x and every x_stride doubles from
 * there, to y and every y_stride doubles from there. names: of the rows, or NULL. found: one a row;
 * if there is a `why`, it is that of the first row without an answer, and those after it say
 * nothing. */
void predictor_run(struct predictor *p, double *x, size_t x_stride, double *y, size_t y_stride,
                   const struct str *names, size_t rows, struct rolled_out *found);

#endif
