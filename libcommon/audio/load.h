/* Recordings, decoded, into a ragged matrix stream. Errors end the program with a message
 * that names the file. */
#ifndef WAVEFILL_AUDIO_LOAD_H
#define WAVEFILL_AUDIO_LOAD_H

#include "audio/recording.h"
#include "base/output.h"

#include <stddef.h>

/* Decodes each and writes them all as one ragged matrix of int16. They must be mono and
 * agree in sample rate. */
void load_recordings(struct output *out, const struct recording *clips, size_t count);

#endif
