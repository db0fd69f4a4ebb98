#include "stream/row_subset.h"

#include "base/mem.h"
#include "stream/row_writer.h"

#include <stdlib.h>

/* The rows chosen from a block: their numbers in it, and a block of their names and arrays. */
struct choice {
    const struct block *from;
    size_t *index;
    struct str *names;
    struct array *nds;
    struct block block;
};

static void choose(struct choice *c, const struct block *block, const bool *take, bool which)
{
    c->from = block;
    c->index = mem_array(block->rows, sizeof *c->index);
    c->names = mem_array(block->rows, sizeof *c->names);
    c->nds = mem_array(block->ragged ? block->rows : 1, sizeof *c->nds);
    size_t n = 0;
    for (size_t i = 0; i < block->rows; i++) {
        if (take[i] != which)
            continue;
        c->index[n] = i;
        c->names[n] = block_name(block, i);
        if (block->ragged)
            c->nds[n] = block->nds[i];
        n++;
    }
    if (!block->ragged)
        c->nds[0] = block->nds[0];
    c->block = *block;
    c->block.rows = n;
    c->block.nds = c->nds;
    c->block.names = block->names != NULL ? c->names : NULL;
}

static void put_rows(struct output *out, const struct choice *c)
{
    struct row_writer w;
    row_writer_begin(&w, out, &c->block);
    for (size_t run, i = 0; i < c->block.rows; i += run) {
        run = 1;
        /* Neighbours in a rectangle are neighbours in memory. */
        while (!c->from->ragged && i + run < c->block.rows &&
               c->index[i + run] == c->index[i] + run)
            run++;
        row_writer_put(&w, block_row(c->from, c->index[i]).data, run);
    }
}

void row_subset_put(struct output *out, const struct block *block, const bool *take, bool which,
                    bool last)
{
    struct choice c;
    choose(&c, block, take, which);
    c.block.last = last;
    put_rows(out, &c);
    free(c.index);
    free(c.names);
    free(c.nds);
}
