#include "show/summary.h"

#include "base/decimal.h"
#include "base/mem.h"
#include "base/print.h"
#include "model/fields.h"
#include "model/local_read.h"
#include "model/partial.h"
#include "model/shards.h"
#include "stream/map_scan.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_values(struct summary *s, const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool finite = isfinite(x[i]);
        s->odd += !finite;
        if (!finite)
            continue;
        s->low = s->has_values && s->low <= x[i] ? s->low : x[i];
        s->high = s->has_values && s->high >= x[i] ? s->high : x[i];
        s->has_values = true;
    }
}

static void add_array(struct summary *s, const struct array *a)
{
    enum { STRIP = 1024 };
    double x[STRIP];
    size_t count = a->rows * a->cols;
    if (s->type[0] != '\0' && strcmp(s->type, a->type.name) != 0)
        strcpy(s->type, "mixed");
    if (s->type[0] == '\0')
        strcpy(s->type, a->type.name);
    for (size_t n, at = 0; at < count; at += n) {
        n = count - at < STRIP ? count - at : STRIP;
        array_to_double(&a->type, a->data + at * a->type.size, n, x);
        add_values(s, x, n);
    }
}

static void add_name(struct summary *s, struct str name)
{
    enum { LAST = sizeof s->names / sizeof *s->names - 1 };
    struct str *to = &s->names[s->named < LAST ? s->named : LAST];
    free((char *)to->p);
    *to = (struct str){mem_text(name.p, name.n), name.n};
    s->named++;
}

void summary_add(struct summary *s, const struct block *block)
{
    if (s->blocks++ == 0)
        block_meta_keep(&s->meta, block, NULL);
    s->col0 = block->col0;
    s->has_rate |= block->has_rate;
    s->rate = block->has_rate ? block->rate : s->rate;
    for (size_t i = 0; i < block->rows; i++) {
        size_t cols = block_row(block, i).cols;
        s->shortest = s->shortest == 0 || cols < s->shortest ? cols : s->shortest;
        s->longest = cols > s->longest ? cols : s->longest;
        if (block->names != NULL)
            add_name(s, block->names[i]);
    }
    for (size_t i = 0; i < (block->ragged ? block->rows : block->rows > 0); i++)
        add_array(s, &block->nds[i]);
    s->rows += block->rows;
}

void summary_add_local(struct summary *s, const struct block *block, const char *name)
{
    struct fields f = {name, "a local model", block->map};
    size_t given = (size_t)fields_uint(&f, FIELD_K, 1, MAP_SCAN_MAX);
    size_t targets = (size_t)fields_uint(&f, FIELD_TARGETS, 1, MAP_SCAN_MAX);
    double weight = fields_double(&f, FIELD_WEIGHT, false);
    struct block rows = *block;
    rows.nds = fields_rows(&f, FIELD_X, given + targets);
    rows.rows = rows.nds->rows;
    rows.ragged = false;
    rows.names = fields_names(&f, rows.rows);
    s->least_weight = s->blocks > 0 && s->least_weight < weight ? s->least_weight : weight;
    s->most_weight = s->most_weight > weight ? s->most_weight : weight;
    s->given = given;
    local_read_settings(&f, &s->settings);
    summary_add(s, &rows);
}

static MSG_PRINTF(3, 4) void put_line(struct output *out, const char *key, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    char line[600];
    snprintf(line, sizeof line, "%-11s %s", key, text);
    print_name(out, (struct str){line, strlen(line)}, false);
    print_text(out, "\n");
}

/* A list, of which the middle may be left out: the first three and the last. */
static void put_list(struct output *out, const struct str *names, size_t count,
                     const struct str *last)
{
    for (size_t i = 0; i < count && i < 3; i++) {
        print_text(out, i > 0 ? ", " : "");
        print_name(out, names[i], false);
    }
    if (count > 3) {
        print_text(out, count > 4 ? ", ..., " : ", ");
        print_name(out, *last, false);
    }
}

static void put_names(struct output *out, const char *key, const struct str *names, size_t count,
                      const struct str *last)
{
    char head[32];
    if (count == 0)
        return;
    snprintf(head, sizeof head, "%-11s ", key);
    print_text(out, head);
    put_list(out, names, count, last);
    print_text(out, "\n");
}

