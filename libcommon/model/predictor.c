#include "model/predictor.h"

#include "base/mem.h"
#include "base/threads.h"
#include "math/finite.h"
#include "model/neighbours.h"

#include <stdlib.h>
#include <string.h>

/* So many products, 0.3 ms of them, are worth a thread's while, and so many rows of the model's
 * being read once more. */
enum { PART = 1 << 24, PART_ROWS = 128 };

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

/* Rows side by side: what predictor_run is called with. */
struct side {
    const struct predictor *p;
    const double *x;
    double *y;
    size_t x_stride, y_stride, rows;
    struct rolled_out *found;
    unsigned parts; /* that threads share */
};

/* What follows the given columns of each row of the i-th part, once. */
static void predict(void *data, unsigned i)
{
    const struct side *s = data;
    const struct model *m = s->p->model;
    size_t from = s->rows * i / s->parts, to = s->rows * (i + 1) / s->parts;
    double *factors = s->p->factors != NULL ? s->p->factors + from * m->rank : NULL;
    double *y = s->y + from * s->y_stride;
    model_predict(m, s->x + from * s->x_stride, s->x_stride, to - from, y, s->y_stride, factors);
    for (; from < to; from++, y += s->y_stride)
        if (!finite_all(y, m->targets))
            s->found[from].why = roll_out_overflow;
}

/* The parts of so many rows: one where they are no work for threads. */
static unsigned count_parts(const struct model *m, size_t rows)
{
    double of_row = m->coef != NULL ? (double)m->given * (double)m->targets
                                    : (double)m->rank * (double)(m->given + m->targets);
    double most = (double)rows * of_row / PART;
    size_t parts = most < (double)(rows / PART_ROWS) ? (size_t)most : rows / PART_ROWS;
    return parts > 1 ? (unsigned)parts : 1;
}

void predictor_run(struct predictor *p, double *x, size_t x_stride, double *y, size_t y_stride,
                   const struct str *names, size_t rows, struct rolled_out *found)
{
    struct side s = {p, x, y, x_stride, y_stride, rows, found, count_parts(p->model, rows)};
    memset(found, 0, rows * sizeof *found);
    size_t alone = p->near != NULL ? neighbours_begin(p->near, names, rows) : rows;
    if (alone < rows)
        found[alone].why = "all training rows have its name, expected rows of other names";
    else if (p->roll_out != NULL)
        roll_out_rows(p->roll_out, x, x_stride, rows, new_columns(p), p->options.clamp, found);
    else
        threads_share(s.parts, predict, &s);
    for (size_t i = 0; p->options.extend == 0 && i < rows; i++)
        found[i].outside = 0;
}
