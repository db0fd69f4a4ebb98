#include "model/model_set.h"

#include "base/mem.h"
#include "base/msg.h"
#include "model/model_read.h"
#include "stream/map_reader.h"
#include "stream/row_reader.h"

#include <stdlib.h>
#include <string.h>

/* Refuses a model that does not go with the others. */
static void check(const struct model_set *models, const struct model *m, const char *file)
{
    const struct model *first = &models->list[0];
    char text[256];
    if (models->count == 1)
        return;
    if (m->name.n == 0)
        die(file, "a model without a name after one with a name, expected names in all of them");
    msg_text(m->name.p, m->name.n, text, sizeof text);
    if (name_index_find(&models->places, m->name) != SIZE_MAX)
        die(file, "two models of the name %s, expected one", text);
    if (m->given != first->given || m->targets != first->targets)
        die(file,
            "%s: a model of %zu given column%s and %zu target%s, expected %zu and %zu as the "
            "first has",
            text, m->given, msg_plural(m->given), m->targets, msg_plural(m->targets), first->given,
            first->targets);
    if (m->col0 != first->col0 || m->has_rate != first->has_rate || m->rate != first->rate ||
        m->range.known != first->range.known)
        die(file,
            "%s: a model of another \"rate\" or \"col0\", or with or without \"range\", "
            "expected those of the first",
            text);
}

void model_set_read(const char *path, struct model_set *models)
{
    char *paths[] = {mem_string(path)};
    struct map_reader *maps = map_reader_open(paths, 1, "a model", "");
    bool last;
    memset(models, 0, sizeof *models);
    do {
        models->list = mem_room(models->list, models->count, sizeof *models->list);
        struct model *m = &models->list[models->count];
        last = model_read(maps, m);
        models->count++;
        check(models, m, map_reader_name(maps));
        name_index_add(&models->places, m->name, models->count - 1);
        if (m->name.n == 0 && !map_reader_at_end(maps))
            die(map_reader_name(maps), "data after the model, expected its end");
    } while (!map_reader_at_end(maps));
    if (!last && models->list[0].name.n > 0)
        die(map_reader_name(maps), "truncated: \"last\" is false in the last model, expected more");
    if (!last)
        die(map_reader_name(maps), "truncated: \"last\" is false in the last part of the model, "
                                   "expected more parts");
    map_reader_close(maps);
    free(paths[0]);
}

bool model_set_find(struct model_set *models, struct str name, size_t *at)
{
    *at = 0;
    if (models->count == 1)
        return true;
    name = str_stem(name);
    if (!str_equal(models->list[models->found].name, name)) {
        size_t place = name_index_find(&models->places, name);
        if (place == SIZE_MAX)
            return false;
        models->found = place;
    }
    *at = models->found;
    return true;
}

const struct model *model_set_of_row(struct model_set *models, const struct stream *in,
                                     const struct block *block, size_t row)
{
    struct str name = block_name(block, row);
    size_t at;
    char text[ROW_READER_LABEL];
    bool found = model_set_find(models, name, &at);
    if (!found && name.n == 0)
        die(stream_name(in), "row %zu without a name, expected that of its model",
            stream_row0(in) + row);
    if (!found)
        die(stream_name(in), "%s: no model of its name, expected one among %zu models",
            row_reader_label(in, block, row, text), models->count);
    return &models->list[at];
}

void model_set_rate(const struct model_set *models, const struct stream *in, struct block *block)
{
    const struct model *model = models->list;
    if (block->has_rate && model->has_rate && block->rate != model->rate)
        die(stream_name(in), "%.10g Hz, expected %.10g Hz as the model has", block->rate,
            model->rate);
    block->rate = block->has_rate ? block->rate : model->rate;
    block->has_rate |= model->has_rate;
}

void model_set_free(struct model_set *models)
{
    name_index_free(&models->places);
    for (size_t i = 0; i < models->count; i++)
        model_free(&models->list[i]);
    free(models->list);
}
