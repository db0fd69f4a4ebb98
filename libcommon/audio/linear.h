/* Samples as they stand in a file, integers or floating point, cast to 16 bits as SoX casts them:
 * to the nearest, ties up. */
#ifndef WAVEFILL_AUDIO_LINEAR_H
#define WAVEFILL_AUDIO_LINEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Integers of 8 (unsigned), 16, 24 or 32 bits; floating point of 32 or 64, full scale being 1. */
struct linear {
    unsigned bits;
    bool is_float, big_endian;
};

/* Of this machine: as int32_t, float and double stand in memory. */
extern const bool linear_native_is_big;

/* The unsigned integer of up to 8 bytes that stands there. */
uint64_t linear_load(const unsigned char *at, size_t width, bool big_endian);

/* What was cast so far; starts as zeroes. */
struct linear_clips {
    size_t count;  /* of floating-point samples beyond -1 to 1 */
    double widest; /* of these, the one farthest from 0 */
    bool heard;    /* a sample of other than 16 bits is not 0 */
};

/* Casts count samples from bytes. Returns how many it took: fewer where the next one is NaN or
 * infinite, which *refused then is. */
size_t linear_cast(const struct linear *kind, const unsigned char *bytes, size_t count, int16_t *to,
                   struct linear_clips *clips, double *refused);

#endif
