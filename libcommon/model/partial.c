#include "model/partial.h"

#include "model/fields.h"
#include "stream/block_write.h"
#include "stream/map_scan.h"
#include "base/msg.h"
#include "stream/pack.h"

#include <inttypes.h>
#include <string.h>

bool partial_is_own(struct str key)
{
    return str_is(key, PARTIAL_KEY) || str_is(key, "k") || str_is(key, "targets") ||
           str_is(key, "rows") || str_is(key, "fit_intercept") || str_is(key, "reduced") ||
           str_is(key, "shift") || str_is(key, "rss") || str_is(key, "name") ||
           str_is(key, FIELDS_RANGE);
}

static size_t width_of(const struct lsq_reduced *r)
{
    return (r->intercept ? 1 : 0) + r->given + r->targets;
}

void partial_put(struct output *out, const struct lsq_reduced *r, const struct partial_notes *notes,
                 const struct block *meta)
{
    size_t doubles = r->count * width_of(r) + r->given + 2 * r->targets;
    if (doubles > fields_room(meta, partial_is_own, notes->name))
        die(output_name(out),
            "%zu reduced row%s of %zu columns, expected them to fit into a map of 64 MiB", r->count,
            msg_plural(r->count), width_of(r));
    pack_map(out, (size_t)9 + notes->range.known + (notes->name.n > 0) +
                      block_write_count(meta, partial_is_own));
    pack_key(out, PARTIAL_KEY);
    pack_uint(out, 1);
    pack_key(out, "k");
    pack_uint(out, r->given);
    pack_key(out, "targets");
    pack_uint(out, r->targets);
    pack_key(out, "rows");
    pack_uint(out, r->rows);
    pack_key(out, "fit_intercept");
    pack_bool(out, r->intercept);
    fields_put_range(out, &notes->range);
    if (notes->name.n > 0) {
        pack_key(out, "name");
        pack_str(out, notes->name);
    }
    block_write_meta(out, meta, partial_is_own);
    pack_key(out, "last");
    pack_bool(out, notes->last);
    pack_key(out, "shift");
    pack_vector(out, r->shift, r->given + r->targets);
    pack_key(out, "rss");
    pack_vector(out, r->rss, r->targets);
    pack_key(out, "reduced");
    pack_matrix(out, r->data, r->count, width_of(r));
}

void partial_read(const char *name, const struct map *map, struct lsq_reduced *r,
                  struct range *range)
{
    struct fields f = {name, "a partial fit", map};
    memset(r, 0, sizeof *r);
    if (fields_uint(&f, PARTIAL_KEY, 1, UINT32_MAX) != 1)
        die(name, "a partial fit of a version other than 1, expected \"%s\": 1", PARTIAL_KEY);
    r->given = (size_t)fields_uint(&f, "k", 1, MAP_SCAN_MAX);
    r->targets = (size_t)fields_uint(&f, "targets", 1, MAP_SCAN_MAX);
    r->rows = fields_uint(&f, "rows", 1, INT64_MAX);
    r->intercept = fields_bool(&f, "fit_intercept");
    const struct map_value *reduced = map_find(map, "reduced");
    if (reduced == NULL)
        die(name, "a partial fit without \"reduced\", expected an array of its reduced rows");
    r->count = reduced->kind == MAP_ARRAY ? reduced->nds->rows : 1;
    if (r->count == 0)
        die(name, "a partial fit whose \"reduced\" has 0 rows, expected at least 1");
    if (r->count > r->rows)
        die(name, "a partial fit of %" PRIu64 " row%s whose \"reduced\" has %zu, expected no more",
            r->rows, msg_plural(r->rows), r->count);
    r->data = fields_array(&f, "reduced", 2, r->count, width_of(r));
    r->shift = fields_array(&f, "shift", 1, 1, r->given + r->targets);
    r->rss = fields_array(&f, "rss", 1, 1, r->targets);
    *range = fields_range(&f);
    for (size_t j = 0; j < r->targets; j++)
        if (r->rss[j] < 0)
            die(name, "a partial fit with a negative number in \"rss\", expected sums of squares");
}
