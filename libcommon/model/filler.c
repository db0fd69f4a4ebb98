#include "model/filler.h"

#include "base/mem.h"
#include "base/msg.h"
#include "math/finite.h"
#include "model/roll_out.h"
#include "stream/row_reader.h"
#include "stream/row_writer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The row that is filled in. */
struct place {
    const struct stream *in;
    const struct block *block;
    size_t row, cols;
};

static const char *label(const struct place *at, char text[ROW_READER_LABEL])
{
    return row_reader_label(at->in, at->block, at->row, text);
}

static void use_model(struct filler *f, const struct model *model)
{
    if (model == f->model)
        return;
    fill_free(&f->fill);
    enum lsq_status status = fill_begin(&f->fill, model);
    if (status != LSQ_OK)
        die(NULL, "%s", lsq_status_why(status));
    f->model = model;
}

static void make_room(struct filler *f, size_t cols)
{
    if (cols <= f->room)
        return;
    f->room = cols;
    f->row = mem_grow(f->row, cols, sizeof *f->row);
    f->gap = mem_grow(f->gap, cols, sizeof *f->gap);
}

static void mark(struct filler *f, const struct place *at, const struct num_span *span)
{
    char text[ROW_READER_LABEL];
    struct num_columns c = num_resolve_span(span, at->cols);
    if (c.to > at->cols || c.from >= c.to)
        die(stream_name(at->in),
            "%s: columns %s are %" PRIu64 ":%" PRIu64 " in a row of %zu, expected A < B <= %zu",
            label(at, text), span->text, c.from, c.to, at->cols, at->cols);
    for (uint64_t j = c.from; j < c.to; j++)
        f->gap[j] = true;
}

/* Finds what is to be filled in, and reads all else: in a gap there may be anything. */
static void read_row(struct filler *f, const struct place *at)
{
    char text[ROW_READER_LABEL];
    memset(f->gap, 0, at->cols * sizeof *f->gap);
    for (size_t i = 0; i < f->spans->count; i++)
        mark(f, at, &f->spans->items[i]);
    size_t known = 0;
    for (size_t j = 0, end; j < at->cols; j = end) {
        for (end = j + 1; end < at->cols && f->gap[end] == f->gap[j]; end++)
            ;
        if (f->gap[j])
            continue;
        row_reader_columns(at->in, at->block, at->row, j, end - j, f->row + j);
        known += end - j;
    }
    if (known == 0)
        die(stream_name(at->in), "%s: columns %s are all %zu of it, expected others beside them",
            label(at, text), f->spans->items->text, at->cols);
}

static void fill(struct filler *f, const struct place *at)
{
    char text[ROW_READER_LABEL];
    const char *name = stream_name(at->in);
    use_model(f, model_set_of_row(f->models, at->in, at->block, at->row));
    if (at->cols < f->fill.window)
        die(name,
            "%s of %zu column%s, expected at least %zu, the model's given ones and its target",
            label(at, text), at->cols, msg_plural(at->cols), f->fill.window);
    make_room(f, at->cols);
    read_row(f, at);
    enum lsq_status status = fill_row(&f->fill, f->row, f->gap, at->cols);
    if (status == LSQ_DIVERGED)
        die(name,
            "%s: the model's errors do not determine columns %s, expected columns that they do",
            label(at, text), f->spans->items->text);
    if (status != LSQ_OK)
        die(NULL, "%s", lsq_status_why(status));
    if (!finite_all(f->row, at->cols))
        die(name, "%s: %s", label(at, text), roll_out_overflow);
}

void filler_put(struct filler *f, struct output *out, struct stream *in, const struct block *block)
{
    size_t arrays = block->ragged ? block->rows : 1;
    struct array *nds = mem_array(arrays, sizeof *nds);
    struct block own = *block;
    struct row_writer writer;
    for (size_t i = 0; i < arrays; i++) {
        nds[i] = block->nds[i];
        nds[i].type = array_double;
    }
    own.nds = nds;
    own.last = stream_at_end(in);
    model_set_rate(f->models, in, &own);
    row_writer_begin(&writer, out, &own, NULL, 0);
    for (size_t i = 0; i < block->rows; i++) {
        struct place at = {in, block, i, block_row(block, i).cols};
        fill(f, &at);
        row_writer_put(&writer, f->row, 1);
    }
    free(nds);
}

void filler_free(struct filler *f)
{
    fill_free(&f->fill);
    free(f->row);
    free(f->gap);
}
