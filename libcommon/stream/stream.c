/* For F_SETPIPE_SZ, where the system has it. */
#define _GNU_SOURCE

#include "stream/stream.h"

#include "base/fd.h"
#include "stream/map_scan.h"
#include "stream/head.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/spool.h"

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

struct stream {
    char *const *paths;
    int count, index;
    int fd; /* -1 when all files are at their end */
    char *buffer;
    size_t capacity, start, used; /* bytes at buffer + start, `used` of them */
    size_t map_size;              /* of the map given last */
    uint64_t offset;              /* of `start` in its file */
    bool file_end;                /* the map given last was its file's last */
    bool begun;                   /* with the map behind that one */
    struct map_scan scan;
    struct head head;
    bool headed;   /* its head has been looked for */
    size_t coming; /* rows that stream_coming has given */
    const char *name, *next_name;
    const char *expected; /* what is read, for messages */
    bool is_matrix;       /* which is that */
    struct map map;
    size_t rows, block_rows, cols;
    const char *also; /* key of other maps that are let in; NULL for none */
    bool others;      /* there has been one */
    bool has_rate, has_col0, seen;
    double rate;
    uint64_t col0;
    struct spool *spool;
    bool replaying;
};

static bool is_stdin(const char *path)
{
    return strcmp(path, "-") == 0;
}

static void open_next(struct stream *s)
{
    const char *path = s->count == 0 ? "-" : s->paths[s->index];
    s->index++;
    s->next_name = is_stdin(path) ? "stdin" : path[0] == '\0' ? "''" : path;
    s->fd = is_stdin(path) ? STDIN_FILENO : fd_open(path, O_RDONLY);
    if (s->fd < 0)
        die_errno(s->next_name, "cannot be opened");
    struct stat st;
    if (fstat(s->fd, &st) == 0 && S_ISDIR(st.st_mode))
        die(s->next_name, "a directory, expected %s", s->expected);
#ifdef F_SETPIPE_SZ
    /* Fails, harmlessly, for what is no pipe. */
    fcntl(s->fd, F_SETPIPE_SZ, READ_SIZE);
#endif
    if (isatty(s->fd))
        die(s->next_name, "a terminal, expected %s from a pipe or a file", s->expected);
}

static struct stream *start(char *const paths[], int count, const char *expected)
{
    struct stream *s = mem_zero(1, sizeof *s);
    s->expected = expected;
    s->paths = paths;
    s->count = count;
    open_next(s);
    s->name = s->next_name;
    return s;
}

struct stream *stream_open(char *const paths[], int count)
{
    struct stream *s = start(paths, count, "a matrix stream");
    s->is_matrix = true;
    return s;
}

struct stream *stream_open_maps(char *const paths[], const char *expected)
{
    return start(paths, 1, expected);
}

void stream_also(struct stream *s, const char *key)
{
    s->also = key;
}

void stream_keep(struct stream *s)
{
    s->spool = spool_new();
}

void stream_rewind(struct stream *s)
{
    spool_rewind(s->spool);
    s->replaying = true;
    s->start = s->used = s->map_size = 0;
    s->rows = s->block_rows = 0;
    s->file_end = false;
    s->begun = false;
}

/* Room for `need` bytes from start on. At most doubles what has arrived, so that
 * a header that lies costs no more memory than the data sent with it. */
static void make_room(struct stream *s, size_t need)
{
    if (s->start > 0 && s->start + need > s->capacity) {
        memmove(s->buffer, s->buffer + s->start, s->used);
        s->start = 0;
    }
    size_t limit = 2 * s->used > 2 * READ_SIZE ? 2 * s->used : 2 * READ_SIZE;
    if (need > limit)
        need = limit;
    if (s->start + need <= s->capacity)
        return;
    s->capacity = s->start + need;
    s->buffer = mem_grow(s->buffer, s->capacity, 1);
}

static size_t read_some(struct stream *s, char *to, size_t size)
{
    if (s->replaying)
        return spool_read(s->spool, to, size);
    ssize_t n = fd_read(s->fd, to, size);
    if (n < 0)
        die_errno(s->next_name, "read failed");
    return (size_t)n;
}

