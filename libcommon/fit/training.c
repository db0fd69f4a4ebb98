#include "fit/training.h"

#include "base/mem.h"
#include "base/msg.h"
#include "fit/fit_check.h"
#include "model/fields.h"
#include "model/partial.h"
#include "stream/row_reader.h"

#include <inttypes.h>
#include <stdlib.h>

/* The reducer with threads. The BLAS frees what it works in when the program ends, by a
 * message too: no thread may then be at work in it. */
static struct lsq_reducer *at_work;

static void rest(void)
{
    if (at_work != NULL)
        lsq_reducer_rest(at_work);
}

static size_t count_given(const struct training *f, size_t columns, const char *name)
{
    if (f->position.text == NULL)
        die_usage("no given columns, expected -g GIVEN");
    uint64_t given = num_resolve_pos(&f->position, columns);
    if (given < 1 || given >= columns)
        die(name, "-g %s is %" PRIu64 " of %zu column%s, expected at least 1 given and 1 target",
            f->position.text, given, columns, msg_plural(columns));
    return (size_t)given;
}

static void begin(struct training *f, const struct stream *in, const struct block *block,
                  size_t given, size_t columns)
{
    f->given = given;
    f->targets = columns - given;
    block_meta_keep(&f->meta, block, block->other ? field_is_own : NULL);
    f->reducer = lsq_reducer_new(f->given, f->targets, f->intercept, f->threads);
    if (f->reducer == NULL)
        fit_check(LSQ_NOMEM, stream_name(in));
    if (f->threads == 1)
        return;
    at_work = f->reducer;
    atexit(rest);
}

/* Rows that are no doubles become some a few at a time, and stay in the cache until they are
 * reduced. */
static const void *as_doubles(struct training *f, const struct block *block, size_t row,
                              size_t *count)
{
    size_t columns = f->given + f->targets;
    struct array first = block_row(block, row);
    bool native = first.type.kind == ARRAY_FLOAT && first.type.size == 8 && !first.type.swapped;
    if (native && !block->ragged)
        return first.data;
    if (f->strip == NULL) {
        f->strip_rows = 1 + (16 << 10) / columns;
        f->strip = mem_array(f->strip_rows, columns * sizeof *f->strip);
    }
    if (*count > f->strip_rows)
        *count = f->strip_rows;
    for (size_t i = 0; i < *count; i++) {
        struct array source = block_row(block, row + i);
        array_to_double(&source.type, source.data, columns, f->strip + i * columns);
    }
    return f->strip;
}

/* Adds block's rows from `row` to `end`, up to the first that is not finite. Returns that
 * one, or end. */
static size_t add_rows(struct training *f, const struct stream *in, const struct block *block,
                       size_t row, size_t end)
{
    while (row < end) {
        size_t added;
        size_t count = end - row;
        const void *rows = as_doubles(f, block, row, &count);
        fit_check(lsq_reducer_add(f->reducer, rows, count, &f->range, &added), stream_name(in));
        row += added;
        if (added < count)
            return row;
    }
    return row;
}

static void merge(struct training *f, const struct stream *in, const struct block *block)
{
    struct lsq_reduced part;
    struct range range;
    const char *name = stream_name(in);
    partial_read(name, block->map, &part, &range);
    size_t columns = part.given + part.targets;
    if (f->reducer == NULL)
        begin(f, in, block, f->position.text != NULL ? count_given(f, columns, name) : part.given,
              columns);
    if (part.given != f->given || part.targets != f->targets)
        die(name, "a partial fit of %zu given column%s and %zu target%s, expected %zu and %zu",
            part.given, msg_plural(part.given), part.targets, msg_plural(part.targets), f->given,
            f->targets);
    if (part.intercept != f->intercept)
        die(name, "a partial fit with%s intercept, expected one with%s intercept",
            part.intercept ? "" : "out", f->intercept ? "" : "out");
    fit_check(lsq_reducer_merge(f->reducer, &part), stream_name(in));
    range_merge(&f->range, &range);
    lsq_reduced_free(&part);
}

void training_take(struct training *f, const struct stream *in, const struct block *block,
                   size_t columns, size_t row, size_t end)
{
    if (block->other) {
        merge(f, in, block);
        return;
    }
    if (f->reducer == NULL)
        begin(f, in, block, count_given(f, columns, stream_name(in)), columns);
    if (columns != f->given + f->targets)
        die(stream_name(in), "rows of %zu column%s, expected %zu as in the partial fits", columns,
            msg_plural(columns), f->given + f->targets);
    size_t added = add_rows(f, in, block, row, end);
    if (added < end)
        row_reader_refuse(in, block, added);
}

void training_free(struct training *f)
{
    at_work = NULL;
    lsq_reducer_free(f->reducer);
    block_meta_free(&f->meta);
    free(f->strip);
    free((char *)f->name.p);
}
