/* Memory for boundary code: running out ends the program with a message.
 * Computing code uses malloc and returns a status instead. */
#ifndef WAVEFILL_BASE_MEM_H
#define WAVEFILL_BASE_MEM_H

#include <stddef.h>

/* count * size bytes, never NULL; the caller frees. Overflow counts as running
 * out. mem_zero clears them. */
void *mem_array(size_t count, size_t size);
void *mem_zero(size_t count, size_t size);

/* old, resized to count * size bytes. */
void *mem_grow(void *old, size_t count, size_t size);

/* A list of `count` items, or NULL of none, with room for one more; always grown so. */
void *mem_room(void *list, size_t count, size_t size);

/* A copy of s; of n bytes, and a NUL. */
char *mem_string(const char *s);
char *mem_text(const char *text, size_t n);

/* For a program that is about to use some MiB: makes the C library take memory in large
 * pieces and keep it, and the kernel back it with large pages, each of which costs little
 * more than a small one. Call it first; it does nothing where the system has no such pages. */
void mem_expect_much(void);

#endif
