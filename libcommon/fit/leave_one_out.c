#include "fit/leave_one_out.h"

#include "base/mem.h"
#include "base/msg.h"
#include "base/progress.h"
#include "fit/fit_check.h"
#include "lsq/left_out.h"
#include "stream/block.h"
#include "stream/row_reader.h"
#include "stream/row_writer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void leave_one_out_free(struct leave_one_out *loo)
{
    free(loo->lambdas);
    free(loo->mse);
    free(loo->squares);
    free(loo->r2);
    free(loo->refined);
    r2_free(&loo->total);
    refit_free(&loo->refit);
    memset(loo, 0, sizeof *loo);
}

static void add_squares(struct leave_one_out *loo, const double *errors, size_t n)
{
    for (size_t i = 0; i < n; i++)
        loo->squares[i] += errors[i] * errors[i];
}

static bool is_free(const struct leave_one_out *loo)
{
    return loo->count == 1 && loo->lambdas[0] == 0;
}

/* A row whose errors rounding may have changed by that much is for refit.h. */
static void add_row(struct leave_one_out *loo, const struct lsq_spectrum *s, uint64_t index,
                    const double *row, double *errors)
{
    static const double DOUBT = 1e-9;
    struct lsq_left_out known = lsq_left_out(s, row, loo->lambdas, loo->count, errors);
    r2_add(&loo->total, row + s->given, row + s->given);
    if (known.doubt > DOUBT && refit_take(&loo->refit, index, row, s))
        return;
    if (loo->refined != NULL)
        memcpy(errors, loo->refined + index * s->targets, s->targets * sizeof *errors);
    loo->doubtful += known.doubt > DOUBT;
    loo->deficient += known.through && is_free(loo);
    add_squares(loo, errors, loo->count * s->targets);
}

static void choose(struct leave_one_out *loo, const struct lsq_spectrum *s, const char *file)
{
    for (size_t k = 0; k < loo->count; k++) {
        for (size_t j = 0; j < s->targets; j++)
            loo->mse[k] += loo->squares[k * s->targets + j];
        loo->mse[k] /= (double)s->rows * (double)s->targets;
        fit_check(isfinite(loo->mse[k]) ? LSQ_OK : LSQ_OVERFLOW, file);
        if (loo->mse[k] < loo->mse[loo->best])
            loo->best = k;
    }
}

static void score(struct leave_one_out *loo, size_t targets)
{
    loo->r2 = mem_array(targets, sizeof *loo->r2);
    for (size_t j = 0; j < targets; j++) {
        double squares = loo->squares[loo->best * targets + j];
        double exact = squares == 0 ? 1 : 0;
        loo->r2[j] = r2_undefined(&loo->total, j) ? exact : 1 - squares / r2_total(&loo->total, j);
        loo->mean_r2 += loo->r2[j];
    }
    loo->mean_r2 /= (double)targets;
}

/* Squares that are no numbers any more, or lose digits, would choose any penalty. */
static void check_targets(const struct leave_one_out *loo, size_t targets, const char *file)
{
    static const double LEAST = 1e-280;
    for (size_t j = 0; j < targets; j++)
        if (!r2_undefined(&loo->total, j) && r2_total(&loo->total, j) < LEAST)
            die(file, "targets so close together that their squares vanish, expected them further "
                      "apart: leave-one-out errors are compared by their squares");
}

static void refine(struct leave_one_out *loo, const double *rows, const struct lsq_spectrum *s)
{
    loo->refined = mem_array(s->rows, s->targets * sizeof *loo->refined);
    if (lsq_left_out_refined(rows, s->rows, s, loo->refined))
        return;
    free(loo->refined);
    loo->refined = NULL;
}

void leave_one_out_run(struct leave_one_out *loo, struct stream *in, const struct lsq_spectrum *s,
                       const double *rows)
{
    size_t c = s->given + s->targets;
    double *row = mem_array(c, sizeof *row);
    double *errors = mem_array(loo->count, s->targets * sizeof *errors);
    struct block block;
    loo->mse = mem_zero(loo->count, sizeof *loo->mse);
    loo->squares = mem_zero(loo->count * s->targets, sizeof *loo->squares);
    if (!r2_init(&loo->total, s->targets))
        die(NULL, "out of memory");
    if (rows != NULL && is_free(loo))
        refine(loo, rows, s);
    stream_rewind(in);
    while (stream_next(in, &block)) {
        if (block.other)
            die(stream_name(in), "a partial fit, expected rows: leave-one-out errors need them");
        for (size_t i = 0; i < block.rows; i++) {
            row_reader_columns(in, &block, i, 0, c, row);
            add_row(loo, s, stream_row0(in) + i, row, errors);
        }
        progress_rows(stream_row0(in) + block.rows);
    }
    progress_end();
    check_targets(loo, s->targets, stream_name(in));
    refit_run(&loo->refit, in, s, loo->lambdas, loo->count);
    for (size_t i = 0; i < loo->refit.count; i++)
        add_squares(loo, refit_errors(&loo->refit, loo->refit.index[i], 0),
                    loo->count * s->targets);
    loo->deficient += loo->refit.deficient;
    choose(loo, s, stream_name(in));
    score(loo, s->targets);
    free(row);
    free(errors);
}

/* scratch: s->given + 2 * s->targets doubles. */
static void put_block(const struct leave_one_out *loo, struct stream *in, const struct block *block,
                      const struct lsq_spectrum *s, double *scratch, struct output *out)
{
    size_t c = s->given + s->targets;
    double *errors = scratch + c;
    struct block meta = *block;
    struct row_writer writer;
    meta.has_col0 = true;
    meta.col0 = stream_position(in, block, s->given);
    meta.last = stream_at_end(in);
    row_writer_begin(&writer, out, &meta, &array_double, s->targets);
    for (size_t i = 0; i < block->rows; i++) {
        row_reader_columns(in, block, i, 0, c, scratch);
        size_t index = stream_row0(in) + i;
        const double *known = refit_errors(&loo->refit, index, loo->best);
        if (known == NULL && loo->refined != NULL)
            known = loo->refined + index * s->targets;
        if (known == NULL)
            lsq_left_out(s, scratch, loo->lambdas + loo->best, 1, errors);
        for (size_t j = 0; j < s->targets; j++)
            errors[j] = scratch[s->given + j] - (known != NULL ? known : errors)[j];
        row_writer_put(&writer, errors, 1);
    }
}

void leave_one_out_put_left_out(const struct leave_one_out *loo, struct stream *in,
                                const struct lsq_spectrum *s, struct output *out)
{
    double *scratch = mem_array(s->given + 2 * s->targets, sizeof *scratch);
    struct block block;
    stream_rewind(in);
    while (stream_next(in, &block))
        put_block(loo, in, &block, s, scratch, out);
    free(scratch);
}
