#include "lsq.h"

#include "lsq_parts.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Up to this many products a sweep, refining takes a few milliseconds. */
enum { REFINE_MAX = 1 << 19 };

const char *lsq_why(enum lsq_status status)
{
    switch (status) {
    case LSQ_NOMEM:
        return "too large for the memory there is, expected fewer columns or rows";
    case LSQ_DIVERGED:
        return "the singular value decomposition did not converge, expected better scaled data";
    case LSQ_OVERFLOW:
        return "values so large that the solution overflows, expected smaller ones";
    default:
        return "fitted";
    }
}

enum lsq_status lsq_from_lapack(enum lapack_status status)
{
    return status == LAPACK_DONE ? LSQ_OK : status == LAPACK_NOMEM ? LSQ_NOMEM : LSQ_DIVERGED;
}

double lsq_default_rcond(size_t p)
{
    return 32 * DBL_EPSILON * (double)(p > 32 ? p : 32);
}

void lsq_free(struct lsq_fit *fit)
{
    free(fit->coef);
    free(fit->basis);
    free(fit->loadings);
    free(fit->intercept);
    free(fit->singular);
    free(fit->rss);
    memset(fit, 0, sizeof *fit);
}

void lsq_reflect(double *f, size_t n, size_t t)
{
    double root = sqrt((double)n);
    double beta = 1 / ((double)n + root);
    for (size_t j = 0; j < t; j++) {
        double w = (1 + root) * f[j];
        for (size_t i = 1; i < n; i++)
            w += f[i * t + j];
        w *= beta;
        f[j] -= (1 + root) * w;
        for (size_t i = 1; i < n; i++)
            f[i * t + j] -= w;
    }
}

void lsq_centre(double *rows, size_t n, size_t c, double *shift, double *mean)
{
    memcpy(shift, rows, c * sizeof *shift);
    memset(mean, 0, c * sizeof *mean);
    for (size_t i = 1; i < n; i++)
        for (size_t j = 0; j < c; j++) {
            rows[i * c + j] -= shift[j];
            mean[j] += rows[i * c + j];
        }
    /* With row 0 at zero the reflection takes the same from each other row. */
    double beta = 1 / ((double)n + sqrt((double)n));
    for (size_t i = 1; i < n; i++)
        for (size_t j = 0; j < c; j++)
            rows[i * c + j] -= beta * mean[j];
    for (size_t j = 0; j < c; j++)
        mean[j] /= (double)n;
}

/* intercept = mean of Y - (mean of X) C, through the factors where there are any. */
static enum lsq_status set_intercept(struct lsq_fit *fit, const double *shift, const double *mean)
{
    size_t p = fit->given;
    size_t t = fit->targets;
    size_t r = fit->coef != NULL ? p : fit->rank;
    const double *right = fit->coef != NULL ? fit->coef : fit->loadings;
    double *left = malloc((r + 1) * sizeof *left);
    if (left == NULL)
        return LSQ_NOMEM;
    for (size_t i = 0; i < r; i++) {
        left[i] = fit->coef != NULL ? shift[i] + mean[i] : 0;
        for (size_t k = 0; fit->coef == NULL && k < p; k++)
            left[i] += (shift[k] + mean[k]) * fit->basis[k * r + i];
    }
    for (size_t j = 0; j < t; j++)
        fit->intercept[j] = shift[p + j] + mean[p + j];
    for (size_t i = 0; i < r; i++)
        for (size_t j = 0; j < t; j++)
            fit->intercept[j] -= left[i] * right[i * t + j];
    free(left);
    return LSQ_OK;
}

/* A single row and an intercept: nothing is left to learn from. */
static enum lsq_status solve_nothing(struct lsq_fit *fit)
{
    fit->basis = calloc(1, sizeof *fit->basis);
    fit->loadings = calloc(1, sizeof *fit->loadings);
    fit->singular = calloc(1, sizeof *fit->singular);
    return fit->basis && fit->loadings && fit->singular ? LSQ_OK : LSQ_NOMEM;
}

