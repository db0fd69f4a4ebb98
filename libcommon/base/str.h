/* Views of text: names, and keys of maps. */
#ifndef WAVEFILL_BASE_STR_H
#define WAVEFILL_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that somebody else owns; not terminated. */
struct str {
    const char *p;
    size_t n;
};

bool str_is(struct str s, const char *text);
bool str_equal(struct str a, struct str b);

#endif
