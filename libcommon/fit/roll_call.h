/* Whether the shards that were read are those that should have been. */
#ifndef WAVEFILL_FIT_ROLL_CALL_H
#define WAVEFILL_FIT_ROLL_CALL_H

#include "model/shards.h"

#include <stdbool.h>

struct roll_call {
    bool duplicates;      /* a shard may be there twice */
    const char *expected; /* a file that lists all shards; NULL: none does */
};

/* Ends the program with a message if a shard is there twice, or two have one name, or one that is
 * expected is missing or another than it was, or one is there that is not expected, or there are
 * more than a map can list. The digests become those of rows that count `weight` times. */
void roll_call(const struct roll_call *roll, struct shards *shards, double weight);

#endif
