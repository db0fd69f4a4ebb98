#include "math/range.h"

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

static pair load(const char *x)
{
    pair v;
    memcpy(&v, x, sizeof v);
    return v;
}

/* Whether all lie within, to be sure: 0 less than 0 may pass for outside. The sign bit of a
 * difference tells, and a NaN, which has any, times 0 is no 0. */
static bool is_within(const struct range *range, const char *x, size_t n)
{
    pair low = {range->low, range->low};
    pair high = {range->high, range->high};
    pair zero = {0, 0};
    bits outside = {0, 0};
    size_t i = 0;
    for (; i + 2 <= n; i += 2) {
        pair a = load(x + i * sizeof(double));
        zero += a * 0;
        outside |= (bits)(a - low) | (bits)(high - a);
    }
    bool all = zero[0] + zero[1] == 0 && (outside[0] | outside[1]) >= 0;
    for (; i < n; i++) {
        double v;
        memcpy(&v, x + i * sizeof v, sizeof v);
        all &= v >= range->low && v <= range->high;
    }
    return all;
}

static bool widen(struct range *range, const char *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double v;
        memcpy(&v, x + i * sizeof v, sizeof v);
        sum += v * 0;
        range->low = v < range->low ? v : range->low;
        range->high = v > range->high ? v : range->high;
    }
    return sum == 0;
}

bool range_add(struct range *range, const void *x, size_t n)
{
    return is_within(range, x, n) || widen(range, x, n);
}

void range_merge(struct range *range, const struct range *other)
{
    range->known = range->known && other->known;
    range->low = other->low < range->low ? other->low : range->low;
    range->high = other->high > range->high ? other->high : range->high;
}
