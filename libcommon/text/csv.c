#include "text/csv.h"

#include "base/decimal.h"
#include "base/fd.h"
#include "base/input.h"
#include "base/magic.h"
#include "base/mem.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Before a field is looked at, all of it is in the buffer. */
enum { FIELD_MAX = 64 << 10, READ_SIZE = 256 << 10 };

/* Room for lines, those read ahead, and more so that they move to the front seldom. */
enum { BUFFER = READ_SIZE + 4 * CSV_LINES_MAX };

struct csv {
    char *const *paths;
    int count, index;
    struct csv_format format;
    char delimiter;
    int fd;
    const char *name;
    char *buffer; /* from `at` to `end`, where there is a NUL */
    char *at, *end;
    bool at_eof; /* of the file, at `end` */
    bool first, open_line;
    uint64_t line, next_line;
    size_t column; /* the next one */
    struct str text;
};

void csv_refuse_line(const struct csv *c, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    die(c->name, "line %" PRIu64 ": %s", c->line, text);
}

void csv_refuse(const struct csv *c, size_t column, struct str found, const char *expected)
{
    enum { SHOWN = 60 };
    char text[4 * SHOWN + 8];
    size_t n = found.n < SHOWN ? found.n : SHOWN;
    die(c->name, "line %" PRIu64 ", column %zu: %s%s%s, expected %s", c->line, column,
        found.n == 0 ? "nothing" : "'", msg_text(found.p, n, text, sizeof text),
        n < found.n ? "'..."
        : n > 0     ? "'"
                    : "",
        expected);
}

/* The same of what is wrong with the field itself. */
static _Noreturn void refuse_field(const struct csv *c, const char *why)
{
    die(c->name, "line %" PRIu64 ", column %zu: %s", c->line, c->column - 1, why);
}

static void set_end(struct csv *c, char *end)
{
    c->end = end;
    memset(end, 0, DECIMAL_AFTER);
}

/* Reads on until a whole field is there, or the rest of the file. */
static void fill(struct csv *c)
{
    size_t used = (size_t)(c->end - c->at);
    if (used > FIELD_MAX || c->at_eof)
        return;
    memmove(c->buffer, c->at, used);
    while (used <= FIELD_MAX && !c->at_eof) {
        ssize_t n = fd_read(c->fd, c->buffer + used, READ_SIZE - used);
        if (n < 0)
            die_errno(c->name, "read failed");
        used += (size_t)n;
        c->at_eof = n == 0;
    }
    c->at = c->buffer;
    set_end(c, c->buffer + used);
}

struct str csv_lines(struct csv *c)
{
    size_t n = (size_t)(c->end - c->at);
    if (n < CSV_LINES_MAX / 8 || n < DECIMAL_AFTER || c->format.point != '.')
        return (struct str){c->at, 0};
    if (c->buffer + BUFFER - c->end < CSV_LINES_MAX) {
        memmove(c->buffer, c->at, n);
        c->at = c->buffer;
        set_end(c, c->at + n);
    }
    for (n = n - DECIMAL_AFTER < CSV_LINES_MAX ? n - DECIMAL_AFTER : CSV_LINES_MAX; n > 0; n--)
        if (c->at[n - 1] == '\n')
            break;
    return (struct str){c->at, n};
}

void csv_skip(struct csv *c, const char *to, uint64_t lines)
{
    c->at += to - c->at;
    c->next_line += lines;
}

/* What fails here fails again in fill, which says so. */
void csv_read_ahead(struct csv *c)
{
    size_t used = 0;
    ssize_t n;
    size_t room = (size_t)(c->buffer + BUFFER - c->end);
    room = room < CSV_LINES_MAX ? room : CSV_LINES_MAX;
    while (!c->at_eof && used < room && fd_is_ready(c->fd)) {
        if ((n = fd_read(c->fd, c->end + used, room - used)) < 0)
            break;
        used += (size_t)n;
        c->at_eof = n == 0;
    }
    set_end(c, c->end + used);
}

static char *skip_blanks(const struct csv *c, char *at)
{
    while (csv_is_blank(*at, c->delimiter))
        at++;
    return at;
}

