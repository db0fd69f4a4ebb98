/* Numbers and names as text, or as JSON. */
#ifndef WAVEFILL_BASE_PRINT_H
#define WAVEFILL_BASE_PRINT_H

#include "base/output.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

void print_text(struct output *out, const char *text);

/* As Python's repr() does; JSON, which has neither nan nor inf, says null for them. */
void print_number(struct output *out, double value, bool json);

/* A name on one line and without tabs: as JSON a string, or null where it is
 * empty; else with \\, \t, \n, \r and, for each byte of other control characters and of what is no
 * UTF-8, \ooo. */
void print_name(struct output *out, struct str name, bool json);

/* Turns text that print_name has written (not as JSON), n bytes, back into the name, in place.
 * Returns its length. A backslash that begins none of these forms stays. */
size_t print_read_name(char *text, size_t n);

#endif
