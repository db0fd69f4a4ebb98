#include "lsq/refine.h"

#include "lsq/lapack.h"
#include "lsq/linear.h"
#include "math/dd.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Björck's refinement solves the augmented system r + A x = b, Aᵀ r = 0 for solution
 * and residual together, A being [1 X] (or X); its own residuals
 *     f = b - r - A x,   g = -Aᵀ r
 * are summed in twice the working precision from the data as they came in, the
 * corrections come from the factors there are. */
struct refine {
    const double *rows, *shift;
    const double *factors, *tau; /* of the LQ: from row `first` on of what tall_solve leaves */
    size_t n, p, t, c;           /* c: p + t */
    size_t first;                /* 1 where there is an intercept, else 0 */
    size_t q;                    /* unknowns a target, first + p */
    double *x;                   /* q × t; the intercept first where there is one */
    double *r, *f;               /* n × t */
    double *g, *h;               /* q × t */
    double *u;                   /* p: first row of R after its diagonal */
    double *norm;                /* q: of the columns of A */
    double root;                 /* of n */
    double *residuals;           /* n × t, for the caller; or NULL */
};

/* f = b - r - A x */
static void set_f(const struct refine *w)
{
    const double *beta = w->x + w->first * w->t;
    for (size_t i = 0; i < w->n; i++)
        for (size_t j = 0; j < w->t; j++) {
            struct dd sum = {w->rows[i * w->c + w->p + j], 0};
            dd_add(&sum, -w->r[i * w->t + j]);
            if (w->first == 1)
                dd_add(&sum, -w->x[j]);
            for (size_t k = 0; k < w->p; k++)
                dd_add_product(&sum, -w->rows[i * w->c + k], beta[k * w->t + j]);
            w->f[i * w->t + j] = dd_value(sum);
        }
}

/* g = -Aᵀ r. In the shifted columns X - 1 sᵀ of the factors, g of column k loses s_k times
 * g of the ones. */
static void set_g(const struct refine *w)
{
    for (size_t k = 0; k < w->q; k++)
        for (size_t j = 0; j < w->t; j++) {
            struct dd sum = {0, 0};
            for (size_t i = 0; i < w->n; i++) {
                double r = w->r[i * w->t + j];
                if (k < w->first) {
                    dd_add(&sum, -r);
                    continue;
                }
                dd_add_product(&sum, -w->rows[i * w->c + k - w->first], r);
                dd_add_product(&sum, w->first == 1 ? w->shift[k - 1] : 0, r);
            }
            w->g[k * w->t + j] = dd_value(sum);
        }
}

/* Qᵀ f or Q f in place, Q being the reflection and then the LQ's factor. */
static enum lsq_status rotate(const struct refine *w, bool transpose)
{
    if (w->first == 1 && transpose)
        linear_reflect(w->f, w->n, w->t);
    enum lsq_status status =
        lapack_lq_apply_right(transpose, w->t, w->n - w->first, w->p, w->factors, w->c, w->tau,
                              w->f + w->first * w->t, w->t);
    if (w->first == 1 && !transpose)
        linear_reflect(w->f, w->n, w->t);
    return status;
}

/* The R of [1 X - 1 sᵀ] is [-sqrt(n), u; 0, R22] with u = -sqrt(n) mean: the
 * reflection maps ones to -sqrt(n) e₁. h = R⁻ᵀ g, with u found from the factors'
 * own first row of the reflected columns. */
static void forward(const struct refine *w)
{
    double *below = w->h + w->first * w->t;
    memcpy(w->h, w->g, w->q * w->t * sizeof *w->h);
    for (size_t j = 0; j < w->first * w->t; j++) {
        w->h[j] /= -w->root;
        for (size_t k = 0; k < w->p; k++)
            below[k * w->t + j] -= w->u[k] * w->h[j];
    }
    lapack_solve("RLT", w->t, w->p, w->factors, w->c, below, w->t);
}

/* dx = R⁻¹ (d1 - h), left in g; d1 is the top of f. */
static void backward(const struct refine *w)
{
    double *below = w->g + w->first * w->t;
    for (size_t k = 0; k < w->q * w->t; k++)
        w->g[k] = w->f[k] - w->h[k];
    lapack_solve("RLN", w->t, w->p, w->factors, w->c, below, w->t);
    for (size_t j = 0; j < w->first * w->t; j++) {
        for (size_t k = 0; k < w->p; k++)
            w->g[j] -= w->u[k] * below[k * w->t + j];
        w->g[j] /= -w->root;
        /* Back from the shifted columns: the intercept takes what the shift adds. */
        for (size_t k = 0; k < w->p; k++)
            w->g[j] -= w->shift[k] * below[k * w->t + j];
    }
}

/* Adds the corrections. Returns how large they are beside the coefficients, each
 * weighed with its column's norm so that units do not matter: the worst target's. */
