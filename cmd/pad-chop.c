/* pad-chop: rows of any lengths in, rows of one length out, and of these the
 * columns asked for; or the overlapping frames of the rows.
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
    struct num_span span;
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
    {'c', "columns", "A:B", options_span, offsetof(struct options, span),
     .help =
         "then keep columns A up to, not including, B, each an index (12), a fraction of the "
         "columns (0.25) or a percentage (25%), or columns before or after one (25%-20, 0.25+20) "
         "(default: from the first to the last)"},
    {'f', "frame", "W", options_uint, offsetof(struct options, width), .min = 1,
     .max = MAP_SCAN_MAX, .excludes = "length",
     .help = "instead of --length: cut each row into its frames, the W columns from columns 0, H, "
             "2H, ... that fit into it, in constant memory; with -c, into frames of these columns"},
    {0, "hop", "H", options_uint, offsetof(struct options, hop), .min = 1, .max = MAP_SCAN_MAX,
     .needs = "frame", .help = "columns from the start of a frame to that of the next (default 1)"},
    OPTIONS_OUTPUT,
    OPTIONS_COMMON};

static const struct options_table table = {"[OPTION]... [FILE]...",
                                           "Bring the rows of matrix streams (stdin, or each FILE) "
                                           "to one length, or cut them into frames.",
                                           options};

/* Columns from up to to of rows brought to `length`. */
struct cut {
    size_t length, from, to;
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

static struct cut make_cut(const struct options *o, size_t length, const char *name)
{
    uint64_t from = num_resolve_pos(&o->span.from, length);
    uint64_t to = num_resolve_pos(&o->span.to, length);
    if (to > length || from >= to)
        die(name, "columns %s are %" PRIu64 ":%" PRIu64 " in rows of %zu, expected A < B <= %zu",
            o->span.text, from, to, length, length);
    return (struct cut){length, (size_t)from, (size_t)to};
}

/* Puts the columns of a row that stay, with zeros after them where it is too short. */
static void put_row(struct row_writer *writer, const struct array *row, const struct cut *cut)
{
    size_t end = row->cols < cut->to ? row->cols : cut->to;
    size_t from = cut->from < end ? cut->from : end;
    row_writer_put_padded(writer, row->data + from * row->type.size, (end - from) * row->type.size);
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
    size_t cols = cut->to - cut->from;
    struct row_writer writer;
    own->names = block->names != NULL ? block->names + row : NULL;
    row_writer_begin(&writer, out, own, &type, cols);
    if (!block->ragged && cut->from == 0 && block->nds->cols == cut->to) {
        row_writer_put(&writer, block->nds->data, own->rows);
        return;
    }
    for (size_t i = row; i < row + own->rows; i++) {
        struct array source = block_row(block, i);
        put_row(&writer, &source, cut);
    }
}

static void put_block(struct output *out, const struct stream *in, const struct block *block,
                      const struct cut *cut)
{
    struct block own = *block;
    bool last = stream_at_end(in);
    own.col0 = stream_position(in, block, cut->from);
    own.has_col0 |= own.col0 > 0;
    block_cut_columns(&own, cut->from, cut->to);
    size_t row = 0;
    do {
        own.rows = run_length(block, row);
        own.last = last && row + own.rows == block->rows;
        put_run(out, block, row, cut, &own);
        row += own.rows;
    } while (row < block->rows);
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
}

static void write_frames(struct stream *in, struct output *out, const struct options *o)
{
    struct frames w = {.width = (size_t)o->width, .hop = (size_t)o->hop, .span = o->span};
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
    struct options o = {.span = NUM_SPAN_ALL, .hop = 1};
    char **files = options_parse(&table, &argc, argv, &o);
    input_note_all(files, argc, 1);
    struct output *out = output_open(o.output);
    struct stream *in = stream_open(files, argc);

    if (o.width > 0)
        write_frames(in, out, &o);
    else
        write_rows(in, out, &o);

    stream_close(in);
    output_close(out);
    return EXIT_SUCCESS;
}
