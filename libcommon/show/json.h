/* A map of a stream as one line of JSON. */
#ifndef WAVEFILL_SHOW_JSON_H
#define WAVEFILL_SHOW_JSON_H

#include "base/output.h"
#include "stream/map.h"

#include <stddef.h>

/* All fields; an array as the list of its rows. Of what is no number, text, array or list of
 * strings, and of NaN and infinities, which JSON does not have, null is said. rows: of "x" and
 * "names" so many at most. */
void json_put(struct output *out, const struct map *map, size_t rows);

#endif
