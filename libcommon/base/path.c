#include "base/path.h"

#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How many links may lead from one to the next. */
enum { LINKS = 40 };

/* Up to its last slash. */
static size_t directory_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

char *path_directory(const char *path)
{
    size_t n = directory_length(path);
    return n > 0 ? mem_text(path, n) : mem_text("./", 2);
}

bool path_is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whether path is in that directory. */
static bool is_in(const char *path, const char *directory)
{
    struct stat a, b;
    char *own = path_directory(path);
    bool in = stat(own, &a) == 0 && stat(directory, &b) == 0 && path_is_same_file(&a, &b);
    free(own);
    return in;
}

bool path_is_same_name(const char *path, const char *other)
{
    char *directory = path_directory(other);
    bool same = strcmp(path + directory_length(path), other + directory_length(other)) == 0 &&
                is_in(path, directory);
    free(directory);
    return same;
}

/* The path that the link at path holds, from here; NULL: errno says why it is no link. */
static char *link_target(const char *path)
{
    char target[PATH_MAX];
    ssize_t n = readlink(path, target, sizeof target);
    if (n < 0)
        return NULL;
    size_t dir = target[0] == '/' ? 0 : directory_length(path);
    char *next = mem_array(dir + (size_t)n + 1, 1);
    memcpy(next, path, dir);
    memcpy(next + dir, target, (size_t)n);
    next[dir + (size_t)n] = '\0';
    return next;
}

/* The N of a path such as /dev/fd/N, whatever leads to that directory; -1 if it is none. */
static int descriptor_at(const char *path)
{
    uint64_t fd;
    bool number = num_parse_uint(path + directory_length(path), INT_MAX, &fd);
    return number && (is_in(path, "/dev/fd") || is_in(path, "/proc/self/fd")) ? (int)fd : -1;
}

/* Links are looked at one by one: all of those of a descriptor would lead to the file that it is
 * open on. errno says why it ends where it does. */
static char *follow(const char *path, int *descriptor)
{
    char *at = mem_string(path);
    *descriptor = descriptor_at(at);
    for (int i = 0; i < LINKS && *descriptor < 0; i++) {
        char *next = link_target(at);
        if (next == NULL)
            break;
        free(at);
        at = next;
        *descriptor = descriptor_at(at);
        errno = EINVAL;
    }
    return at;
}

char *path_end(const char *path, int *descriptor)
{
    char *end = follow(path, descriptor);
    if (*descriptor < 0 && errno != EINVAL && errno != ENOENT)
        die_errno(path, "cannot be created");
    return end;
}

int path_descriptor(const char *path)
{
    int descriptor;
    free(follow(path, &descriptor));
    return descriptor;
}
