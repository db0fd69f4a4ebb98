#include "audio/pcm.h"

#include <math.h>

static int16_t wrap(double v)
{
    if (!(v > -2147483649.0 && v < 2147483648.0))
        return 0;
    uint32_t low = (uint32_t)(int32_t)v & 0xffffU;
    return (int16_t)(low < 0x8000U ? (int32_t)low : (int32_t)low - 0x10000);
}

size_t pcm_cast(const double *samples, size_t n, enum pcm_round rounding,
                enum pcm_overflow overflow, int16_t *pcm, size_t *first)
{
    size_t out_of_range = 0;
    for (size_t i = 0; i < n; i++) {
        double v = rounding == PCM_NEAREST ? rint(samples[i]) : trunc(samples[i]);
        if (v >= INT16_MIN && v <= INT16_MAX) {
            pcm[i] = (int16_t)v;
            continue;
        }
        if (out_of_range++ == 0)
            *first = i;
        if (overflow == PCM_WRAP)
            pcm[i] = wrap(v);
        else
            pcm[i] = v > 0 ? INT16_MAX : INT16_MIN;
    }
    return out_of_range;
}
