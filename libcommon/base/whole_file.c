#include "base/whole_file.h"

#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool whole_file_is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

enum whole_file_status whole_file_open(const char *path, int *fd, size_t *expected)
{
    struct stat st;
    *fd = fd_open_input(path);
    if (*fd < 0)
        return WHOLE_FILE_ERROR;
    bool known = fstat(*fd, &st) == 0;
    if (!known || S_ISDIR(st.st_mode)) {
        int error = errno;
        whole_file_close(*fd);
        errno = error;
        return known ? WHOLE_FILE_DIRECTORY : WHOLE_FILE_ERROR;
    }
    *expected = S_ISREG(st.st_mode) && st.st_size > 0 ? (size_t)st.st_size : 0;
    return WHOLE_FILE_OK;
}

void whole_file_close(int fd)
{
    if (fd != STDIN_FILENO)
        close(fd);
}

/* Makes room for the size that the file claims, up to max, or for more. */
static void make_room(struct whole_file_bytes *bytes, size_t expected, size_t max)
{
    enum { STEP = 64 << 10 };
    size_t wanted = expected > 0 && expected <= max ? expected + 1 + WHOLE_FILE_NULS : STEP;
    if (bytes->size + WHOLE_FILE_NULS < bytes->capacity && bytes->capacity >= wanted)
        return;
    bytes->capacity = bytes->capacity < wanted ? wanted + STEP : 2 * bytes->capacity;
    bytes->p = mem_grow(bytes->p, bytes->capacity, 1);
}

enum whole_file_status whole_file_read(int fd, size_t expected, size_t max,
                                       struct whole_file_bytes *bytes)
{
    ssize_t n;
    bytes->size = 0;
    do {
        make_room(bytes, expected, max);
        n = fd_read(fd, bytes->p + bytes->size, bytes->capacity - WHOLE_FILE_NULS - bytes->size);
        if (n < 0)
            return WHOLE_FILE_READ_ERROR;
        bytes->size += (size_t)n;
    } while (n > 0 && bytes->size <= max && bytes->size != expected);
    memset(bytes->p + bytes->size, 0, WHOLE_FILE_NULS);
    return bytes->size > max ? WHOLE_FILE_TOO_LARGE : WHOLE_FILE_OK;
}

void whole_file_die(enum whole_file_status status, const char *path, size_t max, int error)
{
    if (status == WHOLE_FILE_DIRECTORY)
        die(path, "a directory, expected a file");
    if (status == WHOLE_FILE_TOO_LARGE)
        die(fd_shown(path), "more than %zu bytes, expected a smaller file", max);
    errno = error;
    die_errno(fd_shown(path), status == WHOLE_FILE_ERROR ? "cannot be opened" : "read failed");
}
