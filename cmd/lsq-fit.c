/* lsq-fit: a matrix in, a linear model out that gives the last columns of a row from
 * the first. */
#include "fit_input.h"
#include "lsq.h"
#include "lsq_reduce.h"
#include "lsq_spectrum.h"
#include "loo.h"
#include "mem.h"
#include "model_write.h"
#include "msg.h"
#include "num.h"
#include "opt.h"
#include "output.h"
#include "partial.h"
#include "stream.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "Usage: lsq-fit -g GIVEN [OPTION]... [FILE]...\n"
    "Fit the last columns of matrix streams (stdin, or each FILE) to the first by least\n"
    "squares, all at once, and write the model; of many solutions that of minimum norm.\n"
    "\n"
    "  -g, --given=GIVEN   the first columns are given: how many (12), a fraction of all\n"
    "                      columns (0.25) or a per cent (25%); the others are targets\n"
    "  -w, --weight=F      each row read counts F times, F above 0 (default: 1)\n"
    "      --no-intercept  fit through the origin\n"
    "      --rcond=R       singular values up to R times the largest count as zero, R from\n"
    "                      0 to below 1 (default: judged with columns of unit norm)\n"
    "      --ridge=LAMBDA  penalty on the squares of the coefficients, none on the intercept,\n"
    "                      above 0; auto: the one of the least leave-one-out error\n"
    "      --grid=LIST     what auto tries, separated by commas (default: 21 values from the\n"
    "                      largest singular value squared down by 10 decades)\n"
    "      --loo           say how well each row is predicted by a fit of the others\n"
    "      --left-out=F    the same, and write to F what the fit of the others predicts of it\n"
    "      --partial       write the rows reduced, not a model: lsq-fit reads such partial\n"
    "                      fits like rows and fits all rows behind them\n"
    "      --threads=N     threads for long inputs (default: OMP_NUM_THREADS, or one a\n"
    "                      processor); results differ by rounding only\n"
    "      --dense         write coefficients even where two thin factors are smaller\n"
    "  -q, --quiet         no warnings\n"
    "  -h, --help          this text\n"
    "  -V, --version       the version\n";

struct options {
    const char *given_text; /* as typed */
    struct num_pos given;
    bool dense, partial, loo, ridge_auto;
    const char *left_out; /* a file; NULL: none */
    double ridge;         /* 0: none */
    double *grid;         /* of ridge_auto; NULL: the default one */
    size_t grid_count;
    unsigned threads;
    double weight; /* of all rows alike */
    struct lsq_options lsq;
};

enum { THREADS_MAX = 256 };

/* OMP_NUM_THREADS rules, as for other programs of the kind; else a thread a processor. */
static unsigned default_threads(void)
{
    const char *text = getenv("OMP_NUM_THREADS");
    uint64_t n;
    if (text != NULL && num_parse_uint(text, THREADS_MAX, &n) && n > 0)
        return (unsigned)n;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors < 1 ? 1 : processors > 64 ? 64 : (unsigned)processors;
}

static void parse_ridge(struct options *o, const char *arg)
{
    o->ridge_auto = strcmp(arg, "auto") == 0;
    o->ridge = 0;
    if (!o->ridge_auto && (!num_parse_double(arg, &o->ridge) || o->ridge <= 0))
        die_usage("--ridge: '%s', expected auto or a number above 0", arg);
}

static void parse_grid(struct options *o, const char *arg)
{
    o->grid_count = 0;
    for (const char *p = arg; p != NULL;) {
        char text[64];
        size_t n = strcspn(p, ",");
        o->grid = mem_grow(o->grid, o->grid_count + 1, sizeof *o->grid);
        snprintf(text, sizeof text, "%.*s", n < sizeof text ? (int)n : 0, p);
        if (!num_parse_double(text, &o->grid[o->grid_count]) || o->grid[o->grid_count] <= 0)
            die_usage("--grid: '%s', expected numbers above 0, separated by commas", arg);
        o->grid_count++;
        p = p[n] == ',' ? p + n + 1 : NULL;
    }
}

