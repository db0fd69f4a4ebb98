#include "lsq/solve.h"

#include "lsq/lapack.h"
#include "lsq/linear.h"
#include "lsq/refine.h"
#include "lsq/tall.h"
#include "lsq/wide.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A single row and an intercept: nothing is left to learn from. */
static enum lsq_status solve_nothing(struct lsq_fit *fit)
{
    fit->basis = calloc(1, sizeof *fit->basis);
    fit->loadings = calloc(1, sizeof *fit->loadings);
    fit->singular = calloc(1, sizeof *fit->singular);
    return fit->basis && fit->loadings && fit->singular ? LSQ_OK : LSQ_NOMEM;
}

/* a: the m rows of the centred problem, destroyed; mean: p + t, of the columns; noise: p, of the
 * given ones; tau: scratch of p, where m >= p tall_solve's. */
static enum lsq_status solve_centred(double *a, size_t m, const struct lsq_options *options,
                                     const double *mean, const double *noise, double *tau,
                                     struct lsq_fit *fit)
{
    size_t c = fit->given + fit->targets;
    lsq_fit_set_total(fit, a + fit->given, m, c);
    if (options->rcond < 0)
        linear_clear_noise(a, m, fit->given, c, noise);
    lapack_share(options->threads, m, fit->given);
    enum lsq_status status = m == 0           ? solve_nothing(fit)
                             : m < fit->given ? wide_solve(a, m, options, noise, fit)
                                              : tall_solve(a, m, options, noise, tau, fit);
    if (status == LSQ_OK && options->intercept)
        lsq_fit_set_intercept(fit, mean);
    return status;
}

static bool are_exact(const double *column, size_t n, size_t ld, bool single)
{
    int least = LINEAR_WHOLE;
    for (size_t i = 0; i < n && least > 0; i++) {
        int bits = linear_zero_bits(column[i * ld], single);
        least = bits < least ? bits : least;
    }
    return linear_are_exact(least, (double)n);
}

/* scratch: 2 (p + t) + 2 p, and n (p + t) more where the fit is to be refined. */
static enum lsq_status solve(double *rows, bool refine, const struct lsq_options *options,
                             double *scratch, struct lsq_fit *fit)
{
    size_t n = fit->rows;
    size_t c = fit->given + fit->targets;
    double *shift = scratch;
    double *mean = shift + c;
    double *tau = mean + c;
    double *noise = tau + fit->given;
    double *original = noise + fit->given;
    size_t first = options->intercept ? 1 : 0;
    bool single = options->single;
    if (refine)
        memcpy(original, rows, n * c * sizeof *rows);
    for (size_t j = 0; j < fit->given; j++)
        noise[j] = options->intercept && !are_exact(rows + j, n, c, single) ? sqrt((double)n) : 0;
    if (options->intercept)
        linear_centre(rows, n, c, shift, mean);
    double *norm = tau;
    if (single)
        linear_column_norms(rows + first * c, n - first, fit->given, c, norm);
    for (size_t j = 0; j < fit->given; j++)
        if (noise[j] > 0)
            noise[j] = linear_noise(mean[j], single ? norm[j] : 0, noise[j], single);
    enum lsq_status status =
        solve_centred(rows + first * c, n - first, options, mean, noise, tau, fit);
    if (status == LSQ_OK && refine && fit->rank == fit->given && lsq_fit_is_finite(fit))
        status = refine_fit(original, rows, tau, options->intercept ? shift : NULL,
                            options->residuals, fit);
    return status;
}

enum lsq_status lsq_solve(double *rows, size_t n, size_t p, size_t t,
                          const struct lsq_options *options, struct lsq_fit *fit)
{
    size_t c = p + t;
    bool refine = n > p && n <= REFINE_MAX && p * t <= REFINE_MAX / n;
    double *scratch = malloc((2 * c + 2 * p + (refine ? n * c : 0)) * sizeof *scratch);
    enum lsq_status status = lsq_fit_begin(fit, n, p, t);
    if (scratch == NULL)
        status = LSQ_NOMEM;
    if (status == LSQ_OK)
        status = solve(rows, refine, options, scratch, fit);
    free(scratch);
    return lsq_fit_finish(fit, status);
}

enum lsq_status lsq_solve_reduced(struct lsq_reduced *reduced, const struct lsq_options *options,
                                  struct lsq_fit *fit)
{
    size_t p = reduced->given;
    size_t t = reduced->targets;
    double *mean = malloc((3 * p + t) * sizeof *mean);
    enum lsq_status status = lsq_fit_begin(fit, reduced->rows, p, t);
    if (mean == NULL)
        status = LSQ_NOMEM;
    if (status == LSQ_OK) {
        memcpy(fit->rss, reduced->rss, t * sizeof *fit->rss);
        double *noise = mean + p + t;
        size_t m = lsq_reduced_centre(reduced, reduced->data, mean, noise);
        status = solve_centred(reduced->data, m, options, mean, noise, noise + p, fit);
    }
    free(mean);
    return lsq_fit_finish(fit, status);
}
