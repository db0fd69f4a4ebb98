/* lsq-predict: a model and rows in, the predicted columns out, row by row. */
#include "frame.h"
#include "mem.h"
#include "model.h"
#include "msg.h"
#include "opt.h"
#include "output.h"
#include "stream.h"
#include "table.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "Usage: lsq-predict [OPTION]... MODEL [FILE]...\n"
    "Predict with a MODEL of lsq-fit the columns that follow the given ones, for each row\n"
    "of matrix streams (stdin, or each FILE): whole rows, or just their given columns.\n"
    "\n"
    "  -q, --quiet    no warnings\n"
    "  -h, --help     this text\n"
    "  -V, --version  the version\n";

struct room {
    double *x, *y, *factors;
};

static void check_block(const struct model *model, struct stream *in, const struct block *block)
{
    const char *name = stream_name(in);
    for (size_t i = 0; i < (block->ragged ? block->rows : block->rows > 0); i++)
        if (block_row(block, i).cols < model->given)
            die(name, "row %zu of %zu column%s, expected at least the %zu that the model is given",
                stream_row0(in) + i, block_row(block, i).cols, msg_plural(block_row(block, i).cols),
                model->given);
    if (block->col0 > (uint64_t)INT64_MAX - model->given)
        die(name, "columns from %" PRIu64 " on, expected positions up to %" PRId64, block->col0,
            INT64_MAX);
    if (block->col0 != model->col0)
        die(name, "rows from column %" PRIu64 " on, expected column %" PRIu64 " as the model has",
            block->col0, model->col0);
    if (block->has_rate && model->has_rate && block->rate != model->rate)
        die(name, "%.10g Hz, expected %.10g Hz as the model has", block->rate, model->rate);
}

static void check_overflow(const struct model *model, const struct stream *in, size_t row,
                           const double *y)
{
    double sum = 0;
    for (size_t j = 0; j < model->targets; j++)
        sum += y[j] * 0;
    if (sum != 0)
        die(stream_name(in),
            "row %zu: values so large that the prediction overflows, expected "
            "smaller ones",
            stream_row0(in) + row);
}

static void put_predictions(struct output *out, const struct model *model, struct stream *in,
                            const struct block *block, const struct room *room)
{
    struct block meta = *block;
    meta.has_rate = block->has_rate || model->has_rate;
    meta.rate = block->has_rate ? block->rate : model->rate;
    meta.has_col0 = true;
    meta.col0 = model->col0 + model->given;
    size_t row_bytes = model->targets * sizeof(double);
    for (size_t row = 0; row < block->rows;) {
        size_t n = block_fit(&meta, row, block->rows - row, row_bytes);
        if (n == 0)
            die(output_name(out), "a row of %zu columns, expected it to fit into 64 MiB",
                model->targets);
        bool last = stream_at_end(in) && row + n == block->rows;
        block_put_head(out, &meta, row, n, &nd_double, model->targets, last);
        for (size_t i = row; i < row + n; i++) {
            table_row(in, block, i, model->given, room->x);
            model_predict(model, room->x, room->y, room->factors);
            check_overflow(model, in, i, room->y);
            output_write(out, room->y, row_bytes);
        }
        row += n;
    }
    if (block->rows == 0 && stream_at_end(in))
        block_put_head(out, &meta, 0, 0, &nd_double, model->targets, true);
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {OPT_COMMON};
    msg_init(argv[0]);
    mem_expect_much();
    while (opt_next(argc, argv, "", longs, usage) != -1)
        continue;
    if (optind == argc)
        die_usage("no model, expected MODEL, a file that lsq-fit has written");
    const char *path = argv[optind++];
    bool rows_from_stdin = optind == argc;
    for (int i = optind; i < argc; i++)
        rows_from_stdin |= strcmp(argv[i], "-") == 0;
    if (strcmp(path, "-") == 0 && rows_from_stdin)
        die_usage("both the model and the rows on standard input, expected one in a file");
    struct output *out = output_stdout();

    struct model model;
    model_read(path, &model);
    struct room room = {mem_array(model.given, sizeof(double)),
                        mem_array(model.targets, sizeof(double)),
                        mem_array(model.rank, sizeof(double))};

    struct stream *in = stream_open(argv + optind, argc - optind);
    struct block block;
    while (stream_next(in, &block)) {
        check_block(&model, in, &block);
        put_predictions(out, &model, in, &block, &room);
    }

    stream_close(in);
    output_close(out);
    model_free(&model);
    free(room.x);
    free(room.y);
    free(room.factors);
    return EXIT_SUCCESS;
}
