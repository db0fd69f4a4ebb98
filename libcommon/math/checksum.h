/* Whether bytes are those that were written: XXH3's 64 bits of them (seed 0, its own secret). */
#ifndef WAVEFILL_MATH_CHECKSUM_H
#define WAVEFILL_MATH_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

uint64_t checksum(const void *bytes, size_t size);

/* Of bytes that come piece by piece. NULL where memory is out; freed by checksum_end. */
struct checksum *checksum_begin(void);
void checksum_add(void *sum, const void *bytes, size_t size);
uint64_t checksum_end(struct checksum *sum);

#endif
