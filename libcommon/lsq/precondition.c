#include "lsq/precondition.h"

#include "lsq/lapack.h"
#include "lsq/linear.h"
#include "lsq/room.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Condition of unit columns up to which Z = X D⁻¹, or X R⁻¹, is well enough. */
static const double DIAGONAL_MAX = 32;
static const double TRIANGLE_MAX = 1e8;

/* Beyond so many columns an estimate does: a little more or less makes no difference. */
enum { EXACT_MAX = 256 };

/* Column norms whose squares, and sums of many of them, neither overflow nor lose digits. */
static const double NORM_MIN = 1e-100, NORM_MAX = 1e100;

/* How much larger than before the mean square of a chunk's column may be. */
static const double UNLIKE = 16;

static enum lsq_status allocate(struct precondition *b)
{
    size_t q = b->unknowns;
    if (b->triangle == NULL)
        b->triangle = room_new(q * b->width + q * b->targets + 2 * q);
    if (b->triangle == NULL)
        return LSQ_NOMEM;
    b->solution = b->triangle + q * b->width;
    b->norm = b->solution + q * b->targets;
    b->limit = b->norm + q;
    return LSQ_OK;
}

void precondition_free(struct precondition *b)
{
    free(b->triangle);
    b->triangle = NULL;
}

/* x, of n, divided by its norm, which is returned. */
static double make_unit(double *x, size_t n)
{
    double norm = 0;
    linear_column_norms(x, n, 1, 1, &norm);
    for (size_t i = 0; i < n && norm > 0; i++)
        x[i] /= norm;
    return norm;
}

/* The condition of a triangle (q × q, C order) by the power method, on Rᵀ R and on its inverse:
 * seldom less than half of it. x: scratch of 2 q. */
static double estimate_condition(const double *r, size_t q, double *x)
{
    enum { STEPS = 6 };
    double largest = 0, inverse = 0; /* squared */
    for (size_t i = 0; i < q; i++)
        x[i] = 1 - 0.5 * (double)(i % 3);
    make_unit(x, q);
    for (int step = 0; step < STEPS; step++) {
        lapack_product(1, true, false, q, 1, q, r, q, x, q, 0, x + q, q);
        lapack_product(1, false, false, q, 1, q, r, q, x + q, q, 0, x, q);
        largest = make_unit(x, q);
    }
    for (int step = 0; step < STEPS; step++) {
        lapack_solve("LLN", q, 1, r, q, x, q);
        lapack_solve("LLT", q, 1, r, q, x, q);
        inverse = make_unit(x, q);
    }
    double condition = sqrt(largest) * sqrt(inverse);
    return isfinite(condition) ? condition : INFINITY;
}

/* The condition of R with its columns scaled to unit norm; infinite if one is zero. */
static enum lsq_status find_condition(const struct precondition *b, double *condition)
{
    size_t q = b->unknowns;
    double *scaled = malloc((q * q + 2 * q) * sizeof *scaled);
    if (scaled == NULL)
        return LSQ_NOMEM;
    double *sigma = scaled + q * q;
    linear_unit_columns(b->triangle, q, q, b->width, scaled, q, b->norm);
    enum lsq_status status = LSQ_OK;
    if (q > EXACT_MAX)
        *condition = estimate_condition(scaled, q, sigma);
    else if ((status = lapack_svd(q, q, scaled, sigma, NULL, NULL)) == LSQ_OK)
        *condition = sigma[q - 1] > 0 ? sigma[0] / sigma[q - 1] : INFINITY;
    free(scaled);
    return status;
}

static bool norms_are_moderate(const struct precondition *b)
{
    bool moderate = true;
    for (size_t j = 0; j < b->unknowns; j++)
        moderate = moderate && b->norm[j] >= NORM_MIN && b->norm[j] <= NORM_MAX;
    return moderate;
}

enum lsq_status precondition_set(struct precondition *b, const double *triangle, uint64_t rows)
{
    size_t q = b->unknowns;
    double condition = INFINITY;
    enum lsq_status status = allocate(b);
    if (status != LSQ_OK)
        return status;
    memcpy(b->triangle, triangle, q * b->width * sizeof *triangle);
    memset(b->solution, 0, q * b->targets * sizeof *b->solution);
    status = find_condition(b, &condition);
    b->way = condition <= DIAGONAL_MAX && norms_are_moderate(b) ? PRECONDITION_DIAGONAL
             : condition <= TRIANGLE_MAX                        ? PRECONDITION_TRIANGLE
                                                                : PRECONDITION_NONE;
    if (status != LSQ_OK || b->way == PRECONDITION_NONE)
        return status;
    for (size_t i = 0; i < q; i++) {
        memcpy(b->solution + i * b->targets, triangle + i * b->width + q,
               b->targets * sizeof *triangle);
        double norm = b->way == PRECONDITION_DIAGONAL ? b->norm[i] : 1;
        b->limit[i] = UNLIKE * norm * norm / (double)rows;
    }
    lapack_solve("RLN", b->targets, q, b->triangle, b->width, b->solution, b->targets);
    return LSQ_OK;
}

void precondition_apply(const struct precondition *b, double *rows, size_t count)
{
    size_t q = b->unknowns;
    if (b->targets == 1)
        lapack_add_vector(-1, q, count, rows, b->width, b->solution, 1, rows + q, b->width);
    else
        lapack_product(-1, false, false, b->targets, count, q, b->solution, b->targets, rows,
                       b->width, 1, rows + q, b->width);
    if (b->way != PRECONDITION_TRIANGLE)
        return;
    size_t split = b->split;
    lapack_solve("LLN", split, count, b->triangle, b->width, rows, b->width);
    lapack_solve("LLN", q - split, count, b->triangle + split * (b->width + 1), b->width,
                 rows + split, b->width);
}

void precondition_start(const struct precondition *b, double *triangle)
{
    size_t q = b->unknowns;
    memcpy(triangle, b->triangle, q * b->width * sizeof *triangle);
    for (size_t i = 0; i < q && b->way != PRECONDITION_NONE; i++) {
        double *row = triangle + i * b->width;
        for (size_t j = i; j < q; j++)
            row[j] = b->way == PRECONDITION_TRIANGLE ? (double)(i == j) : row[j] / b->norm[j];
        memset(row + q, 0, b->targets * sizeof *row);
    }
}

enum lsq_status precondition_undo(const struct precondition *b, double *triangle)
{
    size_t q = b->unknowns;
    if (b->way == PRECONDITION_NONE)
        return LSQ_OK;
    double *r = calloc(q * q, sizeof *r);
    if (r == NULL)
        return LSQ_NOMEM;
    if (b->way == PRECONDITION_TRIANGLE)
        lapack_product(1, false, false, q, q, q, b->triangle, b->width, triangle, b->width, 0, r,
                       q);
    for (size_t i = 0; i < q; i++)
        for (size_t j = i; j < q; j++)
            triangle[i * b->width + j] = b->way == PRECONDITION_TRIANGLE
                                             ? r[i * q + j]
                                             : triangle[i * b->width + j] * b->norm[j];
    lapack_product(1, false, false, b->targets, q, q, b->solution, b->targets, triangle, b->width,
                   1, triangle + q, b->width);
    free(r);
    return LSQ_OK;
}
