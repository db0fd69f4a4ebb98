#include "stream/row_subset.h"

#include "base/mem.h"
#include "base/msg.h"
#include "stream/block_write.h"
#include "stream/pack.h"

#include <stdlib.h>

/* The rows chosen from a block: their numbers in it, and a block of their names and,
 * where ragged, arrays. */
struct choice {
    const struct block *from;
    size_t *index;
    size_t count;
    struct str *names;
    struct array *nds;
    struct block meta;
};

static void choose(struct choice *c, const struct block *block, const bool *take, bool which)
{
    c->from = block;
    c->index = mem_array(block->rows, sizeof *c->index);
    c->count = 0;
    for (size_t i = 0; i < block->rows; i++)
        if (take[i] == which)
            c->index[c->count++] = i;
    c->names = mem_array(c->count, sizeof *c->names);
    c->nds = mem_array(c->count, sizeof *c->nds);
    c->meta = *block;
    c->meta.rows = c->count;
    for (size_t i = 0; i < c->count; i++) {
        c->names[i] = block_name(block, c->index[i]);
        if (block->ragged)
            c->nds[i] = block->nds[c->index[i]];
    }
    c->meta.names = block->names != NULL ? c->names : NULL;
    if (block->ragged)
        c->meta.nds = c->nds;
}

static void put_data(struct output *out, const struct choice *c, size_t first, size_t end)
{
    for (size_t i = first; i < end;) {
        struct block_row row = block_row(c->from, c->index[i]);
        size_t run = 1;
        /* Neighbours in a rectangle are neighbours in memory. */
        while (!c->from->ragged && i + run < end && c->index[i + run] == c->index[i] + run)
            run++;
        if (c->from->ragged)
            pack_array_head(out, &row.type, 1, 1, row.cols);
        output_write(out, row.data, run * row.cols * row.type.size);
        i += run;
    }
}

static void put_chosen(struct output *out, const struct choice *c, size_t first, size_t count,
                       bool last)
{
    if (c->from->ragged)
        block_put_ragged_head(out, &c->meta, first, count, last);
    else
        block_put_head(out, &c->meta, first, count, &c->from->nds->type, c->from->nds->cols, last);
    put_data(out, c, first, first + count);
}

void row_subset_put(struct output *out, const struct block *block, const bool *take, bool which,
                    bool last)
{
    struct choice c;
    choose(&c, block, take, which);
    size_t row_bytes = block->ragged ? 0 : block->nds->cols * block->nds->type.size;
    for (size_t first = 0; first < c.count;) {
        size_t n = block_fit(&c.meta, first, c.count - first, row_bytes);
        if (n == 0)
            die(output_name(out), "a row that fills a block, expected room for its attributes");
        put_chosen(out, &c, first, n, last && first + n == c.count);
        first += n;
    }
    if (c.count == 0 && last)
        put_chosen(out, &c, 0, 0, true);
    free(c.index);
    free(c.names);
    free(c.nds);
}
