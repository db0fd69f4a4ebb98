/* Plain lines, made rows of by all threads: nothing but numbers, as many as there are columns.
 *
 *      bytes that have been read
 *     |..section..|..section..|..section..|..rest..|
 *
 * Lines that are there as a whole are cut into sections, and each thread makes rows of one. At the
 * same time one reads what comes after them, another hands over the rows made before. The first
 * line that is not plain ends this: it, and what comes after it, is left for csv_next. */
#ifndef WAVEFILL_TEXT_CSV_PLAIN_H
#define WAVEFILL_TEXT_CSV_PLAIN_H

#include "stream/array.h"
#include "text/csv.h"
#include "text/csv_line.h"

#include <stddef.h>

/* All but the caller's start as zeroes. */
struct csv_plain {
    struct csv *csv;
    char comment;
    const struct array_type *type;
    const struct csv_columns *columns;
    /* Takes rows, one after the other; on any thread, but one call after the other. */
    void (*put)(void *to, const char *rows, size_t count);
    void *to;

    char delimiter;
    struct csv_plain_rows *now, *before; /* being made, being handed over */
    size_t wait, pause;                  /* lines until it tries again; the next time */
};

/* Hands over all plain lines that come next, if they are many. Columns must be known, and the line
 * before must have been read. */
void csv_plain_run(struct csv_plain *p);
void csv_plain_free(struct csv_plain *p);

#endif
