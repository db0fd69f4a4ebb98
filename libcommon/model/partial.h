/* Reduced rows as a message: what lsq-fit --partial writes and lsq-fit merges. */
#ifndef WAVEFILL_MODEL_PARTIAL_H
#define WAVEFILL_MODEL_PARTIAL_H

#include "base/output.h"
#include "base/str.h"
#include "lsq/reduced.h"
#include "math/range.h"
#include "model/shards.h"
#include "stream/block.h"
#include "stream/map.h"

#include <stdbool.h>

/* The notes of a partial fit beside its reduced rows. */
struct partial_notes {
    struct range range; /* of its rows' values */
    struct str name;    /* of its rows; empty: none */
    bool last;          /* whether no other partial fit follows */
    const struct shards
        *shards; /* what this fit, and those that follow, are of; NULL: the list came before */
};

/* Writes it, with meta's rate, col0 and unknown attributes, as one map, or as more partial fits,
 * whose rows add up to it, where it would pass 64 MiB. Ends the program if a single reduced row
 * does not fit into a map. */
void partial_put(struct output *out, const struct lsq_reduced *reduced,
                 const struct partial_notes *notes, const struct block *meta);

/* Ends the program, with a message that begins with name, if the bytes of a partial fit are not
 * those that its checksum, if it has one, is of. */
void partial_check(const char *name, const struct map *map);

/* Reads one; the caller frees it with lsq_reduced_free. Anything else in map ends the
 * program with a message that begins with name. */
void partial_read(const char *name, const struct map *map, struct lsq_reduced *reduced,
                  struct range *range);

#endif
