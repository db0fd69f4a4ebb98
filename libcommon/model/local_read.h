/* The maps of a local model (lsq-fit --nearest), read back. */
#ifndef WAVEFILL_MODEL_LOCAL_READ_H
#define WAVEFILL_MODEL_LOCAL_READ_H

#include "model/fields.h"
#include "model/local.h"
#include "stream/map.h"
#include "stream/map_reader.h"

#include <stdbool.h>
#include <stddef.h>

/* The settings in a map of a local model. */
void local_read_settings(const struct fields *f, struct nearest_settings *s);

/* Reads all maps up to the end, of which `map` has come already: each the next rows of the model,
 * with a weight of their own, all else alike. columns: given ones and targets. last: whether the
 * last map says that it is. Anything else ends the program with a message. The caller frees
 * (local_free). */
struct local *local_read(struct map_reader *maps, const struct map *map, size_t columns,
                         bool *last);

#endif
