/* r2-score: the truth and a prediction in, R² out, as scikit-learn defines it, and the
 * signal-to-noise ratio. */
#include "base/msg.h"
#include "base/options.h"
#include "base/output.h"
#include "stream/row_pairs.h"
#include "base/print.h"
#include "math/r2.h"
#include "math/snr.h"
#include "stream/stream.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "Usage: r2-score [OPTION]... TRUTH [PREDICTED]\n"
    "Print the coefficient of determination, R^2, of PREDICTED (default stdin): 1 is\n"
    "exact, 0 no better than the mean. TRUTH may be whole rows: columns are matched.\n"
    "\n"
    "  -a, --average=HOW    uniform: mean over the columns (default); variance:\n"
    "                       weighted by each column's variance; none: one number a\n"
    "                       column\n"
    "  -f, --flat           one score over all samples, whatever their column\n"
    "      --pooled         the same, but the truth deviates from the mean of its\n"
    "                       own row\n"
    "      --by-row         one line a row: its name, a tab, the score over its\n"
    "                       samples\n"
    "  -c, --cols=A:B       score columns A up to, not including, B of those\n"
    "                       predicted: an index (12), a fraction (0.25) or a\n"
    "                       percentage (25%)\n"
    "      --snr            also print the signal-to-noise ratio of what is scored,\n"
    "                       in dB\n"
    "      --sums           also print, not with --average, the sum of squared\n"
    "                       errors and that of squared deviations; the score is 1\n"
    "                       minus their ratio\n"
    "  -u, --undefined=HOW  columns of constant truth, or of one row only, count as\n"
    "                       finite: 1 if exact, else 0 (default); nan: not a number\n"
    "  -j, --json           JSON instead of plain text: an object, or one a row\n"
    "  -o, --output=FILE    write to FILE, in place only when it is whole\n"
    "  -q, --quiet          no warnings\n"
    "  -h, --help           this text\n"
    "  -V, --version        the version\n";

/* What is scored: the first three are --average's, of columns. */
enum { UNIFORM, VARIANCE, NONE, FLAT, POOLED, BY_ROW };
static const char *const averages[] = {"uniform", "variance", "none", NULL};
static const char *const words[] = {"uniform", "variance", "none", "flat", "pooled"};

struct options {
    int score;
    bool nan, json, snr, sums;
    const char *range; /* as typed */
    struct num_span span;
};

static bool by_column(const struct options *o)
{
    return o->score <= NONE;
}

/* asked: a bit for each of --average, --flat, --pooled and --by-row. */
static void check_one_score(unsigned asked)
{
    static const char *const names[] = {"--average", "--flat", "--pooled", "--by-row"};
    int low = 0;
    while (low < 3 && !(asked >> low & 1))
        low++;
    for (int high = low + 1; high < 4; high++)
        if (asked >> high & 1)
            die_usage("%s with %s%s, expected one of them", names[high], names[low],
                      low == 0 ? ", which is about columns" : "");
}

static struct options parse_options(int argc, char **argv)
{
    enum { POOLED_OPTION = OPT_LONG, BY_ROW_OPTION, SNR_OPTION, SUMS_OPTION };
    static const struct option longs[] = {{"average", required_argument, NULL, 'a'},
                                          {"flat", no_argument, NULL, 'f'},
                                          {"pooled", no_argument, NULL, POOLED_OPTION},
                                          {"by-row", no_argument, NULL, BY_ROW_OPTION},
                                          {"cols", required_argument, NULL, 'c'},
                                          {"snr", no_argument, NULL, SNR_OPTION},
                                          {"sums", no_argument, NULL, SUMS_OPTION},
                                          {"undefined", required_argument, NULL, 'u'},
                                          {"json", no_argument, NULL, 'j'},
                                          OPT_COMMON};
    static const char *const undefined[] = {"finite", "nan", NULL};
    struct options o = {.score = UNIFORM, .range = ":"};
    num_parse_span(o.range, &o.span);
    unsigned asked = 0;
    int c;
    while ((c = opt_next(argc, argv, "a:fc:u:j", longs, usage)) != -1) {
        if (c == 'a' || c == 'f' || c == POOLED_OPTION || c == BY_ROW_OPTION) {
            o.score = c == 'a'             ? opt_word("--average", optarg, averages)
                      : c == 'f'           ? FLAT
                      : c == POOLED_OPTION ? POOLED
                                           : BY_ROW;
            asked |= 1U << (by_column(&o) ? 0 : o.score - NONE);
        } else if (c == 'c') {
            o.span = opt_span("--cols", optarg);
            o.range = optarg;
        } else if (c == SNR_OPTION)
            o.snr = true;
        else if (c == SUMS_OPTION)
            o.sums = true;
        else if (c == 'u')
            o.nan = opt_word("--undefined", optarg, undefined) == 1;
        else
            o.json = true;
    }
    check_one_score(asked);
    if (o.sums && by_column(&o))
        die_usage("--sums of columns, expected --flat, --pooled or --by-row with it");
    return o;
}

