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

/* What has come of a model in parts, each of some given columns and some targets. */
struct parts {
    struct model *m;
    bool dense;
    size_t given, target; /* the next ones: all given columns of some targets come first */
    size_t count;         /* of targets in the part before */
    size_t room;          /* for targets, in arrays that have a value a target */
};

/* A part of an array. */
struct rectangle {
    size_t row, col, rows, cols;
};

/* Puts the part of a field, which the first one is, at its place in *whole, of `width` columns;
 * there: it must be what stands there already. */
static void join(const struct fields *s, enum field field, double **whole, size_t width,
                 struct rectangle r, double *part, bool there)
{
    if (*whole == NULL) {
        *whole = part;
        return;
    }
    for (size_t i = 0; i < r.rows; i++) {
        double *to = *whole + (r.row + i) * width + r.col;
        if (there && memcmp(to, part + i * r.cols, r.cols * sizeof *part) != 0)
            die(s->name, "a part of a model with another \"%s\", expected that of the part before",
                field_key(field));
        memcpy(to, part + i * r.cols, r.cols * sizeof *part);
    }
    free(part);
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
    m->has_rate = fields_rate(s, &m->rate);
    m->col0 = fields_col0(s);
    m->range = fields_range(s);
    read_columns(s, m);
}

/* Whether it has coefficients and not their factors. */
static bool read_head(const struct fields *s, struct model *m)
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
    return dense;
}

/* Room for so many targets, beside those of the first part: no more than twice what has come is
 * held, whatever the model says that is to come. */
static void make_room(struct parts *p, size_t wanted)
{
    struct model *m = p->m;
    size_t more = 2 * p->room < wanted ? wanted : 2 * p->room;
    more = more < m->targets ? more : m->targets;
    p->room = p->room == 0 ? wanted : p->room;
    if (wanted <= p->room)
        return;
    m->intercept = widen(m->intercept, 1, p->room, more);
    if (!p->dense)
        m->loadings = widen(m->loadings, m->rank, p->room, more);
    else
        m->coef = widen(m->coef, m->given, p->room, more);
    p->room = more;
}

/* Whether a field differs from part to part of a model: those that have a value a target. */
static bool is_of_part(struct str key)
{
    static const enum field of_part[] = {FIELD_TARGET0, FIELD_LAST,    FIELD_LOO_R2,
                                         FIELD_RSS,     FIELD_TSS,     FIELD_INTERCEPT,
                                         FIELD_COEF,    FIELD_LOADINGS};
    for (size_t i = 0; i < sizeof of_part / sizeof *of_part; i++)
        if (str_is(key, field_key(of_part[i])))
            return true;
    return false;
}

/* The same where parts have some of the given columns. */
static bool is_of_cut_part(struct str key)
{
    return is_of_part(key) || str_is(key, field_key(FIELD_GIVEN0)) ||
           str_is(key, field_key(FIELD_BASIS));
}

/* Where a part begins; it must be at `next`, and of at most `all` - next. */
static size_t begin_of(const struct fields *s, enum field field, const char *what, size_t count,
                       size_t next, size_t all)
{
    size_t at = fields_find(s, field) != NULL ? (size_t)fields_uint(s, field, 0, MAP_SCAN_MAX) : 0;
    if (at != next || count > all - next)
        die(s->name, "a part of a model with %s %zu to %zu, expected %s from %zu up to %zu", what,
            at, at + count - 1, what, next, all - 1);
    return at;
}

/* The number of given columns in this map: all, unless it says which is the first. */
static size_t count_given(const struct fields *s, const struct parts *p)
{
    const struct map_value *v = fields_find(s, p->dense ? FIELD_COEF : FIELD_BASIS);
    bool cut = fields_find(s, FIELD_GIVEN0) != NULL && v != NULL && v->kind == MAP_ARRAY;
    return cut && v->nds->rows > 0 ? v->nds->rows : p->m->given;
}

