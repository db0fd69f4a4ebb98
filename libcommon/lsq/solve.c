#include "lsq/solve.h"

#include "lsq/parts.h"
#include "lsq/reducer.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

const char *lsq_why(enum lsq_status status)
{
    switch (status) {
    case LSQ_NOMEM:
        return "too large for the memory there is, expected fewer columns or rows";
    case LSQ_DIVERGED:
        return "the singular value decomposition did not converge, expected better scaled data";
    case LSQ_OVERFLOW:
        return "values so large, or given columns so small, that the solution overflows, "
               "expected them scaled";
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

size_t lsq_rank(const double *singular, size_t n, double rcond)
{
    size_t rank = 0;
    while (rank < n && singular[rank] > rcond * singular[0])
        rank++;
    return rank;
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
    for (size_t i = 0; i < r; i++)
        left[i] = fit->coef != NULL ? shift[i] + mean[i] : 0;
    for (size_t k = 0; fit->coef == NULL && k < p; k++)
        for (size_t i = 0; i < r; i++)
            left[i] += (shift[k] + mean[k]) * fit->basis[k * r + i];
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

void lsq_column_norms(const double *a, size_t rows, size_t columns, size_t ld, double *norm)
{
    for (size_t j = 0; j < columns; j++)
        norm[j] = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            norm[j] = hypot(norm[j], a[i * ld + j]);
}

bool lsq_all_finite(const double *v, size_t n)
{
    /* Sums of v * 0 are 0 unless something is not finite; four at a time, lest each addition
     * wait for the one before. */
    double sum[4] = {0, 0, 0, 0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (size_t k = 0; k < 4; k++)
            sum[k] += v[i + k] * 0;
    for (; i < n; i++)
        sum[0] += v[i] * 0;
    return sum[0] + sum[1] + sum[2] + sum[3] == 0;
}

bool lsq_is_finite(const struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t t = fit->targets;
    if (fit->coef != NULL && !lsq_all_finite(fit->coef, p * t))
        return false;
    if (fit->coef == NULL && (!lsq_all_finite(fit->basis, p * fit->rank) ||
                              !lsq_all_finite(fit->loadings, fit->rank * t)))
        return false;
    return lsq_all_finite(fit->intercept, t) && lsq_all_finite(fit->rss, t);
}

/* Room that one fit works in. */
struct work {
    double *shift, *mean, *tau;
    double *original; /* the rows before they are destroyed, where refining is to come */
};

/* a: the m rows of the centred problem; destroyed. */
static enum lsq_status solve_centred(double *a, size_t m, const struct lsq_options *options,
                                     struct work *work, struct lsq_fit *fit)
{
    enum lsq_status status = m == 0           ? solve_nothing(fit)
                             : m < fit->given ? lsq_solve_wide(a, m, options, fit)
                                              : solve_tall(a, m, work->tau, options, fit);
    if (status == LSQ_OK && options->intercept)
        status = set_intercept(fit, work->shift, work->mean);
    if (status == LSQ_OK && !lsq_is_finite(fit))
        status = LSQ_OVERFLOW;
    return status;
}

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
    enum lsq_status status = solve_centred(a, m, options, work, fit);
    if (status == LSQ_OK && work->original != NULL && fit->rank == p && m >= p)
        status = lsq_refine(work->original, rows, work->tau,
                            options->intercept ? work->shift : NULL, fit);
    /* Products of twice the working precision overflow earlier than the solution. */
    if (status == LSQ_OK && !lsq_is_finite(fit))
        status = LSQ_OVERFLOW;
    return status;
}

/* Sets up an empty fit and the room to work in. */
static enum lsq_status begin(size_t n, size_t p, size_t t, struct work *work, struct lsq_fit *fit)
{
    memset(fit, 0, sizeof *fit);
    memset(work, 0, sizeof *work);
    fit->rows = n;
    fit->given = p;
    fit->targets = t;
    fit->intercept = calloc(t, sizeof *fit->intercept);
    fit->rss = calloc(t, sizeof *fit->rss);
    work->shift = malloc((p + t) * sizeof *work->shift);
    work->mean = malloc((p + t) * sizeof *work->mean);
    work->tau = malloc(p * sizeof *work->tau);
    return fit->intercept && fit->rss && work->shift && work->mean && work->tau ? LSQ_OK
                                                                                : LSQ_NOMEM;
}

/* Frees the room, and the fit if it has failed. */
static enum lsq_status end(enum lsq_status status, struct work *work, struct lsq_fit *fit)
{
    free(work->shift);
    free(work->mean);
    free(work->tau);
    free(work->original);
    bool thin = fit->rank * (fit->given + fit->targets) < fit->given * fit->targets;
    if (status == LSQ_OK && fit->coef == NULL && !thin)
        status = lsq_make_dense(fit);
    if (status != LSQ_OK)
        lsq_free(fit);
    return status;
}

enum lsq_status lsq_solve(double *rows, size_t n, size_t p, size_t t,
                          const struct lsq_options *options, struct lsq_fit *fit)
{
    size_t c = p + t;
    struct work work;
    enum lsq_status status = begin(n, p, t, &work, fit);
    bool refining = n > p && n <= LSQ_REFINE_MAX && p * t <= LSQ_REFINE_MAX / n;
    if (status == LSQ_OK && refining) {
        work.original = malloc(n * c * sizeof *rows);
        if (work.original != NULL)
            memcpy(work.original, rows, n * c * sizeof *rows);
        else
            status = LSQ_NOMEM;
    }
    if (status == LSQ_OK)
        status = fit_centred(rows, n, options, &work, fit);
    return end(status, &work, fit);
}

void lsq_centre_reduced(double *rows, size_t m, size_t width)
{
    double norm = 0;
    for (size_t i = 0; i < m; i++)
        norm = hypot(norm, rows[i * width]);
    double pivot = rows[0] > 0 ? -norm : norm;
    double top = rows[0] - pivot;
    /* v = (top, rows below); vᵀ v / 2 = -pivot * top */
    for (size_t j = 1; j < width; j++) {
        double dot = top * rows[j];
        for (size_t i = 1; i < m; i++)
            dot += rows[i * width] * rows[i * width + j];
        dot /= -pivot * top;
        rows[j] -= dot * top;
        for (size_t i = 1; i < m; i++)
            rows[i * width + j] -= dot * rows[i * width];
        rows[j] /= pivot;
    }
}

enum lsq_status lsq_solve_reduced(struct lsq_reduced *reduced, const struct lsq_options *options,
                                  struct lsq_fit *fit)
{
    size_t p = reduced->given;
    size_t t = reduced->targets;
    size_t first = reduced->intercept ? 1 : 0;
    size_t width = first + p + t;
    struct work work;
    enum lsq_status status = begin(reduced->rows, p, t, &work, fit);
    if (status != LSQ_OK)
        return end(status, &work, fit);
    double *a = reduced->data;
    size_t m = reduced->count - first;
    memcpy(fit->rss, reduced->rss, t * sizeof *fit->rss);
    if (first == 1) {
        lsq_centre_reduced(a, reduced->count, width);
        memcpy(work.shift, reduced->shift, (p + t) * sizeof *work.shift);
        memcpy(work.mean, a + 1, (p + t) * sizeof *work.mean);
        for (size_t i = 0; i < m; i++)
            memmove(a + i * (width - 1), a + (i + 1) * width + 1, (width - 1) * sizeof *a);
    }
    status = solve_centred(a, m, options, &work, fit);
    return end(status, &work, fit);
}

enum lsq_status lsq_weigh(struct lsq_fit *fit, double weight)
{
    for (size_t i = 0; i < fit->singular_count; i++)
        fit->singular[i] *= sqrt(weight);
    for (size_t j = 0; j < fit->targets; j++)
        fit->rss[j] *= weight;
    if (lsq_all_finite(fit->rss, fit->targets) &&
        lsq_all_finite(fit->singular, fit->singular_count))
        return LSQ_OK;
    lsq_free(fit);
    return LSQ_OVERFLOW;
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
