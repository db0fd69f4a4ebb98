#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, which POSIX has only since 2024 */
#include "lsq/openblas.h"

#include <stddef.h>
#include <sys/mman.h>

/* OpenBLAS asks itself this while it is loaded; asked here, found first, it starts no threads,
 * which would do nothing but look for work for a while, on cores that other filters want. */
int openblas_num_threads_env(void);
int openblas_num_threads_env(void)
{
    return 1;
}

/* Whether OpenBLAS could map one of its buffers now, and a little would be left. */
bool openblas_has_room(void)
{
    enum { BUFFER = 128 << 20, LEFT = 8 << 20 };
    void *map =
        mmap(NULL, BUFFER + LEFT, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return map != MAP_FAILED && munmap(map, BUFFER + LEFT) == 0;
}

/* OpenBLAS takes a buffer for each thread that is inside it, keeps it for the next, and where
 * there is no room for one asks for ever: so it is given them once there is known to be room. */
unsigned openblas_threads(const struct openblas *blas, unsigned wanted)
{
    enum { MOST = 512 };
    static unsigned had;
    void *buffers[MOST];
    unsigned n = 0;
    if (blas->set_num_threads == NULL || blas->memory_alloc == NULL || blas->memory_free == NULL)
        return wanted;
    for (; n < wanted && n < MOST && (n < had || openblas_has_room()); n++)
        buffers[n] = blas->memory_alloc(0);
    for (unsigned i = 0; i < n; i++)
        blas->memory_free(buffers[i]);
    had = n > had ? n : had;
    return n;
}
