#include "base/num.h"

#include "base/mem.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Reads digits at *s up to max and steps over them; false if there are none or
 * they are too many. */
static bool take_uint(const char **s, uint64_t max, uint64_t *value)
{
    if (!isdigit((unsigned char)**s))
        return false;
    uint64_t v = 0;
    for (; isdigit((unsigned char)**s); ++*s) {
        uint64_t digit = (uint64_t)(**s - '0');
        if (digit > max || v > (max - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *value = v;
    return true;
}

bool num_parse_uint(const char *s, uint64_t max, uint64_t *value)
{
    return take_uint(&s, max, value) && *s == '\0';
}

bool num_read_double(struct str s, double *value)
{
    /* strtod also takes blanks, hexadecimal, "inf" and "nan". */
    if (s.n == 0 || strspn(s.p, "0123456789+-.eE") != s.n)
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

static bool read_pos(struct str s, struct num_pos *pos)
{
    bool percent = s.n > 0 && s.p[s.n - 1] == '%';
    double v;
    *pos = (struct num_pos){.kind = NUM_INDEX};
    if (strspn(s.p, "0123456789") == s.n) {
        const char *p = s.p;
        return take_uint(&p, SIZE_MAX, &pos->index);
    }
    if (strchr("+-", s.p[0]) != NULL || !num_read_double((struct str){s.p, s.n - percent}, &v))
        return false;
    pos->kind = NUM_FRACTION;
    pos->fraction = percent ? v / 100 : v;
    return pos->fraction >= 0 && pos->fraction <= 1;
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
    return (uint64_t)(pos->fraction * (double)columns);
}

bool num_parse_span(const char *s, struct num_span *span)
{
    const char *colon = strchr(s, ':');
    if (colon == NULL)
        return false;
    *span = (struct num_span)NUM_SPAN_ALL;
    span->text = s;
    return (colon == s || read_pos((struct str){s, (size_t)(colon - s)}, &span->from)) &&
           (colon[1] == '\0' || read_pos((struct str){colon + 1, strlen(colon + 1)}, &span->to));
}

bool num_span_ordered(const struct num_span *span)
{
    if (span->from.kind != span->to.kind)
        return true;
    return span->from.kind == NUM_INDEX ? span->from.index < span->to.index
                                        : span->from.fraction < span->to.fraction;
}

bool num_parse_list(const char *s, uint64_t max, struct num_list *list)
{
    for (struct str item; str_next_item(&s, &item);) {
        struct num_range range;
        const char *p = item.p;
        bool good = take_uint(&p, max, &range.first);
        range.last = range.first;
        if (good && *p == '-') {
            p++;
            good = take_uint(&p, max, &range.last) && range.last >= range.first;
        }
        if (!good || p != item.p + item.n)
            return false;
        list->ranges = mem_grow(list->ranges, list->count + 1, sizeof *list->ranges);
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

void num_list_free(struct num_list *list)
{
    free(list->ranges);
    list->ranges = NULL;
    list->count = 0;
}

/* Lays out `digits` with the point after the first and the exponent given. */
static void lay_out(const char *sign, const char *digits, int exponent, char *out)
{
    int count = (int)strlen(digits);
    if (exponent < -4 || exponent >= 16)
        snprintf(out, NUM_REPR_SIZE, "%s%c%s%se%c%02d", sign, digits[0], count > 1 ? "." : "",
                 digits + 1, exponent < 0 ? '-' : '+', abs(exponent));
    else if (exponent < 0)
        snprintf(out, NUM_REPR_SIZE, "%s0.%.*s%s", sign, -exponent - 1, "0000", digits);
    else if (count <= exponent + 1)
        snprintf(out, NUM_REPR_SIZE, "%s%s%.*s.0", sign, digits, exponent + 1 - count,
                 "0000000000000000");
    else
        snprintf(out, NUM_REPR_SIZE, "%s%.*s.%s", sign, exponent + 1, digits,
                 digits + exponent + 1);
}

void num_repr(double value, char out[NUM_REPR_SIZE])
{
    if (!isfinite(value)) {
        snprintf(out, NUM_REPR_SIZE, "%s", isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
        return;
    }
    /* Correct rounding at the shortest precision that reads back is also the
     * closest of the shortest, which is what repr() prints. */
    char text[40];
    for (int precision = 0; precision < 17; precision++) {
        snprintf(text, sizeof text, "%.*e", precision, fabs(value));
        if (strtod(text, NULL) == fabs(value))
            break;
    }
    char digits[20];
    int count = 0;
    const char *p = text;
    for (; *p != 'e' && count < (int)sizeof digits - 1; p++)
        if (*p != '.')
            digits[count++] = *p;
    while (count > 1 && digits[count - 1] == '0')
        count--;
    digits[count] = '\0';
    lay_out(signbit(value) ? "-" : "", digits, (int)strtol(p + 1, NULL, 10), out);
}
