/* A stream in a few lines for people, or in single values for scripts. */
#ifndef WAVEFILL_SHOW_SUMMARY_H
#define WAVEFILL_SHOW_SUMMARY_H

#include "base/output.h"
#include "base/str.h"
#include "lsq/nearest.h"
#include "stream/block.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of the blocks of a matrix, or the maps of a local model; starts as zeroes. */
struct summary {
    size_t blocks, rows, shortest, longest;
    char type[8]; /* of all elements; "mixed" */
    bool has_rate, has_values;
    double rate, low, high; /* of the finite values */
    uint64_t odd;           /* values that are not finite */
    uint64_t col0;
    struct str names[4]; /* the first three and the last, owned */
    size_t named;
    struct block_meta meta;           /* of the first block */
    size_t given;                     /* columns, of a local model; else 0 */
    struct nearest_settings settings; /* of that */
    double least_weight, most_weight;
};

void summary_add(struct summary *s, const struct block *block);

/* Adds a map of a local model, of which block has only what all maps have; name is its file. */
void summary_add_local(struct summary *s, const struct block *block, const char *name);

/* Writes lines of `key  value`. */
void summary_put(struct output *out, const struct summary *s);
void summary_free(struct summary *s);

/* Whether a map that lsq-fit has written is no later part of a model of several. */
bool summary_begins_fit(const struct map *map);

/* The same of such a map, where name is its file. */
void summary_put_fit(struct output *out, const struct map *map, const char *name);

/* The shards that it is of, a line each: name, rows and digest, tabs between. Returns how many. */
size_t summary_put_shards(struct output *out, const struct map *map, const char *name);

/* One line of the values asked for, tabs between, - for what there is not. */
#define SUMMARY_FIELDS                                                                             \
    "kind,rows,columns,shortest,type,rate,col0,low,high,nonfinite,blocks,names,k,targets,rank,"    \
    "name,shards"
void summary_put_fields(struct output *out, const struct summary *s, const struct map *fit,
                        const struct str_list *fields);

#endif
