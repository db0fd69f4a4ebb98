/* msgpack out, through msgpack-c: each function writes one value. */
#ifndef WAVEFILL_STREAM_PACK_H
#define WAVEFILL_STREAM_PACK_H

#include "base/output.h"
#include "base/str.h"
#include "stream/array.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void pack_map(struct output *out, size_t fields);
void pack_list(struct output *out, size_t elements);
void pack_key(struct output *out, const char *key);
void pack_str(struct output *out, struct str s);
void pack_uint(struct output *out, uint64_t value);
void pack_bool(struct output *out, bool value);
void pack_double(struct output *out, double value);

/* An integer where value is one, so that 8000 stays 8000. */
void pack_number(struct output *out, double value);

/* A value that map_parse has read, unchanged. */
void pack_object(struct output *out, const void *object);
size_t pack_object_size(const void *object);

/* The head of an array: the caller writes its shape's worth of data after it.
 * ndim 1: cols elements; ndim 2: rows × cols. At most PACK_ARRAY_HEAD bytes. */
enum { PACK_ARRAY_HEAD = 80 };
void pack_array_head(struct output *out, const struct array_type *type, unsigned ndim, size_t rows,
                     size_t cols);

/* A whole 1-D array of double. */
void pack_vector(struct output *out, const double *v, size_t n);

#endif
