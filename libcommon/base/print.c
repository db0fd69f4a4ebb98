#include "base/print.h"

#include "base/num.h"
#include "base/utf8.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void print_text(struct output *out, const char *text)
{
    output_write(out, text, strlen(text));
}

void print_number(struct output *out, double value, bool json)
{
    char text[NUM_REPR_SIZE];
    num_repr(value, text);
    print_text(out, json && !isfinite(value) ? "null" : text);
}

/* The escape that JSON and tab-separated text share; NULL for other characters. */
static const char *short_form(char c)
{
    return c == '\\' ? "\\\\" : c == '\t' ? "\\t" : c == '\n' ? "\\n" : c == '\r' ? "\\r" : NULL;
}

static bool is_octal(char c)
{
    return c >= '0' && c <= '7';
}

/* The byte that begins at text, of n bytes, and how many of them stand for it. */
static char read_form(const char *text, size_t n, size_t *length)
{
    *length = 2;
    for (const char *c = "\\\t\n\r"; n > 1 && *c != '\0'; c++)
        if (memcmp(text, short_form(*c), 2) == 0)
            return *c;
    *length = 4;
    if (n > 3 && text[0] == '\\' && text[1] <= '3' && is_octal(text[1]) && is_octal(text[2]) &&
        is_octal(text[3]))
        return (char)((text[1] - '0') << 6 | (text[2] - '0') << 3 | (text[3] - '0'));
    *length = 1;
    return text[0];
}

size_t print_read_name(char *text, size_t n)
{
    size_t to = 0;
    for (size_t at = 0, length; at < n; at += length)
        text[to++] = read_form(text + at, n - at, &length);
    return to;
}

/* A control character, of C0 or C1 or DEL: n bytes. */
static void print_control(struct output *out, const char *c, size_t n, bool json)
{
    char text[8];
    unsigned code = (unsigned char)c[n - 1]; /* that of C1 too: 0xc2, and itself */
    if (json) {
        snprintf(text, sizeof text, "\\u%04x", code);
        print_text(out, text);
    }
    for (size_t i = 0; i < n && !json; i++) {
        snprintf(text, sizeof text, "\\%03o", (unsigned)(unsigned char)c[i]);
        print_text(out, text);
    }
}

void print_name(struct output *out, struct str name, bool json)
{
    if (json && name.n == 0) {
        print_text(out, "null");
        return;
    }
    print_text(out, json ? "\"" : "");
    for (size_t i = 0, n; i < name.n; i += n) {
        const char *c = name.p + i;
        n = utf8_length(c, name.n - i);
        n += n == 0; /* a byte that is not UTF-8, as in attributes */
        if (short_form(*c) != NULL)
            print_text(out, short_form(*c));
        else if (json && *c == '"')
            print_text(out, "\\\"");
        else if (utf8_printable(c, name.n - i) == 0)
            print_control(out, c, n, json);
        else
            output_write(out, c, n);
    }
    print_text(out, json ? "\"" : "");
}
