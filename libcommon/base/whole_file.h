/* Whole files read into memory. */
#ifndef WAVEFILL_BASE_WHOLE_FILE_H
#define WAVEFILL_BASE_WHOLE_FILE_H

#include <stdbool.h>
#include <stddef.h>

enum whole_file_status {
    WHOLE_FILE_OK,
    WHOLE_FILE_ERROR, /* errno says which, at opening */
    WHOLE_FILE_DIRECTORY,
    WHOLE_FILE_READ_ERROR, /* errno says which */
    WHOLE_FILE_TOO_LARGE
};

/* Bytes that grow and are used again; starts as zeroes, `p` is freed by the caller. */
struct whole_file_bytes {
    char *p;
    size_t size, capacity;
};

/* An open file for reading; "-" is standard input. *expected: its size in bytes where it
 * is a regular file that has one, else 0. */
enum whole_file_status whole_file_open(const char *path, int *fd, size_t *expected);

/* After the last byte, since libmad looks so far beyond the last frame. */
enum { WHOLE_FILE_NULS = 8 };

/* Reads fd to its end, at most max bytes, and adds NULs. Ends the program when memory runs out. */
enum whole_file_status whole_file_read(int fd, size_t expected, size_t max,
                                       struct whole_file_bytes *bytes);

void whole_file_close(int fd);

/* Whether path is a directory; an error to look at it counts as no. */
bool whole_file_is_directory(const char *path);

/* Ends the program with the message for a status that is not WHOLE_FILE_OK; max as read with,
 * error: errno of that time. */
_Noreturn void whole_file_die(enum whole_file_status status, const char *path, size_t max,
                              int error);

/* No recording and no list of names is longer: bytes. */
enum { WHOLE_FILE_MAX = 256 << 20 };

#endif
