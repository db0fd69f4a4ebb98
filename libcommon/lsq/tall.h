/* At least as many rows as given columns: QR of the given part. */
#ifndef WAVEFILL_LSQ_TALL_H
#define WAVEFILL_LSQ_TALL_H

#include "lsq/fit.h"

#include <stddef.h>

/* QR of the given part of a (m × (p + t), C order, m >= p), in place: its first p rows become R
 * (zeros below the diagonal) and Qᵀ Y, all that is left of the m rows but for the squares of the
 * targets' other rows, which are added to rss (t). LSQ_NOMEM: a then holds nothing of use. */
enum lsq_status tall_reduce(double *a, size_t m, size_t p, size_t t, double *rss);

/* The same of rows that each stand for two: what is left of column `split` with zeros on its right,
 * and the rest with zeros on its left. The triangle has a block for each, the first at least as
 * large as the second; split 0: rows are just rows. */
enum lsq_status tall_reduce_halves(double *a, size_t m, size_t split, size_t p, size_t t,
                                   double *rss);

/* The fit of a (m × (p + t), C order) whose given columns have noise (p) of that norm, which holds
 * the LQ factors of its transpose afterwards, with tau (p): refine_fit wants them. Fills in rank,
 * singular, coef and rcond, and adds to rss what no coefficients reach. LSQ_NOMEM, LSQ_DIVERGED, or
 * LSQ_OVERFLOW where R or Qᵀ Y are not finite; the caller frees the fit then too. */
enum lsq_status tall_solve(double *a, size_t m, const struct lsq_options *options,
                           const double *noise, double *tau, struct lsq_fit *fit);

#endif
