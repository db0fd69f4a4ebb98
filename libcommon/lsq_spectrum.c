#include "lsq_spectrum.h"

#include "lsq_parts.h"

#include <float.h>
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
    for (size_t j = 0; j < s->given; j++) {
        double norm = 0;
        for (size_t i = 0; i < m; i++)
            norm = hypot(norm, a[i * c + j]);
        s->scale[j] = norm > 0 ? norm : 1;
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
        s->work = malloc((2 * s->rank + 2 * s->targets + 1) * sizeof *s->work);
        if (s->work == NULL)
            status = LSQ_NOMEM;
    }
    fit.rss = NULL;
    lsq_free(&fit);
    return status;
}

enum lsq_status lsq_spectrum_make(const struct lsq_reduced *reduced, bool scaled,
                                  struct lsq_spectrum *s)
{
    size_t c = reduced->given + reduced->targets;
    size_t first = reduced->intercept ? 1 : 0;
    size_t m = reduced->count - first;
    double *a = malloc((reduced->count + 1) * (first + c) * sizeof *a);
    enum lsq_status status = allocate(s, reduced);
    if (a == NULL)
        status = LSQ_NOMEM;
    if (status == LSQ_OK) {
        memcpy(a, reduced->data, reduced->count * (first + c) * sizeof *a);
        if (first == 1) {
            lsq_centre_reduced(a, reduced->count, c + 1);
            for (size_t j = 0; j < c; j++)
                s->centre[j] = reduced->shift[j] + a[1 + j];
            for (size_t i = 0; i < m; i++)
                memmove(a + i * c, a + (i + 1) * (c + 1) + 1, c * sizeof *a);
        }
        if (scaled)
            set_scale(s, a, m);
        if (m > 0)
            status = decompose(s, a, m);
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

enum lsq_status lsq_spectrum_fit(const struct lsq_spectrum *s, double lambda, struct lsq_fit *fit)
{
    size_t p = s->given;
    size_t t = s->targets;
    size_t r = s->rank;
    lambda /= s->weight;
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
    if (!fit->basis || !fit->loadings || !fit->singular || !fit->intercept || !fit->rss) {
        lsq_free(fit);
        return LSQ_NOMEM;
    }
    if (r > 0) {
        memcpy(fit->basis, s->v, p * r * sizeof *s->v);
        memcpy(fit->singular, s->s, r * sizeof *s->s);
    }
    memcpy(fit->intercept, s->centre + p, t * sizeof *fit->intercept);
    memcpy(fit->rss, s->rss, t * sizeof *s->rss);
    for (size_t i = 0; i < r; i++) {
        double shrink = s->s[i] / (s->s[i] * s->s[i] + lambda);
        double left = lambda / (s->s[i] * s->s[i] + lambda);
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
    bool thin = r * (p + t) < p * t;
    return thin ? LSQ_OK : lsq_make_dense(fit);
}

/* u = the row's coordinates among the left singular vectors; returns what its leverage
 * lacks to 1 besides: 1 - 1/n - Σ u². */
static double coordinates(const struct lsq_spectrum *s, const double *row, double *u)
{
    memset(u, 0, s->rank * sizeof *u);
    for (size_t k = 0; k < s->given; k++) {
        double x = (row[k] - s->centre[k]) / s->scale[k];
        for (size_t i = 0; i < s->rank; i++)
            u[i] += x * s->v[k * s->rank + i];
    }
    double rest = s->intercept ? 1 - 1 / (double)s->rows : 1;
    for (size_t i = 0; i < s->rank; i++) {
        u[i] /= s->s[i];
        rest -= u[i] * u[i];
    }
    return rest;
}

/* Whether the fit goes through a row whatever it is, so that `rest`, what its leverage
 * lacks to 1, is nothing but rounding: always, where there are as many singular vectors as
 * centred rows; else where rest is as small as the rounding of u can make it. */
static bool goes_through(const struct lsq_spectrum *s, double rest)
{
    if (s->rank + (s->intercept ? 1 : 0) >= s->rows)
        return true;
    double condition = s->rank > 0 ? s->s[0] / s->s[s->rank - 1] : 1;
    double rounding = 16 * DBL_EPSILON * (double)(s->rank + 4) * condition;
    return rest < fmin(rounding, 1e-8);
}

void lsq_spectrum_row(const struct lsq_spectrum *s, const double *row, const double *lambdas,
                      size_t count, double *errors)
{
    size_t t = s->targets;
    double *u = s->work;
    double *outside = u + 2 * s->rank;
    double rest = coordinates(s, row, u);
    bool through = goes_through(s, rest);
    for (size_t j = 0; j < t; j++) {
        outside[j] = row[s->given + j] - s->centre[s->given + j];
        for (size_t i = 0; i < s->rank; i++)
            outside[j] -= u[i] * s->d[i * t + j];
    }
    for (size_t k = 0; k < count; k++) {
        double *e = errors + k * t;
        double lambda = lambdas[k] / s->weight;
        double below = through ? 0 : rest;
        for (size_t j = 0; j < t; j++)
            e[j] = through ? 0 : outside[j];
        for (size_t i = 0; i < s->rank; i++) {
            /* λ cancels where all else is zero, so it may be 0 there. */
            double weight = (through ? 1 : lambda) / (s->s[i] * s->s[i] + lambda);
            below += weight * u[i] * u[i];
            for (size_t j = 0; j < t; j++)
                e[j] += weight * u[i] * s->d[i * t + j];
        }
        for (size_t j = 0; j < t; j++)
            e[j] /= below;
    }
}