static void put_value(struct output *out, const struct map_value *v)
{
    char text[96];
    if (v->kind == MAP_STR)
        print_name(out, v->str, false);
    else if (v->kind == MAP_BOOL)
        print_text(out, v->boolean ? "true" : "false");
    else if (v->kind == MAP_INT || v->kind == MAP_REAL)
        output_write(out, text, decimal_write(v->real, false, text));
    else if (v->kind == MAP_LIST_STR)
        put_list(out, v->strs, v->count, &v->strs[v->count - 1]);
    else if (v->kind == MAP_ARRAY && v->nds->ndim == 2)
        print_text(
            out, (snprintf(text, sizeof text, "an array of %zu x %zu", v->nds->rows, v->nds->cols),
                  text));
    else if (v->kind == MAP_ARRAY)
        print_text(out, (snprintf(text, sizeof text, "an array of %zu", v->nds->cols), text));
    else
        print_text(out, v->kind == MAP_EMPTY ? "an empty list" : "a map, a list or the like");
}

/* Whether a key is told of elsewhere. */
static bool is_told(struct str key)
{
    return block_field_is_own(key) || str_is(key, "columns") || field_is_own(key);
}

static void put_attributes(struct output *out, const struct map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        if (is_told(map->fields[i].key))
            continue;
        print_text(out, "attribute   ");
        print_name(out, map->fields[i].key, false);
        print_text(out, ": ");
        put_value(out, &map->fields[i].value);
        print_text(out, "\n");
    }
}

static const char *number(double value, char text[DECIMAL_SIZE + 1])
{
    text[decimal_write(value, false, text)] = '\0';
    return text;
}

/* One of the values, in the digits of their type. */
static const char *element(const struct summary *s, double value, char text[DECIMAL_SIZE + 1])
{
    text[decimal_write(value, strcmp(s->type + 1, "f4") == 0, text)] = '\0';
    return text;
}

/* NumPy's name, and its code, which has the byte order. */
static void put_type(struct output *out, const char *code)
{
    static const char kinds[] = "iuf", *const names[] = {"int", "uint", "float"};
    const char *kind = strchr(kinds, code[1]);
    if (strcmp(code, "mixed") == 0)
        put_line(out, "type", "mixed");
    else if (kind == NULL)
        put_line(out, "type", "bool (%s)", code);
    else
        put_line(out, "type", "%s%d (%s)", names[kind - kinds], 8 * (code[2] - '0'), code);
}

static void put_settings(struct output *out, const struct summary *s)
{
    char a[DECIMAL_SIZE + 1], b[DECIMAL_SIZE + 1];
    put_line(out, "nearest", "%zu row%s fitted for each prediction", s->settings.nearest,
             msg_plural(s->settings.nearest));
    put_line(out, "bandwidth", "%s: a row at distance d counts exp(-d / bandwidth)",
             number(s->settings.bandwidth, a));
    put_line(out, "gain", "%s at most, of either sign", number(s->settings.gain, a));
    put_line(out, "ridge", "penalty %s%s", number(s->settings.ridge, a),
             s->settings.ridge_relative ? " of the mean squared singular value" : "");
    if (s->least_weight < s->most_weight)
        put_line(out, "weight", "%s to %s a row", number(s->least_weight, a),
                 number(s->most_weight, b));
    else
        put_line(out, "weight", "%s a row", number(s->least_weight, a));
}

