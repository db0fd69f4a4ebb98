#include "lsq/tall.h"

#include "lsq/deficient.h"
#include "lsq/full_rank.h"
#include "lsq/lapack.h"
#include "lsq/linear.h"
#include "math/finite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Whether a (p × p, rows of c doubles) is R already, as rows are that were reduced without an
 * intercept. */
static bool is_triangle(const double *a, size_t p, size_t c)
{
    for (size_t i = 1; i < p; i++)
        for (size_t j = 0; j < i; j++)
            if (a[i * c + j] != 0)
                return false;
    return true;
}

/* QR of a (m × (p + t), rows of c doubles) as tall_reduce has it, but below the diagonal there are
 * LAPACK's reflectors, with tau (p). */
static enum lsq_status factor(double *a, size_t m, size_t p, size_t t, size_t c, double *tau,
                              double *rss)
{
    if (m == p && is_triangle(a, p, c)) {
        memset(tau, 0, p * sizeof *tau);
        return LSQ_OK;
    }
    /* Row-major [X Y] is, column-major, Xᵀ above Yᵀ: Xᵀ = L Q gives X = Qᵀ Lᵀ, so R is Lᵀ
     * and Yᵀ Qᵀ is the transpose of what is wanted, in place. */
    enum lsq_status status = lapack_lq(p, t, m, a, c, tau);
    linear_add_squares(a + p * c + p, m - p, t, c, rss);
    return status;
}

enum lsq_status tall_reduce(double *a, size_t m, size_t p, size_t t, double *rss)
{
    return tall_reduce_halves(a, m, 0, p, t, rss);
}

enum lsq_status tall_reduce_halves(double *a, size_t m, size_t split, size_t p, size_t t,
                                   double *rss)
{
    size_t c = p + t;
    double *tau = malloc(p * sizeof *tau);
    enum lsq_status status = tau != NULL ? LSQ_OK : LSQ_NOMEM;
    if (status == LSQ_OK && split > 0)
        status = factor(a, m, split, 0, c, tau, rss);
    if (status == LSQ_OK)
        status = factor(a + split, m, p - split, t, c, tau, rss);
    free(tau);
    for (size_t i = split; i < p; i++)
        memmove(a + i * c + i, a + (i - split) * c + i, (c - i) * sizeof *a);
    for (size_t i = 0; i < split; i++)
        memset(a + i * c + split, 0, (c - split) * sizeof *a);
    for (size_t i = 1; i < p; i++)
        memset(a + i * c, 0, i * sizeof *a);
    return status;
}

/* R as a matrix of its own, C order: LAPACK sees the lower triangular Rᵀ. */
struct triangle {
    double *r;
    double *copy;  /* for what destroys its argument */
    double *scale; /* norm of each column of R, which is that of X's; 1 where it is 0 */
    double *sigma; /* singular values of R with unit columns */
    const double *noise;
};

/* coef = R⁻¹ Qᵀ Y. */
static enum lsq_status solve_full_rank(const struct triangle *w, struct lsq_fit *fit)
{
    lapack_solve("RLN", fit->targets, fit->given, w->r, fit->given, fit->coef, fit->targets);
    return LSQ_OK;
}

/* coef = U_r S_r⁻¹ V_rᵀ Qᵀ Y, from R = vtᵀ S uᵀ; vty: scratch of p × t. */
static void keep_largest(const double *u, const double *vt, const double *sigma, double *vty,
                         struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t t = fit->targets;
    size_t r = fit->rank;
    lapack_product(1, false, true, t, p, p, fit->coef, t, vt, p, 0, vty, t);
    linear_add_squares(vty + r * t, p - r, t, t, fit->rss);
    for (size_t i = 0; i < r; i++)
        for (size_t j = 0; j < t; j++)
            vty[i * t + j] /= sigma[i];
    memset(fit->coef, 0, p * t * sizeof *fit->coef);
    if (r > 0)
        lapack_product(1, false, true, t, p, r, vty, t, u, p, 0, fit->coef, t);
}

/* The solution of minimum norm where the singular values that count are those of X as it is. In
 * LAPACK's eyes Rᵀ = u S vt. */
static enum lsq_status solve_truncated(const struct triangle *w, struct lsq_fit *fit)
{
    size_t p = fit->given;
    double *u = malloc((2 * p + fit->targets) * p * sizeof *u);
    if (u == NULL)
        return LSQ_NOMEM;
    double *vt = u + p * p;
    memcpy(w->copy, w->r, p * p * sizeof *w->copy);
    enum lsq_status status = lapack_svd(p, p, w->copy, w->sigma, u, vt);
    if (status == LSQ_OK)
        keep_largest(u, vt, w->sigma, vt + p * p, fit);
    free(u);
    return status;
}

