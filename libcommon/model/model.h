/* A model of lsq-fit, and what it predicts. */
#ifndef WAVEFILL_MODEL_MODEL_H
#define WAVEFILL_MODEL_MODEL_H

#include "base/str.h"
#include "math/range.h"
#include "model/local.h"
#include "stream/array.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All owned (model_free). Arrays are in C order: coef (given × targets), or basis (given × rank)
 * and loadings (rank × targets). */
struct model {
    size_t given, targets, rank;
    double *coef, *basis, *loadings, *intercept;
    struct local *local; /* the training rows, of a local model: it has no arrays; else NULL */
    bool has_rate;
    double rate;             /* Hz */
    uint64_t col0;           /* of the first given column */
    struct range range;      /* of the values fitted, if known */
    struct str_list columns; /* names of given columns and targets, owned; empty: not known */
    struct str name;         /* of the rows fitted, bytes owned; empty: none */
};

/* Predicts the targets of rows side by side with a model that is no local one: their given columns
 * are at x and every x_stride doubles from there, the targets go to y. Sums run in one order,
 * however many rows there are. scratch: rows × rank doubles. */
void model_predict(const struct model *model, const double *x, size_t x_stride, size_t rows,
                   double *y, size_t y_stride, double *scratch);
void model_free(struct model *model);

#endif
