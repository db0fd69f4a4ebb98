#include "lsq/left_out.h"

#include "lsq/refine.h"
#include "lsq/solve.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A row beside the decomposition. */
struct place {
    double *u;   /* rank: its coordinates among the left singular vectors */
    double rest; /* what its leverage without penalty lacks to 1: 1 - 1/n - Σ u² */
    double size; /* at least its norm, in the scaled columns */
};

static struct place find_place(const struct lsq_spectrum *s, const double *row)
{
    struct place at = {s->work, s->intercept ? 1 - 1 / (double)s->rows : 1, 0};
    memset(at.u, 0, s->rank * sizeof *at.u);
    for (size_t k = 0; k < s->given; k++) {
        double x = (row[k] - s->centre[k]) / s->scale[k];
        at.size = fmax(at.size, fabs(x));
        for (size_t i = 0; i < s->rank; i++)
            at.u[i] += x * s->v[k * s->rank + i];
    }
    at.size *= sqrt((double)s->given);
    for (size_t i = 0; i < s->rank; i++) {
        at.u[i] /= s->s[i];
        at.rest -= at.u[i] * at.u[i];
    }
    return at;
}

/* The error that the square of u_i may have: a product of the row and a column of V is off by about
 * an ε of the row. */
static double blur_of(const struct lsq_spectrum *s, const struct place *at, size_t i)
{
    return 2 * DBL_EPSILON * (fabs(at->u[i]) + DBL_EPSILON) * (at->size / s->s[i]);
}

/* The weight of direction i where the fit goes through the row: 1 / (s² + λ), times s₁². */
static double weight_through(const struct lsq_spectrum *s, double lambda, size_t i)
{
    double top = s->s[0];
    return 1 / (s->s[i] / top * (s->s[i] / top) + lambda / top / top);
}

/* Element i of M u. Adds to *blur how far the errors of u may move it. */
static double move(const struct lsq_spectrum *s, const struct place *at, size_t i, double *blur)
{
    const double *m = s->metric + i * s->rank;
    double moved = 0;
    for (size_t k = 0; k <= i; k++) {
        moved += m[k] * at->u[k];
        *blur += fabs(m[k]) * DBL_EPSILON * (at->size / s->s[k]);
    }
    return moved;
}

/* With as many directions as centred rows the fit goes through each of them, and their
 * errors are ratios of sums over all directions. */
static double doubt_of_all(const struct lsq_spectrum *s, const struct place *at, double lambda)
{
    double blur = 0;
    double below = 0;
    for (size_t i = 0; i < s->rank && s->metric != NULL; i++) {
        double off = 0;
        double moved = move(s, at, i, &off);
        blur += 2 * (fabs(moved) + off) * off;
        below += moved * moved;
    }
    for (size_t i = 0; i < s->rank && s->metric == NULL; i++) {
        double weight = weight_through(s, lambda, i);
        blur += weight * blur_of(s, at, i);
        below += weight * at->u[i] * at->u[i];
    }
    return below > blur ? blur / below : 1;
}

/* Else the errors have lost the digits by which 1 - h differs from 1: where a row is far
 * from the others. What all rows lose where columns nearly depend on each other, the
 * coefficients have lost too. */
static struct lsq_left_out doubt_of_one(const struct lsq_spectrum *s, const struct place *at,
                                        double lambda)
{
    static const double FAR = 1e-3;
    double blur = DBL_EPSILON * (double)(s->rank + 4);
    double below = at->rest;
    for (size_t i = 0; i < s->rank; i++) {
        blur += blur_of(s, at, i);
        below += spectrum_share(s->s[i], lambda) * at->u[i] * at->u[i];
    }
    bool through = lambda == 0 && at->rest < fmin(16 * blur, FAR);
    double doubt = through || below <= blur ? 1 : blur / below;
    return (struct lsq_left_out){through, at->rest < FAR ? doubt : 0};
}

/* y - ŷ, of a row that is not among those decomposed where there is a penalty. */
static void find_residual(const struct lsq_spectrum *s, const double *row, const double *u,
                          double lambda, double *residual)
{
    size_t t = s->targets;
    for (size_t j = 0; j < t; j++)
        residual[j] = row[s->given + j] - s->centre[s->given + j];
    for (size_t i = 0; i < s->rank; i++)
        for (size_t j = 0; j < t; j++)
            residual[j] -= s->s[i] / (s->s[i] + lambda / s->s[i]) * u[i] * s->d[i * t + j];
}

/* A row that the fit goes through, without penalty, columns being scaled. Returns
 * the divisor of the errors. */
