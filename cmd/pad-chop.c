/* pad-chop: rows of any lengths in, rows of one length out, and of these the
 * columns asked for, in that order; or the overlapping frames of the rows.
 *
 * With a length given it holds one block at a time; the shortest or longest row is
 * only known at the end of input, which is kept for a second reading. */
#include "base/input.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "base/options.h"
#include "base/output.h"
#include "stream/block.h"
#include "stream/frames.h"
#include "stream/map_scan.h"
#include "stream/row_writer.h"
#include "stream/stream.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum length { SHORTEST, LONGEST, EXACT };

struct options {
    enum length length;
    uint64_t columns; /* of EXACT */
    struct num_spans spans;
    bool reverse;
    uint64_t width, hop; /* of frames; width 0 for none */
    const char *output;
};

static void take_length(const struct options_row *row, const char *arg, void *to)
{
    struct options *o = to;
    if (strcmp(arg, "min") == 0)
        o->length = SHORTEST;
    else if (strcmp(arg, "max") == 0)
        o->length = LONGEST;
    else if (num_parse_uint(arg, row->max, &o->columns) && o->columns > 0)
        o->length = EXACT;
    else
        options_refuse(row, arg, "min, max or a number from 1 to %" PRIu64, row->max);
}

static const struct options_row options[] = {
    {'l', "length", "LENGTH", take_length, .max = MAP_SCAN_MAX, .words = "min,max",
     .help = "min: chop to the shortest row (default); max: pad with zeros to the longest; "
             "N: exactly N columns, in constant memory"},
    {'c', "columns", "A:B,...", options_spans, offsetof(struct options, spans),
     .help =
         "then keep columns A up to, not including, B, each an index (12), a fraction of the "
         "columns (0.25) or a percentage (25%), or columns before or after one (25%-20, 0.25+20) "
         "(default: from the first to the last); of several ranges, one after the other"},
    {0, "reverse", NULL, options_flag, offsetof(struct options, reverse),
     .help = "the last column of each row, or frame, comes first"},
    {'f', "frame", "W", options_uint, offsetof(struct options, width), .min = 1,
     .max = MAP_SCAN_MAX, .excludes = "length",
     .help = "instead of --length: cut each row into its frames, the W columns from columns 0, H, "
             "2H, ... that fit into it, in constant memory; with -c, into frames of each range"},
    {0, "hop", "H", options_uint, offsetof(struct options, hop), .min = 1, .max = MAP_SCAN_MAX,
     .needs = "frame", .help = "columns from the start of a frame to that of the next (default 1)"},
    OPTIONS_OUTPUT,
    OPTIONS_COMMON};

static const struct options_table table = {"[OPTION]... [FILE]...",
                                           "Bring the rows of matrix streams (stdin, or each FILE) "
                                           "to one length, or cut them into frames.",
                                           options};

/* Of rows brought to one length these ranges of columns, or the same in reverse. */
struct cut {
    struct num_columns *ranges;
    size_t count, cols; /* of ranges; of their columns */
    bool reverse;
};

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

static struct num_columns find_range(const struct num_span *span, size_t length, const char *name)
{
    struct num_columns c = num_resolve_span(span, length);
    if (c.to > length || c.from >= c.to)
        die(name, "columns %s are %" PRIu64 ":%" PRIu64 " in rows of %zu, expected A < B <= %zu",
            span->text, c.from, c.to, length, length);
    return c;
}

/* The caller frees ranges. */
static struct cut make_cut(const struct options *o, size_t length, const char *name)
{
    struct cut cut = {.count = o->spans.count, .reverse = o->reverse};
    cut.ranges = mem_array(cut.count, sizeof *cut.ranges);
    for (size_t i = 0; i < cut.count; i++) {
        cut.ranges[i] = find_range(&o->spans.items[i], length, name);
        cut.cols += (size_t)(cut.ranges[i].to - cut.ranges[i].from);
        if (cut.cols > MAP_SCAN_MAX)
            die(name, "columns %s are more than %d, expected no more", o->spans.items->text,
                MAP_SCAN_MAX);
    }
    return cut;
}

/* Whether the columns are neighbours, in their order. */
static bool in_order(const struct cut *cut)
{
    size_t i = 1;
    while (i < cut->count && cut->ranges[i].from == cut->ranges[i - 1].to)
        i++;
    return i == cut->count && !cut->reverse;
}

/* Puts the columns of a row that stay, with zeros where it is too short. put: what is to be
 * written. */
