/* csv-load: numbers in text in, rows out.
 *
 * It holds one block of rows at a time; of each file the first line is looked at as a whole, which
 * tells whether it is a header. Plain lines are read by all threads, others here, one by one. */
#include "base/input.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "base/options.h"
#include "base/output.h"
#include "base/utf8.h"
#include "stream/row_writer.h"
#include "text/cell.h"
#include "text/csv.h"
#include "text/csv_line.h"
#include "text/csv_plain.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AUTO, YES, NO };   /* --header */
enum { REFUSE, DROP };    /* --missing */
enum { BLOCK = 1 << 20 }; /* bytes of a block, unless a row has more */

#define TYPES "float64,float32,int64,int32,int16,int8,uint64,uint32,uint16,uint8,bool"
static const char *const types[] = {"=f8", "=f4", "=i8", "=i4", "=i2", "=i1",
                                    "=u8", "=u4", "=u2", "=u1", "=b1"};

struct options {
    struct csv_format format;
    int header, missing, type;
    struct str_list columns;
    const char *names; /* NULL: none */
    bool verbose;
    const char *output;
};

static void take_delimiter(const struct options_row *row, const char *arg, void *to)
{
    char *delimiter = to;
    *delimiter = strcmp(arg, "tab") == 0            ? '\t'
                 : strcmp(arg, "space") == 0        ? ' '
                 : arg[0] != '\0' && arg[1] == '\0' ? arg[0]
                                                    : '\0';
    if (*delimiter == '\0' || strchr("0123456789+-.eE\"\r\n", *delimiter) != NULL)
        options_refuse(row, arg, "tab, space or one character that is in no number and no quote");
}

static void take_character(const struct options_row *row, const char *arg, void *to)
{
    if (arg[0] == '\0' || arg[1] != '\0')
        options_refuse(row, arg, "one character");
    *(char *)to = arg[0];
}

static void take_point(const struct options_row *row, const char *arg, void *to)
{
    if (strcmp(arg, ".") != 0 && strcmp(arg, ",") != 0)
        options_refuse(row, arg, ". or ,");
    *(char *)to = arg[0];
}

static void take_text(const struct options_row *row, const char *arg, void *to)
{
    if (arg[0] == '\0')
        options_refuse(row, arg, "a column's number or name");
    *(const char **)to = arg;
}

static const struct options_row options[] = {
    {'d', "delimiter", "CHAR", take_delimiter, offsetof(struct options, format.delimiter),
     .words = "tab,space",
     .help = "between fields: a character, tab, or space for runs of spaces and tabs (default: "
             "the first line tells: tab, else ;, else the comma, else |, else space)"},
    {0, "decimal", "CHAR", take_point, offsetof(struct options, format.point),
     .help = "the decimal point: . (default) or ,"},
    {0, "comment", "CHAR", take_character, offsetof(struct options, format.comment),
     .help = "skip lines that begin with CHAR"},
    {0, "header", "HOW", options_word, offsetof(struct options, header), .words = "auto,yes,no",
     .help = "whether the first line names the columns: auto: if it has text and no number "
             "(default); yes; no"},
    {'c', "columns", "LIST", options_names, offsetof(struct options, columns),
     .help = "take these columns in this order: numbers from 0, ranges such as 3-5, names of the "
             "header, separated by commas (default: all, but that of --names)"},
    {'n', "names", "COLUMN", take_text, offsetof(struct options, names),
     .help = "the column that names the rows: its number or its name in the header"},
    {'m', "missing", "HOW", options_word, offsetof(struct options, missing), .words = "error,drop",
     .help = "an empty field, NA, nan, N/A, NULL or None: error: end with status 1 (default); "
             "drop: leave its row "
             "out"},
    {'t', "type", "TYPE", options_word, offsetof(struct options, type), .words = TYPES,
     .help = "of the values: float64 (default), float32, int64, ..., uint8 or bool; an error where "
             "one does not fit"},
    {'v', "verbose", NULL, options_flag, offsetof(struct options, verbose),
     .help = "say which delimiter and which header were found"},
    OPTIONS_OUTPUT,
    OPTIONS_COMMON};

static const struct options_table table = {
    "[OPTION]... [FILE]...",
    "Turn lines of numbers (CSV and the like; stdin, or each FILE) into a matrix stream.", options};

struct load {
    const struct options *o;
    struct csv *csv;
    struct output *out;
    struct array_type type;
    struct csv_columns columns;
    char *data;        /* the rows of the next block */
    struct str *names; /* of those rows, owned */
    size_t rows, capacity;
    uint64_t lines, dropped;
};

/* Writes the rows that are there, as the last ones or not. */
static void put_block(struct load *l, bool last)
{
    struct row_writer writer;
    struct block block = {.rows = l->rows,
                          .names = l->o->names != NULL ? l->names : NULL,
                          .columns = l->columns.taken,
                          .columns_count = l->columns.count,
                          .last = last};
    row_writer_begin(&writer, l->out, &block, &l->type, l->columns.count);
    row_writer_put(&writer, l->data, l->rows);
    for (size_t i = 0; l->o->names != NULL && i < l->rows; i++)
        free((char *)l->names[i].p);
    l->rows = 0;
}

static void put_name(struct load *l, size_t column, struct str text)
{
    if (!utf8_valid(text.p, text.n))
        csv_refuse(l->csv, column, text, "a name in UTF-8 (iconv converts it)");
    l->names[l->rows] = (struct str){mem_text(text.p, text.n), text.n};
}

