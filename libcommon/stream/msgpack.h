/* The door to msgpack-c: a map read into fields that the rest of the suite
 * understands, and values written. Nothing else includes msgpack.h. */
#ifndef WAVEFILL_STREAM_MSGPACK_H
#define WAVEFILL_STREAM_MSGPACK_H

#include "stream/array.h"
#include "base/output.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mp_kind {
    MP_OTHER, /* anything that no filter looks into */
    MP_BOOL,
    MP_INT,
    MP_REAL,
    MP_STR,
    MP_ND,       /* one array */
    MP_LIST_ND,  /* a list of 1-D arrays */
    MP_LIST_STR, /* a list of strings */
    MP_EMPTY,    /* a list of nothing */
    MP_BAD       /* an array that is not accepted; `why` says what it is */
};

struct mp_value {
    enum mp_kind kind;
    bool boolean;
    int64_t integer;
    double real;            /* MP_INT too */
    struct str str;         /* MP_STR */
    const struct nd *nds;   /* MP_ND (one), MP_LIST_ND */
    const struct str *strs; /* MP_LIST_STR */
    size_t count;           /* elements of a list */
    const char *why;        /* MP_BAD */
    const void *object;     /* for mp_put_object */
};

struct mp_field {
    struct str key;
    const void *key_object; /* for mp_put_object */
    struct mp_value value;
};

/* A parsed map. Views point into the bytes that were parsed and into the map's
 * own memory: valid until the next mp_parse on it, or mp_free. */
struct mp_map {
    struct mp_field *fields;
    size_t count;
    bool bare; /* a bare array, given as the one field "x" */
    char why[256];
    size_t absent; /* bytes that mp_parse_head was told of */
    struct mp_memory *memory;
};

/* Parses the one map in bytes, which frame_scan has found complete. False with
 * map->why ("what was found, what was expected") if it is not acceptable. *map
 * must be zeroed before the first call; the caller calls mp_free at the end. */
bool mp_parse(struct mp_map *map, const char *bytes, size_t size);
void mp_free(struct mp_map *map);

/* The same for a map whose last value is an array with empty data, of which so many bytes
 * are still to come: it is taken as if they were there. */
bool mp_parse_head(struct mp_map *map, const char *bytes, size_t size, size_t absent);

/* Copies the fields for which skip is false into *to (zeroed), to outlive what from
 * points into. Returns the bytes that *to then points into: the caller frees both. */
char *mp_copy(struct mp_map *to, const struct mp_map *from, bool (*skip)(struct str key));

/* The field's value, or NULL. */
const struct mp_value *mp_find(const struct mp_map *map, const char *key);

bool str_is(struct str s, const char *text);

/* Writers; each writes one value. */
void mp_put_map(struct output *out, size_t fields);
void mp_put_list(struct output *out, size_t elements);
void mp_put_key(struct output *out, const char *key);
void mp_put_str(struct output *out, struct str s);
void mp_put_uint(struct output *out, uint64_t value);
void mp_put_bool(struct output *out, bool value);
void mp_put_double(struct output *out, double value);

/* An integer where value is one, so that 8000 stays 8000. */
void mp_put_number(struct output *out, double value);

/* A value that mp_parse has read, unchanged. */
void mp_put_object(struct output *out, const void *object);
size_t mp_size_object(const void *object);

/* The head of an array: the caller writes its shape's worth of data behind it.
 * ndim 1: cols elements; ndim 2: rows × cols. At most MP_ND_HEAD bytes. */
enum { MP_ND_HEAD = 80 };
void mp_put_nd_head(struct output *out, const struct nd_type *type, unsigned ndim, size_t rows,
                    size_t cols);

/* Whole arrays of double in C order. */
void mp_put_vector(struct output *out, const double *v, size_t n);
void mp_put_matrix(struct output *out, const double *a, size_t rows, size_t cols);

#endif
