/* A least-squares fit, as solvers leave it. */
#ifndef WAVEFILL_LSQ_FIT_H
#define WAVEFILL_LSQ_FIT_H

#include "lsq/status.h"

#include <stdbool.h>
#include <stddef.h>

struct lsq_options {
    bool intercept;
    bool single;       /* whether values came as floats, and are rounded as such */
    double rcond;      /* singular values below rcond * largest count as 0; < 0: default */
    bool singular;     /* whether singular values are wanted where they cost much */
    bool factors;      /* whether wide_solve is to leave factors that are not smaller, too */
    unsigned threads;  /* that one large factorization may use; 0: one */
    double *residuals; /* n × t, the caller's: lsq_solve puts them there where it refines the fit;
                        * NULL: they are not wanted */
};

/* All arrays are owned (lsq_fit_free) and in C order. There is either coef (p × t) or, where that
 * is smaller, basis (p × r) and loadings (r × t) with coef = basis · loadings; r is the rank. The
 * other of the two is NULL. */
struct lsq_fit {
    size_t rows, given, targets, rank;
    double *coef, *basis, *loadings;
    double *intercept; /* t; zeros without intercept */
    double *singular;  /* of X (centred where there is an intercept), falling; NULL: not computed */
    size_t singular_count;
    double *rss;  /* t: residual sum of squares of each target, weighted */
    double *tss;  /* t: the same about its mean, or about 0 without intercept; rss owns it */
    double rcond; /* the threshold applied */
};

/* An empty fit of that shape, its intercept and sums zero. LSQ_NOMEM: lsq_fit_finish frees it. */
enum lsq_status lsq_fit_begin(struct lsq_fit *fit, size_t rows, size_t given, size_t targets);

/* Sets the intercept that goes with the coefficients where the columns have these means (p + t):
 * mean of Y - (mean of X) C. */
void lsq_fit_set_intercept(struct lsq_fit *fit, const double *mean);

/* Sets tss: rss, which is as reduction left it, and the squares of the targets of the centred rows
 * (rows of ld doubles). */
void lsq_fit_set_total(struct lsq_fit *fit, const double *targets, size_t rows, size_t ld);

/* Whether two factors of that rank are smaller than the coefficients. */
bool lsq_fit_is_thin(const struct lsq_fit *fit);

/* The end of every solver: factors that are not smaller than the coefficients become these, and
 * the fit is freed unless all of it is finite (LSQ_OVERFLOW) and status is LSQ_OK. Returns the
 * status, LSQ_NOMEM too. */
enum lsq_status lsq_fit_finish(struct lsq_fit *fit, enum lsq_status status);

bool lsq_fit_is_finite(const struct lsq_fit *fit);

/* Makes it the fit of the same rows, each of them with that weight: coefficients and
 * intercept are the same. Frees the fit unless LSQ_OK: LSQ_OVERFLOW. */
enum lsq_status lsq_fit_weigh(struct lsq_fit *fit, double weight);

/* Turns basis · loadings into coef. The fit stays as it is unless LSQ_OK: LSQ_NOMEM. */
enum lsq_status lsq_fit_make_dense(struct lsq_fit *fit);

void lsq_fit_free(struct lsq_fit *fit);

#endif
