#include "model/model_read.h"

#include "base/mem.h"
#include "base/msg.h"
#include "model/fields.h"
#include "model/local_read.h"
#include "stream/map_scan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* rows × from become rows × to, which is more. */
static double *widen(double *whole, size_t rows, size_t from, size_t to)
{
    whole = mem_grow(whole, rows, to * sizeof *whole);
    for (size_t i = rows; i-- > 0;)
        memmove(whole + i * to, whole + i * from, from * sizeof *whole);
    return whole;
}

/* Puts the columns of slice (rows × count) at column first of whole (rows × cols). */
static void place(double *whole, size_t cols, size_t first, double *slice, size_t rows,
                  size_t count)
{
    for (size_t i = 0; i < rows; i++)
        memcpy(whole + i * cols + first, slice + i * count, count * sizeof *slice);
    free(slice);
}

/* The number of targets in this map, which the intercept has. */
static size_t count_targets(const struct fields *s)
{
    const struct map_value *v = fields_find(s, FIELD_INTERCEPT);
    if (v == NULL)
        die(s->name, "a model without \"intercept\", expected an array of one number a target");
    if (v->kind != MAP_ARRAY || v->nds->ndim != 1)
        die(s->name, "a model whose \"intercept\" is no 1-D array, expected one number a target");
    if (v->nds->cols == 0)
        die(s->name, "a model of 0 targets, expected at least 1");
    return v->nds->cols;
}

/* The columns of the first of the two factors in place of coefficients. */
static size_t count_factors(const struct fields *s)
{
    const struct map_value *basis = fields_find(s, FIELD_BASIS);
    if (basis == NULL && fields_find(s, FIELD_LOADINGS) == NULL)
        die(s->name, "a model without \"coef\", expected it, or \"basis\" and \"loadings\"");
    if (basis == NULL)
        die(s->name, "a model with \"loadings\" and no \"basis\", expected both, or \"coef\"");
    if (basis->kind != MAP_ARRAY || basis->nds->ndim != 2)
        die(s->name, "a model whose \"basis\" is no 2-D array, expected one row a given column");
    return basis->nds->cols;
}

/* The name in this map, a view; empty if there is none. */
static struct str name_of(const struct fields *s)
{
    const struct map_value *name = fields_find(s, FIELD_NAME);
    if (name != NULL && name->kind != MAP_STR)
        die(s->name, "a model whose \"name\" is no text, expected the name of the rows fitted");
    return name != NULL ? name->str : (struct str){"", 0};
}

/* Where there is one for each given column and each target. */
static void read_columns(const struct fields *s, struct model *m)
{
    const struct map_value *v = map_find(s->map, "columns");
    if (v == NULL || v->kind != MAP_LIST_STR || v->count != m->given + m->targets)
        return;
    for (size_t i = 0; i < v->count; i++)
        str_list_add(&m->columns, (struct str){mem_text(v->strs[i].p, v->strs[i].n), v->strs[i].n});
}

/* What models of all kinds say of their rows. */
static void read_about(const struct fields *s, struct model *m)
{
    const struct map_value *rate = fields_find(s, FIELD_RATE);
    const struct map_value *col0 = fields_find(s, FIELD_COL0);
    bool number = rate != NULL && (rate->kind == MAP_INT || rate->kind == MAP_REAL);
    if (rate != NULL && !(number && rate->real > 0 && isfinite(rate->real)))
        die(s->name, "a model whose \"rate\" is no positive number, expected a sample rate in Hz");
    m->has_rate = rate != NULL;
    m->rate = rate != NULL ? rate->real : 0;
    if (col0 != NULL)
        m->col0 = fields_uint(s, FIELD_COL0, 0, INT64_MAX);
    m->range = fields_range(s);
    read_columns(s, m);
}

static void read_head(const struct fields *s, struct model *m)
{
    m->given = (size_t)fields_uint(s, FIELD_K, 1, MAP_SCAN_MAX);
    m->targets = count_targets(s);
    if (fields_find(s, FIELD_TARGETS) != NULL)
        m->targets = (size_t)fields_uint(s, FIELD_TARGETS, 1, MAP_SCAN_MAX);
    read_about(s, m);
    struct str name = name_of(s);
    m->name = (struct str){mem_text(name.p, name.n), name.n};
    bool dense = fields_find(s, FIELD_COEF) != NULL;
    m->rank = dense ? m->given : count_factors(s);
    if (dense && (fields_find(s, FIELD_BASIS) != NULL || fields_find(s, FIELD_LOADINGS) != NULL))
        die(s->name,
            "a model with \"coef\" and with \"basis\" or \"loadings\", expected one or the other");
    if (!dense)
        m->basis = fields_array(s, FIELD_BASIS, 2, m->given, m->rank);
}

