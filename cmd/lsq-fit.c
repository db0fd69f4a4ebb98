/* lsq-fit: a matrix in, a linear model out that gives the last columns of a row from
 * the first. */
#include "fit_input.h"
#include "lsq.h"
#include "lsq_reduce.h"
#include "mem.h"
#include "model.h"
#include "msg.h"
#include "num.h"
#include "opt.h"
#include "output.h"
#include "partial.h"
#include "stream.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

static const char usage[] =
    "Usage: lsq-fit -g GIVEN [OPTION]... [FILE]...\n"
    "Fit the last columns of matrix streams (stdin, or each FILE) to the first by least\n"
    "squares, all at once, and write the model; of many solutions that of minimum norm.\n"
    "\n"
    "  -g, --given=GIVEN   the first columns are given: how many (12), a fraction of all\n"
    "                      columns (0.25) or a per cent (25%); the others are targets\n"
    "      --no-intercept  fit through the origin\n"
    "      --rcond=R       singular values up to R times the largest count as zero, R from\n"
    "                      0 to below 1 (default: judged with columns of unit norm)\n"
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
    bool dense, partial;
    unsigned threads;
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

static struct options parse(int argc, char **argv)
{
    enum { NO_INTERCEPT = OPT_LONG, RCOND, DENSE, PARTIAL, THREADS };
    static const struct option longs[] = {{"given", required_argument, NULL, 'g'},
                                          {"no-intercept", no_argument, NULL, NO_INTERCEPT},
                                          {"rcond", required_argument, NULL, RCOND},
                                          {"dense", no_argument, NULL, DENSE},
                                          {"partial", no_argument, NULL, PARTIAL},
                                          {"threads", required_argument, NULL, THREADS},
                                          OPT_COMMON};
    struct options o = {.threads = default_threads(), .lsq = {true, -1}};
    int c;
    while ((c = opt_next(argc, argv, "g:", longs, usage)) != -1) {
        if (c == 'g') {
            o.given_text = optarg;
            if (!num_parse_pos(optarg, &o.given))
                die_usage("--given: '%s', expected a number of columns, a fraction or a per cent",
                          optarg);
        } else if (c == NO_INTERCEPT) {
            o.lsq.intercept = false;
        } else if (c == DENSE) {
            o.dense = true;
        } else if (c == PARTIAL) {
            o.partial = true;
        } else if (c == THREADS) {
            o.threads = (unsigned)opt_uint("--threads", optarg, THREADS_MAX);
        } else if (!num_parse_double(optarg, &o.lsq.rcond) || o.lsq.rcond < 0 || o.lsq.rcond >= 1) {
            die_usage("--rcond: '%s', expected a number from 0 to below 1", optarg);
        }
    }
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

/* Fits what has been read: as it came where that is still there, else reduced. */
static void solve(struct fit_input *input, const struct options *o, const char *name,
                  struct lsq_fit *fit)
{
    size_t count;
    enum lsq_status status;
    double *rows = lsq_reducer_rows(input->reducer, &count);
    if (rows != NULL) {
        status = lsq_solve(rows, count, input->given, input->targets, &o->lsq, fit);
    } else {
        struct lsq_reduced reduced;
        status = lsq_reducer_finish(input->reducer, &reduced);
        if (status == LSQ_OK)
            status = lsq_solve_reduced(&reduced, &o->lsq, fit);
        lsq_reduced_free(&reduced);
    }
    if (status == LSQ_OK && o->dense)
        status = lsq_make_dense(fit);
    if (status != LSQ_OK)
        die(name, "%s", lsq_why(status));
}

static void put_model(struct output *out, struct fit_input *input, const struct options *o,
                      const char *name)
{
    struct lsq_fit fit;
    solve(input, o, name, &fit);
    remark(&fit, o);
    model_put(out, &fit, o->lsq.intercept, &input->meta.block);
    lsq_free(&fit);
}

static void put_partial(struct output *out, struct fit_input *input, const char *name)
{
    struct lsq_reduced reduced;
    enum lsq_status status = lsq_reducer_finish(input->reducer, &reduced);
    if (status != LSQ_OK)
        die(name, "%s", lsq_why(status));
    partial_put(out, &reduced, &input->meta.block);
    lsq_reduced_free(&reduced);
}

int main(int argc, char **argv)
{
    msg_init(argv[0]);
    struct options o = parse(argc, argv);
    struct output *out = output_stdout();
    struct stream *in = stream_open(argv + optind, argc - optind);

    struct fit_input input = {.given_text = o.given_text,
                              .position = o.given,
                              .intercept = o.lsq.intercept,
                              .threads = o.threads};
    fit_input_read(&input, in);

    if (o.partial)
        put_partial(out, &input, stream_name(in));
    else
        put_model(out, &input, &o, stream_name(in));

    fit_input_free(&input);
    stream_close(in);
    output_close(out);
    return EXIT_SUCCESS;
}
