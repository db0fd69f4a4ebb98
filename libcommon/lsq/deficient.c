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

    /* A pivoted decomposition of unit columns, and what follows from it; column-major. */
    double *qr;    /* p × p: R in unit columns, decomposed */
    double *unit;  /* p: what each column was divided by */
    double *lower; /* r × r: the transpose of its first rows and columns */
    double *beta;  /* r × (p - r): the other columns in terms of the first, in their own units */
    double *tau;   /* p */
    double *relation;     /* p × r: [1 beta]ᵀ with its rows in `order`, decomposed */
    double *relation_tau; /* p */
    double *relation_r;   /* r × r: the transpose of its R */
    struct length *order; /* p */
    int *pivot;           /* p */
    int *equation;        /* r: the pivots of relation */

    double *qty, *left, *step; /* p × t, C order: Qᵀ Y, what is left of it, a correction */
    double *columns;           /* p × t, column-major: scratch */
    double *b, *z;             /* r × t, C order: scratch */
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

/* to (n × n) = the transpose of R, the upper triangle of from (rows of ld). */
static void copy_triangle(const double *from, size_t ld, size_t n, double *to)
{
    for (size_t j = 0; j < n; j++)
        for (size_t i = 0; i < n; i++)
            to[i * n + j] = i <= j ? from[j * ld + i] : 0;
}

static void relate_columns(const struct deficient *w)
{
    size_t p = w->p;
    size_t r = w->r;
    copy_triangle(w->qr, p, r, w->lower);
    for (size_t j = r; j < p; j++)
        memcpy(w->beta + (j - r) * r, w->qr + j * p, r * sizeof *w->beta);
    lapack_solve_left_lower(true, r, p - r, w->lower, r, w->beta, r);
    for (size_t j = r; j < p; j++)
        for (size_t i = 0; i < r; i++)
            w->beta[(j - r) * r + i] *= w->unit[w->pivot[j]] / w->unit[w->pivot[i]];
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
            norm = fmax(norm, fabs(w->beta[(i - w->r) * w->r + j]));
        w->order[i] = (struct length){norm, i};
    }
    qsort(w->order, w->p, sizeof *w->order, longest_first);
}

/* Decomposes [1 beta]ᵀ = Q R with pivots. */
static enum lsq_status factor_relation(const struct deficient *w)
{
    size_t p = w->p;
    size_t r = w->r;
    if (!finite_all(w->beta, r * (p - r)))
        return LSQ_OVERFLOW;
    order_rows(w);
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < r; j++) {
            size_t row = w->order[i].row;
            w->relation[j * p + i] = row >= r ? w->beta[(row - r) * r + j] : row == j ? 1 : 0;
        }
    enum lsq_status status = lapack_qr_pivoted(p, r, w->relation, p, w->equation, w->relation_tau);
    copy_triangle(w->relation, p, r, w->relation_r);
    return status;
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

/* left = Qᵀ left, Q being the pivoted decomposition's. */
static enum lsq_status rotate(const struct deficient *w)
{
    size_t p = w->p;
    size_t t = w->t;
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < t; j++)
            w->columns[j * p + i] = w->left[i * t + j];
    enum lsq_status status = lapack_qr_apply(true, p, t, p, w->qr, p, w->tau, w->columns, p);
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < t; j++)
            w->left[i * t + j] = w->columns[j * p + i];
    return status;
}

/* From b to the solution of minimum norm of [1 beta] x = b, whose rows go to their columns'
 * places in coef (p × t, C order). With [1 beta]ᵀ P = Q R it is x = Q R⁻ᵀ Pᵀ b. */
static enum lsq_status solve_relation(const struct deficient *w, double *coef)
{
    size_t p = w->p;
    size_t r = w->r;
    size_t t = w->t;
    for (size_t i = 0; i < r; i++)
        memcpy(w->z + i * t, w->b + (size_t)w->equation[i] * t, t * sizeof *w->z);
    lapack_solve_right_lower(true, t, r, w->relation_r, r, w->z, t);
    for (size_t j = 0; j < t; j++)
        for (size_t i = 0; i < p; i++)
            w->columns[j * p + i] = i < r ? w->z[i * t + j] : 0;
    enum lsq_status status =
        lapack_qr_apply(false, p, t, r, w->relation, p, w->relation_tau, w->columns, p);
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < t; j++)
            coef[(size_t)w->pivot[w->order[i].row] * t + j] = w->columns[j * p + i];
    return status;
}

