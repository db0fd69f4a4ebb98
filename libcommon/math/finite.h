/* Finite numbers. */
#ifndef WAVEFILL_MATH_FINITE_H
#define WAVEFILL_MATH_FINITE_H

#include <stdbool.h>
#include <stddef.h>

/* Whether none of the n values at v is NaN or infinite. */
bool finite_all(const double *v, size_t n);

#endif
