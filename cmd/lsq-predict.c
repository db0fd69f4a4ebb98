/* lsq-predict: a model and rows in, the predicted columns out, row by row. */
#include "base/fd.h"
#include "base/input.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "base/options.h"
#include "base/output.h"
#include "model/filler.h"
#include "model/model_set.h"
#include "model/predictor.h"
#include "stream/map_scan.h"
#include "stream/row_reader.h"
#include "stream/row_writer.h"
#include "stream/stream.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options {
    uint64_t extend; /* new columns; 0: the model's targets, once */
    bool append, clamp, others;
    struct num_spans fill; /* columns; of none: predictions */
    const char *own;       /* a file; NULL: none */
    const char *output;
};

static const struct options_row options[] = {
    {'a', "append", NULL, options_flag, offsetof(struct options, append),
     .help = "write the predicted columns after those that they are predicted from"},
    {'e', "extend", "N", options_uint, offsetof(struct options, extend), .min = 1,
     .max = MAP_SCAN_MAX,
     .help = "predict the N columns that follow each row: the next ones from its last columns, the "
             "ones after from these, and so on"},
    {0, "clamp", NULL, options_flag, offsetof(struct options, clamp), .needs = "extend",
     .help = "with --extend: move predicted values into the range of the training rows before "
             "predicting from them"},
    {0, "others", NULL, options_flag, offsetof(struct options, others),
     .help = "with a local MODEL (lsq-fit --nearest): predict each row from training rows of other "
             "names; @ and digits at the end of a name, as of frames of pad-chop, are ignored"},
    {0, "own", "OWN", options_input, offsetof(struct options, own), .excludes = "others",
     .help = "with a local MODEL: take the training rows of each row's own name from OWN, another "
             "local model, instead"},
    {0, "fill", "A:B,...", options_spans, offsetof(struct options, fill),
     .excludes = "append,extend,clamp,others,own",
     .help = "write each row whole, with columns A up to, not including, B (as for pad-chop -c) "
             "such that a MODEL of one target errs least in all frames that they are in"},
    OPTIONS_OUTPUT,
    OPTIONS_COMMON};

static const struct options_table table = {
    "[OPTION]... MODEL [FILE]...",
    "For each row of matrix streams (stdin, or each FILE), predict the columns that follow the "
    "given ones, with a MODEL of lsq-fit, or fill in columns. Rows may be whole or only their "
    "given "
    "columns. If there are several models (lsq-fit --by-name), the one of the row's name predicts "
    "it.",
    options};

/* What the predictions of rows are made with. */
struct work {
    const struct options *o;
    struct model_set models, own; /* own: of --own, else none */
    struct row_reader at;         /* the present row */
    const struct model *model;    /* of that row */
    struct predictor *predictor;  /* of that model */
    double *rows;             /* side by side: what is predicted from, and then the new columns */
    struct rolled_out *found; /* of each of them */
    size_t before, room;      /* columns read, and doubles at rows */
    size_t columns;           /* predicted, a row */
    uint64_t position;        /* of the first of them */
    uint64_t held, held_rows, held_column; /* by --clamp, and the first one */
    char held_row[ROW_READER_LABEL];
};

/* All models agree in what is asked here. */
static void check_block(struct work *w, struct stream *in, const struct block *block)
{
    const char *name = stream_name(in);
    const struct model *model = &w->models.list[0];
    for (size_t i = 0; i < (block->ragged ? block->rows : block->rows > 0); i++)
        if (block_row(block, i).cols < model->given)
            die(name, "row %zu of %zu column%s, expected at least the %zu that the model is given",
                stream_row0(in) + i, block_row(block, i).cols, msg_plural(block_row(block, i).cols),
                model->given);
    size_t before = w->o->extend > 0 ? stream_rectangle(in, block) : model->given;
    uint64_t position = stream_position(in, block, before);
    if (w->o->extend == 0 && block->col0 != model->col0)
        die(name, "rows from column %" PRIu64 " on, expected column %" PRIu64 " as the model has",
            block->col0, model->col0);
    if (before == 0) /* a block of no rows: the position is that of the others */
        return;
    w->before = before;
    w->position = position;
}

static const char *label(const struct work *w, char text[ROW_READER_LABEL])
{
    return row_reader_label(w->at.in, &w->at.block, w->at.row, text);
}

