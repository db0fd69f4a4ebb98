#include "base/name_index.h"

#include "base/mem.h"
#include "base/msg.h"

#include <search.h>
#include <stdint.h>
#include <stdlib.h>

struct named {
    struct str name;
    size_t place;
};

static int compare(const void *x, const void *y)
{
    const struct named *a = x;
    const struct named *b = y;
    return str_compare(a->name, b->name);
}

size_t name_index_find(const struct name_index *names, struct str name)
{
    const struct named wanted = {name, 0};
    struct named *const *found = tfind(&wanted, &names->root, compare);
    return found != NULL ? (*found)->place : SIZE_MAX;
}

void name_index_add(struct name_index *names, struct str name, size_t place)
{
    struct named *entry = mem_array(1, sizeof *entry);
    *entry = (struct named){name, place};
    if (tsearch(entry, &names->root, compare) != NULL)
        return;
    free(entry);
    die(NULL, "out of memory");
}

void name_index_free(struct name_index *names)
{
    while (names->root != NULL) {
        struct named *entry = *(struct named **)names->root;
        tdelete(entry, &names->root, compare);
        free(entry);
    }
}