/* Reads once, of the `need` bytes at most `most`; false where no more come. */
static bool fill_once(struct stream *s, size_t need, size_t most)
{
    make_room(s, need > s->used + READ_SIZE ? need : s->used + READ_SIZE);
    size_t room = s->capacity - s->start - s->used;
    size_t n = read_some(s, s->buffer + s->start + s->used, room < most ? room : most);
    s->used += n;
    return n > 0;
}

/* Reads until `need` bytes are there or no more come; false in the latter case. */
static bool fill(struct stream *s, size_t need)
{
    while (s->used < need)
        if (!fill_once(s, need, SIZE_MAX))
            return false;
    return true;
}

static _Noreturn void die_empty(const struct stream *s, const char *name)
{
    die(name, "empty, expected %s (did the program that writes it fail?)", s->expected);
}

/* Whether what is there at the start is text, such as CSV or JSON. */
static bool is_text(struct stream *s)
{
    enum { LOOK = 16 };
    static const char mark[] = "\xef\xbb\xbf"; /* of UTF-8 */
    (void)fill(s, LOOK);                       /* or to the end */
    const char *at = s->buffer + s->start;
    size_t n = s->used < LOOK ? s->used : LOOK;
    size_t i = n > 3 && memcmp(at, mark, 3) == 0 ? 3 : 0;
    while (i < n &&
           ((at[i] >= ' ' && at[i] <= '~') || at[i] == '\t' || at[i] == '\r' || at[i] == '\n'))
        i++;
    return n >= 2 && i == n;
}

/* What is no msgpack: a recording is the most likely thing, or text. */
static _Noreturn void die_unframed(struct stream *s, const struct map_scan *scan)
{
    if (s->offset == 0 && scan->pos == 0 && fill(s, 4) &&
        memcmp(s->buffer + s->start, "RIFF", 4) == 0)
        die(s->name, "a WAV file, expected %s (fsdd-load reads recordings)", s->expected);
    if (s->offset == 0 && scan->pos == 0 && is_text(s))
        die(s->name, "text, expected %s%s", s->expected,
            s->is_matrix ? " (wavefill(7) shows how one is made of CSV)" : "");
    die(s->name, "at byte %" PRIu64 ": %s", s->offset + scan->pos, scan->why);
}

/* At the end of one file: goes on to the next that has something in it. */
static void next_file(struct stream *s)
{
    if (s->replaying)
        return;
    if (s->fd > STDIN_FILENO)
        close(s->fd);
    s->fd = -1;
    if (s->index >= s->count)
        return;
    open_next(s);
    if (!fill(s, s->map_size + 1))
        die_empty(s, s->next_name);
}

/* Steps over the map given last. */
static void begin(struct stream *s)
{
    if (s->begun)
        return;
    s->begun = true;
    s->name = s->next_name;
    s->start += s->map_size;
    s->used -= s->map_size;
    s->offset = s->file_end ? 0 : s->offset + s->map_size;
    s->map_size = 0;
    s->file_end = false;
    map_scan_init(&s->scan);
    s->headed = s->head.known = false;
    s->coming = 0;
}

static enum map_scan_status scan(struct stream *s)
{
    /* There is no buffer before the first bytes have come. */
    const char *bytes = s->buffer != NULL ? s->buffer + s->start : "";
    return map_scan_run(&s->scan, (const unsigned char *)bytes, s->used);
}

/* Frames one map at start. False at the end of all input. */
static bool frame_map(struct stream *s)
{
    if (!fill(s, 1)) {
        if (!s->seen)
            die_empty(s, s->name);
        return false;
    }
    enum map_scan_status status;
    while ((status = scan(s)) == MAP_SCAN_MORE)
        if (!fill(s, s->scan.need))
            die(s->name, "truncated after %" PRIu64 " byte%s, inside a map", s->offset + s->used,
                msg_plural(s->offset + s->used));
    if (status == MAP_SCAN_BAD)
        die_unframed(s, &s->scan);
    s->map_size = s->scan.pos;
    return true;
}

const struct map *stream_next_map(struct stream *s)
{
    begin(s);
    s->begun = false;
    if ((s->fd < 0 && !s->replaying) || !frame_map(s))
        return NULL;
    s->seen = true;
    /* Whether more follows must be known before views into the buffer are made:
     * looking may move it. */
    s->file_end = !fill(s, s->map_size + 1);
    if (s->file_end)
        next_file(s);
    const char *bytes = s->buffer + s->start;
    if (s->spool != NULL && !s->replaying)
        spool_write(s->spool, bytes, s->map_size);
    if (!map_parse(&s->map, bytes, s->map_size))
        die(s->name, "at byte %" PRIu64 ": %s", s->offset, s->map.why);
    return &s->map;
}