/* Where a value a target stands in each row: coef, or the factor that is like it. */
static double **values_of(struct model *m)
{
    return m->basis == NULL ? &m->coef : &m->loadings;
}

/* Capacity for so many targets, of which there are *capacity: no more than twice what has come is
 * held, whatever the model says that is to come. */
static void widen_all(struct model *m, size_t wanted, size_t *capacity)
{
    size_t more = *capacity == 0 || 2 * *capacity < wanted ? wanted : 2 * *capacity;
    more = more < m->targets ? more : m->targets;
    if (wanted <= *capacity)
        return;
    m->intercept = widen(m->intercept, 1, *capacity, more);
    *values_of(m) = widen(*values_of(m), m->rank, *capacity, more);
    *capacity = more;
}

/* Whether a field differs from part to part of a model: those that have a value a target. */
static bool is_of_part(struct str key)
{
    static const enum field of_part[] = {FIELD_TARGET0,   FIELD_LAST, FIELD_LOO_R2,  FIELD_RSS,
                                         FIELD_INTERCEPT, FIELD_COEF, FIELD_LOADINGS};
    for (size_t i = 0; i < sizeof of_part / sizeof *of_part; i++)
        if (str_is(key, field_key(of_part[i])))
            return true;
    return false;
}

/* Reads the targets from `first` on that this map holds; returns the next one. capacity: columns of
 * the arrays. */
static size_t read_slice(const struct fields *s, struct model *m, size_t first, size_t *capacity)
{
    size_t at = fields_find(s, FIELD_TARGET0) != NULL
                    ? (size_t)fields_uint(s, FIELD_TARGET0, 0, MAP_SCAN_MAX)
                    : 0;
    size_t count = count_targets(s);
    if (at != first || count > m->targets - first)
        die(s->name,
            "a part of a model with targets %zu to %zu, expected targets from %zu up to %zu", at,
            at + count - 1, first, m->targets - 1);
    double *part =
        fields_array(s, m->basis == NULL ? FIELD_COEF : FIELD_LOADINGS, 2, m->rank, count);
    widen_all(m, first + count, capacity);
    place(m->intercept, *capacity, first, fields_array(s, FIELD_INTERCEPT, 1, 1, count), 1, count);
    place(*values_of(m), *capacity, first, part, m->rank, count);
    return first + count;
}

static void check_kind(const struct fields *s)
{
    const struct map_value *version = fields_find(s, FIELD_LSQ);
    if (version == NULL && (s->map->bare || map_find(s->map, "mat") != NULL))
        die(s->name, "a matrix, expected a model of lsq-fit");
    if (version == NULL && fields_find(s, FIELD_LSQ_PARTIAL) != NULL)
        die(s->name, "a partial fit, expected a model (lsq-fit makes one of it)");
    if (version == NULL)
        die(s->name, "no model (a map without \"lsq\"), expected the output of lsq-fit");
    if (version->kind != MAP_INT || version->integer != 1)
        die(s->name, "a model format other than version 1, expected \"lsq\": 1");
}

/* The range becomes that of samples of either sign: a row may count with a negative gain. */
static bool read_local(struct map_reader *maps, const struct map *map, struct model *m)
{
    struct fields s = {map_reader_name(maps), "a model", map};
    bool last;
    check_kind(&s);
    m->given = (size_t)fields_uint(&s, FIELD_K, 1, MAP_SCAN_MAX);
    m->targets = (size_t)fields_uint(&s, FIELD_TARGETS, 1, MAP_SCAN_MAX);
    read_about(&s, m);
    m->local = local_read(maps, map, m->given + m->targets, &last);
    m->range = (struct range){true, -m->local->peak, m->local->peak};
    return last;
}

bool model_read(struct map_reader *maps, struct model *m)
{
    memset(m, 0, sizeof *m);
    const struct map *map = map_reader_next(maps);
    if (map != NULL && map_find(map, field_key(FIELD_NEAREST)) != NULL)
        return read_local(maps, map, m);
    size_t next = 0;
    size_t capacity = 0;
    struct map first = {0};
    char *bytes = NULL; /* of first */
    bool last;
    for (;; map = map_reader_next(maps)) {
        struct fields s = {map_reader_name(maps), "a model", map};
        if (map == NULL)
            die(s.name, "truncated: a model of %zu target%s, expected %zu", next, msg_plural(next),
                m->targets);
        check_kind(&s);
        last = fields_find(&s, FIELD_LAST) == NULL || fields_bool(&s, FIELD_LAST);
        if (next == 0)
            read_head(&s, m);
        else
            fields_check_same(&s, &first, is_of_part);
        next = read_slice(&s, m, next, &capacity);
        if (bytes == NULL && next < m->targets)
            bytes = map_copy(&first, map, is_of_part);
        if (next == m->targets)
            break;
    }
    map_free(&first);
    free(bytes);
    return last;
}
