/* r2-score: the truth and a prediction in, R² out, as scikit-learn defines it, and the
 * signal-to-noise ratio. */
#include "base/input.h"
#include "base/msg.h"
#include "base/options.h"
#include "base/output.h"
#include "base/print.h"
#include "math/r2.h"
#include "math/snr.h"
#include "stream/in_step.h"
#include "stream/row_pairs.h"
#include "stream/stream.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is scored: the first three are --average's, of columns. */
enum { UNIFORM, VARIANCE, NONE, FLAT, POOLED, BY_ROW };
#define AVERAGES "uniform,variance,none"
#define SCORES AVERAGES ",flat,pooled,by-row"
static const char *const words[] = {"uniform", "variance", "none", "flat", "pooled"};

struct options {
    int score;
    int nan; /* whether undefined scores are */
    bool json, snr, sums;
    struct num_span span;
    const char *output;
};

static const struct options_row options[] = {
    {'a', "average", "HOW", options_word, offsetof(struct options, score), .words = AVERAGES,
     .help = "uniform: the mean of the columns' scores (default); variance: their mean weighted by "
             "variance; none: all of them, one a line"},
    {'f', "flat", NULL, options_word, offsetof(struct options, score), .words = SCORES,
     .excludes = "average", .help = "one score over all samples of all columns"},
    {0, "pooled", NULL, options_word, offsetof(struct options, score), .words = SCORES,
     .excludes = "average,flat",
     .help = "the same, with deviations of the truth from the mean of its own row"},
    {0, "by-row", NULL, options_word, offsetof(struct options, score), .words = SCORES,
     .excludes = "average,flat,pooled",
     .help = "one line a row: its name, a tab, the score over its samples"},
    {'c', "columns", "A:B", options_span, offsetof(struct options, span), .alias = "cols",
     .help = "score only predicted columns A up to, not including, B, each an index (12), a "
             "fraction (0.25) or a percentage (25%) (default: all)"},
    {0, "snr", NULL, options_flag, offsetof(struct options, snr),
     .help = "also print the signal-to-noise ratio in dB"},
    {0, "sums", NULL, options_flag, offsetof(struct options, sums), .needs = "flat,pooled,by-row",
     .help = "also print, with --flat, --pooled or --by-row, the sums of squared errors and of "
             "squared deviations; the score is 1 minus their ratio"},
    {'u', "undefined", "HOW", options_word, offsetof(struct options, nan), .words = "finite,nan",
     .help = "score of a constant truth, or of a column of one row: finite: 1 if exact, else 0 "
             "(default); nan: nan if exact, else -inf"},
    {'j', "json", NULL, options_flag, offsetof(struct options, json),
     .help = "print JSON: one object, or one a row"},
    OPTIONS_OUTPUT,
    OPTIONS_COMMON};

static const struct options_table table = {
    "[OPTION]... TRUTH [PREDICTED]",
    "Print the coefficient of determination, R^2, of PREDICTED (default stdin): 1 is exact, 0 as "
    "good "
    "as the mean. TRUTH may be whole rows: columns are matched by number.",
    options};

static bool by_column(const struct options *o)
{
    return o->score <= NONE;
}

/* What has been scored so far: of one row only with --by-row. */
struct scores {
    struct r2 r2;
    struct snr snr;
    size_t rows, cols;
};

static void add_row(struct scores *s, const struct options *o, const struct row_pair *pair)
{
    if (s->rows++ == 0) {
        s->cols = pair->cols;
        if (!r2_init(&s->r2, by_column(o) ? pair->cols : 1))
            die(NULL, "out of memory");
    }
    if (o->score == POOLED)
        r2_next_group(&s->r2);
    if (o->score == BY_ROW) {
        r2_reset(&s->r2);
        s->snr = (struct snr){.signal = {.limit = 0}};
    }
    if (by_column(o))
        r2_add(&s->r2, pair->known, pair->predicted);
    for (size_t j = 0; !by_column(o) && j < pair->cols; j++)
        r2_add(&s->r2, pair->known + j, pair->predicted + j);
    if (o->snr)
        snr_add(&s->snr, pair->known, pair->predicted, pair->cols);
}

/* What stands before a value: in JSON its key, else a tab or a line's end; before the first one
 * nothing. */
