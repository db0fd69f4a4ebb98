/* lsq-fit: a matrix in, a linear model out that gives the last columns of a row from
 * the first. */
#include "fit/training.h"
#include "fit/training_by_name.h"
#include "fit/answer.h"
#include "lsq/lapack.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "base/options.h"
#include "base/output.h"
#include "stream/stream.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "Usage: lsq-fit [-g GIVEN] [OPTION]... [FILE]...\n"
    "Fit the last columns of matrix streams (stdin, or each FILE) to the first by\n"
    "least squares, all at once, and write the model; of many solutions, that of\n"
    "minimum norm.\n"
    "\n"
    "  -g, --given=GIVEN   the first columns are given: how many (12), a fraction of\n"
    "                      all columns (0.25) or a percentage (25%); the others are\n"
    "                      targets; needed unless partial fits, which know it, come\n"
    "                      first\n"
    "  -w, --weight=F      each row read counts F times, F above 0 (default: 1)\n"
    "      --no-intercept  fit through the origin\n"
    "      --rcond=R       singular values up to R times the largest count as zero,\n"
    "                      R from 0 to below 1 (default: judged with columns of unit\n"
    "                      norm)\n"
    "      --ridge=LAMBDA  penalty on the squares of the coefficients, none on the\n"
    "                      intercept, above 0, or a percentage (1%) of the mean of\n"
    "                      the squared singular values; auto: the one with the least\n"
    "                      leave-one-out error\n"
    "      --grid=LIST     what auto tries, separated by commas (default: 21 values\n"
    "                      from the largest singular value squared down by 10\n"
    "                      decades)\n"
    "      --loo           print how well each row is predicted by a fit of the\n"
    "                      others\n"
    "      --left-out=F    the same, and write to F what the fit of the others\n"
    "                      predicts\n"
    "      --partial       write the rows reduced, not a model: lsq-fit reads such\n"
    "                      partial fits like rows, and fits all the rows that they\n"
    "                      were made from\n"
    "      --by-name       a fit for each name: of rows, up to an @ and a number (as\n"
    "                      frames of pad-chop are named), and of partial fits\n"
    "      --others        with --by-name: for each name, the fit of all others\n"
    "      --threads=N     threads for long inputs (default: OMP_NUM_THREADS, or one\n"
    "                      per processor); results differ by rounding only\n"
    "      --dense         write coefficients even where two thin factors are\n"
    "                      smaller\n"
    "  -o, --output=FILE   write to FILE, in place only when it is whole\n"
    "  -q, --quiet         no warnings\n"
    "  -h, --help          this text\n"
    "  -V, --version       the version\n";

struct options {
    const char *given_text; /* as typed */
    struct num_pos given;
    bool partial, by_name, others;
    const char *left_out; /* a file; NULL: none */
    unsigned threads;
    struct answer fitting;
};

enum { THREADS_MAX = 256 };

/* OMP_NUM_THREADS rules, as for other programs of the kind, which may be a list, a number for
 * each level of threads within threads; else a thread a processor. */
static unsigned default_threads(void)
{
    const char *list = getenv("OMP_NUM_THREADS");
    if (list != NULL) {
        char *text = mem_string(list);
        uint64_t n;
        text[strcspn(text, ",")] = '\0';
        bool number = num_parse_uint(text, INT_MAX, &n) && n > 0;
        free(text);
        if (number)
            return n < THREADS_MAX ? (unsigned)n : THREADS_MAX;
    }
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return processors < 1 ? 1 : processors > 64 ? 64 : (unsigned)processors;
}

static void parse_ridge(struct answer *f, const char *arg)
{
    f->ridge_auto = strcmp(arg, "auto") == 0;
    f->ridge_relative = false;
    f->ridge = 0;
    if (f->ridge_auto)
        return;
    char *text = mem_string(arg);
    char *percent = strchr(text, '%');
    f->ridge_relative = percent != NULL && percent[1] == '\0';
    if (f->ridge_relative)
        *percent = '\0';
    bool number = num_parse_double(text, &f->ridge);
    if (f->ridge_relative)
        f->ridge /= 100;
    if (!number || f->ridge <= 0)
        die_usage("--ridge: '%s', expected auto, or a number above 0, or a percentage", arg);
    free(text);
}

static void parse_grid(struct answer *o, const char *arg)
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

static void parse_left_out(struct options *o, const char *arg)
{
    o->fitting.loo = true;
    o->left_out = arg;
    if (arg[0] == '\0' || strcmp(arg, "-") == 0)
        die_usage("--left-out: '%s', expected a file: standard output has the model", arg);
}

/* What the options that were given do not go together in. */
static void check_together(const struct options *o)
{
    const struct answer *f = &o->fitting;
    bool ridged = f->ridge_auto || f->ridge > 0;
    if (f->grid != NULL && !f->ridge_auto)
        die_usage("--grid without --ridge=auto, which it is for");
    if (o->partial && (f->loo || ridged || f->dense || f->lsq.rcond >= 0))
        die_usage("--partial with --ridge, --loo, --left-out, --dense or --rcond, which belong to "
                  "the fit of all parts");
    if (f->lsq.rcond >= 0 && (f->loo || ridged))
        die_usage("--rcond with --ridge, --loo or --left-out, which judge the rank by themselves");
    if (o->others && !o->by_name)
        die_usage("--others without --by-name, which it is for");
    if (o->by_name && (f->loo || f->ridge_auto))
        die_usage("--by-name with --loo, --left-out or --ridge=auto, which are about all rows");
}

