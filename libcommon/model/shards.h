/* What a fit is of: the shards that were reduced apart, as partial fits and models list them. */
#ifndef WAVEFILL_MODEL_SHARDS_H
#define WAVEFILL_MODEL_SHARDS_H

#include "base/str.h"
#include "model/fields.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct shard {
    struct str name; /* bytes owned; "-" is standard input; empty: not known */
    uint64_t rows;
    bool has_digest;
    uint64_t digest;  /* of its rows (math/row_digest.h) */
    const char *file; /* where it was read, for messages; the caller's */
};

/* Starts as zeroes; freed with shards_free. */
struct shards {
    struct shard *list;
    size_t count;
};

/* A digest is 16 hexadecimal digits. False if s is anything else. */
enum { SHARDS_DIGEST = 16 };
bool shards_read_digest(struct str s, uint64_t *digest);

/* What stands in place of a digest that is not known, too. */
const char *shards_digest(const struct shard *shard, char text[SHARDS_DIGEST + 1]);

/* Adds one without rows, for the caller to fill in; valid until the next. */
struct shard *shards_add(struct shards *shards, struct str name, const char *file);

/* Adds those that a map lists. False if it has no list; anything else that is none ends the program
 * with a message. */
bool shards_read(const struct fields *f, struct shards *shards);

/* Writes the list; of NULL, an empty one. */
void shards_put(struct fields_out *to, const struct shards *shards);

/* How many bytes that takes at most. */
size_t shards_size(const struct shards *shards);

void shards_free(struct shards *shards);

#endif
