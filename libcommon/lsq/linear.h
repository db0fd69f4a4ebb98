/* Small arithmetic that several solvers share. Matrices are in C order. */
#ifndef WAVEFILL_LSQ_LINEAR_H
#define WAVEFILL_LSQ_LINEAR_H

#include <stdbool.h>
#include <stddef.h>

/* rows (n × c) become the n - 1 rows of the centred problem, from row 1 on; row 0 is left aside.
 * shift (c) receives row 0, which is subtracted first, so that a constant column becomes exactly
 * zero, and mean (c) the column means. */
void linear_centre(double *rows, size_t n, size_t c, double *shift, double *mean);

/* Applies the reflection of linear_centre, I - v vᵀ / (n + sqrt(n)) with v = 1 + sqrt(n) e₁,
 * to the n × t matrix f. */
void linear_reflect(double *f, size_t n, size_t t);

/* The Euclidean norm of each column of a (rows × columns, rows of ld doubles), whatever its
 * magnitude, into norm (columns). */
void linear_column_norms(const double *a, size_t rows, size_t columns, size_t ld, double *norm);

/* Adds the sum of squares of each such column to sum (columns). */
void linear_add_squares(const double *a, size_t rows, size_t columns, size_t ld, double *sum);

/* Divides each such column by its norm, or by 1 where that is 0, into to (rows of ld_to doubles,
 * which may be a); norm (columns) receives these. */
void linear_unit_columns(const double *a, size_t rows, size_t columns, size_t ld, double *to,
                         size_t ld_to, double *norm);

/* to (columns × rows) = aᵀ; a is rows × columns. */
void linear_transpose(const double *a, size_t rows, size_t columns, double *to);

/* The default threshold on singular values: LAPACK's rounding noise on a matrix of
 * p columns is below it, by a factor of 50 in trials up to 10⁵ × 500; NIST's Filip is
 * 1000 times above it. */
double linear_default_rcond(size_t p);

/* How many of n singular values, falling, are above the threshold. */
size_t linear_rank(const double *singular, size_t n, double threshold);

/* How many bits of a value's significand are zero at its end: of a value that was rounded, few.
 * LINEAR_WHOLE of an integer that its type holds exactly; 0 of other doubles. single: it came as a
 * float. */
#define LINEAR_WHOLE 24
int linear_zero_bits(double value, bool single);

/* Whether n values are exact, such as integers, or samples of 16 or 24 bits in floats, where each
 * has at least so many of these: of rounded values that happens to one column in 64 at most. */
bool linear_are_exact(int zero_bits, double n);

/* The norm, after centring, of what rounding has put into a column of norm `norm`: each value is
 * off by a few ε of itself, unless all are exact. Of doubles what comes with that norm is left to
 * the threshold on singular values. root: that of the number of rows, or of their weights' sum. */
double linear_noise(double mean, double norm, double root, bool single);

/* Columns of a (rows × columns, rows of ld doubles) that are nothing but such noise, of norm
 * noise (columns), become zero: they are constant. */
void linear_clear_noise(double *a, size_t rows, size_t columns, size_t ld, const double *noise);

#endif
