/* malloc for the target wav-guarded, in place of AddressSanitizer's: libsox is the system's
 * and not instrumented, so nobody sees its reads and writes but the processor. Each block
 * lies in a slot of its own and ends at a page that cannot be touched, and a slot that was
 * freed cannot be touched until all others have been used. Needs glibc. */
#define _GNU_SOURCE

#include "harness.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);
void __libc_free(void *p);

enum { PAGE = 4096, SLOT = 1 << 21, SLOTS = 256, ALIGN = 16, FILL = 0xa7 };

static char *arena;
static size_t sizes[SLOTS];
static bool used[SLOTS];
static size_t next_slot;
static _Thread_local bool guarding;

void fuzz_guard(bool on)
{
    if (arena == NULL) {
        arena = mmap(NULL, (size_t)SLOT * SLOTS, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (arena == MAP_FAILED)
            abort();
    }
    guarding = on;
}

static bool is_guarded(const void *p)
{
    uintptr_t first = (uintptr_t)arena;
    return arena != NULL && (uintptr_t)p >= first && (uintptr_t)p - first < (size_t)SLOT * SLOTS;
}

static size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

/* Where a slot's block may end, and the pages that it takes. */
static char *end_of(size_t slot)
{
    return arena + (slot + 1) * SLOT - PAGE;
}

static size_t pages_of(size_t size)
{
    return round_up(size > 0 ? size : 1, PAGE);
}

/* A block of its own, filled; NULL where there is no slot for it. */
static void *take(size_t size)
{
    if (!guarding || size > SLOT - 2 * PAGE)
        return NULL;
    for (size_t tries = 0; tries < SLOTS; tries++) {
        size_t slot = next_slot;
        next_slot = (next_slot + 1) % SLOTS;
        if (used[slot])
            continue;
        char *first = end_of(slot) - pages_of(size);
        if (mprotect(first, pages_of(size), PROT_READ | PROT_WRITE) != 0)
            return NULL;
        memset(first, FILL, pages_of(size));
        used[slot] = true;
        sizes[slot] = size;
        return end_of(slot) - round_up(size, ALIGN);
    }
    return NULL;
}

/* What is left of a block's pages must be as it was filled. */
static void check_filled(const char *from, const char *to)
{
    for (; from < to; from++)
        if ((unsigned char)*from != FILL)
            fuzz_fail(__FILE__, __LINE__, "no write beside a block of libsox's");
}

static void give_back(char *p)
{
    size_t slot = (size_t)(p - arena) / SLOT;
    if (!used[slot] || p != end_of(slot) - round_up(sizes[slot], ALIGN))
        fuzz_fail(__FILE__, __LINE__, "only what malloc gave is freed, and once");
    char *first = end_of(slot) - pages_of(sizes[slot]);
    check_filled(first, p);
    check_filled(p + sizes[slot], end_of(slot));
    mprotect(first, pages_of(sizes[slot]), PROT_NONE);
    used[slot] = false;
}

void *malloc(size_t size)
{
    void *p = take(size);
    return p != NULL ? p : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    void *p = size == 0 || count < SLOT / size ? take(count * size) : NULL;
    return p != NULL ? memset(p, 0, count * size) : __libc_calloc(count, size);
}

void free(void *p)
{
    if (is_guarded(p))
        give_back(p);
    else
        __libc_free(p);
}

void *realloc(void *p, size_t size)
{
    if (p == NULL)
        return malloc(size);
    if (!is_guarded(p))
        return __libc_realloc(p, size);
    size_t before = sizes[(size_t)((char *)p - arena) / SLOT];
    void *moved = malloc(size);
    if (moved != NULL) {
        memcpy(moved, p, before < size ? before : size);
        give_back(p);
    }
    return moved;
}
