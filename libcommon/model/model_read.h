/* The message that lsq-fit writes, read back. */
#ifndef WAVEFILL_MODEL_MODEL_READ_H
#define WAVEFILL_MODEL_MODEL_READ_H

#include "model/model.h"
#include "stream/stream.h"

#include <stdbool.h>

/* Reads the next model of a stream (stream_open_maps); the caller frees it (model_free).
 * Anything else ends the program with a message. Returns whether the stream says that it was
 * the last. */
bool model_read(struct stream *stream, struct model *model);

#endif
