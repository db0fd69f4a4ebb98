#include "fit/refit.h"

#include "base/mem.h"
#include "base/msg.h"
#include "fit/fit_check.h"
#include "lsq/left_out.h"
#include "lsq/reducer.h"
#include "lsq/solve.h"
#include "math/range.h"
#include "stream/block.h"
#include "stream/row_reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void refit_free(struct refit *refit)
{
    free(refit->index);
    free(refit->rows);
    free(refit->errors);
    memset(refit, 0, sizeof *refit);
}

/* A fit takes some 20 p³ products. */
static size_t most_rows(size_t given)
{
    enum { ALWAYS = 64 };
    double most = 1e10 / pow((double)given, 3);
    return most < ALWAYS ? ALWAYS : most < 1e6 ? (size_t)most : (size_t)1e6;
}

bool refit_take(struct refit *refit, uint64_t index, const double *row,
                const struct lsq_spectrum *s)
{
    if (refit->count == most_rows(s->given))
        return false;
    refit->columns = s->given + s->targets;
    refit->targets = s->targets;
    refit->index = mem_room(refit->index, refit->count, sizeof *refit->index);
    refit->rows = mem_room(refit->rows, refit->count, refit->columns * sizeof *row);
    refit->index[refit->count] = index;
    memcpy(refit->rows + refit->count++ * refit->columns, row, refit->columns * sizeof *row);
    return true;
}

static int compare(const void *a, const void *b)
{
    const uint64_t *x = a;
    const uint64_t *y = b;
    return (*x > *y) - (*x < *y);
}

const double *refit_errors(const struct refit *refit, uint64_t index, size_t lambda)
{
    const uint64_t *found = refit->count == 0 ? NULL
                                              : bsearch(&index, refit->index, refit->count,
                                                        sizeof *refit->index, compare);
    if (found == NULL)
        return NULL;
    size_t at = (size_t)(found - refit->index) * refit->lambdas + lambda;
    return refit->errors + at * refit->targets;
}

static struct lsq_reducer *new_reducer(const struct lsq_spectrum *s)
{
    struct lsq_reducer *reducer = lsq_reducer_new(s->given, s->targets, s->intercept, 1);
    if (reducer == NULL)
        die(NULL, "out of memory");
    return reducer;
}

static void add(struct lsq_reducer *reducer, const double *row, struct stream *in)
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
            row_reader_columns(in, &block, i, 0, refit->columns, row);
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

/* The row that is left out of `others` (destroyed), without penalty. */
static void miss_free(struct refit *refit, struct lsq_reduced *others, const double *row,
                      double *errors, const char *file, const struct lsq_spectrum *s)
{
    struct lsq_options options = {.intercept = s->intercept, .rcond = -1};
    struct lsq_fit fit;
    fit_check(lsq_solve_reduced(others, &options, &fit), file);
    fit_check(lsq_fit_make_dense(&fit), file);
    miss(&fit, row, errors);
    refit->deficient += fit.rank < s->rank;
    lsq_fit_free(&fit);
}

/* The same under penalties. */
static void miss_penalized(const struct lsq_reduced *others, const double *row,
                           const double *lambdas, size_t count, double *errors, const char *file,
                           const struct lsq_spectrum *s)
{
    struct lsq_spectrum spectrum;
    fit_check(lsq_spectrum_make(others, false, &spectrum), file);
    spectrum.weight = s->weight;
    lsq_left_out_anew(&spectrum, row, lambdas, count, errors);
    lsq_spectrum_free(&spectrum);
}

/* All rows but the one noted of that number, from those not noted. */
static void reduce_all_but(const struct refit *refit, size_t out, const struct lsq_reduced *others,
                           struct stream *in, const struct lsq_spectrum *s,
                           struct lsq_reduced *reduced)
{
    struct lsq_reducer *reducer = new_reducer(s);
    fit_check(lsq_reducer_merge(reducer, others), stream_name(in));
    for (size_t i = 0; i < refit->count; i++)
        if (i != out)
            add(reducer, refit->rows + i * refit->columns, in);
    fit_check(lsq_reducer_finish(reducer, reduced), stream_name(in));
    lsq_reducer_free(reducer);
}

void refit_run(struct refit *refit, struct stream *in, const struct lsq_spectrum *s,
               const double *lambdas, size_t count)
{
    struct lsq_reduced others, reduced;
    if (refit->count == 0)
        return;
    refit->lambdas = count;
    refit->errors = mem_array(refit->count * count, s->targets * sizeof *refit->errors);
    reduce_others(refit, in, s, &others);
    for (size_t i = 0; i < refit->count; i++) {
        const double *row = refit->rows + i * refit->columns;
        double *errors = refit->errors + i * count * s->targets;
        reduce_all_but(refit, i, &others, in, s, &reduced);
        if (lambdas[0] == 0)
            miss_free(refit, &reduced, row, errors, stream_name(in), s);
        else
            miss_penalized(&reduced, row, lambdas, count, errors, stream_name(in), s);
        lsq_reduced_free(&reduced);
    }
    lsq_reduced_free(&others);
}
