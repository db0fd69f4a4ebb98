#include "fields.h"

#include "mem.h"
#include "msg.h"

#include <inttypes.h>
#include <math.h>

uint64_t fields_uint(const struct fields *f, const char *key, uint64_t low, uint64_t high)
{
    const struct mp_value *v = mp_find(f->map, key);
    if (v == NULL || v->kind != MP_INT || v->integer < 0 || (uint64_t)v->integer < low ||
        (uint64_t)v->integer > high)
        die(f->name, "%s without \"%s\", expected an integer from %" PRIu64, f->what, key, low);
    return (uint64_t)v->integer;
}

bool fields_bool(const struct fields *f, const char *key)
{
    const struct mp_value *v = mp_find(f->map, key);
    if (v == NULL || v->kind != MP_BOOL)
        die(f->name, "%s without \"%s\", expected true or false", f->what, key);
    return v->boolean;
}

static void refuse_shape(const struct fields *f, const char *key, unsigned ndim, size_t rows,
                         size_t cols)
{
    if (ndim == 1)
        die(f->name, "%s whose \"%s\" does not fit, expected an array of %zu numbers", f->what, key,
            cols);
    die(f->name, "%s whose \"%s\" does not fit, expected an array of %zu x %zu", f->what, key, rows,
        cols);
}

double *fields_array(const struct fields *f, const char *key, unsigned ndim, size_t rows,
                     size_t cols)
{
    const struct mp_value *v = mp_find(f->map, key);
    if (v == NULL || v->kind != MP_ND || v->nds->ndim != ndim || v->nds->rows != rows ||
        v->nds->cols != cols)
        refuse_shape(f, key, ndim, rows, cols);
    double *a = mem_array(rows * cols, sizeof *a);
    nd_to_double(&v->nds->type, v->nds->data, rows * cols, a);
    for (size_t i = 0; i < rows * cols; i++)
        if (!isfinite(a[i]))
            die(f->name, "%s with NaN or infinity in \"%s\", expected finite numbers", f->what,
                key);
    return a;
}
