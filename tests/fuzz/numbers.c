/* numbers: lines of text as the arguments of options (positions, lists, numbers), and the
 * same bytes as doubles that are printed. */
#include "harness.h"

#include "base/num.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool all_digits(const char *s)
{
    return s[0] != '\0' && s[strspn(s, "0123456789")] == '\0';
}

/* Digits are the number that strtoull reads, up to the maximum. */
static void check_uint(const char *s, uint64_t max)
{
    uint64_t value;
    bool ok = num_parse_uint(s, max, &value);
    FUZZ_CHECK(!ok || (all_digits(s) && value <= max && value == strtoull(s, NULL, 10)));
    /* Up to 19 digits fit into 64 bits. */
    if (!ok && all_digits(s) && strlen(s) <= 19)
        FUZZ_CHECK(strtoull(s, NULL, 10) > max);
}

static void check_double(const char *s)
{
    double value;
    if (!num_parse_double(s, &value)) {
        FUZZ_CHECK(!all_digits(s) || strlen(s) > 300);
        return;
    }
    FUZZ_CHECK(isfinite(value) && value == strtod(s, NULL));
    FUZZ_CHECK(strpbrk(s, " \t\n\v\f\rxXpPnNiI") == NULL);
}

static void check_position(const char *s)
{
    static const uint64_t columns[] = {1, 2, 100, 4087, UINT64_C(1) << 40, SIZE_MAX / 8};
    struct num_pos pos;
    if (!num_parse_pos(s, &pos)) {
        FUZZ_CHECK(!all_digits(s) || strlen(s) >= 20);
        return;
    }
    FUZZ_CHECK((pos.kind == NUM_INDEX) == all_digits(s));
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        uint64_t index = num_resolve_pos(&pos, columns[i]);
        if (pos.kind == NUM_INDEX)
            FUZZ_CHECK(index == strtoull(s, NULL, 10));
        else
            FUZZ_CHECK(index <= (uint64_t)(double)columns[i]);
    }
}

/* Whether a list has a number, found from its text. */
static bool text_has(const char *s, uint64_t value)
{
    for (;;) {
        char *end;
        uint64_t first = strtoull(s, &end, 10);
        uint64_t last = *end == '-' ? strtoull(end + 1, &end, 10) : first;
        if (value >= first && value <= last)
            return true;
        if (*end != ',')
            return false;
        s = end + 1;
    }
}

static void check_list(const char *s, uint64_t max)
{
    struct num_list list = {NULL, 0};
    bool ok = num_parse_list(s, max, &list);
    if (ok)
        FUZZ_CHECK(list.count >= 1 && s[strspn(s, "0123456789,-")] == '\0');
    for (size_t i = 0; i < list.count; i++) {
        const struct num_range *r = &list.ranges[i];
        FUZZ_CHECK(r->first <= r->last && r->last <= max);
        FUZZ_CHECK(num_list_has(&list, r->first) && num_list_has(&list, r->last));
    }
    for (uint64_t value = 0; ok && value < 24; value++)
        FUZZ_CHECK(num_list_has(&list, value) == text_has(s, value));
    free(list.ranges);
}

/* Printed numbers are read back as the same ones. */
static void check_repr(const uint8_t *p)
{
    char text[NUM_REPR_SIZE];
    double value, back;
    memcpy(&value, p, sizeof value);
    num_repr(value, text);
    FUZZ_CHECK(strlen(text) < NUM_REPR_SIZE - 1);
    if (!isfinite(value)) {
        FUZZ_CHECK(strcmp(text, isnan(value) ? "nan" : value > 0 ? "inf" : "-inf") == 0);
        return;
    }
    FUZZ_CHECK(num_parse_double(text, &back) && memcmp(&back, &value, sizeof value) == 0);
    FUZZ_CHECK(strpbrk(text, ".e") != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Nothing new comes of more, and many short runs find more than a few long ones. */
    enum { MOST = 512 };
    size = size < MOST ? size : MOST;
    for (size_t at = 0; at + sizeof(double) <= size; at += sizeof(double))
        check_repr(data + at);
    for (size_t at = 0; at < size;) {
        const uint8_t *newline = memchr(data + at, '\n', size - at);
        size_t n = newline != NULL ? (size_t)(newline - data) - at : size - at;
        char *line = strndup((const char *)data + at, n);
        if (line == NULL)
            abort();
        check_uint(line, UINT64_MAX);
        check_uint(line, 999999999);
        check_uint(line, 7);
        check_double(line);
        check_position(line);
        check_list(line, 999999999);
        check_list(line, UINT64_MAX);
        free(line);
        at += n + 1;
    }
    return 0;
}
