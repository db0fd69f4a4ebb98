/* For O_TMPFILE, where the system has it. */
#define _GNU_SOURCE

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

bool fd_is_dash(const char *path)
{
    return strcmp(path, "-") == 0;
}

const char *fd_shown(const char *path)
{
    return fd_is_dash(path) ? "stdin" : path[0] == '\0' ? "''" : path;
}

int fd_open_input(const char *path)
{
    return fd_is_dash(path) ? STDIN_FILENO : fd_open(path, O_RDONLY);
}

int fd_open(const char *path, int flags)
{
    int fd;
    do
        fd = open(path, flags | O_CLOEXEC, 0600);
    while (fd < 0 && errno == EINTR);
    return fd;
}

int fd_unnamed(const char *dir)
{
#ifdef O_TMPFILE
    return fd_open(dir, O_TMPFILE | O_RDWR);
#else
    (void)dir;
    errno = EOPNOTSUPP;
    return -1;
#endif
}

/* Whether to make a call that failed again: at once, or, after waiting, when fd is ready. */
static bool again(int fd, short events)
{
    if (errno == EINTR)
        return true;
    if (errno != EAGAIN && errno != EWOULDBLOCK)
        return false;
    struct pollfd wait = {.fd = fd, .events = events};
    poll(&wait, 1, -1);
    return true;
}

ssize_t fd_read(int fd, void *to, size_t size)
{
    ssize_t n;
    do
        n = read(fd, to, size);
    while (n < 0 && again(fd, POLLIN));
    return n;
}

bool fd_is_ready(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    return poll(&ready, 1, 0) > 0;
}

bool fd_write_all(int fd, const void *data, size_t size)
{
    const char *at = data;
    while (size > 0) {
        ssize_t n = write(fd, at, size);
        if (n < 0 && !again(fd, POLLOUT))
            return false;
        at += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
    return true;
}
