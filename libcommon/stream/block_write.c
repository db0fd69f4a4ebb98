#include "stream/block_write.h"

#include "stream/pack.h"

static bool is_known(const struct block *block, struct str key)
{
    if (str_is(key, "columns"))
        return block->has_columns;
    return block_field_is_own(key);
}

/* The next attribute from *at on that goes on into what is written; NULL after the last. */
static const struct map_field *next_attribute(const struct block *block,
                                              bool (*skip)(struct str key), size_t *at)
{
    const struct map *map = block->map;
    while (map != NULL && *at < map->count) {
        const struct map_field *field = &map->fields[(*at)++];
        if (!is_known(block, field->key) && (skip == NULL || !skip(field->key)))
            return field;
    }
    return NULL;
}

static size_t put_columns(struct output *out, const struct block *block)
{
    if (block->columns == NULL)
        return 0;
    if (out == NULL)
        return 1;
    pack_key(out, "columns");
    pack_list(out, block->columns_count);
    for (size_t i = 0; i < block->columns_count; i++)
        pack_str(out, block->columns[i]);
    return 1;
}

size_t block_write_meta(struct output *out, const struct block *block, bool (*skip)(struct str key))
{
    const struct map_field *field;
    size_t n = (size_t)block->has_rate + block->has_col0;
    if (block->has_rate && out != NULL) {
        pack_key(out, "rate");
        pack_number(out, block->rate);
    }
    if (block->has_col0 && out != NULL) {
        pack_key(out, "col0");
        pack_uint(out, block->col0);
    }
    n += put_columns(out, block);
    for (size_t at = 0; (field = next_attribute(block, skip, &at)) != NULL; n++)
        if (out != NULL) {
            pack_object(out, field->key_object);
            pack_object(out, field->value.object);
        }
    return n;
}

size_t block_write_size(const struct block *block, bool (*skip)(struct str key))
{
    enum { RATE_AND_COL0 = 28, COLUMNS = 13, STR_HEAD = 5 };
    size_t size = RATE_AND_COL0 + COLUMNS;
    for (size_t i = 0; block->columns != NULL && i < block->columns_count; i++)
        size += STR_HEAD + block->columns[i].n;
    const struct map_field *field;
    for (size_t at = 0; (field = next_attribute(block, skip, &at)) != NULL;)
        size += pack_object_size(field->key_object) + pack_object_size(field->value.object);
    return size;
}
