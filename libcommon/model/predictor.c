#include "model/predictor.h"

#include "base/mem.h"
#include "math/finite.h"
#include "model/neighbours.h"

#include <stdlib.h>
#include <string.h>

/* Of a model of coefficients, which is read once for so many rows, of so many factors. */
enum { SIDE_BY_SIDE = 512, FACTORS = 1 << 20 };

struct predictor {
    const struct model *model;
    struct predictor_options options;
    struct neighbours *near;   /* of a local model */
    struct roll_out *roll_out; /* of that, and with extend */
    double *factors;           /* of others in factors: most × rank, room to work in */
};

struct predictor *predictor_new(const struct model *model, const struct predictor_options *options)
{
    struct predictor *p = mem_zero(1, sizeof *p);
    struct local *own = options->own != NULL ? options->own : model->local;
    p->model = model;
    p->options = *options;
    if (model->local != NULL)
        p->near = neighbours_new(model->local, options->others ? NULL : own, model->given);
    if (options->extend > 0 || p->near != NULL)
        p->roll_out = roll_out_new(model, p->near);
    else if (model->coef == NULL)
        p->factors = mem_array(predictor_most(p), model->rank * sizeof *p->factors);
    return p;
}

void predictor_free(struct predictor *p)
{
    if (p == NULL)
        return;
    neighbours_free(p->near);
    roll_out_free(p->roll_out);
    free(p->factors);
    free(p);
}

static size_t new_columns(const struct predictor *p)
{
    return p->options.extend > 0 ? p->options.extend : p->model->targets;
}

size_t predictor_size(const struct predictor *p)
{
    return p->roll_out != NULL ? roll_out_size(p->roll_out, new_columns(p))
                               : p->model->given + p->model->targets;
}

size_t predictor_most(const struct predictor *p)
{
    size_t fitting = 1 + FACTORS / (1 + p->model->rank);
    if (p->near != NULL)
        return neighbours_most(p->near);
    if (p->roll_out != NULL)
        return ROLL_OUT_ROWS;
    return fitting < SIDE_BY_SIDE ? fitting : SIDE_BY_SIDE;
}

bool predictor_in_place(const struct predictor *p)
{
    return p->roll_out != NULL;
}

/* What follows the given columns of each row, once. */
static void predict(const struct predictor *p, const double *x, size_t x_stride, double *y,
                    size_t y_stride, size_t rows, struct rolled_out *found)
{
    model_predict(p->model, x, x_stride, rows, y, y_stride, p->factors);
    for (size_t i = 0; i < rows; i++)
        if (!finite_all(y + i * y_stride, p->model->targets))
            found[i].why = roll_out_overflow;
}

void predictor_run(struct predictor *p, double *x, size_t x_stride, double *y, size_t y_stride,
                   const struct str *names, size_t rows, struct rolled_out *found)
{
    memset(found, 0, rows * sizeof *found);
    size_t alone = p->near != NULL ? neighbours_begin(p->near, names, rows) : rows;
    if (alone < rows)
        found[alone].why = "all training rows have its name, expected rows of other names";
    else if (p->roll_out != NULL)
        roll_out_rows(p->roll_out, x, x_stride, rows, new_columns(p), p->options.clamp, found);
    else
        predict(p, x, x_stride, y, y_stride, rows, found);
    for (size_t i = 0; p->options.extend == 0 && i < rows; i++)
        found[i].outside = 0;
}
