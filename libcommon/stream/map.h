/* A msgpack map, read through msgpack-c into fields that the rest of the suite understands.
 * Only this module and pack.h include msgpack.h. */
#ifndef WAVEFILL_STREAM_MAP_H
#define WAVEFILL_STREAM_MAP_H

#include "base/str.h"
#include "base/why.h"
#include "stream/array.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum map_kind {
    MAP_OTHER, /* anything that no filter looks into */
    MAP_BOOL,
    MAP_INT,
    MAP_REAL,
    MAP_STR,
    MAP_ARRAY,      /* one array */
    MAP_LIST_ARRAY, /* a list of 1-D arrays */
    MAP_LIST_STR,   /* a list of strings */
    MAP_LIST_MAP,   /* a list that begins with a map, for map_parse_item */
    MAP_EMPTY,      /* a list of nothing */
    MAP_BAD         /* an array that is not accepted; `why` says what it is */
};

struct map_value {
    enum map_kind kind;
    bool boolean;
    int64_t integer;
    double real;             /* MAP_INT too */
    struct str str;          /* MAP_STR */
    const struct array *nds; /* MAP_ARRAY (one), MAP_LIST_ARRAY */
    const struct str *strs;  /* MAP_LIST_STR */
    size_t count;            /* elements of a list */
    const char *why;         /* MAP_BAD */
    const void *object;      /* for pack_object */
};

struct map_field {
    struct str key;
    const void *key_object; /* for pack_object */
    struct map_value value;
};

/* A parsed map. Views point into the bytes that were parsed and into the map's
 * own memory: valid until the next map_parse on it, or map_free. */
struct map {
    struct map_field *fields;
    size_t count;
    bool bare;        /* a bare array, given as the one field "x" */
    struct str bytes; /* all of it; empty for one in a list */
    char why[WHY_SIZE];
    struct map_memory *memory;
};

/* Parses the one map in bytes, which map_scan_run has found complete. False with
 * map->why ("what was found, what was expected") if it is not acceptable. *map
 * must be zeroed before the first call; the caller calls map_free at the end. */
bool map_parse(struct map *map, const char *bytes, size_t size);
void map_free(struct map *map);

/* The same of element i of a list of another map's, which must outlive what comes of it. */
bool map_parse_item(struct map *map, const struct map_value *list, size_t i);

/* Copies the fields for which skip is false into *to (zeroed), to outlive what from
 * points into. Returns the bytes that *to then points into: the caller frees both. */
char *map_copy(struct map *to, const struct map *from, bool (*skip)(struct str key));

/* Whether map has that field, with the same value. */
bool map_has(const struct map *map, const struct map_field *field);

/* The field's value, or NULL. */
const struct map_value *map_find(const struct map *map, const char *key);

#endif
