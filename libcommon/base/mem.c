#define _DEFAULT_SOURCE /* madvise, sbrk */
#include "base/mem.h"

#include "base/msg.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__GLIBC__) && defined(__linux__)
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

#if defined(__GLIBC__) && defined(__linux__) && defined(MADV_HUGEPAGE)
enum { PAGE = 2 << 20 };

/* Makes large pages of those that lie from start to end, if nothing has been written there. */
static void enlarge_pages(uintptr_t start, uintptr_t end)
{
    start = (start + PAGE - 1) / PAGE * PAGE;
    end = end / PAGE * PAGE;
    if (start < end)
        madvise((void *)start, end - start, MADV_HUGEPAGE);
}
#else
#define enlarge_pages(start, end) ((void)0)
#endif

void mem_expect_much(void)
{
#if defined(__GLIBC__) && defined(__linux__) && defined(MADV_HUGEPAGE)
    enum { PIECE = 16 << 20, SMALL = 64 };
    /* Untouched, and so without cost: what comes after it starts with a large page, in
     * which nothing may have been written before madvise. */
    static char *volatile filler;
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
    mallopt(M_TOP_PAD, PIECE);
    char *first = malloc(SMALL);
    uintptr_t top = (uintptr_t)first + SMALL;
    uintptr_t start = (top + 2 * PAGE - 1) / PAGE * PAGE;
    filler = malloc(start - top - SMALL);
    if (first != NULL && filler != NULL)
        enlarge_pages(start, (uintptr_t)sbrk(0));
    free(first);
#endif
}

void *mem_grow(void *old, size_t count, size_t size)
{
    enum { MUCH = 4 << 20 };
    size_t bytes = count * size;
    if (size != 0 && count > SIZE_MAX / size)
        die(NULL, "out of memory: %zu times %zu bytes asked for", count, size);
    void *p = realloc(old, bytes != 0 ? bytes : 1);
    if (p == NULL)
        die(NULL, "out of memory: %zu bytes asked for", bytes);
    if (bytes >= MUCH)
        enlarge_pages((uintptr_t)p, (uintptr_t)p + bytes);
    return p;
}

void *mem_room(void *list, size_t count, size_t size)
{
    bool full = (count & (count - 1)) == 0;
    return full ? mem_grow(list, count > 0 ? 2 * count : 1, size) : list;
}

void *mem_array(size_t count, size_t size)
{
    return mem_grow(NULL, count, size);
}

void *mem_zero(size_t count, size_t size)
{
    void *p = calloc(count != 0 ? count : 1, size != 0 ? size : 1);
    if (p == NULL)
        die(NULL, "out of memory: %zu times %zu bytes asked for", count, size);
    return p;
}

char *mem_text(const char *text, size_t n)
{
    char *copy = mem_array(n + 1, 1);
    copy[n] = '\0';
    return memcpy(copy, text, n);
}

char *mem_string(const char *s)
{
    return mem_text(s, strlen(s));
}
