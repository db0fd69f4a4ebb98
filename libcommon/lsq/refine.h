/* Small fits of full rank, refined to the accuracy of the data. */
#ifndef WAVEFILL_LSQ_REFINE_H
#define WAVEFILL_LSQ_REFINE_H

#include "lsq/fit.h"

/* Problems of up to this many products n * p * t are refined: a few milliseconds. */
enum { REFINE_MAX = 1 << 19 };

/* Refines coef and intercept of a fit of full rank, unless data or their products would overflow or
 * lose digits. rows: the original n × (p + t); factored: all n rows as linear_centre and
 * tall_solve leave them, with the latter's tau; shift: linear_centre's, or NULL without intercept;
 * residuals (n × t, or NULL): receives those of the refined fit, to the last digits.
 * LSQ_NOMEM. */
enum lsq_status refine_fit(const double *rows, const double *factored, const double *tau,
                           const double *shift, double *residuals, struct lsq_fit *fit);

#endif