static struct options parse(int argc, char **argv)
{
    enum { NO_INTERCEPT = OPT_LONG, RCOND, DENSE, PARTIAL, THREADS, RIDGE, GRID, LOO, LEFT_OUT };
    static const struct option longs[] = {{"given", required_argument, NULL, 'g'},
                                          {"weight", required_argument, NULL, 'w'},
                                          {"no-intercept", no_argument, NULL, NO_INTERCEPT},
                                          {"rcond", required_argument, NULL, RCOND},
                                          {"dense", no_argument, NULL, DENSE},
                                          {"partial", no_argument, NULL, PARTIAL},
                                          {"threads", required_argument, NULL, THREADS},
                                          {"ridge", required_argument, NULL, RIDGE},
                                          {"grid", required_argument, NULL, GRID},
                                          {"loo", no_argument, NULL, LOO},
                                          {"left-out", required_argument, NULL, LEFT_OUT},
                                          OPT_COMMON};
    struct options o = {.threads = default_threads(), .weight = 1, .lsq = {true, -1}};
    int c;
    while ((c = opt_next(argc, argv, "g:w:", longs, usage)) != -1) {
        if (c == 'g') {
            o.given_text = optarg;
            if (!num_parse_pos(optarg, &o.given))
                die_usage("--given: '%s', expected a number of columns, a fraction or a per cent",
                          optarg);
        } else if (c == 'w') {
            if (!num_parse_double(optarg, &o.weight) || o.weight <= 0)
                die_usage("--weight: '%s', expected a number above 0", optarg);
        } else if (c == NO_INTERCEPT) {
            o.lsq.intercept = false;
        } else if (c == DENSE) {
            o.dense = true;
        } else if (c == PARTIAL) {
            o.partial = true;
        } else if (c == LOO) {
            o.loo = true;
        } else if (c == LEFT_OUT) {
            o.loo = true;
            o.left_out = optarg;
            if (optarg[0] == '\0' || strcmp(optarg, "-") == 0)
                die_usage("--left-out: '%s', expected a file: standard output has the model",
                          optarg);
        } else if (c == RIDGE) {
            parse_ridge(&o, optarg);
        } else if (c == GRID) {
            parse_grid(&o, optarg);
        } else if (c == THREADS) {
            o.threads = (unsigned)opt_uint("--threads", optarg, THREADS_MAX);
        } else if (!num_parse_double(optarg, &o.lsq.rcond) || o.lsq.rcond < 0 || o.lsq.rcond >= 1) {
            die_usage("--rcond: '%s', expected a number from 0 to below 1", optarg);
        }
    }
    if (o.grid != NULL && !o.ridge_auto)
        die_usage("--grid without --ridge=auto, which it is for");
    if (o.partial && (o.loo || o.ridge_auto || o.ridge > 0 || o.dense || o.lsq.rcond >= 0))
        die_usage("--partial with --ridge, --loo, --left-out, --dense or --rcond, which belong to "
                  "the fit of all parts");
    if (o.lsq.rcond >= 0 && (o.loo || o.ridge_auto || o.ridge > 0))
        die_usage(
            "--rcond with --ridge, --loo or --left-out, which count no singular value as zero");
    if (o.threads == 0)
        o.threads = default_threads();
    return o;
}

/* What a user of the model should know, in one line. */
static void remark(const struct lsq_fit *fit, const struct options *o)
{
    size_t rows = fit->rows - (o->lsq.intercept ? 1 : 0);
    size_t most = rows < fit->given ? rows : fit->given;
    const char *centred = o->lsq.intercept ? " (less 1 for the intercept)" : "";
    if (fit->rank < most)
        warn(NULL,
             "rank deficient: rank %zu of %zu rows%s and %zu given columns: "
             "the solution is that of minimum norm",
             fit->rank, fit->rows, centred, fit->given);
    else if (rows < fit->given)
        warn(NULL,
             "fewer rows than given columns: %zu rows%s, %zu columns, rank %zu: "
             "the solution is that of minimum norm",
             fit->rows, centred, fit->given, fit->rank);
}

static void check(enum lsq_status status, const char *name)
{
    if (status != LSQ_OK)
        die(name, "%s", lsq_why(status));
}

/* Least squares: of the rows as they came where they are still there, else reduced. */
static void solve(struct fit_input *input, const struct options *o, const char *name,
                  struct lsq_fit *fit)
{
    size_t count;
    double *rows = lsq_reducer_rows(input->reducer, &count);
    if (rows != NULL) {
        check(lsq_solve(rows, count, input->given, input->targets, &o->lsq, fit), name);
        return;
    }
    struct lsq_reduced reduced;
    check(lsq_reducer_finish(input->reducer, &reduced), name);
    check(lsq_solve_reduced(&reduced, &o->lsq, fit), name);
    lsq_reduced_free(&reduced);
}

/* 21 penalties from the largest singular value squared down to a 10¹⁰th of it. */
static void make_grid(struct loo *loo, const struct options *o, const struct lsq_spectrum *s)
{
    enum { STEPS = 21 };
    loo->count = o->grid != NULL ? o->grid_count : STEPS;
    loo->lambdas = mem_array(loo->count, sizeof *loo->lambdas);
    double top = s->rank > 0 ? o->weight * s->s[0] * s->s[0] : 1;
    for (size_t k = 0; k < loo->count; k++)
        loo->lambdas[k] = o->grid != NULL ? o->grid[k] : top * pow(10, -0.5 * (double)k);
}

