/* Reading and writing file descriptors, blocking or not: what a signal came between is done
 * again, what is not ready is waited for. Messages are the caller's. */
#ifndef WAVEFILL_BASE_FD_H
#define WAVEFILL_BASE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Whether a name is "-": standard input, or output where it names that. */
bool fd_is_dash(const char *path);

/* What messages call a file to read. */
const char *fd_shown(const char *path);

/* A file for reading, or standard input. -1: errno says why. */
int fd_open_input(const char *path);

/* open(2) of what is there; closed on exec. -1: errno says why. */
int fd_open(const char *path, int flags);

/* What is there, up to size bytes: how many, 0 at the end. -1: errno says why. */
ssize_t fd_read(int fd, void *to, size_t size);

/* All size bytes. False: errno says why, and some of them may have been written. */
bool fd_write_all(int fd, const void *data, size_t size);

#endif
