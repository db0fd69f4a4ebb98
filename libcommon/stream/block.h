/* One block of a matrix stream: rows, and what is known of them. */
#ifndef WAVEFILL_STREAM_BLOCK_H
#define WAVEFILL_STREAM_BLOCK_H

#include "base/str.h"
#include "base/why.h"
#include "stream/array.h"
#include "stream/map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A view of a parsed map; it owns nothing. */
struct block {
    size_t rows;
    bool other;                /* no matrix block but one that stream_also accepts: no rows here */
    bool ragged;               /* one 1-D array a row; otherwise one rectangle */
    const struct array *nds;   /* `rows` of them where ragged, else one */
    const struct str *names;   /* one a row, or NULL */
    bool has_columns;          /* the map has names of columns: */
    const struct str *columns; /* columns_count of them; NULL: not to be handed on */
    size_t columns_count;
    bool has_rate, has_col0, last;
    double rate;           /* Hz */
    uint64_t col0;         /* which column of the full row the first one is; 0 if absent */
    const struct map *map; /* for the attributes that no filter knows */
};

/* Fills block from a parsed map. False with why (of WHY_SIZE bytes) saying what
 * was found and expected. A block of zero rows is accepted, a row of zero columns
 * is not. Of a map that is no matrix block (other) only rate, col0 and last are read. */
bool block_parse(const struct map *map, bool other, struct block *block, char *why);

/* All of a block but its rows and names, for longer than the block lasts. */
struct block_meta {
    struct block block; /* of no rows */
    struct map map;
    char *bytes;
};

/* skip (may be NULL): keys that are not to be kept. */
void block_meta_keep(struct block_meta *meta, const struct block *block,
                     bool (*skip)(struct str key));
void block_meta_free(struct block_meta *meta);

/* A row, 1-D: a view, valid as long as the block. */
struct array block_row(const struct block *block, size_t row);

/* The type of a row's elements. A ragged block of no rows has none of its own: int16 then. */
struct array_type block_type(const struct block *block, size_t row);

/* The block's names of columns become those of its columns from up to to; none if it has fewer. */
void block_cut_columns(struct block *block, size_t from, size_t to);

/* Whether a key is one of the format's, so that its field is no attribute; "columns" is one where
 * the block has_columns. */
bool block_field_is_own(struct str key);

/* The name of a row, a view; empty if the block has none. */
struct str block_name(const struct block *block, size_t row);

#endif
