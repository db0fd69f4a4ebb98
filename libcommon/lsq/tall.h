/* At least as many rows as given columns: QR of the given part. */
#ifndef WAVEFILL_LSQ_TALL_H
#define WAVEFILL_LSQ_TALL_H

#include "lsq/fit.h"

#include <stddef.h>

/* QR of the given part of a (m × (p + t), C order, m >= p), in place: its first p rows then hold R
 * (upper triangle) and Qᵀ Y. Adds to rss (t) the squares of what the rows below leave in Y's
 * columns. tau: p. LSQ_NOMEM. */
enum lsq_status tall_factor(double *a, size_t m, size_t p, size_t t, double *tau, double *rss);

/* The same, and zeros below the triangle: the first p rows are then what is left of all of them.
 * LSQ_NOMEM: a then holds nothing of use. */
enum lsq_status tall_reduce(double *a, size_t m, size_t p, size_t t, double *rss);

/* The fit of a, which tall_factor decomposes. Fills in rank, singular, coef and rcond, and adds to
 * rss what no coefficients reach. LSQ_NOMEM, LSQ_DIVERGED, or LSQ_OVERFLOW where R or Qᵀ Y are not
 * finite; the caller frees the fit then too. */
enum lsq_status tall_solve(double *a, size_t m, const struct lsq_options *options, double *tau,
                           struct lsq_fit *fit);

#endif
