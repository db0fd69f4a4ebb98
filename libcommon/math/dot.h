/* The product of two vectors. */
#ifndef WAVEFILL_MATH_DOT_H
#define WAVEFILL_MATH_DOT_H

#include <stddef.h>

/* Σ a x, in eight sums, which compilers make vectors of: their order is written there, not
 * theirs. */
double dot(const double *a, const double *x, size_t n);

/* The end of it: the eight sums so far, and the n < 8 values that are left. */
double dot_end(const double sums[8], const double *a, const double *x, size_t n);

#endif
