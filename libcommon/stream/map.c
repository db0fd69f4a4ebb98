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
    size_t fields_size;
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

static const msgpack_object *lookup(const msgpack_object *map, const char *key)
{
    for (uint32_t i = 0; i < map->via.map.size; i++) {
        struct str s;
        if (text_of(&map->via.map.ptr[i].key, &s) && str_is(s, key))
            return &map->via.map.ptr[i].val;
    }
    return NULL;
}

static bool is_array_map(const msgpack_object *o)
{
    return o->type == MSGPACK_OBJECT_MAP && lookup(o, "nd") != NULL;
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

/* Of a key that comes twice a Python reader takes the last: any of them counts. */
static bool is_pickle(const msgpack_object *map)
{
    bool array = false;
    bool objects = false;
    for (uint32_t i = 0; i < map->via.map.size; i++) {
        const msgpack_object_kv *kv = &map->via.map.ptr[i];
        struct str key, kind;
        if (!text_of(&kv->key, &key))
            continue;
        array |= str_is(key, "nd");
        objects |= str_is(key, "type") && names_objects(&kv->val);
        objects |= str_is(key, "kind") && text_of(&kv->val, &kind) && str_is(kind, "O");
    }
    return array && objects;
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
        if (is_pickle(o))
            return true;
        for (uint32_t i = 0; i < o->via.map.size; i++)
            if (hides_pickle(&o->via.map.ptr[i].key) || hides_pickle(&o->via.map.ptr[i].val))
                return true;
    }
    return false;
}

static const char *const array_keys[] = {"nd", "type", "kind", "shape", "data"};
enum { ARRAY_KEYS = sizeof array_keys / sizeof *array_keys };

/* Which of the keys of arrays it is; ARRAY_KEYS if it is none. */
static size_t array_key(const msgpack_object *key)
{
    struct str s;
    size_t i = text_of(key, &s) ? 0 : ARRAY_KEYS;
    while (i < ARRAY_KEYS && !str_is(s, array_keys[i]))
        i++;
    return i;
}

/* A key of arrays that is in the map twice: a reader of dictionaries would take the last of the
 * values, this one the first. NULL if there is none. */
static const char *twice(const msgpack_object *map)
{
    bool seen[ARRAY_KEYS] = {false};
    for (uint32_t i = 0; i < map->via.map.size; i++) {
        size_t k = array_key(&map->via.map.ptr[i].key);
        if (k < ARRAY_KEYS && seen[k])
            return array_keys[k];
        if (k < ARRAY_KEYS)
            seen[k] = true;
    }
    return NULL;
}

/* The shape as 64-bit extents, its product in *count; what is wrong with it if it is no
 * shape or the product does not fit. */