void summary_put(struct output *out, const struct summary *s)
{
    char a[DECIMAL_SIZE + 1], b[DECIMAL_SIZE + 1];
    if (s->given > 0)
        put_line(out, "local model", "%zu row%s, %zu given column%s, %zu target%s", s->rows,
                 msg_plural(s->rows), s->given, msg_plural(s->given), s->longest - s->given,
                 msg_plural(s->longest - s->given));
    else if (s->shortest == s->longest)
        put_line(out, "matrix", "%zu row%s x %zu column%s", s->rows, msg_plural(s->rows),
                 s->longest, msg_plural(s->longest));
    else
        put_line(out, "matrix", "%zu rows of %zu to %zu columns", s->rows, s->shortest, s->longest);
    put_type(out, s->type);
    if (s->blocks > 1)
        put_line(out, "blocks", "%zu", s->blocks);
    if (s->has_rate)
        put_line(out, "rate", "%s Hz, %.3g s a row%s", number(s->rate, a),
                 (double)s->longest / s->rate, s->shortest == s->longest ? "" : " at most");
    if (s->col0 > 0)
        put_line(out, "col0", "%" PRIu64 ", the number of the first column", s->col0);
    put_names(out, "row names", s->names, s->named, &s->names[3]);
    const struct block *block = &s->meta.block;
    if (block->columns != NULL)
        put_names(out, "columns", block->columns, block->columns_count,
                  &block->columns[block->columns_count - 1]);
    if (s->has_values)
        put_line(out, "values", "%s to %s", element(s, s->low, a), element(s, s->high, b));
    if (s->odd > 0)
        put_line(out, "not finite", "%" PRIu64 " value%s", s->odd, msg_plural(s->odd));
    if (s->given > 0)
        put_settings(out, s);
    put_attributes(out, block->map);
}

void summary_free(struct summary *s)
{
    for (size_t i = 0; i < sizeof s->names / sizeof *s->names; i++)
        free((char *)s->names[i].p);
    block_meta_free(&s->meta);
}

/* The columns' names of a fit, where there is one for each. */
struct labels {
    const struct str *names; /* NULL: there are none */
    size_t given, total;
};

static const char *label(const struct labels *l, size_t column, char text[80])
{
    if (l->names == NULL || column >= l->total)
        snprintf(text, 80, "%zu", column);
    else
        msg_text(l->names[column].p, l->names[column].n < 70 ? l->names[column].n : 70, text, 80);
    return text;
}

/* The coefficients of a map's targets: left (given x count), or left (given x rank) times right
 * (rank x count). */
struct coefficients {
    size_t given, count, rank;
    double *left, *right; /* right: NULL where there is no product */
};

static struct coefficients read_coefficients(const struct fields *f, size_t given, size_t count)
{
    const struct map_value *basis = fields_find(f, FIELD_BASIS);
    if (fields_find(f, FIELD_COEF) != NULL)
        return (struct coefficients){given, count, 1, fields_array(f, FIELD_COEF, 2, given, count),
                                     NULL};
    size_t rank = basis != NULL && basis->kind == MAP_ARRAY ? basis->nds->cols : 1;
    double *left = fields_array(f, FIELD_BASIS, 2, given, rank);
    return (struct coefficients){given, count, rank, left,
                                 fields_array(f, FIELD_LOADINGS, 2, rank, count)};
}

/* Those of one target. */
static void get_coefficients(const struct coefficients *a, size_t target, double *c)
{
    for (size_t i = 0; i < a->given; i++) {
        c[i] = 0;
        for (size_t k = 0; k < a->rank; k++)
            c[i] += a->right == NULL ? a->left[i * a->count + target]
                                     : a->left[i * a->rank + k] * a->right[k * a->count + target];
    }
}

/* The five largest, one a line. */
static void put_largest(struct output *out, const struct labels *l, double *c)
{
    enum { MOST = 5 };
    char name[80], value[DECIMAL_SIZE + 1];
    for (size_t n = 0; n < MOST && n < l->given; n++) {
        size_t best = 0;
        for (size_t i = 1; i < l->given; i++)
            if (isnan(c[best]) || fabs(c[i]) > fabs(c[best]))
                best = i;
        put_line(out, "", "  %s x column %s", number(c[best], value), label(l, best, name));
        c[best] = NAN;
    }
    if (l->given > MOST)
        put_line(out, "", "  ... (the largest %d of %zu)", MOST, l->given);
}

static bool has_intercept(const struct fields *f)
{
    const struct map_value *fitted = fields_find(f, FIELD_FIT_INTERCEPT);
    return fitted == NULL || fitted->kind != MAP_BOOL || fitted->boolean;
}

