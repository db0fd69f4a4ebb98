#include "fit/training.h"

#include "base/mem.h"
#include "base/msg.h"
#include "base/progress.h"
#include "base/utf8.h"
#include "fit/fit_check.h"
#include "lsq/others.h"
#include "math/row_digest.h"
#include "model/fields.h"
#include "model/partial.h"
#include "stream/row_reader.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The reducer with threads. The BLAS frees what it works in when the program ends, by a
 * message too: no thread may then be at work in it. */
static struct lsq_reducer *at_work;

static void rest(void)
{
    if (at_work != NULL)
        lsq_reducer_rest(at_work);
}

size_t training_given(const struct num_pos *position, size_t columns, const char *file)
{
    if (position->text == NULL)
        die_usage("no given columns, expected -g GIVEN");
    uint64_t given = num_resolve_pos(position, columns);
    if (given < 1 || given >= columns)
        die(file, "-g %s is %" PRIu64 " of %zu column%s, expected at least 1 given and 1 target",
            position->text, given, columns, msg_plural(columns));
    return (size_t)given;
}

static void begin(struct training *f, const struct stream *in, const struct block *block,
                  size_t given, size_t columns)
{
    f->given = given;
    f->targets = columns - given;
    block_meta_keep(&f->meta, block, block->other ? field_is_own : NULL);
    f->reducer = lsq_reducer_new(f->given, f->targets, f->intercept, f->threads);
    if (f->reducer == NULL)
        fit_check(LSQ_NOMEM, stream_name(in));
    if (f->both_ways)
        lsq_reducer_set_both_ways(f->reducer);
    if (f->threads == 1)
        return;
    at_work = f->reducer;
    atexit(rest);
}

/* So many rows as stay in the cache until they have been reduced and digested. */
static size_t strip_rows(const struct training *f)
{
    return 1 + (2 << 10) / (f->given + f->targets);
}

/* Rows as they are or, if they are no doubles, made so. */
static const void *as_doubles(struct training *f, const struct block *block, size_t row,
                              size_t count)
{
    size_t columns = f->given + f->targets;
    struct array first = block_row(block, row);
    bool native = first.type.kind == ARRAY_FLOAT && first.type.size == 8 && !first.type.swapped;
    if (native && !block->ragged)
        return first.data;
    if (f->strip == NULL)
        f->strip = mem_array(strip_rows(f), columns * sizeof *f->strip);
    for (size_t i = 0; i < count; i++) {
        struct array source = block_row(block, row + i);
        array_to_double(&source.type, source.data, columns, f->strip + i * columns);
        if (source.type.kind == ARRAY_FLOAT && source.type.size == 4)
            lsq_reducer_set_single(f->reducer);
    }
    return f->strip;
}

/* Adds block's rows from `row` to `end`, which are of that shard, up to the first that is not
 * finite. Returns that one, or end. */
static size_t reduce_rows(struct training *f, const struct stream *in, const struct block *block,
                          struct shard *shard, size_t row, size_t end)
{
    size_t columns = f->given + f->targets;
    while (row < end) {
        size_t added;
        size_t count = end - row < strip_rows(f) ? end - row : strip_rows(f);
        const void *rows = as_doubles(f, block, row, count);
        fit_check(lsq_reducer_add(f->reducer, rows, count, &f->range, &added), stream_name(in));
        if (shard->has_digest)
            shard->digest += row_digest(rows, added, columns);
        shard->rows += added;
        row += added;
        if (added < count)
            return row;
    }
    return row;
}

/* What a partial fit is of; one that does not say it, of an earlier version, is a shard without a
 * name. */
static void take_shards(struct training_set *set, const char *file, const struct map *map,
                        uint64_t rows)
{
    struct fields f = {file, "a partial fit", map};
    set->merged = true;
    if (!shards_read(&f, &set->shards))
        shards_add(&set->shards, (struct str){"", 0}, file)->rows = rows;
}

