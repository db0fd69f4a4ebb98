#include "fit/training_by_name.h"

#include "base/mem.h"
#include "base/msg.h"
#include "base/progress.h"
#include "fit/fit_check.h"
#include "lsq/others.h"
#include "model/fields.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static struct named_training *add(struct training_by_name *names, const struct training *settings,
                                  struct str name)
{
    if (names->count == names->capacity) {
        names->capacity = names->capacity > 0 ? 2 * names->capacity : 64;
        names->list = mem_grow(names->list, names->capacity, sizeof *names->list);
    }
    struct named_training *own = mem_array(1, sizeof *own);
    own->name = (struct str){memcpy(mem_array(name.n, 1), name.p, name.n), name.n};
    name_index_add(&names->places, own->name, names->count);
    names->list[names->count++] = own;
    own->input = *settings;
    training_begin(&own->input);
    return own;
}

/* Most often the name of the rows before, or the next one in a list read again. */
static struct named_training *find(struct training_by_name *names, const struct training *settings,
                                   struct str name, size_t *last)
{
    for (size_t i = *last; i < names->count && i <= *last + 1; i++)
        if (str_equal(names->list[i]->name, name)) {
            *last = i;
            return names->list[i];
        }
    size_t place = name_index_find(&names->places, name);
    *last = place != SIZE_MAX ? place : names->count;
    return place != SIZE_MAX ? names->list[place] : add(names, settings, name);
}

static struct str name_of_row(const struct stream *in, const struct block *block, size_t row)
{
    struct str name = str_stem(block_name(block, row));
    if (name.n == 0)
        die(stream_name(in), "row %zu without a name, expected one for --by-name",
            stream_row0(in) + row);
    return name;
}

static struct str name_of_partial(const struct stream *in, const struct block *block)
{
    const struct map_value *value = map_find(block->map, "name");
    if (value == NULL)
        die(stream_name(in), "a partial fit without \"name\", expected one for --by-name "
                             "(lsq-fit --by-name --partial writes it)");
    if (value->kind != MAP_STR || value->str.n == 0)
        die(stream_name(in), "a partial fit whose \"name\" is %s, expected a name",
            value->kind != MAP_STR ? "no text" : "empty");
    return value->str;
}

/* Each run of rows of one name in a block, or a partial fit, to the fit of its name. */
static void take(struct training_by_name *names, const struct training *settings, struct stream *in,
                 const struct block *block, size_t *last)
{
    size_t columns = stream_rectangle(in, block);
    if (block->other)
        training_take(&find(names, settings, name_of_partial(in, block), last)->input, in, block,
                      columns, 0, 0);
    for (size_t row = 0, end; row < block->rows; row = end) {
        struct str name = name_of_row(in, block, row);
        for (end = row + 1; end < block->rows; end++)
            if (!str_equal(name, str_stem(block_name(block, end))))
                break;
        training_take(&find(names, settings, name, last)->input, in, block, columns, row, end);
    }
}

/* The rows of each name must be of one shape with those of the others. */
static void check_shape(const struct named_training *first, const struct named_training *own,
                        const char *file)
{
    char text[256];
    if (own->input.given != first->input.given || own->input.targets != first->input.targets)
        die(file, "%s: %zu given column%s and %zu target%s, expected %zu and %zu as for the others",
            msg_text(own->name.p, own->name.n, text, sizeof text), own->input.given,
            msg_plural(own->input.given), own->input.targets, msg_plural(own->input.targets),
            first->input.given, first->input.targets);
}

/* The rate that one name has is that of all: they are of one stream. */
static void share_rate(struct training_by_name *names)
{
    const struct block *known = NULL;
    for (size_t i = 0; i < names->count && known == NULL; i++)
        if (names->list[i]->input.meta.block.has_rate)
            known = &names->list[i]->input.meta.block;
    for (size_t i = 0; i < names->count && known != NULL; i++) {
        names->list[i]->input.meta.block.has_rate = true;
        names->list[i]->input.meta.block.rate = known->rate;
    }
}

void training_by_name_read(struct training_by_name *names, const struct training *settings,
                           struct stream *in)
{
    struct block block;
    struct progress progress = PROGRESS_NEW;
    uint64_t rows = 0;
    size_t last = 0;
    stream_also(in, field_key(FIELD_LSQ_PARTIAL));
    while (stream_next(in, &block)) {
        take(names, settings, in, &block, &last);
        progress_rows(&progress, rows += block.rows);
    }
    progress_end(&progress);
    for (size_t i = 1; i < names->count; i++)
        check_shape(names->list[0], names->list[i], stream_name(in));
    share_rate(names);
}

/* An input that holds nothing but what has been reduced. */
static void replace(struct training *input, const struct lsq_reduced *reduced, const char *file)
{
    lsq_reducer_free(input->reducer);
    input->reducer = lsq_reducer_new(input->given, input->targets, input->intercept, 1);
    if (input->reducer == NULL)
        fit_check(LSQ_NOMEM, file);
    fit_check(lsq_reducer_merge(input->reducer, reduced), file);
}

/* The range of all values but those of each name. */
static void merge_ranges(struct training_by_name *names, struct range *others)
{
    struct range before = range_none();
    struct range behind = range_none();
    for (size_t i = names->count; i-- > 0;) {
        others[i] = behind;
        range_merge(&behind, &names->list[i]->input.range);
    }
    for (size_t i = 0; i < names->count; i++) {
        range_merge(&others[i], &before);
        range_merge(&before, &names->list[i]->input.range);
    }
}

void training_by_name_to_others(struct training_by_name *names, const char *file)
{
    size_t n = names->count;
    if (n < 2)
        die(file, "rows of one name, expected at least 2: --others needs others");
    struct lsq_reduced *parts = mem_array(n, sizeof *parts);
    struct lsq_reduced *others = mem_array(n, sizeof *others);
    struct range *ranges = mem_array(n, sizeof *ranges);
    merge_ranges(names, ranges);
    for (size_t i = 0; i < n; i++)
        fit_check(lsq_reducer_finish(names->list[i]->input.reducer, &parts[i]), file);
    fit_check(lsq_others(parts, n, others), file);
    for (size_t i = 0; i < n; i++) {
        replace(&names->list[i]->input, &others[i], file);
        names->list[i]->input.range = ranges[i];
        lsq_reduced_free(&parts[i]);
        lsq_reduced_free(&others[i]);
    }
    free(parts);
    free(others);
    free(ranges);
}

void training_by_name_free(struct training_by_name *names)
{
    name_index_free(&names->places);
    for (size_t i = 0; i < names->count; i++) {
        training_free(&names->list[i]->input);
        free((char *)names->list[i]->name.p);
        free(names->list[i]);
    }
    free(names->list);
}