static double apply(const struct refine *w)
{
    double worst = 0;
    for (size_t j = 0; j < w->t; j++) {
        double size = 0;
        double change = 0;
        for (size_t k = 0; k < w->q; k++) {
            size = fmax(size, w->norm[k] * fabs(w->x[k * w->t + j]));
            change = fmax(change, w->norm[k] * fabs(w->g[k * w->t + j]));
            w->x[k * w->t + j] += w->g[k * w->t + j];
        }
        if (change > 0)
            worst = fmax(worst, size > 0 ? change / size : 1);
    }
    for (size_t i = 0; i < w->n * w->t; i++)
        w->r[i] += w->f[i];
    return worst;
}

static enum lsq_status step(const struct refine *w, double *change)
{
    set_f(w);
    set_g(w);
    enum lsq_status status = rotate(w, true);
    if (status != LSQ_OK)
        return status;
    forward(w);
    backward(w);
    memcpy(w->f, w->h, w->q * w->t * sizeof *w->f);
    status = rotate(w, false);
    *change = apply(w);
    return status;
}

static void keep(const struct refine *w, struct lsq_fit *fit)
{
    memcpy(fit->intercept, w->x, w->first * w->t * sizeof *w->x);
    memcpy(fit->coef, w->x + w->first * w->t, w->p * w->t * sizeof *w->x);
    memset(fit->rss, 0, w->t * sizeof *fit->rss);
    linear_add_squares(w->r, w->n, w->t, w->t, fit->rss);
    if (w->residuals != NULL)
        memcpy(w->residuals, w->r, w->n * w->t * sizeof *w->r);
}

/* Corrections must shrink; when they no longer do, the last good state stays. */
static enum lsq_status iterate(const struct refine *w, struct lsq_fit *fit)
{
    enum { STEPS = 20 };
    double before = INFINITY;
    for (int i = 0; i < STEPS; i++) {
        double change;
        enum lsq_status status = step(w, &change);
        if (status != LSQ_OK || !(change < before))
            return status;
        keep(w, fit);
        /* The first step only finds the residual, with which the second can be the
         * larger one. */
        before = i == 0 ? INFINITY : change;
    }
    return LSQ_OK;
}

static void start(const struct refine *w, const struct lsq_fit *fit)
{
    memcpy(w->x, fit->intercept, w->first * w->t * sizeof *w->x);
    memcpy(w->x + w->first * w->t, fit->coef, w->p * w->t * sizeof *w->x);
    memset(w->r, 0, w->n * w->t * sizeof *w->r);
    w->norm[0] = w->root;
    linear_column_norms(w->rows, w->n, w->p, w->c, w->norm + w->first);
    for (size_t k = 0; k < w->first * w->p; k++) {
        struct dd sum = {0, 0};
        for (size_t i = 0; i < w->n; i++)
            dd_add(&sum, w->rows[i * w->c + k] - w->shift[k]);
        w->u[k] = -dd_value(sum) / w->root;
    }
}

/* Whether products of the data, and their last digits, neither overflow nor vanish. Zeros
 * do no harm. */
static bool is_moderate(const struct refine *w)
{
    static const double MIN = 1e-140;
    static const double MAX = 1e140;
    double largest = 0;
    for (size_t i = 0; i < w->n; i++)
        for (size_t j = 0; j < w->t; j++)
            largest = fmax(largest, fabs(w->rows[i * w->c + w->p + j]));
    bool moderate = largest == 0 || (largest > MIN && largest < MAX);
    for (size_t k = w->first; k < w->q; k++)
        moderate = moderate && w->norm[k] > MIN && w->norm[k] < MAX;
    return moderate;
}

enum lsq_status refine_fit(const double *rows, const double *factored, const double *tau,
                           const double *shift, double *residuals, struct lsq_fit *fit)
{
    size_t n = fit->rows;
    size_t p = fit->given;
    size_t t = fit->targets;
    size_t first = shift != NULL ? 1 : 0;
    size_t q = first + p;
    double *scratch = malloc((3 * q * t + 2 * n * t + p + q) * sizeof *scratch);
    if (scratch == NULL)
        return LSQ_NOMEM;
    struct refine w = {rows,
                       shift,
                       factored + first * (p + t),
                       tau,
                       n,
                       p,
                       t,
                       p + t,
                       first,
                       q,
                       .root = sqrt((double)n),
                       .residuals = residuals};
    w.x = scratch;
    w.g = w.x + q * t;
    w.h = w.g + q * t;
    w.r = w.h + q * t;
    w.f = w.r + n * t;
    w.u = w.f + n * t;
    w.norm = w.u + p;
    start(&w, fit);
    enum lsq_status status = is_moderate(&w) ? iterate(&w, fit) : LSQ_OK;
    free(scratch);
    return status;
}
