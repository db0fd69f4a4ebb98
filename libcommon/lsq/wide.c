#include "lsq/wide.h"

#include "lsq/full_rank.h"
#include "lsq/lapack.h"
#include "lsq/linear.h"
#include "math/finite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* With X (m × p) of few rows, Xᵀ = Q R leaves the m × m matrix Rᵀ, and C = Q R⁻ᵀ Y where that has
 * full rank; else Rᵀ = U S Vᵀ: X = U S (Q V)ᵀ, so C = Q V S⁻¹ Uᵀ Y. Row-major X is Xᵀ in LAPACK's
 * eyes, whose Q R a holds. */
struct wide {
    const double *tau;     /* m */
    double *core, *u, *vt; /* m × m */
    double *columns;       /* p × m */
};

/* core = Rᵀ, column-major: R's element (i, j) stands at a[j * c + i]. */
static enum lsq_status decompose(const double *a, size_t m, const struct wide *w,
                                 struct lsq_fit *fit)
{
    size_t c = fit->given + fit->targets;
    memset(w->core, 0, m * m * sizeof *w->core);
    for (size_t j = 0; j < m; j++)
        for (size_t i = 0; i <= j; i++)
            w->core[i * m + j] = a[j * c + i];
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

/* basis (p × r) = Q V_r, less the last directions that are but noise: LAPACK makes it column-major,
 * readers want rows. */
static enum lsq_status make_basis(const double *a, size_t m, const struct wide *w,
                                  const double *noise, struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t r = fit->rank;
    memset(w->columns, 0, p * r * sizeof *w->columns);
    for (size_t j = 0; j < r; j++)
        for (size_t i = 0; i < m; i++)
            w->columns[j * p + i] = w->vt[i * m + j];
    enum lsq_status status =
        lapack_qr_apply(false, p, r, m, a, p + fit->targets, w->tau, w->columns, p);
    while (noise != NULL && r > 0 &&
           fit->singular[r - 1] <= noise_along(w->columns + (r - 1) * p, noise, p))
        r--;
    fit->rank = r;
    linear_transpose(w->columns, r, p, fit->basis);
    return status;
}

/* loadings (m × t at first) = Uᵀ Y: its first r rows, divided by S, are the loadings; the
 * squares of the others are what no solution can reach. */
static void make_loadings(const double *a, size_t m, const struct wide *w, struct lsq_fit *fit)
{
    size_t t = fit->targets;
    size_t r = fit->rank;
    lapack_product(1, false, false, t, m, m, a + fit->given, fit->given + t, w->u, m, 0,
                   fit->loadings, t);
    for (size_t i = 0; i < r; i++)
        for (size_t j = 0; j < t; j++)
            fit->loadings[i * t + j] /= fit->singular[i];
    linear_add_squares(fit->loadings + r * t, m - r, t, t, fit->rss);
}

static enum lsq_status solve_by_svd(const double *a, size_t m, const struct wide *w,
                                    const double *noise, struct lsq_fit *fit)
{
    enum lsq_status status = decompose(a, m, w, fit);
    if (status != LSQ_OK)
        return status;
    fit->rank = linear_rank(fit->singular, m, fit->rcond * fit->singular[0]);
    fit->basis = malloc((fit->given * fit->rank + 1) * sizeof *fit->basis);
    fit->loadings = malloc(m * fit->targets * sizeof *fit->loadings);
    if (fit->basis == NULL || fit->loadings == NULL)
        return LSQ_NOMEM;
    if (fit->rank > 0)
        status = make_basis(a, m, w, noise, fit);
    if (status == LSQ_OK)
        make_loadings(a, m, w, fit);
    return status;
}

static enum lsq_status solve_doubtful(const double *a, size_t m, const double *tau,
                                      const double *noise, struct lsq_fit *fit)
{
    double *scratch = malloc((3 * m + fit->given) * m * sizeof *scratch);
    enum lsq_status status = LSQ_NOMEM;
    if (fit->singular == NULL)
        fit->singular = malloc(m * sizeof *fit->singular);
    fit->singular_count = m;
    if (scratch != NULL && fit->singular != NULL) {
        struct wide w = {tau, scratch, scratch + m * m, scratch + 2 * m * m, scratch + 3 * m * m};
        status = solve_by_svd(a, m, &w, noise, fit);
    }
    free(scratch);
    return status;
}

/* to (p × n, C order) = Q b, where b (m × n, C order) stands for [b 0]ᵀ; NULL: the identity. */
static enum lsq_status apply_q(const double *a, size_t m, const double *tau, const double *b,
                               size_t n, const struct lsq_fit *fit, double **to)
{
    size_t p = fit->given;
    double *columns = calloc(p, n * sizeof *columns);
    enum lsq_status status = LSQ_NOMEM;
    *to = malloc(p * n * sizeof **to);
    if (columns != NULL && *to != NULL) {
        for (size_t j = 0; j < n; j++)
            for (size_t i = 0; i < m; i++)
                columns[j * p + i] = b != NULL ? b[i * n + j] : (double)(i == j);
        status = lapack_qr_apply(false, p, n, m, a, p + fit->targets, tau, columns, p);
        linear_transpose(columns, n, p, *to);
    }
    free(columns);
    return status;
}

/* loadings = R⁻ᵀ Y, and Q is the basis, or both are multiplied where that is smaller. */
static enum lsq_status solve_certain(const double *a, size_t m, const double *tau,
                                     struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t t = fit->targets;
    fit->rank = m;
    fit->loadings = malloc(m * t * sizeof *fit->loadings);
    if (fit->loadings == NULL)
        return LSQ_NOMEM;
    for (size_t i = 0; i < m; i++)
        memcpy(fit->loadings + i * t, a + i * (p + t) + p, t * sizeof *a);
    lapack_solve("RUN", t, m, a, p + t, fit->loadings, t);
    if (m * (p + t) < p * t)
        return apply_q(a, m, tau, NULL, m, fit, &fit->basis);
    enum lsq_status status = apply_q(a, m, tau, fit->loadings, t, fit, &fit->coef);
    free(fit->loadings);
    fit->loadings = NULL;
    return status;
}

static enum lsq_status solve(double *a, size_t m, const struct lsq_options *options, double *tau,
                             const double *noise, struct lsq_fit *fit)
{
    size_t p = fit->given;
    bool judged = options->rcond < 0;
    bool certain = false;
    fit->rcond = judged ? linear_default_rcond(p) : options->rcond;
    enum lsq_status status = lapack_qr(p, m, a, p + fit->targets, tau);
    if (status == LSQ_OK)
        status = full_rank_begin(m, options, fit);
    if (status == LSQ_OK && fit->singular == NULL)
        status = full_rank_is_certain(a, false, m, p + fit->targets, NULL, fit->rcond,
                                      judged ? noise_along(NULL, noise, p) : 0, &certain);
    if (status != LSQ_OK)
        return status;
    return certain ? solve_certain(a, m, tau, fit)
                   : solve_doubtful(a, m, tau, judged ? noise : NULL, fit);
}

enum lsq_status wide_solve(double *a, size_t m, const struct lsq_options *options,
                           const double *noise, struct lsq_fit *fit)
{
    double *tau = malloc(m * sizeof *tau);
    enum lsq_status status = tau != NULL ? solve(a, m, options, tau, noise, fit) : LSQ_NOMEM;
    free(tau);
    return status;
}
