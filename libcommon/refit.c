#include "refit.h"

#include "block.h"
#include "fit_check.h"
#include "lsq_reduce.h"
#include "mem.h"
#include "msg.h"
#include "range.h"
#include "table.h"

#include <stdlib.h>
#include <string.h>

void refit_free(struct refit *refit)
{
    free(refit->rows);
    free(refit->errors);
    memset(refit, 0, sizeof *refit);
}

bool refit_take(struct refit *refit, uint64_t index, const double *row, size_t columns)
{
    if (refit->count == REFIT_MAX)
        return false;
    if (refit->rows == NULL)
        refit->rows = mem_array(REFIT_MAX, columns * sizeof *row);
    refit->columns = columns;
    refit->index[refit->count] = index;
    memcpy(refit->rows + refit->count++ * columns, row, columns * sizeof *row);
    return true;
}

const double *refit_errors(const struct refit *refit, uint64_t index)
{
    for (size_t i = 0; i < refit->count; i++)
        if (refit->index[i] == index)
            return refit->errors + i * refit->targets;
    return NULL;
}

static struct lsq_reducer *new_reducer(const struct lsq_spectrum *s)
{
    struct lsq_reducer *reducer = lsq_reducer_new(s->given, s->targets, s->intercept, 1);
    if (reducer == NULL)
        die(NULL, "out of memory");
    return reducer;
}

static void add(struct lsq_reducer *reducer, const double *row, const struct stream *in)
{
    struct range range = range_none();
    size_t added;
    fit_check(lsq_reducer_add(reducer, row, 1, &range, &added), stream_name(in));
}

/* All rows but those noted, reduced. */
static void reduce_others(const struct refit *refit, struct stream *in,
                          const struct lsq_spectrum *s, struct lsq_reduced *others)
{
    struct lsq_reducer *reducer = new_reducer(s);
    double *row = mem_array(refit->columns, sizeof *row);
    struct block block;
    uint64_t index = 0;
    size_t next = 0;
    stream_rewind(in);
    while (stream_next(in, &block))
        for (size_t i = 0; i < block.rows; i++, index++) {
            if (next < refit->count && refit->index[next] == index) {
                next++;
                continue;
            }
            table_row(in, &block, i, refit->columns, row);
            add(reducer, row, in);
        }
    fit_check(lsq_reducer_finish(reducer, others), stream_name(in));
    lsq_reducer_free(reducer);
    free(row);
}

/* errors = the targets of a row less what the fit makes of its given columns. */
static void miss(const struct lsq_fit *fit, const double *row, double *errors)
{
    size_t t = fit->targets;
    for (size_t j = 0; j < t; j++)
        errors[j] = row[fit->given + j] - fit->intercept[j];
    for (size_t k = 0; k < fit->given; k++)
        for (size_t j = 0; j < t; j++)
            errors[j] -= row[k] * fit->coef[k * t + j];
}

/* Leaves out the one row noted of that number. */
static void leave_out(struct refit *refit, size_t out, const struct lsq_reduced *others,
                      const struct stream *in, const struct lsq_spectrum *s)
{
    struct lsq_reducer *reducer = new_reducer(s);
    struct lsq_options options = {s->intercept, -1};
    struct lsq_reduced reduced;
    struct lsq_fit fit;
    fit_check(lsq_reducer_merge(reducer, others), stream_name(in));
    for (size_t i = 0; i < refit->count; i++)
        if (i != out)
            add(reducer, refit->rows + i * refit->columns, in);
    fit_check(lsq_reducer_finish(reducer, &reduced), stream_name(in));
    fit_check(lsq_solve_reduced(&reduced, &options, &fit), stream_name(in));
    fit_check(lsq_make_dense(&fit), stream_name(in));
    miss(&fit, refit->rows + out * refit->columns, refit->errors + out * s->targets);
    refit->deficient += fit.rank < s->rank;
    lsq_free(&fit);
    lsq_reduced_free(&reduced);
    lsq_reducer_free(reducer);
}

void refit_run(struct refit *refit, struct stream *in, const struct lsq_spectrum *s)
{
    struct lsq_reduced others;
    if (refit->count == 0)
        return;
    refit->targets = s->targets;
    refit->errors = mem_array(refit->count, s->targets * sizeof *refit->errors);
    reduce_others(refit, in, s, &others);
    for (size_t i = 0; i < refit->count; i++)
        leave_out(refit, i, &others, in, s);
    lsq_reduced_free(&others);
}
