#include "stream/frames.h"

#include "base/mem.h"
#include "base/msg.h"
#include "stream/row_writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BATCH = 1 << 20,                                          /* bytes of a block, about */
    TAIL = 22,                                                /* @, 20 digits and a NUL */
    ENTRY = TAIL + sizeof(struct str) + sizeof(const char *), /* what a frame takes here */
    FRAMES = BATCH / ENTRY
};

/* The frames of the block to be written: where they lie, and what they are called. */
struct frames_batch {
    size_t count, room, used; /* room and used of text */
    const char *data[FRAMES];
    struct str names[FRAMES];
    char *text;
};

/* Where the next frame is: at column `start` of a row and a span of it that ends by column `end`.
 */
struct place {
    const struct stream *in;
    const struct block *block;
    size_t row, span, start, end;
    bool framed; /* the row has a frame before that */
};

static void resolve(const struct frames *w, struct place *at)
{
    size_t cols = block_row(at->block, at->row).cols;
    const struct num_span *span = &w->spans.items[at->span];
    struct num_columns c = num_resolve_span(span, cols);
    if (c.from > cols || c.to > cols)
        die(stream_name(at->in),
            "row %zu: columns %s are %" PRIu64 ":%" PRIu64
            " in a row of %zu, expected positions up to %zu",
            stream_row0(at->in) + at->row, span->text, c.from, c.to, cols, cols);
    at->start = (size_t)c.from;
    /* Of a short row a fraction can be no column at all. */
    at->end = (size_t)(c.to > c.from ? c.to : c.from);
}

/* From the start of a span on to the next one of the row that has a frame, or after the last. */
static bool seek_span(struct frames *w, struct place *at)
{
    for (; at->span < w->spans.count; at->span++) {
        resolve(w, at);
        size_t cols = at->end - at->start;
        w->longest = cols > w->longest ? cols : w->longest;
        if (cols >= w->width)
            return true;
    }
    return false;
}

/* The same, and then on to the next row that has a frame, or after the last. */
static void seek(struct frames *w, struct place *at)
{
    for (; at->row < at->block->rows; at->row++) {
        if (seek_span(w, at)) {
            at->framed = true;
            return;
        }
        w->rows++;
        w->short_rows += !at->framed;
        at->framed = false;
        at->span = 0;
    }
}

/* Room for the names of a batch, which must not move while it fills: gather adds no more
 * than BATCH bytes to its first frame. */
static void reserve(struct frames_batch *batch, size_t first_name)
{
    size_t need = first_name + TAIL > BATCH ? first_name + TAIL : BATCH;
    if (batch->room >= need)
        return;
    batch->room = need;
    batch->text = mem_grow(batch->text, need, 1);
}

static void add_name(struct frames_batch *batch, const struct place *at)
{
    struct str name = block_name(at->block, at->row);
    struct str *own = &batch->names[batch->count];
    *own = (struct str){"", 0};
    if (name.n == 0)
        return;
    char *to = batch->text + batch->used;
    memcpy(to, name.p, name.n);
    int digits = snprintf(to + name.n, TAIL, "@%" PRIu64, at->block->col0 + at->start);
    *own = (struct str){to, name.n + (size_t)digits};
    batch->used += own->n;
}

/* Fills the batch with the frames from `at` on that go into one block: of one type. */
static void gather(struct frames *w, struct place *at)
{
    struct frames_batch *batch = w->batch;
    batch->count = batch->used = 0;
    if (at->row == at->block->rows)
        return;
    const struct array_type type = block_type(at->block, at->row);
    size_t bytes = 0;
    if (at->block->names != NULL)
        reserve(batch, block_name(at->block, at->row).n);
    while (at->row < at->block->rows && batch->count < FRAMES) {
        struct array row = block_row(at->block, at->row);
        bytes += w->width * type.size + block_name(at->block, at->row).n + ENTRY;
        if (strcmp(row.type.name, type.name) != 0 || (batch->count > 0 && bytes > BATCH))
            return;
        add_name(batch, at);
        batch->data[batch->count++] = row.data + at->start * type.size;
        if (at->end - at->start - w->width >= w->hop) {
            at->start += w->hop;
        } else {
            at->span++;
            seek(w, at);
        }
    }
}

/* Writes the frames of the batch. */
static void put_batch(struct frames *w, struct row_writer *writer, const struct array_type *type)
{
    bool reverse = w->reverse && w->batch->count > 0;
    char *reversed = reverse ? mem_array(w->width, type->size) : NULL;
    for (size_t i = 0; i < w->batch->count; i++) {
        if (reverse)
            array_copy(type, w->batch->data[i], w->width, true, reversed);
        row_writer_put(writer, reverse ? reversed : w->batch->data[i], 1);
    }
    w->frames += w->batch->count;
    free(reversed);
}

void frames_put(struct frames *w, struct output *out, const struct stream *in,
                const struct block *block)
{
    bool last = stream_at_end(in);
    struct place at = {.in = in, .block = block};
    if (w->batch == NULL)
        w->batch = mem_zero(1, sizeof *w->batch);
    seek(w, &at);
    if (last && at.row == block->rows && w->frames == 0 && w->rows > 0)
        die(stream_name(in),
            "rows of at most %zu column%s, expected one of at least %zu for a frame", w->longest,
            msg_plural(w->longest), w->width);
    do {
        struct array_type type = block_type(block, at.row < block->rows ? at.row : 0);
        struct block own = *block;
        struct row_writer writer;
        gather(w, &at);
        own.has_col0 = false;
        own.columns = NULL;
        own.names = block->names != NULL ? w->batch->names : NULL;
        own.rows = w->batch->count;
        own.last = last && at.row == block->rows;
        row_writer_begin(&writer, out, &own, &type, w->width);
        put_batch(w, &writer, &type);
    } while (at.row < block->rows);
}

void frames_free(struct frames *w)
{
    if (w->batch != NULL)
        free(w->batch->text);
    free(w->batch);
    w->batch = NULL;
}
