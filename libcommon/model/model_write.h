/* A fit as the message that lsq-predict reads. */
#ifndef WAVEFILL_MODEL_MODEL_WRITE_H
#define WAVEFILL_MODEL_MODEL_WRITE_H

#include "base/str.h"
#include "stream/block.h"
#include "fit/leave_one_out.h"
#include "lsq/fit.h"
#include "base/output.h"
#include "math/range.h"

#include <stdbool.h>

/* What a model says besides its fit. */
struct model_notes {
    bool intercept;
    double ridge;                    /* the penalty; 0: none */
    const struct leave_one_out *loo; /* NULL: no leave-one-out errors */
    struct range range;              /* of the values fitted */
    bool chosen;                     /* whether ridge was chosen by them: the curve is noted */
    struct str name;                 /* of the rows fitted; empty: none */
    bool last;                       /* whether no other model follows */
};

/* Writes fit as a model: one map, or more of them (slices of the targets) where one
 * would pass 64 MiB. meta: the first block of the rows fitted, for rate, col0 and
 * unknown attributes. Ends the program if a single target does not fit. */
void model_put(struct output *out, const struct lsq_fit *fit, const struct model_notes *notes,
               const struct block *meta);

#endif