static void put_key(struct output *out, const struct options *o, const char *key, bool first)
{
    const char *glue = o->json ? ", " : o->score == BY_ROW ? "\t" : "\n";
    print_text(out, first ? "" : glue);
    print_text(out, o->json ? "\"" : "");
    print_text(out, o->json ? key : "");
    print_text(out, o->json ? "\": " : "");
}

static void put_number(struct output *out, const struct options *o, const char *key, double value)
{
    put_key(out, o, key, false);
    print_number(out, value, o->json);
}

static void put_r2(struct output *out, const struct r2 *r2, const struct options *o)
{
    if (o->score == VARIANCE)
        print_number(out, r2_weighted(r2, o->nan), o->json);
    else if (o->score != NONE)
        print_number(out, r2_uniform(r2, o->nan), o->json);
    for (size_t j = 0; o->score == NONE && j < r2->columns; j++) {
        print_text(out, j == 0 ? "" : o->json ? ", " : "\n");
        print_number(out, r2_column(r2, j, o->nan), o->json);
    }
}

/* What JSON says besides. */
static void put_counts(struct output *out, const struct scores *s, const struct options *o)
{
    char text[256];
    if (o->score == BY_ROW)
        snprintf(text, sizeof text, ", \"row\": %zu", s->rows - 1);
    else
        snprintf(text, sizeof text, ", \"average\": \"%s\", \"rows\": %zu", words[o->score],
                 s->rows);
    print_text(out, text);
    snprintf(text, sizeof text, ", \"columns\": %zu, \"undefined\": %zu}", s->cols,
             r2_count_undefined(&s->r2));
    print_text(out, text);
}

/* name: of the row, with --by-row. */
static void put_scores(struct output *out, const struct scores *s, const struct options *o,
                       struct str name)
{
    bool list = o->json && o->score == NONE;
    print_text(out, o->json ? "{" : "");
    if (o->score == BY_ROW) {
        put_key(out, o, "name", true);
        print_name(out, name, o->json);
    }
    put_key(out, o, "r2", o->score != BY_ROW);
    print_text(out, list ? "[" : "");
    put_r2(out, &s->r2, o);
    print_text(out, list ? "]" : "");
    if (o->snr)
        put_number(out, o, "snr_db", snr_db(&s->snr, o->nan));
    if (o->sums) {
        put_number(out, o, "squared_error", r2_residual(&s->r2, 0));
        put_number(out, o, "squared_deviation", r2_total(&s->r2, 0));
    }
    if (o->json)
        put_counts(out, s, o);
    print_text(out, "\n");
}

static void warn_undefined(const struct scores *s, const struct options *o)
{
    bool columns = by_column(o) && s->rows == 1;
    bool rows = (o->score == POOLED || o->score == BY_ROW) && s->cols == 1;
    if (columns || rows)
        warn(NULL, "one %s only: R^2 of a %s is undefined, counted as %s%s",
             columns ? "row" : "column", columns ? "column" : "row",
             o->nan ? "nan" : "1 if exact, else 0",
             columns ? " (--flat scores over the samples)" : "");
}

int main(int argc, char **argv)
{
    msg_init(argv[0]);
    struct options o = {.score = UNIFORM, .span = NUM_SPAN_ALL};
    char **files = options_parse(&table, &argc, argv, &o);
    if (argc < 1 || argc > 2)
        die_usage("%d files, expected TRUTH and, if not on standard input, PREDICTED", argc);
    input_note_all(files, argc, 2);
    struct output *out = output_open_text(o.output);
    struct row_pairs pairs = {
        .rows = {{.in = stream_open(files, 1)}, {.in = stream_open(files + 1, argc - 1)}},
        .span = o.span};
    struct scores scores = {.rows = 0};
    while (in_step_next(pairs.rows, 2)) {
        struct row_pair pair = row_pairs_match(&pairs);
        add_row(&scores, &o, &pair);
        if (o.score == BY_ROW)
            put_scores(out, &scores, &o, in_step_name(pairs.rows, 2));
    }

    warn_undefined(&scores, &o);
    if (o.score != BY_ROW)
        put_scores(out, &scores, &o, (struct str){NULL, 0});

    r2_free(&scores.r2);
    row_pairs_free(&pairs);
    stream_close(pairs.rows[ROW_PAIRS_KNOWN].in);
    stream_close(pairs.rows[ROW_PAIRS_PREDICTED].in);
    output_close(out);
    return EXIT_SUCCESS;
}
