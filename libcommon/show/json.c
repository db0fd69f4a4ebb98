#include "show/json.h"

#include "base/print.h"
#include "text/cell.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static void put_cell(struct output *out, const struct array_type *type, const char *src)
{
    char text[DECIMAL_SIZE];
    size_t n = cell_write(type, src, text);
    bool finite = strchr("ni", text[text[0] == '-']) == NULL;
    output_write(out, finite ? text : "null", finite ? n : 4);
}

static void put_row(struct output *out, const struct array *a, size_t row)
{
    print_text(out, "[");
    for (size_t j = 0; j < a->cols; j++) {
        print_text(out, j > 0 ? ", " : "");
        put_cell(out, &a->type, a->data + (row * a->cols + j) * a->type.size);
    }
    print_text(out, "]");
}

static void put_array(struct output *out, const struct array *a, size_t rows)
{
    if (a->ndim == 1) {
        put_row(out, a, 0);
        return;
    }
    print_text(out, "[");
    for (size_t i = 0; i < a->rows && i < rows; i++) {
        print_text(out, i > 0 ? ", " : "");
        put_row(out, a, i);
    }
    print_text(out, "]");
}

/* JSON has no null for an empty string of its own. */
static void put_string(struct output *out, struct str s)
{
    if (s.n > 0)
        print_name(out, s, true);
    else
        print_text(out, "\"\"");
}

static void put_list(struct output *out, const struct map_value *v, size_t rows)
{
    print_text(out, "[");
    for (size_t i = 0; i < v->count && i < rows; i++) {
        print_text(out, i > 0 ? ", " : "");
        if (v->kind == MAP_LIST_STR)
            put_string(out, v->strs[i]);
        else
            put_row(out, &v->nds[i], 0);
    }
    print_text(out, "]");
}

static void put_map(struct output *out, const struct map *map, size_t rows);

static void put_maps(struct output *out, const struct map_value *v)
{
    struct map item = {.count = 0};
    print_text(out, "[");
    for (size_t i = 0; i < v->count; i++) {
        print_text(out, i > 0 ? ", " : "");
        if (map_parse_item(&item, v, i))
            put_map(out, &item, SIZE_MAX);
        else
            print_text(out, "null");
    }
    map_free(&item);
    print_text(out, "]");
}

static void put_value(struct output *out, const struct map_value *v, size_t rows)
{
    if (v->kind == MAP_STR)
        put_string(out, v->str);
    else if (v->kind == MAP_BOOL)
        print_text(out, v->boolean ? "true" : "false");
    else if (v->kind == MAP_INT)
        put_cell(out, &array_int64, (const char *)&v->integer);
    else if (v->kind == MAP_REAL)
        put_cell(out, &array_double, (const char *)&v->real);
    else if (v->kind == MAP_ARRAY)
        put_array(out, v->nds, rows);
    else if (v->kind == MAP_LIST_ARRAY || v->kind == MAP_LIST_STR || v->kind == MAP_EMPTY)
        put_list(out, v, rows);
    else if (v->kind == MAP_LIST_MAP)
        put_maps(out, v);
    else
        print_text(out, "null");
}

static void put_map(struct output *out, const struct map *map, size_t rows)
{
    for (size_t i = 0; i < map->count; i++) {
        struct str key = map->fields[i].key;
        bool by_row = str_is(key, "x") || str_is(key, "names");
        print_text(out, i > 0 ? ", " : "{");
        put_string(out, key);
        print_text(out, ": ");
        put_value(out, &map->fields[i].value, by_row ? rows : SIZE_MAX);
    }
    print_text(out, map->count > 0 ? "}" : "{}");
}

void json_put(struct output *out, const struct map *map, size_t rows)
{
    put_map(out, map, rows);
    print_text(out, "\n");
}
