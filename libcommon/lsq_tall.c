#include "lsq_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum lsq_status lsq_factor(double *a, size_t m, size_t p, size_t t, double *tau)
{
    /* Row-major [X Y] is, column-major, Xᵀ above Yᵀ: Xᵀ = L Q gives X = Qᵀ Lᵀ, so R is Lᵀ
     * and Yᵀ Qᵀ is the transpose of what is wanted, in place. */
    enum lapack_status status = lapack_lq(p, m, a, p + t, tau);
    if (status == LAPACK_DONE)
        status = lapack_lq_apply_right(true, t, m, p, a, p + t, tau, a + p, p + t);
    return lsq_from_lapack(status);
}

/* R as a matrix of its own, C order: LAPACK sees the lower triangular Rᵀ. */
struct triangle {
    double *r;
    double *copy;  /* for what destroys its argument */
    double *scale; /* norm of each column of R, which is that of X's; 1 where it is 0 */
    double *sigma; /* singular values of R with unit columns */
    double *u, *vt;
};

static void set_scale(size_t p, const double *r, double *scale)
{
    lsq_column_norms(r, p, p, p, scale);
    for (size_t j = 0; j < p; j++)
        scale[j] = scale[j] > 0 ? scale[j] : 1;
}

static void scale_columns(size_t p, const double *r, const double *scale, double *scaled)
{
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < p; j++)
            scaled[i * p + j] = r[i * p + j] / scale[j];
}

/* coef = R⁻¹ Qᵀ Y. */
static void solve_full_rank(const struct triangle *w, struct lsq_fit *fit)
{
    lapack_solve_right_lower(false, fit->targets, fit->given, w->r, fit->given, fit->coef,
                             fit->targets);
}

/* Adds to rss the squares of rows rank to given of what (given × targets): the part of
 * Qᵀ Y that no coefficients reach. */
static void add_unreached(const double *what, struct lsq_fit *fit)
{
    for (size_t i = fit->rank; i < fit->given; i++)
        for (size_t j = 0; j < fit->targets; j++)
            fit->rss[j] += what[i * fit->targets + j] * what[i * fit->targets + j];
}

/* coef = U_r S_r⁻¹ V_rᵀ Qᵀ Y, the solution of minimum norm where the singular values that
 * count are those of X as it is. In LAPACK's eyes Rᵀ = u S vt, so R = vtᵀ S uᵀ. */
static enum lsq_status solve_truncated(const struct triangle *w, struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t t = fit->targets;
    size_t r = fit->rank;
    double *vty = malloc(p * t * sizeof *vty);
    if (vty == NULL)
        return LSQ_NOMEM;
    lapack_multiply(false, true, t, p, p, fit->coef, t, w->vt, p, vty, t);
    add_unreached(vty, fit);
    for (size_t i = 0; i < r; i++)
        for (size_t j = 0; j < t; j++)
            vty[i * t + j] /= w->sigma[i];
    memset(fit->coef, 0, p * t * sizeof *fit->coef);
    if (r > 0)
        lapack_multiply(false, true, t, p, r, vty, t, w->u, p, fit->coef, t);
    free(vty);
    return LSQ_OK;
}

/* A pivoted decomposition of unit columns, and what follows from it; column-major. */
struct pivoted {
    double *qr;    /* p × p: R in unit columns, decomposed */
    double *unit;  /* p: what each column was divided by */
    double *lower; /* r × r: the transpose of its first rows and columns */
    double *beta;  /* r × (p - r): the other columns in terms of the first, in their own units */
    double *gram;  /* r × r: 1 + beta betaᵀ */
    double *other; /* (p - r) × t, C order: coefficients of the other columns */
    double *tau;
    int *pivot;
};

/* Unit columns, but the longer ones up to twice as long: of columns that depend on each
 * other those of large norm come first, and the others are small multiples of them. */
static void weigh_columns(const struct triangle *t, size_t p, struct pivoted *w)
{
    for (size_t j = 0; j < p; j++) {
        size_t longer = 0;
        for (size_t i = 0; i < p; i++)
            longer += t->scale[i] > t->scale[j] || (t->scale[i] == t->scale[j] && i < j);
        w->unit[j] = t->scale[j] * (1 + (double)longer / (double)p);
        for (size_t i = 0; i < p; i++)
            w->qr[j * p + i] = t->r[i * p + j] / w->unit[j];
    }
}

