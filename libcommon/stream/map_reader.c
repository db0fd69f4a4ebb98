/* For F_SETPIPE_SZ, where the system has it. */
#define _GNU_SOURCE

#include "stream/map_reader.h"

#include "base/fd.h"
#include "base/input.h"
#include "base/magic.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/spool.h"
#include "base/utf8.h"
#include "stream/map_scan.h"

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* As much as a pipe can be made to hold: fewer switches between its two ends. Fuzzing sets
 * less, so that short inputs move and grow the buffer too. */
#ifndef STREAM_READ_SIZE
#define STREAM_READ_SIZE (256 << 10)
#endif
enum { READ_SIZE = STREAM_READ_SIZE };

struct map_reader {
    char *const *paths;
    int count, index;
    int fd; /* -1 when all files are at their end */
    char *buffer;
    size_t capacity, start, used; /* bytes at buffer + start, `used` of them */
    size_t map_size;              /* of the map given last, which is at start */
    size_t there;                 /* of the open file (size_of) */
    uint64_t offset;              /* of `start` in its file */
    bool file_end;                /* the map given last was its file's last */
    bool seen;                    /* there has been a map */
    const char *path, *next_path; /* files of the map given last and of the next one */
    const char *expected, *hint;
    struct map map;
    struct spool *spool; /* NULL where nothing is kept */
    bool replaying;
};

/* How many bytes of an input, at least 2 * READ_SIZE, may be taken to be there, up to a map. */
static size_t size_of(int fd)
{
    struct stat file;
    if (fstat(fd, &file) != 0 || !S_ISREG(file.st_mode) || file.st_size < 2 * READ_SIZE)
        return 2 * READ_SIZE;
    return file.st_size < MAP_SCAN_MAX ? (size_t)file.st_size : MAP_SCAN_MAX;
}

static void open_next(struct map_reader *r)
{
    const char *path = r->count == 0 ? "-" : r->paths[r->index];
    r->index++;
    r->next_path = path;
    r->fd = input_open(path, r->expected);
    r->there = size_of(r->fd);
#ifdef F_SETPIPE_SZ
    /* Fails, harmlessly, for what is no pipe. */
    fcntl(r->fd, F_SETPIPE_SZ, READ_SIZE);
#endif
    if (isatty(r->fd))
        die(fd_shown(r->next_path), "a terminal, expected %s from a pipe or a file", r->expected);
}

struct map_reader *map_reader_open(char *const paths[], int count, const char *expected,
                                   const char *hint)
{
    struct map_reader *r = mem_zero(1, sizeof *r);
    *r = (struct map_reader){.paths = paths, .count = count, .expected = expected, .hint = hint};
    open_next(r);
    r->path = r->next_path;
    return r;
}

static void close_file(struct map_reader *r)
{
    if (r->fd > STDIN_FILENO)
        close(r->fd);
    r->fd = -1;
}

void map_reader_keep(struct map_reader *r)
{
    r->spool = spool_new();
}

void map_reader_rewind(struct map_reader *r)
{
    spool_rewind(r->spool);
    r->replaying = true;
    r->start = r->used = r->map_size = 0;
    r->file_end = false;
}

/* Makes room for `need` bytes from start on. Beyond what is known to be there it at most doubles
 * what has arrived, so that a header that lies costs no more memory than the data sent with it; and
 * only where there is none for a read: to grow with each would copy all of it each time. */
static void make_room(struct map_reader *r, size_t need)
{
    if (r->start == 0 && r->used + READ_SIZE <= r->capacity)
        return;
    if (r->start > 0 && r->start + need > r->capacity) {
        memmove(r->buffer, r->buffer + r->start, r->used);
        r->start = 0;
    }
    size_t limit = 2 * r->used > r->there ? 2 * r->used : r->there;
    if (need > limit)
        need = limit;
    if (r->start + need <= r->capacity)
        return;
    r->capacity = r->start + need;
    r->buffer = mem_grow(r->buffer, r->capacity, 1);
}

static size_t read_some(struct map_reader *r, char *to, size_t size)
{
    if (r->replaying)
        return spool_read(r->spool, to, size);
    ssize_t n = fd_read(r->fd, to, size);
    if (n < 0)
        die_errno(fd_shown(r->next_path), "read failed");
    return (size_t)n;
}

/* Reads until `need` bytes are there or no more come; false in the latter case. */
static bool fill(struct map_reader *r, size_t need)
{
    while (r->used < need) {
        make_room(r, need + READ_SIZE);
        size_t end = r->start + r->used;
        size_t n = read_some(r, r->buffer + end, r->capacity - end);
        if (n == 0)
            return false;
        r->used += n;
    }
    return true;
}

static _Noreturn void die_empty(const struct map_reader *r, const char *name)
{
    die(name, "empty, expected %s (did the program that writes it fail?)", r->expected);
}

