#include "lsq/deficient.h"
#include "lsq/parts.h"

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
    lsq_add_unreached(vty, fit);
    for (size_t i = 0; i < r; i++)
        for (size_t j = 0; j < t; j++)
            vty[i * t + j] /= w->sigma[i];
    memset(fit->coef, 0, p * t * sizeof *fit->coef);
    if (r > 0)
        lapack_multiply(false, true, t, p, r, vty, t, w->u, p, fit->coef, t);
    free(vty);
    return LSQ_OK;
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
    return lsq_solve_deficient(w->r, w->scale, fit);
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