/* Unit columns, but those shorter whose noise would be above rcond: it is at most that in all. */
static void scale_columns(const struct triangle *w, size_t p, double rcond)
{
    linear_unit_columns(w->r, p, p, p, w->copy, p, w->scale);
    for (size_t j = 0; j < p; j++) {
        double norm = w->scale[j];
        w->scale[j] = fmax(norm, w->noise[j] / rcond);
        for (size_t i = 0; i <= j && norm < w->scale[j]; i++)
            w->copy[i * p + j] *= norm / w->scale[j];
    }
}

/* Rank judged on unit columns. */
static enum lsq_status solve_by_default(const struct triangle *w, struct lsq_fit *fit)
{
    size_t p = fit->given;
    bool certain = false;
    enum lsq_status status = LSQ_OK;
    fit->rcond = linear_default_rcond(p);
    scale_columns(w, p, fit->rcond);
    if (fit->singular == NULL) {
        status = full_rank_by_inverse(w->copy, true, p, fit->rcond, fit->rcond, &certain);
        if (!certain)
            scale_columns(w, p, fit->rcond);
    }
    if (status == LSQ_OK && !certain)
        status = lapack_svd(p, p, w->copy, w->sigma, NULL, NULL);
    if (status != LSQ_OK)
        return status;
    fit->rank = certain ? p : linear_rank(w->sigma, p, fit->rcond * fmax(w->sigma[0], 1));
    return fit->rank == p ? solve_full_rank(w, fit) : deficient_solve(w->r, w->scale, fit);
}

/* Rank by the singular values of X as it is, cut where the user says. */
static enum lsq_status solve_by_rcond(const struct triangle *w, double rcond, struct lsq_fit *fit)
{
    size_t p = fit->given;
    bool certain = false;
    enum lsq_status status = LSQ_OK;
    fit->rcond = rcond;
    if (fit->singular == NULL)
        status = full_rank_is_certain(w->r, true, p, p, rcond, 0, &certain);
    if (status == LSQ_OK && fit->singular == NULL && !certain) {
        memcpy(w->copy, w->r, p * p * sizeof *w->copy);
        status = lapack_svd(p, p, w->copy, w->sigma, NULL, NULL);
    }
    if (status != LSQ_OK)
        return status;
    const double *sigma = fit->singular != NULL ? fit->singular : w->sigma;
    fit->rank = certain ? p : linear_rank(sigma, p, rcond * sigma[0]);
    return fit->rank == p ? solve_full_rank(w, fit) : solve_truncated(w, fit);
}

static enum lsq_status solve_triangle(const struct triangle *w, double rcond, struct lsq_fit *fit)
{
    size_t p = fit->given;
    enum lsq_status status = LSQ_OK;
    if (!finite_all(w->r, p * p) || !finite_all(fit->coef, p * fit->targets))
        return LSQ_OVERFLOW;
    if (fit->singular != NULL) {
        memcpy(w->copy, w->r, p * p * sizeof *w->copy);
        status = lapack_svd(p, p, w->copy, fit->singular, NULL, NULL);
    }
    if (status != LSQ_OK)
        return status;
    return rcond >= 0 ? solve_by_rcond(w, rcond, fit) : solve_by_default(w, fit);
}

enum lsq_status tall_solve(double *a, size_t m, const struct lsq_options *options,
                           const double *noise, double *tau, struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t t = fit->targets;
    enum lsq_status status = factor(a, m, p, t, p + t, tau, fit->rss);
    if (status != LSQ_OK)
        return status;
    double *scratch = calloc(2 * p * p + 2 * p, sizeof *scratch);
    fit->coef = malloc(p * t * sizeof *fit->coef);
    status = LSQ_NOMEM;
    if (scratch != NULL && fit->coef != NULL && full_rank_begin(p, options, fit) == LSQ_OK) {
        struct triangle w = {.r = scratch, .noise = noise};
        w.copy = w.r + p * p;
        w.scale = w.copy + p * p;
        w.sigma = w.scale + p;
        for (size_t i = 0; i < p; i++) {
            memcpy(w.r + i * p + i, a + i * (p + t) + i, (p - i) * sizeof *a);
            memcpy(fit->coef + i * t, a + i * (p + t) + p, t * sizeof *a);
        }
        status = solve_triangle(&w, options->rcond, fit);
    }
    free(scratch);
    return status;
}
