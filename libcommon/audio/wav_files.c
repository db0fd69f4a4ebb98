#include "audio/wav_files.h"

#include "base/mem.h"
#include "base/msg.h"
#include "base/name_index.h"
#include "base/output.h"
#include "base/whole_file.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* The row put last. The first waits until it is known whether there is a second: the only row can
 * be a single file. */
struct row {
    char *bytes, *source;
    struct str name;
    size_t size, row;
};

struct wav_files {
    const char *path;
    struct output *out; /* where one row goes; NULL: to a directory, or not known yet */
    size_t rows;
    struct row last;
    struct name_index names; /* of the files written */
    char **all;              /* the same, to free */
    size_t count;
};

static bool ends_in_slash(const char *path)
{
    size_t n = strlen(path);
    return n > 0 && path[n - 1] == '/';
}

struct wav_files *wav_files_open(const char *path)
{
    struct wav_files *dir = mem_zero(1, sizeof *dir);
    struct stat st;
    dir->path = path;
    if (path == NULL || (!ends_in_slash(path) && stat(path, &st) == 0 && !S_ISDIR(st.st_mode)))
        dir->out = output_open(path);
    return dir;
}

/* A name that stays in its directory. */
static bool is_file_name(struct str name)
{
    return name.n > 0 && name.n <= 250 && memchr(name.p, '/', name.n) == NULL &&
           memchr(name.p, '\0', name.n) == NULL;
}

static char *file_name(const char *source, struct str name, size_t row)
{
    char *file = mem_array(1, 300);
    if (name.n == 0) {
        snprintf(file, 300, "row%zu.wav", row);
        return file;
    }
    if (!is_file_name(name)) {
        char text[300];
        die(source,
            "row %zu is called '%s', expected a name fit for a file: at most 250 bytes, no slash, "
            "no NUL",
            row, msg_text(name.p, name.n, text, sizeof text));
    }
    snprintf(file, 300, "%.*s.wav", (int)name.n, name.p);
    return file;
}

static void remember(struct wav_files *dir, const char *source, char *file, size_t row)
{
    struct str name = {file, strlen(file)};
    if (name_index_find(&dir->names, name) != SIZE_MAX)
        die(source, "row %zu has the name of a row before, %s, expected each name once", row, file);
    dir->all = mem_grow(dir->all, dir->count + 1, sizeof *dir->all);
    dir->all[dir->count] = file;
    name_index_add(&dir->names, name, dir->count++);
}

static void put_into_directory(struct wav_files *dir)
{
    const struct row *w = &dir->last;
    char *file = file_name(w->source, w->name, w->row);
    remember(dir, w->source, file, w->row);
    size_t length = strlen(dir->path) + strlen(file) + 2;
    char *path = mem_array(1, length);
    snprintf(path, length, "%s%s%s", dir->path, ends_in_slash(dir->path) ? "" : "/", file);
    struct output *out = output_file_in_directory(path);
    output_write(out, w->bytes, w->size);
    output_close(out);
    free(path);
}

/* Who names a file and has several rows has more of them than meant. */
static void make_directory(const char *path)
{
    size_t n = strlen(path);
    if (n >= 4 && strcasecmp(path + n - 4, ".wav") == 0 && !whole_file_is_directory(path))
        die(path, "a file's name, expected a directory for several rows, such as %s/", path);
    if (mkdir(path, 0777) != 0 && (errno != EEXIST || !whole_file_is_directory(path)))
        die_errno(path, "cannot be made a directory for several rows");
}

static void free_row(struct row *w)
{
    free(w->bytes);
    free(w->source);
    free((void *)(uintptr_t)w->name.p);
}

void wav_files_put(struct wav_files *dir, const char *source, struct str name, size_t row,
                   char *bytes, size_t size)
{
    dir->rows++;
    if (dir->rows > 1 && dir->path == NULL)
        die("stdout", "several rows, expected one, or -o with a directory for them");
    if (dir->rows > 1 && dir->out != NULL)
        die(dir->path, "a file, expected a directory for several rows");
    if (dir->rows == 2) {
        make_directory(dir->path);
        put_into_directory(dir);
    }
    free_row(&dir->last);
    char *copy = mem_array(name.n, 1);
    if (name.n > 0)
        memcpy(copy, name.p, name.n);
    dir->last = (struct row){bytes, mem_string(source), {copy, name.n}, size, row};
    if (dir->rows > 1)
        put_into_directory(dir);
}

static void put_only_one(struct wav_files *dir)
{
    struct output *out = dir->out != NULL ? dir->out : output_file(dir->path);
    output_write(out, dir->last.bytes, dir->last.size);
    output_close(out);
}

void wav_files_close(struct wav_files *dir)
{
    bool to_directory =
        dir->path != NULL && (ends_in_slash(dir->path) || whole_file_is_directory(dir->path));
    if (dir->rows == 1 && to_directory) {
        make_directory(dir->path);
        put_into_directory(dir);
    } else if (dir->rows == 1) {
        put_only_one(dir);
    }
    free_row(&dir->last);
    name_index_free(&dir->names);
    for (size_t i = 0; i < dir->count; i++)
        free(dir->all[i]);
    free(dir->all);
    free(dir);
}
