/* What OpenBLAS must be told, however a program comes by it: not to start threads, and when it may
 * take memory. */
#ifndef WAVEFILL_LSQ_OPENBLAS_H
#define WAVEFILL_LSQ_OPENBLAS_H

#include <stdbool.h>

/* Functions of OpenBLAS; all NULL where another library is the BLAS. */
struct openblas {
    void (*set_num_threads)(int threads);
    void *(*memory_alloc)(int unused);
    void (*memory_free)(void *buffer);
};

/* Whether there is room for a thread to be inside OpenBLAS. */
bool openblas_has_room(void);

/* How many of the wanted threads may be inside the BLAS at the same time: fewer where there is no
 * memory for what OpenBLAS keeps for each, 128 MiB of addresses. To be called while no thread is.
 */
unsigned openblas_threads(const struct openblas *blas, unsigned wanted);

#endif
