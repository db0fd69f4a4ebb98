/* Recordings decoded in processes of their own, which can do little else: libsox's
 * decoders are large and old, and what they are given may be hostile. */
#ifndef WAVEFILL_AUDIO_DECODER_H
#define WAVEFILL_AUDIO_DECODER_H

#include "audio/recording.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct decoder;

/* One decoded recording. */
struct decoded {
    const int16_t *samples; /* valid until the next clip is taken */
    size_t count;
    double rate;       /* Hz */
    unsigned channels; /* as found; samples are only there when it is 1 */
    bool rounded;      /* the recording has more than 16 bits; rounded to nearest */
};

/* Starts to decode the clips, which must stay. max: samples that a clip may have. */
struct decoder *decoder_start(const struct recording *clips, size_t count, size_t max);

/* The next clip, in their order. Ends the program with a message that names the file
 * where it is no whole recording, or where its decoder dies of it. */
void decoder_next(struct decoder *decoder, struct decoded *clip);

/* Frees all. Every clip must have been taken. */
void decoder_finish(struct decoder *decoder);

#endif
