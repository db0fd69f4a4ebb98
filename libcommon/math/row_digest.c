#include "math/row_digest.h"

#include <stdbool.h>
#include <string.h>

/* For a state on the stack. */
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

/* Twice as fast where the processor has wider registers than all of its kind have. */
#if defined(__x86_64__) && defined(__has_include)
#if __has_include(<xxh_x86dispatch.h>)
#include <immintrin.h>
#include <xxh_x86dispatch.h>
#define WIDE
#endif
#endif

/* Code for narrow registers, which comes next, takes twice as long while wide ones are in use. */
#ifdef WIDE
__attribute__((target("avx"))) static void leave_wide(void)
{
    _mm256_zeroupper();
}
#endif

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

/* Where memory has the least byte last. */
static uint64_t hash_turned(const char *numbers, size_t count)
{
    enum { STRIP = 64 };
    unsigned char bytes[STRIP * sizeof(double)];
    XXH3_state_t state;
    XXH3_INITSTATE(&state);
    XXH3_64bits_reset(&state);
    for (size_t n; count > 0; count -= n, numbers += n * sizeof(double)) {
        n = count < STRIP ? count : STRIP;
        put_bytes(bytes, numbers, n);
        XXH3_64bits_update(&state, bytes, n * sizeof(double));
    }
    return XXH3_64bits_digest(&state);
}

static uint64_t hash(const char *numbers, size_t count)
{
    const uint16_t one = 1;
    bool least_first = *(const unsigned char *)&one == 1;
    return least_first ? XXH3_64bits(numbers, count * sizeof(double)) : hash_turned(numbers, count);
}

uint64_t row_digest(const void *rows, size_t count, size_t columns)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += hash((const char *)rows + i * columns * sizeof(double), columns);
#ifdef WIDE
    if (__builtin_cpu_supports("avx"))
        leave_wide();
#endif
    return sum;
}

uint64_t row_digest_weigh(uint64_t digest, double weight)
{
    char both[2 * sizeof digest];
    memcpy(both, &digest, sizeof digest);
    memcpy(both + sizeof digest, &weight, sizeof weight);
    return hash(both, 2);
}
