/* Multi-target linear least squares: Y ≈ X C + 1 bᵀ for n rows, p given columns
 * and t targets; the solution of minimum norm where there are many.
 *
 * The intercept is taken out by one Householder reflection that maps the vector
 * of ones to e₁; dropping that row leaves the centred problem without the null
 * singular value that subtracting means would add (Golub and Van Loan, Matrix
 * Computations, 4th ed., sections 5.1 and 5.5). Rank is judged on columns scaled to
 * unit norm where rows are not fewer than columns, so that units do not matter
 * (van der Sluis, Numer. Math. 14, 1969), and against the rounding that comes with values far
 * from zero, which is all that some columns or differences of columns have. Small problems of full
 * rank are refined in twice the working precision (Björck, BIT 7, 1967), which gives coefficients
 * accurate to the last digits even where X is badly conditioned.
 *
 * Names in this wing: a function that other wings call is lsq_ and its file's name (lsq_fit_free);
 * one that only the wing calls begins with its file's name alone (wide_solve). */
#ifndef WAVEFILL_LSQ_SOLVE_H
#define WAVEFILL_LSQ_SOLVE_H

#include "lsq/fit.h"
#include "lsq/reduced.h"

#include <stddef.h>

/* Fits rows (n × (p + t), C order, finite; destroyed): the first p columns of each
 * are given, the other t the targets. n, p and t are at least 1. The fit is empty
 * unless LSQ_OK: LSQ_NOMEM, LSQ_DIVERGED, or LSQ_OVERFLOW. */
enum lsq_status lsq_solve(double *rows, size_t n, size_t p, size_t t,
                          const struct lsq_options *options, struct lsq_fit *fit);

/* The fit of the rows that were reduced; reduced->data is destroyed. The fit is empty unless
 * LSQ_OK; errors as lsq_solve. */
enum lsq_status lsq_solve_reduced(struct lsq_reduced *reduced, const struct lsq_options *options,
                                  struct lsq_fit *fit);

#endif
