#include "lsq/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* With X (m × p) of few rows, Xᵀ = Q R reduces all to the m × m matrix Rᵀ = U S Vᵀ:
 * X = U S (Q V)ᵀ, so C = Q V S⁻¹ Uᵀ Y. Row-major X is Xᵀ in LAPACK's eyes. */
struct wide {
    double *tau, *core, *u, *vt;
};

static enum lsq_status decompose(double *a, size_t m, struct wide *w, struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t c = p + fit->targets;
    enum lapack_status status = lapack_qr(p, m, a, c, w->tau);
    if (status != LAPACK_DONE)
        return lsq_from_lapack(status);
    /* core = Rᵀ, column-major: R's element (i, j) stands at a[j * c + i]. */
    memset(w->core, 0, m * m * sizeof *w->core);
    for (size_t j = 0; j < m; j++)
        for (size_t i = 0; i <= j; i++)
            w->core[i * m + j] = a[j * c + i];
    if (!lsq_all_finite(w->core, m * m))
        return LSQ_OVERFLOW;
    return lsq_from_lapack(lapack_svd(m, w->core, fit->singular, w->u, w->vt));
}

static void set_rank(size_t m, const struct lsq_options *options, struct lsq_fit *fit)
{
    fit->rcond = options->rcond >= 0 ? options->rcond : lsq_default_rcond(fit->given);
    fit->rank = lsq_rank(fit->singular, m, fit->rcond);
}

/* basis (p × r) = Q V_r: LAPACK makes it column-major, readers want rows. */
static enum lsq_status make_basis(const double *a, size_t m, const struct wide *w,
                                  struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t r = fit->rank;
    double *columns = calloc(p * r, sizeof *columns);
    if (columns == NULL)
        return LSQ_NOMEM;
    for (size_t j = 0; j < r; j++)
        for (size_t i = 0; i < m; i++)
            columns[j * p + i] = w->vt[i * m + j];
    enum lapack_status status =
        lapack_qr_apply(false, p, r, m, a, p + fit->targets, w->tau, columns, p);
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < r; j++)
            fit->basis[i * r + j] = columns[j * p + i];
    free(columns);
    return lsq_from_lapack(status);
}

/* loadings (room for m × t) = Uᵀ Y: its first r rows, divided by S, are the loadings; the
 * squares of the others are what no solution can reach. */
static void make_loadings(const double *a, size_t m, const struct wide *w, struct lsq_fit *fit)
{
    size_t t = fit->targets;
    lapack_multiply(false, false, t, m, m, a + fit->given, fit->given + t, w->u, m, fit->loadings,
                    t);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < t; j++) {
            double *v = fit->loadings + i * t + j;
            if (i < fit->rank)
                *v /= fit->singular[i];
            else
                fit->rss[j] += *v * *v;
        }
}

static enum lsq_status solve(double *a, size_t m, const struct lsq_options *options, struct wide *w,
                             struct lsq_fit *fit)
{
    enum lsq_status status = decompose(a, m, w, fit);
    if (status != LSQ_OK)
        return status;
    set_rank(m, options, fit);
    size_t r = fit->rank;
    fit->basis = malloc((fit->given * r + 1) * sizeof *fit->basis);
    fit->loadings = malloc(m * fit->targets * sizeof *fit->loadings);
    if (fit->basis == NULL || fit->loadings == NULL)
        return LSQ_NOMEM;
    status = r > 0 ? make_basis(a, m, w, fit) : LSQ_OK;
    if (status == LSQ_OK)
        make_loadings(a, m, w, fit);
    return status;
}

enum lsq_status lsq_solve_wide(double *a, size_t m, const struct lsq_options *options,
                               struct lsq_fit *fit)
{
    struct wide w = {malloc(m * sizeof(double)), malloc(m * m * sizeof(double)),
                     malloc(m * m * sizeof(double)), malloc(m * m * sizeof(double))};
    fit->singular = malloc(m * sizeof *fit->singular);
    fit->singular_count = m;
    enum lsq_status status = LSQ_NOMEM;
    if (w.tau && w.core && w.u && w.vt && fit->singular)
        status = solve(a, m, options, &w, fit);
    free(w.tau);
    free(w.core);
    free(w.u);
    free(w.vt);
    return status;
}
