#include "lsq/wide.h"

#include "lsq/full_rank.h"
#include "lsq/lapack.h"
#include "lsq/linear.h"
#include "lsq/room.h"
#include "math/finite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* With X (m × p) of few rows, Xᵀ = Q R leaves the m × m matrix Rᵀ, and C = Q R⁻ᵀ Y where that has
 * full rank; else Rᵀ = U S Vᵀ: X = U S (Q V)ᵀ, so C = Q V S⁻¹ Uᵀ Y. Row-major X is Xᵀ in LAPACK's
 * eyes, whose Q R a holds. */
struct wide {
    const double *a;
    size_t m;
    double *tau;           /* m */
    double *core, *u, *vt; /* m × m: of the doubtful; vt is V in C order */
};

/* core = Rᵀ, column-major: R's element (i, j) stands at a[j * c + i]. */
static enum lsq_status decompose(const struct wide *w, struct lsq_fit *fit)
{
    size_t m = w->m;
    size_t c = fit->given + fit->targets;
    memset(w->core, 0, m * m * sizeof *w->core);
    for (size_t j = 0; j < m; j++)
        for (size_t i = 0; i <= j; i++)
            w->core[i * m + j] = w->a[j * c + i];
    if (!finite_all(w->core, m * m))
        return LSQ_OVERFLOW;
    return lapack_svd(m, m, w->core, fit->singular, w->u, w->vt);
}

/* The norm of the noise in X v, or for v NULL in X along any direction, at most. */
static double noise_along(const double *v, const double *noise, size_t p)
{
    double norm = 0;
    for (size_t i = 0; i < p; i++)
        norm = noise[i] > 0 ? hypot(norm, noise[i] * (v != NULL ? v[i] : 1)) : norm;
    return norm;
}

/* *to (p × n, C order) = Q [b 0]ᵀ, with b (m × n, rows of ld doubles); NULL: the identity. For
 * LAPACK that is its transpose times Qᵀ, in place. */
static enum lsq_status apply_q(const struct wide *w, const double *b, size_t ld, size_t n,
                               const struct lsq_fit *fit, double **to)
{
    size_t p = fit->given;
    *to = room_new(p * n + 1);
    if (*to == NULL || n == 0)
        return *to != NULL ? LSQ_OK : LSQ_NOMEM;
    memset(*to, 0, p * n * sizeof **to);
    for (size_t i = 0; i < w->m; i++) {
        if (b != NULL)
            memcpy(*to + i * n, b + i * ld, n * sizeof *b);
        else
            (*to)[i * n + i] = 1;
    }
    return lapack_qr_apply("RT", n, p, w->m, w->a, p + fit->targets, w->tau, *to, n);
}

/* The rank is that of the threshold, less the last directions that are but noise. */
static enum lsq_status find_rank(const struct wide *w, const double *noise, struct lsq_fit *fit)
{
    enum lsq_status status = LSQ_OK;
    bool is_noise = noise != NULL;
    fit->rank = linear_rank(fit->singular, w->m, fit->rcond * fit->singular[0]);
    double most = is_noise ? noise_along(NULL, noise, fit->given) : 0;
    while (is_noise && fit->rank > 0 && fit->singular[fit->rank - 1] <= most) {
        double *v;
        status = apply_q(w, w->vt + fit->rank - 1, w->m, 1, fit, &v);
        is_noise =
            status == LSQ_OK && fit->singular[fit->rank - 1] <= noise_along(v, noise, fit->given);
        fit->rank -= is_noise;
        free(v);
    }
    return status;
}

/* loadings (m × t at first) = Uᵀ Y: its first r rows, divided by S, are the loadings; the
 * squares of the others are what no solution can reach. */
static enum lsq_status make_loadings(const struct wide *w, struct lsq_fit *fit)
{
    size_t m = w->m;
    size_t t = fit->targets;
    size_t r = fit->rank;
    fit->loadings = malloc(m * t * sizeof *fit->loadings);
    if (fit->loadings == NULL)
        return LSQ_NOMEM;
    lapack_product(1, false, false, t, m, m, w->a + fit->given, fit->given + t, w->u, m, 0,
                   fit->loadings, t);
    for (size_t i = 0; i < r; i++)
        for (size_t j = 0; j < t; j++)
            fit->loadings[i * t + j] /= fit->singular[i];
    linear_add_squares(fit->loadings + r * t, m - r, t, t, fit->rss);
    return LSQ_OK;
}

