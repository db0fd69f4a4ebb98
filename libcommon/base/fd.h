/* Reading and writing file descriptors, blocking or not: a call that a signal interrupts is made
 * again, one that would block waits. Messages are the caller's. */
#ifndef WAVEFILL_BASE_FD_H
#define WAVEFILL_BASE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Whether a name is "-": standard input, or output where it names that. */
bool fd_is_dash(const char *path);

/* The name of a file to read in messages. */
const char *fd_shown(const char *path);

/* A file for reading, or standard input. -1: errno says why. */
int fd_open_input(const char *path);

/* open(2); closed on exec, a new file is for its owner alone. -1: errno says why. */
int fd_open(const char *path, int flags);

/* A new file in that directory without a name, to read and write, gone when it is closed unless it
 * is given a name. -1: errno says why, EOPNOTSUPP where the file system has no such files. */
int fd_unnamed(const char *dir);

/* Reads what has come, up to size bytes: how many, 0 at the end. -1: errno says why. */
ssize_t fd_read(int fd, void *to, size_t size);

/* Whether a read would return at once. */
bool fd_is_ready(int fd);

/* Writes all size bytes. False: errno says why, and some of them may have been written. */
bool fd_write_all(int fd, const void *data, size_t size);

#endif