/* coef = Qᵀ coef, C order, Q being the pivoted decomposition's. */
static enum lsq_status rotate_targets(const struct pivoted *w, struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t t = fit->targets;
    double *columns = malloc(p * t * sizeof *columns);
    if (columns == NULL)
        return LSQ_NOMEM;
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < t; j++)
            columns[j * p + i] = fit->coef[i * t + j];
    enum lapack_status status = lapack_qr_apply(true, p, t, p, w->qr, p, w->tau, columns, p);
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < t; j++)
            fit->coef[i * t + j] = columns[j * p + i];
    free(columns);
    return lsq_from_lapack(status);
}

static enum lsq_status relate_columns(struct pivoted *w, size_t p, size_t r)
{
    for (size_t j = 0; j < r; j++)
        for (size_t i = 0; i < r; i++)
            w->lower[i * r + j] = i <= j ? w->qr[j * p + i] : 0;
    for (size_t j = r; j < p; j++)
        memcpy(w->beta + (j - r) * r, w->qr + j * p, r * sizeof *w->beta);
    lapack_solve_left_lower(true, r, p - r, w->lower, r, w->beta, r);
    for (size_t j = r; j < p; j++)
        for (size_t i = 0; i < r; i++)
            w->beta[(j - r) * r + i] *= w->unit[w->pivot[j]] / w->unit[w->pivot[i]];
    memset(w->gram, 0, r * r * sizeof *w->gram);
    for (size_t i = 0; i < r; i++)
        w->gram[i * r + i] = 1;
    lapack_add_square(r, p - r, w->beta, r, w->gram, r);
    return lsq_from_lapack(lapack_cholesky(r, w->gram, r));
}

/* With columns A1 independent and A2 = A1 beta, the solutions x1 + beta x2 = b, where b is
 * that of A1 alone, have their minimum norm at x1 = (1 + beta betaᵀ)⁻¹ b, x2 = betaᵀ x1. This
 * keeps the digits of each coefficient where units differ by many powers of ten; singular
 * vectors would mix them. */
static enum lsq_status solve_pivoted(const struct triangle *t, struct pivoted *w,
                                     struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t r = fit->rank;
    size_t targets = fit->targets;
    weigh_columns(t, p, w);
    enum lsq_status status = lsq_from_lapack(lapack_qr_pivoted(p, p, w->qr, p, w->pivot, w->tau));
    if (status == LSQ_OK)
        status = rotate_targets(w, fit);
    if (status != LSQ_OK)
        return status;
    add_unreached(fit->coef, fit);
    if (r == 0) {
        memset(w->other, 0, p * targets * sizeof *w->other);
        return LSQ_OK;
    }
    status = relate_columns(w, p, r);
    if (status != LSQ_OK)
        return status;
    double *first = fit->coef; /* its first r rows; column-major, their transpose */
    lapack_solve_right_lower(false, targets, r, w->lower, r, first, targets);
    for (size_t i = 0; i < r; i++)
        for (size_t j = 0; j < targets; j++)
            first[i * targets + j] /= w->unit[w->pivot[i]];
    lapack_solve_right_lower(true, targets, r, w->gram, r, first, targets);
    lapack_solve_right_lower(false, targets, r, w->gram, r, first, targets);
    lapack_multiply(false, false, targets, p - r, r, first, targets, w->beta, r, w->other, targets);
    return LSQ_OK;
}

/* Puts each column's coefficients back to its place. */
static enum lsq_status unpivot(const struct pivoted *w, struct lsq_fit *fit)
{
    size_t t = fit->targets;
    double *placed = malloc(fit->given * t * sizeof *placed);
    if (placed == NULL)
        return LSQ_NOMEM;
    for (size_t i = 0; i < fit->given; i++) {
        const double *from = i < fit->rank ? fit->coef + i * t : w->other + (i - fit->rank) * t;
        memcpy(placed + (size_t)w->pivot[i] * t, from, t * sizeof *placed);
    }
    free(fit->coef);
    fit->coef = placed;
    return LSQ_OK;
}

