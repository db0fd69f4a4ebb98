#include "stream/map.h"

#include "base/mem.h"
#include "base/msg.h"
#include "base/utf8.h"

#include <math.h>
#include <msgpack.h>
#include <stdlib.h>
#include <string.h>

struct map_memory {
    msgpack_zone zone;
};

/* Text is a str; packers from before msgpack had bin, and msgpack-numpy's own
 * keys, are taken in either form. msgpack-c has no address for what is empty, and
 * memcmp wants one. */
static bool text_of(const msgpack_object *o, struct str *s)
{
    if (o->type == MSGPACK_OBJECT_STR)
        *s = (struct str){o->via.str.ptr, o->via.str.size};
    else if (o->type == MSGPACK_OBJECT_BIN)
        *s = (struct str){o->via.bin.ptr, o->via.bin.size};
    else
        return false;
    if (s->n == 0)
        s->p = "";
    return true;
}

/* Whether the description of an element type may have Python objects in it: a name such as
 * `|O`, or a list of fields, each [name, type, ...]. NumPy takes maps too; nobody writes
 * them, so any of those may. */
static bool names_objects(const msgpack_object *type)
{
    struct str s;
    if (type->type == MSGPACK_OBJECT_ARRAY) {
        for (uint32_t i = 0; i < type->via.array.size; i++) {
            const msgpack_object *field = &type->via.array.ptr[i];
            bool pair = field->type == MSGPACK_OBJECT_ARRAY && field->via.array.size >= 2;
            if (names_objects(pair ? &field->via.array.ptr[1] : field))
                return true;
        }
        return false;
    }
    if (!text_of(type, &s))
        return type->type == MSGPACK_OBJECT_MAP;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == 'O' || (s.n - i >= 6 && memcmp(s.p + i, "object", 6) == 0))
            return true;
    return false;
}

enum array_key { ND, TYPE, KIND, SHAPE, DATA, ARRAY_KEYS };

/* A map, looked at as msgpack-numpy's layout of an array. */
struct array_map {
    const msgpack_object *value[ARRAY_KEYS]; /* the first of each key; NULL: there is none */
    const char *twice;                       /* a key that comes twice: NULL if none does */
    bool objects; /* its elements are Python objects; of a key that comes twice any value counts */
    bool others;  /* it has other keys */
};

static struct array_map look(const msgpack_object *o)
{
    static const struct str keys[] = {
        {"nd", 2}, {"type", 4}, {"kind", 4}, {"shape", 5}, {"data", 4}};
    struct array_map found = {.twice = NULL};
    for (uint32_t i = 0; o->type == MSGPACK_OBJECT_MAP && i < o->via.map.size; i++) {
        const msgpack_object_kv *kv = &o->via.map.ptr[i];
        struct str key, kind;
        size_t k = text_of(&kv->key, &key) ? 0 : ARRAY_KEYS;
        while (k < ARRAY_KEYS && !str_equal(key, keys[k]))
            k++;
        found.others |= k == ARRAY_KEYS;
        if (k == ARRAY_KEYS)
            continue;
        found.objects |= (k == TYPE && names_objects(&kv->val)) ||
                         (k == KIND && text_of(&kv->val, &kind) && str_is(kind, "O"));
        if (found.value[k] != NULL)
            found.twice = keys[k].p;
        else
            found.value[k] = &kv->val;
    }
    return found;
}

static bool is_array(const msgpack_object *o)
{
    return look(o).value[ND] != NULL;
}

/* Whether an array of Python objects is anywhere inside: a Python reader would run what
 * its pickle says. Depth is bounded by map_scan_run. */
static bool hides_pickle(const msgpack_object *o)
{
    if (o->type == MSGPACK_OBJECT_ARRAY) {
        for (uint32_t i = 0; i < o->via.array.size; i++)
            if (hides_pickle(&o->via.array.ptr[i]))
                return true;
    } else if (o->type == MSGPACK_OBJECT_MAP) {
        struct array_map found = look(o);
        if (found.value[ND] != NULL && found.objects)
            return true;
        for (uint32_t i = 0; i < o->via.map.size; i++)
            if (hides_pickle(&o->via.map.ptr[i].key) || hides_pickle(&o->via.map.ptr[i].val))
                return true;
    }
    return false;
}

