#include "model/local_read.h"

#include "base/mem.h"
#include "base/msg.h"
#include "model/fields.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* Whether a field may differ from map to map. */
static bool is_of_rows(struct str key)
{
    static const enum field alike[] = {
        FIELD_LSQ,       FIELD_K,    FIELD_TARGETS, FIELD_NEAREST,
        FIELD_BANDWIDTH, FIELD_GAIN, FIELD_RIDGE,   FIELD_RIDGE_RELATIVE};
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++)
        if (str_is(key, field_key(alike[i])))
            return false;
    return true;
}

void local_read_settings(const struct fields *f, struct nearest_settings *s)
{
    s->nearest = (size_t)fields_uint(f, FIELD_NEAREST, 1, UINT32_MAX);
    s->bandwidth = fields_double(f, FIELD_BANDWIDTH, false);
    s->gain = fields_double(f, FIELD_GAIN, true);
    s->ridge = fields_double(f, FIELD_RIDGE, true);
    s->ridge_relative = fields_bool(f, FIELD_RIDGE_RELATIVE);
}

/* Rows are of one rate, which not all parts need know, and begin with the same column. */
static void check_place(const struct fields *f, struct local *local)
{
    double rate;
    bool has_rate = fields_rate(f, &rate);
    uint64_t col0 = fields_col0(f);
    if (has_rate && local->has_rate && rate != local->rate)
        die(f->name, "a part of a model at %.10g Hz, expected %.10g Hz as in those before", rate,
            local->rate);
    if (local->count > 0 && col0 != local->col0)
        die(f->name,
            "a part of a model from column %" PRIu64 ", expected %" PRIu64 " as in those before",
            col0, local->col0);
    local->rate = has_rate ? rate : local->rate;
    local->has_rate |= has_rate;
    local->col0 = col0;
}

static void read_rows(const struct fields *f, const struct map_reader *maps, struct local *local)
{
    const struct array *rows = fields_rows(f, FIELD_X, local->columns);
    struct range range = fields_range(f);
    if (rows->rows == 0)
        return;
    if (!local_add(local, rows, fields_names(f, rows->rows), fields_double(f, FIELD_WEIGHT, false),
                   map_reader_place(maps, rows->data)))
        die(f->name, "%s with NaN or infinity in \"%s\", expected finite numbers", f->what,
            field_key(FIELD_X));
    if (!range.known)
        die(f->name, "%s without \"%s\", expected the least and the largest value of \"%s\"",
            f->what, field_key(FIELD_RANGE), field_key(FIELD_X));
    local->peak = fmax(local->peak, fmax(fabs(range.low), fabs(range.high)));
}

struct local *local_read(struct map_reader *maps, const struct map *map, size_t columns, bool *last)
{
    struct local *local = mem_zero(1, sizeof *local);
    struct fields f = {map_reader_name(maps), "a local model", map};
    struct map first = {0};
    char *bytes = map_copy(&first, map, is_of_rows);
    local->columns = columns;
    local->data = map_reader_file(maps);
    local->in_file = local->data != NULL;
    if (!local->in_file)
        local->data = spool_new();
    local_read_settings(&f, &local->settings);
    for (;; f.map = map_reader_next(maps), f.name = map_reader_name(maps)) {
        fields_check_same(&f, &first, is_of_rows);
        check_place(&f, local);
        read_rows(&f, maps, local);
        *last = fields_find(&f, FIELD_LAST) == NULL || fields_bool(&f, FIELD_LAST);
        if (map_reader_at_end(maps))
            break;
    }
    if (local->rows == 0)
        die(f.name, "a local model of 0 rows, expected at least 1");
    map_free(&first);
    free(bytes);
    return local;
}