/* Whole rows of the map at start that are there. */
static size_t rows_there(const struct stream *s)
{
    if (!s->head.known || s->used <= s->head.start)
        return 0;
    size_t rows = (s->used - s->head.start) / s->head.row_bytes;
    return rows < s->head.block.rows ? rows : s->head.block.rows;
}

/* Looks for the head where what is lacking is more than another read brings. */
static void look_for_head(struct stream *s)
{
    if (s->headed || s->scan.need < s->used + READ_SIZE)
        return;
    s->headed = true;
    head_find(&s->head, &s->scan, s->buffer + s->start, s->used);
}

bool stream_coming(struct stream *s, struct block *block, size_t *from, size_t *rows)
{
    begin(s);
    if (s->fd < 0 || s->replaying)
        return false;
    while (scan(s) == MAP_SCAN_MORE) {
        look_for_head(s);
        *from = s->coming;
        *rows = rows_there(s) - s->coming;
        if (*rows > 0) {
            s->coming += *rows;
            *block = s->head.block;
            s->head.nd.data = s->buffer + s->start + s->head.start;
            return true;
        }
        if (!fill_once(s, s->scan.need, READ_SIZE))
            return false;
    }
    return false;
}

static void check_agreement(struct stream *s, const struct block *block)
{
    if (block->has_rate && s->has_rate && block->rate != s->rate)
        die(s->name, "at byte %" PRIu64 ": rate %.10g, expected %.10g as in the rows before",
            s->offset, block->rate, s->rate);
    if (block->has_rate) {
        s->has_rate = true;
        s->rate = block->rate;
    }
    if (s->has_col0 && block->col0 != s->col0)
        die(s->name,
            "at byte %" PRIu64 ": col0 %" PRIu64 ", expected %" PRIu64 " as in the rows before",
            s->offset, block->col0, s->col0);
    s->has_col0 = true;
    s->col0 = block->col0;
}

bool stream_next(struct stream *s, struct block *block)
{
    const struct map *map = stream_next_map(s);
    s->rows += s->block_rows;
    s->block_rows = 0;
    if (map == NULL) {
        if (s->rows == 0 && !s->others)
            die(s->name, "a matrix of 0 rows, expected at least 1");
        return false;
    }
    char why[BLOCK_WHY];
    bool other = s->also != NULL && map_find(map, s->also) != NULL && map_find(map, "mat") == NULL;
    s->others |= other;
    if (!(other ? block_parse_other(map, block, why) : block_parse(map, block, why)))
        die(s->name, "at byte %" PRIu64 ": %s", s->offset, why);
    check_agreement(s, block);
    if (s->file_end && !s->replaying && !block->last)
        die(s->name,
            "truncated after %" PRIu64 " bytes: \"last\" is false in the last block, "
            "expected more blocks",
            s->offset + s->map_size);
    s->block_rows = block->rows;
    return true;
}

bool stream_at_end(const struct stream *s)
{
    return s->file_end && (s->replaying || s->fd < 0);
}

const char *stream_name(const struct stream *s)
{
    return s->name;
}

size_t stream_row0(const struct stream *s)
{
    return s->rows;
}

size_t stream_rectangle(struct stream *s, const struct block *block)
{
    for (size_t i = 0; i < (block->ragged ? block->rows : block->rows > 0); i++) {
        size_t cols = block_row(block, i).cols;
        if (s->cols == 0)
            s->cols = cols;
        if (cols != s->cols)
            die(s->name,
                "row %zu of %zu column%s, expected %zu as in the rows before "
                "(pad-chop makes them one length)",
                s->rows + i, cols, msg_plural(cols), s->cols);
    }
    return block->rows > 0 ? s->cols : 0;
}

void stream_close(struct stream *s)
{
    if (s->fd > STDIN_FILENO)
        close(s->fd);
    if (s->spool != NULL)
        spool_free(s->spool);
    map_free(&s->map);
    head_free(&s->head);
    free(s->buffer);
    free(s);
}
