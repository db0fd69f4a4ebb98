/* Names and their places in a list. */
#ifndef WAVEFILL_BASE_NAME_INDEX_H
#define WAVEFILL_BASE_NAME_INDEX_H

#include "base/str.h"

#include <stddef.h>

/* A search tree; starts as zeroes. */
struct name_index {
    void *root;
};

/* The place of a name, SIZE_MAX if it is not there. */
size_t name_index_find(const struct name_index *names, struct str name);

/* Adds a name that is not there; its bytes must stay until name_index_free. Ends the program when
 * memory runs out. */
void name_index_add(struct name_index *names, struct str name, size_t place);
void name_index_free(struct name_index *names);

#endif