/* An array with a number a target; NULL where there is none. */
static double *read_sums(const struct fields *f, enum field field, size_t count)
{
    return fields_find(f, field) != NULL ? fields_array(f, field, 1, 1, count) : NULL;
}

/* How good the fit of a target is, on the rows fitted: what can be told of it. freedom: NaN where
 * it is not known. */
static void put_quality(struct output *out, const double *rss, const double *tss, double freedom)
{
    char r2[40] = "", error[60] = "";
    if (rss != NULL && tss != NULL && *tss > 0)
        snprintf(r2, sizeof r2, "R^2 %.6g", fmax(0, 1 - *rss / *tss));
    if (rss != NULL && freedom > 0)
        snprintf(error, sizeof error, "residual standard error %.6g", sqrt(*rss / freedom));
    else if (rss != NULL && freedom <= 0)
        strcpy(error, "no degrees of freedom left");
    if (r2[0] != '\0' || error[0] != '\0')
        put_line(out, "", "  %s%s%s", r2, r2[0] != '\0' && error[0] != '\0' ? ", " : "", error);
}

/* The largest of the first targets, unless the map has not all given columns. */
static void put_targets(struct output *out, const struct fields *f, const struct labels *l,
                        double freedom)
{
    enum { MOST = 3 };
    bool whole = fields_find(f, FIELD_GIVEN0) == NULL;
    size_t count = fields_find(f, FIELD_INTERCEPT)->nds->cols;
    double *intercept = fields_array(f, FIELD_INTERCEPT, 1, 1, count);
    bool with = has_intercept(f);
    double *rss = read_sums(f, FIELD_RSS, count);
    double *tss = read_sums(f, FIELD_TSS, count);
    struct coefficients all = {0};
    if (whole)
        all = read_coefficients(f, l->given, count);
    double *c = mem_array(l->given, sizeof *c);
    char name[80], value[DECIMAL_SIZE + 1];
    for (size_t j = 0; j < count && j < MOST; j++) {
        put_line(out, "target", "%s%s%s", label(l, l->given + j, name), with ? ": intercept " : "",
                 with ? number(intercept[j], value) : "");
        put_quality(out, rss != NULL ? rss + j : NULL, tss != NULL ? tss + j : NULL, freedom);
        if (!whole)
            continue;
        get_coefficients(&all, j, c);
        put_largest(out, l, c);
    }
    free(c);
    free(all.left);
    free(all.right);
    free(intercept);
    free(rss);
    free(tss);
}

/* Of the singular values that count: the others are rounding noise. */
static void put_condition(struct output *out, const struct fields *f, size_t given, uint64_t rank)
{
    const struct map_value *singular = fields_find(f, FIELD_SINGULAR);
    if (singular == NULL || singular->kind != MAP_ARRAY)
        return;
    size_t n = singular->nds->cols;
    double *s = fields_array(f, FIELD_SINGULAR, 1, 1, n);
    n = rank < n ? (size_t)rank : n;
    if (n > 0)
        put_line(out, "condition", "%.3g, of the given columns%s%s", s[0] / s[n - 1],
                 has_intercept(f) ? " less their means" : "", n < given ? ", to this rank" : "");
    free(s);
}

static void put_model(struct output *out, const struct fields *f, const struct labels *l,
                      size_t targets)
{
    const struct map_value *v = fields_find(f, FIELD_RANK);
    const struct map_value *rows = fields_find(f, FIELD_ROWS);
    double freedom = NAN;
    if (v != NULL && v->kind == MAP_INT)
        put_line(out, "rank", "%" PRId64 "%s", v->integer,
                 v->integer < (int64_t)l->given ? ", deficient: fewer than the given columns" : "");
    if (v != NULL && rows != NULL)
        freedom = rows->real - v->real - has_intercept(f);
    put_condition(out, f, l->given,
                  v != NULL && v->kind == MAP_INT ? (uint64_t)v->integer : UINT64_MAX);
    if (fields_find(f, FIELD_RIDGE) != NULL) {
        put_line(out, "ridge", "penalty %.6g", fields_find(f, FIELD_RIDGE)->real);
        freedom = NAN; /* the penalty takes fewer degrees than the rank */
    }
    const struct map_value *b = fields_find(f, FIELD_INTERCEPT);
    if (b != NULL && b->kind == MAP_ARRAY && b->nds->ndim == 1)
        put_targets(out, f, l, freedom);
    if (targets > 3)
        put_line(out, "", "... (the first 3 of %zu targets)", targets);
}

