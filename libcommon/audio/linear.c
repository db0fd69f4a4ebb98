#include "audio/linear.h"

#include <math.h>
#include <string.h>

const bool linear_native_is_big = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

uint64_t linear_load(const unsigned char *at, size_t width, bool big_endian)
{
    uint64_t v = 0;
    for (size_t i = 0; i < width; i++)
        v = v << 8 | at[big_endian ? i : width - 1 - i];
    return v;
}

static int16_t narrow(int32_t sample)
{
    int64_t nearest = ((int64_t)sample + 0x8000) >> 16;
    return (int16_t)(nearest > INT16_MAX ? INT16_MAX : nearest);
}

static void cast_16(const unsigned char *bytes, size_t count, bool big_endian, int16_t *to)
{
    for (size_t i = 0; i < count; i++) {
        const unsigned char *at = bytes + 2 * i;
        to[i] = (int16_t)(at[big_endian] | at[!big_endian] << 8);
    }
}

static void cast_integers(const struct linear *kind, const unsigned char *bytes, size_t count,
                          int16_t *to, bool *heard)
{
    unsigned width = kind->bits / 8;
    uint32_t zero = kind->bits == 8 ? UINT32_C(1) << 31 : 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t left = (uint32_t)linear_load(bytes + i * width, width, kind->big_endian)
                        << (32 - kind->bits);
        *heard |= left != zero;
        to[i] = narrow((int32_t)(left ^ zero));
    }
}

static double load_float(const struct linear *kind, const unsigned char *at)
{
    uint64_t v = linear_load(at, kind->bits / 8, kind->big_endian);
    uint32_t low = (uint32_t)v;
    double value;
    float single;
    memcpy(&value, &v, sizeof value);
    memcpy(&single, &low, sizeof single);
    return kind->bits == 32 ? (double)single : value;
}

/* By way of 32 bits, as in SoX. */
static int16_t cast_float(double value, struct linear_clips *clips)
{
    double scaled = value * 2147483648.0;
    clips->heard |= value != 0;
    double nearest = trunc(scaled + (scaled < 0 ? -0.5 : 0.5));
    if (nearest < INT32_MIN || scaled > 2147483648.0) {
        clips->count++;
        clips->widest = fabs(value) > fabs(clips->widest) ? value : clips->widest;
    }
    return narrow((int32_t)fmax(INT32_MIN, fmin(INT32_MAX, nearest)));
}

size_t linear_cast(const struct linear *kind, const unsigned char *bytes, size_t count, int16_t *to,
                   struct linear_clips *clips, double *refused)
{
    if (!kind->is_float && kind->bits == 16)
        cast_16(bytes, count, kind->big_endian, to);
    else if (!kind->is_float)
        cast_integers(kind, bytes, count, to, &clips->heard);
    for (size_t i = 0; kind->is_float && i < count; i++) {
        *refused = load_float(kind, bytes + i * (kind->bits / 8));
        if (!isfinite(*refused))
            return i;
        to[i] = cast_float(*refused, clips);
    }
    return count;
}