static struct options parse(int argc, char **argv)
{
    struct options o = parse_options(argc, argv);
    int files = argc - optind;
    if (files < 1 || files > 2)
        die_usage("%d files, expected TRUTH and, if not on standard input, PREDICTED", files);
    if (strcmp(argv[optind], "-") == 0 && (files == 1 || strcmp(argv[optind + 1], "-") == 0))
        die_usage("both TRUTH and PREDICTED on standard input, expected one in a file");
    return o;
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
        r2_add(&s->r2, pair->truth, pair->predicted);
    for (size_t j = 0; !by_column(o) && j < pair->cols; j++)
        r2_add(&s->r2, pair->truth + j, pair->predicted + j);
    if (o->snr)
        snr_add(&s->snr, pair->truth, pair->predicted, pair->cols);
}

static void put_r2(struct output *out, const struct r2 *r2, const struct options *o,
                   const char *glue)
{
    if (o->score == VARIANCE)
        print_number(out, r2_weighted(r2, o->nan), o->json);
    else if (o->score != NONE)
        print_number(out, r2_uniform(r2, o->nan), o->json);
    for (size_t j = 0; o->score == NONE && j < r2->columns; j++) {
        print_text(out, j > 0 ? glue : "");
        print_number(out, r2_column(r2, j, o->nan), o->json);
    }
}

static void put_snr(struct output *out, const struct scores *s, const struct options *o,
                    const char *before)
{
    if (!o->snr)
        return;
    print_text(out, before);
    print_number(out, snr_db(&s->snr, o->nan), o->json);
}

/* before: what stands before each of the two, as its number does. */
static void put_sums(struct output *out, const struct scores *s, const struct options *o,
                     const char *const before[2])
{
    if (!o->sums)
        return;
    print_text(out, before[0]);
    print_number(out, r2_residual(&s->r2, 0), o->json);
    print_text(out, before[1]);
    print_number(out, r2_total(&s->r2, 0), o->json);
}

static const char *const json_sums[] = {", \"squared_error\": ", ", \"squared_deviation\": "};
static const char *const line_sums[] = {"\n", "\n"};
static const char *const tab_sums[] = {"\t", "\t"};

static void put_json(struct output *out, const struct scores *s, const struct options *o)
{
    char text[256];
    print_text(out, o->score == NONE ? "{\"r2\": [" : "{\"r2\": ");
    put_r2(out, &s->r2, o, ", ");
    print_text(out, o->score == NONE ? "]" : "");
    put_snr(out, s, o, ", \"snr_db\": ");
    put_sums(out, s, o, json_sums);
    snprintf(text, sizeof text,
             ", \"average\": \"%s\", \"rows\": %zu, \"columns\": %zu, \"undefined\": %zu}\n",
             words[o->score], s->rows, s->cols, r2_count_undefined(&s->r2));
    print_text(out, text);
}

/* A line of --by-row. */
static void put_row(struct output *out, const struct scores *s, const struct options *o,
                    struct str name)
{
    char text[256];
    print_text(out, o->json ? "{\"name\": " : "");
    print_name(out, name, o->json);
    print_text(out, o->json ? ", \"r2\": " : "\t");
    put_r2(out, &s->r2, o, "");
    put_snr(out, s, o, o->json ? ", \"snr_db\": " : "\t");
    put_sums(out, s, o, o->json ? json_sums : tab_sums);
    snprintf(text, sizeof text, ", \"row\": %zu, \"columns\": %zu, \"undefined\": %zu}",
             s->rows - 1, s->cols, r2_count_undefined(&s->r2));
    print_text(out, o->json ? text : "");
    print_text(out, "\n");
}

static void warn_undefined(const struct scores *s, const struct options *o)
{
    const char *as = o->nan ? "nan" : "1 if exact, else 0";
    if (by_column(o) && s->rows == 1)
        warn(NULL,
             "one row only: R^2 of a column is undefined, counted as %s "
             "(--flat scores over the samples)",
             as);
    if ((o->score == POOLED || o->score == BY_ROW) && s->cols == 1)
        warn(NULL, "one column only: R^2 of a row is undefined, counted as %s", as);
}

int main(int argc, char **argv)
{
    msg_init(argv[0]);
    struct options o = parse(argc, argv);
    int files = argc - optind;
    struct output *out = output_open_text(opt_output());
    struct stream *truth = stream_open(argv + optind, 1);
    struct stream *predicted = stream_open(argv + optind + 1, files - 1);

    struct row_pairs pairs;
    struct row_pair pair;
    struct scores scores = {.rows = 0};
    row_pairs_init(&pairs, truth, predicted, o.span, o.range);
    while (row_pairs_next(&pairs, &pair)) {
        add_row(&scores, &o, &pair);
        if (o.score == BY_ROW)
            put_row(out, &scores, &o, pair.name);
    }

    warn_undefined(&scores, &o);
    if (o.score != BY_ROW && o.json)
        put_json(out, &scores, &o);
    else if (o.score != BY_ROW) {
        put_r2(out, &scores.r2, &o, "\n");
        put_snr(out, &scores, &o, "\n");
        put_sums(out, &scores, &o, line_sums);
        print_text(out, "\n");
    }

    r2_free(&scores.r2);
    row_pairs_free(&pairs);
    stream_close(truth);
    stream_close(predicted);
    output_close(out);
    return EXIT_SUCCESS;
}