static void put_row(struct row_writer *writer, const struct array *row, const struct cut *cut,
                    char *put)
{
    size_t size = row->type.size, at = 0;
    memset(put, 0, cut->cols * size);
    for (size_t i = 0; i < cut->count; i++) {
        size_t from = (size_t)cut->ranges[i].from, to = (size_t)cut->ranges[i].to;
        size_t n = row->cols > from ? (row->cols < to ? row->cols : to) - from : 0;
        array_copy(&row->type, row->data + from * size, n, cut->reverse,
                   put + (cut->reverse ? cut->cols - at - n : at) * size);
        at += to - from;
    }
    row_writer_put(writer, put, 1);
}

/* How many rows from `row` on are of one type: a block of output has one. */
static size_t run_length(const struct block *block, size_t row)
{
    if (!block->ragged)
        return block->rows - row;
    size_t n = 0;
    while (row + n < block->rows &&
           strcmp(block->nds[row + n].type.name, block->nds[row].type.name) == 0)
        n++;
    return n;
}

/* Rows `row` on, as many as own has, which are of one type. */
static void put_run(struct output *out, const struct block *block, size_t row,
                    const struct cut *cut, struct block *own)
{
    struct array_type type = block_type(block, row);
    struct row_writer writer;
    own->names = block->names != NULL ? block->names + row : NULL;
    row_writer_begin(&writer, out, own, &type, cut->cols);
    if (!block->ragged && in_order(cut) && cut->ranges->from == 0 &&
        block->nds->cols == cut->cols) {
        row_writer_put(&writer, block->nds->data, own->rows);
        return;
    }
    char *put = mem_array(cut->cols, type.size);
    for (size_t i = row; i < row + own->rows; i++) {
        struct array source = block_row(block, i);
        put_row(&writer, &source, cut, put);
    }
    free(put);
}

/* The names of the columns that stay; NULL where they have none. The caller frees. */
static struct str *choose_names(const struct block *block, const struct cut *cut)
{
    for (size_t i = 0; i < cut->count; i++)
        if (block->columns == NULL || cut->ranges[i].to > block->columns_count)
            return NULL;
    struct str *names = mem_array(cut->cols, sizeof *names);
    size_t at = 0;
    for (size_t i = 0; i < cut->count; i++)
        for (uint64_t j = cut->ranges[i].from; j < cut->ranges[i].to; j++, at++)
            names[cut->reverse ? cut->cols - 1 - at : at] = block->columns[j];
    return names;
}

static void put_block(struct output *out, const struct stream *in, const struct block *block,
                      const struct cut *cut)
{
    struct block own = *block;
    bool last = stream_at_end(in);
    struct str *names = choose_names(block, cut);
    if (in_order(cut))
        own.col0 = stream_position(in, block, cut->ranges->from);
    own.has_col0 = in_order(cut) && (block->has_col0 || own.col0 > 0);
    own.columns = names;
    own.columns_count = cut->cols;
    size_t row = 0;
    do {
        own.rows = run_length(block, row);
        own.last = last && row + own.rows == block->rows;
        put_run(out, block, row, cut, &own);
        row += own.rows;
    } while (row < block->rows);
    free(names);
}

static void write_rows(struct stream *in, struct output *out, const struct options *o)
{
    size_t length = (size_t)o->columns;
    if (o->length != EXACT) {
        stream_keep(in);
        length = find_length(in, o->length);
        stream_rewind(in);
    }
    struct cut cut = make_cut(o, length, stream_name(in));
    struct block block;
    while (stream_next(in, &block))
        put_block(out, in, &block, &cut);
    free(cut.ranges);
}

static void write_frames(struct stream *in, struct output *out, const struct options *o)
{
    struct frames w = {(size_t)o->width, (size_t)o->hop, o->spans, .reverse = o->reverse};
    struct block block;
    while (stream_next(in, &block))
        frames_put(&w, out, in, &block);
    if (w.short_rows > 0)
        warn(NULL, "rows too short for a frame of %zu column%s: %zu of %zu", w.width,
             msg_plural(w.width), w.short_rows, w.rows);
    frames_free(&w);
}

int main(int argc, char **argv)
{
    msg_init(argv[0]);
    mem_expect_much();
    struct options o = {.hop = 1};
    char **files = options_parse(&table, &argc, argv, &o);
    if (o.spans.count == 0)
        num_parse_spans(":", &o.spans);
    input_note_all(files, argc, 1);
    struct output *out = output_open(o.output);
    struct stream *in = stream_open(files, argc);

    if (o.width > 0)
        write_frames(in, out, &o);
    else
        write_rows(in, out, &o);

    stream_close(in);
    output_close(out);
    free(o.spans.items);
    return EXIT_SUCCESS;
}
