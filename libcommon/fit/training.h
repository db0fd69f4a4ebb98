/* All that lsq-fit reads, rows and partial fits in any order, reduced as they come: for one fit, or
 * for one of each name. Errors end the program with a message. */
#ifndef WAVEFILL_FIT_TRAINING_H
#define WAVEFILL_FIT_TRAINING_H

#include "base/name_index.h"
#include "base/num.h"
#include "base/str.h"
#include "lsq/reducer.h"
#include "math/range.h"
#include "model/shards.h"
#include "stream/block.h"
#include "stream/stream.h"

#include <stdbool.h>
#include <stddef.h>

struct training {
    struct num_pos position; /* how many columns are given; without text: as the partial fits */
    bool intercept;
    bool both_ways; /* rows count also in reverse; partial fits as they are */
    unsigned threads;

    struct str name;       /* of the rows, bytes owned; empty: any */
    size_t given, targets; /* found */
    struct lsq_reducer *reducer;
    struct lsq_reducer
        *parts;             /* while rows count both ways: the partial fits; NULL: there are none */
    struct range range;     /* of all values; range_none() at first */
    struct block_meta meta; /* of the first block */

    double *strip; /* rows as doubles, a few at a time */
};

struct training_set {
    struct training settings; /* of each: its first four fields */
    bool by_name;             /* one for each name (str_stem), else one for all rows */
    bool digest;              /* of all rows, else of those after a partial fit */
    const char *shard;        /* what rows are a shard of; NULL: of their file */

    /* In the order in which names came first, each where it stays; owned (training_set_free). */
    struct training **list;
    size_t count;
    size_t found;             /* where a name is looked for first */
    struct name_index places; /* in the list */

    struct shards shards; /* all that was read */
    bool merged;          /* there were partial fits */
    size_t own;           /* the shard of the rows before, */
    const char *own_path; /* and their file; NULL: there were none */
};

/* How many of so many columns are given; refuses all and none. file: for messages. */
size_t training_given(const struct num_pos *position, size_t columns, const char *file);

/* Reads in to its end. All names end up with the same number of given columns and targets, and one
 * rate. */
void training_set_read(struct training_set *set, struct stream *in);

/* Each name's rows become those of all others. file: for messages. */
void training_set_to_others(struct training_set *set, const char *file);

void training_set_free(struct training_set *set);

#endif
