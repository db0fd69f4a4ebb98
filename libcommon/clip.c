#include "clip.h"

#include "block.h"
#include "frame.h"
#include "mem.h"
#include "msg.h"
#include "utf8.h"
#include "wav.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A block is written when its samples reach this. */
enum { BLOCK_BYTES = 4 << 20 };

struct batch {
    struct nd *rows;
    struct str *names;
    struct block meta; /* names and rate of the block in the making */
    size_t count, capacity, bytes;
    const char *rate_from; /* the path that the rate comes from */
};

static int compare(const void *x, const void *y)
{
    const struct clip *a = x;
    const struct clip *b = y;
    if (a->is_fsdd != b->is_fsdd)
        return a->is_fsdd ? -1 : 1;
    int by_name = a->is_fsdd ? fsdd_compare(&a->name, &b->name) : 0;
    if (by_name == 0 && a->is_fsdd)
        by_name = strcmp(a->name.stem.p, b->name.stem.p); /* 0_a_1.flac, 0_a_1.wav, 00_a_1.wav */
    return by_name != 0 ? by_name : (a->order > b->order) - (a->order < b->order);
}

void clip_sort(struct clip *clips, size_t count)
{
    qsort(clips, count, sizeof *clips, compare);
}

bool clip_is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool is_stdin(const char *path)
{
    return strcmp(path, "-") == 0;
}

static const char *shown(const char *path)
{
    return is_stdin(path) ? "stdin" : path;
}

static int open_clip(const char *path, struct stat *st)
{
    int fd = is_stdin(path) ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, st) != 0)
        die_errno(shown(path), "cannot be opened");
    if (S_ISDIR(st->st_mode))
        die(path, "a directory, expected a file");
    return fd;
}

static char *read_all(int fd, const char *path, size_t expected, size_t max, size_t *size)
{
    size_t capacity = expected + 1;
    char *bytes = mem_array(capacity, 1);
    *size = 0;
    for (;;) {
        if (*size + 1 > max)
            die(shown(path), "more than %zu bytes, expected a smaller file", max - 1);
        if (*size + 1 >= capacity) {
            capacity = 2 * capacity + 65536;
            bytes = mem_grow(bytes, capacity, 1);
        }
        ssize_t n = read(fd, bytes + *size, capacity - 1 - *size);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            output_wait(fd, false);
        else if (n < 0 && errno != EINTR)
            die_errno(shown(path), "read failed");
        if (n == 0)
            break;
        *size += n > 0 ? (size_t)n : 0;
    }
    bytes[*size] = '\0';
    return bytes;
}

/* What a file claims to be long is only believed so far. */
static size_t believable(const struct stat *st, size_t max)
{
    if (!S_ISREG(st->st_mode) || st->st_size < 0)
        return 65536;
    return (uint64_t)st->st_size < max ? (size_t)st->st_size + 1 : max;
}

char *clip_read_file(const char *path, size_t max, size_t *size)
{
    struct stat st;
    int fd = open_clip(path, &st);
    char *bytes = read_all(fd, path, believable(&st, max), max, size);
    if (fd != STDIN_FILENO)
        close(fd);
    return bytes;
}

/* Appends text as one word of a shell command. Bytes that a message would not show as
 * they are go through printf(1), so that the command can be pasted. */
static void append_word(char *command, size_t size, const char *text)
{
    bool plain = true;
    for (size_t left = strlen(text), n; left > 0; left -= n) {
        n = utf8_printable(text + strlen(text) - left, left);
        plain &= n > 0;
        n += n == 0;
    }
    size_t at = strlen(command);
    at += (size_t)snprintf(command + at, size - at, plain ? "'" : "\"$(printf '");
    for (const char *p = text; *p != '\0' && at + 8 < size; p++) {
        unsigned c = (unsigned char)*p;
        if (*p == '\'')
            at += (size_t)snprintf(command + at, size - at, plain ? "'\\''" : "\\047");
        else if (!plain && (c < 0x20 || c >= 0x7f || c == '%' || c == '\\'))
            at += (size_t)snprintf(command + at, size - at, "\\%03o", c);
        else
            command[at++] = *p;
        command[at] = '\0';
    }
    snprintf(command + at, size - at, plain ? "'" : "')\"");
}

/* An extension that libsox does not know counts as WAV. */
static const char *type_of(const struct clip *clip)
{
    return wav_known_type(clip->name.extension) ? clip->name.extension : "wav";
}

/* What SoX takes for a pattern in a name. */
#define SOX_PATTERN "*?[]{}~\\"

/* path as SoX takes it for that file: not for an option, a command or an address, with
 * what would be a pattern escaped. */
static void sox_name(char *name, size_t size, const char *path)
{
    size_t n = (size_t)snprintf(name, size, "%s", path[0] == '/' || path[0] == '.' ? "" : "./");
    for (; *path != '\0' && n + 3 < size; path++) {
        if (strchr(SOX_PATTERN, *path) != NULL)
            name[n++] = '\\';
        name[n++] = *path;
    }
    name[n] = '\0';
}

/* The SoX command that makes a mended copy of a recording, as `effect` says: STEM, the
 * tag and the extension. */
