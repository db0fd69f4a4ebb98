/* Fits of deficient rank whose columns may have very different units. */
#ifndef WAVEFILL_LSQ_DEFICIENT_H
#define WAVEFILL_LSQ_DEFICIENT_H

#include "lsq/fit.h"

/* The solution of minimum norm for the triangle R (given × given, C order, zeros below the
 * diagonal), of which fit->rank columns are independent when each is divided by its norm (1 where
 * it is 0). fit->coef is Qᵀ Y and becomes the solution (given × targets, C order); adds to
 * fit->rss. Its predictions are correct to about the rounding of the coefficients, whatever the
 * units are. LSQ_NOMEM, LSQ_DIVERGED, or LSQ_OVERFLOW where units are beyond doubles; fit->coef
 * then holds nothing of use. */
enum lsq_status deficient_solve(const double *triangle, const double *norm, struct lsq_fit *fit);

#endif
