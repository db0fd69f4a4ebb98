/* Numbers as people write them: bounded parsing, and output that a reader
 * gets back bit for bit. The locale is never consulted: no filter sets one. */
#ifndef WAVEFILL_BASE_NUM_H
#define WAVEFILL_BASE_NUM_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decimal digits only, 0 to max. False if s is anything else. */
bool num_parse_uint(const char *s, uint64_t max, uint64_t *value);

/* A finite decimal number, no surrounding blanks. False if s is anything else. */
bool num_parse_double(const char *s, double *value);
bool num_read_double(struct str s, double *value);

/* A column position: `12` is an index, `0.25` a fraction of the columns, `25%` a
 * per cent; `25%-20` is 20 columns before that, `0.25+20` 20 after it. */
struct num_pos {
    const char *text; /* as it was written, not owned; NULL: none, or part of a span */
    enum { NUM_INDEX, NUM_FRACTION } kind;
    uint64_t index;
    double fraction;
    int64_t offset; /* columns after the fraction */
};

/* False unless s is an index, or a fraction of 0 to 1 or a percentage of 0 to 100, with an offset
 * or without. */
bool num_parse_pos(const char *s, struct num_pos *pos);

/* The index that pos means among `columns` columns: a fraction is multiplied
 * and truncated in double, int(fraction * columns), so 0.29 of 100 is 28. Its offset leads no
 * further than to the first column and the end; an index may be any. */
uint64_t num_resolve_pos(const struct num_pos *pos, uint64_t columns);

/* Columns from A up to, not including, B: written A:B, without A from the first, without
 * B to the last. */
struct num_span {
    const char *text; /* as it was written, alone or in a list; not owned */
    struct num_pos from, to;
};

/* The columns from `from` up to, not including, `to`. */
struct num_columns {
    uint64_t from, to;
};

/* All columns. */
#define NUM_SPAN_ALL ((struct num_span){.text = ":", .to = {.kind = NUM_FRACTION, .fraction = 1}})

/* False unless s is A:B. */
bool num_parse_span(const char *s, struct num_span *span);

/* False if it is empty whatever the number of columns: A is of the same kind as B, and neither
 * smaller nor with a smaller offset. */
bool num_span_ordered(const struct num_span *span);

/* What span means among `columns` columns; it may be empty or end after them. */
struct num_columns num_resolve_span(const struct num_span *span, uint64_t columns);

/* A list such as `0:120,160:`: spans, in the order written. Starts as zeroes. */
struct num_spans {
    struct num_span *items; /* freed by the caller */
    size_t count;
};

/* Appends s to list. False if s is not such a list. Ends the program when memory runs out. */
bool num_parse_spans(const char *s, struct num_spans *list);

/* A list such as `0,3-5`: inclusive ranges, in the order written. */
struct num_range {
    uint64_t first, last;
};
struct num_list {
    struct num_range *ranges; /* freed by the caller */
    size_t count;
};

/* Appends s to list. False if s is not such a list of numbers from 0 to max. Ends the program
 * when memory runs out. */
bool num_parse_list(const char *s, uint64_t max, struct num_list *list);
bool num_list_has(const struct num_list *list, uint64_t value);

/* Writes value as Python's repr() does: the shortest digits that read back as
 * the same double, a point or an exponent always, nan, inf, -inf. */
enum { NUM_REPR_SIZE = 48 };
void num_repr(double value, char out[NUM_REPR_SIZE]);

#endif
