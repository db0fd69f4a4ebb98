/* The lines of a text as a table: the header, and which columns are taken, in which order. Errors
 * end the program with a message. */
#ifndef WAVEFILL_TEXT_CSV_LINE_H
#define WAVEFILL_TEXT_CSV_LINE_H

#include "base/str.h"
#include "text/csv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct csv_field {
    bool number;
    double value; /* of a number */
    struct str text;
};

/* The next field of the present line, a view until the next call; false at its end. */
bool csv_line_field(struct csv *csv, struct csv_field *field);

/* A line as a whole, of at most 64 MiB: its fields one after the other in one piece of memory, each
 * with 5 bytes beside its text. Starts as zeroes. */
struct csv_line {
    char *bytes;
    size_t used, capacity, count;
};
void csv_line_read(struct csv_line *line, struct csv *csv);

/* The field that stands at *at, from 0 on, as a view; steps over it. False at the end. */
bool csv_line_next(const struct csv_line *line, size_t *at, struct csv_field *field);
void csv_line_free(struct csv_line *line);

/* Whether R, pandas, databases or spreadsheets write that for no value. */
bool csv_line_missing(struct str text);

/* Says which delimiter is in use, and whether the file has a header. */
void csv_line_remark(const struct csv *csv, bool header);

/* Starts as zeroes. */
struct csv_columns {
    struct csv_line header;              /* empty: there is none */
    size_t total;                        /* columns of the text */
    uint32_t *place;                     /* of each: where it goes in a row, or */
#define CSV_COLUMN_NAME (UINT32_MAX - 1) /* it names the rows */
#define CSV_COLUMN_LEFT UINT32_MAX       /* nowhere */
    size_t count;                        /* columns of a row, and */
    struct str *taken;                   /* their names, views; NULL: there is no header */
};

/* Whether the first line of a file is a header: it has text and no number, or must be one. That of
 * the first file is kept, *line being empty then; the first line of another one is a header if it
 * is the same. */
bool csv_columns_header(struct csv_columns *c, const struct csv *csv, struct csv_line *line,
                        bool may, bool must);

/* Chooses from the columns of the first line, `total` of them: list, or all if it is empty, without
 * the one called names (NULL: none). */
void csv_columns_choose(struct csv_columns *c, const struct csv *csv, size_t total,
                        const struct str_list *list, const char *names);

/* Refuses a line of another number of columns. */
void csv_columns_check(const struct csv_columns *c, const struct csv *csv, size_t count);
void csv_columns_free(struct csv_columns *c);

#endif
