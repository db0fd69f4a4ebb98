#include "lsq/deficient.h"

#include "math/dd.h"
#include "lsq/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void lsq_add_unreached(const double *what, struct lsq_fit *fit)
{
    for (size_t i = fit->rank; i < fit->given; i++)
        for (size_t j = 0; j < fit->targets; j++)
            fit->rss[j] += what[i * fit->targets + j] * what[i * fit->targets + j];
}

/* R (C order) and the norm of each of its columns. */
struct columns {
    const double *triangle, *norm;
};

/* A pivoted decomposition of unit columns, and what follows from it; column-major. */
struct pivoted {
    double *qr;    /* p × p: R in unit columns, decomposed */
    double *unit;  /* p: what each column was divided by */
    double *lower; /* r × r: the transpose of its first rows and columns */
    double *beta;  /* r × (p - r): the other columns in terms of the first, in their own units */
    double *tau;
    int *pivot;
    double *relation; /* p × r: [1 beta]ᵀ with its rows in `order`, decomposed */
    double *relation_tau;
    size_t *order;
    int *equation;      /* the pivots of relation */
    double *relation_r; /* r × r: the transpose of its R */
};

/* Unit columns, but the longer ones up to twice as long: of columns that depend on each
 * other those of large norm come first, and the others are small multiples of them. */
static void weigh_columns(const struct columns *x, size_t p, struct pivoted *w)
{
    for (size_t j = 0; j < p; j++) {
        size_t longer = 0;
        for (size_t i = 0; i < p; i++)
            longer += x->norm[i] > x->norm[j] || (x->norm[i] == x->norm[j] && i < j);
        w->unit[j] = x->norm[j] * (1 + (double)longer / (double)p);
        for (size_t i = 0; i < p; i++)
            w->qr[j * p + i] = x->triangle[i * p + j] / w->unit[j];
    }
}

/* what = Qᵀ what (p × t, C order), Q being the pivoted decomposition's. */
static enum lsq_status rotate_targets(const struct pivoted *w, size_t p, size_t t, double *what)
{
    double *columns = malloc(p * t * sizeof *columns);
    if (columns == NULL)
        return LSQ_NOMEM;
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < t; j++)
            columns[j * p + i] = what[i * t + j];
    enum lapack_status status = lapack_qr_apply(true, p, t, p, w->qr, p, w->tau, columns, p);
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < t; j++)
            what[i * t + j] = columns[j * p + i];
    free(columns);
    return lsq_from_lapack(status);
}

static void relate_columns(struct pivoted *w, size_t p, size_t r)
{
    for (size_t j = 0; j < r; j++)
        for (size_t i = 0; i < r; i++)
            w->lower[i * r + j] = i <= j ? w->qr[j * p + i] : 0;
    for (size_t j = r; j < p; j++)
        memcpy(w->beta + (j - r) * r, w->qr + j * p, r * sizeof *w->beta);
    lapack_solve_left_lower(true, r, p - r, w->lower, r, w->beta, r);
    for (size_t j = r; j < p; j++)
        for (size_t i = 0; i < r; i++)
            w->beta[(j - r) * r + i] *= w->unit[w->pivot[j]] / w->unit[w->pivot[i]];
}

struct length {
    double norm;
    size_t row;
};

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
static enum lsq_status order_rows(struct pivoted *w, size_t p, size_t r)
{
    struct length *lengths = malloc(p * sizeof *lengths);
    if (lengths == NULL)
        return LSQ_NOMEM;
    for (size_t i = 0; i < p; i++) {
        double norm = i < r ? 1 : 0;
        for (size_t j = 0; i >= r && j < r; j++)
            norm = fmax(norm, fabs(w->beta[(i - r) * r + j]));
        lengths[i] = (struct length){norm, i};
    }
    qsort(lengths, p, sizeof *lengths, longest_first);
    for (size_t i = 0; i < p; i++)
        w->order[i] = lengths[i].row;
    free(lengths);
    return LSQ_OK;
}

