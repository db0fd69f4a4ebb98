/* names: NUL-terminated file names as fsdd-load takes them apart, sorts them and makes row
 * names of them. Each rule is written here a second time, in another way. */
#include "harness.h"

#include "audio/fsdd.h"
#include "base/utf8.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The well-formed sequences as the Unicode Standard's table 3-7 lists them: the range of
 * each byte. */
static const struct {
    size_t length;
    uint8_t low[4], high[4];
} forms[] = {
    {1, {0x00}, {0x7f}},
    {2, {0xc2, 0x80}, {0xdf, 0xbf}},
    {3, {0xe0, 0xa0, 0x80}, {0xe0, 0xbf, 0xbf}},
    {3, {0xe1, 0x80, 0x80}, {0xec, 0xbf, 0xbf}},
    {3, {0xed, 0x80, 0x80}, {0xed, 0x9f, 0xbf}},
    {3, {0xee, 0x80, 0x80}, {0xef, 0xbf, 0xbf}},
    {4, {0xf0, 0x90, 0x80, 0x80}, {0xf0, 0xbf, 0xbf, 0xbf}},
    {4, {0xf1, 0x80, 0x80, 0x80}, {0xf3, 0xbf, 0xbf, 0xbf}},
    {4, {0xf4, 0x80, 0x80, 0x80}, {0xf4, 0x8f, 0xbf, 0xbf}},
};

static size_t expected_length(struct bytes s)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        size_t j = 0;
        while (j < forms[i].length && j < s.n && s.p[j] >= forms[i].low[j] &&
               s.p[j] <= forms[i].high[j])
            j++;
        if (j == forms[i].length)
            return j;
    }
    return 0;
}

static void check_utf8(struct bytes s)
{
    bool valid = true;
    for (size_t i = 0; i < s.n;) {
        struct bytes left = {s.p + i, s.n - i};
        size_t n = expected_length(left);
        FUZZ_CHECK(utf8_length((const char *)left.p, left.n) == n);
        size_t shown = utf8_printable((const char *)left.p, left.n);
        bool control = n > 0 && (left.p[0] < 0x20 || left.p[0] == 0x7f ||
                                 (left.p[0] == 0xc2 && left.p[1] < 0xa0));
        FUZZ_CHECK(shown == (control ? 0 : n));
        valid &= n > 0;
        i += n > 0 ? n : 1;
    }
    FUZZ_CHECK(utf8_valid((const char *)s.p, s.n) == valid);
    char *out = malloc(3 * s.n + 1);
    char *again = malloc(9 * s.n + 1);
    if (out == NULL || again == NULL)
        abort();
    size_t n = utf8_repair((const char *)s.p, s.n, out);
    FUZZ_CHECK(n <= 3 * s.n && out[n] == '\0' && utf8_valid(out, n));
    FUZZ_CHECK(!valid || (n == s.n && memcmp(out, s.p, n) == 0));
    FUZZ_CHECK(utf8_repair(out, n, again) == n && memcmp(again, out, n) == 0);
    free(out);
    free(again);
}

/* A number of 1 to 9 digits at p, up to `end`. */
static bool is_number(const char *p, const char *end, uint64_t value)
{
    char text[16];
    size_t n = (size_t)(end - p);
    if (n == 0 || n > 9 || strspn(p, "0123456789") < n)
        return false;
    snprintf(text, sizeof text, "%09llu", (unsigned long long)value);
    return memcmp(text + 9 - n, p, n) == 0 && strspn(text, "0") >= 9 - n;
}

static void check_name(const char *path, const struct fsdd_name *name, bool parsed)
{
    const char *stem = name->stem.p;
    const char *end = stem + name->stem.n;
    FUZZ_CHECK(stem >= path && end <= path + strlen(path));
    FUZZ_CHECK(stem == path || stem[-1] == '/');
    FUZZ_CHECK(strchr(stem, '/') == NULL);
    FUZZ_CHECK(*end == '\0' ? name->extension[0] == '\0'
                            : *end == '.' && end > stem && name->extension == end + 1);
    FUZZ_CHECK(strchr(name->extension, '.') == NULL);
    if (!parsed)
        return;
    const char *speaker = name->speaker.p;
    const char *behind = speaker + name->speaker.n;
    FUZZ_CHECK(name->speaker.n > 0 && speaker > stem && behind < end);
    FUZZ_CHECK(speaker[-1] == '_' && *behind == '_');
    FUZZ_CHECK(is_number(stem, speaker - 1, name->digit));
    FUZZ_CHECK(is_number(behind + 1, end, name->take));
}

static int sign(int x)
{
    return (x > 0) - (x < 0);
}

static int compare(const void *a, const void *b)
{
    return fsdd_compare(a, b);
}

/* An order: the same from both sides, and what is sorted is in order, each with each. */
static void check_order(struct fsdd_name *names, size_t count)
{
    qsort(names, count, sizeof *names, compare);
    for (size_t i = 0; i < count; i++)
        for (size_t j = i; j < count; j++) {
            int order = fsdd_compare(&names[i], &names[j]);
            FUZZ_CHECK(order <= 0 && sign(fsdd_compare(&names[j], &names[i])) == -sign(order));
            bool same = names[i].digit == names[j].digit && names[i].take == names[j].take &&
                        names[i].speaker.n == names[j].speaker.n &&
                        memcmp(names[i].speaker.p, names[j].speaker.p, names[i].speaker.n) == 0;
            FUZZ_CHECK((order == 0) == same);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { MOST = 64 };
    static struct fsdd_name names[MOST];
    static char *paths[MOST];
    size_t count = 0;
    size_t parsed = 0;
    check_utf8((struct bytes){data, size});
    for (size_t at = 0; at < size && count < MOST; at += strlen(paths[count++]) + 1) {
        paths[count] = strndup((const char *)data + at, size - at);
        if (paths[count] == NULL)
            abort();
        bool is_fsdd = fsdd_parse(paths[count], &names[parsed]);
        check_name(paths[count], &names[parsed], is_fsdd);
        parsed += is_fsdd;
    }
    if (parsed > 0)
        check_order(names, parsed);
    for (size_t i = 0; i < count; i++)
        free(paths[i]);
    return 0;
}
