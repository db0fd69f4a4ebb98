#include "show/table.h"

#include "base/mem.h"
#include "base/threads.h"
#include "text/cell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows that one thread makes text of, which the buffer has room for. */
struct section {
    struct table table;
    const struct block *block;
    size_t row, end;
};

enum { SECTIONS = 16 };

static void flush(struct table *t)
{
    output_write(t->out, t->buffer, t->used);
    t->used = 0;
}

static void put(struct table *t, char byte)
{
    if (t->used == sizeof t->buffer)
        flush(t);
    t->buffer[t->used++] = byte;
}

static void begin_field(struct table *t)
{
    if (t->begun)
        put(t, t->delimiter);
    t->begun = true;
}

/* Whether a reader would take it for something else: empty, with a blank at an end, or with what
 * ends fields and lines. */
static bool needs_quotes(const struct table *t, struct str text)
{
    const char ends[] = {'"', '\r', '\n', t->delimiter};
    if (text.n == 0 || strchr(" \t", text.p[0]) != NULL ||
        strchr(" \t", text.p[text.n - 1]) != NULL)
        return true;
    for (size_t i = 0; i < text.n; i++)
        if (memchr(ends, text.p[i], sizeof ends) != NULL)
            return true;
    return false;
}

void table_text(struct table *t, struct str text)
{
    bool quotes = needs_quotes(t, text);
    begin_field(t);
    if (quotes)
        put(t, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"')
            put(t, '"');
        put(t, text.p[i]);
    }
    if (quotes)
        put(t, '"');
}

static void put_cell(struct table *t, const struct array_type *type, const char *src)
{
    begin_field(t);
    if (sizeof t->buffer - t->used < DECIMAL_SIZE)
        flush(t);
    t->used += cell_write(type, src, t->buffer + t->used);
}

void table_number(struct table *t, double value)
{
    put_cell(t, &array_double, (const char *)&value);
}

void table_end_line(struct table *t)
{
    put(t, '\n');
    t->begun = false;
    if (t->out != NULL)
        flush(t);
}

static void put_literal(struct table *t, const char *text)
{
    table_text(t, (struct str){text, strlen(text)});
}

void table_header(struct table *t, const struct block *block)
{
    if (block->rows == 0 || block->columns == NULL ||
        block->columns_count != block_row(block, 0).cols)
        return;
    if (block->names != NULL)
        put_literal(t, "name");
    for (size_t j = 0; j < block->columns_count; j++)
        table_text(t, block->columns[j]);
    table_end_line(t);
}

static void put_row(struct table *t, const struct block *block, size_t row)
{
    struct array source = block_row(block, row);
    if (block->names != NULL)
        table_text(t, block->names[row]);
    for (size_t j = 0; j < source.cols; j++)
        put_cell(t, &source.type, source.data + j * source.type.size);
    table_end_line(t);
}

/* The most bytes that the text of a row may take: quotes around a name, and each of its own. */
static size_t room_for(const struct block *block, size_t row)
{
    size_t name = block->names != NULL ? 2 * block->names[row].n + 3 : 0;
    return name + block_row(block, row).cols * (DECIMAL_SIZE + 1) + 1;
}

/* The section takes the rows from *row on, of so many, that it has room for. Whether it has any. */
static bool set_section(const struct table *t, struct section *s, const struct block *block,
                        size_t *row, size_t rows)
{
    size_t left = sizeof s->table.buffer;
    s->table.out = NULL;
    s->table.delimiter = t->delimiter;
    s->table.begun = false;
    s->table.used = 0;
    s->block = block;
    for (s->row = *row; *row < rows && room_for(block, *row) <= left; ++*row)
        left -= room_for(block, *row);
    s->end = *row;
    return s->end > s->row;
}

static void write_section(void *data, unsigned i)
{
    struct section *s = (struct section *)data + i;
    for (; s->row < s->end; s->row++)
        put_row(&s->table, s->block, s->row);
}

void table_rows(struct table *t, const struct block *block, size_t rows)
{
    if (t->sections == NULL)
        t->sections = mem_array(SECTIONS, sizeof *t->sections);
    for (size_t row = 0; row < rows;) {
        unsigned used = 0;
        while (used < SECTIONS && set_section(t, &t->sections[used], block, &row, rows))
            used++;
        threads_share(used, write_section, t->sections);
        for (unsigned i = 0; i < used; i++)
            output_write(t->out, t->sections[i].table.buffer, t->sections[i].table.used);
        if (used == 0) /* too long for a section */
            put_row(t, block, row++);
    }
}

void table_free(struct table *t)
{
    free(t->sections);
}

static void put_model_name(struct table *t, const struct model *m)
{
    if (m->name.n > 0)
        table_text(t, m->name);
}

/* A column's name, else its number. */
static void put_column(struct table *t, const struct model *m, size_t column)
{
    char text[24];
    if (m->columns.count > 0) {
        table_text(t, m->columns.items[column]);
        return;
    }
    snprintf(text, sizeof text, "%zu", column);
    put_literal(t, text);
}

/* The coefficients of one given column: a row of coef, or of the product of the factors. */
static void add_coefficients(const struct model *m, size_t given, double *y)
{
    if (m->coef != NULL) {
        memcpy(y, m->coef + given * m->targets, m->targets * sizeof *y);
        return;
    }
    memset(y, 0, m->targets * sizeof *y);
    for (size_t i = 0; i < m->rank; i++)
        for (size_t j = 0; j < m->targets; j++)
            y[j] += m->basis[given * m->rank + i] * m->loadings[i * m->targets + j];
}

static void put_values(struct table *t, const double *values, size_t n)
{
    for (size_t j = 0; j < n; j++)
        table_number(t, values[j]);
    table_end_line(t);
}

void table_model(struct table *t, const struct model *m)
{
    double *y = mem_array(m->targets, sizeof *y);
    put_model_name(t, m);
    put_literal(t, "column");
    for (size_t j = 0; j < m->targets; j++)
        put_column(t, m, m->given + j);
    table_end_line(t);
    put_model_name(t, m);
    put_literal(t, "(intercept)");
    put_values(t, m->intercept, m->targets);
    for (size_t i = 0; i < m->given; i++) {
        add_coefficients(m, i, y);
        put_model_name(t, m);
        put_column(t, m, i);
        put_values(t, y, m->targets);
    }
    free(y);
}