static enum lsq_status solve_deficient(const struct triangle *t, struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t r = fit->rank;
    struct pivoted w = {
        malloc(p * p * sizeof(double)),       malloc(p * sizeof(double)),
        malloc((r * r + 1) * sizeof(double)), malloc((r * (p - r) + 1) * sizeof(double)),
        malloc((r * r + 1) * sizeof(double)), malloc((p - r) * fit->targets * sizeof(double)),
        malloc(p * sizeof(double)),           malloc(p * sizeof(int))};
    enum lsq_status status = LSQ_NOMEM;
    if (w.qr && w.unit && w.lower && w.beta && w.gram && w.other && w.tau && w.pivot)
        status = solve_pivoted(t, &w, fit);
    if (status == LSQ_OK)
        status = unpivot(&w, fit);
    free(w.qr);
    free(w.unit);
    free(w.lower);
    free(w.beta);
    free(w.gram);
    free(w.other);
    free(w.tau);
    free(w.pivot);
    return status;
}

/* Rank judged on unit columns. */
static enum lsq_status solve_by_default(struct triangle *w, struct lsq_fit *fit)
{
    size_t p = fit->given;
    fit->rcond = lsq_default_rcond(p);
    set_scale(p, w->r, w->scale);
    scale_columns(p, w->r, w->scale, w->copy);
    enum lapack_status status = lapack_svd(p, w->copy, w->sigma, NULL, NULL);
    if (status != LAPACK_DONE)
        return lsq_from_lapack(status);
    fit->rank = lsq_rank(w->sigma, p, fit->rcond);
    if (fit->rank == p) {
        solve_full_rank(w, fit);
        return LSQ_OK;
    }
    return solve_deficient(w, fit);
}

/* Rank by the singular values of X as it is, cut where the user says. */
static enum lsq_status solve_by_rcond(struct triangle *w, double rcond, struct lsq_fit *fit)
{
    size_t p = fit->given;
    fit->rcond = rcond;
    fit->rank = lsq_rank(fit->singular, p, rcond);
    if (fit->rank == p) {
        solve_full_rank(w, fit);
        return LSQ_OK;
    }
    memcpy(w->copy, w->r, p * p * sizeof *w->copy);
    enum lapack_status status = lapack_svd(p, w->copy, w->sigma, w->u, w->vt);
    if (status != LAPACK_DONE)
        return lsq_from_lapack(status);
    return solve_truncated(w, fit);
}

static enum lsq_status solve(struct triangle *w, const struct lsq_options *options,
                             struct lsq_fit *fit)
{
    size_t p = fit->given;
    memcpy(w->copy, w->r, p * p * sizeof *w->copy);
    enum lapack_status status = lapack_svd(p, w->copy, fit->singular, NULL, NULL);
    if (status != LAPACK_DONE)
        return lsq_from_lapack(status);
    return options->rcond >= 0 ? solve_by_rcond(w, options->rcond, fit) : solve_by_default(w, fit);
}

enum lsq_status lsq_solve_triangle(const double *r, const double *qty, size_t ld,
                                   const struct lsq_options *options, struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t t = fit->targets;
    struct triangle w = {calloc(p * p, sizeof(double)),  malloc(p * p * sizeof(double)),
                         malloc(p * sizeof(double)),     malloc(p * sizeof(double)),
                         malloc(p * p * sizeof(double)), malloc(p * p * sizeof(double))};
    fit->coef = malloc(p * t * sizeof *fit->coef);
    fit->singular = malloc(p * sizeof *fit->singular);
    fit->singular_count = p;
    enum lsq_status status = LSQ_NOMEM;
    if (w.r && w.copy && w.scale && w.sigma && w.u && w.vt && fit->coef && fit->singular) {
        for (size_t i = 0; i < p; i++) {
            memcpy(w.r + i * p + i, r + i * ld + i, (p - i) * sizeof *r);
            memcpy(fit->coef + i * t, qty + i * ld, t * sizeof *qty);
        }
        bool finite = lsq_all_finite(w.r, p * p) && lsq_all_finite(fit->coef, p * t);
        status = finite ? solve(&w, options, fit) : LSQ_OVERFLOW;
    }
    free(w.r);
    free(w.copy);
    free(w.scale);
    free(w.sigma);
    free(w.u);
    free(w.vt);
    return status;
}
