/* r2-score: the truth and a prediction in, R² out, as scikit-learn defines it. */
#include "mem.h"
#include "msg.h"
#include "num.h"
#include "opt.h"
#include "output.h"
#include "r2.h"
#include "stream.h"
#include "table.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "Usage: r2-score [OPTION]... TRUTH [PREDICTED]\n"
    "Print the coefficient of determination, R^2, of PREDICTED (default stdin): 1 is\n"
    "exact, 0 no better than the mean. TRUTH may be whole rows: columns are matched.\n"
    "\n"
    "  -a, --average=HOW    uniform: mean over the columns (default); variance: weighted\n"
    "                       with each column's variance; none: one number a column\n"
    "  -f, --flat           one score over all samples, whatever their column\n"
    "  -u, --undefined=HOW  columns of constant truth, or of one row only, count as\n"
    "                       finite: 1 if exact, else 0 (default); nan: not a number\n"
    "  -j, --json           a JSON object instead of plain numbers\n"
    "  -q, --quiet          no warnings\n"
    "  -h, --help           this text\n"
    "  -V, --version        the version\n";

enum { UNIFORM, VARIANCE, NONE };
static const char *const averages[] = {"uniform", "variance", "none", NULL};

struct options {
    int average;
    bool flat, nan, json;
};

static struct options parse(int argc, char **argv)
{
    static const struct option longs[] = {{"average", required_argument, NULL, 'a'},
                                          {"flat", no_argument, NULL, 'f'},
                                          {"undefined", required_argument, NULL, 'u'},
                                          {"json", no_argument, NULL, 'j'},
                                          OPT_COMMON};
    static const char *const undefined[] = {"finite", "nan", NULL};
    struct options o = {UNIFORM, false, false, false};
    bool averaged = false;
    int c;
    while ((c = opt_next(argc, argv, "a:fu:j", longs, usage)) != -1) {
        if (c == 'a') {
            o.average = opt_word("--average", optarg, averages);
            averaged = true;
        } else if (c == 'f')
            o.flat = true;
        else if (c == 'u')
            o.nan = opt_word("--undefined", optarg, undefined) == 1;
        else
            o.json = true;
    }
    if (o.flat && averaged)
        die_usage("--flat with --average, which is about columns, expected one of them");
    int files = argc - optind;
    if (files < 1 || files > 2)
        die_usage("%d files, expected TRUTH and, if not on standard input, PREDICTED", files);
    if (strcmp(argv[optind], "-") == 0 && (files == 1 || strcmp(argv[optind + 1], "-") == 0))
        die_usage("both TRUTH and PREDICTED on standard input, expected one in a file");
    return o;
}

/* Where in a row of the truth the predicted columns begin. */
static size_t offset_of(const struct table_cursor *truth, const struct table_cursor *predicted)
{
    size_t have = block_row(&truth->block, truth->row - 1).cols;
    size_t want = block_row(&predicted->block, predicted->row - 1).cols;
    uint64_t from = truth->block.col0;
    uint64_t at = predicted->block.has_col0 ? predicted->block.col0 : from;
    /* A truth that carries no position is taken as it stands if it fits exactly. */
    if (have == want && !truth->block.has_col0)
        return 0;
    if (!predicted->block.has_col0 && want < have)
        die(stream_name(predicted->in),
            "row %zu: %zu column%s and no col0, expected %zu as in %s, or a "
            "col0",
            stream_row0(predicted->in) + predicted->row - 1, want, msg_plural(want), have,
            stream_name(truth->in));
    if (at < from || at - from > have || want > have - (size_t)(at - from))
        die(stream_name(predicted->in),
            "row %zu: columns %" PRIu64 ":%" PRIu64 ", expected columns among %" PRIu64 ":%" PRIu64
            " as in %s",
            stream_row0(predicted->in) + predicted->row - 1, at, at + want, from, from + have,
            stream_name(truth->in));
    return (size_t)(at - from);
}

static void check_rates(const struct table_cursor *truth, const struct table_cursor *predicted)
{
    const struct block *t = &truth->block;
    const struct block *p = &predicted->block;
    if (t->has_rate && p->has_rate && t->rate != p->rate)
        die(stream_name(predicted->in), "%.10g Hz, expected %.10g Hz as in %s", p->rate, t->rate,
            stream_name(truth->in));
}

struct room {
    double *truth, *predicted;
    size_t truth_size;
    size_t cols;
};

