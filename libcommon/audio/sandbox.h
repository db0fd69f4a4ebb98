/* A process that can neither write files nor open sockets nor start programs, where the
 * kernel offers that (seccomp on Linux). */
#ifndef WAVEFILL_AUDIO_SANDBOX_H
#define WAVEFILL_AUDIO_SANDBOX_H

/* Shuts the calling process in for good: it can read files, use memory, and write to out
 * and to standard error; every other system call fails with EPERM, as does mapping memory that
 * is shared or to be run. It may allocate 1 GiB in all, or less where its limit is lower, and
 * ends with its parent. Where the kernel has no such filters it can at least write no bytes to
 * files. Allocates no memory itself. */
void sandbox_enter(int out);

#endif
