/* The cast from computed samples to 16 bits. */
#ifndef WAVEFILL_AUDIO_PCM_H
#define WAVEFILL_AUDIO_PCM_H

#include <stddef.h>
#include <stdint.h>

enum pcm_round { PCM_TRUNC, PCM_NEAREST }; /* toward zero; to nearest, ties to even */
enum pcm_overflow {
    PCM_CLIP, /* to -32768 or 32767 */
    PCM_WRAP, /* as NumPy's astype(int16) on x86-64: the low 16 bits of the 32-bit
                 integer; 0 beyond 32 bits */
};

/* Casts n samples, none of them NaN. Returns how many were out of range; *first
 * is the index of the first of them. */
size_t pcm_cast(const double *samples, size_t n, enum pcm_round rounding,
                enum pcm_overflow overflow, int16_t *pcm, size_t *first);

#endif
