/* Decodes recordings into a ragged matrix stream. Errors end the program with a message
 * that names the file. */
#ifndef WAVEFILL_AUDIO_LOAD_H
#define WAVEFILL_AUDIO_LOAD_H

#include "audio/recording.h"
#include "base/output.h"

#include <stddef.h>

/* Writes them as one ragged matrix of int16, a row each, of the sample rate that they share in
 * Hz. They must be mono. */
void load_recordings(struct output *out, const struct recording *recordings, size_t count);

#endif
