#include "base/spool.h"

#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST = 64 << 10, IN_MEMORY = 64 << 20 };

struct spool {
    char *memory; /* NULL once all is in a file; of a file of others, that file mapped */
    size_t size, capacity, read;
    int fd;           /* -1 while all is in memory of our own */
    const char *name; /* of the file */
};

struct spool *spool_new(void)
{
    struct spool *s = mem_zero(1, sizeof *s);
    s->fd = -1;
    s->name = "temporary file";
    s->capacity = FIRST;
    s->memory = mem_array(s->capacity, 1);
    return s;
}

struct spool *spool_of_file(int fd, const char *name)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return NULL;
    struct spool *s = mem_zero(1, sizeof *s);
    s->name = name;
    s->fd = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (s->fd < 0)
        die_errno(name, "cannot be read again");
    /* Pages that the system has already: fresh ones take as long as the work on them. */
    if (st.st_size <= IN_MEMORY) {
        void *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, s->fd, 0);
        s->memory = map != MAP_FAILED ? map : NULL;
        s->size = map != MAP_FAILED ? (size_t)st.st_size : 0;
    }
    return s;
}

/* In $TMPDIR, gone with the process, however that ends; where the file system has no unnamed files,
 * with a name for as short a time as can be. */
static int unnamed_file(void)
{
    const char *dir = getenv("TMPDIR");
    if (dir == NULL || dir[0] == '\0')
        dir = "/tmp";
    int fd = fd_unnamed(dir);
    if (fd >= 0)
        return fd;
    size_t size = strlen(dir) + sizeof "/wavefill-XXXXXX";
    char *path = mem_array(size, 1);
    do {
        snprintf(path, size, "%s/wavefill-XXXXXX", dir);
        fd = mkstemp(path);
    } while (fd < 0 && errno == EINTR);
    if (fd < 0)
        die_errno(dir, "no temporary file can be made there");
    unlink(path);
    free(path);
    return fd;
}

static void write_file(const struct spool *s, const void *data, size_t size)
{
    if (!fd_write_all(s->fd, data, size))
        die_errno(s->name, "write failed");
}

void spool_write(struct spool *s, const void *data, size_t size)
{
    if (s->fd < 0 && s->size + size > IN_MEMORY) {
        s->fd = unnamed_file();
        write_file(s, s->memory, s->size);
        free(s->memory);
        s->memory = NULL;
    }
    if (s->memory == NULL) {
        write_file(s, data, size);
        return;
    }
    if (s->size + size > s->capacity) {
        s->capacity = 2 * (s->size + size);
        s->memory = mem_grow(s->memory, s->capacity, 1);
    }
    memcpy(s->memory + s->size, data, size);
    s->size += size;
}

void spool_rewind(struct spool *s)
{
    s->read = 0;
    if (s->fd >= 0 && lseek(s->fd, 0, SEEK_SET) != 0)
        die_errno(s->name, "cannot be read again");
}

size_t spool_read(struct spool *s, void *to, size_t size)
{
    if (s->fd < 0) {
        size_t n = s->size - s->read < size ? s->size - s->read : size;
        memcpy(to, s->memory + s->read, n);
        s->read += n;
        return n;
    }
    ssize_t n = fd_read(s->fd, to, size);
    if (n < 0)
        die_errno(s->name, "read failed");
    return (size_t)n;
}

const char *spool_at(const struct spool *s, uint64_t offset, void *to, size_t size)
{
    if (s->memory != NULL && offset + size <= s->size)
        return s->memory + offset;
    for (size_t got = 0; got < size;) {
        ssize_t n = pread(s->fd, (char *)to + got, size - got, (off_t)(offset + got));
        if (n <= 0 && !(n < 0 && errno == EINTR))
            die(s->name, "cannot be read again: %s", n < 0 ? strerror(errno) : "it has been cut");
        got += n > 0 ? (size_t)n : 0;
    }
    return to;
}

void spool_free(struct spool *s)
{
    if (s->fd >= 0 && s->memory != NULL)
        munmap(s->memory, s->size);
    else
        free(s->memory);
    if (s->fd >= 0)
        close(s->fd);
    free(s);
}
