/* XXH3 as code of its own: a library's would take longer to load than small fits to run. Each file
 * that includes this has it for the registers that the Makefile compiles that file for. */
#ifndef WAVEFILL_MATH_ROW_HASH_H
#define WAVEFILL_MATH_ROW_HASH_H

#include <stddef.h>
#include <stdint.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* The sum of the hashes of count rows of so many bytes each. */
static inline uint64_t row_hash_sum(const char *rows, size_t count, size_t bytes)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += XXH3_64bits(rows + i * bytes, bytes);
    return sum;
}

/* The same, for processors that have these registers. */
uint64_t row_hash_avx2(const char *rows, size_t count, size_t bytes);
uint64_t row_hash_avx512(const char *rows, size_t count, size_t bytes);

#endif