/* The solution for left, which becomes Qᵀ left, to coef (p × t, C order). */
static enum lsq_status solve(const struct deficient *w, double *coef)
{
    size_t t = w->t;
    enum lsq_status status = rotate(w);
    memset(coef, 0, w->p * t * sizeof *coef);
    if (status != LSQ_OK || w->r == 0)
        return status;
    memcpy(w->b, w->left, w->r * t * sizeof *w->b);
    lapack_solve_right_lower(false, t, w->r, w->lower, w->r, w->b, t);
    for (size_t i = 0; i < w->r; i++)
        for (size_t j = 0; j < t; j++)
            w->b[i * t + j] /= w->unit[w->pivot[i]];
    return solve_relation(w, coef);
}

/* left = Qᵀ Y - R coef, in twice the working precision: columns of very different lengths that
 * depend on each other cancel in it. */
static void subtract_fit(const struct deficient *w, const double *coef)
{
    for (size_t i = 0; i < w->p; i++)
        for (size_t j = 0; j < w->t; j++) {
            struct dd sum = {w->qty[i * w->t + j], 0};
            for (size_t k = i; k < w->p; k++)
                dd_add_product(&sum, -w->triangle[i * w->p + k], coef[k * w->t + j]);
            w->left[i * w->t + j] = dd_value(sum);
        }
}

/* How far coefficients reach, in unit columns. */
static double reach(const struct deficient *w, const double *coef)
{
    double most = 0;
    for (size_t i = 0; i < w->p; i++)
        for (size_t j = 0; j < w->t; j++)
            most = fmax(most, fabs(coef[i * w->t + j]) * w->norm[i]);
    return most;
}

/* Beyond so many products a step takes longer than the rest of the fit. */
enum { REFINE_PRODUCTS = 1 << 28 };

/* Solves, and goes on with what is left while that brings the fit nearer: each step adds less
 * than half of what the one before added. */
static enum lsq_status refine(const struct deficient *w, struct lsq_fit *fit)
{
    size_t values = w->p * w->t;
    size_t steps = w->t <= REFINE_PRODUCTS / w->p / w->p ? 5 : 0;
    memcpy(w->qty, fit->coef, values * sizeof *w->qty);
    memcpy(w->left, fit->coef, values * sizeof *w->left);
    enum lsq_status status = solve(w, fit->coef);
    if (status == LSQ_OK)
        linear_add_squares(w->left + w->r * w->t, w->p - w->r, w->t, w->t, fit->rss);
    double last = reach(w, fit->coef);
    for (size_t i = 0; i < steps && status == LSQ_OK; i++) {
        subtract_fit(w, fit->coef);
        status = solve(w, w->step);
        double now = reach(w, w->step);
        if (status != LSQ_OK || !(now < last / 2) || now == 0)
            break;
        for (size_t k = 0; k < values; k++)
            fit->coef[k] += w->step[k];
        last = now;
    }
    return status;
}

/* The whole of the scratch, cut into w's arrays; NULL without memory. */
static double *allocate(struct deficient *w)
{
    size_t p = w->p;
    size_t r = w->r;
    size_t t = w->t;
    size_t doubles = p * p + 2 * r * r + r * (p - r) + p * r + 3 * p + 4 * p * t + 2 * r * t;
    double *scratch =
        malloc(doubles * sizeof *scratch + p * sizeof *w->order + (p + r) * sizeof *w->pivot);
    if (scratch == NULL)
        return NULL;
    w->qr = scratch;
    w->lower = w->qr + p * p;
    w->relation_r = w->lower + r * r;
    w->beta = w->relation_r + r * r;
    w->relation = w->beta + r * (p - r);
    w->unit = w->relation + p * r;
    w->tau = w->unit + p;
    w->relation_tau = w->tau + p;
    w->qty = w->relation_tau + p;
    w->left = w->qty + p * t;
    w->step = w->left + p * t;
    w->columns = w->step + p * t;
    w->b = w->columns + p * t;
    w->z = w->b + r * t;
    w->order = (void *)(scratch + doubles);
    w->pivot = (void *)(w->order + p);
    w->equation = w->pivot + p;
    return scratch;
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