/* Where the next line begins, if this one ends at `at`; else NULL. */
static char *line_end(const struct csv *c, char *at)
{
    if (*at == '\r')
        at++;
    if (*at == '\n')
        return at + 1;
    return at == c->end && c->at_eof ? at : NULL;
}

/* What stands in the first line outside of quotes: tabs, else semicolons, else commas, else bars.
 */
static char find_delimiter(const struct csv *c)
{
    bool quoted = false, comma = false, semicolon = false, bar = false;
    for (const char *at = c->at; at < c->end && (quoted || *at != '\n'); at++) {
        quoted ^= *at == '"';
        if (*at == '\t' && !quoted && at > c->at)
            return '\t';
        semicolon |= *at == ';' && !quoted;
        comma |= *at == ',' && !quoted && c->format.point != ',';
        bar |= *at == '|' && !quoted;
    }
    return semicolon ? ';' : comma ? ',' : bar ? '|' : ' ';
}

/* Old Macs ended lines so. */
static void check_line_ends(const struct csv *c)
{
    size_t n = (size_t)(c->end - c->at);
    const char *first = memchr(c->at, '\r', n);
    if (first != NULL && first + 1 < c->end && memchr(c->at, '\n', n) == NULL)
        die(c->name, "lines that end in carriage returns alone, expected newlines; to convert "
                     "them: tr '\\r' '\\n' <IN >OUT");
}

/* A first line such as `sep=;` is not of the table: it tells Excel the delimiter. */
static void take_separator(struct csv *c)
{
    char *end = c->end - c->at > 5 ? line_end(c, c->at + 5) : NULL;
    if (end == NULL || strncasecmp(c->at, "sep=", 4) != 0)
        return;
    char delimiter = c->at[4];
    if (memchr("\t;,| :", delimiter, 6) == NULL || (delimiter == ',' && c->format.point == ','))
        return;
    if (c->delimiter == '\0')
        c->delimiter = delimiter;
    c->at = end;
    c->next_line++;
}

static void open_next(struct csv *c)
{
    const char *path = c->count == 0 ? "-" : c->paths[c->index];
    c->index++;
    c->name = fd_shown(path);
    c->fd = input_open(path, "numbers as text");
    c->delimiter = c->format.delimiter;
    c->at = c->end = c->buffer;
    c->at_eof = false;
    c->line = 0;
    c->next_line = 1;
    c->first = false;
    fill(c);
    const struct magic *other = magic_find(c->at, (size_t)(c->end - c->at));
    if (other != NULL)
        die(c->name, "%s, expected numbers as text%s", other->name, magic_hint_to_numbers(other));
    if (c->end - c->at >= 3 && memcmp(c->at, "\xef\xbb\xbf", 3) == 0)
        c->at += 3;
    check_line_ends(c);
    take_separator(c);
}

static void close_file(struct csv *c)
{
    if (c->fd > STDIN_FILENO)
        close(c->fd);
    c->fd = -1;
}

struct csv *csv_open(char *const paths[], int count, struct csv_format format)
{
    struct csv *c = mem_zero(1, sizeof *c);
    *c = (struct csv){.paths = paths, .count = count, .format = format};
    c->buffer = mem_array(1, BUFFER + DECIMAL_AFTER);
    open_next(c);
    return c;
}

void csv_close(struct csv *c)
{
    close_file(c);
    free(c->buffer);
    free(c);
}

/* Steps over the rest of a line, however long. */
static void skip_line(struct csv *c)
{
    char *found;
    while ((found = memchr(c->at, '\n', (size_t)(c->end - c->at))) == NULL && !c->at_eof) {
        c->at = c->end;
        fill(c);
    }
    c->at = found != NULL ? found + 1 : c->end;
    c->next_line++;
}

/* Steps over blank lines and comments. False at the end of the file. */
static bool find_line(struct csv *c)
{
    for (;;) {
        fill(c);
        char *end = line_end(c, skip_blanks(c, c->at));
        bool comment = c->format.comment != '\0' && *c->at == c->format.comment;
        if (end == c->end && c->at_eof && !comment)
            return false;
        if (end == NULL && !comment)
            return true;
        skip_line(c);
    }
}

