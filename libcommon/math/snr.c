#include "math/snr.h"

#include <float.h>
#include <math.h>

/* Brings the largest value so far, `size`, near 1. */
static void rescale(struct snr_sum *s, double size)
{
    int exponent;
    frexp(size, &exponent);
    exponent = exponent < -1000 ? 1000 : exponent > 1000 ? -1000 : -exponent;
    s->sum.hi = ldexp(s->sum.hi, 2 * (exponent - s->exponent));
    s->sum.lo = ldexp(s->sum.lo, 2 * (exponent - s->exponent));
    s->exponent = exponent;
    s->scale = ldexp(1, exponent);
    s->limit = size > 1e150 ? INFINITY : size * 1e100;
}

/* Adds (a - b)², whose difference may be beyond double's range. */
static void add_square(struct snr_sum *s, double a, double b)
{
    double d = a - b;
    if (!(fabs(d) <= s->limit))
        rescale(s, fmin(fabs(d), DBL_MAX));
    double x = isfinite(d) ? d * s->scale : a * s->scale - b * s->scale;
    /* Not dd_add_product: an error of the square in its last digit does not add up. */
    dd_add(&s->sum, x * x);
}

void snr_add(struct snr *snr, const double *truth, const double *predicted, size_t count)
{
    for (size_t j = 0; j < count; j++) {
        add_square(&snr->signal, truth[j], 0);
        add_square(&snr->noise, truth[j], predicted[j]);
    }
}

double snr_db(const struct snr *snr, bool nan)
{
    double signal = dd_value(snr->signal.sum);
    double noise = dd_value(snr->noise.sum);
    if (noise == 0)
        return signal == 0 && nan ? NAN : INFINITY;
    if (signal == 0)
        return -INFINITY;
    int exponent = 2 * (snr->noise.exponent - snr->signal.exponent);
    double ratio = ldexp(signal / noise, exponent);
    if (isnormal(ratio))
        return 10 * log10(ratio);
    return 10 * (log10(signal / noise) + exponent * log10(2));
}
