/* The least and the largest of many values. */
#ifndef WAVEFILL_MATH_RANGE_H
#define WAVEFILL_MATH_RANGE_H

#include <stdbool.h>
#include <stddef.h>

/* low > high: of no values yet. */
struct range {
    bool known; /* false: of some of the values it has not been noted */
    double low, high;
};

/* A range of no values. */
struct range range_none(void);

/* Widens it by n doubles at any address; false if one of them is NaN or infinite: the range
 * is then of no use. */
bool range_add(struct range *range, const void *x, size_t n);

/* Widens it by another one; unknown if that is. */
void range_merge(struct range *range, const struct range *other);

#endif