/* The coefficients Q V loadings, or Q V as their basis; V NULL: the identity. */
static enum lsq_status make_coefficients(const struct wide *w, const double *v, bool factors,
                                         struct lsq_fit *fit)
{
    size_t m = w->m;
    size_t t = fit->targets;
    size_t r = fit->rank;
    if (factors || lsq_fit_is_thin(fit))
        return apply_q(w, v, m, r, fit, &fit->basis);
    double *b = v != NULL ? malloc(m * t * sizeof *b) : fit->loadings;
    if (b == NULL)
        return LSQ_NOMEM;
    if (v != NULL) {
        lapack_product(1, false, false, t, m, r, fit->loadings, t, v, m, 0, b, t);
        free(fit->loadings);
    }
    fit->loadings = NULL;
    enum lsq_status status = apply_q(w, b, t, t, fit, &fit->coef);
    free(b);
    return status;
}

static enum lsq_status solve_doubtful(struct wide *w, bool factors, const double *noise,
                                      struct lsq_fit *fit)
{
    size_t m = w->m;
    enum lsq_status status = LSQ_NOMEM;
    w->core = malloc(3 * m * m * sizeof *w->core);
    if (fit->singular == NULL)
        fit->singular = malloc(m * sizeof *fit->singular);
    fit->singular_count = m;
    if (w->core != NULL && fit->singular != NULL) {
        w->u = w->core + m * m;
        w->vt = w->u + m * m;
        status = decompose(w, fit);
    }
    if (status == LSQ_OK)
        status = find_rank(w, noise, fit);
    if (status == LSQ_OK)
        status = make_loadings(w, fit);
    if (status == LSQ_OK)
        status = make_coefficients(w, w->vt, factors, fit);
    free(w->core);
    return status;
}

/* loadings = R⁻ᵀ Y. */
static enum lsq_status solve_certain(const struct wide *w, bool factors, struct lsq_fit *fit)
{
    size_t m = w->m;
    size_t p = fit->given;
    size_t t = fit->targets;
    fit->rank = m;
    fit->loadings = malloc(m * t * sizeof *fit->loadings);
    if (fit->loadings == NULL)
        return LSQ_NOMEM;
    for (size_t i = 0; i < m; i++)
        memcpy(fit->loadings + i * t, w->a + i * (p + t) + p, t * sizeof *w->a);
    lapack_solve("RUN", t, m, w->a, p + t, fit->loadings, t);
    return make_coefficients(w, NULL, factors, fit);
}

static enum lsq_status solve(double *a, struct wide *w, const struct lsq_options *options,
                             const double *noise, struct lsq_fit *fit)
{
    size_t p = fit->given;
    bool judged = options->rcond < 0;
    bool certain = false;
    fit->rcond = judged ? linear_default_rcond(p) : options->rcond;
    enum lsq_status status = lapack_qr(p, w->m, a, p + fit->targets, w->tau);
    if (status == LSQ_OK)
        status = full_rank_begin(w->m, options, fit);
    if (status == LSQ_OK && fit->singular == NULL)
        status = full_rank_is_certain(a, false, w->m, p + fit->targets, NULL, fit->rcond,
                                      judged ? noise_along(NULL, noise, p) : 0, &certain);
    if (status != LSQ_OK)
        return status;
    return certain ? solve_certain(w, options->factors, fit)
                   : solve_doubtful(w, options->factors, judged ? noise : NULL, fit);
}

enum lsq_status wide_solve(double *a, size_t m, const struct lsq_options *options,
                           const double *noise, struct lsq_fit *fit)
{
    struct wide w = {.a = a, .m = m, .tau = malloc(m * sizeof *w.tau)};
    enum lsq_status status = w.tau != NULL ? solve(a, &w, options, noise, fit) : LSQ_NOMEM;
    free(w.tau);
    return status;
}
