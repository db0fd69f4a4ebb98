/* Sums and dot products as if computed in twice the working precision and then
 * rounded. Source: Ogita, Rump and Oishi, "Accurate sum and dot product", SIAM
 * J. Sci. Comput. 26 (2005), algorithms TwoSum, TwoProductFMA and Dot2. */
#ifndef WAVEFILL_MATH_DD_H
#define WAVEFILL_MATH_DD_H

#include <math.h>

/* The value is hi + lo. Start with {0, 0}. */
struct dd {
    double hi, lo;
};

static inline void dd_add(struct dd *sum, double x)
{
    double s = sum->hi + x;
    double z = s - sum->hi;
    sum->lo += (sum->hi - (s - z)) + (x - z);
    sum->hi = s;
}

/* Adds x * y. */
static inline void dd_add_product(struct dd *sum, double x, double y)
{
    double p = x * y;
    sum->lo += fma(x, y, -p);
    dd_add(sum, p);
}

static inline double dd_value(struct dd sum)
{
    return sum.hi + sum.lo;
}

#endif