/* More rows of given columns, which come with the first targets. */
static double *lengthen(double *whole, const struct rectangle *r, size_t width)
{
    return r->row > 0 ? mem_grow(whole, r->row + r->rows, width * sizeof *whole) : whole;
}

/* The given columns of a factor, which are the same for all targets. */
static void join_basis(const struct fields *s, struct parts *p, struct rectangle r, double *part)
{
    struct model *m = p->m;
    m->basis = p->target == 0 ? lengthen(m->basis, &r, m->rank) : m->basis;
    join(s, FIELD_BASIS, &m->basis, m->rank, r, part, p->target > 0);
}

static void read_part(const struct fields *s, struct parts *p)
{
    struct model *m = p->m;
    size_t targets = count_targets(s), given = count_given(s, p);
    size_t t = begin_of(s, FIELD_TARGET0, "targets", targets, p->target, m->targets);
    size_t g = begin_of(s, FIELD_GIVEN0, "given columns", given, p->given, m->given);
    struct rectangle basis = {g, 0, given, m->rank}, coef = {g, t, given, targets};
    struct rectangle loadings = {0, t, m->rank, targets}, intercept = {0, t, 1, targets};
    enum field field = p->dense ? FIELD_COEF : FIELD_LOADINGS;
    double *left = p->dense ? NULL : fields_array(s, FIELD_BASIS, 2, given, m->rank);
    double *values = fields_array(s, field, 2, p->dense ? given : m->rank, targets);
    double *constant = fields_array(s, FIELD_INTERCEPT, 1, 1, targets);
    if (g > 0 && targets != p->count)
        die(s->name, "a part of a model of %zu target%s, expected %zu as in the part before",
            targets, msg_plural(targets), p->count);
    p->count = targets;
    make_room(p, t + targets);
    join(s, FIELD_INTERCEPT, &m->intercept, p->room, intercept, constant, g > 0);
    if (p->dense) {
        m->coef = t == 0 ? lengthen(m->coef, &coef, p->room) : m->coef;
        join(s, field, &m->coef, p->room, coef, values, false);
    } else {
        join(s, field, &m->loadings, p->room, loadings, values, g > 0);
        join_basis(s, p, basis, left);
    }
    p->given = g + given < m->given ? g + given : 0;
    p->target = p->given == 0 ? t + targets : t;
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
    read_columns(&s, m);
    m->local = local_read(maps, map, m->given + m->targets, &last);
    m->has_rate = m->local->has_rate;
    m->rate = m->local->rate;
    m->col0 = m->local->col0;
    m->range = (struct range){true, -m->local->peak, m->local->peak};
    return last;
}

bool model_read(struct map_reader *maps, struct model *m)
{
    memset(m, 0, sizeof *m);
    const struct map *map = map_reader_next(maps);
    if (map != NULL && map_find(map, field_key(FIELD_NEAREST)) != NULL)
        return read_local(maps, map, m);
    struct parts parts = {.m = m};
    struct map first = {0};
    char *bytes = NULL; /* of first */
    bool (*skip)(struct str key) = is_of_part;
    bool last;
    for (;; map = map_reader_next(maps)) {
        struct fields s = {map_reader_name(maps), "a model", map};
        if (map == NULL)
            die(s.name, "truncated: a model of %zu target%s, expected %zu", parts.target,
                msg_plural(parts.target), m->targets);
        check_kind(&s);
        last = fields_find(&s, FIELD_LAST) == NULL || fields_bool(&s, FIELD_LAST);
        if (m->given > 0)
            fields_check_same(&s, &first, skip);
        else
            parts.dense = read_head(&s, m);
        read_part(&s, &parts);
        if (parts.target == m->targets)
            break;
        if (bytes != NULL)
            continue;
        skip = fields_find(&s, FIELD_GIVEN0) != NULL ? is_of_cut_part : is_of_part;
        bytes = map_copy(&first, map, skip);
    }
    map_free(&first);
    free(bytes);
    return last;
}
