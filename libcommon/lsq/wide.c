#include "lsq/wide.h"

#include "lsq/lapack.h"
#include "lsq/linear.h"
#include "math/finite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* With X (m × p) of few rows, Xᵀ = Q R reduces all to the m × m matrix Rᵀ = U S Vᵀ:
 * X = U S (Q V)ᵀ, so C = Q V S⁻¹ Uᵀ Y. Row-major X is Xᵀ in LAPACK's eyes. */
struct wide {
    double *core, *u, *vt; /* m × m */
    double *columns;       /* p × m */
    double *tau;           /* m */
};

static enum lsq_status decompose(double *a, size_t m, const struct wide *w, struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t c = p + fit->targets;
    enum lsq_status status = lapack_qr(p, m, a, c, w->tau);
    if (status != LSQ_OK)
        return status;
    /* core = Rᵀ, column-major: R's element (i, j) stands at a[j * c + i]. */
    memset(w->core, 0, m * m * sizeof *w->core);
    for (size_t j = 0; j < m; j++)
        for (size_t i = 0; i <= j; i++)
            w->core[i * m + j] = a[j * c + i];
    if (!finite_all(w->core, m * m))
        return LSQ_OVERFLOW;
    return lapack_svd(m, m, w->core, fit->singular, w->u, w->vt);
}

/* The norm of the noise in X v. */
static double noise_along(const double *v, const double *noise, size_t p)
{
    double norm = 0;
    for (size_t i = 0; i < p; i++)
        norm = noise[i] > 0 ? hypot(norm, noise[i] * v[i]) : norm;
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
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < r; j++)
            fit->basis[i * r + j] = w->columns[j * p + i];
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

static enum lsq_status solve(double *a, size_t m, const struct lsq_options *options,
                             const struct wide *w, const double *noise, struct lsq_fit *fit)
{
    enum lsq_status status = decompose(a, m, w, fit);
    if (status != LSQ_OK)
        return status;
    fit->rcond = options->rcond >= 0 ? options->rcond : linear_default_rcond(fit->given);
    fit->rank = linear_rank(fit->singular, m, fit->rcond * fit->singular[0]);
    fit->basis = malloc((fit->given * fit->rank + 1) * sizeof *fit->basis);
    fit->loadings = malloc(m * fit->targets * sizeof *fit->loadings);
    if (fit->basis == NULL || fit->loadings == NULL)
        return LSQ_NOMEM;
    if (fit->rank > 0)
        status = make_basis(a, m, w, options->rcond < 0 ? noise : NULL, fit);
    if (status == LSQ_OK)
        make_loadings(a, m, w, fit);
    return status;
}

enum lsq_status wide_solve(double *a, size_t m, const struct lsq_options *options,
                           const double *noise, struct lsq_fit *fit)
{
    double *scratch = malloc((3 * m + fit->given + 1) * m * sizeof *scratch);
    fit->singular = malloc(m * sizeof *fit->singular);
    fit->singular_count = m;
    enum lsq_status status = LSQ_NOMEM;
    if (scratch != NULL && fit->singular != NULL) {
        struct wide w = {.core = scratch};
        w.u = w.core + m * m;
        w.vt = w.u + m * m;
        w.columns = w.vt + m * m;
        w.tau = w.columns + m * fit->given;
        status = solve(a, m, options, &w, noise, fit);
    }
    free(scratch);
    return status;
}
