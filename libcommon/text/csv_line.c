#include "text/csv_line.h"

#include "base/decimal.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A row of so many doubles still fits into a block. */
enum { COLUMNS_MAX = 1 << 22, LINE_MAX_BYTES = 64 << 20 };

bool csv_line_field(struct csv *csv, struct csv_field *field)
{
    enum csv_kind kind = csv_read(csv, &field->value);
    field->number = kind == CSV_NUMBER;
    field->text = csv_text(csv);
    return kind != CSV_END;
}

/* Adds the field: its length and whether it is a number, its text, a NUL. */
static void add(struct csv_line *line, const struct csv_field *field)
{
    uint32_t head = (uint32_t)field->text.n << 1 | field->number;
    size_t size = sizeof head + field->text.n + 1;
    if (line->used + size + DECIMAL_AFTER > line->capacity) {
        line->capacity = 2 * line->capacity + size + DECIMAL_AFTER;
        line->bytes = mem_grow(line->bytes, line->capacity, 1);
    }
    char *to = line->bytes + line->used;
    memcpy(to, &head, sizeof head);
    memcpy(to + sizeof head, field->text.p, field->text.n);
    memset(to + size - 1, 0, 1 + DECIMAL_AFTER);
    line->used += size;
    line->count++;
}

bool csv_line_next(const struct csv_line *line, size_t *at, struct csv_field *field)
{
    uint32_t head;
    if (*at == line->used)
        return false;
    memcpy(&head, line->bytes + *at, sizeof head);
    field->text = (struct str){line->bytes + *at + sizeof head, head >> 1};
    field->number = head & 1;
    if (field->number)
        decimal_read(field->text.p, &field->value);
    *at += sizeof head + field->text.n + 1;
    return true;
}

void csv_line_read(struct csv_line *line, struct csv *csv)
{
    struct csv_field field;
    size_t bytes = 0;
    *line = (struct csv_line){.count = 0};
    for (; csv_line_field(csv, &field); add(line, &field)) {
        bytes += field.text.n;
        if (line->count == COLUMNS_MAX || bytes > LINE_MAX_BYTES)
            csv_refuse_line(csv, "more than %d columns or 64 MiB, expected fewer", COLUMNS_MAX);
    }
}

void csv_line_free(struct csv_line *line)
{
    free(line->bytes);
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

/* Whether the texts of both are the same. */
static bool is_same(const struct csv_line *a, const struct csv_line *b)
{
    struct csv_field x, y;
    bool same = a->count == b->count;
    for (size_t i = 0, j = 0; same && csv_line_next(a, &i, &x) && csv_line_next(b, &j, &y);)
        same = str_equal(x.text, y.text);
    return same;
}

bool csv_line_missing(struct str text)
{
    struct str word;
    for (const char *list = "NA,nan,N/A,#N/A,<NA>,NULL,None"; str_next_item(&list, &word);)
        if (text.n == word.n && strncasecmp(text.p, word.p, text.n) == 0)
            return true;
    return text.n == 0;
}

/* Whether it would be a number with a decimal comma. */
static bool has_comma(struct str text)
{
    char copy[64] = "";
    double value;
    const char *comma = memchr(text.p, ',', text.n);
    if (comma == NULL || text.n >= sizeof copy)
        return false;
    memcpy(copy, text.p, text.n);
    copy[comma - text.p] = '.';
    return num_read_double((struct str){copy, text.n}, &value);
}

/* Whether it names columns: it has text, not for missing values alone, and no number. */
static bool is_text(const struct csv_line *line)
{
    struct csv_field field;
    bool text = false;
    for (size_t at = 0; csv_line_next(line, &at, &field);) {
        if (field.number || has_comma(field.text))
            return false;
        text |= !csv_line_missing(field.text);
    }
    return text;
}

static void check_names(const struct csv *csv, const struct csv_line *line)
{
    struct csv_field name;
    for (size_t j = 0, at = 0; csv_line_next(line, &at, &name); j++)
        if (!utf8_valid(name.text.p, name.text.n) || memchr(name.text.p, '\0', name.text.n) != NULL)
            csv_refuse(csv, j, name.text, "a name in UTF-8 (iconv converts it)");
}

bool csv_columns_header(struct csv_columns *c, const struct csv *csv, struct csv_line *line,
                        bool may, bool must)
{
    bool first = c->place == NULL;
    bool header = first ? may && (must || is_text(line)) : is_same(&c->header, line);
    if (must && !header)
        csv_refuse_line(csv, "another header than in the first file, expected the same");
    if (first && header) {
        check_names(csv, line);
        c->header = *line;
        *line = (struct csv_line){.count = 0};
    }
    return header;
}

/* The column of that name, which one column has; SIZE_MAX: none. */
static size_t find_name(const struct csv_columns *c, const struct csv *csv, struct str name)
{
    struct csv_field field;
    size_t found = SIZE_MAX;
    for (size_t j = 0, at = 0; csv_line_next(&c->header, &at, &field); j++) {
        if (!str_equal(field.text, name))
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

static void take(struct csv_columns *c, const struct csv *csv, size_t column, uint32_t place)
{
    if (c->place[column] != CSV_COLUMN_LEFT)
        die(csv_name(csv), "column %zu taken twice, expected it once", column);
    c->place[column] = place;
}

static void name_taken(struct csv_columns *c)
{
    struct csv_field name;
    c->taken = mem_array(c->count, sizeof *c->taken);
    for (size_t j = 0, at = 0; csv_line_next(&c->header, &at, &name); j++)
        if (c->place[j] < CSV_COLUMN_NAME)
            c->taken[c->place[j]] = name.text;
}

void csv_columns_choose(struct csv_columns *c, const struct csv *csv, size_t total,
                        const struct str_list *list, const char *names)
{
    c->total = total;
    c->place = mem_array(c->total, sizeof *c->place);
    for (size_t j = 0; j < c->total; j++)
        c->place[j] = CSV_COLUMN_LEFT;
    if (names != NULL)
        take(c, csv, (size_t)find(c, csv, (struct str){names, strlen(names)}).first,
             CSV_COLUMN_NAME);
    for (size_t i = 0; i < list->count; i++) {
        struct num_range range = find(c, csv, list->items[i]);
        for (size_t j = (size_t)range.first; j <= range.last; j++)
            take(c, csv, j, (uint32_t)c->count++);
    }
    for (size_t j = 0; list->count == 0 && j < c->total; j++)
        if (c->place[j] == CSV_COLUMN_LEFT)
            take(c, csv, j, (uint32_t)c->count++);
    if (c->count == 0)
        die(csv_name(csv), "no column but that of the names, expected at least 1 of numbers");
    if (c->header.count > 0)
        name_taken(c);
}

void csv_columns_check(const struct csv_columns *c, const struct csv *csv, size_t count)
{
    struct csv_field first = {.text = {"", 0}};
    size_t at = 0;
    if (count == c->total)
        return;
    csv_line_next(&c->header, &at, &first);
    csv_refuse_line(csv, "%zu column%s, expected %zu as in the lines before%s", count,
                    msg_plural(count), c->total,
                    first.text.n > 0 && first.text.p[0] == '#' ? " (--comment=# skips a header)"
                    : c->header.count > 0 && count == c->total + 1
                        ? " (R's write.table names all columns with col.names = NA)"
                        : "");
}

void csv_columns_free(struct csv_columns *c)
{
    csv_line_free(&c->header);
    free(c->place);
    free(c->taken);
}
