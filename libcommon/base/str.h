/* Views of text: names, keys of maps, items of lists. */
#ifndef WAVEFILL_BASE_STR_H
#define WAVEFILL_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Bytes that somebody else owns; not terminated. */
struct str {
    const char *p;
    size_t n;
};

static inline bool str_equal(struct str a, struct str b)
{
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

static inline bool str_is(struct str s, const char *text)
{
    return str_equal(s, (struct str){text, strlen(text)});
}

/* Their order by bytes, as memcmp gives it. */
int str_compare(struct str a, struct str b);

/* The next item of a list whose items commas separate; an empty list has one, which is empty. Steps
 * *list over it, to NULL after the last one. False where *list is NULL. */
bool str_next_item(const char **list, struct str *item);

/* Starts as zeroes; `items` is freed by the caller. */
struct str_list {
    struct str *items;
    size_t count;
};

/* Ends the program when memory runs out. */
void str_list_add(struct str_list *list, struct str item);

/* The name of the row that a frame was cut from: NAME of NAME@160; the name itself if it has no
 * such end. A view into it. */
struct str str_stem(struct str name);

#endif
