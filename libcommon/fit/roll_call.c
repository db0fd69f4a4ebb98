#include "fit/roll_call.h"

#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "base/print.h"
#include "base/whole_file.h"
#include "math/row_digest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_value(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int by_digest(const void *x, const void *y)
{
    const struct shard *a = *(const struct shard *const *)x;
    const struct shard *b = *(const struct shard *const *)y;
    int order = a->has_digest - b->has_digest;
    order = order != 0 ? order : by_value(a->digest, b->digest);
    order = order != 0 ? order : by_value(a->rows, b->rows);
    return order != 0 ? order : (a > b) - (a < b);
}

static int by_name(const void *x, const void *y)
{
    const struct shard *a = *(const struct shard *const *)x;
    const struct shard *b = *(const struct shard *const *)y;
    int order = str_compare(a->name, b->name);
    return order != 0 ? order : by_digest(x, y);
}

/* The shards in an order; the caller frees. */
static const struct shard **sorted(const struct shards *shards,
                                   int (*order)(const void *, const void *))
{
    const struct shard **list = mem_array(shards->count, sizeof *list);
    for (size_t i = 0; i < shards->count; i++)
        list[i] = &shards->list[i];
    qsort(list, shards->count, sizeof *list, order);
    return list;
}

static const char *name_of(const struct shard *shard, char text[256])
{
    if (shard->name.n == 0)
        return "without a name";
    return msg_text(shard->name.p, shard->name.n, text, 256);
}

static _Noreturn void die_twice(const struct shard *first, const struct shard *second)
{
    char a[256], b[256], digest[SHARDS_DIGEST + 1];
    die(second->file,
        "shard %s has the %" PRIu64
        " row%s (digest %s) of shard %s of %s, expected each shard once "
        "(--allow-duplicates counts rows twice)",
        name_of(second, b), second->rows, msg_plural(second->rows), shards_digest(second, digest),
        name_of(first, a), first->file);
}

static _Noreturn void die_other_rows(const struct shard *first, const struct shard *second)
{
    char name[256], a[SHARDS_DIGEST + 1], b[SHARDS_DIGEST + 1];
    die(second->file,
        "shard %s of %" PRIu64 " row%s (digest %s), expected the %" PRIu64
        " (digest %s) that it has in %s (--shard gives another name, --allow-duplicates fits both)",
        name_of(second, name), second->rows, msg_plural(second->rows), shards_digest(second, b),
        first->rows, shards_digest(first, a), first->file);
}

/* Equal ones are neighbours in one of the two orders. Standard input is no name. */
static void refuse_duplicates(const struct shards *shards)
{
    const struct shard **list = sorted(shards, by_digest);
    for (size_t i = 1; i < shards->count; i++)
        if (list[i]->has_digest && list[i - 1]->has_digest &&
            list[i]->digest == list[i - 1]->digest && list[i]->rows == list[i - 1]->rows)
            die_twice(list[i - 1], list[i]);
    qsort(list, shards->count, sizeof *list, by_name);
    for (size_t i = 1; i < shards->count; i++) {
        const struct shard *a = list[i - 1];
        const struct shard *b = list[i];
        if (!str_equal(a->name, b->name) || str_is(a->name, "-") || a->name.n == 0)
            continue;
        if (a->rows == b->rows && !(a->has_digest && b->has_digest))
            die_twice(a < b ? a : b, a < b ? b : a);
        die_other_rows(a < b ? a : b, a < b ? b : a);
    }
    free(list);
}

/* A line of a list: name, or name, rows and digest. */
static void read_line(const char *file, size_t number, char *line, size_t n, struct shards *shards)
{
    char *tab = memchr(line, '\t', n);
    size_t name = tab != NULL ? (size_t)(tab - line) : n;
    char *rest = line + name + 1;
    struct shard *shard = shards_add(shards, (struct str){line, print_read_name(line, name)}, file);
    if (tab == NULL)
        return;
    char *second = memchr(rest, '\t', n - name - 1);
    if (second == NULL)
        die(file, "line %zu: 2 fields, expected a name, or name, rows and digest", number);
    *second = '\0';
    struct str digest = {second + 1, n - (size_t)(second + 1 - line)};
    if (!num_parse_uint(rest, INT64_MAX, &shard->rows) || shard->rows == 0)
        die(file, "line %zu: '%s', expected a number of rows", number, rest);
    shard->has_digest = !str_is(digest, "-");
    if (shard->has_digest && !shards_read_digest(digest, &shard->digest))
        die(file, "line %zu: '%.*s', expected a digest of %d hexadecimal digits, or -", number,
            digest.n < 80 ? (int)digest.n : 80, digest.p, SHARDS_DIGEST);
}

