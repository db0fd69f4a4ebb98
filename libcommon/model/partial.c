#include "model/partial.h"

#include "base/mem.h"
#include "base/msg.h"
#include "math/checksum.h"
#include "model/fields.h"
#include "stream/map_scan.h"
#include "stream/pack.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_fields(struct fields_out *to, const struct lsq_reduced *r,
                       const struct partial_notes *notes, const struct block *meta)
{
    fields_put_uint(to, FIELD_LSQ_PARTIAL, 1);
    fields_put_uint(to, FIELD_K, r->given);
    fields_put_uint(to, FIELD_TARGETS, r->targets);
    fields_put_uint(to, FIELD_ROWS, r->rows);
    fields_put_bool(to, FIELD_FIT_INTERCEPT, r->intercept);
    if (r->single)
        fields_put_bool(to, FIELD_FLOAT32, true);
    fields_put_range(to, &notes->range);
    fields_put_name(to, notes->name);
    shards_put(to, notes->shards);
    fields_put_meta(to, meta);
    fields_put_bool(to, FIELD_LAST, notes->last);
    fields_put_vector(to, FIELD_SHIFT, r->shift, r->given + r->targets);
    fields_put_vector(to, FIELD_RSS, r->rss, r->targets);
    fields_put_columns(to, FIELD_REDUCED, r->data, r->count, lsq_reduced_width(r), 0,
                       lsq_reduced_width(r));
}

/* 16 hexadecimal digits. */
enum { CHECKSUM_TEXT = 17 };
static const char *say_checksum(uint64_t sum, char text[CHECKSUM_TEXT])
{
    snprintf(text, CHECKSUM_TEXT, "%016" PRIx64, sum);
    return text;
}

static void put_map(struct output *out, const struct lsq_reduced *r,
                    const struct partial_notes *notes, const struct block *meta)
{
    struct fields_out count = {NULL, 1}; /* with the checksum of all that comes before it */
    struct fields_out to = {out, 0};
    struct checksum *sum = checksum_begin();
    char text[CHECKSUM_TEXT];
    if (sum == NULL)
        die(NULL, "out of memory");
    put_fields(&count, r, notes, meta);
    output_watch(out, checksum_add, sum);
    pack_map(out, count.count);
    put_fields(&to, r, notes, meta);
    output_watch(out, NULL, NULL);
    fields_put_key(&to, FIELD_CHECKSUM);
    pack_key(out, say_checksum(checksum_end(sum), text));
}

void partial_put(struct output *out, const struct lsq_reduced *r, const struct partial_notes *notes,
                 const struct block *meta)
{
    size_t width = lsq_reduced_width(r);
    size_t capacity = fields_capacity(meta, notes->name.n + shards_size(notes->shards));
    size_t fixed = r->given + 2 * r->targets;
    if (width + fixed > capacity)
        die(output_name(out),
            "reduced rows of %zu columns, expected each to fit into a map of 64 MiB", width);
    struct lsq_reduced part = *r;
    struct partial_notes of_part = *notes;
    double *none = mem_zero(r->targets, sizeof *none);
    for (size_t left = r->count; left > 0; left -= part.count) {
        part.count = left < (capacity - fixed) / width ? left : (capacity - fixed) / width;
        part.data = r->data + (r->count - left) * width;
        part.rows = part.count;
        part.rss = none;
        of_part.last = false;
        if (part.count == left) {
            part.rows = r->rows - (r->count - left);
            part.rss = r->rss;
            of_part.last = notes->last;
        }
        put_map(out, &part, &of_part, meta);
        of_part.shards = NULL;
    }
    free(none);
}

void partial_check(const char *name, const struct map *map)
{
    const char *key = field_key(FIELD_CHECKSUM);
    size_t i = 0;
    char text[CHECKSUM_TEXT], found[64];
    while (i < map->count && !str_is(map->fields[i].key, key))
        i++;
    if (i == map->count)
        return;
    const struct map_value *v = &map->fields[i].value;
    struct str said = v->kind == MAP_STR ? v->str : (struct str){"", 0};
    /* Before the key there is a byte that says how long it is. */
    size_t before = (size_t)(map->fields[i].key.p - 1 - map->bytes.p);
    say_checksum(checksum(map->bytes.p, before), text);
    if (!str_is(said, text))
        die(name, "a damaged partial fit: checksum %s, expected %s as it says", text,
            msg_text(said.p, said.n, found, sizeof found));
}

void partial_read(const char *name, const struct map *map, struct lsq_reduced *r,
                  struct range *range)
{
    struct fields f = {name, "a partial fit", map};
    memset(r, 0, sizeof *r);
    partial_check(name, map);
    if (fields_uint(&f, FIELD_LSQ_PARTIAL, 1, UINT32_MAX) != 1)
        die(name, "a partial fit of a version other than 1, expected \"%s\": 1",
            field_key(FIELD_LSQ_PARTIAL));
    r->given = (size_t)fields_uint(&f, FIELD_K, 1, MAP_SCAN_MAX);
    r->targets = (size_t)fields_uint(&f, FIELD_TARGETS, 1, MAP_SCAN_MAX);
    r->rows = fields_uint(&f, FIELD_ROWS, 1, INT64_MAX);
    r->intercept = fields_bool(&f, FIELD_FIT_INTERCEPT);
    r->single = fields_find(&f, FIELD_FLOAT32) != NULL && fields_bool(&f, FIELD_FLOAT32);
    const struct map_value *reduced = fields_find(&f, FIELD_REDUCED);
    if (reduced == NULL)
        die(name, "a partial fit without \"reduced\", expected an array of its reduced rows");
    r->count = reduced->kind == MAP_ARRAY ? reduced->nds->rows : 1;
    if (r->count == 0)
        die(name, "a partial fit whose \"reduced\" has 0 rows, expected at least 1");
    if (r->count > r->rows)
        die(name, "a partial fit of %" PRIu64 " row%s whose \"reduced\" has %zu, expected no more",
            r->rows, msg_plural(r->rows), r->count);
    r->data = fields_array(&f, FIELD_REDUCED, 2, r->count, lsq_reduced_width(r));
    r->shift = fields_array(&f, FIELD_SHIFT, 1, 1, r->given + r->targets);
    r->rss = fields_array(&f, FIELD_RSS, 1, 1, r->targets);
    *range = fields_range(&f);
    for (size_t j = 0; j < r->targets; j++)
        if (r->rss[j] < 0)
            die(name, "a partial fit with a negative number in \"rss\", expected sums of squares");
}
