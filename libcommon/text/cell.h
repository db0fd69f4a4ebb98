/* Elements of arrays as text: out with the fewest digits that read back, and in where the type
 * holds the number. */
#ifndef WAVEFILL_TEXT_CELL_H
#define WAVEFILL_TEXT_CELL_H

#include "base/decimal.h"
#include "base/str.h"
#include "stream/array.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Writes the element at src (any alignment) without a NUL; how many bytes that is. */
size_t cell_write(const struct array_type *type, const char *src, char out[DECIMAL_SIZE]);

/* Of any type but double; see cell_read. */
bool cell_read_narrow(const struct array_type *type, struct str text, double value, char *to);

/* Stores the number that text is, the nearest double to which is value, at `to` (any alignment), in
 * this machine's byte order. False if the type has no such number: a whole one in its range, or for
 * a float a finite one. The byte after text must be there, and be no part of a number. */
static inline bool cell_read(const struct array_type *type, struct str text, double value, char *to)
{
    if (type->kind != ARRAY_FLOAT || type->size != sizeof value)
        return cell_read_narrow(type, text, value, to);
    memcpy(to, &value, sizeof value);
    return isfinite(value);
}

#endif