static void use_model(struct work *w, const struct model *model)
{
    struct predictor_options how = {(size_t)w->o->extend, w->o->clamp,
                                    w->own.count > 0 ? w->own.list->local : NULL, w->o->others};
    if (model == w->model)
        return;
    w->model = model;
    predictor_free(w->predictor);
    w->predictor = predictor_new(model, &how);
    w->found = mem_grow(w->found, predictor_most(w->predictor), sizeof *w->found);
}

/* Says where the row leaves the range, or notes that it was held there. */
static void remark(struct work *w, const struct rolled_out *found)
{
    const struct range *range = &w->model->range;
    char text[ROW_READER_LABEL];
    if (!w->o->clamp)
        warn(stream_name(w->at.in),
             "%s leaves the range %.10g to %.10g seen in training at column %" PRIu64,
             label(w, text), range->low, range->high, w->position + found->first);
    if (w->held_rows++ == 0) {
        label(w, w->held_row);
        w->held_column = w->position + found->first;
    }
    w->held += found->outside;
}

/* Columns of a row that are read: all that stay, or those that it is predicted from. */
static size_t kept(const struct work *w)
{
    return w->o->append ? w->before : w->model->given;
}

/* Whether the block has one more row, with the present one's model. */
static bool goes_on(struct work *w, size_t row)
{
    size_t at;
    return row < w->at.block.rows &&
           model_set_find(&w->models, block_name(&w->at.block, row), &at) &&
           &w->models.list[at] == w->model;
}

/* How many rows from the present one on are predicted side by side, `stride` doubles each: as many
 * as fit into some MiB. */
static size_t make_room(struct work *w, size_t stride)
{
    enum { DOUBLES = 2 << 20 };
    size_t most = predictor_most(w->predictor), count = 1;
    most = DOUBLES / stride < most ? DOUBLES / stride : most;
    while (count < most && goes_on(w, w->at.row + count))
        count++;
    if (count * stride > w->room)
        w->rows = mem_grow(w->rows, w->room = count * stride, sizeof *w->rows);
    return count;
}

/* Looks at what has been found of the present row. */
static void check_row(struct work *w, const struct rolled_out *found)
{
    char text[ROW_READER_LABEL];
    if (found->why != NULL)
        die(stream_name(w->at.in), "%s: %s", label(w, text), found->why);
    if (found->outside > 0)
        remark(w, found);
}

/* Writes the present row and those side by side with it; goes on to the next. Columns that are read
 * and new ones are apart where they can be: whole rows are then read, and written, at once. */
static void put_rows(struct work *w, struct row_writer *writer)
{
    struct row_reader *at = &w->at;
    use_model(w, model_set_of_row(&w->models, at->in, &at->block, at->row));
    size_t keep = kept(w), given = w->model->given, columns = writer->shape.cols, first = at->row;
    size_t stride = keep - given + predictor_size(w->predictor), count = make_room(w, stride);
    bool apart = !w->o->append && !predictor_in_place(w->predictor);
    double *x = w->rows + keep - given, *y = apart ? w->rows + count * keep : w->rows + keep;
    size_t x_stride = apart ? keep : stride, y_stride = apart ? columns : stride;
    row_reader_rows(at->in, &at->block, first, count, w->before - keep, keep, w->rows, x_stride);
    predictor_run(w->predictor, x, x_stride, y, y_stride,
                  at->block.names != NULL ? at->block.names + first : NULL, count, w->found);
    double *out = w->o->append ? w->rows : y;
    for (size_t i = 0; i < count; i++, at->row++) {
        check_row(w, &w->found[i]);
        memmove(out + i * columns, out + i * y_stride, columns * sizeof *out);
    }
    row_writer_put(writer, out, count);
}

static void put_predictions(struct output *out, struct work *w, struct stream *in,
                            const struct block *block)
{
    struct block meta = *block;
    const struct model *model = &w->models.list[0];
    size_t columns = w->columns + (w->o->append ? w->before : 0);
    struct row_writer writer;
    meta.last = stream_at_end(in);
    model_set_rate(&w->models, in, &meta);
    if (!w->o->append) {
        meta.has_col0 = true;
        meta.col0 = w->position;
    }
    block_cut_columns(&meta, w->o->append ? 0 : w->before, w->before + w->columns);
    if (meta.columns == NULL && !w->o->append && w->o->extend == 0 && model->columns.count > 0) {
        meta.has_columns = true;
        meta.columns = model->columns.items + model->given;
        meta.columns_count = model->targets;
    }
    row_writer_begin(&writer, out, &meta, &array_double, columns);
    for (w->at.row = 0; w->at.row < block->rows;)
        put_rows(w, &writer);
}