/* Where partial fits go. */
static struct lsq_reducer *parts_of(struct training *f, const char *file)
{
    if (!f->both_ways)
        return f->reducer;
    if (f->parts == NULL)
        f->parts = lsq_reducer_new(f->given, f->targets, f->intercept, 1);
    if (f->parts == NULL)
        fit_check(LSQ_NOMEM, file);
    return f->parts;
}

/* Rows that count both ways join the partial fits. */
static void join(struct training *f, const char *file)
{
    struct lsq_reduced reduced;
    if (f->parts == NULL)
        return;
    fit_check(lsq_reducer_finish(f->reducer, &reduced), file);
    fit_check(lsq_reducer_merge(f->parts, &reduced), file);
    lsq_reduced_free(&reduced);
    at_work = NULL;
    lsq_reducer_free(f->reducer);
    f->reducer = f->parts;
    f->parts = NULL;
}

static void merge(struct training_set *set, struct training *f, const struct stream *in,
                  const struct block *block)
{
    struct lsq_reduced part;
    struct range range;
    const char *name = stream_name(in);
    partial_read(name, block->map, &part, &range);
    size_t columns = part.given + part.targets;
    if (f->reducer == NULL)
        begin(f, in, block,
              f->position.text != NULL ? training_given(&f->position, columns, name) : part.given,
              columns);
    if (part.given != f->given || part.targets != f->targets)
        die(name, "a partial fit of %zu given column%s and %zu target%s, expected %zu and %zu",
            part.given, msg_plural(part.given), part.targets, msg_plural(part.targets), f->given,
            f->targets);
    if (part.intercept != f->intercept)
        die(name, "a partial fit with%s intercept, expected one with%s intercept",
            part.intercept ? "" : "out", f->intercept ? "" : "out");
    fit_check(lsq_reducer_merge(parts_of(f, name), &part), name);
    range_merge(&f->range, &range);
    take_shards(set, name, block->map, part.rows);
    lsq_reduced_free(&part);
}

/* Adds rows `row` to `end` of a block of that many columns. */
static void add_rows(struct training *f, const struct stream *in, const struct block *block,
                     struct shard *shard, size_t columns, size_t row, size_t end)
{
    if (f->reducer == NULL)
        begin(f, in, block, training_given(&f->position, columns, stream_name(in)), columns);
    if (columns != f->given + f->targets)
        die(stream_name(in), "rows of %zu column%s, expected %zu as in the partial fits", columns,
            msg_plural(columns), f->given + f->targets);
    size_t added = reduce_rows(f, in, block, shard, row, end);
    if (added < end)
        row_reader_refuse(in, block, added);
}

static void free_training(struct training *f)
{
    at_work = NULL;
    lsq_reducer_free(f->reducer);
    block_meta_free(&f->meta);
    free(f->strip);
    free((char *)f->name.p);
}

static struct training *add(struct training_set *set, struct str name)
{
    set->list = mem_room(set->list, set->count, sizeof *set->list);
    struct training *own = mem_array(1, sizeof *own);
    *own = set->settings;
    own->range = range_none();
    own->name = (struct str){mem_text(name.p, name.n), name.n};
    name_index_add(&set->places, own->name, set->count);
    set->list[set->count++] = own;
    return own;
}

