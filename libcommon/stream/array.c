#include "stream/array.h"

#include <stdint.h>
#include <string.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define NATIVE '>'
#else
#define NATIVE '<'
#endif

const struct array_type array_int16 = {ARRAY_INT, 2, false, {NATIVE, 'i', '2', 0}};
const struct array_type array_double = {ARRAY_FLOAT, 8, false, {NATIVE, 'f', '8', 0}};

static bool known(enum array_kind kind, unsigned size)
{
    switch (kind) {
    case ARRAY_BOOL:
        return size == 1;
    case ARRAY_FLOAT:
        return size == 4 || size == 8;
    default:
        return size == 1 || size == 2 || size == 4 || size == 8;
    }
}

bool array_parse_type(struct str name, struct array_type *type)
{
    static const char letters[] = "biuf"; /* in the order of enum array_kind */
    if (name.n != 3 || name.p[0] == '\0' || strchr("<>=|", name.p[0]) == NULL)
        return false;
    const char *letter = name.p[1] == '\0' ? NULL : strchr(letters, name.p[1]);
    if (letter == NULL || name.p[2] < '1' || name.p[2] > '8')
        return false;
    type->kind = (enum array_kind)(letter - letters);
    type->size = (unsigned)(name.p[2] - '0');
    if (!known(type->kind, type->size) || (name.p[0] == '|' && type->size > 1))
        return false;
    type->swapped = type->size > 1 && name.p[0] != '=' && name.p[0] != NATIVE;
    char order = name.p[0] == '=' ? NATIVE : name.p[0];
    type->name[0] = type->size == 1 ? '|' : order;
    type->name[1] = name.p[1];
    type->name[2] = name.p[2];
    type->name[3] = '\0';
    return true;
}

/* One loop a type: the compiler vectorises each. memcpy keeps any alignment legal. */
#define CONVERT(T)                                                                                 \
    for (size_t i = 0; i < count; i++) {                                                           \
        T v;                                                                                       \
        memcpy(&v, (const char *)src + i * sizeof v, sizeof v);                                    \
        dst[i] = (double)v;                                                                        \
    }

#define CONVERT_SWAPPED(T, U, SWAP)                                                                \
    for (size_t i = 0; i < count; i++) {                                                           \
        U u;                                                                                       \
        T v;                                                                                       \
        memcpy(&u, (const char *)src + i * sizeof u, sizeof u);                                    \
        u = SWAP(u);                                                                               \
        memcpy(&v, &u, sizeof v);                                                                  \
        dst[i] = (double)v;                                                                        \
    }

static uint16_t swap16(uint16_t v)
{
    return (uint16_t)(v >> 8 | v << 8);
}

static uint32_t swap32(uint32_t v)
{
    return (uint32_t)swap16((uint16_t)v) << 16 | swap16((uint16_t)(v >> 16));
}

static uint64_t swap64(uint64_t v)
{
    return (uint64_t)swap32((uint32_t)v) << 32 | swap32((uint32_t)(v >> 32));
}

static void convert_swapped(const struct array_type *type, const void *src, size_t count,
                            double *dst)
{
    if (type->kind == ARRAY_FLOAT && type->size == 4)
        CONVERT_SWAPPED(float, uint32_t, swap32)
    else if (type->kind == ARRAY_FLOAT)
        CONVERT_SWAPPED(double, uint64_t, swap64)
    else if (type->kind == ARRAY_INT && type->size == 2)
        CONVERT_SWAPPED(int16_t, uint16_t, swap16)
    else if (type->kind == ARRAY_INT && type->size == 4)
        CONVERT_SWAPPED(int32_t, uint32_t, swap32)
    else if (type->kind == ARRAY_INT)
        CONVERT_SWAPPED(int64_t, uint64_t, swap64)
    else if (type->size == 2)
        CONVERT_SWAPPED(uint16_t, uint16_t, swap16)
    else if (type->size == 4)
        CONVERT_SWAPPED(uint32_t, uint32_t, swap32)
    else
        CONVERT_SWAPPED(uint64_t, uint64_t, swap64)
}

static void convert_int(unsigned size, const void *src, size_t count, double *dst)
{
    if (size == 1)
        CONVERT(int8_t)
    else if (size == 2)
        CONVERT(int16_t)
    else if (size == 4)
        CONVERT(int32_t)
    else
        CONVERT(int64_t)
}

static void convert_uint(unsigned size, const void *src, size_t count, double *dst)
{
    if (size == 1)
        CONVERT(uint8_t)
    else if (size == 2)
        CONVERT(uint16_t)
    else if (size == 4)
        CONVERT(uint32_t)
    else
        CONVERT(uint64_t)
}

void array_to_double(const struct array_type *type, const void *src, size_t count, double *dst)
{
    if (type->swapped)
        convert_swapped(type, src, count, dst);
    else if (type->kind == ARRAY_FLOAT && type->size == 8)
        memcpy(dst, src, count * sizeof *dst);
    else if (type->kind == ARRAY_FLOAT)
        CONVERT(float)
    else if (type->kind == ARRAY_INT)
        convert_int(type->size, src, count, dst);
    else if (type->kind == ARRAY_UINT)
        convert_uint(type->size, src, count, dst);
    else
        for (size_t i = 0; i < count; i++)
            dst[i] = ((const unsigned char *)src)[i] != 0 ? 1 : 0;
}
