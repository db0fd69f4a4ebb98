#include "mem.h"

#include "msg.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *mem_grow(void *old, size_t count, size_t size)
{
    size_t bytes = count * size;
    if (size != 0 && count > SIZE_MAX / size)
        die(NULL, "out of memory: %zu times %zu bytes asked for", count, size);
    void *p = realloc(old, bytes != 0 ? bytes : 1);
    if (p == NULL)
        die(NULL, "out of memory: %zu bytes asked for", bytes);
    return p;
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

char *mem_string(const char *s)
{
    size_t size = strlen(s) + 1;
    return memcpy(mem_array(1, size), s, size);
}
