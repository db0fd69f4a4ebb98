#include "base/num.h"

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

bool num_parse_double(const char *s, double *value)
{
    /* strtod also takes blanks, hexadecimal, "inf" and "nan". */
    if (s[0] == '\0' || s[strspn(s, "0123456789+-.eE")] != '\0')
        return false;
    char *end;
    double v = strtod(s, &end);
    if (*end != '\0' || !isfinite(v))
        return false;
    *value = v;
    return true;
}

bool num_parse_pos(const char *s, struct num_pos *pos)
{
    char digits[64];
    size_t len = strlen(s);
    bool percent = len > 0 && s[len - 1] == '%';
    if (len == 0 || len >= sizeof digits || strchr("+-", s[0]) != NULL)
        return false;
    if (!percent && s[strspn(s, "0123456789")] == '\0') {
        pos->kind = NUM_INDEX;
        return num_parse_uint(s, SIZE_MAX, &pos->index);
    }
    memcpy(digits, s, len + 1);
    if (percent)
        digits[len - 1] = '\0';
    double v;
    if (!num_parse_double(digits, &v))
        return false;
    pos->kind = NUM_FRACTION;
    pos->fraction = percent ? v / 100 : v;
    return pos->fraction >= 0 && pos->fraction <= 1;
}

uint64_t num_resolve_pos(const struct num_pos *pos, uint64_t columns)
{
    if (pos->kind == NUM_INDEX)
        return pos->index;
    return (uint64_t)(pos->fraction * (double)columns);
}

bool num_parse_span(const char *s, struct num_span *span)
{
    char text[128];
    size_t n = strlen(s);
    if (n >= sizeof text)
        return false;
    memcpy(text, s, n + 1);
    char *colon = strchr(text, ':');
    if (colon == NULL)
        return false;
    *colon = '\0';
    return num_parse_pos(text[0] != '\0' ? text : "0", &span->from) &&
           num_parse_pos(colon[1] != '\0' ? colon + 1 : "100%", &span->to);
}

bool num_span_ordered(const struct num_span *span)
{
    if (span->from.kind != span->to.kind)
        return true;
    return span->from.kind == NUM_INDEX ? span->from.index < span->to.index
                                        : span->from.fraction < span->to.fraction;
}

enum num_status num_parse_list(const char *s, uint64_t max, struct num_list *list)
{
    for (;;) {
        struct num_range range;
        if (!take_uint(&s, max, &range.first))
            return NUM_BAD;
        range.last = range.first;
        if (*s == '-') {
            s++;
            if (!take_uint(&s, max, &range.last) || range.last < range.first)
                return NUM_BAD;
        }
        struct num_range *grown = realloc(list->ranges, (list->count + 1) * sizeof *list->ranges);
        if (grown == NULL)
            return NUM_NOMEM;
        list->ranges = grown;
        list->ranges[list->count++] = range;
        if (*s == '\0')
            return NUM_OK;
        if (*s++ != ',')
            return NUM_BAD;
    }
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

/* Lays out `digits` with the point behind the first and the exponent given. */
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
