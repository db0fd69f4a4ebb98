#include "model/roll_out.h"

#include "base/mem.h"
#include "math/product.h"

#include <stdlib.h>
#include <string.h>

const char roll_out_overflow[] =
    "values so large that the prediction overflows, expected smaller ones";

/* One row a target, and of factors one a singular vector, so that each prediction is a plain
 * product of two vectors. */
struct roll_out {
    const struct model *model;
    struct neighbours *near; /* of a local model, which has none of these: */
    double *values;  /* coefficients, targets × given; or the first factor, rank × given */
    double *loading; /* the second one, targets × rank; NULL where there are coefficients */
    double *middle;  /* ROLL_OUT_ROWS × rank: the rows' coordinates */
};

/* to = a (rows × cols) as cols × rows. Returns the end of to. */
static double *transpose(const double *a, size_t rows, size_t cols, double *to)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            to[j * rows + i] = a[i * cols + j];
    return to + rows * cols;
}

/* As many doubles as the model's arrays and some `rank` more: no product of theirs overflows. */
static size_t doubles(const struct model *m)
{
    return m->coef != NULL ? m->given * m->targets
                           : m->rank * (m->given + m->targets + ROLL_OUT_ROWS);
}

struct roll_out *roll_out_new(const struct model *m, struct neighbours *near)
{
    struct roll_out *e = mem_zero(1, sizeof *e);
    e->model = m;
    e->near = near;
    if (near != NULL)
        return e;
    double *values = e->values = mem_array(doubles(m), sizeof *values);
    if (m->coef != NULL) {
        transpose(m->coef, m->given, m->targets, values);
        return e;
    }
    e->loading = transpose(m->basis, m->given, m->rank, values);
    e->middle = transpose(m->loadings, m->rank, m->targets, e->loading);
    return e;
}

void roll_out_free(struct roll_out *e)
{
    if (e == NULL)
        return;
    free(e->values);
    free(e);
}

size_t roll_out_size(const struct roll_out *e, size_t count)
{
    size_t t = e->model->targets;
    return e->model->given + (count + t - 1) / t * t;
}

/* The targets that follow the given columns of each row. */
static void predict(const struct roll_out *e, double *x, size_t stride, size_t rows)
{
    const struct model *m = e->model;
    double *y = x + m->given;
    if (e->loading == NULL)
        product_dots(x, stride, rows, e->values, m->given, m->targets, y, stride);
    else {
        product_dots(x, stride, rows, e->values, m->given, m->rank, e->middle, m->rank);
        product_dots(e->middle, m->rank, rows, e->loading, m->rank, m->targets, y, stride);
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < m->targets; j++)
            y[i * stride + j] += m->intercept[j];
}

/* Looks at new columns i to end, of which the row is to keep those below count. */
static void look(const struct range *range, double *y, size_t i, size_t end, size_t count,
                 bool clamp, struct rolled_out *found)
{
    for (; i < end && i < count; i++) {
        if (!(y[i] * 0 == 0))
            found->why = roll_out_overflow;
        if (!range->known || (y[i] >= range->low && y[i] <= range->high))
            continue;
        if (found->outside++ == 0)
            found->first = i;
        if (clamp)
            y[i] = y[i] < range->low ? range->low : range->high;
    }
}

/* One step of each row; false if one of them has no answer. */
static bool predict_rows(const struct roll_out *e, double *x, size_t stride, size_t rows,
                         struct rolled_out *found)
{
    size_t done = rows;
    if (e->near != NULL)
        done = neighbours_predict(e->near, x, stride, rows);
    else
        predict(e, x, stride, rows);
    if (done < rows)
        found[done].why = "the rows nearest to it depend on each other, expected a larger --ridge";
    return done == rows;
}

void roll_out_rows(const struct roll_out *e, double *x, size_t stride, size_t rows, size_t count,
                   bool clamp, struct rolled_out *found)
{
    size_t t = e->model->targets;
    memset(found, 0, rows * sizeof *found);
    for (size_t i = 0; i < count; i += t) {
        if (!predict_rows(e, x + i, stride, rows, found))
            return;
        for (size_t r = 0; r < rows; r++) {
            look(&e->model->range, x + r * stride + e->model->given, i, i + t, count, clamp,
                 &found[r]);
            if (found[r].why != NULL)
                return;
        }
    }
}