/* Decomposes [1 beta]ᵀ = Q R with pivots. */
static enum lsq_status factor_relation(struct pivoted *w, size_t p, size_t r)
{
    if (!lsq_all_finite(w->beta, r * (p - r)))
        return LSQ_OVERFLOW;
    enum lsq_status status = order_rows(w, p, r);
    if (status != LSQ_OK)
        return status;
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < r; j++) {
            size_t row = w->order[i];
            w->relation[j * p + i] = row >= r ? w->beta[(row - r) * r + j] : row == j ? 1 : 0;
        }
    status = lsq_from_lapack(lapack_qr_pivoted(p, r, w->relation, p, w->equation, w->relation_tau));
    for (size_t j = 0; j < r; j++)
        for (size_t i = 0; i < r; i++)
            w->relation_r[i * r + j] = i <= j ? w->relation[j * p + i] : 0;
    return status;
}

/* From b (r × t, C order) to the solution of minimum norm of [1 beta] x = b, whose rows go
 * to their columns' places in coef (p × t, C order). With [1 beta]ᵀ P = Q R it is
 * x = Q R⁻ᵀ Pᵀ b. */
static enum lsq_status solve_relation(const struct pivoted *w, size_t p, size_t r, size_t t,
                                      const double *b, double *coef)
{
    double *z = malloc((r * t + p * t) * sizeof *z);
    if (z == NULL)
        return LSQ_NOMEM;
    double *x = z + r * t; /* p × t, column-major */
    for (size_t i = 0; i < r; i++)
        memcpy(z + i * t, b + (size_t)w->equation[i] * t, t * sizeof *z);
    lapack_solve_right_lower(true, t, r, w->relation_r, r, z, t);
    for (size_t j = 0; j < t; j++)
        for (size_t i = 0; i < p; i++)
            x[j * p + i] = i < r ? z[i * t + j] : 0;
    enum lapack_status status =
        lapack_qr_apply(false, p, t, r, w->relation, p, w->relation_tau, x, p);
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < t; j++)
            coef[(size_t)w->pivot[w->order[i]] * t + j] = x[j * p + i];
    free(z);
    return lsq_from_lapack(status);
}

/* With columns A1 independent and A2 = A1 beta, and b the solution of A1 alone, the solutions
 * are those of [1 beta] x = b. The one of minimum norm comes of a decomposition that keeps
 * the digits of each coefficient where units differ by many powers of ten: singular vectors
 * would mix them, and 1 + beta betaᵀ lose the 1. */
static enum lsq_status factor_pivoted(const struct columns *x, struct pivoted *w, size_t p,
                                      size_t r)
{
    weigh_columns(x, p, w);
    enum lsq_status status = lsq_from_lapack(lapack_qr_pivoted(p, p, w->qr, p, w->pivot, w->tau));
    if (status != LSQ_OK || r == 0)
        return status;
    relate_columns(w, p, r);
    return factor_relation(w, p, r);
}

/* The solution for what (p × t, C order, changed to Qᵀ what) to coef, of the same shape. */
static enum lsq_status solve_pivoted(const struct pivoted *w, size_t p, size_t r, size_t t,
                                     double *what, double *coef)
{
    enum lsq_status status = rotate_targets(w, p, t, what);
    memset(coef, 0, p * t * sizeof *coef);
    if (status != LSQ_OK || r == 0)
        return status;
    double *b = malloc(r * t * sizeof *b);
    if (b == NULL)
        return LSQ_NOMEM;
    memcpy(b, what, r * t * sizeof *b);
    lapack_solve_right_lower(false, t, r, w->lower, r, b, t);
    for (size_t i = 0; i < r; i++)
        for (size_t j = 0; j < t; j++)
            b[i * t + j] /= w->unit[w->pivot[i]];
    status = solve_relation(w, p, r, t, b, coef);
    free(b);
    return status;
}

