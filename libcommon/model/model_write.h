/* A fit as the message that lsq-predict reads. */
#ifndef WAVEFILL_MODEL_MODEL_WRITE_H
#define WAVEFILL_MODEL_MODEL_WRITE_H

#include "base/output.h"
#include "base/str.h"
#include "lsq/fit.h"
#include "math/range.h"
#include "model/shards.h"
#include "stream/block.h"

#include <stdbool.h>
#include <stddef.h>

/* The notes of a model beside its fit; arrays are the caller's. */
struct model_notes {
    bool intercept;
    double ridge;                 /* the penalty; 0: none */
    const double *loo_r2;         /* R² of the leave-one-out errors of each target; NULL: none */
    const double *grid, *loo_mse; /* grid_count penalties of which ridge is the best, and the mean
                                   * square leave-one-out error of each */
    size_t grid_count;            /* 0: ridge was not chosen */
    struct range range;           /* of the values fitted */
    struct str name;              /* of the rows fitted; empty: none */
    const struct shards *shards;  /* of which it was merged; NULL: none are noted */
    bool last;                    /* whether no other model follows */
};

/* Writes fit as a model: one map, or where that would pass 64 MiB more of them, slices of the
 * targets or, where a target beside all given columns would, of both. meta: the first block of the
 * rows fitted, for rate, col0 and unknown attributes. Ends the program if a single given column of
 * a target does not fit. */
void model_put(struct output *out, const struct lsq_fit *fit, const struct model_notes *notes,
               const struct block *meta);

#endif
