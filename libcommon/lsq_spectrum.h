/* The singular value decomposition behind ridge regression and leave-one-out errors:
 * centred X D⁻¹ = U S Vᵀ. With it each penalty λ costs one product:
 *     C(λ) = D⁻¹ V diag(s / (s² + λ)) Uᵀ Y     (D the identity where λ > 0)
 * and the error of a row left out of the fit comes without refitting (Allen 1974; Golub,
 * Heath and Wahba, Technometrics 21, 1979):
 *     (y - ŷ) / (1 - h),   h = 1/n + Σ u² s² / (s² + λ).
 * Where the fit goes through a row whatever it is, both vanish. The fit of the others then
 * lacks a direction, and that of minimum norm has the error g · c over g · g, where c are the
 * coefficients and g the row's column of X⁺ (Campbell and Meyer, Generalized Inverses of
 * Linear Transformations, section 3.1): Σ u (Uᵀ y) / s² over Σ u² / s² in columns as they are.
 * In scaled ones such products are those of M u and M Uᵀ y, M = L⁻¹ S⁻¹ with L Lᵀ = Vᵀ D² V. */
#ifndef WAVEFILL_LSQ_SPECTRUM_H
#define WAVEFILL_LSQ_SPECTRUM_H

#include "lsq.h"
#include "lsq_reduce.h"

#include <stddef.h>
#include <stdint.h>

/* All arrays owned (lsq_spectrum_free), C order. */
struct lsq_spectrum {
    uint64_t rows;
    double weight; /* of each row: 1, or what the caller sets; penalties count over it */
    size_t given, targets, rank;
    bool intercept;
    size_t unit_rank; /* in columns of unit norm, where their lengths differ much; else 0 */
    double *v;        /* p × rank */
    double *s;        /* rank, falling */
    double *d;        /* Uᵀ Y: rank × t */
    double *scale;    /* D: p; ones where columns are not scaled */
    double *centre;   /* p + t: the means; zeros without intercept */
    double *rss;      /* t: what no coefficients reach */
    double *metric;   /* M: rank × rank, and M d: rank × t; NULL where columns are not scaled */
    double *metric_d;
    double *work; /* of lsq_spectrum_row */
};

/* Decomposes reduced rows (not destroyed). scaled: whether columns are brought to unit
 * norm first, which judges rank as lsq_solve does by default. */
enum lsq_status lsq_spectrum_make(const struct lsq_reduced *reduced, bool scaled,
                                  struct lsq_spectrum *spectrum);
void lsq_spectrum_free(struct lsq_spectrum *spectrum);

/* The mean over the given columns of the squared singular values, which is that of the
 * columns' sums of squares. */
double lsq_spectrum_mean_square(const struct lsq_spectrum *spectrum);

/* The fit with penalty lambda > 0 on the coefficients, none on the intercept (ridge
 * regression), of a spectrum whose columns are not scaled. The fit is empty unless LSQ_OK. */
enum lsq_status lsq_spectrum_fit(const struct lsq_spectrum *spectrum, double lambda,
                                 struct lsq_fit *fit);

/* For one row of the data: its leave-one-out errors for each of `count` penalties, into
 * errors (count × t). row: p + t values. Returns what the row's leverage without
 * penalty lacks to 1: 0 where the fit goes through the row whatever it is; the fit of the
 * others without penalty is then that of minimum norm. */
double lsq_spectrum_row(const struct lsq_spectrum *spectrum, const double *row,
                        const double *lambdas, size_t count, double *errors);

#endif
