#define _DEFAULT_SOURCE /* madvise */
#include "lsq/room.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

double *room_new(size_t count)
{
    double *room = malloc(count * sizeof *room);
#ifdef MADV_HUGEPAGE
    enum { PAGE = 2 << 20 };
    uintptr_t start = ((uintptr_t)room + PAGE - 1) / PAGE * PAGE;
    uintptr_t end = (uintptr_t)(room + count) / PAGE * PAGE;
    if (room != NULL && start < end)
        madvise((void *)start, end - start, MADV_HUGEPAGE);
#endif
    return room;
}

double *room_grow(double *old, size_t used, size_t count)
{
    double *grown = room_new(count);
    if (grown != NULL && used > 0)
        memcpy(grown, old, used * sizeof *old);
    if (grown != NULL)
        free(old);
    return grown;
}
