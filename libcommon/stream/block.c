#include "stream/block.h"

#include "stream/map_scan.h"
#include "base/msg.h"
#include "base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_known(struct str key)
{
    return str_is(key, "mat") || str_is(key, "x") || str_is(key, "names") || str_is(key, "rate") ||
           str_is(key, "col0") || str_is(key, "last");
}

static bool refuse(char *why, const char *text)
{
    snprintf(why, BLOCK_WHY, "%s", text);
    return false;
}

static bool read_version(const struct mp_map *map, char *why)
{
    const struct mp_value *v = mp_find(map, "mat");
    if (map->bare)
        return true;
    if (v == NULL && mp_find(map, "lsq") != NULL)
        return refuse(why, "a model of lsq-fit, expected a matrix");
    if (v == NULL && mp_find(map, "lsq_partial") != NULL)
        return refuse(why, "a partial fit of lsq-fit, expected a matrix");
    if (v == NULL)
        return refuse(why,
                      "a map without \"mat\", expected a matrix block {\"mat\": 1, \"x\": ...}");
    if (v->kind != MP_INT || v->integer != 1)
        return refuse(why, "a matrix format other than version 1, expected \"mat\": 1");
    return true;
}

static bool read_x(const struct mp_map *map, struct block *block, char *why)
{
    const struct mp_value *v = mp_find(map, "x");
    if (v == NULL)
        return refuse(why, "a map without \"x\", expected a matrix block {\"mat\": 1, \"x\": ...}");
    if (v->kind == MP_BAD) {
        snprintf(why, BLOCK_WHY, "\"x\": %s", v->why);
        return false;
    }
    if (v->kind != MP_ND && v->kind != MP_LIST_ND && v->kind != MP_EMPTY)
        return refuse(why, "\"x\": no array, expected an array or a list of arrays");
    block->ragged = v->kind != MP_ND;
    block->nds = v->nds;
    block->rows = block->ragged ? v->count : v->nds->rows;
    for (size_t i = 0; i < (block->ragged ? v->count : 1); i++)
        if (v->nds[i].cols == 0) {
            snprintf(why, BLOCK_WHY, "row %zu of this block has 0 columns, expected at least 1", i);
            return false;
        }
    return true;
}

static bool read_names(const struct mp_map *map, struct block *block, char *why)
{
    const struct mp_value *v = mp_find(map, "names");
    if (v == NULL || v->kind == MP_OTHER) {
        if (v != NULL)
            return refuse(why, "\"names\": no list of strings, expected one name a row");
        return true;
    }
    if (v->kind != MP_LIST_STR && v->kind != MP_EMPTY)
        return refuse(why, "\"names\": no list of strings, expected one name a row");
    if (v->count != block->rows) {
        snprintf(why, BLOCK_WHY, "%zu name%s for %zu row%s, expected one name a row", v->count,
                 msg_plural(v->count), block->rows, msg_plural(block->rows));
        return false;
    }
    for (size_t i = 0; i < v->count; i++)
        if (!utf8_valid(v->strs[i].p, v->strs[i].n)) {
            snprintf(why, BLOCK_WHY,
                     "the name of row %zu of this block is not UTF-8, expected UTF-8", i);
            return false;
        }
    static const struct str none;
    block->names = v->kind == MP_EMPTY ? &none : v->strs;
    return true;
}

static bool read_attributes(const struct mp_map *map, struct block *block, char *why)
{
    const struct mp_value *rate = mp_find(map, "rate");
    const struct mp_value *col0 = mp_find(map, "col0");
    const struct mp_value *last = mp_find(map, "last");
    block->has_rate = rate != NULL;
    block->has_col0 = col0 != NULL;
    block->last = true;
    if (rate != NULL) {
        block->rate = rate->real;
        if ((rate->kind != MP_INT && rate->kind != MP_REAL) || !isfinite(rate->real) ||
            rate->real <= 0)
            return refuse(why, "\"rate\" is no positive number, expected a sample rate in Hz");
    }
    if (col0 != NULL) {
        if (col0->kind != MP_INT || col0->integer < 0)
            return refuse(why, "\"col0\" is no column number, expected an integer from 0");
        block->col0 = (uint64_t)col0->integer;
    }
    if (last != NULL) {
        if (last->kind != MP_BOOL)
            return refuse(why, "\"last\" is neither true nor false, expected one of them");
        block->last = last->boolean;
    }
    return true;
}

bool block_parse(const struct mp_map *map, struct block *block, char *why)
{
    memset(block, 0, sizeof *block);
    block->map = map;
    return read_version(map, why) && read_x(map, block, why) && read_names(map, block, why) &&
           read_attributes(map, block, why);
}