/* The first of them, and how many. */
static void put_shards(struct output *out, const struct fields *f)
{
    enum { MOST = 3 };
    struct shards shards = {NULL, 0};
    char text[64];
    if (shards_read(f, &shards) && shards.count > 0) {
        snprintf(text, sizeof text, "%-11s %zu, from ", "shards", shards.count);
        print_text(out, text);
    }
    for (size_t i = 0; i < shards.count && i < MOST; i++) {
        const struct shard *shard = &shards.list[i];
        print_text(out, i > 0 ? ", " : "");
        print_name(out, shard->name.n > 0 ? shard->name : (struct str){"an unknown source", 17},
                   false);
        snprintf(text, sizeof text, " (%" PRIu64 " row%s)", shard->rows, msg_plural(shard->rows));
        print_text(out, text);
    }
    if (shards.count > 0)
        print_text(out, shards.count > MOST ? ", ...\n" : "\n");
    shards_free(&shards);
}

/* Whether it is a partial fit, which is not damaged. */
static bool check_partial(const struct map *map, const char *file)
{
    bool partial = map_find(map, "lsq_partial") != NULL;
    if (partial)
        partial_check(file, map);
    return partial;
}

size_t summary_put_shards(struct output *out, const struct map *map, const char *file)
{
    bool partial = check_partial(map, file);
    struct fields f = {file, partial ? "a partial fit" : "a model", map};
    struct shards shards = {NULL, 0};
    char text[64], digest[SHARDS_DIGEST + 1];
    if (!shards_read(&f, &shards) && partial)
        shards_add(&shards, (struct str){"", 0}, file)->rows =
            fields_uint(&f, FIELD_ROWS, 1, INT64_MAX);
    for (size_t i = 0; i < shards.count; i++) {
        const struct shard *shard = &shards.list[i];
        bool comment = shard->name.n > 0 && shard->name.p[0] == '#';
        print_text(out, comment ? "\\043" : "");
        print_name(out, (struct str){shard->name.p + comment, shard->name.n - comment}, false);
        snprintf(text, sizeof text, "\t%" PRIu64 "\t%s\n", shard->rows,
                 shards_digest(shard, digest));
        print_text(out, text);
    }
    shards_free(&shards);
    return shards.count;
}

/* The weights of all rows together, which the first column of the reduced ones has, unless it is
 * how many they are. */
static void put_weight(struct output *out, const struct fields *f)
{
    const struct map_value *rows = fields_find(f, FIELD_ROWS), *v = fields_find(f, FIELD_REDUCED);
    double sum = 0, root;
    if (rows == NULL || v == NULL || v->kind != MAP_ARRAY || !has_intercept(f))
        return;
    for (size_t i = 0; i < v->nds->rows; i++, sum += root * root)
        array_to_double(&v->nds->type, v->nds->data + i * v->nds->cols * v->nds->type.size, 1,
                        &root);
    if (fabs(sum - rows->real) > 1e-9 * rows->real)
        put_line(out, "weight", "%.6g of all rows together", sum);
}

bool summary_begins_fit(const struct map *map)
{
    struct fields f = {NULL, NULL, map};
    const struct map_value *target0 = fields_find(&f, FIELD_TARGET0);
    const struct map_value *given0 = fields_find(&f, FIELD_GIVEN0);
    return (target0 == NULL || target0->integer == 0) && (given0 == NULL || given0->integer == 0);
}

