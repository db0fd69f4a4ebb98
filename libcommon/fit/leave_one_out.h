/* Leave-one-out errors of a stream's rows, in a second reading. Errors end the program
 * with a message. */
#ifndef WAVEFILL_FIT_LEAVE_ONE_OUT_H
#define WAVEFILL_FIT_LEAVE_ONE_OUT_H

#include "base/output.h"
#include "fit/refit.h"
#include "lsq/spectrum.h"
#include "math/r2.h"
#include "stream/stream.h"

#include <stddef.h>
#include <stdint.h>

/* All arrays owned (leave_one_out_free). */
struct leave_one_out {
    size_t count; /* of penalties */
    double *lambdas;
    double *mse;     /* a penalty each: mean square error over all samples */
    double *squares; /* count × t: sums of square errors */
    struct r2 total; /* of the targets themselves */
    size_t best;     /* index of the least mse */
    double *r2; /* t: R² of the errors of each target under the best penalty; of a constant one 1
                 * if exact, else 0 */
    double mean_r2;  /* over the targets */
    double *refined; /* errors of all rows (n × t) where lsq_left_out_refined has them; else NULL */
    struct refit refit;
    uint64_t deficient; /* rows that the full rank needs, where there is no penalty */
    uint64_t
        doubtful; /* rows beyond those that refit takes, though rounding shows in their errors */
};

/* Fills in all that follows from loo->count and lambdas and the rows of in, which is rewound first.
 * rows: the same ones, as lsq_reducer_rows has them, or NULL.
 * Errors that overflow are refused. Partial fits among them are refused: their rows are gone. */
void leave_one_out_run(struct leave_one_out *loo, struct stream *in,
                       const struct lsq_spectrum *spectrum, const double *rows);

/* Writes each row's prediction by the fit of the others, under the best penalty, in a
 * further reading of in: a matrix of t columns, named as the rows are, from column
 * col0 + p on, as lsq-predict writes it. */
void leave_one_out_put_left_out(const struct leave_one_out *loo, struct stream *in,
                                const struct lsq_spectrum *spectrum, struct output *out);

void leave_one_out_free(struct leave_one_out *loo);

#endif
