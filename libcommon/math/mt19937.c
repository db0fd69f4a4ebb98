#include "math/mt19937.h"

enum { N = 624, M = 397 };

struct mt {
    uint32_t state[N];
    int next;
};

static void seed_state(struct mt *mt, uint32_t seed)
{
    mt->state[0] = seed;
    for (uint32_t i = 1; i < N; i++) {
        uint32_t before = mt->state[i - 1];
        mt->state[i] = 1812433253U * (before ^ before >> 30) + i;
    }
    mt->next = N;
}

static void refill(struct mt *mt)
{
    for (int i = 0; i < N; i++) {
        uint32_t y = (mt->state[i] & 0x80000000U) | (mt->state[(i + 1) % N] & 0x7fffffffU);
        mt->state[i] = mt->state[(i + M) % N] ^ y >> 1 ^ ((y & 1) != 0 ? 0x9908b0dfU : 0);
    }
    mt->next = 0;
}

static uint32_t draw32(struct mt *mt)
{
    if (mt->next == N)
        refill(mt);
    uint32_t y = mt->state[mt->next++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680U;
    y ^= y << 15 & 0xefc60000U;
    return y ^ y >> 18;
}

static uint64_t draw64(struct mt *mt)
{
    uint64_t high = draw32(mt);
    return high << 32 | draw32(mt);
}

uint64_t mt19937_randint(uint32_t seed, uint64_t n)
{
    uint64_t last = n - 1;
    if (last == 0)
        return 0;
    uint64_t mask = last;
    for (int shift = 1; shift < 64; shift *= 2)
        mask |= mask >> shift;
    struct mt mt;
    seed_state(&mt, seed);
    uint64_t value;
    do {
        value = (last > UINT32_MAX ? draw64(&mt) : draw32(&mt)) & mask;
    } while (value > last);
    return value;
}