/* left = Qᵀ Y - R coef, in twice the working precision: columns of very different lengths that
 * depend on each other cancel in it. */
static void subtract_fit(const struct columns *x, size_t p, size_t t, const double *qty,
                         const double *coef, double *left)
{
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < t; j++) {
            struct dd sum = {qty[i * t + j], 0};
            for (size_t k = i; k < p; k++)
                dd_add_product(&sum, -x->triangle[i * p + k], coef[k * t + j]);
            left[i * t + j] = dd_value(sum);
        }
}

/* How far coefficients reach, in unit columns. */
static double reach(const struct columns *x, size_t p, size_t t, const double *coef)
{
    double most = 0;
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < t; j++)
            most = fmax(most, fabs(coef[i * t + j]) * x->norm[i]);
    return most;
}

/* Beyond so many products a step takes longer than the rest of the fit. */
enum { REFINE_PRODUCTS = 1 << 28 };

/* Solves, and goes on with what is left while that brings the fit nearer: each step adds less
 * than half of what the one before added. */
static enum lsq_status refine_pivoted(const struct columns *x, const struct pivoted *w,
                                      struct lsq_fit *fit, double *left, double *step)
{
    size_t p = fit->given;
    size_t t = fit->targets;
    size_t steps = t <= REFINE_PRODUCTS / p / p ? 5 : 0;
    double *qty = step + p * t;
    memcpy(qty, fit->coef, p * t * sizeof *qty);
    memcpy(left, fit->coef, p * t * sizeof *left);
    enum lsq_status status = solve_pivoted(w, p, fit->rank, t, left, fit->coef);
    if (status == LSQ_OK)
        lsq_add_unreached(left, fit);
    double last = reach(x, p, t, fit->coef);
    for (size_t i = 0; i < steps && status == LSQ_OK; i++) {
        subtract_fit(x, p, t, qty, fit->coef, left);
        status = solve_pivoted(w, p, fit->rank, t, left, step);
        double now = reach(x, p, t, step);
        if (status != LSQ_OK || !(now < last / 2) || now == 0)
            break;
        for (size_t k = 0; k < p * t; k++)
            fit->coef[k] += step[k];
        last = now;
    }
    return status;
}

enum lsq_status lsq_solve_deficient(const double *triangle, const double *norm, struct lsq_fit *fit)
{
    const struct columns x = {triangle, norm};
    size_t p = fit->given;
    size_t r = fit->rank;
    struct pivoted w = {.qr = malloc(p * p * sizeof(double)),
                        .unit = malloc(p * sizeof(double)),
                        .lower = malloc((r * r + 1) * sizeof(double)),
                        .beta = malloc((r * (p - r) + 1) * sizeof(double)),
                        .tau = malloc(p * sizeof(double)),
                        .pivot = malloc(p * sizeof(int)),
                        .relation = malloc((p * r + 1) * sizeof(double)),
                        .relation_tau = malloc(p * sizeof(double)),
                        .order = malloc(p * sizeof(size_t)),
                        .equation = malloc(p * sizeof(int)),
                        .relation_r = malloc((r * r + 1) * sizeof(double))};
    double *left = malloc(p * fit->targets * sizeof *left);
    double *step = malloc(2 * p * fit->targets * sizeof *step);
    enum lsq_status status = LSQ_NOMEM;
    if (w.qr && w.unit && w.lower && w.beta && w.tau && w.pivot && w.relation && w.relation_tau &&
        w.order && w.equation && w.relation_r && left && step)
        status = factor_pivoted(&x, &w, p, r);
    if (status == LSQ_OK)
        status = refine_pivoted(&x, &w, fit, left, step);
    free(w.qr);
    free(w.unit);
    free(w.lower);
    free(w.beta);
    free(w.tau);
    free(w.pivot);
    free(w.relation);
    free(w.relation_tau);
    free(w.order);
    free(w.equation);
    free(w.relation_r);
    free(left);
    free(step);
    return status;
}
