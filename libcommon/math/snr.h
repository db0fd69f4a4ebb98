/* The signal-to-noise ratio in decibels, 10 log10(Σ y² / Σ (y - ŷ)²), over all values
 * added; memory is constant. */
#ifndef WAVEFILL_MATH_SNR_H
#define WAVEFILL_MATH_SNR_H

#include "math/dd.h"

#include <stdbool.h>
#include <stddef.h>

/* A sum of squares, of values times scale, which is 2^exponent, so that squares neither overflow
 * nor vanish beside those before. Start with all zero. */
struct snr_sum {
    struct dd sum;
    double scale, limit; /* limit: the largest value that scale suits */
    int exponent;
};

/* Start with all zero. */
struct snr {
    struct snr_sum signal, noise;
};

void snr_add(struct snr *snr, const double *truth, const double *predicted, size_t count);

/* Without noise inf, with noise but no signal -inf. With no signal, where the ratio of an
 * exact prediction divides zero by zero, NaN if `nan`. */
double snr_db(const struct snr *snr, bool nan);

#endif