/* Ridge regression, or leave-one-out errors, or both: from the spectrum. */
static void solve_spectrum(struct fit_input *input, const struct options *o, struct stream *in,
                           struct output *left_out, struct lsq_fit *fit, struct loo *loo,
                           double *ridge)
{
    const char *name = stream_name(in);
    bool ridged = o->ridge_auto || o->ridge > 0;
    struct lsq_reduced reduced;
    struct lsq_spectrum spectrum;
    check(lsq_reducer_finish(input->reducer, &reduced), name);
    bool tall = reduced.count - reduced.intercept >= reduced.given;
    check(lsq_spectrum_make(&reduced, tall && !ridged, &spectrum), name);
    spectrum.weight = o->weight;
    *ridge = o->ridge;
    if (o->loo || o->ridge_auto) {
        if (reduced.rows < 2)
            die(name, "one row, expected at least 2: leave-one-out errors need a row to fit");
        if (o->ridge_auto) {
            make_grid(loo, o, &spectrum);
        } else {
            loo->count = 1;
            loo->lambdas = mem_array(1, sizeof *loo->lambdas);
            loo->lambdas[0] = o->ridge;
        }
        loo_run(loo, in, &spectrum);
        if (left_out != NULL)
            loo_put_left_out(loo, in, &spectrum, left_out);
        *ridge = loo->lambdas[loo->best];
    }
    check(ridged ? lsq_spectrum_fit(&spectrum, *ridge, fit)
                 : lsq_solve_reduced(&reduced, &o->lsq, fit),
          name);
    lsq_spectrum_free(&spectrum);
    lsq_reduced_free(&reduced);
}

/* The penalty and the leave-one-out score, in one line. */
static void remark_loo(const struct loo *loo, const struct options *o, size_t targets)
{
    char score[NUM_REPR_SIZE];
    snprintf(score, sizeof score, "%.6g", loo_r2_mean(loo, targets));
    if (o->ridge_auto)
        warn(NULL, "ridge %.6g, the best of %zu: leave-one-out R^2 %s, mean square error %.6g",
             loo->lambdas[loo->best], loo->count, score, loo->mse[loo->best]);
    else
        warn(NULL, "leave-one-out R^2 %s, mean square error %.6g", score, loo->mse[loo->best]);
}

static void put_model(struct output *out, struct output *left_out, struct fit_input *input,
                      const struct options *o, struct stream *in)
{
    struct lsq_fit fit;
    struct loo loo;
    struct model_notes notes = {
        .intercept = o->lsq.intercept, .range = input->range, .chosen = o->ridge_auto};
    memset(&loo, 0, sizeof loo);
    if (o->loo || o->ridge_auto || o->ridge > 0)
        solve_spectrum(input, o, in, left_out, &fit, &loo, &notes.ridge);
    else
        solve(input, o, stream_name(in), &fit);
    if (o->weight != 1)
        check(lsq_weigh(&fit, o->weight), stream_name(in));
    if (o->dense)
        check(lsq_make_dense(&fit), stream_name(in));
    if (loo.count > 0) {
        notes.loo = &loo;
        remark_loo(&loo, o, fit.targets);
    }
    if (notes.ridge == 0)
        remark(&fit, o);
    model_put(out, &fit, &notes, &input->meta.block);
    lsq_free(&fit);
    loo_free(&loo);
}

static void put_partial(struct output *out, struct fit_input *input, double weight,
                        const char *name)
{
    struct lsq_reduced reduced;
    check(lsq_reducer_finish(input->reducer, &reduced), name);
    if (weight != 1)
        check(lsq_reduced_weigh(&reduced, weight), name);
    partial_put(out, &reduced, &input->range, &input->meta.block);
    lsq_reduced_free(&reduced);
}

int main(int argc, char **argv)
{
    msg_init(argv[0]);
    mem_expect_much();
    struct options o = parse(argc, argv);
    struct output *out = output_stdout();
    struct stream *in = stream_open(argv + optind, argc - optind);

    if (o.left_out != NULL && output_is_stdout(o.left_out))
        die(o.left_out, "the file that standard output goes to, expected another for --left-out");

    struct fit_input input = {.given_text = o.given_text,
                              .position = o.given,
                              .intercept = o.lsq.intercept,
                              .threads = o.threads};
    if (o.loo || o.ridge_auto)
        stream_keep(in);
    fit_input_read(&input, in);

    struct output *left_out = o.left_out != NULL ? output_file(o.left_out) : NULL;
    if (o.partial)
        put_partial(out, &input, o.weight, stream_name(in));
    else
        put_model(out, left_out, &input, &o, in);

    fit_input_free(&input);
    free(o.grid);
    stream_close(in);
    /* Neither shows up where the other fails. */
    if (left_out != NULL)
        output_finish(left_out);
    output_close(out);
    if (left_out != NULL)
        output_close(left_out);
    return EXIT_SUCCESS;
}
