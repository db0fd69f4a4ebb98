#include "fit/answer.h"

#include "base/mem.h"
#include "base/msg.h"
#include "fit/fit_check.h"
#include "fit/leave_one_out.h"
#include "lsq/reducer.h"
#include "lsq/ridge.h"
#include "lsq/solve.h"
#include "lsq/spectrum.h"
#include "model/model_write.h"
#include "model/partial.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The rank, where the solution is not unique. */
static void remark(struct answer *f, const struct lsq_fit *fit, struct str name)
{
    size_t rows = fit->rows - (f->lsq.intercept ? 1 : 0);
    size_t most = rows < fit->given ? rows : fit->given;
    const char *centred = f->lsq.intercept ? " (less 1 for the intercept)" : "";
    char text[256];
    const char *whose = name.n > 0 ? msg_text(name.p, name.n, text, sizeof text) : NULL;
    if ((fit->rank == most && rows >= fit->given) || f->remarks++ > 0)
        return;
    if (fit->rank < most)
        warn(whose,
             "rank deficient: rank %zu of %zu row%s%s and %zu given column%s: "
             "the solution is that of minimum norm",
             fit->rank, fit->rows, msg_plural(fit->rows), centred, fit->given,
             msg_plural(fit->given));
    else
        warn(whose,
             "fewer rows than given columns: %zu row%s%s, %zu columns, rank %zu: "
             "the solution is that of minimum norm",
             fit->rows, msg_plural(fit->rows), centred, fit->given, fit->rank);
}

void answer_end(const struct answer *f)
{
    if (f->remarks > 1)
        warn(NULL, "minimum-norm solution%s for %zu more name%s", msg_plural(f->remarks - 1),
             f->remarks - 1, msg_plural(f->remarks - 1));
}

/* Least squares: of the rows as they came where they are still there, else reduced. */
static void solve(const struct answer *f, struct training *input, const char *file,
                  struct lsq_fit *fit)
{
    size_t count;
    double *rows = lsq_reducer_rows(input->reducer, &count);
    if (rows != NULL) {
        struct lsq_options options = f->lsq;
        options.single = lsq_reducer_is_single(input->reducer);
        fit_check(lsq_solve(rows, count, input->given, input->targets, &options, fit), file);
        return;
    }
    struct lsq_reduced reduced;
    fit_check(lsq_reducer_finish(input->reducer, &reduced), file);
    fit_check(lsq_solve_reduced(&reduced, &f->lsq, fit), file);
    lsq_reduced_free(&reduced);
}

/* 21 penalties from the largest singular value squared down to a 10¹⁰th of it. */
static void make_grid(const struct answer *f, struct leave_one_out *loo,
                      const struct lsq_spectrum *s, const char *file)
{
    enum { STEPS = 21 };
    loo->count = f->grid != NULL ? f->grid_count : STEPS;
    loo->lambdas = mem_array(loo->count, sizeof *loo->lambdas);
    double top = s->rank > 0 ? f->weight * s->s[0] * s->s[0] : 1;
    for (size_t k = 0; k < loo->count; k++) {
        loo->lambdas[k] = f->grid != NULL ? f->grid[k] : top * pow(10, -0.5 * (double)k);
        fit_check(isfinite(loo->lambdas[k]) && loo->lambdas[k] > 0 ? LSQ_OK : LSQ_OVERFLOW, file);
    }
}

/* The penalty in units: asked for in such, or in mean squares of the singular values. */
static double penalty(const struct answer *f, const struct lsq_spectrum *s, const char *file)
{
    if (!f->ridge_relative)
        return f->ridge;
    double lambda = f->ridge * f->weight * lsq_spectrum_mean_square(s);
    fit_check(isfinite(lambda) ? LSQ_OK : LSQ_OVERFLOW, file);
    return lambda;
}

static void leave_out(const struct answer *f, struct stream *in, const struct lsq_spectrum *s,
                      const double *rows, struct leave_one_out *loo)
{
    const char *file = stream_name(in);
    if (s->rows < 2)
        die(file, "one row, expected at least 2: leave-one-out errors need a row to fit");
    if (f->ridge_auto) {
        make_grid(f, loo, s, file);
    } else {
        loo->count = 1;
        loo->lambdas = mem_array(1, sizeof *loo->lambdas);
        loo->lambdas[0] = penalty(f, s, file);
    }
    leave_one_out_run(loo, in, s, rows);
    if (f->left_out != NULL)
        leave_one_out_put_left_out(loo, in, s, f->left_out);
}

/* The rows as they came, to outlast the reducer; NULL where they are gone. */
static double *copy_rows(struct training *input)
{
    size_t count;
    const double *rows = lsq_reducer_rows(input->reducer, &count);
    size_t bytes = count * (input->given + input->targets) * sizeof *rows;
    return rows != NULL ? memcpy(mem_array(bytes, 1), rows, bytes) : NULL;
}

/* Ridge regression, leave-one-out errors or both, from one decomposition of the rows, reduced; rows
 * are as they came, or NULL. Returns the penalty. */
static double solve_spectrum(const struct answer *f, struct lsq_reduced *reduced,
                             const double *rows, struct stream *in, struct lsq_fit *fit,
                             struct leave_one_out *loo)
{
    const char *file = stream_name(in);
    bool ridged = f->ridge_auto || f->ridge > 0;
    struct lsq_spectrum spectrum;

