/* Decodes recordings in processes that can do little else: libsox's decoders are large and old,
 * and what they are given may be hostile. */
#ifndef WAVEFILL_AUDIO_DECODER_H
#define WAVEFILL_AUDIO_DECODER_H

#include "audio/linear.h"
#include "audio/recording.h"

#include <stddef.h>
#include <stdint.h>

struct decoder;

/* One decoded recording. */
struct decoded {
    const int16_t *samples; /* valid until the next recording is taken */
    size_t count;
    double rate;       /* Hz */
    unsigned channels; /* as found; samples are only there when it is 1 */
    unsigned rounded;  /* not 0: the recording has more than 16 bits, rounded to nearest */
    struct linear_clips clips;
};

/* Starts to decode the recordings, which must stay. max: samples that one may have. The caller
 * ends it with decoder_finish. */
struct decoder *decoder_start(const struct recording *recordings, size_t count, size_t max);

/* The next recording, in their order. Ends the program with a message that names the file
 * where it is no whole recording, or where its decoder dies of it; warns of what is odd. */
void decoder_next(struct decoder *decoder, struct decoded *decoded);

/* Frees all. Every recording must have been taken. */
void decoder_finish(struct decoder *decoder);

#endif
