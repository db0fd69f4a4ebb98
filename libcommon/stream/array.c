#include "stream/array.h"

#include <stdint.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define NATIVE '>'
#else
#define NATIVE '<'
#endif

const struct array_type array_int16 = {ARRAY_INT, 2, false, {NATIVE, 'i', '2', 0}};
const struct array_type array_int64 = {ARRAY_INT, 8, false, {NATIVE, 'i', '8', 0}};
const struct array_type array_double = {ARRAY_FLOAT, 8, false, {NATIVE, 'f', '8', 0}};

/* A loop a type, eight values at a time, of which compilers make vectors. memcpy keeps any
 * alignment legal. */
#define CONVERSION(NAME, T, VALUE)                                                                 \
    static void NAME(const char *restrict src, size_t count, double *restrict dst)                 \
    {                                                                                              \
        enum { SOME = 8 };                                                                         \
        T some[SOME] = {0};                                                                        \
        for (; count >= SOME; count -= SOME, src += sizeof some, dst += SOME) {                    \
            memcpy(some, src, sizeof some);                                                        \
            for (size_t k = 0; k < SOME; k++) {                                                    \
                T v = some[k];                                                                     \
                dst[k] = (double)(VALUE);                                                          \
            }                                                                                      \
        }                                                                                          \
        memcpy(some, src, count * sizeof *some);                                                   \
        for (size_t k = 0; k < count; k++) {                                                       \
            T v = some[k];                                                                         \
            dst[k] = (double)(VALUE);                                                              \
        }                                                                                          \
    }
CONVERSION(from_bool, uint8_t, v != 0)
CONVERSION(from_int8, int8_t, v)
CONVERSION(from_int16, int16_t, v)
CONVERSION(from_int32, int32_t, v)
CONVERSION(from_int64, int64_t, v)
CONVERSION(from_uint8, uint8_t, v)
CONVERSION(from_uint16, uint16_t, v)
CONVERSION(from_uint32, uint32_t, v)
CONVERSION(from_uint64, uint64_t, v)
CONVERSION(from_float, float, v)

static void from_double(const char *src, size_t count, double *dst)
{
    memcpy(dst, src, count * sizeof *dst);
}

static const struct {
    char name[3];
    enum array_kind kind;
    void (*convert)(const char *src, size_t count, double *dst);
} types[] = {{"b1", ARRAY_BOOL, from_bool},   {"i1", ARRAY_INT, from_int8},
             {"i2", ARRAY_INT, from_int16},   {"i4", ARRAY_INT, from_int32},
             {"i8", ARRAY_INT, from_int64},   {"u1", ARRAY_UINT, from_uint8},
             {"u2", ARRAY_UINT, from_uint16}, {"u4", ARRAY_UINT, from_uint32},
             {"u8", ARRAY_UINT, from_uint64}, {"f4", ARRAY_FLOAT, from_float},
             {"f8", ARRAY_FLOAT, from_double}};
enum { TYPES = sizeof types / sizeof *types };

/* The place in types of a name without its byte order; TYPES if it is none of them. */
static size_t find(const char *name)
{
    size_t i = 0;
    while (i < TYPES && memcmp(types[i].name, name, 2) != 0)
        i++;
    return i;
}

bool array_parse_type(struct str name, struct array_type *type)
{
    if (name.n != 3 || name.p[0] == '\0' || strchr("<>=|", name.p[0]) == NULL)
        return false;
    size_t i = find(name.p + 1);
    unsigned size = (unsigned)(name.p[2] - '0');
    if (i == TYPES || (name.p[0] == '|' && size > 1))
        return false;
    char order = size == 1 ? '|' : name.p[0] == '=' ? NATIVE : name.p[0];
    bool swapped = size > 1 && order != NATIVE;
    *type = (struct array_type){types[i].kind, size, swapped, {order, name.p[1], name.p[2], 0}};
    return true;
}

#define REVERSAL(NAME, T)                                                                          \
    static void NAME(const char *restrict src, size_t count, char *restrict dst)                   \
    {                                                                                              \
        for (size_t i = 0; i < count; i++)                                                         \
            memcpy(dst + i * sizeof(T), src + (count - 1 - i) * sizeof(T), sizeof(T));             \
    }
REVERSAL(reverse_1, uint8_t)
REVERSAL(reverse_2, uint16_t)
REVERSAL(reverse_4, uint32_t)
REVERSAL(reverse_8, uint64_t)

void array_copy(const struct array_type *type, const char *src, size_t count, bool reverse,
                char *dst)
{
    static void (*const reversal[])(const char *restrict, size_t, char *restrict) = {
        [1] = reverse_1, [2] = reverse_2, [4] = reverse_4, [8] = reverse_8};
    if (reverse)
        reversal[type->size](src, count, dst);
    else
        memcpy(dst, src, count * type->size);
}

/* Turns the bytes of some elements at a time around, and converts these. */
static void convert_swapped(const struct array_type *type, const char *src, size_t count,
                            double *dst)
{
    enum { STRIP = 512 };
    struct array_type native = *type;
    char bytes[STRIP * sizeof(double)];
    native.swapped = false;
    for (size_t n, at = 0; at < count; at += n) {
        n = count - at < STRIP ? count - at : STRIP;
        for (size_t i = 0; i < n * type->size; i++)
            bytes[i] = src[at * type->size + (i ^ (type->size - 1))];
        array_to_double(&native, bytes, n, dst + at);
    }
}

void array_to_double(const struct array_type *type, const void *src, size_t count, double *dst)
{
    if (type->swapped)
        convert_swapped(type, src, count, dst);
    else
        types[find(type->name + 1)].convert(src, count, dst);
}
