/* Columns that a row lacks, from what is known on both sides: those with which a model of one
 * target, an autoregression, has the least prediction errors (Janssen, Veldhuis and Vries, IEEE
 * Trans. ASSP 34, 1986). */
#ifndef WAVEFILL_MODEL_FILL_H
#define WAVEFILL_MODEL_FILL_H

#include "lsq/status.h"
#include "model/model.h"

#include <stdbool.h>
#include <stddef.h>

/* The model as it looks at a window of p + 1 columns, its p given columns and its target: the
 * error of its prediction there is Σ error[k] window[k] - intercept. */
struct fill {
    size_t window;   /* p + 1 */
    double *error;   /* the negative coefficients, and 1 */
    double *overlap; /* overlap[d] = Σ error[k] error[k + d], of 0 <= d <= p */
    double intercept;
};

/* LSQ_NOMEM, or LSQ_MISSING. The caller frees with fill_free, also after an error. */
enum lsq_status fill_begin(struct fill *fill, const struct model *model);
void fill_free(struct fill *fill);

/* Puts the values into the columns of a row (cols of them at x, at least p + 1) which gap marks,
 * at least one, that make the sum of squared errors of all windows within the row least. The
 * other columns are finite. LSQ_DIVERGED if the errors do not determine them; x may not be finite
 * after LSQ_OK. It takes as many doubles as columns to be filled times the lesser of their number
 * and p + 1. */
enum lsq_status fill_row(const struct fill *fill, double *x, const bool *gap, size_t cols);

#endif
