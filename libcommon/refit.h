/* Rows whose leave-one-out errors no formula gives to the last digits, since the fit goes
 * through them or nearly so: each is left out by fitting the others anew. Errors end the
 * program with a message. */
#ifndef WAVEFILL_REFIT_H
#define WAVEFILL_REFIT_H

#include "lsq_spectrum.h"
#include "stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As many rows as are left out that way: a fit each. */
enum { REFIT_MAX = 64 };

/* All zero at first; arrays owned (refit_free). */
struct refit {
    size_t count, columns, targets;
    uint64_t index[REFIT_MAX]; /* of the rows in the stream, rising */
    double *rows;              /* count × columns, the p given ones and the t targets */
    double *errors;            /* count × t: y less its prediction, once refit_run has run */
    size_t deficient;          /* rows without which the rank is less */
};

/* Notes row `index` of p + t columns; false where there are REFIT_MAX. */
bool refit_take(struct refit *refit, uint64_t index, const double *row, size_t columns);

/* Fills in the errors, in a further reading of in. spectrum: that of all rows, its columns
 * scaled, without penalty. */
void refit_run(struct refit *refit, struct stream *in, const struct lsq_spectrum *spectrum);

/* The t errors of row `index` of the stream; NULL if it is not among those noted. */
const double *refit_errors(const struct refit *refit, uint64_t index);

void refit_free(struct refit *refit);

#endif
