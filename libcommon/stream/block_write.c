#include "stream/block_write.h"

#include "stream/map_scan.h"
#include "stream/pack.h"

static bool is_known(struct str key)
{
    return str_is(key, "mat") || str_is(key, "x") || str_is(key, "names") || str_is(key, "rate") ||
           str_is(key, "col0") || str_is(key, "last");
}

/* Whether a field is an attribute that goes on into what is written. */
static bool goes_on(const struct map_field *field, bool (*skip)(struct str key))
{
    return !is_known(field->key) && (skip == NULL || !skip(field->key));
}

static size_t put_attributes(struct output *out, const struct map *map,
                             bool (*skip)(struct str key))
{
    size_t n = 0;
    for (size_t i = 0; map != NULL && i < map->count; i++) {
        const struct map_field *field = &map->fields[i];
        if (!goes_on(field, skip))
            continue;
        n++;
        if (out != NULL) {
            pack_object(out, field->key_object);
            pack_object(out, field->value.object);
        }
    }
    return n;
}

size_t block_meta_size(const struct block *meta, bool (*skip)(struct str key))
{
    enum { RATE_AND_COL0 = 28 };
    size_t size = RATE_AND_COL0;
    for (size_t i = 0; meta->map != NULL && i < meta->map->count; i++) {
        const struct map_field *field = &meta->map->fields[i];
        if (goes_on(field, skip))
            size += pack_object_size(field->key_object) + pack_object_size(field->value.object);
    }
    return size;
}

size_t block_fit(const struct block *meta, size_t row, size_t rows, size_t row_bytes)
{
    /* Keys and list heads take less than 100 bytes; each row may have an array head,
     * each name a head of 5. */
    size_t room = MAP_SCAN_MAX - 100 - PACK_ARRAY_HEAD;
    size_t attributes = block_meta_size(meta, NULL);
    if (attributes > room)
        return 0;
    room -= attributes;
    size_t n = 0;
    for (; n < rows; n++) {
        size_t need = PACK_ARRAY_HEAD + (meta->names != NULL ? 5 + meta->names[row + n].n : 0);
        size_t data = row_bytes;
        if (data == 0) {
            struct block_row own = block_row(meta, row + n);
            data = own.cols * own.type.size;
        }
        if (data > room || need > room - data)
            break;
        room -= data + need;
    }
    return n;
}

size_t block_put_meta(struct output *out, const struct block *meta, bool (*skip)(struct str key))
{
    if (out != NULL && meta->has_rate) {
        pack_key(out, "rate");
        pack_number(out, meta->rate);
    }
    if (out != NULL && meta->has_col0) {
        pack_key(out, "col0");
        pack_uint(out, meta->col0);
    }
    return (size_t)meta->has_rate + meta->has_col0 + put_attributes(out, meta->map, skip);
}

static void put_known(struct output *out, const struct block *meta, size_t row, size_t rows,
                      bool last)
{
    pack_map(out, (size_t)3 + (meta->names != NULL) + block_put_meta(NULL, meta, NULL));
    pack_key(out, "mat");
    pack_uint(out, 1);
    if (meta->names != NULL) {
        pack_key(out, "names");
        pack_list(out, rows);
        for (size_t i = 0; i < rows; i++)
            pack_str(out, meta->names[row + i]);
    }
    block_put_meta(out, meta, NULL);
    pack_key(out, "last");
    pack_bool(out, last);
    pack_key(out, "x");
}

void block_put_head(struct output *out, const struct block *meta, size_t row, size_t rows,
                    const struct array_type *type, size_t cols, bool last)
{
    put_known(out, meta, row, rows, last);
    pack_array_head(out, type, 2, rows, cols);
}

void block_put_ragged_head(struct output *out, const struct block *meta, size_t row, size_t rows,
                           bool last)
{
    put_known(out, meta, row, rows, last);
    pack_list(out, rows);
}