static bool read_shape(const msgpack_object *o, struct array *nd, char *why)
{
    size_t extent[] = {1, 1};
    size_t count = 1;
    bool list = o->type == MSGPACK_OBJECT_ARRAY;
    if (list && o->via.array.size != 1 && o->via.array.size != 2)
        return why_not(why, "an array of %u dimensions, expected rows x columns",
                       (unsigned)o->via.array.size);
    nd->ndim = list ? o->via.array.size : 0;
    for (unsigned i = 0; i < nd->ndim; i++) {
        const msgpack_object *e = &o->via.array.ptr[i];
        list &= e->type == MSGPACK_OBJECT_POSITIVE_INTEGER;
        if (list && e->via.u64 > SIZE_MAX / 8 / (count > 0 ? count : 1))
            return why_not(why, "an array whose \"shape\" is beyond all memory, expected one that "
                                "fits the data");
        count *= extent[2 - nd->ndim + i] = (size_t)e->via.u64;
    }
    nd->rows = extent[0];
    nd->cols = extent[1];
    return list || why_not(why, "an array whose \"shape\" is no list of whole numbers, expected "
                                "one such as [2, 3]");
}

/* Records have a list in place of the name of a type. */
static bool refuse_type(const msgpack_object *type, char *why)
{
    static const char expected[] = "expected bool, integer, float32 or float64";
    struct str s;
    char text[200];
    if (!text_of(type, &s))
        return why_not(why, "an array of records or the like, %s", expected);
    return why_not(why, "an array of type '%s'%s, %s",
                   msg_text(s.p, s.n < 40 ? s.n : 40, text, sizeof text), s.n > 40 ? "..." : "",
                   expected);
}

/* Whether it is an array of an accepted type whose shape and data agree; says why not. */
static bool read_nd(const struct array_map *from, struct array *nd, char *why)
{
    const msgpack_object *const *value = from->value;
    struct str type;
    struct str data = {"", 0};
    bool bytes = value[DATA] != NULL && text_of(value[DATA], &data);
    if (from->twice != NULL)
        return why_not(why, "an array with the key \"%s\" twice, expected it once", from->twice);
    if (value[TYPE] == NULL || value[SHAPE] == NULL || !bytes)
        return why_not(why, "an array without %s, expected msgpack-numpy's layout",
                       value[TYPE] == NULL    ? "\"type\""
                       : value[SHAPE] == NULL ? "\"shape\""
                                              : "\"data\" in bytes");
    if (!text_of(value[TYPE], &type) || !array_parse_type(type, &nd->type))
        return refuse_type(value[TYPE], why);
    if (!read_shape(value[SHAPE], nd, why))
        return false;
    nd->data = data.p;
    size_t expected = nd->rows * nd->cols * nd->type.size;
    return data.n == expected || why_not(why, "an array of %zu byte%s, expected %zu for its shape",
                                         data.n, msg_plural(data.n), expected);
}

/* NumPy's scalars (a float64 for a rate, say) arrive as maps too. */
static void read_scalar(const struct array_map *from, struct map_value *value)
{
    const msgpack_object *t = from->value[TYPE];
    const msgpack_object *d = from->value[DATA];
    struct str type, data;
    struct array_type parsed;
    if (t == NULL || d == NULL || !text_of(t, &type) || !text_of(d, &data) ||
        !array_parse_type(type, &parsed) || data.n != parsed.size)
        return;
    array_to_double(&parsed, data.p, 1, &value->real);
    value->kind = parsed.kind == ARRAY_BOOL ? MAP_BOOL : MAP_REAL;
    value->boolean = value->real != 0;
    if (parsed.kind != ARRAY_FLOAT && parsed.kind != ARRAY_BOOL && fabs(value->real) < 9e15) {
        value->kind = MAP_INT;
        value->integer = (int64_t)value->real;
    }
}

static void *zone_array(struct map *map, size_t count, size_t size)
{
    void *p = msgpack_zone_malloc(&map->memory->zone, count * size);
    if (p == NULL)
        die(NULL, "out of memory: %zu times %zu bytes asked for", count, size);
    return p;
}

static void read_array(struct map *map, const struct array_map *from, struct map_value *value)
{
    const msgpack_object *nd = from->value[ND];
    if (nd->type == MSGPACK_OBJECT_BOOLEAN && !nd->via.boolean) {
        read_scalar(from, value);
        return;
    }
    struct array *view = zone_array(map, 1, sizeof *view);
    value->kind = read_nd(from, view, map->why) ? MAP_ARRAY : MAP_BAD;
    value->nds = view;
    value->why = map->why;
}

