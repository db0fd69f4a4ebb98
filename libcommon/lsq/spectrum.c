#include "lsq/spectrum.h"

#include "lsq/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void lsq_spectrum_free(struct lsq_spectrum *s)
{
    free(s->v);
    free(s->s);
    free(s->d);
    free(s->scale);
    free(s->centre);
    free(s->rss);
    free(s->metric);
    free(s->metric_d);
    free(s->work);
    memset(s, 0, sizeof *s);
}

static enum lsq_status allocate(struct lsq_spectrum *s, const struct lsq_reduced *reduced)
{
    size_t p = reduced->given;
    size_t t = reduced->targets;
    memset(s, 0, sizeof *s);
    s->rows = reduced->rows;
    s->weight = 1;
    s->given = p;
    s->targets = t;
    s->intercept = reduced->intercept;
    s->scale = malloc(p * sizeof *s->scale);
    s->centre = calloc(p + t, sizeof *s->centre);
    s->rss = malloc(t * sizeof *s->rss);
    if (s->scale == NULL || s->centre == NULL || s->rss == NULL)
        return LSQ_NOMEM;
    memcpy(s->rss, reduced->rss, t * sizeof *s->rss);
    for (size_t j = 0; j < p; j++)
        s->scale[j] = 1;
    return LSQ_OK;
}

/* The centred rows' given columns, scaled; targets as they are. */
static void set_scale(struct lsq_spectrum *s, double *a, size_t m)
{
    size_t c = s->given + s->targets;
    lsq_column_norms(a, m, s->given, c, s->scale);
    for (size_t j = 0; j < s->given; j++) {
        s->scale[j] = s->scale[j] > 0 ? s->scale[j] : 1;
        for (size_t i = 0; i < m; i++)
            a[i * c + j] /= s->scale[j];
    }
}

/* The decomposition is the wide solver's, whatever the shape: reduced rows are few. Its
 * loadings are S⁻¹ Uᵀ Y. */
static enum lsq_status decompose(struct lsq_spectrum *s, double *a, size_t m)
{
    struct lsq_fit fit;
    struct lsq_options options = {s->intercept, lsq_default_rcond(s->given)};
    memset(&fit, 0, sizeof fit);
    fit.given = s->given;
    fit.targets = s->targets;
    fit.rss = s->rss;
    enum lsq_status status = lsq_solve_wide(a, m, &options, &fit);
    if (status == LSQ_OK) {
        s->rank = fit.rank;
        s->v = fit.basis;
        s->d = fit.loadings;
        s->s = fit.singular;
        for (size_t i = 0; i < s->rank; i++)
            for (size_t j = 0; j < s->targets; j++)
                s->d[i * s->targets + j] *= s->s[i];
        fit.basis = fit.loadings = fit.singular = NULL;
        s->work = malloc((s->rank + s->targets) * sizeof *s->work);
        if (s->work == NULL)
            status = LSQ_NOMEM;
    }
    fit.rss = NULL;
    lsq_free(&fit);
    return status;
}

/* M and M d of the header: D V = Qᵀ Lᵀ, D divided by its largest, which cancels. */
static enum lsq_status set_metric(struct lsq_spectrum *s)
{
    size_t r = s->rank;
    size_t t = s->targets;
    double *dv = malloc((s->given * r + r + 1) * sizeof *dv);
    s->metric = calloc(r * r + 1, sizeof *s->metric);
    s->metric_d = malloc((r * t + 1) * sizeof *s->metric_d);
    enum lsq_status status = LSQ_NOMEM;
    if (dv != NULL && s->metric != NULL && s->metric_d != NULL) {
        double largest = 0;
        for (size_t k = 0; k < s->given; k++)
            largest = fmax(largest, s->scale[k]);
        for (size_t i = 0; i < s->given * r; i++)
            dv[i] = s->v[i] * (s->scale[i / r] / largest);
        status = r > 0 ? lsq_from_lapack(lapack_lq(r, s->given, dv, r, dv + s->given * r)) : LSQ_OK;
    }
    if (status == LSQ_OK && r > 0) {
        for (size_t i = 0; i < r; i++) {
            s->metric[i * r + i] = 1 / s->s[i];
            for (size_t j = 0; j < t; j++)
                s->metric_d[i * t + j] = s->d[i * t + j] / s->s[i];
        }
        lapack_solve_right_lower(true, r, r, dv, r, s->metric, r);
        lapack_solve_right_lower(true, t, r, dv, r, s->metric_d, t);
    }
    free(dv);
    return status;
}

