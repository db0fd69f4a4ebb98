/* split-holdout: a matrix in, the held-out rows to a file, the others to stdout.
 *
 * Rows by number or name stream in constant memory; a seed draws from the number of
 * rows, which is only known at the end of input, so that is kept for a second reading. */
#include "stream/block.h"
#include "base/mem.h"
#include "base/msg.h"
#include "math/mt19937.h"
#include "base/num.h"
#include "base/options.h"
#include "base/output.h"
#include "stream/row_subset.h"
#include "stream/stream.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "Usage: split-holdout (--seed=S | --row=LIST | --name=NAME...) -H HELDOUT\n"
    "                     [FILE]...\n"
    "Write the held-out rows of matrix streams (stdin, or each FILE) to HELDOUT and\n"
    "the others to standard output.\n"
    "\n"
    "  -S, --seed=S          hold out the row that NumPy's\n"
    "                        RandomState(S).randint(rows) picks; S from 0 to\n"
    "                        4294967295\n"
    "  -r, --row=LIST        hold out these rows, counted from 0, such as 47 or\n"
    "                        0,3-5\n"
    "  -n, --name=NAME       hold out the rows of this name; may be given more than\n"
    "                        once\n"
    "  -H, --heldout=HELDOUT where the held-out rows go; replaced only when all went\n"
    "                        well\n"
    "  -o, --output=FILE     where the others go, in place only when it is whole\n"
    "  -q, --quiet           no warnings\n"
    "  -h, --help            this text\n"
    "  -V, --version         the version\n";

enum choice { BY_NOTHING, BY_SEED, BY_ROW, BY_NAME };

struct options {
    enum choice by;
    uint32_t seed;
    struct num_list rows;
    char **names;
    bool *found; /* a name each */
    size_t name_count;
    bool named; /* there has been a row with a name */
    const char *heldout;
};

static void choose(struct options *o, enum choice by)
{
    if (o->by != BY_NOTHING && o->by != by)
        die_usage("more than one of --seed, --row and --name, expected one of them");
    if (o->by == BY_SEED)
        die_usage("--seed given twice, expected one seed");
    o->by = by;
}

static void add_name(struct options *o, char *name)
{
    o->names = mem_grow(o->names, o->name_count + 1, sizeof *o->names);
    o->found = mem_grow(o->found, o->name_count + 1, sizeof *o->found);
    o->names[o->name_count] = name;
    o->found[o->name_count++] = false;
}

static void add_rows(struct options *o, const char *arg)
{
    enum num_status status = num_parse_list(arg, SIZE_MAX - 1, &o->rows);
    if (status == NUM_NOMEM)
        die(NULL, "out of memory");
    if (status == NUM_BAD)
        die_usage("--row: '%s', expected numbers and ranges such as 47 or 0,3-5", arg);
}

static struct options parse(int argc, char **argv)
{
    static const struct option longs[] = {{"seed", required_argument, NULL, 'S'},
                                          {"row", required_argument, NULL, 'r'},
                                          {"name", required_argument, NULL, 'n'},
                                          {"heldout", required_argument, NULL, 'H'},
                                          OPT_COMMON};
    struct options o;
    memset(&o, 0, sizeof o);
    int c;
    while ((c = opt_next(argc, argv, "S:r:n:H:", longs, usage)) != -1) {
        if (c == 'H') {
            o.heldout = optarg;
            continue;
        }
        choose(&o, c == 'S' ? BY_SEED : c == 'r' ? BY_ROW : BY_NAME);
        if (c == 'S')
            o.seed = (uint32_t)opt_uint("--seed", optarg, UINT32_MAX);
        else if (c == 'r')
            add_rows(&o, optarg);
        else
            add_name(&o, optarg);
    }
    if (o.by == BY_NOTHING)
        die_usage("no row chosen, expected --seed, --row or --name");
    if (o.heldout == NULL)
        die_usage("no file for the held-out rows, expected --heldout=FILE");
    if (o.heldout[0] == '\0')
        die_usage("--heldout: an empty name, expected a file");
    if (strcmp(o.heldout, "-") == 0)
        die_usage("--heldout=-: standard output has the other rows, expected a file");
    return o;
}

