/* Ridge regression at one penalty where the rank is full beyond doubt: without singular values. */
#ifndef WAVEFILL_LSQ_RIDGE_H
#define WAVEFILL_LSQ_RIDGE_H

#include "lsq/fit.h"
#include "lsq/reduced.h"

#include <stdbool.h>

/* The fit that minimizes |Y - X C|² + *lambda |C|², by a QR factorization of X above sqrt(λ) I.
 * relative: *lambda counts means of X's squared singular values, and becomes the penalty itself.
 * *done is false, and the fit empty, where X has fewer rows than columns, may be of deficient rank,
 * or singular values are wanted (options; as few as cost little are): lsq_spectrum_make can tell.
 * LSQ_NOMEM, LSQ_DIVERGED, LSQ_OVERFLOW. */
enum lsq_status lsq_ridge(const struct lsq_reduced *reduced, const struct lsq_options *options,
                          bool relative, double *lambda, struct lsq_fit *fit, bool *done);

#endif
