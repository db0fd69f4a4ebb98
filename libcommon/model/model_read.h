/* The message that lsq-fit writes, read back. */
#ifndef WAVEFILL_MODEL_MODEL_READ_H
#define WAVEFILL_MODEL_MODEL_READ_H

#include "model/model.h"
#include "stream/map_reader.h"

#include <stdbool.h>

/* Reads the next model; the caller frees it (model_free). Anything else ends the program with a
 * message. Returns whether the model says that it is the last. */
bool model_read(struct map_reader *maps, struct model *model);

#endif
