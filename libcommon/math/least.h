/* The smaller of two counts. */
#ifndef WAVEFILL_MATH_LEAST_H
#define WAVEFILL_MATH_LEAST_H

#include <stddef.h>

static inline size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

#endif
