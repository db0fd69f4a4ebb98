#include "stream/block.h"

#include "base/msg.h"
#include "base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool read_version(const struct map *map, char *why)
{
    const struct map_value *v = map_find(map, "mat");
    if (map->bare)
        return true;
    if (v == NULL && map_find(map, "lsq") != NULL)
        return why_not(why, "a model of lsq-fit, expected a matrix");
    if (v == NULL && map_find(map, "lsq_partial") != NULL)
        return why_not(why, "a partial fit of lsq-fit, expected a matrix");
    if (v == NULL)
        return why_not(why,
                       "a map without \"mat\", expected a matrix block {\"mat\": 1, \"x\": ...}");
    if (v->kind != MAP_INT || v->integer != 1)
        return why_not(why, "a matrix format other than version 1, expected \"mat\": 1");
    return true;
}

static bool read_x(const struct map *map, struct block *block, char *why)
{
    const struct map_value *v = map_find(map, "x");
    if (v == NULL)
        return why_not(why,
                       "a map without \"x\", expected a matrix block {\"mat\": 1, \"x\": ...}");
    if (v->kind == MAP_BAD)
        return why_not(why, "\"x\": %s", v->why);
    if (v->kind != MAP_ARRAY && v->kind != MAP_LIST_ARRAY && v->kind != MAP_EMPTY)
        return why_not(why, "\"x\": no array, expected an array or a list of arrays");
    block->ragged = v->kind != MAP_ARRAY;
    block->nds = v->nds;
    block->rows = block->ragged ? v->count : v->nds->rows;
    for (size_t i = 0; i < (block->ragged ? v->count : 1); i++)
        if (v->nds[i].cols == 0)
            return why_not(why, "row %zu of this block has 0 columns, expected at least 1", i);
    return true;
}

static bool read_names(const struct map *map, struct block *block, char *why)
{
    const struct map_value *v = map_find(map, "names");
    if (v == NULL)
        return true;
    if (v->kind == MAP_ARRAY || v->kind == MAP_BAD)
        return why_not(why, "\"names\": an array, expected a list of strings (names.tolist())");
    if (v->kind != MAP_LIST_STR && v->kind != MAP_EMPTY)
        return why_not(why, "\"names\": no list of strings, expected one name a row");
    if (v->count != block->rows)
        return why_not(why, "%zu name%s for %zu row%s, expected one name a row", v->count,
                       msg_plural(v->count), block->rows, msg_plural(block->rows));
    for (size_t i = 0; i < v->count; i++)
        if (!utf8_valid(v->strs[i].p, v->strs[i].n))
            return why_not(why, "the name of row %zu of this block is not UTF-8, expected UTF-8",
                           i);
    static const struct str none;
    block->names = v->kind == MAP_EMPTY ? &none : v->strs;
    return true;
}

/* Any other value of this key is an attribute that no filter knows. */
static void read_columns(const struct map *map, struct block *block)
{
    const struct map_value *v = map_find(map, "columns");
    if (v == NULL || v->kind != MAP_LIST_STR)
        return;
    for (size_t i = 0; i < v->count; i++)
        if (!utf8_valid(v->strs[i].p, v->strs[i].n))
            return;
    block->has_columns = true;
    block->columns = v->strs;
    block->columns_count = v->count;
}

bool block_field_is_own(struct str key)
{
    return str_is(key, "mat") || str_is(key, "x") || str_is(key, "names") || str_is(key, "rate") ||
           str_is(key, "col0") || str_is(key, "last");
}

void block_cut_columns(struct block *block, size_t from, size_t to)
{
    if (block->columns == NULL)
        return;
    block->columns = to <= block->columns_count ? block->columns + from : NULL;
    block->columns_count = to - from;
}

static bool read_attributes(const struct map *map, struct block *block, char *why)
{
    const struct map_value *rate = map_find(map, "rate");
    const struct map_value *col0 = map_find(map, "col0");
    const struct map_value *last = map_find(map, "last");
    bool number = rate != NULL && (rate->kind == MAP_INT || rate->kind == MAP_REAL);
    if (rate != NULL && !(number && isfinite(rate->real) && rate->real > 0))
        return why_not(why, "\"rate\" is no positive number, expected a sample rate in Hz");
    if (col0 != NULL && (col0->kind != MAP_INT || col0->integer < 0))
        return why_not(why, "\"col0\" is no column number, expected an integer from 0");
    if (last != NULL && last->kind != MAP_BOOL)
        return why_not(why, "\"last\" is neither true nor false, expected one of them");
    block->has_rate = rate != NULL;
    block->rate = rate != NULL ? rate->real : 0;
    block->has_col0 = col0 != NULL;
    block->col0 = col0 != NULL ? (uint64_t)col0->integer : 0;
    block->last = last == NULL || last->boolean;
    return true;
}

bool block_parse(const struct map *map, bool other, struct block *block, char *why)
{
    *block = (struct block){.map = map, .other = other, .ragged = other};
    read_columns(map, block);
    bool rows =
        other || (read_version(map, why) && read_x(map, block, why) && read_names(map, block, why));
    return rows && read_attributes(map, block, why);
}

static bool is_rows(struct str key)
{
    return str_is(key, "x") || str_is(key, "names");
}

void block_meta_keep(struct block_meta *meta, const struct block *block,
                     bool (*skip)(struct str key))
{
    *meta = (struct block_meta){.block = *block};
    meta->bytes = map_copy(&meta->map, block->map, skip != NULL ? skip : is_rows);
    meta->block.map = &meta->map;
    read_columns(&meta->map, &meta->block);
    meta->block.names = NULL;
    meta->block.nds = NULL;
    meta->block.rows = 0;
}

void block_meta_free(struct block_meta *meta)
{
    map_free(&meta->map);
    free(meta->bytes);
    memset(meta, 0, sizeof *meta);
}

struct array block_row(const struct block *block, size_t row)
{
    const struct array *nd = block->ragged ? &block->nds[row] : block->nds;
    size_t offset = block->ragged ? 0 : row * nd->cols * nd->type.size;
    return (struct array){nd->type, 1, 1, nd->cols, nd->data + offset};
}

struct array_type block_type(const struct block *block, size_t row)
{
    if (!block->ragged)
        return block->nds->type;
    return block->rows > 0 ? block->nds[row].type : array_int16;
}

struct str block_name(const struct block *block, size_t row)
{
    return block->names != NULL ? block->names[row] : (struct str){"", 0};
}
