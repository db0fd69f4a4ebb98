/* The work of lsq-predict --fill: rows in, the same rows with some columns filled in out. */
#ifndef WAVEFILL_MODEL_FILLER_H
#define WAVEFILL_MODEL_FILLER_H

#include "base/num.h"
#include "base/output.h"
#include "model/fill.h"
#include "model/model_set.h"
#include "stream/block.h"
#include "stream/stream.h"

#include <stdbool.h>
#include <stddef.h>

/* The caller sets models, of coefficients and of one target each, and spans, the columns of each
 * row to be filled in; both stay the caller's. All else is zero at first. */
struct filler {
    struct model_set *models;
    const struct num_spans *spans;
    const struct model *model; /* of the present row, */
    struct fill fill;          /* and what it makes of it */
    double *row;               /* of so many columns at most: */
    size_t room;
    bool *gap; /* which of them are to be filled in */
};

/* Writes the rows of a block, the present one of in, as doubles, each with its columns filled in
 * by the model of its name. What cannot be filled in ends the program with a message. */
void filler_put(struct filler *filler, struct output *out, struct stream *in,
                const struct block *block);
void filler_free(struct filler *filler);

#endif
