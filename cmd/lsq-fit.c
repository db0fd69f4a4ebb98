/* lsq-fit: a matrix in, a linear model out that gives the last columns of a row from
 * the first. */
#include "lsq.h"
#include "mem.h"
#include "model.h"
#include "msg.h"
#include "num.h"
#include "opt.h"
#include "output.h"
#include "stream.h"
#include "table.h"

#include <inttypes.h>
#include <stdlib.h>

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
    "      --dense         write coefficients even where two thin factors are smaller\n"
    "  -q, --quiet         no warnings\n"
    "  -h, --help          this text\n"
    "  -V, --version       the version\n";

struct options {
    const char *given_text; /* as typed */
    struct num_pos given;
    bool dense;
    struct lsq_options lsq;
};

static struct options parse(int argc, char **argv)
{
    enum { NO_INTERCEPT = OPT_LONG, RCOND, DENSE };
    static const struct option longs[] = {{"given", required_argument, NULL, 'g'},
                                          {"no-intercept", no_argument, NULL, NO_INTERCEPT},
                                          {"rcond", required_argument, NULL, RCOND},
                                          {"dense", no_argument, NULL, DENSE},
                                          OPT_COMMON};
    struct options o = {NULL, {NUM_INDEX, 0, 0}, false, {true, -1}};
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
        } else if (!num_parse_double(optarg, &o.lsq.rcond) || o.lsq.rcond < 0 || o.lsq.rcond >= 1) {
            die_usage("--rcond: '%s', expected a number from 0 to below 1", optarg);
        }
    }
    if (o.given_text == NULL)
        die_usage("no given columns, expected -g GIVEN");
    return o;
}

static size_t count_given(const struct options *o, size_t columns, const char *name)
{
    uint64_t given = num_resolve_pos(&o->given, columns);
    if (given < 1 || given >= columns)
        die(name, "-g %s is %" PRIu64 " of %zu columns, expected at least 1 given and 1 target",
            o->given_text, given, columns);
    return (size_t)given;
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

int main(int argc, char **argv)
{
    msg_init(argv[0]);
    struct options o = parse(argc, argv);
    struct output *out = output_stdout();
    struct stream *in = stream_open(argv + optind, argc - optind);

    struct table table;
    table_read(in, &table);
    size_t given = count_given(&o, table.cols, stream_name(in));

    struct lsq_fit fit;
    enum lsq_status status =
        lsq_solve(table.data, table.rows, given, table.cols - given, &o.lsq, &fit);
    if (status == LSQ_OK && o.dense)
        status = lsq_make_dense(&fit);
    if (status != LSQ_OK)
        die(stream_name(in), "%s", lsq_why(status));
    remark(&fit, &o);

    model_put(out, &fit, o.lsq.intercept, &table.meta);

    lsq_free(&fit);
    table_free(&table);
    stream_close(in);
    output_close(out);
    return EXIT_SUCCESS;
}