static enum lsq_status solve_tall(double *a, size_t m, double *tau,
                                  const struct lsq_options *options, struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t c = p + fit->targets;
    enum lsq_status status = lsq_factor(a, m, p, fit->targets, tau);
    if (status != LSQ_OK)
        return status;
    for (size_t i = p; i < m; i++)
        for (size_t j = 0; j < fit->targets; j++)
            fit->rss[j] += a[i * c + p + j] * a[i * c + p + j];
    return lsq_solve_triangle(a, a + p, c, options, fit);
}

static bool all_finite(const double *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += v[i] * 0;
    return sum == 0;
}

static bool is_finite(const struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t t = fit->targets;
    if (fit->coef != NULL && !all_finite(fit->coef, p * t))
        return false;
    if (fit->coef == NULL &&
        (!all_finite(fit->basis, p * fit->rank) || !all_finite(fit->loadings, fit->rank * t)))
        return false;
    return all_finite(fit->intercept, t) && all_finite(fit->rss, t);
}

/* Room that one fit works in. */
struct work {
    double *shift, *mean, *tau;
    double *original; /* the rows before they are destroyed, where refining is to come */
};

static enum lsq_status fit_centred(double *rows, size_t n, const struct lsq_options *options,
                                   struct work *work, struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t c = p + fit->targets;
    double *a = rows;
    size_t m = n;
    if (options->intercept) {
        lsq_centre(rows, n, c, work->shift, work->mean);
        a += c;
        m--;
    }
    enum lsq_status status = m == 0  ? solve_nothing(fit)
                             : m < p ? lsq_solve_wide(a, m, options, fit)
                                     : solve_tall(a, m, work->tau, options, fit);
    if (status == LSQ_OK && options->intercept)
        status = set_intercept(fit, work->shift, work->mean);
    if (status == LSQ_OK && !is_finite(fit))
        status = LSQ_OVERFLOW;
    if (status == LSQ_OK && work->original != NULL && fit->rank == p && m >= p)
        status = lsq_refine(work->original, rows, work->tau,
                            options->intercept ? work->shift : NULL, fit);
    return status;
}

enum lsq_status lsq_solve(double *rows, size_t n, size_t p, size_t t,
                          const struct lsq_options *options, struct lsq_fit *fit)
{
    size_t c = p + t;
    memset(fit, 0, sizeof *fit);
    fit->rows = n;
    fit->given = p;
    fit->targets = t;
    fit->intercept = calloc(t, sizeof *fit->intercept);
    fit->rss = calloc(t, sizeof *fit->rss);
    struct work work = {malloc(c * sizeof(double)), malloc(c * sizeof(double)),
                        malloc(p * sizeof(double)), NULL};
    enum lsq_status status = LSQ_NOMEM;
    bool refining = n > p && n <= REFINE_MAX && p * t <= REFINE_MAX / n;
    if (refining && (work.original = malloc(n * c * sizeof(double))) != NULL)
        memcpy(work.original, rows, n * c * sizeof(double));
    if (fit->intercept && fit->rss && work.shift && work.mean && work.tau &&
        (!refining || work.original))
        status = fit_centred(rows, n, options, &work, fit);
    free(work.shift);
    free(work.mean);
    free(work.tau);
    free(work.original);
    bool thin = fit->rank * c < p * t;
    if (status == LSQ_OK && fit->coef == NULL && !thin)
        status = lsq_make_dense(fit);
    if (status != LSQ_OK)
        lsq_free(fit);
    return status;
}

enum lsq_status lsq_make_dense(struct lsq_fit *fit)
{
    if (fit->coef != NULL)
        return LSQ_OK;
    size_t p = fit->given;
    size_t t = fit->targets;
    if (t > SIZE_MAX / sizeof(double) / p)
        return LSQ_NOMEM;
    fit->coef = calloc(p * t, sizeof *fit->coef);
    if (fit->coef == NULL)
        return LSQ_NOMEM;
    if (fit->rank > 0)
        lapack_multiply(false, false, t, p, fit->rank, fit->loadings, t, fit->basis, fit->rank,
                        fit->coef, t);
    free(fit->basis);
    free(fit->loadings);
    fit->basis = fit->loadings = NULL;
    return LSQ_OK;
}