bool block_parse_other(const struct mp_map *map, struct block *block, char *why)
{
    memset(block, 0, sizeof *block);
    block->map = map;
    block->other = true;
    block->ragged = true;
    return read_attributes(map, block, why);
}

static bool is_rows(struct str key)
{
    return str_is(key, "x") || str_is(key, "names");
}

void block_meta_keep(struct block_meta *meta, const struct block *block,
                     bool (*skip)(struct str key))
{
    memset(meta, 0, sizeof *meta);
    meta->bytes = mp_copy(&meta->map, block->map, skip != NULL ? skip : is_rows);
    meta->block = *block;
    meta->block.map = &meta->map;
    meta->block.names = NULL;
    meta->block.nds = NULL;
    meta->block.rows = 0;
}

void block_meta_free(struct block_meta *meta)
{
    mp_free(&meta->map);
    free(meta->bytes);
    memset(meta, 0, sizeof *meta);
}

struct block_row block_row(const struct block *block, size_t row)
{
    const struct nd *nd = block->ragged ? &block->nds[row] : block->nds;
    size_t offset = block->ragged ? 0 : row * nd->cols * nd->type.size;
    return (struct block_row){nd->type, nd->cols, nd->data + offset};
}

struct str block_name(const struct block *block, size_t row)
{
    return block->names != NULL ? block->names[row] : (struct str){"", 0};
}

/* Whether a field is an attribute that goes on into what is written. */
static bool goes_on(const struct mp_field *field, bool (*skip)(struct str key))
{
    return !is_known(field->key) && (skip == NULL || !skip(field->key));
}

static size_t put_attributes(struct output *out, const struct mp_map *map,
                             bool (*skip)(struct str key))
{
    size_t n = 0;
    for (size_t i = 0; map != NULL && i < map->count; i++) {
        const struct mp_field *field = &map->fields[i];
        if (!goes_on(field, skip))
            continue;
        n++;
        if (out != NULL) {
            mp_put_object(out, field->key_object);
            mp_put_object(out, field->value.object);
        }
    }
    return n;
}

size_t block_meta_size(const struct block *meta, bool (*skip)(struct str key))
{
    enum { RATE_AND_COL0 = 28 };
    size_t size = RATE_AND_COL0;
    for (size_t i = 0; meta->map != NULL && i < meta->map->count; i++) {
        const struct mp_field *field = &meta->map->fields[i];
        if (goes_on(field, skip))
            size += mp_size_object(field->key_object) + mp_size_object(field->value.object);
    }
    return size;
}

size_t block_fit(const struct block *meta, size_t row, size_t rows, size_t row_bytes)
{
    /* Keys and list heads take less than 100 bytes; each row may have an array head,
     * each name a head of 5. */
    size_t room = FRAME_MAX - 100 - MP_ND_HEAD;
    size_t attributes = block_meta_size(meta, NULL);
    if (attributes > room)
        return 0;
    room -= attributes;
    size_t n = 0;
    for (; n < rows; n++) {
        size_t need = MP_ND_HEAD + (meta->names != NULL ? 5 + meta->names[row + n].n : 0);
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
        mp_put_key(out, "rate");
        mp_put_number(out, meta->rate);
    }
    if (out != NULL && meta->has_col0) {
        mp_put_key(out, "col0");
        mp_put_uint(out, meta->col0);
    }
    return (size_t)meta->has_rate + meta->has_col0 + put_attributes(out, meta->map, skip);
}

static void put_known(struct output *out, const struct block *meta, size_t row, size_t rows,
                      bool last)
{
    mp_put_map(out, (size_t)3 + (meta->names != NULL) + block_put_meta(NULL, meta, NULL));
    mp_put_key(out, "mat");
    mp_put_uint(out, 1);
    if (meta->names != NULL) {
        mp_put_key(out, "names");
        mp_put_list(out, rows);
        for (size_t i = 0; i < rows; i++)
            mp_put_str(out, meta->names[row + i]);
    }
    block_put_meta(out, meta, NULL);
    mp_put_key(out, "last");
    mp_put_bool(out, last);
    mp_put_key(out, "x");
}

void block_put_head(struct output *out, const struct block *meta, size_t row, size_t rows,
                    const struct nd_type *type, size_t cols, bool last)
{
    put_known(out, meta, row, rows, last);
    mp_put_nd_head(out, type, 2, rows, cols);
}

void block_put_ragged_head(struct output *out, const struct block *meta, size_t row, size_t rows,
                           bool last)
{
    put_known(out, meta, row, rows, last);
    mp_put_list(out, rows);
}
