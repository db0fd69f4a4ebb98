/* A rank that is full beyond doubt, known without singular values: most large problems'. */
#ifndef WAVEFILL_LSQ_FULL_RANK_H
#define WAVEFILL_LSQ_FULL_RANK_H

#include "lsq/fit.h"
#include "lsq/status.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether so many singular values are to be computed: where they are asked for, and up to 256,
 * which cost little. */
bool full_rank_wants_singular(size_t count, const struct lsq_options *options);

/* Room in fit for count singular values, if they are to be computed. LSQ_NOMEM. */
enum lsq_status full_rank_begin(size_t count, const struct lsq_options *options,
                                struct lsq_fit *fit);

/* Whether all singular values of a triangle R are certainly above ratio times the largest, and
 * above floor; of R with its columns divided by scale (n) unless that is NULL. r is R's upper
 * triangle, column-major (n × n, ld), or the lower one of Rᵀ.
 *
 * R x = u is solved for so many vectors u of random values between -1 and 1. If v is the left
 * singular vector of the least singular value σ, |x| is at least |vᵀ u| / σ; and |vᵀ u| is below s
 * in no more than √2 s of all cases, whatever v is (Ball, Cube slicing in Rⁿ, 1986), so that s over
 * the largest |x| is above σ once in 10⁴⁸ times. Rounding takes no more than n ε |R| from that,
 * with the Frobenius norm (Higham, Accuracy and Stability of Numerical Algorithms, 2002, 8.1),
 * which is at least the largest singular value. LSQ_NOMEM. */
enum lsq_status full_rank_is_certain(const double *r, bool lower, size_t n, size_t ld,
                                     const double *scale, double ratio, double floor,
                                     bool *certain);

#endif
