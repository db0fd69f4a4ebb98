#include "lsq/spectrum.h"

#include "lsq/lapack.h"
#include "lsq/linear.h"
#include "lsq/wide.h"
#include "math/finite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void lsq_spectrum_free(struct lsq_spectrum *s)
{
    free(s->v);
    free(s->s);
    free(s->d);
    free(s->scale);
    memset(s, 0, sizeof *s);
}

static enum lsq_status allocate(struct lsq_spectrum *s, const struct lsq_reduced *reduced,
                                bool scaled)
{
    size_t p = reduced->given;
    size_t t = reduced->targets;
    size_t most = reduced->count < p ? reduced->count : p; /* rank */
    *s = (struct lsq_spectrum){.rows = reduced->rows,
                               .weight = 1,
                               .given = p,
                               .targets = t,
                               .intercept = reduced->intercept,
                               .single = reduced->single};
    s->scale = calloc(2 * p + 3 * t + most + (scaled ? most * (most + t) : 0), sizeof *s->scale);
    if (s->scale == NULL)
        return LSQ_NOMEM;
    s->centre = s->scale + p;
    s->rss = s->centre + p + t;
    s->work = s->rss + t;
    s->metric = scaled ? s->work + most + t : NULL;
    s->metric_d = scaled ? s->metric + most * most : NULL;
    memcpy(s->rss, reduced->rss, t * sizeof *s->rss);
    for (size_t j = 0; j < p; j++)
        s->scale[j] = 1;
    return LSQ_OK;
}

/* The decomposition is the wide solver's, whatever the shape: reduced rows are few. Its
 * loadings are S⁻¹ Uᵀ Y. */
static enum lsq_status decompose(struct lsq_spectrum *s, double *a, size_t m, const double *noise)
{
    struct lsq_fit fit = {.given = s->given, .targets = s->targets, .rss = s->rss};
    struct lsq_options options = {
        .intercept = s->intercept, .rcond = -1, .singular = true, .factors = true};
    enum lsq_status status = wide_solve(a, m, &options, noise, &fit);
    s->rank = fit.rank;
    s->v = fit.basis;
    s->d = fit.loadings;
    s->s = fit.singular;
    for (size_t i = 0; status == LSQ_OK && i < s->rank; i++)
        for (size_t j = 0; j < s->targets; j++)
            s->d[i * s->targets + j] *= s->s[i];
    return status;
}

/* The largest first; of equal ones that of the first column. */
static int compare_scales(const void *a, const void *b)
{
    const double *x = *(const double *const *)a;
    const double *y = *(const double *const *)b;
    return *x != *y ? (*x < *y) - (*x > *y) : (x > y) - (x < y);
}

/* M and M d of the header: D V = Qᵀ Lᵀ, D divided by its largest, which cancels. Long columns come
 * first: reflections that begin with short ones lose them (Cox and Higham, BIT 38, 1998). */
static enum lsq_status set_metric(const struct lsq_spectrum *s)
{
    size_t r = s->rank;
    size_t t = s->targets;
    if (r == 0)
        return LSQ_OK;
    double *dv = malloc((s->given + 1) * r * sizeof *dv);
    const double **order = malloc(s->given * sizeof *order);
    if (dv == NULL || order == NULL) {
        free(dv);
        free(order);
        return LSQ_NOMEM;
    }
    for (size_t k = 0; k < s->given; k++)
        order[k] = s->scale + k;
    qsort(order, s->given, sizeof *order, compare_scales);
    for (size_t i = 0; i < s->given * r; i++) {
        const double *scale = order[i / r];
        dv[i] = s->v[(size_t)(scale - s->scale) * r + i % r] * (*scale / *order[0]);
    }
    free(order);
    enum lsq_status status = lapack_lq(r, 0, s->given, dv, r, dv + s->given * r);
    if (status == LSQ_OK) {
        for (size_t i = 0; i < r; i++) {
            s->metric[i * r + i] = 1 / s->s[i];
            for (size_t j = 0; j < t; j++)
                s->metric_d[i * t + j] = s->d[i * t + j] / s->s[i];
        }
        lapack_solve("RLT", r, r, dv, r, s->metric, r);
        lapack_solve("RLT", t, r, dv, r, s->metric_d, t);
    }
    free(dv);
    return status;
}

/* Whether the longest column is much longer than the shortest other than zero. */
static bool lengths_differ(const double *norm, size_t p)
{
    static const double MUCH = 1e3;
    double shortest = INFINITY;
    double longest = 0;
    for (size_t j = 0; j < p; j++) {
        shortest = norm[j] > 0 ? fmin(shortest, norm[j]) : shortest;
        longest = fmax(longest, norm[j]);
    }
    return longest / shortest > MUCH;
}

