#include "model/fields.h"

#include "base/mem.h"
#include "base/msg.h"
#include "math/finite.h"
#include "stream/block_write.h"
#include "stream/map_scan.h"
#include "stream/pack.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define KEY(field, key) key,
static const char *const keys[FIELD_COUNT] = {FIELDS(KEY)};

const char *field_key(enum field field)
{
    return keys[field];
}

bool field_is_own(struct str key)
{
    for (size_t i = 0; i < FIELD_RATE; i++)
        if (str_is(key, keys[i]))
            return true;
    return false;
}

const struct map_value *fields_find(const struct fields *f, enum field field)
{
    return map_find(f->map, field_key(field));
}

/* The value of a field that must be there. */
static const struct map_value *get(const struct fields *f, enum field field, const char *expected)
{
    const struct map_value *v = fields_find(f, field);
    if (v == NULL)
        die(f->name, "%s without \"%s\", expected %s", f->what, field_key(field), expected);
    return v;
}

uint64_t fields_uint(const struct fields *f, enum field field, uint64_t low, uint64_t high)
{
    char expected[80];
    snprintf(expected, sizeof expected, "an integer from %" PRIu64, low);
    const struct map_value *v = get(f, field, expected);
    const char *key = field_key(field);
    if (v->kind != MAP_INT)
        die(f->name, "%s whose \"%s\" is no integer, expected one from %" PRIu64, f->what, key,
            low);
    if (v->integer < 0 || (uint64_t)v->integer < low)
        die(f->name, "%s whose \"%s\" is %" PRId64 ", expected %s", f->what, key, v->integer,
            expected);
    if ((uint64_t)v->integer > high)
        die(f->name, "%s whose \"%s\" is %" PRId64 ", expected an integer up to %" PRIu64, f->what,
            key, v->integer, high);
    return (uint64_t)v->integer;
}

bool fields_bool(const struct fields *f, enum field field)
{
    const struct map_value *v = get(f, field, "true or false");
    if (v->kind != MAP_BOOL)
        die(f->name, "%s whose \"%s\" is neither true nor false, expected one of them", f->what,
            field_key(field));
    return v->boolean;
}

double fields_double(const struct fields *f, enum field field, bool from_0)
{
    const char *expected = from_0 ? "a number from 0" : "a number above 0";
    const struct map_value *v = get(f, field, expected);
    bool number = v->kind == MAP_INT || v->kind == MAP_REAL;
    if (!number)
        die(f->name, "%s whose \"%s\" is no number, expected %s", f->what, field_key(field),
            expected);
    if (!(v->real > 0 || (from_0 && v->real == 0)) || !isfinite(v->real))
        die(f->name, "%s whose \"%s\" is %.10g, expected %s", f->what, field_key(field), v->real,
            expected);
    return v->real;
}

/* "3 x 2", or "3 numbers". */
static void say_shape(unsigned ndim, size_t rows, size_t cols, char text[64])
{
    if (ndim == 2)
        snprintf(text, 64, "%zu x %zu", rows, cols);
    else
        snprintf(text, 64, "%zu number%s", cols, msg_plural(cols));
}

static const struct array *find_array(const struct fields *f, enum field field,
                                      const char *expected)
{
    const char *key = field_key(field);
    const struct map_value *v = map_find(f->map, key);
    if (v == NULL)
        die(f->name, "%s without \"%s\", expected an array of %s", f->what, key, expected);
    if (v->kind == MAP_BAD)
        die(f->name, "%s, \"%s\": %s", f->what, key, v->why);
    if (v->kind != MAP_ARRAY)
        die(f->name, "%s whose \"%s\" is no array, expected one of %s", f->what, key, expected);
    return v->nds;
}

double *fields_array(const struct fields *f, enum field field, unsigned ndim, size_t rows,
                     size_t cols)
{
    char expected[64], found[64];
    say_shape(ndim, rows, cols, expected);
    const struct array *nd = find_array(f, field, expected);
    say_shape(nd->ndim, nd->rows, nd->cols, found);
    if (nd->ndim != ndim || nd->rows != rows || nd->cols != cols)
        die(f->name, "%s whose \"%s\" is an array of %s, expected %s", f->what, field_key(field),
            found, expected);
    double *a = mem_array(rows * cols, sizeof *a);
    array_to_double(&nd->type, nd->data, rows * cols, a);
    if (!finite_all(a, rows * cols))
        die(f->name, "%s with NaN or infinity in \"%s\", expected finite numbers", f->what,
            field_key(field));
    return a;
}

const struct array *fields_rows(const struct fields *f, enum field field, size_t cols)
{
    char expected[64], found[64];
    snprintf(expected, sizeof expected, "rows of %zu columns", cols);
    const struct array *nd = find_array(f, field, expected);
    say_shape(nd->ndim, nd->rows, nd->cols, found);
    if (nd->ndim != 2 || nd->cols != cols)
        die(f->name, "%s whose \"%s\" is an array of %s, expected %s", f->what, field_key(field),
            found, expected);
    return nd;
}

