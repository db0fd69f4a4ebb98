/* For LD_PRELOAD: a program that reads a directory gets its entries in the opposite order.
 * One directory at a time. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static DIR *directory; /* whose entries these are, the first still to come on top */
static struct dirent **entries;
static size_t count;

static void forget(void)
{
    while (count > 0)
        free(entries[--count]);
    free(entries);
    entries = NULL;
    directory = NULL;
}

static void load(DIR *from)
{
    /* A pointer to a function comes as one to data. */
    union {
        void *data;
        struct dirent *(*call)(DIR *);
    } next = {dlsym(RTLD_NEXT, "readdir")};
    struct dirent *entry;
    forget();
    while ((entry = next.call(from)) != NULL) {
        entries = realloc(entries, (count + 1) * sizeof *entries);
        struct dirent *copy = calloc(1, sizeof *copy);
        if (entries == NULL || copy == NULL)
            abort();
        memcpy(copy, entry, entry->d_reclen);
        entries[count++] = copy;
    }
    directory = from;
}

struct dirent *readdir(DIR *from)
{
    static struct dirent current;
    int saved = errno;
    if (directory != from)
        load(from);
    errno = saved;
    if (count == 0)
        return NULL;
    current = *entries[--count];
    free(entries[count]);
    return &current;
}

/* The same structure where files are 64-bit by nature. */
struct dirent64 *readdir64(DIR *from)
{
    _Static_assert(sizeof(struct dirent64) == sizeof(struct dirent), "64-bit system");
    return (struct dirent64 *)(void *)readdir(from);
}

int closedir(DIR *from)
{
    union {
        void *data;
        int (*call)(DIR *);
    } next = {dlsym(RTLD_NEXT, "closedir")};
    if (directory == from)
        forget();
    return next.call(from);
}
