#include "stream/row_subset.h"

#include "base/mem.h"
#include "stream/row_writer.h"

#include <stdlib.h>

void row_subset_put(struct output *out, const struct block *block, const bool *take, bool which,
                    bool last)
{
    struct block own = *block;
    struct row_writer w;
    const char **data = mem_array(block->rows, sizeof *data);
    struct str *names = mem_array(block->names != NULL ? block->rows : 0, sizeof *names);
    struct array *nds = mem_array(block->ragged ? block->rows : 0, sizeof *nds);
    size_t n = 0;
    for (size_t i = 0; i < block->rows; i++) {
        if (take[i] != which)
            continue;
        struct array row = block_row(block, i);
        data[n] = row.data;
        if (block->names != NULL)
            names[n] = block->names[i];
        if (block->ragged)
            nds[n] = row;
        n++;
    }
    own.rows = n;
    own.last = last;
    own.names = block->names != NULL ? names : NULL;
    own.nds = block->ragged ? nds : block->nds;
    row_writer_begin(&w, out, &own, NULL, 0);
    for (size_t run, i = 0; i < n; i += run) {
        size_t bytes = block->ragged ? 0 : own.nds->cols * own.nds->type.size;
        run = 1;
        /* Neighbours in a rectangle are neighbours in memory. */
        while (!block->ragged && i + run < n && data[i + run] == data[i] + run * bytes)
            run++;
        row_writer_put(&w, data[i], run);
    }
    free(data);
    free(names);
    free(nds);
}
