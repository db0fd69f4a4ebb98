/* Arrays as NumPy lays them out: element types by NumPy's names (`<i2`), rows one
 * after the other, views that own nothing. */
#ifndef WAVEFILL_STREAM_ARRAY_H
#define WAVEFILL_STREAM_ARRAY_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

enum array_kind { ARRAY_BOOL, ARRAY_INT, ARRAY_UINT, ARRAY_FLOAT };

struct array_type {
    enum array_kind kind;
    unsigned size; /* bytes an element: 1, 2, 4 or 8 */
    bool swapped;  /* not in this machine's byte order */
    char name[4];  /* as NumPy's dtype.str, terminated */
};

/* One row (ndim 1, rows 1) or rows × cols (ndim 2), C order. */
struct array {
    struct array_type type;
    unsigned ndim;
    size_t rows, cols;
    const char *data;
};

/* The types that the suite computes with itself. */
extern const struct array_type array_int16;
extern const struct array_type array_int64;
extern const struct array_type array_double;

/* Fills type from NumPy's name for it. False unless it is bool, an integer of 8
 * to 64 bits, float32 or float64. */
bool array_parse_type(struct str name, struct array_type *type);

/* Copies count elements at src to dst; reverse: the last one first. */
void array_copy(const struct array_type *type, const char *src, size_t count, bool reverse,
                char *dst);

/* Converts count elements at src (any alignment) to double at dst; what does not
 * fit into 53 bits is rounded to nearest. */
void array_to_double(const struct array_type *type, const void *src, size_t count, double *dst);

#endif
