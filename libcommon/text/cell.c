#include "text/cell.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The 64 bits at src, in this machine's byte order. */
static uint64_t load(const struct array_type *type, const char *src)
{
    char bytes[sizeof(uint64_t)];
    uint64_t value;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = src[type->swapped ? sizeof bytes - 1 - i : i];
    memcpy(&value, bytes, sizeof value);
    return value;
}

size_t cell_write(const struct array_type *type, const char *src, char out[DECIMAL_SIZE])
{
    double value;
    if (type->kind == ARRAY_UINT && type->size == 8)
        return (size_t)snprintf(out, DECIMAL_SIZE, "%" PRIu64, load(type, src));
    if (type->kind == ARRAY_INT && type->size == 8)
        return (size_t)snprintf(out, DECIMAL_SIZE, "%" PRId64, (int64_t)load(type, src));
    array_to_double(type, src, 1, &value);
    return decimal_write(value, type->size == 4 && type->kind == ARRAY_FLOAT, out);
}

/* A whole number as its sign and size; of a text with a point or an exponent up to 2^53. */
static bool read_whole(struct str text, double value, bool *negative, uint64_t *size)
{
    size_t i = text.n > 0 && (text.p[0] == '-' || text.p[0] == '+');
    *negative = text.p[0] == '-';
    *size = 0;
    for (; i < text.n && text.p[i] >= '0' && text.p[i] <= '9'; i++) {
        uint64_t digit = (uint64_t)(text.p[i] - '0');
        if (*size > (UINT64_MAX - digit) / 10)
            return false;
        *size = 10 * *size + digit;
    }
    if (i == text.n)
        return true;
    if (!(fabs(value) <= 0x1p53) || value != floor(value))
        return false;
    *size = (uint64_t)fabs(value);
    return true;
}

static uint64_t largest(const struct array_type *type, bool negative)
{
    unsigned bits = 8 * type->size;
    if (type->kind == ARRAY_INT)
        return ((uint64_t)1 << (bits - 1)) - !negative;
    uint64_t all = type->kind == ARRAY_BOOL ? 1 : UINT64_MAX >> (64 - bits);
    return negative ? 0 : all;
}

/* The low bytes of value. */
static void store(uint64_t value, unsigned size, char *to)
{
    uint8_t u1 = (uint8_t)value;
    uint16_t u2 = (uint16_t)value;
    uint32_t u4 = (uint32_t)value;
    memcpy(to,
           size == 1   ? (void *)&u1
           : size == 2 ? (void *)&u2
           : size == 4 ? (void *)&u4
                       : &value,
           size);
}

bool cell_read_narrow(const struct array_type *type, struct str text, double value, char *to)
{
    bool negative;
    uint64_t size;
    if (type->kind == ARRAY_FLOAT) {
        float single = strtof(text.p, NULL); /* from the digits: rounded once */
        memcpy(to, &single, sizeof single);
        return isfinite(single);
    }
    if (!read_whole(text, value, &negative, &size) || size > largest(type, negative))
        return false;
    store(negative ? 0 - size : size, type->size, to);
    return true;
}
