/* WAV files: what their chunks say, checked, and how far their samples reach. */
#ifndef WAVEFILL_AUDIO_RIFF_H
#define WAVEFILL_AUDIO_RIFF_H

#include "audio/linear.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RIFF_NOTE_SIZE = 96 };

/* A WAV file; its samples are whole ones. */
struct riff {
    unsigned channels; /* what follows is only there when it is 1 */
    uint32_t rate;     /* Hz, at least 1 */
    bool is_linear;    /* the samples stand there as `kind`; else they are compressed */
    struct linear kind;
    size_t at, length;         /* where the samples are, bytes */
    size_t fmt, fmt_size;      /* where the format chunk's data are, bytes */
    char note[RIFF_NOTE_SIZE]; /* what its reader should hear of; empty: nothing */
};

/* False with why (why.h) for bytes that are no WAV file (RIFF, RIFX, RF64, BW64), whose chunks do
 * not fit, that end before their header says, or whose compressed blocks are none that the
 * format allows: libsox 14.4.2 would write past its buffers. */
bool riff_parse(const unsigned char *bytes, size_t size, struct riff *riff, char *why);

/* Makes of a file that riff_parse took one with nothing in it but its format and its samples, for
 * libsox: bytes + *from up to riff->at + riff->length. */
void riff_reduce(unsigned char *bytes, const struct riff *riff, size_t *from);

#endif
