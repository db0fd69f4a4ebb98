#include "lsq/ridge.h"

#include "lsq/full_rank.h"
#include "lsq/lapack.h"
#include "lsq/linear.h"
#include "lsq/room.h"
#include "lsq/tall.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* mean² of the singular values of R, the first p columns of the triangle a (rows of c). */
static double mean_square(const double *a, size_t p, size_t c)
{
    double sum = 0;
    for (size_t i = 0; i < p; i++)
        for (size_t j = i; j < p; j++)
            sum += a[i * c + j] * a[i * c + j];
    return sum / (double)p;
}

/* coef from the triangle a = [R Qᵀ Y]; r: scratch of 2 p × p and p × t. */
static enum lsq_status solve(const double *a, double *r, double lambda, struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t t = fit->targets;
    size_t c = p + t;
    double *penalty = r + p * p;
    double *left = penalty + p * p; /* what the fit leaves of Qᵀ Y */
    memset(r, 0, (2 * p * p + p * t) * sizeof *r);
    for (size_t i = 0; i < p; i++) {
        for (size_t j = i; j < p; j++)
            r[j * p + i] = a[i * c + j];
        penalty[i * p + i] = sqrt(lambda);
        memcpy(fit->coef + i * t, a + i * c + p, t * sizeof *a);
    }
    enum lsq_status status = lapack_qr_stacked(p, t, r, penalty, fit->coef, left);
    if (status != LSQ_OK)
        return status;
    for (size_t i = 0; i < p; i++)
        memcpy(left + i * t, a + i * c + p, t * sizeof *a);
    lapack_solve("RUT", t, p, r, p, fit->coef, t);
    lapack_product(-1, false, false, t, p, p, fit->coef, t, a, c, 1, left, t);
    linear_add_squares(left, p, t, t, fit->rss);
    return LSQ_OK;
}

/* a: the m centred rows, then scratch of 2 p × p and p × t. */
static enum lsq_status ridge(double *a, size_t m, bool relative, const double *noise,
                             double *lambda, struct lsq_fit *fit, bool *done)
{
    size_t p = fit->given;
    size_t t = fit->targets;
    double floor = 0;
    lsq_fit_set_total(fit, a + p, m, p + t);
    linear_clear_noise(a, m, p, p + t, noise);
    linear_column_norms(noise, p, 1, 1, &floor);
    fit->rank = p;
    fit->rcond = linear_default_rcond(p);
    enum lsq_status status = tall_reduce(a, m, p, t, fit->rss);
    if (status == LSQ_OK)
        status = full_rank_is_certain(a, true, p, p + t, NULL, fit->rcond, floor, done);
    if (status != LSQ_OK || !*done)
        return status;
    *lambda *= relative ? mean_square(a, p, p + t) : 1;
    fit->coef = malloc(p * t * sizeof *fit->coef);
    if (fit->coef == NULL || !isfinite(*lambda))
        return fit->coef == NULL ? LSQ_NOMEM : LSQ_OVERFLOW;
    return solve(a, a + m * (p + t), *lambda, fit);
}

enum lsq_status lsq_ridge(const struct lsq_reduced *reduced, const struct lsq_options *options,
                          bool relative, double *lambda, struct lsq_fit *fit, bool *done)
{
    size_t p = reduced->given;
    size_t t = reduced->targets;
    size_t values = reduced->count * lsq_reduced_width(reduced);
    size_t room = values + 2 * p * p + p * t;
    *done = false;
    memset(fit, 0, sizeof *fit);
    if (reduced->count - reduced->intercept < p || full_rank_wants_singular(p, options))
        return LSQ_OK;
    double *a = room_new(room + 2 * p + t);
    enum lsq_status status = lsq_fit_begin(fit, reduced->rows, p, t);
    if (a == NULL)
        status = LSQ_NOMEM;
    if (status == LSQ_OK) {
        double *noise = a + room;
        memcpy(a, reduced->data, values * sizeof *a);
        memcpy(fit->rss, reduced->rss, t * sizeof *fit->rss);
        lapack_share(options->threads, p, p);
        size_t m = lsq_reduced_centre(reduced, a, noise + p, noise);
        status = ridge(a, m, relative, noise, lambda, fit, done);
        if (status == LSQ_OK && *done && options->intercept)
            lsq_fit_set_intercept(fit, noise + p);
    }
    free(a);
    if (*done || status != LSQ_OK)
        return lsq_fit_finish(fit, status);
    lsq_fit_free(fit);
    return status;
}
