/* lsq-fit: a matrix in, a linear model out that gives the last columns of a row from
 * the first; or a local one, which keeps the rows. */
#include "base/input.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "base/options.h"
#include "base/output.h"
#include "base/threads.h"
#include "base/utf8.h"
#include "fit/answer.h"
#include "fit/local_training.h"
#include "fit/roll_call.h"
#include "fit/training.h"
#include "lsq/lapack.h"
#include "stream/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    struct num_pos given;
    bool by_name, others, no_intercept, both_ways;
    const char *left_out, *output; /* files; NULL: none, standard output */
    uint64_t threads;
    struct answer fitting;
    uint64_t nearest;  /* 0: no local model */
    const char *shard; /* NULL: the files */
    struct roll_call roll;
    double bandwidth, gain;
};

static void take_positive(const struct options_row *row, const char *arg, void *to)
{
    double *value = to;
    if (!num_parse_double(arg, value) || *value <= 0)
        options_refuse(row, arg, "a number above 0");
}

static void take_gain(const struct options_row *row, const char *arg, void *to)
{
    double *gain = to;
    if (!num_parse_double(arg, gain) || *gain < 0)
        options_refuse(row, arg, "a number from 0");
}

static void take_rcond(const struct options_row *row, const char *arg, void *to)
{
    double *rcond = to;
    if (!num_parse_double(arg, rcond) || *rcond < 0 || *rcond >= 1)
        options_refuse(row, arg, "a number from 0 to below 1");
}

static void take_ridge(const struct options_row *row, const char *arg, void *to)
{
    struct answer *f = to;
    size_t n = strlen(arg);
    f->ridge_auto = strcmp(arg, "auto") == 0;
    f->ridge_relative = n > 0 && arg[n - 1] == '%';
    if (f->ridge_auto)
        return;
    bool number = num_read_double((struct str){arg, n - f->ridge_relative}, &f->ridge);
    f->ridge /= f->ridge_relative ? 100 : 1;
    if (!number || f->ridge <= 0)
        options_refuse(row, arg, "auto, or a number above 0, or a percentage");
}

static void take_shard(const struct options_row *row, const char *arg, void *to)
{
    if (arg[0] == '\0' || !utf8_valid(arg, strlen(arg)))
        options_refuse(row, arg, "a name in UTF-8");
    *(const char **)to = arg;
}

static void take_grid(const struct options_row *row, const char *arg, void *to)
{
    struct answer *f = to;
    struct str item;
    for (const char *list = arg; str_next_item(&list, &item); f->grid_count++) {
        f->grid = mem_grow(f->grid, f->grid_count + 1, sizeof *f->grid);
        if (!num_read_double(item, &f->grid[f->grid_count]) || f->grid[f->grid_count] <= 0)
            options_refuse(row, arg, "numbers above 0, separated by commas");
    }
}

static const struct options_row options[] = {
    {'g', "given", "GIVEN", options_position, offsetof(struct options, given),
     .help =
         "the first columns are given: how many (12), a fraction of all columns (0.25) or a "
         "percentage (25%); the others are targets; required unless a partial fit, which records "
         "it, comes first"},
    {'w', "weight", "F", take_positive, offsetof(struct options, fitting.weight),
     .help = "count each row F times, F above 0 (default 1)"},
    {0, "no-intercept", NULL, options_flag, offsetof(struct options, no_intercept),
     .help = "fit through the origin (default: with intercepts)"},
    {0, "both-ways", NULL, options_flag, offsetof(struct options, both_ways),
     .excludes = "loo,left-out,ridge=auto",
     .help = "count each row also with its columns in reverse order, as for an autoregression read "
             "forwards and backwards"},
    {0, "rcond", "R", take_rcond, offsetof(struct options, fitting.lsq.rcond),
     .excludes = "ridge,loo,left-out",
     .help = "treat singular values up to R times the largest as zero, R from 0 to below 1 "
             "(default: judge columns scaled to unit norm)"},
    {0, "ridge", "LAMBDA", take_ridge, offsetof(struct options, fitting), .words = "auto",
     .help = "ridge regression: penalty on the squared coefficients, not on the intercept: a "
             "number above 0, or a percentage (1%) of the mean squared singular value, or auto: "
             "the one with the smallest leave-one-out error (default: no penalty; 3% if there "
             "is --nearest)"},
    {0, "grid", "LIST", take_grid, offsetof(struct options, fitting), .needs = "ridge=auto",
     .help = "the penalties that auto tries, separated by commas (default: 21 values from the "
             "largest singular value squared down by 10 decades)"},
    {0, "loo", NULL, options_flag, offsetof(struct options, fitting.loo),
     .help = "print how well a fit of all other rows predicts each row"},
    {0, "left-out", "F", options_file, offsetof(struct options, left_out),
     .help = "the same, and write these predictions to F, whole or not at all"},
    {0, "singular", NULL, options_flag, offsetof(struct options, fitting.lsq.singular),
     .excludes = "partial",
     .help = "note singular values in the model also where they take long: of more than 256 rows "
             "and given columns"},
    {0, "partial", NULL, options_flag, offsetof(struct options, fitting.partial),
     .excludes = "ridge,loo,left-out,dense,rcond",
     .help = "write a partial fit, not a model: the reduced rows, which lsq-fit reads like rows, "
             "to fit all rows that went into them"},
    {0, "shard", "NAME", take_shard, offsetof(struct options, shard), .needs = "partial",
     .help = "note rows as those of shard NAME (default: of the FILE that they come from)"},
    {0, "expect", "LIST", options_input, offsetof(struct options, roll.expected),
     .help = "fit only if the shards read are those that the file LIST has, one a line: its name, "
             "or name, rows and digest, as stream-show --shards prints them"},
    {0, "allow-duplicates", NULL, options_flag, offsetof(struct options, roll.duplicates),
     .help = "fit shards that are there twice, whose rows count twice"},
    {0, "by-name", NULL, options_flag, offsetof(struct options, by_name),
     .excludes = "loo,left-out,ridge=auto",
     .help = "one fit for each name of rows and partial fits; @ and digits at the end of a row's "
             "name, as of frames of pad-chop, are ignored"},
    {0, "others", NULL, options_flag, offsetof(struct options, others), .needs = "by-name",
     .help = "with --by-name: for each name, fit the rows of all other names"},
    {0, "nearest", "K", options_uint, offsetof(struct options, nearest), .min = 1,
     .max = UINT32_MAX,
     .excludes = "partial,expect,allow-duplicates,by-name,others,loo,left-out,dense,rcond,singular,"
                 "both-ways,ridge=auto",
     .help = "write a local model: the rows themselves, of which lsq-predict fits the K nearest to "
             "each row that it predicts"},
    {0, "bandwidth", "H", take_positive, offsetof(struct options, bandwidth), .needs = "nearest",
     .help = "with --nearest: rows at distance D, from 0 to 1, count exp(-D/H) times (default "
             "0.1)"},
    {0, "gain", "MAX", take_gain, offsetof(struct options, gain), .needs = "nearest",
     .help = "with --nearest: rows are made louder or softer, -MAX to MAX times, to come near; 0: "
             "they are taken as they are (default 2)"},
    {0, "threads", "N", options_uint, offsetof(struct options, threads), .max = THREADS_MAX,
     .help = "threads for long inputs, 0 to 256 (default, and 0: OMP_NUM_THREADS, or one per "
             "processor); results differ by rounding only"},
    {0, "dense", NULL, options_flag, offsetof(struct options, fitting.dense),
     .help = "write the coefficients even where two thin factors of them are smaller"},
    OPTIONS_OUTPUT,
    OPTIONS_COMMON};