static const char *mend(const struct clip *clip, const char *tag, const char *effect)
{
    static char command[12000];
    char in[4096] = "-";
    char out[4096];
    bool typed = !is_stdin(clip->path) && wav_known_type(clip->name.extension);
    const char *path = is_stdin(clip->path) ? "stdin" : clip->path;
    size_t stem = is_stdin(clip->path) ? strlen(path)
                                       : (size_t)(clip->name.stem.p - path) + clip->name.stem.n;
    snprintf(out, sizeof out, "%s%.*s%s.%s", path[0] == '/' || path[0] == '.' ? "" : "./",
             stem < 3900 ? (int)stem : 3900, path, tag, typed ? clip->name.extension : "wav");
    /* As an output a pattern that matches would overwrite what it matches. */
    for (char *p = out; *p != '\0'; p++)
        if (strchr(SOX_PATTERN, *p) != NULL)
            *p = '_';
    if (!is_stdin(clip->path))
        sox_name(in, sizeof in, path);
    snprintf(command, sizeof command, "sox %s", typed ? "" : "-t wav ");
    if (is_stdin(clip->path))
        snprintf(command + strlen(command), sizeof command - strlen(command), "-");
    else
        append_word(command, sizeof command, in);
    snprintf(command + strlen(command), sizeof command - strlen(command), " ");
    append_word(command, sizeof command, out);
    snprintf(command + strlen(command), sizeof command - strlen(command), " %s", effect);
    return command;
}

static void check_channels(const struct clip *clip, const struct wav *wav)
{
    if (wav->channels != 1)
        die(shown(clip->path), "%u channels, expected 1; to mix them: %s", wav->channels,
            mend(clip, "-mono", "remix -"));
}

static void check_rate(struct batch *b, const struct clip *clip, const struct wav *wav)
{
    if (b->rate_from == NULL) {
        b->rate_from = clip->path;
        b->meta.has_rate = true;
        b->meta.rate = wav->rate;
    }
    if (wav->rate == b->meta.rate)
        return;
    char tag[40], effect[40];
    snprintf(tag, sizeof tag, "-%.10g", b->meta.rate);
    snprintf(effect, sizeof effect, "rate %.10g", b->meta.rate);
    die(shown(clip->path), "%.10g Hz, expected %.10g as in %s; to convert it: %s", wav->rate,
        b->meta.rate, shown(b->rate_from), mend(clip, tag, effect));
}

/* WAV files come through memory, where their headers are checked; so does what
 * cannot be opened twice. */
static void decode(const struct clip *clip, struct wav *wav)
{
    const char *type = type_of(clip);
    char why[WAV_WHY];
    struct stat st;
    int fd = open_clip(clip->path, &st);
    bool ok;
    if (!wav_is_riff(type) && S_ISREG(st.st_mode)) {
        ok = wav_decode_fd(wav, type, fd, why);
    } else {
        size_t size;
        char *bytes =
            read_all(fd, clip->path, believable(&st, CLIP_FILE_MAX), CLIP_FILE_MAX, &size);
        ok = wav_decode(wav, type, bytes, size, why);
        free(bytes);
    }
    if (!ok)
        die(shown(clip->path), "%s", why);
    if (fd != STDIN_FILENO)
        close(fd);
}

/* A name that readers in Python accept, whatever the bytes on disk. */
static struct str row_name(const struct clip *clip)
{
    struct str stem = is_stdin(clip->path) ? (struct str){"stdin", 5} : clip->name.stem;
    char *name = mem_array(3, stem.n + 1);
    size_t n = utf8_repair(stem.p, stem.n, name);
    if (!utf8_valid(stem.p, stem.n))
        warn(clip->path, "a name that is not UTF-8, its row is called %s", name);
    return (struct str){name, n};
}

static void add(struct batch *b, struct str name, const struct wav *wav)
{
    if (b->count == b->capacity) {
        b->capacity = 2 * b->capacity + 64;
        b->rows = mem_grow(b->rows, b->capacity, sizeof *b->rows);
        b->names = mem_grow(b->names, b->capacity, sizeof *b->names);
    }
    b->rows[b->count] = (struct nd){nd_int16, 1, 1, wav->count, (const char *)wav->samples};
    b->names[b->count++] = name;
    b->bytes += wav->count * sizeof *wav->samples;
}

static void flush(struct output *out, struct batch *b, bool last)
{
    b->meta.names = b->names;
    block_put_ragged_head(out, &b->meta, 0, b->count, last);
    for (size_t i = 0; i < b->count; i++) {
        mp_put_nd_head(out, &nd_int16, 1, 1, b->rows[i].cols);
        output_write(out, b->rows[i].data, b->rows[i].cols * sizeof(int16_t));
        free((void *)(uintptr_t)b->rows[i].data);
        free((void *)(uintptr_t)b->names[i].p);
    }
    b->count = b->bytes = 0;
}

/* Large rows each get a block of their own. */
static bool is_full(const struct batch *b, size_t bytes)
{
    return b->count > 0 && b->bytes + bytes > BLOCK_BYTES;
}

void clip_put_all(struct output *out, const struct clip *clips, size_t count)
{
    struct batch b;
    memset(&b, 0, sizeof b);
    size_t rounded = 0;
    for (size_t i = 0; i < count; i++) {
        struct wav wav;
        decode(&clips[i], &wav);
        check_channels(&clips[i], &wav);
        check_rate(&b, &clips[i], &wav);
        rounded += wav.rounded;
        size_t bytes = wav.count * sizeof *wav.samples;
        if (bytes > FRAME_MAX - 8192)
            die(shown(clips[i].path),
                "%zu samples, expected at most %d: a row must fit into 64 MiB", wav.count,
                (FRAME_MAX - 8192) / 2);
        if (is_full(&b, bytes))
            flush(out, &b, false);
        add(&b, row_name(&clips[i]), &wav);
    }
    flush(out, &b, true);
    if (rounded > 0)
        warn(NULL, "%zu of %zu recordings have more than 16 bits, rounded to 16", rounded, count);
    free(b.rows);
    free(b.names);
}