/* Whether the first bytes are text, such as CSV or JSON. */
static bool is_text(const char *at, size_t n)
{
    enum { LOOK = 16 };
    static const char mark[] = "\xef\xbb\xbf"; /* of UTF-8 */
    size_t i = n > 3 && memcmp(at, mark, 3) == 0 ? 3 : 0;
    for (size_t step = 1; i < n && i < LOOK && step > 0; i += step)
        step = isspace((unsigned char)at[i]) ? 1 : utf8_printable(at + i, n - i);
    return n >= 2 && (i == n || i >= LOOK);
}

/* A file that is no msgpack is of another kind, if that is known. */
static void refuse_other_kind(struct map_reader *r)
{
    (void)fill(r, MAGIC_LOOK); /* or to the end */
    const char *at = r->buffer + r->start;
    const struct magic *magic = magic_find(at, r->used);
    bool may_be_text = r->hint[0] != '\0'; /* which csv-load reads */
    if (magic != NULL)
        die(fd_shown(r->path), "%s, expected %s%s", magic->name, r->expected,
            magic->kind == MAGIC_NUMBERS && !may_be_text ? "" : magic_hint_to_numbers(magic));
    if (is_text(at, r->used))
        die(fd_shown(r->path), "text, expected %s%s", r->expected, r->hint);
}

static _Noreturn void die_no_map(struct map_reader *r, const struct map_scan *scan)
{
    if (r->offset == 0 && scan->pos == 0)
        refuse_other_kind(r);
    die(fd_shown(r->path), "at byte %" PRIu64 ": %s", r->offset + scan->pos, scan->why);
}

/* At the end of one file: goes on to the next, which must have something in it. */
static void next_file(struct map_reader *r)
{
    if (r->replaying)
        return;
    close_file(r);
    if (r->index >= r->count)
        return;
    open_next(r);
    if (!fill(r, r->map_size + 1))
        die_empty(r, fd_shown(r->next_path));
}

static void step_over_map(struct map_reader *r)
{
    r->path = r->next_path;
    r->start += r->map_size;
    r->used -= r->map_size;
    r->offset = r->file_end ? 0 : r->offset + r->map_size;
    r->map_size = 0;
    r->file_end = false;
}

/* Reads all of the map at start. False at the end of all input. */
static bool read_map(struct map_reader *r)
{
    if (!fill(r, 1)) {
        if (!r->seen)
            die_empty(r, fd_shown(r->path));
        return false;
    }
    struct map_scan scan;
    enum map_scan_status status;
    map_scan_init(&scan);
    while ((status = map_scan_run(&scan, (const unsigned char *)r->buffer + r->start, r->used)) ==
           MAP_SCAN_MORE)
        if (!fill(r, scan.need))
            die(fd_shown(r->path), "truncated after %" PRIu64 " byte%s, inside a map",
                r->offset + r->used, msg_plural(r->offset + r->used));
    if (status == MAP_SCAN_BAD)
        die_no_map(r, &scan);
    r->map_size = scan.pos;
    return true;
}

const struct map *map_reader_next(struct map_reader *r)
{
    step_over_map(r);
    if ((r->fd < 0 && !r->replaying) || !read_map(r))
        return NULL;
    r->seen = true;
    /* Whether more follows must be known before views into the buffer are made:
     * looking may move it. */
    r->file_end = !fill(r, r->map_size + 1);
    if (r->file_end)
        next_file(r);
    const char *bytes = r->buffer + r->start;
    if (r->spool != NULL && !r->replaying)
        spool_write(r->spool, bytes, r->map_size);
    if (!map_parse(&r->map, bytes, r->map_size))
        map_reader_refuse(r, r->map.why);
    return &r->map;
}

bool map_reader_file_end(const struct map_reader *r)
{
    return r->file_end;
}

bool map_reader_at_end(const struct map_reader *r)
{
    return r->file_end && (r->replaying || r->fd < 0);
}

const char *map_reader_name(const struct map_reader *r)
{
    return fd_shown(r->path);
}

const char *map_reader_path(const struct map_reader *r)
{
    return r->path;
}

uint64_t map_reader_bytes(const struct map_reader *r)
{
    return r->offset + r->map_size;
}

struct spool *map_reader_file(const struct map_reader *r)
{
    return r->fd > STDIN_FILENO && !r->file_end ? spool_of_file(r->fd, fd_shown(r->path)) : NULL;
}

uint64_t map_reader_place(const struct map_reader *r, const char *bytes)
{
    return r->offset + (uint64_t)(bytes - (r->buffer + r->start));
}

void map_reader_refuse(const struct map_reader *r, const char *why)
{
    die(fd_shown(r->path), "at byte %" PRIu64 ": %s", r->offset, why);
}

void map_reader_close(struct map_reader *r)
{
    close_file(r);
    if (r->spool != NULL)
        spool_free(r->spool);
    map_free(&r->map);
    free(r->buffer);
    free(r);
}
