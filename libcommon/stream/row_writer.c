#include "stream/row_writer.h"

#include "base/msg.h"
#include "stream/block_write.h"
#include "stream/map_scan.h"
#include "stream/pack.h"

static const struct array *array_of(const struct block *block, size_t row)
{
    return block->ragged ? &block->nds[row] : block->nds;
}

static size_t row_bytes(const struct block *block, size_t row)
{
    return array_of(block, row)->cols * array_of(block, row)->type.size;
}

/* How many rows from `row` on fit into one map. */
static size_t count_fitting(const struct block *block, size_t row)
{
    /* Keys and list heads take less than 100 bytes; each row may have an array head,
     * each name a head of 5. */
    size_t room = MAP_SCAN_MAX - 100 - PACK_ARRAY_HEAD;
    size_t attributes = block_write_size(block, NULL);
    size_t n = 0;
    room -= attributes < room ? attributes : room;
    for (; row + n < block->rows; n++) {
        size_t data = row_bytes(block, row + n);
        size_t head = PACK_ARRAY_HEAD + (block->names != NULL ? 5 + block->names[row + n].n : 0);
        if (data > room || head > room - data)
            break;
        room -= data + head;
    }
    return n;
}

static void put_names(struct output *out, const struct block *block, size_t row, size_t rows)
{
    if (block->names == NULL)
        return;
    pack_key(out, "names");
    pack_list(out, rows);
    for (size_t i = 0; i < rows; i++)
        pack_str(out, block->names[row + i]);
}

/* Begins a map of w->left rows: all of it up to their data. */
static void put_head(const struct row_writer *w)
{
    const struct block *block = &w->block;
    pack_map(w->out, (size_t)3 + (block->names != NULL) + block_write_meta(NULL, block, NULL));
    pack_key(w->out, "mat");
    pack_uint(w->out, 1);
    put_names(w->out, block, w->row, w->left);
    block_write_meta(w->out, block, NULL);
    pack_key(w->out, "last");
    pack_bool(w->out, block->last && w->row + w->left == block->rows);
    pack_key(w->out, "x");
    if (block->ragged)
        pack_list(w->out, w->left);
    else
        pack_array_head(w->out, &block->nds->type, 2, w->left, block->nds->cols);
}

static void begin_map(struct row_writer *w)
{
    w->left = count_fitting(&w->block, w->row);
    if (w->left == 0) {
        size_t cols = array_of(&w->block, w->row)->cols;
        die(output_name(w->out),
            "a row of %zu column%s (%zu bytes), expected it to fit into 64 MiB", cols,
            msg_plural(cols), row_bytes(&w->block, w->row));
    }
    put_head(w);
}

void row_writer_begin(struct row_writer *w, struct output *out, const struct block *block,
                      const struct array_type *type, size_t cols)
{
    *w = (struct row_writer){.out = out, .block = *block};
    if (type != NULL) {
        w->shape = (struct array){*type, 2, block->rows, cols, NULL};
        w->block.nds = &w->shape;
        w->block.ragged = false;
    }
    if (block->rows > 0)
        begin_map(w);
    else if (block->last)
        put_head(w);
}

/* Begins on the next rows, up to so many, that one map takes; returns how many. */
static size_t begin_rows(struct row_writer *w, size_t rows)
{
    if (w->left == 0)
        begin_map(w);
    size_t n = rows < w->left ? rows : w->left;
    const struct array *array = array_of(&w->block, w->row);
    if (w->block.ragged)
        pack_array_head(w->out, &array->type, 1, 1, array->cols);
    w->row += n;
    w->left -= n;
    return n;
}

void row_writer_put(struct row_writer *w, const void *data, size_t rows)
{
    const char *at = data;
    while (rows > 0) {
        size_t each = row_bytes(&w->block, w->row);
        size_t n = begin_rows(w, rows);
        output_write(w->out, at, n * each);
        at += n * each;
        rows -= n;
    }
}
