#include "math/checksum.h"

#include "math/row_hash.h"

uint64_t checksum(const void *bytes, size_t size)
{
    return XXH3_64bits(bytes, size);
}

struct checksum *checksum_begin(void)
{
    XXH3_state_t *state = XXH3_createState();
    if (state != NULL)
        XXH3_64bits_reset(state);
    return (struct checksum *)state;
}

void checksum_add(void *sum, const void *bytes, size_t size)
{
    XXH3_64bits_update(sum, bytes, size);
}

uint64_t checksum_end(struct checksum *sum)
{
    uint64_t value = XXH3_64bits_digest((XXH3_state_t *)sum);
    XXH3_freeState((XXH3_state_t *)sum);
    return value;
}
