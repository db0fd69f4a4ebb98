/* Whole files read into memory. */
#ifndef WAVEFILL_BASE_WHOLE_FILE_H
#define WAVEFILL_BASE_WHOLE_FILE_H

#include <stdbool.h>
#include <stddef.h>

enum file_status {
    FILE_OK,
    FILE_ERROR, /* errno says which, at opening */
    FILE_DIRECTORY,
    FILE_READ_ERROR, /* errno says which */
    FILE_TOO_LARGE
};

/* Bytes that grow and are used again; starts as zeroes, `p` is freed by the caller. */
struct file_bytes {
    char *p;
    size_t size, capacity;
};

/* An open file for reading; "-" is standard input. *expected: its size in bytes where it
 * is a regular file that has one, else 0. */
enum file_status file_open(const char *path, int *fd, size_t *expected);

/* Reads fd to its end, at most max bytes, and puts a NUL behind them. Ends the program
 * when memory runs out. */
enum file_status file_read(int fd, size_t expected, size_t max, struct file_bytes *bytes);

void file_close(int fd);

bool file_is_stdin(const char *path);

/* What messages call the path. */
const char *file_shown(const char *path);

/* Whether path is a directory; an error to look at it counts as no. */
bool file_is_directory(const char *path);

/* Ends the program with the message for a status that is not FILE_OK; max as read with,
 * error: errno of that time. */
_Noreturn void file_die(enum file_status status, const char *path, size_t max, int error);

/* No recording and no list of names is longer: bytes. */
enum { FILE_MAX = 256 << 20 };

#endif