/* Most often the name of the rows before, or the next one in a list read again. */
static struct training *find(struct training_set *set, struct str name)
{
    for (size_t i = set->found; i < set->count && i <= set->found + 1; i++)
        if (str_equal(set->list[i]->name, name)) {
            set->found = i;
            return set->list[i];
        }
    size_t place = name_index_find(&set->places, name);
    set->found = place != SIZE_MAX ? place : set->count;
    return place != SIZE_MAX ? set->list[place] : add(set, name);
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

/* That of the rows of the present block: one a file or, if it has a name of its own, of all. */
static struct shard *shard_of_rows(struct training_set *set, const struct stream *in)
{
    const char *path = set->shard != NULL ? set->shard : stream_path(in);
    if (set->own_path != path) {
        size_t n = strlen(path);
        char *name = mem_array(3, n + 1);
        struct str repaired = {name, utf8_repair(path, n, name)};
        shards_add(&set->shards, repaired, stream_name(in))->has_digest =
            set->digest || set->merged;
        set->own = set->shards.count - 1;
        set->own_path = path;
        free(name);
    }
    return &set->shards.list[set->own];
}

/* Each run of rows of one name in a block, or a partial fit, to those of its name. */
static void take(struct training_set *set, struct stream *in, const struct block *block)
{
    static const struct str none = {"", 0};
    size_t columns = stream_rectangle(in, block);
    struct shard *shard = block->rows > 0 ? shard_of_rows(set, in) : NULL;
    if (block->other)
        merge(set, find(set, set->by_name ? name_of_partial(in, block) : none), in, block);
    for (size_t row = 0, end; row < block->rows; row = end) {
        struct str name = set->by_name ? name_of_row(in, block, row) : none;
        for (end = row + 1; end < block->rows; end++)
            if (set->by_name && !str_equal(name, str_stem(block_name(block, end))))
                break;
        add_rows(find(set, name), in, block, shard, columns, row, end);
    }
}

/* The rows of each name must be of one shape with those of the others. */
static void check_shape(const struct training *first, const struct training *own, const char *file)
{
    char text[256];
    if (own->given != first->given || own->targets != first->targets)
        die(file, "%s: %zu given column%s and %zu target%s, expected %zu and %zu as for the others",
            msg_text(own->name.p, own->name.n, text, sizeof text), own->given,
            msg_plural(own->given), own->targets, msg_plural(own->targets), first->given,
            first->targets);
}

void training_set_read(struct training_set *set, struct stream *in)
{
    struct block block;
    uint64_t rows = 0;
    double rate = 0; /* that one name has is that of all: they are of one stream */
    stream_also(in, field_key(FIELD_LSQ_PARTIAL));
    while (stream_next(in, &block)) {
        take(set, in, &block);
        rate = block.has_rate ? block.rate : rate;
        progress_rows(rows += block.rows);
    }
    progress_end();
    for (size_t i = 0; i < set->count; i++) {
        check_shape(set->list[0], set->list[i], stream_name(in));
        join(set->list[i], stream_name(in));
        set->list[i]->meta.block.has_rate = rate > 0;
        set->list[i]->meta.block.rate = rate;
    }
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

/* Of all values but those of each name. */
static void ranges_of_others(const struct training_set *set, struct range *ranges)
{
    struct range before = range_none(), after = range_none();
    for (size_t i = 0; i < set->count; i++) {
        ranges[i] = before;
        range_merge(&before, &set->list[i]->range);
    }
    for (size_t i = set->count; i-- > 0;) {
        range_merge(&ranges[i], &after);
        range_merge(&after, &set->list[i]->range);
    }
}

void training_set_to_others(struct training_set *set, const char *file)
{
    size_t n = set->count;
    if (n < 2)
        die(file, "rows of one name, expected at least 2: --others needs others");
    struct lsq_reduced *parts = mem_array(n, sizeof *parts);
    struct lsq_reduced *others = mem_array(n, sizeof *others);
    struct range *ranges = mem_array(n, sizeof *ranges);
    ranges_of_others(set, ranges);
    for (size_t i = 0; i < n; i++)
        fit_check(lsq_reducer_finish(set->list[i]->reducer, &parts[i]), file);
    fit_check(lsq_others(parts, n, others), file);
    for (size_t i = 0; i < n; i++) {
        replace(set->list[i], &others[i], file);
        set->list[i]->range = ranges[i];
        lsq_reduced_free(&parts[i]);
        lsq_reduced_free(&others[i]);
    }
    free(parts);
    free(others);
    free(ranges);
}

void training_set_free(struct training_set *set)
{
    name_index_free(&set->places);
    shards_free(&set->shards);
    for (size_t i = 0; i < set->count; i++) {
        free_training(set->list[i]);
        free(set->list[i]);
    }
    free(set->list);
}
