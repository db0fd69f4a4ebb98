#include "model/local.h"

#include "base/mem.h"
#include "math/finite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The number of a stem; 0 if there is none yet. */
static uint32_t find(const struct local *local, struct str stem)
{
    size_t place = stem.n > 0 ? name_index_find(&local->places, stem) : SIZE_MAX;
    return place == SIZE_MAX ? 0 : (uint32_t)place + 1;
}

uint32_t local_owner(const struct local *local, struct str name)
{
    return find(local, str_stem(name));
}

size_t local_most_owned(const struct local *local)
{
    size_t most = 0;
    for (size_t i = 0; i < local->names.count; i++)
        most = local->sizes[i] > most ? local->sizes[i] : most;
    return most;
}

/* Most often the name of the row before. */
static uint32_t number_name(struct local *local, struct str name)
{
    struct str stem = str_stem(name);
    if (name.n == 0)
        return 0;
    if (local->found > 0 && str_equal(local->names.items[local->found - 1], stem))
        return (uint32_t)local->found;
    local->found = find(local, stem);
    if (local->found == 0) {
        stem.p = mem_text(stem.p, stem.n);
        name_index_add(&local->places, stem, local->names.count);
        local->sizes = mem_grow(local->sizes, local->names.count + 1, sizeof *local->sizes);
        local->sizes[local->names.count] = 0;
        str_list_add(&local->names, stem);
        local->found = local->names.count;
    }
    return (uint32_t)local->found;
}

/* Looks at all values of a part, unless these are integers, which are finite and whole. */
static bool look(struct local *local, const struct local_part *part)
{
    if (part->type.kind != ARRAY_FLOAT)
        return true;
    double *row = mem_array(local->columns, sizeof *row);
    bool finite = true;
    for (size_t i = 0; i < part->rows && finite; i++) {
        local_rows(local, part, i, 1, local->columns, 1, row);
        finite = finite_all(row, local->columns);
        for (size_t j = 0; j < local->columns; j++) /* from 2⁵³ on all doubles are whole */
            local->whole = local->whole && row[j] == floor(row[j]) && fabs(row[j]) < 0x1p53;
    }
    free(row);
    return finite;
}

bool local_add(struct local *local, const struct array *array, const struct str *names,
               double weight, uint64_t place)
{
    size_t rows = array->rows, size = rows * local->columns * array->type.size;
    local->whole = local->whole || local->count == 0;
    local->parts = mem_room(local->parts, local->count, sizeof *local->parts);
    struct local_part *part = &local->parts[local->count++];
    *part = (struct local_part){local->rows, rows, array->type, place, weight};
    if (!local->in_file) {
        part->offset = local->size;
        spool_write(local->data, array->data, size);
        local->size += size;
    }
    local->owners = mem_grow(local->owners, local->rows + rows, sizeof *local->owners);
    for (size_t i = 0; i < rows; i++) {
        uint32_t owner = names != NULL ? number_name(local, names[i]) : 0;
        local->owners[local->rows + i] = owner;
        if (owner > 0)
            local->sizes[owner - 1]++;
    }
    local->rows += rows;
    return look(local, part);
}

const struct local_part *local_part(const struct local *local, size_t row)
{
    size_t low = 0, high = local->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (local->parts[middle].first <= row)
            low = middle;
        else
            high = middle;
    }
    return &local->parts[low];
}

void local_rows(struct local *local, const struct local_part *part, size_t first, size_t count,
                size_t width, double scale, double *to)
{
    size_t n = count * width;
    size_t row = local->columns * part->type.size;
    if (count * row > local->room)
        local->buffer = mem_grow(local->buffer, local->room = count * row, 1);
    const char *data =
        spool_at(local->data, part->offset + first * row, local->buffer, count * row);
    for (size_t i = 0; i < count && width < local->columns; i++)
        array_to_double(&part->type, data + i * row, width, to + i * width);
    if (width == local->columns)
        array_to_double(&part->type, data, n, to);
    for (size_t i = 0; scale != 1 && i < n; i++)
        to[i] *= scale;
}

bool local_settings_agree(const struct local *a, const struct local *b)
{
    const struct nearest_settings *s = &a->settings, *t = &b->settings;
    return s->bandwidth == t->bandwidth && s->gain == t->gain && s->ridge == t->ridge &&
           s->ridge_relative == t->ridge_relative;
}

void local_free(struct local *local)
{
    if (local == NULL)
        return;
    spool_free(local->data);
    free(local->buffer);
    name_index_free(&local->places);
    for (size_t i = 0; i < local->names.count; i++)
        free((char *)local->names.items[i].p);
    free(local->names.items);
    free(local->parts);
    free(local->owners);
    free(local->sizes);
    free(local);
}
