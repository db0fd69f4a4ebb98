/* The singular value decomposition from which ridge regression and leave-one-out errors come:
 * centred X D⁻¹ = U S Vᵀ. With it each penalty λ costs one product:
 *     C(λ) = D⁻¹ V diag(s / (s² + λ)) Uᵀ Y     (D the identity where λ > 0)
 * and rows are left out without refitting (lsq_left_out.h). */
#ifndef WAVEFILL_LSQ_SPECTRUM_H
#define WAVEFILL_LSQ_SPECTRUM_H

#include "lsq/fit.h"
#include "lsq/reduced.h"

#include <stddef.h>
#include <stdint.h>

/* All arrays owned (lsq_spectrum_free), C order. */
struct lsq_spectrum {
    uint64_t rows;
    double weight; /* of each row: 1, or what the caller sets; penalties count over it */
    size_t given, targets, rank;
    bool intercept, single;
    size_t unit_rank; /* in columns of unit norm, where their lengths differ much; else 0 */
    double *v;        /* p × rank */
    double *s;        /* rank, falling */
    double *d;        /* Uᵀ Y: rank × t */
    double *scale;    /* D: p; ones where columns are not scaled. Owns the memory of those below */
    double *centre;   /* p + t: the means; zeros without intercept */
    double *rss;      /* t: what no coefficients reach */
    double *work;     /* rank + t: scratch of lsq_left_out */
    double *metric;   /* M: rank × rank, and M d: rank × t; NULL where columns are not scaled */
    double *metric_d;
};

/* Decomposes reduced rows (not destroyed). scaled: whether columns are brought to unit
 * norm first, which judges rank as lsq_solve does by default. The spectrum is
 * empty unless LSQ_OK: LSQ_NOMEM, LSQ_DIVERGED. */
enum lsq_status lsq_spectrum_make(const struct lsq_reduced *reduced, bool scaled,
                                  struct lsq_spectrum *spectrum);
void lsq_spectrum_free(struct lsq_spectrum *spectrum);

/* The mean over the given columns of the squared singular values, which is that of the
 * columns' sums of squares. */
double lsq_spectrum_mean_square(const struct lsq_spectrum *spectrum);

/* The fit with penalty lambda > 0 on the coefficients, none on the intercept (ridge
 * regression), of a spectrum whose columns are not scaled. The fit is empty unless LSQ_OK:
 * LSQ_NOMEM, LSQ_OVERFLOW. */
enum lsq_status lsq_spectrum_fit(const struct lsq_spectrum *spectrum, double lambda,
                                 struct lsq_fit *fit);

/* λ / (s² + λ), without squares that overflow; 0 where λ is. */
static inline double spectrum_share(double s, double lambda)
{
    return lambda > 0 ? 1 / (1 + s / lambda * s) : 0;
}

#endif