static double error_through(const struct lsq_spectrum *s, const struct place *at, double *errors)
{
    size_t t = s->targets;
    double below = 0;
    double off = 0;
    memset(errors, 0, t * sizeof *errors);
    for (size_t i = 0; i < s->rank; i++) {
        double moved = move(s, at, i, &off);
        below += moved * moved;
        for (size_t j = 0; j < t; j++)
            errors[j] += moved * s->metric_d[i * t + j];
    }
    return below;
}

/* A row under one penalty. outside: what the fit without penalty leaves of it; it and rest
 * count as 0 where that fit goes through the row: then λ cancels and may be 0, too. Returns the
 * divisor of the errors. */
static double error_penalized(const struct lsq_spectrum *s, const struct place *at, double lambda,
                              bool through, const double *outside, double *errors)
{
    size_t t = s->targets;
    double below = through ? 0 : at->rest;
    for (size_t j = 0; j < t; j++)
        errors[j] = through ? 0 : outside[j];
    for (size_t i = 0; i < s->rank; i++) {
        double weight = through ? weight_through(s, lambda, i) : spectrum_share(s->s[i], lambda);
        below += weight * at->u[i] * at->u[i];
        for (size_t j = 0; j < t; j++)
            errors[j] += weight * at->u[i] * s->d[i * t + j];
    }
    return below;
}

struct lsq_left_out lsq_left_out(const struct lsq_spectrum *s, const double *row,
                                 const double *lambdas, size_t count, double *errors)
{
    size_t t = s->targets;
    struct place at = find_place(s, row);
    double *outside = at.u + s->rank;
    double least = lambdas[0];
    for (size_t k = 1; k < count; k++)
        least = fmin(least, lambdas[k]);
    bool spare = s->rank + s->intercept < s->rows;
    least /= s->weight;
    struct lsq_left_out known = spare ? doubt_of_one(s, &at, least)
                                      : (struct lsq_left_out){true, doubt_of_all(s, &at, least)};
    find_residual(s, row, at.u, 0, outside);
    for (size_t k = 0; k < count; k++) {
        double *e = errors + k * t;
        double below =
            known.through && s->metric != NULL
                ? error_through(s, &at, e)
                : error_penalized(s, &at, lambdas[k] / s->weight, known.through, outside, e);
        for (size_t j = 0; j < t; j++)
            e[j] /= below;
    }
    return known;
}

void lsq_left_out_anew(const struct lsq_spectrum *s, const double *row, const double *lambdas,
                       size_t count, double *errors)
{
    struct place at = find_place(s, row);
    for (size_t k = 0; k < count; k++)
        find_residual(s, row, at.u, lambdas[k] / s->weight, errors + k * s->targets);
}

/* Columns `first` on, `count` of them, of the targets and the identity behind them: their
 * residuals, n × count. rows: n × (given + count), scratch. */
static bool find_residuals(const double *data, size_t n, const struct lsq_spectrum *s, size_t first,
                           size_t count, double *rows, double *residuals)
{
    size_t p = s->given;
    size_t c = p + s->targets;
    struct lsq_options options = {
        .intercept = s->intercept, .single = s->single, .rcond = -1, .residuals = residuals};
    struct lsq_fit fit;
    for (size_t i = 0; i < n; i++) {
        double *row = rows + i * (p + count);
        memcpy(row, data + i * c, p * sizeof *row);
        for (size_t j = first; j < first + count; j++)
            row[p + j - first] = j < s->targets ? data[i * c + p + j] : j - s->targets == i;
    }
    residuals[0] = NAN;
    if (lsq_solve(rows, n, p, count, &options, &fit) != LSQ_OK)
        return false;
    lsq_fit_free(&fit);
    return !isnan(residuals[0]);
}

bool lsq_left_out_refined(const double *data, size_t n, const struct lsq_spectrum *s,
                          double *errors)
{
    enum { PRODUCTS = 1 << 22 }; /* a quarter of a second */
    static const double CONDITION = 1e3;
    size_t p = s->given;
    size_t t = s->targets;
    bool near = s->rank == p && s->s[0] > CONDITION * s->s[p - 1];
    if (!near || n > REFINE_MAX / p || n + t > PRODUCTS / n / p)
        return false;
    size_t most = REFINE_MAX / n / p;
    double *rows = malloc(n * (p + 2 * most) * sizeof *rows);
    double *residuals = rows + n * (p + most);
    bool found = rows != NULL;
    for (size_t count, first = 0; first < t + n && found; first += count) {
        count = most < t + n - first ? most : t + n - first;
        found = find_residuals(data, n, s, first, count, rows, residuals);
        for (size_t j = first; j < first + count && found; j++)
            for (size_t i = 0; i < n && j < t; i++)
                errors[i * t + j] = residuals[i * count + j - first];
        for (size_t i = first > t ? first - t : 0; i + t < first + count && found; i++)
            for (size_t j = 0; j < t; j++)
                errors[i * t + j] /= residuals[i * count + i + t - first];
    }
    free(rows);
    return found;
}
