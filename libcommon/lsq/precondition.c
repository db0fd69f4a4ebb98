#include "lsq/precondition.h"

#include "lsq/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Condition of unit columns up to which Z = X D⁻¹, or X R⁻¹, is well enough. */
static const double DIAGONAL_MAX = 32;
static const double TRIANGLE_MAX = 1e8;

/* Column norms whose squares, and sums of many of them, neither overflow nor lose digits. */
static const double NORM_MIN = 1e-100, NORM_MAX = 1e100;

/* How much larger than before the mean square of a chunk's column may be. */
static const double UNLIKE = 16;

enum lsq_status lane_householder(const struct lane_shape *s, double *rows, size_t count,
                                 double *rss)
{
    double *tau = malloc(s->unknowns * sizeof *tau);
    if (tau == NULL)
        return LSQ_NOMEM;
    enum lsq_status status = lsq_factor(rows, count, s->unknowns, s->targets, tau);
    free(tau);
    for (size_t i = s->unknowns; i < count; i++)
        for (size_t j = 0; j < s->targets; j++) {
            double left = rows[i * s->width + s->unknowns + j];
            rss[j] += left * left;
        }
    for (size_t i = 1; i < s->unknowns; i++)
        memset(rows + i * s->width, 0, i * sizeof *rows);
    return status;
}

static enum lsq_status basis_memory(struct lane_basis *b, const struct lane_shape *s)
{
    if (b->triangle != NULL)
        return LSQ_OK;
    b->triangle = malloc(s->unknowns * s->width * sizeof *b->triangle);
    b->norm = malloc(s->unknowns * sizeof *b->norm);
    b->limit = malloc(s->unknowns * sizeof *b->limit);
    b->solution = malloc(s->unknowns * s->targets * sizeof *b->solution);
    return b->triangle && b->norm && b->limit && b->solution ? LSQ_OK : LSQ_NOMEM;
}

void lane_basis_free(struct lane_basis *b)
{
    free(b->triangle);
    free(b->norm);
    free(b->limit);
    free(b->solution);
    memset(b, 0, sizeof *b);
}

/* The condition of R with its columns scaled to unit norm; infinite if one is zero. */
static enum lsq_status find_condition(struct lane_basis *b, const struct lane_shape *s,
                                      double *condition)
{
    size_t q = s->unknowns;
    double *scaled = malloc(q * q * sizeof *scaled);
    double *sigma = malloc(q * sizeof *sigma);
    enum lsq_status status = LSQ_NOMEM;
    if (scaled != NULL && sigma != NULL) {
        lsq_column_norms(b->triangle, q, q, s->width, b->norm);
        for (size_t i = 0; i < q; i++)
            for (size_t j = 0; j < q; j++)
                scaled[i * q + j] = b->norm[j] > 0 ? b->triangle[i * s->width + j] / b->norm[j] : 0;
        status = lsq_from_lapack(lapack_svd(q, scaled, sigma, NULL, NULL));
        *condition = sigma[q - 1] > 0 ? sigma[0] / sigma[q - 1] : INFINITY;
    }
    free(scaled);
    free(sigma);
    return status;
}

static bool norms_are_moderate(const struct lane_basis *b, const struct lane_shape *s)
{
    bool moderate = true;
    for (size_t j = 0; j < s->unknowns; j++)
        moderate = moderate && b->norm[j] >= NORM_MIN && b->norm[j] <= NORM_MAX;
    return moderate;
}

enum lsq_status lane_basis_set(struct lane_basis *b, const struct lane_shape *s,
                               const double *triangle, uint64_t rows)
{
    double condition = INFINITY;
    enum lsq_status status = basis_memory(b, s);
    if (status != LSQ_OK)
        return status;
    memcpy(b->triangle, triangle, s->unknowns * s->width * sizeof *triangle);
    status = find_condition(b, s, &condition);
    b->way = condition <= DIAGONAL_MAX && norms_are_moderate(b, s) ? LANE_DIAGONAL
             : condition <= TRIANGLE_MAX                           ? LANE_TRIANGLE
                                                                   : LANE_HOUSEHOLDER;
    memset(b->solution, 0, s->unknowns * s->targets * sizeof *b->solution);
    if (status != LSQ_OK || b->way == LANE_HOUSEHOLDER)
        return status;
    for (size_t i = 0; i < s->unknowns; i++) {
        memcpy(b->solution + i * s->targets, triangle + i * s->width + s->unknowns,
               s->targets * sizeof *triangle);
        double norm = b->way == LANE_DIAGONAL ? b->norm[i] : 1;
        b->limit[i] = UNLIKE * norm * norm / (double)rows;
    }
    lapack_solve_right_lower(false, s->targets, s->unknowns, b->triangle, s->width, b->solution,
                             s->targets);
    return LSQ_OK;
}

void lane_basis_apply(const struct lane_shape *s, const struct lane_basis *b, double *rows,
                      size_t count)
{
    if (s->targets == 1)
        lapack_add_product_vector(-1, s->unknowns, count, rows, s->width, b->solution, 1,
                                  rows + s->unknowns, s->width);
    else
        lapack_add_product(-1, false, false, s->targets, count, s->unknowns, b->solution,
                           s->targets, rows, s->width, rows + s->unknowns, s->width);
    if (b->way == LANE_TRIANGLE)
        lapack_solve_left_lower(false, s->unknowns, count, b->triangle, s->width, rows, s->width);
}

void lane_basis_start(const struct lane_shape *s, const struct lane_basis *b, double *triangle)
{
    size_t q = s->unknowns;
    memcpy(triangle, b->triangle, q * s->width * sizeof *triangle);
    if (b->way == LANE_HOUSEHOLDER)
        return;
    for (size_t i = 0; i < q; i++) {
        for (size_t j = i; j < q; j++)
            triangle[i * s->width + j] = b->way == LANE_TRIANGLE
                                             ? (double)(i == j)
                                             : b->triangle[i * s->width + j] / b->norm[j];
        memset(triangle + i * s->width + q, 0, s->targets * sizeof *triangle);
    }
}

enum lsq_status lane_basis_undo(const struct lane_shape *s, const struct lane_basis *b,
                                double *triangle)
{
    size_t q = s->unknowns;
    if (b->way == LANE_HOUSEHOLDER)
        return LSQ_OK;
    double *r = calloc(q * q, sizeof *r);
    if (r == NULL)
        return LSQ_NOMEM;
    if (b->way == LANE_TRIANGLE)
        lapack_multiply(false, false, q, q, q, b->triangle, s->width, triangle, s->width, r, q);
    for (size_t i = 0; i < q; i++)
        for (size_t j = i; j < q; j++)
            triangle[i * s->width + j] =
                b->way == LANE_TRIANGLE ? r[i * q + j] : triangle[i * s->width + j] * b->norm[j];
    lapack_add_product(1, false, false, s->targets, q, q, b->solution, s->targets, triangle,
                       s->width, triangle + q, s->width);
    free(r);
    return LSQ_OK;
}