static void add_row(struct r2 *r2, bool flat, const struct table_cursor *truth,
                    const struct table_cursor *predicted, struct room *room)
{
    table_check_names(truth, predicted);
    check_rates(truth, predicted);
    size_t cols = stream_rectangle(predicted->in, &predicted->block);
    size_t offset = offset_of(truth, predicted);
    if (room->predicted == NULL) {
        room->cols = cols;
        room->predicted = mem_array(cols, sizeof *room->predicted);
        if (!r2_init(r2, flat ? 1 : cols))
            die(NULL, "out of memory");
    }
    if (offset + cols > room->truth_size) {
        room->truth_size = offset + cols;
        room->truth = mem_grow(room->truth, room->truth_size, sizeof *room->truth);
    }
    table_row(truth->in, &truth->block, truth->row - 1, offset + cols, room->truth);
    table_row(predicted->in, &predicted->block, predicted->row - 1, cols, room->predicted);
    if (!flat)
        r2_add(r2, room->truth + offset, room->predicted);
    for (size_t j = 0; flat && j < cols; j++)
        r2_add(r2, room->truth + offset + j, room->predicted + j);
}

/* Returns the number of rows. */
static size_t read_all(struct r2 *r2, bool flat, struct stream *truth_in,
                       struct stream *predicted_in, struct room *room)
{
    struct table_cursor truth = {.in = truth_in};
    struct table_cursor predicted = {.in = predicted_in};
    while (table_next(&truth)) {
        if (!table_next(&predicted))
            die(stream_name(predicted_in), "%zu row%s, expected as many as in %s",
                stream_row0(predicted_in), msg_plural(stream_row0(predicted_in)),
                stream_name(truth_in));
        add_row(r2, flat, &truth, &predicted, room);
    }
    if (table_next(&predicted))
        die(stream_name(predicted_in), "more than %zu row%s, expected as many as in %s",
            stream_row0(truth_in), msg_plural(stream_row0(truth_in)), stream_name(truth_in));
    return stream_row0(truth_in);
}

static void put_number(struct output *out, double value, bool json, const char *tail)
{
    char text[NUM_REPR_SIZE];
    num_repr(value, text);
    /* JSON has no NaN. */
    const char *shown = json && !isfinite(value) ? "null" : text;
    output_write(out, shown, strlen(shown));
    output_write(out, tail, strlen(tail));
}

static void put_scores(struct output *out, const struct r2 *r2, const struct options *o,
                       const char *glue, const char *end)
{
    if (o->average == UNIFORM || o->flat)
        put_number(out, r2_uniform(r2, o->nan), o->json, end);
    else if (o->average == VARIANCE)
        put_number(out, r2_weighted(r2, o->nan), o->json, end);
    for (size_t j = 0; o->average == NONE && !o->flat && j < r2->columns; j++)
        put_number(out, r2_column(r2, j, o->nan), o->json, j + 1 < r2->columns ? glue : end);
}

static void put_json(struct output *out, const struct r2 *r2, const struct options *o, size_t rows,
                     size_t cols)
{
    bool list = o->average == NONE && !o->flat;
    char text[256];
    output_write(out, "{\"r2\": ", 7);
    output_write(out, "[", list);
    put_scores(out, r2, o, ", ", list ? "]" : "");
    snprintf(text, sizeof text,
             ", \"average\": \"%s\", \"rows\": %zu, \"columns\": %zu, \"undefined\": %zu}\n",
             o->flat ? "flat" : averages[o->average], rows, cols, r2_count_undefined(r2));
    output_write(out, text, strlen(text));
}

int main(int argc, char **argv)
{
    msg_init(argv[0]);
    struct options o = parse(argc, argv);
    int files = argc - optind;
    struct output *out = output_stdout_text();
    struct stream *truth = stream_open(argv + optind, 1);
    struct stream *predicted = stream_open(argv + optind + 1, files - 1);

    struct r2 r2;
    struct room room = {NULL, NULL, 0, 0};
    size_t rows = read_all(&r2, o.flat, truth, predicted, &room);

    if (rows == 1 && !o.flat)
        warn(NULL,
             "one row only: R^2 of a column is undefined, counted as %s "
             "(--flat scores over the samples)",
             o.nan ? "nan" : "1 if exact, else 0");
    if (o.json)
        put_json(out, &r2, &o, rows, room.cols);
    else
        put_scores(out, &r2, &o, "\n", "\n");

    r2_free(&r2);
    free(room.truth);
    free(room.predicted);
    stream_close(truth);
    stream_close(predicted);
    output_close(out);
    return EXIT_SUCCESS;
}
