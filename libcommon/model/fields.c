#include "model/fields.h"

#include "stream/block_write.h"
#include "stream/map_scan.h"
#include "base/mem.h"
#include "math/finite.h"
#include "base/msg.h"
#include "stream/pack.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

uint64_t fields_uint(const struct fields *f, const char *key, uint64_t low, uint64_t high)
{
    const struct map_value *v = map_find(f->map, key);
    if (v == NULL)
        die(f->name, "%s without \"%s\", expected an integer from %" PRIu64, f->what, key, low);
    if (v->kind != MAP_INT)
        die(f->name, "%s whose \"%s\" is no integer, expected one from %" PRIu64, f->what, key,
            low);
    if (v->integer < 0 || (uint64_t)v->integer < low)
        die(f->name, "%s whose \"%s\" is %" PRId64 ", expected an integer from %" PRIu64, f->what,
            key, v->integer, low);
    if ((uint64_t)v->integer > high)
        die(f->name, "%s whose \"%s\" is %" PRId64 ", expected an integer up to %" PRIu64, f->what,
            key, v->integer, high);
    return (uint64_t)v->integer;
}

bool fields_bool(const struct fields *f, const char *key)
{
    const struct map_value *v = map_find(f->map, key);
    if (v == NULL)
        die(f->name, "%s without \"%s\", expected true or false", f->what, key);
    if (v->kind != MAP_BOOL)
        die(f->name, "%s whose \"%s\" is neither true nor false, expected one of them", f->what,
            key);
    return v->boolean;
}

/* "3 x 2", or "3 numbers". */
static void say_shape(unsigned ndim, size_t rows, size_t cols, char text[64])
{
    if (ndim == 2)
        snprintf(text, 64, "%zu x %zu", rows, cols);
    else
        snprintf(text, 64, "%zu number%s", cols, msg_plural(cols));
}

static const struct array *find_array(const struct fields *f, const char *key, const char *expected)
{
    const struct map_value *v = map_find(f->map, key);
    if (v == NULL)
        die(f->name, "%s without \"%s\", expected an array of %s", f->what, key, expected);
    if (v->kind == MAP_BAD)
        die(f->name, "%s, \"%s\": %s", f->what, key, v->why);
    if (v->kind != MAP_ARRAY)
        die(f->name, "%s whose \"%s\" is no array, expected one of %s", f->what, key, expected);
    return v->nds;
}

double *fields_array(const struct fields *f, const char *key, unsigned ndim, size_t rows,
                     size_t cols)
{
    char expected[64], found[64];
    say_shape(ndim, rows, cols, expected);
    const struct array *nd = find_array(f, key, expected);
    say_shape(nd->ndim, nd->rows, nd->cols, found);
    if (nd->ndim != ndim || nd->rows != rows || nd->cols != cols)
        die(f->name, "%s whose \"%s\" is an array of %s, expected %s", f->what, key, found,
            expected);
    double *a = mem_array(rows * cols, sizeof *a);
    array_to_double(&nd->type, nd->data, rows * cols, a);
    if (!finite_all(a, rows * cols))
        die(f->name, "%s with NaN or infinity in \"%s\", expected finite numbers", f->what, key);
    return a;
}

struct range fields_range(const struct fields *f)
{
    struct range range = {false, 0, 0};
    if (map_find(f->map, FIELDS_RANGE) == NULL)
        return range;
    double *ends = fields_array(f, FIELDS_RANGE, 1, 1, 2);
    range = (struct range){true, ends[0], ends[1]};
    free(ends);
    if (range.low > range.high)
        die(f->name, "%s whose \"%s\" is %.10g to %.10g, expected the least value first", f->what,
            FIELDS_RANGE, range.low, range.high);
    return range;
}

void fields_put_range(struct output *out, const struct range *range)
{
    const double ends[] = {range->low, range->high};
    if (!range->known)
        return;
    pack_key(out, FIELDS_RANGE);
    pack_vector(out, ends, 2);
}

size_t fields_room(const struct block *meta, bool (*skip)(struct str key), struct str name)
{
    /* A model has 23 keys of up to 14 bytes, 9 heads of arrays, 10 numbers. */
    enum { OWN = 4096 };
    size_t taken = OWN + name.n + block_write_size(meta, skip);
    return taken < MAP_SCAN_MAX ? (MAP_SCAN_MAX - taken) / sizeof(double) : 0;
}
