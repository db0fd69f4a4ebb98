#include "lsq/deficient.h"

#include "lsq/lapack.h"
#include "lsq/linear.h"
#include "math/dd.h"
#include "math/finite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct length {
    double norm;
    size_t row;
};

/* With columns A1 independent and A2 = A1 beta, and b the solution of A1 alone, the solutions
 * are those of [1 beta] x = b. The one of minimum norm comes of a decomposition that keeps
 * the digits of each coefficient where units differ by many powers of ten: singular vectors
 * would mix them, and 1 + beta betaᵀ lose the 1. */
struct deficient {
    size_t p, r, t;                /* columns, rank, targets */
    const double *triangle, *norm; /* R (C order) and the norm of each of its columns */

    /* All column-major. The pivoted decomposition of weighed columns: */
    double *qr; /* p × p: reflectors and R, then beta, in the columns' units, right of its r × r */
    double *unit; /* p: what each column was divided by */
    double *tau;  /* p */

    double *relation;     /* p × r: [1 beta]ᵀ with its rows in `order`, decomposed */
    double *relation_tau; /* p */
    struct length *order; /* p */
    int *pivot;           /* p */
    int *equation;        /* r: the pivots of relation */

    double *qty, *left, *x, *step; /* p × t: Qᵀ Y, what is left of it, the solution, a correction */
    double *scratch;               /* p × t */
};

/* Unit columns, but the longer ones up to twice as long: of columns that depend on each
 * other those of large norm come first, and the others are small multiples of them. */
static void weigh_columns(const struct deficient *w)
{
    size_t p = w->p;
    for (size_t j = 0; j < p; j++) {
        size_t longer = 0;
        for (size_t i = 0; i < p; i++)
            longer += w->norm[i] > w->norm[j] || (w->norm[i] == w->norm[j] && i < j);
        w->unit[j] = w->norm[j] * (1 + (double)longer / (double)p);
        for (size_t i = 0; i < p; i++)
            w->qr[j * p + i] = w->triangle[i * p + j] / w->unit[j];
    }
}

/* Reflectors do not reach into R, so beta takes the place of R's other columns. */
static void relate_columns(const struct deficient *w)
{
    size_t p = w->p;
    lapack_solve("LUN", w->r, p - w->r, w->qr, p, w->qr + w->r * p, p);
    for (size_t j = w->r; j < p; j++)
        for (size_t i = 0; i < w->r; i++)
            w->qr[j * p + i] *= w->unit[w->pivot[j]] / w->unit[w->pivot[i]];
}

static int longest_first(const void *x, const void *y)
{
    const struct length *a = x;
    const struct length *b = y;
    if (a->norm != b->norm)
        return a->norm > b->norm ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

/* Orders the rows of [1 beta]ᵀ so that the decomposition keeps the digits of each: long ones
 * first (Cox and Higham, Stability of Householder QR factorization for weighted least squares
 * problems, 1998). */
static void order_rows(const struct deficient *w)
{
    for (size_t i = 0; i < w->p; i++) {
        double norm = i < w->r ? 1 : 0;
        for (size_t j = 0; i >= w->r && j < w->r; j++)
            norm = fmax(norm, fabs(w->qr[i * w->p + j]));
        w->order[i] = (struct length){norm, i};
    }
    qsort(w->order, w->p, sizeof *w->order, longest_first);
}

/* Decomposes [1 beta]ᵀ = Q R with pivots. */
static enum lsq_status factor_relation(const struct deficient *w)
{
    size_t p = w->p;
    size_t r = w->r;
    for (size_t j = r; j < p; j++)
        if (!finite_all(w->qr + j * p, r))
            return LSQ_OVERFLOW;
    order_rows(w);
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < r; j++) {
            size_t row = w->order[i].row;
            w->relation[j * p + i] = row >= r ? w->qr[row * p + j] : row == j ? 1 : 0;
        }
    return lapack_qr_pivoted(p, r, w->relation, p, w->equation, w->relation_tau);
}

static enum lsq_status factor(const struct deficient *w)
{
    weigh_columns(w);
    enum lsq_status status = lapack_qr_pivoted(w->p, w->p, w->qr, w->p, w->pivot, w->tau);
    if (status != LSQ_OK || w->r == 0)
        return status;
    relate_columns(w);
    return factor_relation(w);
}

/* The solution for left, which is lost but for its rows of Qᵀ left that no coefficients reach: from
 * the b of A1 to the solution of minimum norm of [1 beta] x = b, whose rows go to their columns'
 * places in x. With [1 beta]ᵀ P = Q R it is Q R⁻ᵀ Pᵀ b. */
