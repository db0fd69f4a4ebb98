/* UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates. */
#ifndef WAVEFILL_BASE_UTF8_H
#define WAVEFILL_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Length in bytes of the character at s, of n bytes; 0 if it is not valid. */
size_t utf8_length(const char *s, size_t n);

/* The same, but 0 for control characters (C0, DEL, C1) too. */
size_t utf8_printable(const char *s, size_t n);

/* Whether all n bytes at s are valid. */
bool utf8_valid(const char *s, size_t n);

/* Copies s to out with each byte that is not valid as U+FFFD. out must hold
 * 3 * n + 1 bytes; it is terminated. Returns the length. */
size_t utf8_repair(const char *s, size_t n, char *out);

#endif