/* What the options ask of MODEL, and of OWN. */
static void check_models(const struct work *w, const char *name)
{
    const struct model *model = &w->models.list[0];
    bool local = w->o->others || w->o->own != NULL;
    if (local && model->local == NULL)
        die(name, "a model of coefficients, expected a local one (lsq-fit --nearest) for --%s",
            w->o->others ? "others" : "own");
    if (w->o->clamp && !model->range.known)
        die(name, "a model without \"range\", expected it for --clamp (lsq-fit notes it)");
    if (w->o->fill.count > 0 && model->local != NULL)
        die(name, "a local model, expected one of coefficients for --fill");
    if (w->o->fill.count > 0 && model->targets > 1)
        die(name, "a model of %zu targets, expected one of one target for --fill", model->targets);
}

/* OWN goes with MODEL, whose range its rows widen. */
static void read_own(struct work *w, const char *path)
{
    const char *name = fd_shown(path);
    model_set_read(path, &w->own);
    const struct model *own = &w->own.list[0];
    struct model *model = &w->models.list[0];
    if (own->local == NULL)
        die(name, "a model of coefficients, expected a local one (lsq-fit --nearest) for --own");
    if (own->given != model->given || own->targets != model->targets)
        die(name, "%zu given column%s and %zu target%s, expected %zu and %zu as MODEL has",
            own->given, msg_plural(own->given), own->targets, msg_plural(own->targets),
            model->given, model->targets);
    if (own->has_rate && model->has_rate && own->rate != model->rate)
        die(name, "%.10g Hz, expected %.10g Hz as MODEL has", own->rate, model->rate);
    if (!local_settings_agree(own->local, model->local))
        die(name, "another bandwidth, gain or penalty, expected those of MODEL");
    range_merge(&model->range, &own->range);
}

static void predict(struct work *w, struct output *out, struct stream *in)
{
    w->at.in = in;
    w->columns = w->o->extend > 0 ? (size_t)w->o->extend : w->models.list[0].targets;
    while (stream_next(in, &w->at.block)) {
        check_block(w, in, &w->at.block);
        put_predictions(out, w, in, &w->at.block);
    }
}

static void fill(struct work *w, struct output *out, struct stream *in)
{
    struct filler filler = {.models = &w->models, .spans = &w->o->fill};
    struct block block;
    while (stream_next(in, &block))
        filler_put(&filler, out, in, &block);
    filler_free(&filler);
}

/* What --clamp has done, in one line. */
static void remark_held(const struct work *w)
{
    char range[96];
    const struct range *seen = &w->model->range;
    snprintf(range, sizeof range, "range %.10g to %.10g", seen->low, seen->high);
    warn(NULL,
         "%" PRIu64 " value%s in %" PRIu64 " row%s held within the %s seen in training "
         "(the first: %s, column %" PRIu64 ")",
         w->held, msg_plural(w->held), w->held_rows, msg_plural(w->held_rows),
         w->models.count > 1 ? "ranges" : range, w->held_row, w->held_column);
}

int main(int argc, char **argv)
{
    msg_init(argv[0]);
    mem_expect_much();
    struct options o = {.extend = 0};
    char **files = options_parse(&table, &argc, argv, &o);
    if (argc == 0)
        die_usage("no model, expected MODEL, a file that lsq-fit has written");
    input_note_all(files, argc, 2);
    if (o.own != NULL)
        input_note(o.own);
    struct output *out = output_open(o.output);

    struct work w = {.o = &o};
    model_set_read(files[0], &w.models);
    check_models(&w, fd_shown(files[0]));
    if (o.own != NULL)
        read_own(&w, o.own);

    struct stream *in = stream_open(files + 1, argc - 1);
    if (o.fill.count > 0)
        fill(&w, out, in);
    else
        predict(&w, out, in);

    stream_close(in);
    output_close(out);
    if (o.clamp && w.held > 0)
        remark_held(&w);
    predictor_free(w.predictor);
    model_set_free(&w.models);
    model_set_free(&w.own);
    free(w.rows);
    free(w.found);
    free(o.fill.items);
    return EXIT_SUCCESS;
}
