/* Leave-one-out errors from the decomposition of all rows (lsq_spectrum.h):
 *     (y - ŷ) / (1 - h),   h = 1/n + Σ u² s² / (s² + λ)
 * for a row with coordinates u among the left singular vectors (Allen 1974; Golub, Heath and
 * Wahba, Technometrics 21, 1979).
 * Where the fit goes through a row whatever it is, both vanish. The fit of the others then
 * lacks a direction, and that of minimum norm has the error g · c over g · g, where c are the
 * coefficients and g the row's column of X⁺ (Campbell and Meyer, Generalized Inverses of
 * Linear Transformations, section 3.1): Σ u (Uᵀ y) / s² over Σ u² / s² in columns as they are,
 * where a penalty is added to each s². In scaled ones such products are those of M u and
 * M Uᵀ y, the spectrum's metric. */
#ifndef WAVEFILL_LSQ_LEFT_OUT_H
#define WAVEFILL_LSQ_LEFT_OUT_H

#include "lsq/spectrum.h"

#include <stdbool.h>
#include <stddef.h>

/* How far the errors of one row can be trusted. */
struct lsq_left_out {
    bool through; /* the fit without penalty goes through it whatever it is: that of the others
                   * is then the one of minimum norm */
    double doubt; /* how much of the errors rounding may have changed, at the most; 1: all */
};

/* For one row of the data: its leave-one-out errors for each of `count` penalties, all of them
 * above 0 or a single 0, into errors (count × t). row: p + t values. */
struct lsq_left_out lsq_left_out(const struct lsq_spectrum *spectrum, const double *row,
                                 const double *lambdas, size_t count, double *errors);

/* The same for a row that is not among those decomposed: y - ŷ for each penalty, all of them
 * above 0; columns must not be scaled. */
void lsq_left_out_anew(const struct lsq_spectrum *others, const double *row, const double *lambdas,
                       size_t count, double *errors);

/* The same for all n rows (C order), where these are few, there is no penalty, and columns nearly
 * depend on each other: (y - ŷ) / (1 - h), both of them residuals of refined fits, 1 - h those of
 * the columns of the identity. errors: n × t. False in other cases, and without memory: errors then
 * hold nothing of use. */
bool lsq_left_out_refined(const double *rows, size_t n, const struct lsq_spectrum *spectrum,
                          double *errors);

#endif