bool csv_next(struct csv *c)
{
    while (!find_line(c)) {
        if (c->next_line == 1 && c->line == 0)
            die(c->name, "empty, expected numbers as text (did the program that writes it fail?)");
        close_file(c);
        if (c->index >= c->count)
            return false;
        open_next(c);
    }
    c->first = c->line == 0;
    c->line = c->next_line;
    if (c->delimiter == '\0')
        c->delimiter = find_delimiter(c);
    c->column = 0;
    c->open_line = true;
    return true;
}

bool csv_is_first(const struct csv *c)
{
    return c->first;
}

/* Steps over what ends a field at `at`; false if nothing does. */
static bool step_over(struct csv *c, char *at)
{
    char *next = at;
    if (*at == c->delimiter && at < c->end && c->delimiter != ' ') {
        c->at = at + 1;
        return true;
    }
    if (c->delimiter == ' ')
        next = skip_blanks(c, at);
    char *end = line_end(c, next);
    if (end == NULL && next == at)
        return false;
    c->open_line = end == NULL;
    c->at = c->open_line ? next : end;
    c->next_line += !c->open_line;
    return true;
}

/* Takes the quotes away where the field stands, from the first one on. Its end. */
static char *unquote(struct csv *c, char *at)
{
    char *to = at;
    c->text.p = to;
    for (at++; at < c->end; at++) {
        if (*at == '"' && *++at != '"')
            break;
        c->next_line += *at == '\n';
        *to++ = *at;
    }
    c->text.n = (size_t)(to - c->text.p);
    if (at >= c->end && at[-1] != '"')
        refuse_field(c, "a quote that is not closed, expected its end within 64 KiB");
    *to = '\0';
    return c->delimiter == ' ' ? at : skip_blanks(c, at);
}

/* To the next delimiter or the line's end. */
static char *find_end(struct csv *c, char *at)
{
    c->text.p = at;
    while (at < c->end && *at != c->delimiter && *at != '\n' &&
           !(c->delimiter == ' ' && *at == '\t'))
        at++;
    const char *end = at - (at > c->text.p && at[-1] == '\r');
    while (end > c->text.p && csv_is_blank(end[-1], c->delimiter))
        end--;
    c->text.n = (size_t)(end - c->text.p);
    return at;
}

/* Whether all of the field is a number. Its byte after the end may be changed. */
static bool is_number(const struct csv *c, double *value)
{
    char *text = (char *)c->text.p;
    char *comma = c->format.point == ',' ? memchr(text, ',', c->text.n) : NULL;
    char after = text[c->text.n];
    if (c->format.point == ',' && memchr(text, '.', c->text.n) != NULL)
        return false;
    text[c->text.n] = '\0';
    if (comma != NULL)
        *comma = '.';
    bool number = decimal_read(text, value) == text + c->text.n && c->text.n > 0;
    if (comma != NULL && !number)
        *comma = ',';
    text[c->text.n] = after;
    return number;
}

static enum csv_kind read_text(struct csv *c, double *value)
{
    char *at = skip_blanks(c, c->at);
    char *end = *at == '"' && at < c->end ? unquote(c, at) : find_end(c, at);
    bool number = is_number(c, value);
    if (end - c->at > FIELD_MAX || (end == c->end && !c->at_eof))
        refuse_field(c, "a field of more than 64 KiB, expected a shorter one");
    if (!step_over(c, end))
        refuse_field(c, "text after a quote, expected a delimiter");
    return number ? CSV_NUMBER : CSV_TEXT;
}

enum csv_kind csv_read(struct csv *c, double *value)
{
    if (!c->open_line)
        return CSV_END;
    fill(c);
    if (c->column == 0 && c->delimiter == ' ')
        c->at = skip_blanks(c, c->at);
    c->column++;
    char *at = c->at;
    const char *end = c->format.point == '.' ? decimal_read(at, value) : NULL;
    if (end == NULL || !step_over(c, at + (end - at)))
        return read_text(c, value);
    c->text = (struct str){at, (size_t)(end - at)};
    return CSV_NUMBER;
}

struct str csv_text(const struct csv *c)
{
    return c->text;
}

const char *csv_name(const struct csv *c)
{
    return c->name;
}

char csv_delimiter(const struct csv *c)
{
    return c->delimiter;
}
