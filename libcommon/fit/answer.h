/* The answer of lsq-fit to the rows that it has read: models or partial fits, and remarks on them.
 * Errors end the program with a message. */
#ifndef WAVEFILL_FIT_ANSWER_H
#define WAVEFILL_FIT_ANSWER_H

#include "base/output.h"
#include "fit/training.h"
#include "lsq/fit.h"
#include "model/shards.h"
#include "stream/stream.h"

#include <stdbool.h>
#include <stddef.h>

struct answer {
    bool partial; /* no model is written, but a partial fit */
    bool dense, loo, ridge_auto;
    struct output *left_out; /* where predictions of rows left out go, the caller's; NULL: none */
    double ridge;            /* 0: none */
    bool ridge_relative;     /* ridge counts mean squared singular values, not units */
    double *grid;            /* of ridge_auto; NULL: the default one */
    size_t grid_count;
    double weight; /* of all rows alike */
    struct lsq_options lsq;
    const struct shards *shards; /* noted in the first message; NULL: none are */

    size_t remarks; /* on solutions of minimum norm: the first is said, the others counted */
};

/* Writes the model of what has been read from in, or that itself, reduced. in is named in messages
 * and, for leave-one-out errors, read again. The input is used up. last: whether no other message
 * follows. */
void answer_put(struct answer *f, struct output *out, struct training *input, struct stream *in,
                bool last);

/* Says of how many models more the first remark is true. */
void answer_end(const struct answer *f);

#endif