void summary_put_fit(struct output *out, const struct map *map, const char *file)
{
    bool partial = check_partial(map, file);
    struct fields f = {file, partial ? "a partial fit" : "a model", map};
    size_t given = (size_t)fields_uint(&f, FIELD_K, 1, MAP_SCAN_MAX);
    const struct map_value *targets = fields_find(&f, FIELD_TARGETS);
    const struct map_value *intercept = fields_find(&f, FIELD_INTERCEPT);
    size_t count = targets != NULL ? (size_t)fields_uint(&f, FIELD_TARGETS, 1, MAP_SCAN_MAX)
                   : intercept != NULL && intercept->kind == MAP_ARRAY ? intercept->nds->cols
                                                                       : 0;
    const struct map_value *rows = fields_find(&f, FIELD_ROWS);
    char of[DECIMAL_SIZE + 8] = "";
    if (rows != NULL)
        snprintf(of, sizeof of, "%.17g rows, ", rows->real);
    put_line(out, partial ? "partial fit" : "model", "%s%zu given column%s, %zu target%s%s", of,
             given, msg_plural(given), count, msg_plural(count),
             has_intercept(&f) ? "" : ", no intercept");
    const struct map_value *name = fields_find(&f, FIELD_NAME);
    if (name != NULL && name->kind == MAP_STR)
        put_names(out, "name", &name->str, 1, NULL);
    const struct map_value *columns = map_find(map, "columns");
    bool named =
        columns != NULL && columns->kind == MAP_LIST_STR && columns->count == given + count;
    struct labels l = {named ? columns->strs : NULL, given, given + count};
    const struct map_value *rate = fields_find(&f, FIELD_RATE);
    if (rate != NULL)
        put_line(out, "rate", "%.10g Hz", rate->real);
    put_shards(out, &f);
    if (partial && named)
        put_names(out, "columns", l.names, l.total, &l.names[l.total - 1]);
    if (partial)
        put_weight(out, &f);
    else
        put_model(out, &f, &l, count);
    put_attributes(out, map);
}

/* One field's text; NULL: there is none. */
static const char *find_field(const struct summary *s, const struct map *fit, struct str field,
                              char text[64])
{
    char key[32];
    snprintf(key, sizeof key, "%.*s", (int)field.n, field.p);
    if (fit != NULL) {
        const struct map_value *v = map_find(fit, key);
        if (str_is(field, "kind"))
            return map_find(fit, "lsq") != NULL ? "model" : "partial";
        if (str_is(field, "shards") && v != NULL &&
            (v->kind == MAP_LIST_MAP || v->kind == MAP_EMPTY))
            return number((double)v->count, text);
        if (v == NULL || (v->kind != MAP_INT && v->kind != MAP_REAL))
            return NULL;
        return number(v->real, text);
    }
    const struct {
        const char *key;
        bool known;
        double value;
    } numbers[] = {{"rows", true, (double)s->rows},
                   {"columns", true, (double)s->longest},
                   {"shortest", true, (double)s->shortest},
                   {"rate", s->has_rate, s->rate},
                   {"col0", true, (double)s->col0},
                   {"nonfinite", true, (double)s->odd},
                   {"blocks", true, (double)s->blocks},
                   {"names", true, (double)s->named},
                   {"k", s->given > 0, (double)s->given},
                   {"targets", s->given > 0, (double)(s->longest - s->given)}};
    if (str_is(field, "low") || str_is(field, "high"))
        return s->has_values ? element(s, str_is(field, "low") ? s->low : s->high, text) : NULL;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (str_is(field, numbers[i].key))
            return numbers[i].known ? number(numbers[i].value, text) : NULL;
    return str_is(field, "kind")   ? (s->given > 0 ? "local" : "matrix")
           : str_is(field, "type") ? s->type
                                   : NULL;
}

void summary_put_fields(struct output *out, const struct summary *s, const struct map *fit,
                        const struct str_list *fields)
{
    char text[64];
    for (size_t i = 0; i < fields->count; i++) {
        const struct map_value *name = fit != NULL ? map_find(fit, "name") : NULL;
        print_text(out, i > 0 ? "\t" : "");
        if (str_is(fields->items[i], "name") && name != NULL && name->kind == MAP_STR) {
            print_name(out, name->str, false);
            continue;
        }
        const char *found = find_field(s, fit, fields->items[i], text);
        print_text(out, found != NULL ? found : "-");
    }
    print_text(out, "\n");
}