/* Draws the row, from the number of all rows, and rewinds. */
static void draw(struct options *o, struct stream *in)
{
    struct block block;
    while (stream_next(in, &block))
        continue;
    uint64_t row = mt19937_randint(o->seed, stream_row0(in));
    o->rows.ranges = mem_zero(1, sizeof *o->rows.ranges);
    o->rows.ranges[0] = (struct num_range){row, row};
    o->rows.count = 1;
    stream_rewind(in);
}

static bool is_held(struct options *o, const struct block *block, size_t i, size_t row)
{
    if (o->by != BY_NAME)
        return num_list_has(&o->rows, row);
    bool held = false;
    if (block->names == NULL)
        return false;
    o->named = true;
    for (size_t k = 0; k < o->name_count; k++)
        if (str_is(block->names[i], o->names[k]))
            held = o->found[k] = true;
    return held;
}

/* Before the last block goes out: whether all that was asked for has come. */
static void check_found(const struct options *o, const char *name, size_t rows, size_t left)
{
    if (rows == 0)
        die(name, "a matrix of 0 rows, expected at least 1");
    for (size_t i = 0; i < o->rows.count; i++)
        if (o->rows.ranges[i].last >= rows && rows == 1)
            die(name, "no row %" PRIu64 ", expected row 0, the only one", o->rows.ranges[i].last);
        else if (o->rows.ranges[i].last >= rows)
            die(name, "no row %" PRIu64 ", expected a row from 0 to %zu", o->rows.ranges[i].last,
                rows - 1);
    if (o->by == BY_NAME && !o->named)
        die(name, "rows without names, expected names for --name (--row takes numbers)");
    for (size_t k = 0; k < o->name_count; k++)
        if (!o->found[k])
            die(name, "no row is named '%s', expected a name of the %zu row%s", o->names[k], rows,
                msg_plural(rows));
    if (left == 0 && rows == 1)
        die(name, "the only row would be held out, expected at least 1 to be left");
    if (left == 0)
        die(name, "all %zu rows would be held out, expected at least 1 to be left", rows);
}

static void split(struct options *o, struct stream *in, struct output *rest, struct output *held)
{
    struct block block;
    size_t left = 0;
    bool *take = NULL;
    while (stream_next(in, &block)) {
        take = mem_grow(take, block.rows, sizeof *take);
        size_t row0 = stream_row0(in);
        size_t taken = 0;
        for (size_t i = 0; i < block.rows; i++)
            taken += take[i] = is_held(o, &block, i, row0 + i);
        left += block.rows - taken;
        bool last = stream_at_end(in);
        if (last)
            check_found(o, stream_name(in), row0 + block.rows, left);
        row_subset_put(held, &block, take, true, last);
        row_subset_put(rest, &block, take, false, last);
    }
    free(take);
}

int main(int argc, char **argv)
{
    msg_init(argv[0]);
    mem_expect_much();
    struct options o = parse(argc, argv);
    struct output *rest = output_open(opt_output());
    struct stream *in = stream_open(argv + optind, argc - optind);
    if (opt_output() == NULL && output_is_stdout(o.heldout))
        die(o.heldout, "the file that standard output goes to, expected another for HELDOUT");
    struct output *held = output_file(o.heldout);

    if (o.by == BY_SEED) {
        stream_keep(in);
        draw(&o, in);
    }
    split(&o, in, rest, held);

    stream_close(in);
    /* Neither shows up where the other fails. */
    output_finish(held);
    output_close(rest);
    output_close(held);
    num_list_free(&o.rows);
    free(o.names);
    free(o.found);
    return EXIT_SUCCESS;
}