enum {
    NO_INTERCEPT = OPT_LONG,
    RCOND,
    DENSE,
    PARTIAL,
    THREADS,
    RIDGE,
    GRID,
    LOO,
    LEFT_OUT,
    BY_NAME,
    OTHERS
};

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
                                      {"by-name", no_argument, NULL, BY_NAME},
                                      {"others", no_argument, NULL, OTHERS},
                                      OPT_COMMON};

/* An option without argument: what it sets to true. */
static bool *flag_of(struct options *o, int c)
{
    return c == DENSE     ? &o->fitting.dense
           : c == LOO     ? &o->fitting.loo
           : c == PARTIAL ? &o->partial
           : c == BY_NAME ? &o->by_name
                          : &o->others;
}

static void take_option(struct options *o, int c, const char *arg)
{
    struct answer *f = &o->fitting;
    if (c == 'g') {
        o->given_text = arg;
        if (!num_parse_pos(arg, &o->given))
            die_usage("--given: '%s', expected a number of columns, a fraction or a percentage",
                      arg);
    } else if (c == 'w') {
        if (!num_parse_double(arg, &f->weight) || f->weight <= 0)
            die_usage("--weight: '%s', expected a number above 0", arg);
    } else if (c == RCOND) {
        if (!num_parse_double(arg, &f->lsq.rcond) || f->lsq.rcond < 0 || f->lsq.rcond >= 1)
            die_usage("--rcond: '%s', expected a number from 0 to below 1", arg);
    } else if (c == LEFT_OUT) {
        parse_left_out(o, arg);
    } else if (c == RIDGE) {
        parse_ridge(f, arg);
    } else if (c == GRID) {
        parse_grid(f, arg);
    } else if (c == THREADS) {
        o->threads = (unsigned)opt_uint("--threads", arg, THREADS_MAX);
    } else if (c == NO_INTERCEPT) {
        f->lsq.intercept = false;
    } else {
        *flag_of(o, c) = true;
    }
}

static struct options parse(int argc, char **argv)
{
    struct options o = {.fitting = {.weight = 1, .lsq = {true, -1}}};
    int c;
    while ((c = opt_next(argc, argv, "g:w:", longs, usage)) != -1)
        take_option(&o, c, optarg);
    check_together(&o);
    if (o.threads == 0)
        o.threads = default_threads();
    return o;
}

/* A fit for each name; standard output gets one message after the other. */
static void put_by_name(struct options *o, struct output *out, const struct training *settings,
                        struct stream *in)
{
    struct training_by_name names = {.list = NULL};
    training_by_name_read(&names, settings, in);
    if (o->others)
        training_by_name_to_others(&names, stream_name(in));
    for (size_t i = 0; i < names.count; i++) {
        struct named_training *own = names.list[i];
        bool last = i + 1 == names.count;
        if (o->partial)
            answer_put_partial(&o->fitting, out, &own->input, in, own->name, last);
        else
            answer_put_model(&o->fitting, out, &own->input, in, own->name, last);
    }
    training_by_name_free(&names);
}

static void put_one(struct options *o, struct output *out, struct training *input,
                    struct stream *in)
{
    static const struct str no_name = {"", 0};
    if (o->fitting.loo || o->fitting.ridge_auto)
        stream_keep(in);
    training_read(input, in);
    if (o->left_out != NULL)
        o->fitting.left_out = output_file(o->left_out);
    if (o->partial)
        answer_put_partial(&o->fitting, out, input, in, no_name, true);
    else
        answer_put_model(&o->fitting, out, input, in, no_name, true);
    training_free(input);
}

int main(int argc, char **argv)
{
    msg_init(argv[0]);
    mem_expect_much();
    struct options o = parse(argc, argv);
    struct output *out = output_open(opt_output());
    struct stream *in = stream_open(argv + optind, argc - optind);

    if (lapack_threads(1) == 0)
        die(NULL, "out of memory: 128 MiB of addresses asked for, which the BLAS needs");
    if (o.left_out != NULL && output_is_stdout(o.left_out))
        die(o.left_out, "the file that standard output goes to, expected another for --left-out");

    struct training input = {.given_text = o.given_text,
                             .position = o.given,
                             .intercept = o.fitting.lsq.intercept,
                             .threads = o.by_name ? 1 : o.threads};
    if (o.by_name)
        put_by_name(&o, out, &input, in);
    else
        put_one(&o, out, &input, in);
    answer_end(&o.fitting);

    free(o.fitting.grid);
    stream_close(in);
    /* Neither shows up where the other fails, unless the system refuses the rename in the end. */
    if (o.fitting.left_out != NULL)
        output_finish(o.fitting.left_out);
    output_close(out);
    if (o.fitting.left_out != NULL)
        output_close(o.fitting.left_out);
    return EXIT_SUCCESS;
}
