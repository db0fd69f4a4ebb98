/* pad-chop: rows of any lengths in, rows of one length out, and of these the
 * columns asked for.
 *
 * With a length given it holds one block at a time; the shortest or longest row is
 * only known at the end of input, which is kept for a second reading. */
#include "block.h"
#include "frame.h"
#include "mem.h"
#include "msg.h"
#include "num.h"
#include "opt.h"
#include "output.h"
#include "stream.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "Usage: pad-chop [OPTION]... [FILE]...\n"
    "Bring the rows of matrix streams (stdin, or each FILE) to one length.\n"
    "\n"
    "  -l, --length=LENGTH   min: chop to the shortest row (default); max: pad with zeros\n"
    "                        to the longest; N: exactly N columns, in constant memory\n"
    "  -c, --columns=A:B     then keep columns A up to, not including, B: an index (12), a\n"
    "                        fraction of the columns (0.25) or a per cent (25%); without\n"
    "                        A from the first, without B to the last\n"
    "  -q, --quiet           no warnings\n"
    "  -h, --help            this text\n"
    "  -V, --version         the version\n";

enum length { SHORTEST, LONGEST, EXACT };

struct options {
    enum length length;
    uint64_t columns;  /* of EXACT */
    const char *range; /* as typed */
    struct num_pos from, to;
};

/* Columns from up to to of rows brought to `length`. */
struct cut {
    size_t length, from, to;
};

static void parse_columns(const char *arg, struct options *o)
{
    char text[128];
    size_t n = strlen(arg);
    char *colon = NULL;
    if (n < sizeof text) {
        memcpy(text, arg, n + 1);
        colon = strchr(text, ':');
    }
    if (colon != NULL)
        *colon = '\0';
    if (colon == NULL || !num_parse_pos(text[0] != '\0' ? text : "0", &o->from) ||
        !num_parse_pos(colon[1] != '\0' ? colon + 1 : "100%", &o->to))
        die_usage("--columns: '%s', expected A:B, each an index, a fraction or a per cent", arg);
    if (o->from.kind == o->to.kind &&
        (o->from.kind == NUM_INDEX ? o->from.index >= o->to.index
                                   : o->from.fraction >= o->to.fraction))
        die_usage("--columns: '%s', expected A smaller than B", arg);
    o->range = arg;
}

static struct options parse(int argc, char **argv)
{
    static const struct option longs[] = {{"length", required_argument, NULL, 'l'},
                                          {"columns", required_argument, NULL, 'c'},
                                          OPT_COMMON};
    struct options o;
    memset(&o, 0, sizeof o);
    o.range = ":";
    num_parse_pos("0", &o.from);
    num_parse_pos("100%", &o.to);
    int c;
    while ((c = opt_next(argc, argv, "l:c:", longs, usage)) != -1) {
        if (c == 'c')
            parse_columns(optarg, &o);
        else if (strcmp(optarg, "min") == 0)
            o.length = SHORTEST;
        else if (strcmp(optarg, "max") == 0)
            o.length = LONGEST;
        else if (num_parse_uint(optarg, FRAME_MAX, &o.columns) && o.columns > 0)
            o.length = EXACT;
        else
            die_usage("--length: '%s', expected min, max or a number from 1 to %d", optarg,
                      FRAME_MAX);
    }
    return o;
}

static size_t find_length(struct stream *in, enum length length)
{
    size_t found = 0;
    struct block block;
    while (stream_next(in, &block))
        for (size_t i = 0; i < (block.ragged ? block.rows : block.rows > 0); i++) {
            size_t cols = block_row(&block, i).cols;
            if (found == 0 || (length == SHORTEST ? cols < found : cols > found))
                found = cols;
        }
    return found;
}

static struct cut make_cut(const struct options *o, size_t length, const char *name)
{
    struct cut cut = {length, (size_t)num_resolve_pos(&o->from, length),
                      (size_t)num_resolve_pos(&o->to, length)};
    if (cut.to > length || cut.from >= cut.to)
        die(name, "columns %s are %zu:%zu in rows of %zu, expected A < B <= %zu", o->range,
            cut.from, cut.to, length, length);
    return cut;
}

static void put_row(struct output *out, const struct block_row *row, const struct cut *cut)
{
    static const char zeros[4096];
    size_t size = row->type.size;
    size_t end = row->cols < cut->to ? row->cols : cut->to;
    size_t there = end > cut->from ? end - cut->from : 0;
    output_write(out, row->data + cut->from * size * (there > 0), there * size);
    for (size_t left = (cut->to - cut->from - there) * size; left > 0;) {
        size_t n = left < sizeof zeros ? left : sizeof zeros;
        output_write(out, zeros, n);
        left -= n;
    }
}

/* How many rows from `row` on are of one type: a block of output has one. */
static size_t run_length(const struct block *block, size_t row)
{
    if (!block->ragged)
        return block->rows - row;
    size_t n = 1;
    while (row + n < block->rows &&
           strcmp(block->nds[row + n].type.name, block->nds[row].type.name) == 0)
        n++;
    return n;
}

static void put_block(struct output *out, const char *name, const struct block *block,
                      const struct cut *cut, bool last)
{
    size_t cols = cut->to - cut->from;
    struct block meta = *block;
    if (meta.col0 > (uint64_t)INT64_MAX - cut->from)
        die(name, "columns from %" PRIu64 " on, expected positions up to %" PRId64, meta.col0,
            INT64_MAX);
    meta.col0 += cut->from;
    meta.has_col0 |= meta.col0 > 0;
    for (size_t row = 0; row < block->rows;) {
        struct block_row first = block_row(block, row);
        size_t row_bytes = cols * first.type.size;
        size_t n = block_fit(&meta, row, run_length(block, row), row_bytes);
        if (n == 0)
            die(output_name(out),
                "a row of %zu columns (%zu bytes), expected it to fit into 64 MiB", cols,
                row_bytes);
        block_put_head(out, &meta, row, n, &first.type, cols, last && row + n == block->rows);
        if (!block->ragged && first.cols == cols)
            output_write(out, first.data, n * row_bytes);
        for (size_t i = 0; i < n && (block->ragged || first.cols != cols); i++) {
            struct block_row source = block_row(block, row + i);
            put_row(out, &source, cut);
        }
        row += n;
    }
    if (block->rows == 0 && last)
        block_put_head(out, &meta, 0, 0, block->ragged ? &nd_int16 : &block->nds->type, cols, true);
}

int main(int argc, char **argv)
{
    msg_init(argv[0]);
    struct options o = parse(argc, argv);
    struct output *out = output_stdout();
    struct stream *in = stream_open(argv + optind, argc - optind);

    size_t length = (size_t)o.columns;
    if (o.length != EXACT) {
        stream_keep(in);
        length = find_length(in, o.length);
        stream_rewind(in);
    }
    struct cut cut = make_cut(&o, length, stream_name(in));

    struct block block;
    while (stream_next(in, &block))
        put_block(out, stream_name(in), &block, &cut, stream_at_end(in));

    stream_close(in);
    output_close(out);
    return EXIT_SUCCESS;
}