static const struct options_table table = {
    "[-g GIVEN] [OPTION]... [FILE]...",
    "Fit a linear model that predicts the last columns of matrix streams (stdin, or each FILE) "
    "from the first, by least squares. If there are many solutions, write that of minimum norm.",
    options};

static void write_local(const struct options *o, struct stream *in, struct output *out)
{
    const struct answer *f = &o->fitting;
    struct nearest_settings settings = {(size_t)o->nearest, o->bandwidth, o->gain, f->ridge,
                                        f->ridge_relative};
    if (f->ridge <= 0) {
        settings.ridge = 0.03;
        settings.ridge_relative = true;
    }
    struct local_notes notes = {.settings = settings, .weight = f->weight};
    local_training_run(in, out, &o->given, notes);
}

static void write_fits(struct options *o, struct stream *in, struct output *out)
{
    if (lapack_threads(1) == 0)
        die(NULL, "out of memory: 128 MiB of addresses asked for, which the BLAS needs");

    struct training_set set = {.by_name = o->by_name,
                               .digest = o->fitting.partial || o->roll.expected != NULL,
                               .shard = o->shard,
                               .settings = {.position = o->given,
                                            .intercept = o->fitting.lsq.intercept,
                                            .both_ways = o->both_ways,
                                            .threads = o->by_name       ? 1
                                                       : o->threads > 0 ? (unsigned)o->threads
                                                                        : threads_default()}};
    o->fitting.lsq.threads = set.settings.threads;
    if (o->fitting.loo || o->fitting.ridge_auto)
        stream_keep(in);
    training_set_read(&set, in);
    if (set.digest || set.merged)
        roll_call(&o->roll, &set.shards, o->fitting.weight);
    o->fitting.shards = o->fitting.partial || set.merged ? &set.shards : NULL;
    if (o->others)
        training_set_to_others(&set, stream_name(in));

    for (size_t i = 0; i < set.count; i++)
        answer_put(&o->fitting, out, set.list[i], in, i + 1 == set.count);
    answer_end(&o->fitting);
    training_set_free(&set);
}

int main(int argc, char **argv)
{
    msg_init(argv[0]);
    mem_expect_much();
    struct options o = {.fitting = {.weight = 1, .lsq.rcond = -1}, .bandwidth = 0.1, .gain = 2};
    char **files = options_parse(&table, &argc, argv, &o);
    o.fitting.lsq.intercept = !o.no_intercept;
    o.fitting.loo |= o.left_out != NULL;
    input_note_all(files, argc, 1);
    if (o.roll.expected != NULL)
        input_note(o.roll.expected);
    struct output *out = output_open(o.output);
    if (o.left_out != NULL)
        o.fitting.left_out = output_file(o.left_out);
    struct stream *in = stream_open(files, argc);

    if (o.nearest > 0)
        write_local(&o, in, out);
    else
        write_fits(&o, in, out);

    free(o.fitting.grid);
    stream_close(in);
    output_close_both(out, o.fitting.left_out);
    return EXIT_SUCCESS;
}
