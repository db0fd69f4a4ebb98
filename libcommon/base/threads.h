/* Work that threads share. */
#ifndef WAVEFILL_BASE_THREADS_H
#define WAVEFILL_BASE_THREADS_H

enum { THREADS_MAX = 256 };

/* As many as OMP_NUM_THREADS says, up to THREADS_MAX, else one a processor, up to 64. */
unsigned threads_default(void);

/* Calls work(data, i) for each i below count, and returns when all have returned: one after the
 * other where count is 1, else side by side in threads_default threads, or as many as there can be.
 * They wait for the next call until the program ends. For one thread of a program. */
void threads_share(unsigned count, void (*work)(void *data, unsigned i), void *data);

#endif
