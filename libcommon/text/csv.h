/* Text as records of fields: RFC 4180 and its relatives. Memory is bounded: a field is looked at
 * where it was read. Errors end the program with a message that names file, line and field. */
#ifndef WAVEFILL_TEXT_CSV_H
#define WAVEFILL_TEXT_CSV_H

#include "base/msg.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct csv_format {
    char delimiter; /* ' ': runs of spaces and tabs; '\0': the first line of each file tells */
    char point;     /* '.' or ',' */
    char comment;   /* lines that begin with it are skipped; '\0': none */
};

/* Whether such a byte may stand around a field. */
static inline bool csv_is_blank(char byte, char delimiter)
{
    return byte == ' ' || (byte == '\t' && delimiter != '\t');
}

struct csv;

/* The files named, "-" being standard input; with count 0 standard input alone. paths stays the
 * caller's and must outlive it. */
struct csv *csv_open(char *const paths[], int count, struct csv_format format);
void csv_close(struct csv *c);

/* Steps to the next line that is neither blank nor a comment; what is left of the present one must
 * have been read. False at the end of all files. */
bool csv_next(struct csv *c);

/* Whether this line is the first one of its file. */
bool csv_is_first(const struct csv *c);

/* Reads the next field of the line: without quotes and surrounding blanks csv_text gives it, until
 * the next call. *value only of a number. */
enum csv_kind { CSV_NUMBER, CSV_TEXT, CSV_END };
enum csv_kind csv_read(struct csv *c, double *value);
struct str csv_text(const struct csv *c);

/* Lines that are there as a whole, from the next one on, at most CSV_LINES_MAX bytes; none where
 * less than an eighth of that has been read, or points are commas. The 8 bytes after them may be
 * read. A view until csv_next, csv_lines. */
#ifndef CSV_LINES_SIZE
#define CSV_LINES_SIZE (512 << 10) /* fuzzing sets less */
#endif
enum { CSV_LINES_MAX = CSV_LINES_SIZE };
struct str csv_lines(struct csv *c);

/* Steps over those before `to`, so many lines. */
void csv_skip(struct csv *c, const char *to, uint64_t lines);

/* Reads on, as far as that needs no waiting and there is room; those lines stay. */
void csv_read_ahead(struct csv *c);

/* For messages: the file. The delimiter in use. */
const char *csv_name(const struct csv *c);
char csv_delimiter(const struct csv *c);

/* Ends the program: `file: line 2: ...`; `file: line 2, column 0: 'found', expected ...`, columns
 * being counted from 0. */
_Noreturn void csv_refuse_line(const struct csv *c, const char *fmt, ...) MSG_PRINTF(2, 3);
_Noreturn void csv_refuse(const struct csv *c, size_t column, struct str found,
                          const char *expected);

#endif
