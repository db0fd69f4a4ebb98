/* Numbers as decimal text, both ways: read to the nearest double, ties to even, and written with
 * the fewest digits that read back as the same number, of these the closest to it. Neither
 * allocates, nor asks the locale. */
#ifndef WAVEFILL_BASE_DECIMAL_H
#define WAVEFILL_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>

/* The end of the number that s begins with, NULL if it begins with none: a sign or none, digits
 * with a point or none, an exponent or none. The 8 bytes after it must be there, whatever
 * they are. *value is infinite where the number is too large for a double. */
enum { DECIMAL_AFTER = 8 };
const char *decimal_read(const char *s, double *value);

/* Writes value without a NUL and returns how many bytes that is: nan, inf, -inf, no point where it
 * is whole, an exponent below 1e-4 and from 1e16 on. single: it is a float, and reads back as
 * the same float. What follows it in out may be written to as well. */
enum { DECIMAL_SIZE = 40 };
size_t decimal_write(double value, bool single, char out[DECIMAL_SIZE]);

#endif