const struct str *fields_names(const struct fields *f, size_t rows)
{
    const struct map_value *v = fields_find(f, FIELD_NAMES);
    if (v == NULL || rows == 0)
        return NULL;
    if (v->kind != MAP_LIST_STR || v->count != rows)
        die(f->name, "%s whose \"%s\" is no list of %zu string%s, expected one name a row", f->what,
            field_key(FIELD_NAMES), rows, msg_plural(rows));
    return v->strs;
}

/* Refuses f unless all other fields of a are b's too; one of the two is its map. */
static void check_fields(const struct fields *f, const struct map *a, const struct map *b,
                         bool (*skip)(struct str key))
{
    char text[256];
    for (size_t i = 0; i < a->count; i++)
        if (!skip(a->fields[i].key) && !map_has(b, &a->fields[i]))
            die(f->name, "a part of a model with another \"%s\", expected that of the part before",
                msg_text(a->fields[i].key.p, a->fields[i].key.n, text, sizeof text));
}

void fields_check_same(const struct fields *f, const struct map *first,
                       bool (*skip)(struct str key))
{
    check_fields(f, first, f->map, skip);
    check_fields(f, f->map, first, skip);
}

bool fields_rate(const struct fields *f, double *rate)
{
    const struct map_value *v = fields_find(f, FIELD_RATE);
    bool number = v != NULL && (v->kind == MAP_INT || v->kind == MAP_REAL);
    if (v != NULL && !(number && v->real > 0 && isfinite(v->real)))
        die(f->name, "%s whose \"rate\" is no positive number, expected a sample rate in Hz",
            f->what);
    *rate = v != NULL ? v->real : 0;
    return v != NULL;
}

uint64_t fields_col0(const struct fields *f)
{
    return fields_find(f, FIELD_COL0) != NULL ? fields_uint(f, FIELD_COL0, 0, INT64_MAX) : 0;
}

struct range fields_range(const struct fields *f)
{
    struct range range = {false, 0, 0};
    if (fields_find(f, FIELD_RANGE) == NULL)
        return range;
    double *ends = fields_array(f, FIELD_RANGE, 1, 1, 2);
    range = (struct range){true, ends[0], ends[1]};
    free(ends);
    if (range.low > range.high)
        die(f->name, "%s whose \"%s\" is %.10g to %.10g, expected the least value first", f->what,
            field_key(FIELD_RANGE), range.low, range.high);
    return range;
}

bool fields_put_key(struct fields_out *to, enum field field)
{
    to->count++;
    if (to->out != NULL)
        pack_key(to->out, field_key(field));
    return to->out != NULL;
}

void fields_put_uint(struct fields_out *to, enum field field, uint64_t value)
{
    if (fields_put_key(to, field))
        pack_uint(to->out, value);
}

void fields_put_bool(struct fields_out *to, enum field field, bool value)
{
    if (fields_put_key(to, field))
        pack_bool(to->out, value);
}

void fields_put_double(struct fields_out *to, enum field field, double value)
{
    if (fields_put_key(to, field))
        pack_double(to->out, value);
}

void fields_put_vector(struct fields_out *to, enum field field, const double *v, size_t n)
{
    if (fields_put_key(to, field))
        pack_vector(to->out, v, n);
}

void fields_put_columns(struct fields_out *to, enum field field, const double *a, size_t rows,
                        size_t cols, size_t first, size_t count)
{
    if (!fields_put_key(to, field))
        return;
    pack_array_head(to->out, &array_double, 2, rows, count);
    for (size_t i = 0; i < rows; i++)
        output_write(to->out, a + i * cols + first, count * sizeof *a);
}

void fields_put_range(struct fields_out *to, const struct range *range)
{
    const double ends[] = {range->low, range->high};
    if (range->known)
        fields_put_vector(to, FIELD_RANGE, ends, 2);
}

void fields_put_name(struct fields_out *to, struct str name)
{
    if (name.n > 0 && fields_put_key(to, FIELD_NAME))
        pack_str(to->out, name);
}

void fields_put_meta(struct fields_out *to, const struct block *meta)
{
    to->count += block_write_meta(to->out, meta, field_is_own);
}

size_t fields_capacity(const struct block *meta, size_t bytes)
{
    /* A model has 24 keys of up to 14 bytes, 10 heads of arrays, 10 numbers. */
    enum { OWN = 4096 };
    size_t taken = OWN + bytes + block_write_size(meta, field_is_own);
    return taken < MAP_SCAN_MAX ? (MAP_SCAN_MAX - taken) / sizeof(double) : 0;
}