    bool tall = reduced->count - reduced->intercept >= reduced->given;
    fit_check(lsq_spectrum_make(reduced, tall && !ridged, &spectrum), file);
    spectrum.weight = f->weight;
    if (ridged && spectrum.unit_rank > spectrum.rank)
        warn(NULL,
             "rank %zu, but %zu with columns of unit norm: lengths of columns so different that "
             "singular values are treated as zero, expected scaled columns",
             spectrum.rank, spectrum.unit_rank);

    if (f->loo || f->ridge_auto)
        leave_out(f, in, &spectrum, rows, loo);
    double lambda = loo->count > 0 ? loo->lambdas[loo->best] : penalty(f, &spectrum, file);
    fit_check(ridged ? lsq_spectrum_fit(&spectrum, lambda, fit)
                     : lsq_solve_reduced(reduced, &f->lsq, fit),
              file);
    lsq_spectrum_free(&spectrum);
    return lambda;
}

/* The same, or ridge regression alone, in the quickest way that is sure of the rank. */
static double solve_ridge(const struct answer *f, struct training *input, struct stream *in,
                          struct lsq_fit *fit, struct leave_one_out *loo)
{
    struct lsq_reduced reduced;
    bool done = false;
    double lambda = f->ridge / (f->ridge_relative ? 1 : f->weight);
    double *rows = f->loo && f->ridge == 0 && !f->ridge_auto ? copy_rows(input) : NULL;
    fit_check(lsq_reducer_finish(input->reducer, &reduced), stream_name(in));
    if (!f->loo && !f->ridge_auto)
        fit_check(lsq_ridge(&reduced, &f->lsq, f->ridge_relative, &lambda, fit, &done),
                  stream_name(in));
    lambda = done ? lambda * f->weight : solve_spectrum(f, &reduced, rows, in, fit, loo);
    lsq_reduced_free(&reduced);
    free(rows);
    return lambda;
}

/* The penalty and the leave-one-out score, in one line; another for each kind of row that needs
 * one. */
static void remark_loo(const struct answer *f, const struct leave_one_out *loo,
                       const struct lsq_fit *fit)
{
    bool tall = fit->rows - f->lsq.intercept >= fit->given;
    if (f->ridge_auto)
        inform("ridge %.6g, the best of %zu: leave-one-out R^2 %.6g, mean square error %.6g",
               loo->lambdas[loo->best], loo->count, loo->mean_r2, loo->mse[loo->best]);
    else
        inform("leave-one-out R^2 %.6g, mean square error %.6g", loo->mean_r2, loo->mse[loo->best]);
    if (loo->deficient > 0 && tall)
        warn(NULL,
             "leave-one-out: %" PRIu64
             " row%s needed to determine some coefficient; leaving %s out "
             "gives the minimum-norm solution",
             loo->deficient, loo->deficient == 1 ? " is" : "s are each",
             loo->deficient == 1 ? "it" : "one");
    if (loo->doubtful > 0)
        warn(NULL,
             "leave-one-out: %" PRIu64 " more row%s far from the others: digits of the prediction "
             "may be lost",
             loo->doubtful, msg_plural(loo->doubtful));
}

static void put_model(struct answer *f, struct output *out, struct training *input,
                      struct stream *in, bool last)
{
    struct lsq_fit fit;
    struct leave_one_out loo;
    struct model_notes notes = {.intercept = f->lsq.intercept,
                                .range = input->range,
                                .name = input->name,
                                .shards = f->shards,
                                .last = last};
    memset(&loo, 0, sizeof loo);
    if (f->loo || f->ridge_auto || f->ridge > 0)
        notes.ridge = solve_ridge(f, input, in, &fit, &loo);
    else
        solve(f, input, stream_name(in), &fit);
    if (f->weight != 1)
        fit_check(lsq_fit_weigh(&fit, f->weight), stream_name(in));
    if (f->dense)
        fit_check(lsq_fit_make_dense(&fit), stream_name(in));
    if (loo.count > 0) {
        notes.loo_r2 = loo.r2;
        remark_loo(f, &loo, &fit);
    }
    if (f->ridge_auto) {
        notes.grid = loo.lambdas;
        notes.grid_count = loo.count;
        notes.loo_mse = loo.mse;
    }
    if (notes.ridge == 0)
        remark(f, &fit, input->name);
    model_put(out, &fit, &notes, &input->meta.block);
    lsq_fit_free(&fit);
    leave_one_out_free(&loo);
}

static void put_partial(const struct answer *f, struct output *out, struct training *input,
                        const char *file, bool last)
{
    struct lsq_reduced reduced;
    fit_check(lsq_reducer_finish(input->reducer, &reduced), file);
    if (f->weight != 1)
        fit_check(lsq_reduced_weigh(&reduced, f->weight), file);
    struct partial_notes notes = {input->range, input->name, last, f->shards};
    partial_put(out, &reduced, &notes, &input->meta.block);
    lsq_reduced_free(&reduced);
}

void answer_put(struct answer *f, struct output *out, struct training *input, struct stream *in,
                bool last)
{
    if (f->partial)
        put_partial(f, out, input, stream_name(in), last);
    else
        put_model(f, out, input, in, last);
    f->shards = NULL;
}
