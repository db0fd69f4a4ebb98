#include "text/csv_line.h"

#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>

/* A row of so many doubles still fits into a block. */
enum { COLUMNS_MAX = 1 << 22, LINE_MAX_BYTES = 64 << 20 };

bool csv_line_field(struct csv *csv, struct csv_field *field)
{
    enum csv_kind kind = csv_read(csv, &field->value);
    field->number = kind == CSV_NUMBER;
    field->text = csv_text(csv);
    return kind != CSV_END;
}

void csv_line_read(struct csv_line *line, struct csv *csv)
{
    struct csv_field field;
    size_t bytes = 0;
    *line = (struct csv_line){NULL, 0};
    for (; csv_line_field(csv, &field); line->count++) {
        bytes += field.text.n;
        if (line->count == COLUMNS_MAX || bytes > LINE_MAX_BYTES)
            csv_refuse_line(csv, "more than %d columns or 64 MiB, expected fewer", COLUMNS_MAX);
        line->fields = mem_room(line->fields, line->count, sizeof *line->fields);
        field.text.p = mem_text(field.text.p, field.text.n);
        line->fields[line->count] = field;
    }
}

void csv_line_free(struct csv_line *line)
{
    for (size_t j = 0; j < line->count; j++)
        free((char *)line->fields[j].text.p);
    free(line->fields);
}

void csv_line_remark(const struct csv *csv, bool header)
{
    char delimiter = csv_delimiter(csv);
    char one[] = {'\'', delimiter, '\'', '\0'};
    inform("%s: delimiter %s, %s header", csv_name(csv),
           delimiter == '\t'  ? "tab"
           : delimiter == ' ' ? "space"
                              : one,
           header ? "a" : "no");
}

/* As in the first line of the first file. */
static bool is_same(const struct csv_columns *c, const struct csv_line *line)
{
    bool same = line->count == c->header.count;
    for (size_t j = 0; same && j < line->count; j++)
        same = str_equal(line->fields[j].text, c->header.items[j]);
    return same;
}

static bool is_text(const struct csv_line *line)
{
    bool text = false;
    for (size_t j = 0; j < line->count; j++) {
        if (line->fields[j].number)
            return false;
        text |= line->fields[j].text.n > 0;
    }
    return text;
}

static void keep_header(struct csv_columns *c, const struct csv *csv, const struct csv_line *line)
{
    for (size_t j = 0; j < line->count; j++) {
        struct str name = line->fields[j].text;
        if (!utf8_valid(name.p, name.n))
            csv_refuse(csv, j, name, "a name in UTF-8");
        str_list_add(&c->header, (struct str){mem_text(name.p, name.n), name.n});
    }
}

bool csv_columns_header(struct csv_columns *c, const struct csv *csv, const struct csv_line *line,
                        bool may, bool must)
{
    bool first = c->place == NULL;
    bool header = first ? may && (must || is_text(line)) : is_same(c, line);
    if (must && !header)
        csv_refuse_line(csv, "another header than in the first file, expected the same");
    if (first && header)
        keep_header(c, csv, line);
    return header;
}

/* The column of that name, which one column has; SIZE_MAX: none. */
static size_t find_name(const struct csv_columns *c, const struct csv *csv, struct str name)
{
    size_t found = SIZE_MAX;
    for (size_t j = 0; j < c->header.count; j++) {
        if (!str_equal(c->header.items[j], name))
            continue;
        if (found != SIZE_MAX)
            die(csv_name(csv), "columns %zu and %zu are called '%.*s', expected the number of one",
                found, j, (int)name.n, name.p);
        found = j;
    }
    return found;
}

/* The columns that an item means: one of its name, else a number or a range. */
static struct num_range find(const struct csv_columns *c, const struct csv *csv, struct str item)
{
    size_t column = find_name(c, csv, item);
    if (column != SIZE_MAX)
        return (struct num_range){column, column};
    struct num_list list = {NULL, 0};
    char *text = mem_text(item.p, item.n);
    if (!num_parse_list(text, c->total - 1, &list))
        die(csv_name(csv), "no column '%s', expected a number from 0 to %zu%s", text, c->total - 1,
            c->header.count > 0 ? " or a name of the header" : " (there is no header)");
    struct num_range range = list.ranges[0];
    free(list.ranges);
    free(text);
    return range;
}

static void take(struct csv_columns *c, const struct csv *csv, size_t column, size_t place)
{
    if (c->place[column] != CSV_COLUMN_LEFT)
        die(csv_name(csv), "column %zu taken twice, expected it once", column);
    c->place[column] = place;
    if (place != CSV_COLUMN_NAME && c->header.count > 0)
        c->taken[place] = c->header.items[column];
}

void csv_columns_choose(struct csv_columns *c, const struct csv *csv, size_t total,
                        const struct str_list *list, const char *names)
{
    c->total = total;
    c->place = mem_array(c->total, sizeof *c->place);
    c->taken = mem_array(c->total, sizeof *c->taken);
    for (size_t j = 0; j < c->total; j++)
        c->place[j] = CSV_COLUMN_LEFT;
    if (names != NULL)
        take(c, csv, (size_t)find(c, csv, (struct str){names, strlen(names)}).first,
             CSV_COLUMN_NAME);
    for (size_t i = 0; i < list->count; i++) {
        struct num_range range = find(c, csv, list->items[i]);
        for (size_t j = (size_t)range.first; j <= range.last; j++)
            take(c, csv, j, c->count++);
    }
    for (size_t j = 0; list->count == 0 && j < c->total; j++)
        if (c->place[j] == CSV_COLUMN_LEFT)
            take(c, csv, j, c->count++);
    if (c->count == 0)
        die(csv_name(csv), "no column but that of the names, expected at least 1 of numbers");
}

void csv_columns_check(const struct csv_columns *c, const struct csv *csv, size_t count)
{
    if (count != c->total)
        csv_refuse_line(csv, "%zu column%s, expected %zu as in the lines before", count,
                        msg_plural(count), c->total);
}

void csv_columns_free(struct csv_columns *c)
{
    for (size_t j = 0; j < c->header.count; j++)
        free((char *)c->header.items[j].p);
    free(c->header.items);
    free(c->place);
    free(c->taken);
}
