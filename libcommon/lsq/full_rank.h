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

/* Whether all singular values of the triangle r (n × n, column-major, ld; lower or upper) are
 * certainly above ratio times the largest, and above floor. The least is 1 / |r⁻¹| in the 2-norm,
 * and no smaller than with the Frobenius norm F; the largest is at most F(r). ratio is at least
 * linear_default_rcond(n), or false is the answer: where n ε F(r⁻¹) F(r) is below 1/32, rounding
 * has changed the inverse by less than a tenth (Higham, Accuracy and Stability of Numerical
 * Algorithms, 2002, 14.2). LSQ_NOMEM. */
enum lsq_status full_rank_is_certain(const double *r, bool lower, size_t n, size_t ld, double ratio,
                                     double floor, bool *certain);

/* The same for ratio of at least linear_default_rcond(n) and an r (n × n, ld n, zeros beside its
 * triangle) that becomes its inverse, or is destroyed. */
enum lsq_status full_rank_by_inverse(double *r, bool lower, size_t n, double ratio, double floor,
                                     bool *certain);

#endif
