#include "range.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Two values at once, and their bits: compilers do not find this by themselves where the
 * result is one bit, and each value of a long input comes by here. */
typedef double pair __attribute__((vector_size(16)));
typedef int64_t bits __attribute__((vector_size(16)));

struct range range_none(void)
{
    return (struct range){true, INFINITY, -INFINITY};
}

static pair load(const double *x)
{
    pair v;
    memcpy(&v, x, sizeof v);
    return v;
}

/* Whether all lie within, to be sure: 0 less than 0 may pass for outside. The sign bit of a
 * difference tells, and a NaN, which has any, times 0 is no 0. */
static bool holds(const struct range *range, const double *x, size_t n)
{
    pair low = {range->low, range->low};
    pair high = {range->high, range->high};
    pair zero = {0, 0};
    bits outside = {0, 0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        pair a = load(x + i);
        pair b = load(x + i + 2);
        zero += a * 0;
        zero += b * 0;
        outside |= (bits)(a - low) | (bits)(high - a);
        outside |= (bits)(b - low) | (bits)(high - b);
    }
    bool all = zero[0] + zero[1] == 0 && (outside[0] | outside[1]) >= 0;
    for (; i < n; i++)
        all &= x[i] >= range->low && x[i] <= range->high;
    return all;
}

bool range_add(struct range *range, const double *x, size_t n)
{
    if (holds(range, x, n))
        return true;
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += x[i] * 0;
        range->low = x[i] < range->low ? x[i] : range->low;
        range->high = x[i] > range->high ? x[i] : range->high;
    }
    return sum == 0;
}

void range_merge(struct range *range, const struct range *other)
{
    range->known = range->known && other->known;
    range->low = other->low < range->low ? other->low : range->low;
    range->high = other->high > range->high ? other->high : range->high;
}