/* m rows a to columns of unit norm, its zeros staying; returns how many times the shortest
 * other column is in the longest. norm: room for p. */
static double to_unit(const struct lsq_spectrum *s, const double *a, size_t m, double *unit,
                      double *norm)
{
    size_t p = s->given;
    size_t c = p + s->targets;
    double shortest = INFINITY;
    double longest = 0;
    lsq_column_norms(a, m, p, c, norm);
    for (size_t j = 0; j < p; j++) {
        for (size_t i = 0; i < m; i++)
            unit[i * p + j] = norm[j] > 0 ? a[i * c + j] / norm[j] : 0;
        shortest = norm[j] > 0 ? fmin(shortest, norm[j]) : shortest;
        longest = fmax(longest, norm[j]);
    }
    return longest / shortest;
}

/* The singular values of a (m × p, m <= p, C order, destroyed). sigma: room for p. */
static enum lsq_status find_singular(double *a, size_t m, size_t p, double *sigma)
{
    double *square = calloc(m * m, sizeof *square);
    enum lapack_status status = LAPACK_NOMEM;
    /* Column-major aᵀ = Q R: R has the singular values. */
    if (square != NULL)
        status = lapack_qr(p, m, a, p, sigma);
    for (size_t j = 0; status == LAPACK_DONE && j < m; j++)
        memcpy(square + j * m, a + j * p, (j + 1) * sizeof *square);
    if (status == LAPACK_DONE)
        status = lapack_svd(m, square, sigma, NULL, NULL);
    free(square);
    return lsq_from_lapack(status);
}

/* Where lengths of the columns of a, of m rows, differ much: the rank in columns of unit norm. */
static enum lsq_status find_unit_rank(struct lsq_spectrum *s, const double *a, size_t m)
{
    static const double MUCH = 1e3;
    size_t p = s->given;
    double *unit = malloc(m * p * sizeof *unit);
    double *sigma = malloc(p * sizeof *sigma);
    enum lsq_status status = unit != NULL && sigma != NULL ? LSQ_OK : LSQ_NOMEM;
    if (status == LSQ_OK && to_unit(s, a, m, unit, sigma) > MUCH && lsq_all_finite(unit, m * p)) {
        status = find_singular(unit, m, p, sigma);
        s->unit_rank = status == LSQ_OK ? lsq_rank(sigma, m, lsq_default_rcond(p)) : 0;
    }
    free(unit);
    free(sigma);
    return status;
}

/* a: room for the reduced rows; becomes the m rows of the centred problem. */
static void centre(struct lsq_spectrum *s, const struct lsq_reduced *reduced, double *a, size_t m)
{
    size_t c = reduced->given + reduced->targets;
    memcpy(a, reduced->data, reduced->count * (c + reduced->intercept) * sizeof *a);
    if (!reduced->intercept)
        return;
    lsq_centre_reduced(a, reduced->count, c + 1);
    for (size_t j = 0; j < c; j++)
        s->centre[j] = reduced->shift[j] + a[1 + j];
    for (size_t i = 0; i < m; i++)
        memmove(a + i * c, a + (i + 1) * (c + 1) + 1, c * sizeof *a);
}

