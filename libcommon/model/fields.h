/* Fields of a map, for models and partial fits: those that must be there, where what is
 * missing or does not fit ends the program with a message, and the room for those written. */
#ifndef WAVEFILL_MODEL_FIELDS_H
#define WAVEFILL_MODEL_FIELDS_H

#include "base/output.h"
#include "base/str.h"
#include "stream/block.h"
#include "stream/map.h"
#include "math/range.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fields {
    const char *name; /* the file, for messages */
    const char *what; /* "a model", say */
    const struct map *map;
};

/* An integer from low to high. */
uint64_t fields_uint(const struct fields *f, const char *key, uint64_t low, uint64_t high);

bool fields_bool(const struct fields *f, const char *key);

/* An array of that shape (ndim 1: rows is 1) as finite doubles; the caller frees. */
double *fields_array(const struct fields *f, const char *key, unsigned ndim, size_t rows,
                     size_t cols);

/* The range of the values that were fitted, least and largest, where it is noted: under
 * FIELDS_RANGE, which it is written as where it is known. */
#define FIELDS_RANGE "range"
struct range fields_range(const struct fields *f);
void fields_put_range(struct output *out, const struct range *range);

/* How many doubles the arrays of a map may have, all together, beside its name, its own keys,
 * numbers and heads of arrays, and meta's rate, col0 and attributes, as block_write_meta writes
 * them with skip. 0 where those leave no room. */
size_t fields_room(const struct block *meta, bool (*skip)(struct str key), struct str name);

#endif
