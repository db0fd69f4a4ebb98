/* Names and their places in a list. */
#ifndef WAVEFILL_BASE_NAME_INDEX_H
#define WAVEFILL_BASE_NAME_INDEX_H

#include "stream/array.h"

#include <stddef.h>

/* A search tree; starts as zeroes. */
struct names {
    void *root;
};

/* The place of a name, SIZE_MAX if it is not there. */
size_t names_find(const struct names *names, struct str name);

/* Adds a name that is not there; its bytes must stay until names_free. Ends the program when memory
 * runs out. */
void names_add(struct names *names, struct str name, size_t place);
void names_free(struct names *names);

#endif