static void read_strings(struct map *map, const msgpack_object_array *a, struct map_value *value)
{
    struct str *strs = zone_array(map, a->size, sizeof *strs);
    for (uint32_t i = 0; i < a->size; i++)
        if (!text_of(&a->ptr[i], &strs[i]))
            return;
    value->kind = MAP_LIST_STR;
    value->strs = strs;
}

static void read_rows(struct map *map, const msgpack_object_array *a, struct map_value *value)
{
    struct array *nds = zone_array(map, a->size, sizeof *nds);
    char why[WHY_SIZE];
    value->nds = nds;
    value->why = map->why;
    value->kind = MAP_LIST_ARRAY;
    for (uint32_t i = 0; i < a->size; i++) {
        struct array_map found = look(&a->ptr[i]);
        nds[i].ndim = 0;
        if (found.value[ND] == NULL)
            why_not(why, "no array, expected a list of arrays");
        else if (read_nd(&found, &nds[i], why) && nds[i].ndim == 1)
            continue;
        else if (nds[i].ndim == 2)
            why_not(why, "an array of 2 dimensions, expected 1-D rows");
        why_not(map->why, "element %u: %s", (unsigned)i, why);
        value->kind = MAP_BAD;
        return;
    }
}

static void read_list(struct map *map, const msgpack_object_array *a, struct map_value *value)
{
    value->count = a->size;
    struct str s;
    if (a->size == 0)
        value->kind = MAP_EMPTY;
    else if (is_array(&a->ptr[0]))
        read_rows(map, a, value);
    else if (text_of(&a->ptr[0], &s))
        read_strings(map, a, value);
    else if (a->ptr[0].type == MSGPACK_OBJECT_MAP)
        value->kind = MAP_LIST_MAP;
}

static void read_value(struct map *map, const msgpack_object *o, struct map_value *value)
{
    struct array_map found;
    *value = (struct map_value){.object = o};
    switch (o->type) {
    case MSGPACK_OBJECT_BOOLEAN:
        value->kind = MAP_BOOL;
        value->boolean = o->via.boolean;
        break;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        value->kind = o->via.u64 <= INT64_MAX ? MAP_INT : MAP_REAL;
        value->integer = (int64_t)(o->via.u64 & INT64_MAX);
        value->real = (double)o->via.u64;
        break;
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        value->kind = MAP_INT;
        value->integer = o->via.i64;
        value->real = (double)o->via.i64;
        break;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        value->kind = MAP_REAL;
        value->real = o->via.f64;
        break;
    case MSGPACK_OBJECT_STR:
        value->kind = MAP_STR;
        text_of(o, &value->str);
        break;
    case MSGPACK_OBJECT_ARRAY:
        read_list(map, &o->via.array, value);
        break;
    case MSGPACK_OBJECT_MAP:
        found = look(o);
        if (found.value[ND] != NULL)
            read_array(map, &found, value);
        break;
    default:
        break;
    }
}

static int by_bytes(const void *x, const void *y)
{
    const struct str *a = x;
    const struct str *b = y;
    return str_compare(*a, *b);
}

static bool keys_differ(struct map *map)
{
    struct str *keys = zone_array(map, map->count, sizeof *keys);
    for (size_t i = 0; i < map->count; i++)
        keys[i] = map->fields[i].key;
    qsort(keys, map->count, sizeof *keys, by_bytes);
    for (size_t i = 1; i < map->count; i++)
        if (str_equal(keys[i - 1], keys[i]))
            return why_not(map->why, "a map with the key \"%.*s\" twice, expected it once",
                           keys[i].n < 100 ? (int)keys[i].n : 100, keys[i].p);
    return true;
}

static bool read_fields(struct map *map, const msgpack_object *root)
{
    size_t n = root->via.map.size;
    map->fields = zone_array(map, n, sizeof *map->fields);
    map->count = n;
    for (size_t i = 0; i < n; i++) {
        const msgpack_object_kv *kv = &root->via.map.ptr[i];
        struct str *key = &map->fields[i].key;
        if (!text_of(&kv->key, key))
            return why_not(map->why, "a map key that is no string, expected names such as \"x\"");
        /* Of bytes a Python reader makes no text. */
        if (kv->key.type == MSGPACK_OBJECT_STR && !utf8_valid(key->p, key->n))
            return why_not(map->why, "a map key that is not UTF-8, expected UTF-8");
        map->fields[i].key_object = &kv->key;
        read_value(map, &kv->val, &map->fields[i].value);
    }
    return keys_differ(map);
}

