/* stream-show: any stream in, text out: a summary of a few lines, a table, JSON, or single values.
 */
#include "base/input.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/options.h"
#include "base/output.h"
#include "base/print.h"
#include "model/model_read.h"
#include "show/json.h"
#include "show/summary.h"
#include "show/table.h"
#include "stream/stream.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SUMMARY, CSV, TSV, JSON };
#define FORMS "summary,csv,tsv,json"

struct options {
    int form;
    bool coefficients, shards;
    uint64_t rows;
    struct str_list fields;
    const char *output;
};

static void take_fields(const struct options_row *row, const char *arg, void *to)
{
    struct str field, known;
    for (const char *list = arg; str_next_item(&list, &field);) {
        bool found = false;
        for (const char *all = SUMMARY_FIELDS; str_next_item(&all, &known);)
            found |= str_equal(field, known);
        if (!found)
            options_refuse(row, arg, "names among %s", SUMMARY_FIELDS);
        str_list_add(to, field);
    }
}

static const struct options_row options[] = {
    {0, "csv", NULL, options_word, offsetof(struct options, form), .words = FORMS,
     .help = "print the rows, commas between: the names of columns first, if they are known, the "
             "name of a row before its values; these read back to the same bits"},
    {0, "tsv", NULL, options_word, offsetof(struct options, form), .words = FORMS,
     .excludes = "csv", .help = "the same with tabs between"},
    {'j', "json", NULL, options_word, offsetof(struct options, form), .words = FORMS,
     .excludes = "csv,tsv", .help = "print an object a message, all of it, one a line"},
    {0, "coefficients", NULL, options_flag, offsetof(struct options, coefficients),
     .excludes = "json",
     .help = "print the coefficients of models as a table, a given column a line (tabs between; "
             "with --csv, commas)"},
    {0, "shards", NULL, options_flag, offsetof(struct options, shards),
     .excludes = "csv,tsv,json,coefficients",
     .help = "print the shards that partial fits, or a model of them, are of, one a line, tabs "
             "between: name, rows, digest (as lsq-fit --expect reads them)"},
    {'n', "rows", "N", options_uint, offsetof(struct options, rows), .min = 1, .max = UINT32_MAX,
     .needs = "csv,tsv,json", .help = "only the first N rows"},
    {'F', "field", "LIST", take_fields, offsetof(struct options, fields),
     .excludes = "csv,tsv,json,coefficients,shards,rows",
     .help =
         "print only these, on one line, tabs between (- for what there is not): kind, rows, "
         "columns, shortest, type, rate, col0, low, high, nonfinite, blocks, names, k, targets, "
         "rank, name, shards"},
    OPTIONS_OUTPUT,
    OPTIONS_COMMON};

static const struct options_table table = {
    "[OPTION]... [FILE]...",
    "Show as text what streams hold (stdin, or each FILE): matrices, models or partial fits. "
    "Without options, a summary.",
    options};

static struct table begin_table(const struct options *o, struct output *out)
{
    return (struct table){.out = out, .delimiter = o->form == CSV ? ',' : '\t'};
}

static void show_coefficients(const struct options *o, struct output *out, char **files, int count)
{
    struct table t = begin_table(o, out);
    struct map_reader *maps = map_reader_open(files, count, "a model", "");
    do {
        struct model model;
        model_read(maps, &model);
        if (model.local != NULL)
            die(map_reader_name(maps), "a local model, which has rows in place of coefficients, "
                                       "expected one that has them");
        table_model(&t, &model);
        model_free(&model);
    } while (!map_reader_at_end(maps));
    map_reader_close(maps);
}

static void show_shards(struct output *out, struct stream *in)
{
    struct block block;
    size_t count = 0;
    while (stream_next(in, &block))
        if (block.other && summary_begins_fit(block.map))
            count += summary_put_shards(out, block.map, stream_name(in));
    if (count == 0)
        die(stream_name(in), "no shards, expected a partial fit, or a model of partial fits");
}

/* The first rows of the block, up to so many. */
static void show_rows(struct table *t, struct stream *in, const struct block *block, uint64_t left)
{
    if (block->other)
        die(stream_name(in), "a fit, expected a matrix (--coefficients shows those of models)");
    stream_rectangle(in, block);
    if (stream_row0(in) == 0)
        table_header(t, block);
    table_rows(t, block, block->rows < left ? block->rows : left);
}

static void show_blocks(const struct options *o, struct output *out, struct stream *in)
{
    struct table t = begin_table(o, out);
    struct block block;
    uint64_t left = o->rows;
    while (left > 0 && stream_next(in, &block)) {
        if (o->form == JSON)
            json_put(out, block.map, left);
        else
            show_rows(&t, in, &block, left);
        left -= block.rows < left ? block.rows : left;
    }
    table_free(&t);
}

static void show_whole(const struct options *o, struct output *out, struct summary *s)
{
    if (s->blocks > 0 && o->fields.count > 0)
        summary_put_fields(out, s, NULL, &o->fields);
    else if (s->blocks > 0)
        summary_put(out, s);
    summary_free(s);
}

/* Matrix and local model as a whole, and each fit for itself: for people the first ones. */
static void show_summary(const struct options *o, struct output *out, struct stream *in)
{
    enum { MOST = 3 };
    struct summary matrix = {.blocks = 0}, local = {.blocks = 0};
    struct block block;
    bool fields = o->fields.count > 0;
    size_t fits = 0;
    char text[64];
    while (stream_next(in, &block))
        if (!block.other)
            summary_add(&matrix, &block);
        else if (map_find(block.map, "nearest") != NULL && map_find(block.map, "lsq") != NULL)
            summary_add_local(&local, &block, stream_name(in));
        else if (!summary_begins_fit(block.map))
            continue;
        else if (fields)
            summary_put_fields(out, NULL, block.map, &o->fields);
        else if (fits++ < MOST)
            summary_put_fit(out, block.map, stream_name(in));
    if (fits > MOST)
        print_text(
            out,
            (snprintf(text, sizeof text, "... (the first %d of %zu fits)\n", MOST, fits), text));
    if (local.blocks > 0 && local.rows == 0)
        die(stream_name(in), "a local model of 0 rows, expected at least 1");
    show_whole(o, out, &local);
    show_whole(o, out, &matrix);
}

int main(int argc, char **argv)
{
    msg_init(argv[0]);
    struct options o = {.rows = UINT64_MAX};
    char **files = options_parse(&table, &argc, argv, &o);
    input_note_all(files, argc, 1);
    struct output *out = output_open_text(o.output);
    output_may_close(out);
    if (o.coefficients) {
        show_coefficients(&o, out, files, argc);
    } else {
        struct stream *in = stream_open(files, argc);
        stream_also(in, "lsq");
        stream_also(in, "lsq_partial");
        if (o.shards)
            show_shards(out, in);
        else if (o.form == SUMMARY)
            show_summary(&o, out, in);
        else
            show_blocks(&o, out, in);
        stream_close(in);
    }

    output_close(out);
    free(o.fields.items);
    return EXIT_SUCCESS;
}
