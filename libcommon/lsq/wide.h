/* At most as many rows as given columns: QR of Xᵀ, and where the rank is in doubt SVD of the small
 * factor. */
#ifndef WAVEFILL_LSQ_WIDE_H
#define WAVEFILL_LSQ_WIDE_H

#include "lsq/fit.h"

#include <stddef.h>

/* a: m × (p + t), C order, destroyed, m <= p; noise (p): of what norm in each given column. Fills
 * in rank, singular, coef or basis and loadings, and rcond, and adds to rss what no coefficients
 * reach. LSQ_NOMEM, LSQ_DIVERGED, or LSQ_OVERFLOW where the factor is not finite; the caller frees
 * the fit then too. */
enum lsq_status wide_solve(double *a, size_t m, const struct lsq_options *options,
                           const double *noise, struct lsq_fit *fit);

#endif
