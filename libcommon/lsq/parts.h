/* The parts that lsq_solve is made of; for lsq*.c alone. */
#ifndef WAVEFILL_LSQ_PARTS_H
#define WAVEFILL_LSQ_PARTS_H

#include "lsq/lapack.h"
#include "lsq/solve.h"

/* Problems of up to this many products n * p * t are refined: a few milliseconds. */
enum { LSQ_REFINE_MAX = 1 << 19 };

/* rows (n × c, C order) become the n - 1 rows of the centred problem, from row 1
 * on; row 0 is left aside. shift and mean (c each) receive what was subtracted
 * first (row 0, so that a constant column becomes exactly zero) and the mean of
 * what was left: the column means are shift + mean. */
void lsq_centre(double *rows, size_t n, size_t c, double *shift, double *mean);

/* The same for rows whose first column holds the roots of their weights: reflects that
 * column of rows (m × width) to a multiple of e₁, and divides row 0 by it. Row 0 then
 * holds the weighted mean of each other column, the rows below the centred problem. */
void lsq_centre_reduced(double *rows, size_t m, size_t width);

/* Applies the reflection of lsq_centre, I - v vᵀ / (n + sqrt(n)) with v = 1 + sqrt(n) e₁,
 * to the n × t matrix f. */
void lsq_reflect(double *f, size_t n, size_t t);

/* At most as many rows as given columns: a (m × (p + t), C order, destroyed), m <= p
 * (lsq_solve uses it for m < p, the spectrum for both). Fills rank, singular, basis,
 * loadings, rss and rcond. LSQ_NOMEM, LSQ_DIVERGED; the caller frees the fit then too. */
enum lsq_status lsq_solve_wide(double *a, size_t m, const struct lsq_options *options,
                               struct lsq_fit *fit);

/* At least as many rows as given columns: QR of the given part of a (m × (p + t),
 * C order), in place: its first p rows then hold R (upper triangle) and Qᵀ Y, the
 * rows below in Y's columns what is left. tau: p. LSQ_NOMEM. */
enum lsq_status lsq_factor(double *a, size_t m, size_t p, size_t t, double *tau);

/* The solution from R (p × p, upper triangle) and Qᵀ Y (p × t), both rows of ld
 * doubles. Fills rank, singular, coef and rcond, and adds to rss (set before) what a
 * rank below p leaves. LSQ_NOMEM, LSQ_DIVERGED, or LSQ_OVERFLOW where R or Qᵀ Y are not
 * finite; the caller frees the fit then too. */
enum lsq_status lsq_solve_triangle(const double *r, const double *qty, size_t ld,
                                   const struct lsq_options *options, struct lsq_fit *fit);

/* Refines coef and intercept of a fit of full rank to the accuracy of the data, unless they
 * are so large or small that their products would overflow or lose digits.
 * rows: the original n × (p + t); factored: what lsq_centre and lsq_factor made of
 * them (all n rows), with the latter's tau; shift: lsq_centre's, or NULL without
 * intercept. LSQ_NOMEM. */
enum lsq_status lsq_refine(const double *rows, const double *factored, const double *tau,
                           const double *shift, struct lsq_fit *fit);

/* The Euclidean norm of each column of a (rows × columns, rows of ld doubles), whatever its
 * magnitude, into norm (columns). */
void lsq_column_norms(const double *a, size_t rows, size_t columns, size_t ld, double *norm);

/* Whether none of v's n values is NaN or infinite: LAPACK must not see those. */
bool lsq_all_finite(const double *v, size_t n);

/* Whether the coefficients or factors, the intercept and rss of a fit are finite. */
bool lsq_is_finite(const struct lsq_fit *fit);

enum lsq_status lsq_from_lapack(enum lapack_status status);

/* The default threshold on singular values: LAPACK's rounding noise on a matrix of
 * p columns is below it, by a factor of 50 in trials up to 10⁵ × 500; NIST's Filip is
 * 1000 times above it. */
double lsq_default_rcond(size_t p);

/* How many of n singular values, falling, are above rcond times the largest. */
size_t lsq_rank(const double *singular, size_t n, double rcond);

#endif
