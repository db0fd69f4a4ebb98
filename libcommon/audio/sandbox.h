/* A process that can neither write files nor open sockets nor start programs, where the
 * kernel offers that (seccomp on Linux). */
#ifndef WAVEFILL_AUDIO_SANDBOX_H
#define WAVEFILL_AUDIO_SANDBOX_H

#include <stdbool.h>

/* Shuts the calling process in for good: it can read files, use memory, and write to out
 * and to standard error; every other system call fails with EPERM, as does mapping memory that
 * is shared or to be run. It may allocate 1 GiB in all, or what it might before where that is
 * less, and ends with its parent. False where the kernel has no such filters: then it can at
 * least write no file that is longer than nothing. Allocates no memory itself. */
bool sandbox_enter(int out);

#endif
