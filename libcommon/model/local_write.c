#include "model/local_write.h"

#include "base/msg.h"
#include "model/fields.h"
#include "stream/map_scan.h"
#include "stream/pack.h"

#include <string.h>

size_t local_fitting(struct output *out, const struct block *block, size_t row, size_t columns)
{
    enum { NAME_HEAD = 5 };
    if (row == block->rows)
        return 0;
    struct array_type type = block_type(block, row);
    size_t room = fields_capacity(block, 0) * sizeof(double), n = 0;
    for (; row + n < block->rows; n++) {
        size_t size = columns * type.size + NAME_HEAD + block_name(block, row + n).n;
        if (size > room || strcmp(block_type(block, row + n).name, type.name) != 0)
            break;
        room -= size;
    }
    if (n == 0)
        die(output_name(out), "a row of %zu columns, expected it to fit into a map of 64 MiB",
            columns);
    return n;
}

static void put_names(struct fields_out *to, const struct block *block, size_t row, size_t count)
{
    if (block->names == NULL || !fields_put_key(to, FIELD_NAMES))
        return;
    pack_list(to->out, count);
    for (size_t i = 0; i < count; i++)
        pack_str(to->out, block->names[row + i]);
}

static void put_rows(struct fields_out *to, const struct block *block, size_t row, size_t count,
                     size_t columns)
{
    struct array_type type = block_type(block, row);
    if (!fields_put_key(to, FIELD_X))
        return;
    pack_array_head(to->out, &type, 2, count, columns);
    for (size_t i = 0; i < count; i++)
        output_write(to->out, block_row(block, row + i).data, columns * type.size);
}

static void put_settings(struct fields_out *to, const struct local_notes *n)
{
    fields_put_uint(to, FIELD_LSQ, 1);
    fields_put_uint(to, FIELD_K, n->given);
    fields_put_uint(to, FIELD_TARGETS, n->targets);
    fields_put_uint(to, FIELD_NEAREST, n->settings.nearest);
    fields_put_double(to, FIELD_BANDWIDTH, n->settings.bandwidth);
    fields_put_double(to, FIELD_GAIN, n->settings.gain);
    fields_put_double(to, FIELD_RIDGE, n->settings.ridge);
    fields_put_bool(to, FIELD_RIDGE_RELATIVE, n->settings.ridge_relative);
    fields_put_double(to, FIELD_WEIGHT, n->weight);
}

void local_put(struct output *out, const struct local_notes *notes, const struct block *block,
               size_t row, size_t count, const struct range *range, bool last)
{
    struct fields_out to = {NULL, 0};
    for (int pass = 0; pass < 2; pass++) { /* the first one counts */
        put_settings(&to, notes);
        if (count > 0)
            fields_put_range(&to, range);
        fields_put_meta(&to, block);
        fields_put_bool(&to, FIELD_LAST, last);
        put_names(&to, block, row, count);
        put_rows(&to, block, row, count, notes->given + notes->targets);
        if (pass == 0)
            pack_map(out, to.count);
        to.out = out;
    }
}
