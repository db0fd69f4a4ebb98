/* Multi-target linear least squares: Y ≈ X C + 1 bᵀ for n rows, p given columns
 * and t targets; the solution of minimum norm where there are many.
 *
 * The intercept is taken out by one Householder reflection that maps the vector
 * of ones to e₁; dropping that row leaves the centred problem without the null
 * singular value that subtracting means would add (Golub and Van Loan, Matrix
 * Computations, 4th ed., sections 5.1 and 5.5). Rank is judged on columns scaled to
 * unit norm where rows are not fewer than columns, so that units do not matter
 * (van der Sluis, Numer. Math. 14, 1969). Small problems of full rank are refined
 * in twice the working precision (Björck, BIT 7, 1967), which gives coefficients
 * accurate to the last digits even where X is badly conditioned. */
#ifndef WAVEFILL_LSQ_SOLVE_H
#define WAVEFILL_LSQ_SOLVE_H

#include <stdbool.h>
#include <stddef.h>

enum lsq_status {
    LSQ_OK,
    LSQ_NOMEM,
    LSQ_DIVERGED, /* a decomposition failed: an SVD did not converge */
    LSQ_OVERFLOW  /* the data are finite, the solution is not */
};

struct lsq_options {
    bool intercept;
    double rcond; /* singular values below rcond * largest count as 0; < 0: default */
};

/* A fit; all arrays owned (lsq_free), C order. Either coef (p × t) or, where that
 * is smaller, basis (p × r) and loadings (r × t) with coef = basis · loadings; r is
 * the rank. The other of the two is NULL. */
struct lsq_fit {
    size_t rows, given, targets, rank;
    double *coef, *basis, *loadings;
    double *intercept; /* t; zeros without intercept */
    double *singular;  /* of X (centred where there is an intercept), falling */
    size_t singular_count;
    double *rss;  /* t: residual sum of squares of each target, weighted */
    double rcond; /* the threshold applied */
};

/* Fits rows (n × (p + t), C order, finite; destroyed): the first p columns of each
 * are given, the other t the targets. n, p and t are at least 1. The fit is empty
 * unless LSQ_OK: LSQ_NOMEM, LSQ_DIVERGED, or LSQ_OVERFLOW. */
enum lsq_status lsq_solve(double *rows, size_t n, size_t p, size_t t,
                          const struct lsq_options *options, struct lsq_fit *fit);

/* Makes it the fit of the same rows, each of them with that weight: coefficients and
 * intercept are the same. Frees the fit unless LSQ_OK: LSQ_OVERFLOW. */
enum lsq_status lsq_weigh(struct lsq_fit *fit, double weight);

/* Turns basis · loadings into coef. The fit stays as it is unless LSQ_OK: LSQ_NOMEM. */
enum lsq_status lsq_make_dense(struct lsq_fit *fit);

/* What a status means, for a message. */
const char *lsq_why(enum lsq_status status);

void lsq_free(struct lsq_fit *fit);

#endif
