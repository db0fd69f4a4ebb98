/* split-holdout: a matrix in, the held-out rows to a file, the others to stdout.
 *
 * Rows by number or name stream in constant memory; a seed draws from the number of
 * rows, which is only known at the end of input, so that is kept for a second reading. */
#include "base/input.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "base/options.h"
#include "base/output.h"
#include "math/mt19937.h"
#include "stream/block.h"
#include "stream/row_subset.h"
#include "stream/stream.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { NO_SEED = -1 };

struct options {
    uint64_t seed; /* NO_SEED: none */
    struct num_list rows;
    struct str_list names;
    bool *found; /* a name each */
    bool named;  /* there has been a row with a name */
    const char *heldout, *output;
};

static const struct options_row options[] = {
    {'S', "seed", "S", options_uint, offsetof(struct options, seed), .max = UINT32_MAX,
     .help = "hold out the row that NumPy's RandomState(S).randint(rows) picks; S from 0 to "
             "4294967295"},
    {'r', "row", "LIST", options_numbers, offsetof(struct options, rows), .max = UINT64_MAX - 1,
     .excludes = "seed", .adds = true,
     .help = "hold out these rows, counted from 0, such as 47 or 0,3-5"},
    {'n', "name", "NAME", options_name, offsetof(struct options, names), .excludes = "seed,row",
     .adds = true, .help = "hold out the rows of this name"},
    {'H', "heldout", "HELDOUT", options_file, offsetof(struct options, heldout),
     .help = "write the held-out rows to this file, whole or not at all (required)"},
    {'o', "output", "FILE", options_output, offsetof(struct options, output),
     .help = "write the other rows to FILE, whole or not at all (default: stdout)"},
    OPTIONS_COMMON};

static const struct options_table table = {
    "(--seed=S | --row=LIST | --name=NAME...) -H HELDOUT [FILE]...",
    "Hold out rows of matrix streams (stdin, or each FILE): write these to HELDOUT, and the others "
    "to standard output.",
    options};

static void check_options(const struct options *o)
{
    if (o->seed == (uint64_t)NO_SEED && o->rows.count == 0 && o->names.count == 0)
        die_usage("no row chosen, expected --seed, --row or --name");
    if (o->heldout == NULL)
        die_usage("no file for the held-out rows, expected --heldout=FILE");
}

/* Draws the row, from the number of all rows, and rewinds. */
static void draw(struct options *o, struct stream *in)
{
    struct block block;
    while (stream_next(in, &block))
        continue;
    uint64_t row = mt19937_randint((uint32_t)o->seed, stream_row0(in));
    o->rows.ranges = mem_zero(1, sizeof *o->rows.ranges);
    o->rows.ranges[0] = (struct num_range){row, row};
    o->rows.count = 1;
    stream_rewind(in);
}

static bool is_held(struct options *o, const struct block *block, size_t i, size_t row)
{
    if (o->names.count == 0)
        return num_list_has(&o->rows, row);
    bool held = false;
    if (block->names == NULL)
        return false;
    o->named = true;
    for (size_t k = 0; k < o->names.count; k++)
        if (str_equal(block->names[i], o->names.items[k]))
            held = o->found[k] = true;
    return held;
}

static bool is_number(const char *name)
{
    return name[0] != '\0' && name[strspn(name, "0123456789")] == '\0';
}

/* Before the last block goes out: whether all that was asked for has come. */
static void check_found(const struct options *o, const char *name, size_t rows, size_t left)
{
    if (rows == 0)
        die(name, "a matrix of 0 rows, expected at least 1");
    for (size_t i = 0; i < o->rows.count; i++)
        if (o->rows.ranges[i].last >= rows)
            die(name, "no row %" PRIu64 ", expected a row from 0 to %zu", o->rows.ranges[i].last,
                rows - 1);
    if (o->names.count > 0 && !o->named)
        die(name, "rows without names, expected names for --name (--row takes numbers)");
    for (size_t k = 0; k < o->names.count; k++)
        if (!o->found[k])
            die(name, "no row is named '%s', expected a name of the %zu row%s%s",
                o->names.items[k].p, rows, msg_plural(rows),
                is_number(o->names.items[k].p) ? " (--row takes numbers)" : "");
    if (left == 0)
        die(name, "all rows would be held out, expected at least 1 to be left");
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
    struct options o = {.seed = (uint64_t)NO_SEED};
    char **files = options_parse(&table, &argc, argv, &o);
    check_options(&o);
    o.found = mem_zero(o.names.count, sizeof *o.found);
    input_note_all(files, argc, 1);
    struct output *rest = output_open(o.output);
    struct output *held = output_file(o.heldout);
    struct stream *in = stream_open(files, argc);

    if (o.seed != (uint64_t)NO_SEED) {
        stream_keep(in);
        draw(&o, in);
    }
    split(&o, in, rest, held);

    stream_close(in);
    output_close_both(rest, held);
    free(o.rows.ranges);
    free(o.names.items);
    free(o.found);
    return EXIT_SUCCESS;
}
