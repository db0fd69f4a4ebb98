/* The product of two vectors. */
#ifndef WAVEFILL_MATH_DOT_H
#define WAVEFILL_MATH_DOT_H

#include <stddef.h>

/* Σ a x, in eight sums, which compilers make vectors of: their order is written there, not
 * theirs. */
double dot(const double *a, const double *x, size_t n);

#endif