static enum lsq_status solve(const struct deficient *w, double *x)
{
    size_t p = w->p;
    size_t r = w->r;
    size_t t = w->t;
    enum lsq_status status = lapack_qr_apply("LT", p, t, p, w->qr, p, w->tau, w->left, p);
    memset(x, 0, p * t * sizeof *x);
    memset(w->scratch, 0, p * t * sizeof *x);
    if (status != LSQ_OK || r == 0)
        return status;
    lapack_solve("LUN", r, t, w->qr, p, w->left, p);
    for (size_t j = 0; j < t; j++)
        for (size_t i = 0; i < r; i++) {
            int from = w->equation[i];
            w->scratch[j * p + i] = w->left[j * p + (size_t)from] / w->unit[w->pivot[from]];
        }
    lapack_solve("LUT", r, t, w->relation, p, w->scratch, p);
    status = lapack_qr_apply("LN", p, t, r, w->relation, p, w->relation_tau, w->scratch, p);
    for (size_t j = 0; j < t; j++)
        for (size_t i = 0; i < p; i++)
            x[j * p + (size_t)w->pivot[w->order[i].row]] = w->scratch[j * p + i];
    return status;
}

/* left = Qᵀ Y - R x, in twice the working precision: columns of very different lengths that
 * depend on each other cancel in it. */
static void subtract_fit(const struct deficient *w)
{
    size_t p = w->p;
    for (size_t j = 0; j < w->t; j++)
        for (size_t i = 0; i < p; i++) {
            struct dd sum = {w->qty[j * p + i], 0};
            for (size_t k = i; k < p; k++)
                dd_add_product(&sum, -w->triangle[i * p + k], w->x[j * p + k]);
            w->left[j * p + i] = dd_value(sum);
        }
}

/* How far coefficients reach, in unit columns. */
static double reach(const struct deficient *w, const double *x)
{
    double most = 0;
    for (size_t k = 0; k < w->p * w->t; k++)
        most = fmax(most, fabs(x[k]) * w->norm[k % w->p]);
    return most;
}

/* Beyond so many products a step takes longer than the rest of the fit. */
enum { REFINE_PRODUCTS = 1 << 28 };

/* Solves, and goes on with what is left while that brings the fit nearer: each step adds less
 * than half of what the one before added. */
static enum lsq_status refine(const struct deficient *w, struct lsq_fit *fit)
{
    size_t p = w->p;
    size_t t = w->t;
    size_t steps = t <= REFINE_PRODUCTS / p / p ? 5 : 0;
    linear_transpose(fit->coef, p, t, w->qty);
    memcpy(w->left, w->qty, p * t * sizeof *w->left);
    enum lsq_status status = solve(w, w->x);
    for (size_t j = 0; j < t; j++)
        linear_add_squares(w->left + j * p + w->r, p - w->r, 1, 1, fit->rss + j);
    double last = reach(w, w->x);
    for (size_t i = 0; i < steps && status == LSQ_OK; i++) {
        subtract_fit(w);
        status = solve(w, w->step);
        double now = reach(w, w->step);
        if (status != LSQ_OK || !(now < last / 2) || now == 0)
            break;
        for (size_t k = 0; k < p * t; k++)
            w->x[k] += w->step[k];
        last = now;
    }
    linear_transpose(w->x, t, p, fit->coef);
    return status;
}

/* The memory of all of w's arrays; NULL without. */
static double *allocate(struct deficient *w)
{
    size_t p = w->p;
    size_t r = w->r;
    size_t t = w->t;
    size_t doubles = p * p + p * r + 3 * p + 5 * p * t;
    double *all = malloc(doubles * sizeof *all + p * sizeof *w->order + (p + r) * sizeof *w->pivot);
    if (all == NULL)
        return NULL;
    w->qr = all;
    w->relation = w->qr + p * p;
    w->unit = w->relation + p * r;
    w->tau = w->unit + p;
    w->relation_tau = w->tau + p;
    w->qty = w->relation_tau + p;
    w->left = w->qty + p * t;
    w->x = w->left + p * t;
    w->step = w->x + p * t;
    w->scratch = w->step + p * t;
    w->order = (void *)(all + doubles);
    w->pivot = (void *)(w->order + p);
    w->equation = w->pivot + p;
    return all;
}

enum lsq_status deficient_solve(const double *triangle, const double *norm, struct lsq_fit *fit)
{
    struct deficient w = {
        .p = fit->given, .r = fit->rank, .t = fit->targets, .triangle = triangle, .norm = norm};
    double *scratch = allocate(&w);
    enum lsq_status status = scratch != NULL ? factor(&w) : LSQ_NOMEM;
    if (status == LSQ_OK)
        status = refine(&w, fit);
    free(scratch);
    return status;
}
