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
    for (size_t i = split; split > 0 && i < p; i++)
        memmove(a + i * c + i, a + (i - split) * c + i, (c - i) * sizeof *a);
    for (size_t i = 0; i < split; i++)
        memset(a + i * c + split, 0, (c - split) * sizeof *a);
    for (size_t i = 1; i < p; i++)
        memset(a + i * c, 0, i * sizeof *a);
    return status;
}

/* The columns of R as rank is judged on them: R itself is in the first p rows of a, beside Qᵀ Y. */
struct triangle {
    const double *a;
    double *scale; /* what each column is divided by */
    double *r;     /* of the doubtful: R as a matrix of its own, C order (LAPACK sees Rᵀ), */
    double *copy;  /* room for what destroys its argument, */
    double *sigma; /* and the singular values that tell */
};

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
static void set_scale(const struct triangle *w, const double *noise, const struct lsq_fit *fit)
{
    size_t p = fit->given;
    memset(w->scale, 0, p * sizeof *w->scale);
    for (size_t i = 0; i < p; i++)
        for (size_t j = i; j < p; j++)
            w->scale[j] = hypot(w->scale[j], w->a[i * (p + fit->targets) + j]);
    for (size_t j = 0; j < p; j++) {
        w->scale[j] = w->scale[j] > 0 ? w->scale[j] : 1;
        w->scale[j] = fmax(w->scale[j], noise[j] / fit->rcond);
    }
}

/* sigma: the singular values of R, its columns divided by scale unless that is NULL. */
static enum lsq_status find_singular(const struct triangle *w, const double *scale, size_t p,
                                     double *sigma)
{
    for (size_t i = 0; i < p * p; i++)
        w->copy[i] = scale != NULL ? w->r[i] / scale[i % p] : w->r[i];
    return lapack_svd(p, p, w->copy, sigma, NULL, NULL);
}

/* The rank by singular values, and if it is not full the solution too. */
static enum lsq_status decide(const struct triangle *w, bool judged, struct lsq_fit *fit)
{
    size_t p = fit->given;
    const double *sigma = judged || fit->singular == NULL ? w->sigma : fit->singular;
    enum lsq_status status = LSQ_OK;
    if (fit->singular != NULL)
        status = find_singular(w, NULL, p, fit->singular);
    if (status == LSQ_OK && sigma == w->sigma)
        status = find_singular(w, judged ? w->scale : NULL, p, w->sigma);
    if (status != LSQ_OK)
        return status;
    fit->rank = linear_rank(sigma, p, fit->rcond * (judged ? fmax(sigma[0], 1) : sigma[0]));
    return fit->rank == p ? LSQ_OK
           : judged       ? deficient_solve(w->r, w->scale, fit)
                          : solve_truncated(w, fit);
}

static enum lsq_status decide_by_svd(struct triangle *w, bool judged, struct lsq_fit *fit)
{
    size_t p = fit->given;
    w->r = calloc(2 * p + 1, p * sizeof *w->r);
    if (w->r == NULL)
        return LSQ_NOMEM;
    w->copy = w->r + p * p;
    w->sigma = w->copy + p * p;
    for (size_t i = 0; i < p; i++)
        memcpy(w->r + i * p + i, w->a + i * (p + fit->targets) + i, (p - i) * sizeof *w->r);
    enum lsq_status status = decide(w, judged, fit);
    free(w->r);
    return status;
}

/* Rank is judged on unit columns or, where the user says where to cut, by the singular values of X
 * as it is. */
static enum lsq_status solve_triangle(struct triangle *w, double rcond, const double *noise,
                                      struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t t = fit->targets;
    bool judged = rcond < 0;
    bool certain = false;
    enum lsq_status status = LSQ_OK;
    fit->rcond = judged ? linear_default_rcond(p) : rcond;
    fit->rank = p;
    if (judged)
        set_scale(w, noise, fit);
    if (fit->singular == NULL)
        status = full_rank_is_certain(w->a, true, p, p + t, judged ? w->scale : NULL, fit->rcond,
                                      judged ? fit->rcond : 0, &certain);
    if (status == LSQ_OK && !certain)
        status = decide_by_svd(w, judged, fit);
    if (status == LSQ_OK && fit->rank == p)
        lapack_solve("RLN", t, p, w->a, p + t, fit->coef, t);
    return status;
}

enum lsq_status tall_solve(double *a, size_t m, const struct lsq_options *options,
                           const double *noise, double *tau, struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t t = fit->targets;
    enum lsq_status status = factor(a, m, p, t, p + t, tau, fit->rss);
    for (size_t i = 0; i < p && status == LSQ_OK; i++)
        status = finite_all(a + i * (p + t) + i, p - i + t) ? LSQ_OK : LSQ_OVERFLOW;
    if (status != LSQ_OK)
        return status;
    struct triangle w = {.a = a, .scale = malloc(p * sizeof *w.scale)};
    fit->coef = malloc(p * t * sizeof *fit->coef);
    status = LSQ_NOMEM;
    if (w.scale != NULL && fit->coef != NULL && full_rank_begin(p, options, fit) == LSQ_OK) {
        for (size_t i = 0; i < p; i++)
            memcpy(fit->coef + i * t, a + i * (p + t) + p, t * sizeof *a);
        status = solve_triangle(&w, options->rcond, noise, fit);
    }
    free(w.scale);
    return status;
}
