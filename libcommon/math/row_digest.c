#include "math/row_digest.h"

#include "math/row_hash.h"

#include <string.h>

/* Eight bytes, the least first, of each of count numbers at any address. */
static void put_bytes(unsigned char *to, const char *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, numbers + i * sizeof bits, sizeof bits);
        for (unsigned k = 0; k < sizeof bits; k++)
            *to++ = (unsigned char)(bits >> (8 * k));
    }
}

uint64_t row_digest_by_bytes(const void *rows, size_t count, size_t columns)
{
    enum { STRIP = 64 };
    unsigned char bytes[STRIP * sizeof(double)];
    const char *at = rows;
    uint64_t sum = 0;
    XXH3_state_t state;
    XXH3_INITSTATE(&state);
    for (size_t i = 0; i < count; i++) {
        XXH3_64bits_reset(&state);
        for (size_t n, left = columns; left > 0; left -= n, at += n * sizeof(double)) {
            n = left < STRIP ? left : STRIP;
            put_bytes(bytes, at, n);
            XXH3_64bits_update(&state, bytes, n * sizeof(double));
        }
        sum += XXH3_64bits_digest(&state);
    }
    return sum;
}

uint64_t row_digest(const void *rows, size_t count, size_t columns)
{
    const uint16_t one = 1;
    if (*(const unsigned char *)&one != 1) /* memory has the greatest byte first */
        return row_digest_by_bytes(rows, count, columns);
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f"))
        return row_hash_avx512(rows, count, columns * sizeof(double));
    if (__builtin_cpu_supports("avx2"))
        return row_hash_avx2(rows, count, columns * sizeof(double));
#endif
    return row_hash_sum(rows, count, columns * sizeof(double));
}

uint64_t row_digest_weigh(uint64_t digest, double weight)
{
    char both[2 * sizeof digest];
    memcpy(both, &digest, sizeof digest);
    memcpy(both + sizeof digest, &weight, sizeof weight);
    return row_digest(both, 1, 2);
}
