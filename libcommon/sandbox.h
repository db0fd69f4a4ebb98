/* A process that can neither write files nor open sockets nor start programs, where the
 * kernel offers that (seccomp). Nothing else includes seccomp.h. */
#ifndef WAVEFILL_SANDBOX_H
#define WAVEFILL_SANDBOX_H

#include <stdbool.h>

struct sandbox;

/* The rules: reading files and memory, and writing to out and to standard error; every
 * other call fails with EPERM. NULL where the system has no such thing. */
struct sandbox *sandbox_new(int out);

/* Shuts the calling process in for good. False where the kernel refuses to: then it can
 * write no file that is longer than nothing, which is all that is left to do. */
bool sandbox_enter(const struct sandbox *sandbox);

void sandbox_free(struct sandbox *sandbox);

/* Bounds what the calling process may allocate, and ends it with its parent where that can
 * be had. */
void sandbox_limit(void);

/* Tries it out in a child: a line for --version that says whether it works here. */
const char *sandbox_note(void);

#endif
