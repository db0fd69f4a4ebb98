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

static pair load(const void *x)
{
    pair v;
    memcpy(&v, x, sizeof v);
    return v;
}

/* Whether all lie within, to be sure: 0 less than 0 may pass for outside. The sign bit of a
 * difference tells, and a NaN, which has any, times 0 is no 0. Where `to` is not NULL,
 * to = x - shift. Both addresses may be any. */
static inline bool pass(const struct range *range, const char *x, size_t n, const double *shift,
                        double *to)
{
    pair low = {range->low, range->low};
    pair high = {range->high, range->high};
    pair zero = {0, 0};
    bits outside = {0, 0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        pair a = load(x + i * sizeof(double));
        pair b = load(x + (i + 2) * sizeof(double));
        zero += a * 0;
        zero += b * 0;
        outside |= (bits)(a - low) | (bits)(high - a);
        outside |= (bits)(b - low) | (bits)(high - b);
        if (to == NULL)
            continue;
        a -= load(shift + i);
        b -= load(shift + i + 2);
        memcpy(to + i, &a, sizeof a);
        memcpy(to + i + 2, &b, sizeof b);
    }
    bool all = zero[0] + zero[1] == 0 && (outside[0] | outside[1]) >= 0;
    for (; i < n; i++) {
        double v;
        memcpy(&v, x + i * sizeof v, sizeof v);
        all &= v >= range->low && v <= range->high;
        if (to != NULL)
            to[i] = v - shift[i];
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
    return pass(range, x, n, NULL, NULL) || widen(range, x, n);
}

bool range_shift(struct range *range, const void *x, size_t n, const double *shift, double *to)
{
    return pass(range, x, n, shift, to) || widen(range, x, n);
}

void range_merge(struct range *range, const struct range *other)
{
    range->known = range->known && other->known;
    range->low = other->low < range->low ? other->low : range->low;
    range->high = other->high > range->high ? other->high : range->high;
}