/* Where lengths of the columns of a, of m rows, differ much: the rank in columns of unit norm. */
static enum lsq_status find_unit_rank(struct lsq_spectrum *s, const double *a, size_t m)
{
    size_t p = s->given;
    size_t c = p + s->targets;
    double *unit = malloc((m + 1) * p * sizeof *unit);
    enum lsq_status status = LSQ_OK;
    if (unit == NULL)
        return LSQ_NOMEM;
    double *norm = unit + m * p;
    linear_column_norms(a, m, p, c, norm);
    bool differ = lengths_differ(norm, p);
    linear_unit_columns(a, m, p, c, unit, p, norm);
    if (differ && finite_all(unit, m * p)) {
        double *sigma = norm;
        status = lapack_svd(p, m, unit, sigma, NULL, NULL);
        s->unit_rank =
            status == LSQ_OK ? linear_rank(sigma, m, linear_default_rcond(p) * sigma[0]) : 0;
    }
    free(unit);
    return status;
}

/* a: the reduced rows, destroyed; noise: scratch of p. */
static enum lsq_status make(const struct lsq_reduced *reduced, bool scaled, struct lsq_spectrum *s,
                            double *a, double *noise)
{
    size_t m = lsq_reduced_centre(reduced, a, s->centre, noise);
    size_t c = s->given + s->targets;
    enum lsq_status status = LSQ_OK;
    if (m == 0)
        return status;
    linear_clear_noise(a, m, s->given, c, noise);
    if (scaled)
        linear_unit_columns(a, m, s->given, c, a, c, s->scale);
    else if (m <= s->given)
        status = find_unit_rank(s, a, m);
    for (size_t j = 0; j < s->given; j++)
        noise[j] /= s->scale[j];
    if (status == LSQ_OK)
        status = decompose(s, a, m, noise);
    return status == LSQ_OK && scaled ? set_metric(s) : status;
}

enum lsq_status lsq_spectrum_make(const struct lsq_reduced *reduced, bool scaled,
                                  struct lsq_spectrum *s)
{
    size_t values = reduced->count * lsq_reduced_width(reduced);
    double *a = malloc((values + reduced->given) * sizeof *a);
    enum lsq_status status = allocate(s, reduced, scaled);
    if (a == NULL)
        status = LSQ_NOMEM;
    if (status == LSQ_OK) {
        memcpy(a, reduced->data, values * sizeof *a);
        status = make(reduced, scaled, s, a, a + values);
    }
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

/* The fit without coefficients' sizes yet: V, in two factors. */
static enum lsq_status begin(const struct lsq_spectrum *s, struct lsq_fit *fit)
{
    size_t p = s->given;
    size_t t = s->targets;
    size_t r = s->rank;
    if (lsq_fit_begin(fit, s->rows, p, t) != LSQ_OK)
        return LSQ_NOMEM;
    fit->rank = fit->singular_count = r;
    fit->rcond = linear_default_rcond(p);
    fit->basis = malloc((p * r + 1) * sizeof *fit->basis);
    fit->loadings = malloc((r * t + 1) * sizeof *fit->loadings);
    fit->singular = malloc((r + 1) * sizeof *fit->singular);
    if (!fit->basis || !fit->loadings || !fit->singular)
        return LSQ_NOMEM;
    if (r > 0) {
        memcpy(fit->basis, s->v, p * r * sizeof *s->v);
        memcpy(fit->singular, s->s, r * sizeof *s->s);
    }
    memcpy(fit->intercept, s->centre + p, t * sizeof *fit->intercept);
    memcpy(fit->rss, s->rss, t * sizeof *s->rss);
    lsq_fit_set_total(fit, s->d, r, t);
    return LSQ_OK;
}

static void shrink(const struct lsq_spectrum *s, double lambda, struct lsq_fit *fit)
{
    size_t t = s->targets;
    for (size_t i = 0; i < s->rank; i++) {
        double factor = 1 / (s->s[i] + lambda / s->s[i]);
        double left = spectrum_share(s->s[i], lambda);
        double centre = 0;
        for (size_t k = 0; k < s->given; k++)
            centre += s->centre[k] * s->v[k * s->rank + i];
        for (size_t j = 0; j < t; j++) {
            double d = s->d[i * t + j];
            fit->loadings[i * t + j] = factor * d;
            fit->intercept[j] -= centre * factor * d;
            fit->rss[j] += left * d * left * d;
        }
    }
}

enum lsq_status lsq_spectrum_fit(const struct lsq_spectrum *s, double lambda, struct lsq_fit *fit)
{
    enum lsq_status status = begin(s, fit);
    if (status == LSQ_OK)
        shrink(s, lambda / s->weight, fit);
    return lsq_fit_finish(fit, status);
}