enum lsq_status lsq_spectrum_make(const struct lsq_reduced *reduced, bool scaled,
                                  struct lsq_spectrum *s)
{
    size_t c = reduced->given + reduced->targets;
    size_t m = reduced->count - reduced->intercept;
    double *a = malloc((reduced->count + 1) * (c + 1) * sizeof *a);
    enum lsq_status status = allocate(s, reduced);
    if (a == NULL)
        status = LSQ_NOMEM;
    if (status == LSQ_OK) {
        centre(s, reduced, a, m);
        if (scaled)
            set_scale(s, a, m);
        if (!scaled && m > 0 && m <= s->given)
            status = find_unit_rank(s, a, m);
    }
    if (status == LSQ_OK && m > 0)
        status = decompose(s, a, m);
    if (status == LSQ_OK && scaled)
        status = set_metric(s);
    free(a);
    if (status != LSQ_OK)
        lsq_spectrum_free(s);
    return status;
}

double lsq_spectrum_mean_square(const struct lsq_spectrum *s)
{
    double sum = 0;
    for (size_t i = 0; i < s->rank; i++)
        sum += s->s[i] * s->s[i];
    return sum / (double)s->given;
}

/* An empty fit of the spectrum's shape, in two factors. */
static enum lsq_status begin(const struct lsq_spectrum *s, struct lsq_fit *fit)
{
    size_t p = s->given;
    size_t t = s->targets;
    size_t r = s->rank;
    memset(fit, 0, sizeof *fit);
    fit->rows = s->rows;
    fit->given = p;
    fit->targets = t;
    fit->rank = r;
    fit->rcond = lsq_default_rcond(p);
    fit->singular_count = r;
    fit->basis = malloc((p * r + 1) * sizeof *fit->basis);
    fit->loadings = malloc((r * t + 1) * sizeof *fit->loadings);
    fit->singular = malloc((r + 1) * sizeof *fit->singular);
    fit->intercept = malloc(t * sizeof *fit->intercept);
    fit->rss = malloc(t * sizeof *fit->rss);
    if (!fit->basis || !fit->loadings || !fit->singular || !fit->intercept || !fit->rss)
        return LSQ_NOMEM;
    if (r > 0) {
        memcpy(fit->basis, s->v, p * r * sizeof *s->v);
        memcpy(fit->singular, s->s, r * sizeof *s->s);
    }
    memcpy(fit->intercept, s->centre + p, t * sizeof *fit->intercept);
    memcpy(fit->rss, s->rss, t * sizeof *s->rss);
    return LSQ_OK;
}

static void shrink_all(const struct lsq_spectrum *s, double lambda, struct lsq_fit *fit)
{
    size_t p = s->given;
    size_t t = s->targets;
    size_t r = s->rank;
    for (size_t i = 0; i < r; i++) {
        double shrink = 1 / (s->s[i] + lambda / s->s[i]);
        double left = lsq_share(s->s[i], lambda);
        double centre = 0;
        for (size_t k = 0; k < p; k++)
            centre += s->centre[k] * s->v[k * r + i];
        for (size_t j = 0; j < t; j++) {
            double d = s->d[i * t + j];
            fit->loadings[i * t + j] = shrink * d;
            fit->intercept[j] -= centre * shrink * d;
            fit->rss[j] += left * d * left * d;
        }
    }
}

enum lsq_status lsq_spectrum_fit(const struct lsq_spectrum *s, double lambda, struct lsq_fit *fit)
{
    bool thin = s->rank * (s->given + s->targets) < s->given * s->targets;
    enum lsq_status status = begin(s, fit);
    if (status == LSQ_OK) {
        shrink_all(s, lambda / s->weight, fit);
        status = thin ? LSQ_OK : lsq_make_dense(fit);
    }
    if (status == LSQ_OK && !lsq_is_finite(fit))
        status = LSQ_OVERFLOW;
    if (status != LSQ_OK)
        lsq_free(fit);
    return status;
}
