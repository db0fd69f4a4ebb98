/* The random row that NumPy's legacy generator picks. Source: Matsumoto and
 * Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998); seeding by Knuth's TAOCP
 * volume 2, 3rd ed., page 106, as init_genrand does. */
#ifndef WAVEFILL_MATH_MT19937_H
#define WAVEFILL_MATH_MT19937_H

#include <stdint.h>

/* What numpy.random.RandomState(seed).randint(n) gives, n >= 1: masked rejection
 * on 32-bit draws, or on two of them where n > 2^32. */
uint64_t mt19937_randint(uint32_t seed, uint64_t n);

#endif
