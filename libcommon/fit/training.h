/* All that lsq-fit reads, rows and partial fits in any order, reduced as they come: for one fit, or
 * for one of each name. Errors end the program with a message. */
#ifndef WAVEFILL_FIT_TRAINING_H
#define WAVEFILL_FIT_TRAINING_H

#include "base/name_index.h"
#include "base/num.h"
#include "base/str.h"
#include "lsq/reducer.h"
#include "math/range.h"
#include "stream/block.h"
#include "stream/stream.h"

#include <stdbool.h>
#include <stddef.h>

struct training {
    struct num_pos position; /* how many columns are given; without text: as the partial fits */
    bool intercept;
    unsigned threads;

    struct str name;       /* of the rows, bytes owned; empty: any */
    size_t given, targets; /* found */
    struct lsq_reducer *reducer;
    struct range range;     /* of all values; range_none() at first */
    struct block_meta meta; /* of the first block */

    double *strip; /* rows as doubles, a few at a time */
    size_t strip_rows;
};

struct training_set {
    struct training settings; /* of each: its first three fields */
    bool by_name;             /* one for each name (str_stem), else one for all rows */

    /* In the order in which names came first, each where it stays; owned (training_set_free). */
    struct training **list;
    size_t count;
    size_t found;             /* where a name is looked for first */
    struct name_index places; /* in the list */
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
