/* Rows, and the coefficients of models, as text that a spreadsheet or csv-load reads. */
#ifndef WAVEFILL_SHOW_TABLE_H
#define WAVEFILL_SHOW_TABLE_H

#include "base/output.h"
#include "base/str.h"
#include "model/model.h"
#include "stream/block.h"

#include <stdbool.h>
#include <stddef.h>

/* Text out, a line at a time; all but these two is zero before the first. */
struct table {
    struct output *out; /* NULL: the buffer has room for all of it */
    char delimiter;
    bool begun;               /* the line has a field */
    struct section *sections; /* of rows that threads share; table_free's */
    size_t used;
    char buffer[128 << 10];
};

void table_free(struct table *t);

/* A field in quotes where it needs them: RFC 4180. */
void table_text(struct table *t, struct str text);
void table_number(struct table *t, double value);
void table_end_line(struct table *t);

/* Names of the columns where the block has one for each; of the rows, if it has them, "name". */
void table_header(struct table *t, const struct block *block);

/* The first rows, so many: of each its name, if it has one, and its elements with the digits that
 * read back. For one thread; as many as base/threads.h has share the work. */
void table_rows(struct table *t, const struct block *block, size_t rows);

/* A line for the intercept and one for each given column, with its coefficient for each target;
 * before them the names, and before each the model's name where there is one. */
void table_model(struct table *t, const struct model *m);

#endif