static _Noreturn void refuse_text(const struct load *l, size_t column, struct str text)
{
    bool comma = l->o->format.point == '.' && memchr(text.p, ',', text.n) != NULL;
    csv_refuse(l->csv, column, text,
               csv_line_missing(text) ? "a number (--missing=drop leaves such rows out)"
               : comma                ? "a number (--decimal=, reads decimal commas)"
               : csv_is_first(l->csv) && l->o->header == AUTO
                   ? "a number (--header=yes takes this line for a header)"
               : isalpha((unsigned char)text.p[0])
                   ? "a number (--names takes a column of names, --columns leaves others out)"
                   : "a number");
}

static void put_number(struct load *l, size_t column, const struct csv_field *field, char *to)
{
    char expected[64];
    struct str name = {"", 0};
    const char *list = TYPES;
    if (cell_read(&l->type, field->text, field->value, to))
        return;
    for (int i = 0; i <= l->o->type; i++)
        str_next_item(&list, &name);
    snprintf(expected, sizeof expected, "a %snumber that %.*s holds",
             l->type.kind == ARRAY_FLOAT ? "" : "whole ", (int)name.n, name.p);
    csv_refuse(l->csv, column, field->text, expected);
}

/* Puts a field of the present line into the row that is being made. Whether it is not missing. */
static bool put_field(struct load *l, size_t column, const struct csv_field *field)
{
    uint32_t place = l->columns.place[column];
    if (place == CSV_COLUMN_NAME)
        put_name(l, column, field->text);
    if (place >= CSV_COLUMN_NAME)
        return true;
    if (field->number) {
        char *row = l->data + l->rows * l->columns.count * l->type.size;
        put_number(l, column, field, row + place * l->type.size);
        return true;
    }
    if (!csv_line_missing(field->text) || l->o->missing == REFUSE)
        refuse_text(l, column, field->text);
    return false;
}

/* The row is there, or one with something missing. */
static void end_row(struct load *l, bool complete)
{
    l->lines++;
    l->dropped += !complete;
    if (!complete && l->o->names != NULL)
        free((char *)l->names[l->rows].p);
    l->rows += complete;
}

static void begin_row(struct load *l)
{
    if (l->rows == l->capacity)
        put_block(l, false);
}

static void put_line(struct load *l)
{
    struct csv_field field;
    size_t column = 0;
    bool complete = true;
    begin_row(l);
    for (; csv_line_field(l->csv, &field); column++)
        if (column < l->columns.total)
            complete &= put_field(l, column, &field);
    csv_columns_check(&l->columns, l->csv, column);
    end_row(l, complete);
}

/* The first line of a file, which may be its header. */
static void put_first(struct load *l)
{
    struct csv_line line;
    struct csv_field field;
    csv_line_read(&line, l->csv);
    size_t total = line.count;
    bool header =
        csv_columns_header(&l->columns, l->csv, &line, l->o->header != NO, l->o->header == YES);
    if (l->data == NULL) {
        csv_columns_choose(&l->columns, l->csv, total, &l->o->columns, l->o->names);
        size_t size = l->columns.count * l->type.size;
        l->capacity = size < BLOCK ? BLOCK / size : 1;
        l->data = mem_array(l->capacity, size);
        l->names = mem_array(l->capacity, sizeof *l->names);
    }
    csv_columns_check(&l->columns, l->csv, total);
    if (!header) {
        bool complete = true;
        begin_row(l);
        for (size_t j = 0, at = 0; csv_line_next(&line, &at, &field); j++)
            complete &= put_field(l, j, &field);
        end_row(l, complete);
    }
    if (l->o->verbose)
        csv_line_remark(l->csv, header);
    csv_line_free(&line);
}

/* Rows of plain lines. */
static void put_rows(void *to, const char *rows, size_t count)
{
    struct load *l = to;
    size_t size = l->columns.count * l->type.size;
    for (size_t n; count > 0; count -= n, rows += n * size) {
        begin_row(l);
        n = l->capacity - l->rows < count ? l->capacity - l->rows : count;
        memcpy(l->data + l->rows * size, rows, n * size);
        l->rows += n;
        l->lines += n;
    }
}

static void put_lines(struct load *l)
{
    struct csv_plain plain = {.csv = l->csv,
                              .comment = l->o->format.comment,
                              .type = &l->type,
                              .columns = &l->columns,
                              .put = put_rows,
                              .to = l};
    while (csv_next(l->csv)) {
        if (csv_is_first(l->csv))
            put_first(l);
        else
            put_line(l);
        csv_plain_run(&plain);
    }
    csv_plain_free(&plain);
}

int main(int argc, char **argv)
{
    msg_init(argv[0]);
    struct options o = {.format.point = '.'};
    char **files = options_parse(&table, &argc, argv, &o);
    if (o.format.point == ',' && o.format.delimiter == ',')
        die_usage("--decimal=, with --delimiter=, expected another delimiter");
    input_note_all(files, argc, 1);
    struct load l = {.o = &o, .out = output_open(o.output)};
    array_parse_type((struct str){types[o.type], 3}, &l.type);
    l.csv = csv_open(files, argc, o.format);
    put_lines(&l);
    if (l.lines == l.dropped)
        die(csv_name(l.csv), "%" PRIu64 " rows%s, expected at least 1", l.lines,
            l.lines > 0                  ? " with something missing in each"
            : l.columns.header.count > 0 ? " of numbers after the header"
                                         : " of numbers");
    put_block(&l, true);
    if (l.dropped > 0)
        warn(NULL, "rows with missing values left out: %" PRIu64 " of %" PRIu64, l.dropped,
             l.lines);

    csv_close(l.csv);
    output_close(l.out);
    csv_columns_free(&l.columns);
    free(l.data);
    free(l.names);
    free(o.columns.items);
    return EXIT_SUCCESS;
}
