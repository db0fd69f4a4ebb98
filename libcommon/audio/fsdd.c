#include "audio/fsdd.h"

#include <string.h>

/* A number of 1 to 9 digits that fills s. */
static bool parse_number(struct str s, uint64_t *value)
{
    if (s.n == 0 || s.n > 9)
        return false;
    *value = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        *value = *value * 10 + (uint64_t)(s.p[i] - '0');
    }
    return true;
}

bool fsdd_parse(const char *path, struct fsdd_name *name)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(base, '.');
    if (dot == base)
        dot = NULL; /* a hidden file's dot begins no extension */
    memset(name, 0, sizeof *name);
    name->stem = (struct str){base, dot != NULL ? (size_t)(dot - base) : strlen(base)};
    name->extension = dot != NULL ? dot + 1 : "";
    const char *first = memchr(base, '_', name->stem.n);
    if (first == NULL)
        return false;
    const char *end = base + name->stem.n;
    const char *last = end - 1;
    while (*last != '_')
        last--;
    if (last <= first + 1)
        return false;
    name->speaker = (struct str){first + 1, (size_t)(last - first - 1)};
    return parse_number((struct str){base, (size_t)(first - base)}, &name->digit) &&
           parse_number((struct str){last + 1, (size_t)(end - last - 1)}, &name->take);
}

static int compare_number(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

int fsdd_compare(const struct fsdd_name *a, const struct fsdd_name *b)
{
    if (a->digit != b->digit)
        return compare_number(a->digit, b->digit);
    size_t n = a->speaker.n < b->speaker.n ? a->speaker.n : b->speaker.n;
    int speaker = memcmp(a->speaker.p, b->speaker.p, n);
    if (speaker != 0)
        return speaker;
    if (a->speaker.n != b->speaker.n)
        return compare_number(a->speaker.n, b->speaker.n);
    return compare_number(a->take, b->take);
}
