/* lsq-predict: a model and rows in, the predicted columns out, row by row. */
#include "base/fd.h"
#include "base/input.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "base/options.h"
#include "base/output.h"
#include "math/finite.h"
#include "model/model_set.h"
#include "model/roll_out.h"
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
    bool append, clamp;
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
    OPTIONS_OUTPUT,
    OPTIONS_COMMON};

static const struct options_table table = {
    "[OPTION]... MODEL [FILE]...",
    "For each row of matrix streams (stdin, or each FILE), predict the columns that follow the "
    "given ones, with a MODEL of lsq-fit. Rows may be whole or only their given columns. If there "
    "are several models (lsq-fit --by-name), the one of the row's name predicts it.",
    options};

/* What the predictions of rows are made with. */
struct work {
    const struct options *o;
    struct model_set models;
    struct row_reader at;      /* the present row */
    const struct model *model; /* of that row */
    struct roll_out *extend;   /* of that model; NULL without --extend */
    double *row, *factors;     /* what is predicted from, and behind it what is predicted */
    size_t before, room;       /* columns read, and doubles at row */
    size_t columns;            /* predicted, a row */
    uint64_t position;         /* of the first of them */
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
    if (block->has_rate && model->has_rate && block->rate != model->rate)
        die(name, "%.10g Hz, expected %.10g Hz as the model has", block->rate, model->rate);
    if (before == 0) /* a block of no rows: the position is that of the others */
        return;
    w->before = before;
    w->position = position;
}

static _Noreturn void refuse_overflow(const struct work *w)
{
    die(stream_name(w->at.in),
        "row %zu: values so large that the prediction overflows, expected smaller ones",
        row_reader_number(&w->at));
}

static const char *label(const struct work *w, char text[ROW_READER_LABEL])
{
    return row_reader_label(w->at.in, &w->at.block, w->at.row, text);
}

static void use_model(struct work *w, size_t at)
{
    const struct model *model = &w->models.list[at];
    if (model == w->model)
        return;
    w->model = model;
    w->factors = mem_grow(w->factors, model->rank, sizeof *w->factors);
    if (w->o->extend == 0)
        return;
    roll_out_free(w->extend);
    w->extend = roll_out_new(model);
}

/* The model of this row, and room for what is predicted of it. */
static void begin_row(struct work *w)
{
    struct str name = row_reader_name(&w->at);
    size_t at;
    char text[ROW_READER_LABEL];
    bool found = model_set_find(&w->models, name, &at);
    if (!found && name.n == 0)
        die(stream_name(w->at.in), "row %zu without a name, expected that of its model",
            row_reader_number(&w->at));
    if (!found)
        die(stream_name(w->at.in), "%s: no model of its name, expected one among %zu models",
            label(w, text), w->models.count);
    use_model(w, at);
    size_t kept = w->o->append ? w->before : w->model->given;
    size_t room = kept - w->model->given +
                  (w->o->extend > 0 ? roll_out_size(w->extend, w->columns)
                                    : w->model->given + w->model->targets);
    if (room > w->room)
        w->row = mem_grow(w->row, w->room = room, sizeof *w->row);
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

/* What follows the given columns at x, the row's last ones. */
static void extend_row(struct work *w, double *x)
{
    struct rolled_out found = roll_out_row(w->extend, x, w->columns, w->o->clamp);
    if (!found.finite)
        refuse_overflow(w);
    if (found.outside > 0)
        remark(w, &found);
}

/* The columns to be written of the row. */
static const double *complete_row(struct work *w)
{
    begin_row(w);
    size_t given = w->model->given;
    size_t kept = w->o->append ? w->before : given;
    row_reader_columns(w->at.in, &w->at.block, w->at.row, w->before - kept, kept, w->row);
    double *x = w->row + kept - given;
    if (w->o->extend > 0)
        extend_row(w, x);
    else
        model_predict(w->model, x, x + given, w->factors);
    if (w->o->extend == 0 && !finite_all(x + given, w->model->targets))
        refuse_overflow(w);
    return w->o->append ? w->row : x + given;
}

static void put_predictions(struct output *out, struct work *w, struct stream *in,
                            const struct block *block)
{
    struct block meta = *block;
    const struct model *model = &w->models.list[0];
    size_t columns = w->columns + (w->o->append ? w->before : 0);
    struct row_writer writer;
    meta.last = stream_at_end(in);
    meta.has_rate = block->has_rate || model->has_rate;
    meta.rate = block->has_rate ? block->rate : model->rate;
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
    for (w->at.row = 0; w->at.row < block->rows; w->at.row++)
        row_writer_put(&writer, complete_row(w), 1);
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
    struct output *out = output_open(o.output);

    struct work w = {.o = &o};
    model_set_read(files[0], &w.models);
    const struct model *first = &w.models.list[0];
    w.columns = o.extend > 0 ? (size_t)o.extend : first->targets;
    if (o.clamp && !first->range.known)
        die(fd_shown(files[0]),
            "a model without \"range\", expected it for --clamp (lsq-fit notes it)");

    struct stream *in = w.at.in = stream_open(files + 1, argc - 1);
    while (stream_next(in, &w.at.block)) {
        check_block(&w, in, &w.at.block);
        put_predictions(out, &w, in, &w.at.block);
    }

    stream_close(in);
    output_close(out);
    if (o.clamp && w.held > 0)
        remark_held(&w);
    roll_out_free(w.extend);
    model_set_free(&w.models);
    free(w.row);
    free(w.factors);
    return EXIT_SUCCESS;
}
