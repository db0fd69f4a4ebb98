/* Whether rows are the same, in one number: the sum, modulo 2^64, of a hash of each row. So the
 * order of the rows has no say in it, nor what they are cut into, and rows that come twice count
 * twice. The hash is XXH3's 64 bits (seed 0, its own secret) of the row's doubles, eight bytes
 * each, the least first: it tells rows apart that differ by accident, not by intent. */
#ifndef WAVEFILL_MATH_ROW_DIGEST_H
#define WAVEFILL_MATH_ROW_DIGEST_H

#include <stddef.h>
#include <stdint.h>

/* Of count rows of so many doubles each (C order, at any address); of more rows: the sum. */
uint64_t row_digest(const void *rows, size_t count, size_t columns);

/* The same in a slower way, for processors whose doubles begin with their greatest byte. */
uint64_t row_digest_by_bytes(const void *rows, size_t count, size_t columns);

/* Of the same rows, each counted `weight` times: the hash of digest and weight, eight bytes each.
 */
uint64_t row_digest_weigh(uint64_t digest, double weight);

#endif
