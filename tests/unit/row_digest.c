/* row_digest: the same number for whatever registers, and byte by byte, of rows of any length at
 * any address. */
#include "math/row_digest.h"
#include "math/row_hash.h"
#include "unit.h"

enum { MOST = 300, ROWS = 2 };

int main(void)
{
    static char bytes[ROWS * MOST * sizeof(double) + 1];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * i % 251);
    for (size_t columns = 1; columns <= MOST; columns++)
        for (size_t odd = 0; odd < 2; odd++) {
            size_t size = columns * sizeof(double);
            uint64_t digest = row_digest(bytes + odd, ROWS, columns);
            EXPECT(row_digest_by_bytes(bytes + odd, ROWS, columns) == digest);
            EXPECT(row_hash_sum(bytes + odd, ROWS, size) == digest);
#ifdef __x86_64__
            if (__builtin_cpu_supports("avx2"))
                EXPECT(row_hash_avx2(bytes + odd, ROWS, size) == digest);
#endif
        }
    return UNIT_END();
}