static void read_list(const char *file, struct shards *shards)
{
    struct whole_file_bytes bytes = {.p = NULL};
    int fd;
    size_t expected, number = 0;
    enum whole_file_status status = whole_file_open(file, &fd, &expected);
    if (status == WHOLE_FILE_OK)
        status = whole_file_read(fd, expected, WHOLE_FILE_MAX, &bytes);
    if (status != WHOLE_FILE_OK)
        whole_file_die(status, file, WHOLE_FILE_MAX, errno);
    whole_file_close(fd);
    char *end = bytes.p + bytes.size;
    for (char *line = bytes.p, *next; line < end; line = next + 1) {
        next = memchr(line, '\n', (size_t)(end - line));
        next = next != NULL ? next : end;
        number++;
        if (next > line && *line != '#')
            read_line(fd_shown(file), number, line, (size_t)(next - line), shards);
    }
    free(bytes.p);
}

/* The shard that a line stands for has the rows that the line says. */
static void compare(const struct shard *found, const struct shard *expected)
{
    char name[256], a[SHARDS_DIGEST + 1], b[SHARDS_DIGEST + 1];
    if (expected->rows != 0 && found->rows != expected->rows)
        die(found->file, "shard %s: %" PRIu64 " row%s, expected %" PRIu64 " as %s says",
            name_of(found, name), found->rows, msg_plural(found->rows), expected->rows,
            expected->file);
    if (expected->has_digest && !(found->has_digest && found->digest == expected->digest))
        die(found->file, "shard %s: digest %s, expected %s as %s says", name_of(found, name),
            shards_digest(found, a), shards_digest(expected, b), expected->file);
}

/* Shards to name in a message: the first of them, and how many. */
struct named {
    size_t count;
    char names[200];
};

static void name_shard(struct named *to, const struct shard *shard)
{
    enum { MOST = 3 };
    char text[256];
    size_t n = strlen(to->names);
    if (to->count++ < MOST)
        snprintf(to->names + n, sizeof to->names - n, "%s%.60s", n > 0 ? ", " : "",
                 name_of(shard, text));
    else if (to->count == MOST + 1)
        snprintf(to->names + n, sizeof to->names - n, ", ...");
}

static void check(const char *file, const struct shards *found, const struct shards *expected)
{
    const struct shard **f = sorted(found, by_name), **e = sorted(expected, by_name);
    struct named missing = {0}, more = {0};
    for (size_t i = 0, j = 0; i < found->count || j < expected->count;) {
        int order = i == found->count      ? 1
                    : j == expected->count ? -1
                                           : str_compare(f[i]->name, e[j]->name);
        if (order == 0)
            compare(f[i++], e[j++]);
        else if (order < 0)
            name_shard(&more, f[i++]);
        else
            name_shard(&missing, e[j++]);
    }
    free(f);
    free(e);
    if (missing.count > 0 && more.count > 0)
        die(file,
            "%zu of %zu shard%s missing (%s), and %zu that it does not list (%s), expected all "
            "that it lists and no other",
            missing.count, expected->count, msg_plural(expected->count), missing.names, more.count,
            more.names);
    if (missing.count > 0)
        die(file, "%zu of %zu shard%s missing (%s), expected all that it lists", missing.count,
            expected->count, msg_plural(expected->count), missing.names);
    if (more.count > 0)
        die(file, "%zu shard%s that it does not list (%s), expected no other", more.count,
            msg_plural(more.count), more.names);
}

/* A map has room for a list of this size, and for reduced rows beside it. */
static void refuse_too_many(const struct shards *shards)
{
    enum { MOST = 1 << 20, BYTES = 48 << 20 };
    size_t bytes = shards_size(shards);
    if (shards->count > MOST || bytes > BYTES)
        die(NULL, "%zu shards, %zu bytes with their names, expected up to %d and %d bytes",
            shards->count, bytes, MOST, BYTES);
}

void roll_call(const struct roll_call *roll, struct shards *shards, double weight)
{
    struct shards expected = {NULL, 0};
    for (size_t i = 0; weight != 1 && i < shards->count; i++)
        shards->list[i].digest = row_digest_weigh(shards->list[i].digest, weight);
    refuse_too_many(shards);
    if (!roll->duplicates)
        refuse_duplicates(shards);
    if (roll->expected == NULL)
        return;
    read_list(roll->expected, &expected);
    check(fd_shown(roll->expected), shards, &expected);
    shards_free(&expected);
}
