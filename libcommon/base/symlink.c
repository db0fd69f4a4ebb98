#include "base/symlink.h"

#include "base/mem.h"
#include "base/num.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How many links may lead from one to the next. */
enum { LINKS = 40 };

/* The path that the link at path holds, from here; NULL: errno says why it is no link. */
static char *link_target(const char *path)
{
    char target[PATH_MAX];
    ssize_t n = readlink(path, target, sizeof target - 1);
    if (n < 0)
        return NULL;
    target[n] = '\0';
    const char *slash = strrchr(path, '/');
    int dir = target[0] == '/' || slash == NULL ? 0 : (int)(slash - path + 1);
    size_t size = (size_t)dir + (size_t)n + 1;
    char *next = mem_array(1, size);
    snprintf(next, size, "%.*s%s", dir, path, target);
    return next;
}

char *symlink_end(const char *path)
{
    char *real = realpath(path, NULL);
    if (real != NULL)
        return real;
    char *at = mem_string(path);
    for (int i = 0; i < LINKS; i++) {
        char *next = link_target(at);
        if (next == NULL && (errno == EINVAL || errno == ENOENT))
            return at;
        int error = errno;
        free(at);
        errno = error;
        if (next == NULL)
            return NULL;
        at = next;
    }
    free(at);
    errno = ELOOP;
    return NULL;
}

static bool is_same(const char *path, const char *other)
{
    char *a = realpath(path, NULL);
    char *b = realpath(other, NULL);
    bool same = a != NULL && b != NULL && strcmp(a, b) == 0;
    free(a);
    free(b);
    return same;
}

/* The N of a path such as /dev/fd/N, whatever leads to that directory; -1 if it is none. */
static int descriptor_at(const char *path)
{
    uint64_t fd;
    const char *slash = strrchr(path, '/');
    if (slash == NULL || !num_parse_uint(slash + 1, INT_MAX, &fd))
        return -1;
    char *dir = mem_string(path);
    dir[slash + 1 - path] = '\0';
    bool own = is_same(dir, "/dev/fd") || is_same(dir, "/proc/self/fd");
    free(dir);
    return own ? (int)fd : -1;
}

/* Links are looked at one by one: all of them would lead to the file that the descriptor is open
 * on. */
int symlink_descriptor(const char *path)
{
    int fd = -1;
    char *at = mem_string(path);
    for (int i = 0; i < LINKS && at != NULL && fd < 0; i++) {
        fd = descriptor_at(at);
        char *next = fd < 0 ? link_target(at) : NULL;
        free(at);
        at = next;
    }
    free(at);
    return fd;
}