/* Memory for a map, or that of the one before. */
static void begin(struct map *map)
{
    if (map->memory != NULL) {
        msgpack_zone_clear(&map->memory->zone);
        return;
    }
    map->memory = mem_zero(1, sizeof *map->memory);
    if (!msgpack_zone_init(&map->memory->zone, MSGPACK_ZONE_CHUNK_SIZE))
        die(NULL, "out of memory");
}

bool map_parse(struct map *map, const char *bytes, size_t size)
{
    begin(map);
    map->bytes = (struct str){bytes, size};
    msgpack_object *root = zone_array(map, 1, sizeof *root);
    size_t offset = 0;
    msgpack_unpack_return status = msgpack_unpack(bytes, size, &offset, &map->memory->zone, root);
    if (status == MSGPACK_UNPACK_NOMEM_ERROR)
        die(NULL, "out of memory");
    if (status != MSGPACK_UNPACK_SUCCESS && status != MSGPACK_UNPACK_EXTRA_BYTES)
        return why_not(map->why, "bytes that are not msgpack, expected a map");
    if (hides_pickle(root))
        return why_not(map->why, "an array of Python objects, which is never read: expected "
                                 "bool, integer, float32 or float64, or a list of strings");
    struct array_map found = look(root);
    map->bare = found.value[ND] != NULL;
    if (!map->bare)
        return read_fields(map, root);
    /* With more in it, such as a block's fields, it could be read in two ways. */
    if (found.others)
        return why_not(map->why, "a map with \"nd\", which arrays have, and with other fields, "
                                 "expected one or the other");
    map->fields = zone_array(map, 1, sizeof *map->fields);
    map->count = 1;
    map->fields[0] = (struct map_field){.key = {"x", 1}};
    read_value(map, root, &map->fields[0].value);
    return true;
}

bool map_parse_item(struct map *map, const struct map_value *list, size_t i)
{
    const msgpack_object *item = &((const msgpack_object *)list->object)->via.array.ptr[i];
    begin(map);
    if (item->type != MSGPACK_OBJECT_MAP)
        return why_not(map->why, "no map, expected a list of maps");
    return read_fields(map, item);
}

void map_free(struct map *map)
{
    if (map->memory != NULL)
        msgpack_zone_destroy(&map->memory->zone);
    free(map->memory);
    memset(map, 0, sizeof *map);
}

char *map_copy(struct map *to, const struct map *from, bool (*skip)(struct str key))
{
    msgpack_sbuffer buffer;
    msgpack_packer pk;
    size_t n = 0;
    int failed = 0;
    for (size_t i = 0; i < from->count; i++)
        n += !skip(from->fields[i].key);
    /* A bare array's "x" has no key to copy; everybody skips it. */
    msgpack_sbuffer_init(&buffer);
    msgpack_packer_init(&pk, &buffer, msgpack_sbuffer_write);
    failed |= msgpack_pack_map(&pk, n);
    for (size_t i = 0; i < from->count; i++) {
        const struct map_field *field = &from->fields[i];
        if (skip(field->key))
            continue;
        failed |= msgpack_pack_object(&pk, *(const msgpack_object *)field->key_object);
        failed |= msgpack_pack_object(&pk, *(const msgpack_object *)field->value.object);
    }
    if (failed != 0)
        die(NULL, "out of memory");
    size_t size = buffer.size;
    char *bytes = msgpack_sbuffer_release(&buffer);
    if (!map_parse(to, bytes, size))
        die(NULL, "%s", to->why);
    return bytes;
}

static msgpack_sbuffer packed(const struct map_value *value)
{
    msgpack_sbuffer buffer;
    msgpack_packer pk;
    msgpack_sbuffer_init(&buffer);
    msgpack_packer_init(&pk, &buffer, msgpack_sbuffer_write);
    if (msgpack_pack_object(&pk, *(const msgpack_object *)value->object) != 0)
        die(NULL, "out of memory");
    return buffer;
}

bool map_has(const struct map *map, const struct map_field *field)
{
    size_t i = 0;
    while (i < map->count && !str_equal(map->fields[i].key, field->key))
        i++;
    if (i == map->count)
        return false;
    msgpack_sbuffer a = packed(&map->fields[i].value);
    msgpack_sbuffer b = packed(&field->value);
    bool same = a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
    msgpack_sbuffer_destroy(&a);
    msgpack_sbuffer_destroy(&b);
    return same;
}

const struct map_value *map_find(const struct map *map, const char *key)
{
    for (size_t i = 0; i < map->count; i++)
        if (str_is(map->fields[i].key, key))
            return &map->fields[i].value;
    return NULL;
}
