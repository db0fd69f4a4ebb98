#include "base/num.h"

#include "base/decimal.h"
#include "base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if FLT_EVAL_METHOD == 2 && (defined(__i386__) || defined(__x86_64__))
/* Registers of the x87 keep more digits than a double has, and 0.29 of 100 would be 29: from the
 * start of the program on they round as other processors do. */
__attribute__((constructor)) static void round_to_double(void)
{
    enum { PRECISION = 0x300, DOUBLE = 0x200 };
    uint16_t control;
    __asm__ volatile("fnstcw %0" : "=m"(control));
    control = (uint16_t)((control & ~PRECISION) | DOUBLE);
    __asm__ volatile("fldcw %0" : : "m"(control));
}
#endif

/* Reads digits at *s and steps over them; false if there are none or they are more than max. */
static bool take_uint(const char **s, uint64_t max, uint64_t *value)
{
    char *end;
    if (!isdigit((unsigned char)**s))
        return false;
    errno = 0;
    *value = strtoull(*s, &end, 10);
    *s = end;
    return errno == 0 && *value <= max;
}

bool num_parse_uint(const char *s, uint64_t max, uint64_t *value)
{
    return take_uint(&s, max, value) && *s == '\0';
}

bool num_read_double(struct str s, double *value)
{
    /* strtod also takes blanks, hexadecimal, "inf" and "nan". */
    if (s.n == 0 || strspn(s.p, "0123456789+-.eE") < s.n)
        return false;
    char *end;
    double v = strtod(s.p, &end);
    if (end != s.p + s.n || !isfinite(v))
        return false;
    *value = v;
    return true;
}

bool num_parse_double(const char *s, double *value)
{
    return num_read_double((struct str){s, strlen(s)}, value);
}

static bool all_digits(struct str s)
{
    return strspn(s.p, "0123456789") >= s.n;
}

/* Takes +20 or -20 off the end of s, if it is not an exponent's. */
static void take_offset(struct str *s, int64_t *offset)
{
    size_t n = s->n;
    uint64_t columns;
    while (n > 0 && isdigit((unsigned char)s->p[n - 1]))
        n--;
    const char *digits = s->p + n;
    if (n < 2 || strchr("+-", s->p[n - 1]) == NULL || strchr("eE", s->p[n - 2]) != NULL ||
        !take_uint(&digits, INT64_MAX, &columns))
        return;
    *offset = s->p[n - 1] == '-' ? -(int64_t)columns : (int64_t)columns;
    s->n = n - 1;
}

static bool read_fraction(struct str s, struct num_pos *pos)
{
    double v;
    take_offset(&s, &pos->offset);
    bool percent = s.p[s.n - 1] == '%';
    pos->kind = NUM_FRACTION;
    if (strchr("+-", s.p[0]) != NULL || (!percent && all_digits(s)) ||
        !num_read_double((struct str){s.p, s.n - percent}, &v))
        return false;
    pos->fraction = percent ? v / 100 : v;
    return pos->fraction >= 0 && pos->fraction <= 1;
}

static bool read_pos(struct str s, struct num_pos *pos)
{
    *pos = (struct num_pos){.kind = NUM_INDEX};
    return all_digits(s) ? take_uint(&s.p, UINT64_MAX, &pos->index) : read_fraction(s, pos);
}

bool num_parse_pos(const char *s, struct num_pos *pos)
{
    bool good = read_pos((struct str){s, strlen(s)}, pos);
    pos->text = s;
    return good;
}

uint64_t num_resolve_pos(const struct num_pos *pos, uint64_t columns)
{
    if (pos->kind == NUM_INDEX)
        return pos->index;
    uint64_t at = (uint64_t)(pos->fraction * (double)columns);
    if (pos->offset < 0)
        return at - (at < (uint64_t)-pos->offset ? at : (uint64_t)-pos->offset);
    at += (uint64_t)pos->offset;
    return at < columns ? at : columns;
}

static bool read_span(struct str s, struct num_span *span)
{
    size_t colon = strcspn(s.p, ":");
    if (colon >= s.n)
        return false;
    *span = NUM_SPAN_ALL;
    struct str from = {s.p, colon}, to = {s.p + colon + 1, s.n - colon - 1};
    return (from.n == 0 || read_pos(from, &span->from)) && (to.n == 0 || read_pos(to, &span->to));
}

bool num_parse_span(const char *s, struct num_span *span)
{
    bool good = read_span((struct str){s, strlen(s)}, span);
    span->text = s;
    return good;
}

bool num_parse_spans(const char *s, struct num_spans *list)
{
    const char *rest = s;
    for (struct str item; str_next_item(&rest, &item);) {
        struct num_span span;
        if (!read_span(item, &span))
            return false;
        span.text = s;
        list->items = mem_room(list->items, list->count, sizeof *list->items);
        list->items[list->count++] = span;
    }
    return true;
}

bool num_span_ordered(const struct num_span *span)
{
    if (span->from.kind != span->to.kind)
        return true;
    return span->from.kind == NUM_INDEX
               ? span->from.index < span->to.index
               : span->from.fraction < span->to.fraction || span->from.offset < span->to.offset;
}

struct num_columns num_resolve_span(const struct num_span *span, uint64_t columns)
{
    return (struct num_columns){num_resolve_pos(&span->from, columns),
                                num_resolve_pos(&span->to, columns)};
}

bool num_parse_list(const char *s, uint64_t max, struct num_list *list)
{
    for (struct str item; str_next_item(&s, &item);) {
        struct num_range range = {0, 0};
        const char *p = item.p;
        bool good = take_uint(&p, max, &range.first);
        range.last = range.first;
        if (good && *p == '-') {
            p++;
            good = take_uint(&p, max, &range.last) && range.last >= range.first;
        }
        if (!good || p != item.p + item.n)
            return false;
        list->ranges = mem_room(list->ranges, list->count, sizeof *list->ranges);
        list->ranges[list->count++] = range;
    }
    return true;
}

bool num_list_has(const struct num_list *list, uint64_t value)
{
    for (size_t i = 0; i < list->count; i++)
        if (value >= list->ranges[i].first && value <= list->ranges[i].last)
            return true;
    return false;
}

void num_repr(double value, char out[NUM_REPR_SIZE])
{
    size_t n = decimal_write(value, false, out);
    bool whole = isfinite(value) && memchr(out, '.', n) == NULL && memchr(out, 'e', n) == NULL;
    snprintf(out + n, NUM_REPR_SIZE - n, "%s", whole ? ".0" : "");
}
