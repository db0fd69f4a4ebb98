#include "text/csv_plain.h"

#include "base/decimal.h"
#include "base/mem.h"
#include "base/threads.h"
#include "text/cell.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A field and what ends it are two bytes at least, its element eight at most. */
enum { SECTIONS = 16, GROWTH = 4, SHARED = 128 << 10, ENOUGH = 512 << 10, PAUSE_MAX = 65535 };

struct section {
    const char *at, *end; /* lines to make rows of; at the end, or the first that is not plain */
    char *rows;
    size_t count;
};

struct csv_plain_rows {
    struct section sections[SECTIONS];
    unsigned used;
    char room[GROWTH * CSV_LINES_MAX];
};

static const char *skip_blanks(const struct csv_plain *p, const char *at)
{
    while (csv_is_blank(*at, p->delimiter))
        at++;
    return at;
}

/* Where the next field begins, or the next line, if this field ends at `at`; else NULL. */
static const char *step_over(const struct csv_plain *p, const char *at, bool last)
{
    const char *next = skip_blanks(p, at);
    if (last)
        return *(next += *next == '\r') == '\n' ? next + 1 : NULL;
    if (p->delimiter == ' ')
        return next > at ? next : NULL;
    return *next == p->delimiter ? skip_blanks(p, next + 1) : NULL;
}

/* The row of the line at `at`, which a newline ends, as the last one does at `end`; NULL if it is
 * not plain. */
static const char *read_line(const struct csv_plain *p, const char *at, const char *end, char *row)
{
    const struct csv_columns *columns = p->columns;
    /* A row has room where its line does. */
    if (*at == p->comment || (size_t)(end - at) / 2 < columns->total)
        return NULL;
    at = skip_blanks(p, at);
    for (size_t j = 0; at != NULL && j < columns->total; j++) {
        double value;
        uint32_t place = columns->place[j];
        const char *after = decimal_read(at, &value);
        if (after == NULL || place == CSV_COLUMN_NAME)
            return NULL;
        struct str text = {at, (size_t)(after - at)};
        if (place != CSV_COLUMN_LEFT &&
            !cell_read(p->type, text, value, row + place * p->type->size))
            return NULL;
        at = step_over(p, after, j + 1 == columns->total);
    }
    return at;
}

static void read_section(const struct csv_plain *p, struct section *s)
{
    const char *next;
    size_t size = p->columns->count * p->type->size;
    for (; s->at < s->end; s->at = next, s->count++)
        if ((next = read_line(p, s->at, s->end, s->rows + s->count * size)) == NULL)
            return;
}

static void put(const struct csv_plain *p, struct csv_plain_rows *rows)
{
    for (unsigned i = 0; i < rows->used; i++)
        p->put(p->to, rows->sections[i].rows, rows->sections[i].count);
    rows->used = 0;
}

static void work(void *data, unsigned i)
{
    struct csv_plain *p = data;
    if (i == 0)
        csv_read_ahead(p->csv);
    else if (i == 1)
        put(p, p->before);
    else
        read_section(p, &p->now->sections[i - 2]);
}

/* Sections of much the same length, each of whole lines. */
static void cut(struct csv_plain_rows *rows, struct str lines)
{
    const char *end = lines.p + lines.n;
    rows->used = 0;
    for (const char *at = lines.p; at < end; rows->used++) {
        size_t left = (size_t)(end - at);
        const char *to = at + (left - 1) / (SECTIONS - rows->used);
        to = (const char *)memchr(to, '\n', (size_t)(end - to)) + 1;
        char *room = rows->room + GROWTH * (at - lines.p);
        rows->sections[rows->used] = (struct section){at, to, room, 0};
        at = to;
    }
}

/* Keeps the rows before the first line that is not plain, and steps over their lines. Whether all
 * of them are. */
static bool keep(struct csv_plain *p)
{
    const struct section *s = p->now->sections;
    uint64_t lines = s->count;
    while (s->at == s->end && s + 1 < p->now->sections + p->now->used)
        lines += (++s)->count;
    p->now->used = (unsigned)(s + 1 - p->now->sections);
    csv_skip(p->csv, s->at, lines);
    return s->at == s->end;
}

/* One step; whether all lines are plain. Few are not worth a thread. */
static bool step(struct csv_plain *p, struct str lines)
{
    cut(p->now, lines);
    unsigned parts = 2 + p->now->used;
    if (lines.n >= SHARED)
        threads_share(parts, work, p);
    for (unsigned i = 0; lines.n < SHARED && i < parts; i++)
        work(p, i);
    bool plain = keep(p);
    struct csv_plain_rows *rows = p->before;
    p->before = p->now;
    p->now = rows;
    return plain;
}

static void set_up(struct csv_plain *p)
{
    if (p->now == NULL) {
        p->now = mem_array(1, sizeof *p->now);
        p->before = mem_array(1, sizeof *p->before);
        p->now->used = p->before->used = 0;
    }
    p->delimiter = csv_delimiter(p->csv);
}

void csv_plain_run(struct csv_plain *p)
{
    struct str lines;
    size_t done = 0;
    if (p->wait > 0) {
        p->wait--;
        return;
    }
    if ((lines = csv_lines(p->csv)).n == 0)
        return;
    set_up(p);
    bool plain = read_line(p, lines.p, lines.p + lines.n, p->now->room) != NULL;
    for (; plain && (lines = csv_lines(p->csv)).n > 0; done += lines.n)
        plain = step(p, lines);
    put(p, p->before);
    /* Where lines are plain seldom, trying them takes longer than it saves. */
    if (plain || done > ENOUGH)
        p->pause = 0;
    else
        p->wait = p->pause = p->pause < PAUSE_MAX ? 2 * p->pause + 1 : PAUSE_MAX;
}

void csv_plain_free(struct csv_plain *p)
{
    free(p->now);
    free(p->before);
}
