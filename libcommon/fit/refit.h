/* Rows whose leave-one-out errors no formula gives to the last digits, since the fit goes
 * through them or nearly so: each is left out by fitting the others anew. Errors end the
 * program with a message. */
#ifndef WAVEFILL_FIT_REFIT_H
#define WAVEFILL_FIT_REFIT_H

#include "lsq/spectrum.h"
#include "stream/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All zero at first; arrays owned (refit_free). */
struct refit {
    size_t count;
    size_t columns, targets, lambdas;
    uint64_t *index;  /* count: of the rows in the stream, rising */
    double *rows;     /* count × columns, the p given ones and the t targets */
    double *errors;   /* count × lambdas × t: y less its prediction, once refit_run has run */
    size_t deficient; /* rows that the full rank needs, where there is no penalty */
};

/* Notes row `index` of p + t columns. False where there are too many already: a fit of each
 * would take minutes where there are many columns. spectrum: that of all rows. */
bool refit_take(struct refit *refit, uint64_t index, const double *row,
                const struct lsq_spectrum *spectrum);

/* Fills in the errors for each of `count` penalties, all of them above 0 or a single 0, in a
 * further reading of in. */
void refit_run(struct refit *refit, struct stream *in, const struct lsq_spectrum *spectrum,
               const double *lambdas, size_t count);

/* The t errors of row `index` of the stream under the penalty of that number, and after
 * them those under the next; NULL if it is not among those noted. */
const double *refit_errors(const struct refit *refit, uint64_t index, size_t lambda);

void refit_free(struct refit *refit);

#endif