static const char *read_shape(const msgpack_object *o, struct array *nd, uint64_t *count)
{
    static const char none[] = "an array whose \"shape\" is no list of whole numbers, "
                               "expected one such as [2, 3]";
    if (o == NULL)
        return "an array without \"shape\", expected a list such as [2, 3]";
    if (o->type != MSGPACK_OBJECT_ARRAY)
        return none;
    if (o->via.array.size > 64)
        return "an array of more than 64 dimensions, expected rows x columns";
    uint64_t extent[2] = {1, 1};
    *count = 1;
    for (uint32_t i = 0; i < o->via.array.size; i++) {
        const msgpack_object *e = &o->via.array.ptr[i];
        if (e->type != MSGPACK_OBJECT_POSITIVE_INTEGER)
            return none;
        uint64_t n = e->via.u64;
        if (n > SIZE_MAX || (n != 0 && *count > SIZE_MAX / 8 / n))
            return "an array whose \"shape\" is beyond all memory, expected one that fits the data";
        *count *= n;
        if (i < 2)
            extent[i] = n;
    }
    nd->ndim = o->via.array.size;
    nd->rows = nd->ndim == 1 ? 1 : (size_t)extent[0];
    nd->cols = nd->ndim == 1 ? (size_t)extent[0] : (size_t)extent[1];
    return NULL;
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

/* Whether o is an array of an accepted type whose shape and data agree; says why not. */
static bool read_nd(const msgpack_object *o, struct array *nd, char *why)
{
    struct str type, data;
    const msgpack_object *t = lookup(o, "type");
    const msgpack_object *d = lookup(o, "data");
    const char *again = twice(o);
    if (again != NULL)
        return why_not(why, "an array with the key \"%s\" twice, expected it once", again);
    if (t == NULL || d == NULL || !text_of(d, &data))
        return why_not(why, "an array without \"%s\"%s, expected msgpack-numpy's layout",
                       t == NULL ? "type" : "data", t != NULL && d != NULL ? " in bytes" : "");
    if (!text_of(t, &type) || !array_parse_type(type, &nd->type))
        return refuse_type(t, why);
    uint64_t count;
    const char *wrong = read_shape(lookup(o, "shape"), nd, &count);
    if (wrong != NULL)
        return why_not(why, "%s", wrong);
    if (count * nd->type.size != data.n)
        return why_not(why, "an array of %zu byte%s, expected %llu for its shape", data.n,
                       msg_plural(data.n), (unsigned long long)(count * nd->type.size));
    nd->data = data.p;
    if (nd->ndim != 1 && nd->ndim != 2)
        return why_not(why, "an array of %u dimensions, expected rows x columns", nd->ndim);
    return true;
}

/* NumPy's scalars (a float64 for a rate, say) arrive as maps too. */
static void read_scalar(const msgpack_object *o, struct map_value *value)
{
    const msgpack_object *t = lookup(o, "type");
    const msgpack_object *d = lookup(o, "data");
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

static void read_array(struct map *map, const msgpack_object *o, struct map_value *value)
{
    const msgpack_object *nd = lookup(o, "nd");
    if (nd->type == MSGPACK_OBJECT_BOOLEAN && !nd->via.boolean) {
        read_scalar(o, value);
        return;
    }
    struct array *view = zone_array(map, 1, sizeof *view);
    bool ok = read_nd(o, view, map->why);
    value->kind = ok ? MAP_ARRAY : MAP_BAD;
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
        nds[i].ndim = 0;
        if (!is_array_map(&a->ptr[i]))
            why_not(why, "no array, expected a list of arrays");
        else if (read_nd(&a->ptr[i], &nds[i], why) && nds[i].ndim == 1)
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
    else if (is_array_map(&a->ptr[0]))
        read_rows(map, a, value);
    else if (text_of(&a->ptr[0], &s))
        read_strings(map, a, value);
}

static void read_value(struct map *map, const msgpack_object *o, struct map_value *value)
{
    memset(value, 0, sizeof *value);
    value->object = o;
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
        if (is_array_map(o))
            read_array(map, o, value);
        break;
    default:
        break;
    }
}

/* Bounded, so that comparing each key with each stays cheap. */
enum { MAX_FIELDS = 256 };

static bool read_fields(struct map *map, const msgpack_object *root)
{
    size_t n = root->via.map.size;
    if (n > MAX_FIELDS)
        return why_not(map->why, "a map of more than 256 fields, expected fewer");
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
        for (size_t j = 0; j < i; j++)
            if (str_equal(map->fields[j].key, *key))
                return why_not(map->why, "a map with the key \"%.*s\" twice, expected it once",
                               key->n < 100 ? (int)key->n : 100, key->p);
        map->fields[i].key_object = &kv->key;
        read_value(map, &kv->val, &map->fields[i].value);
    }
    return true;
}

bool map_parse(struct map *map, const char *bytes, size_t size)
{
    if (map->memory == NULL) {
        map->memory = mem_zero(1, sizeof *map->memory);
        if (!msgpack_zone_init(&map->memory->zone, MSGPACK_ZONE_CHUNK_SIZE))
            die(NULL, "out of memory");
    } else {
        msgpack_zone_clear(&map->memory->zone);
    }
    msgpack_object *root = zone_array(map, 1, sizeof *root);
    size_t offset = 0;
    msgpack_unpack_return status = msgpack_unpack(bytes, size, &offset, &map->memory->zone, root);
    if (status == MSGPACK_UNPACK_NOMEM_ERROR)
        die(NULL, "out of memory");
    if (status != MSGPACK_UNPACK_SUCCESS && status != MSGPACK_UNPACK_EXTRA_BYTES)
        return why_not(map->why, "bytes that are not msgpack, expected a map");
    if (hides_pickle(root))
        return why_not(map->why, "an array of Python objects, which is never read: "
                                 "expected bool, integer, float32 or float64");
    map->bare = is_array_map(root);
    if (!map->bare)
        return read_fields(map, root);
    /* With more in it, such as a block's fields, it could be read in two ways. */
    for (uint32_t i = 0; i < root->via.map.size; i++)
        if (array_key(&root->via.map.ptr[i].key) == ARRAY_KEYS)
            return why_not(map->why, "a map with \"nd\", which arrays have, and with other fields, "
                                     "expected one or the other");
    map->fields = zone_array(map, 1, sizeof *map->fields);
    map->count = 1;
    map->fields[0].key = (struct str){"x", 1};
    map->fields[0].key_object = NULL;
    read_value(map, root, &map->fields[0].value);
    return true;
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

const struct map_value *map_find(const struct map *map, const char *key)
{
    for (size_t i = 0; i < map->count; i++)
        if (str_is(map->fields[i].key, key))
            return &map->fields[i].value;
    return NULL;
}
