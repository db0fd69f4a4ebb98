#define _DEFAULT_SOURCE /* d_type's values */
#include "audio/recording.h"

#include "audio/wav.h"
#include "base/fd.h"
#include "base/input.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/path.h"
#include "base/whole_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static bool has(const struct str_list *list, struct str text,
                int (*equal)(const char *, const char *, size_t))
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].n == text.n && equal(list->items[i].p, text.p, text.n) == 0)
            return true;
    return false;
}

/* Whether files with this extension are read as the format of that name. */
static bool takes_format(const struct recording_filter *filter, const char *extension)
{
    struct str name = {extension, strlen(extension)};
    return strcasecmp(extension, "wav") == 0 || has(&filter->formats, name, strncasecmp) ||
           (has(&filter->formats, (struct str){"all", 3}, strncasecmp) &&
            wav_known_type(extension));
}

static bool selects(const struct recording_filter *filter, const struct fsdd_name *name)
{
    return (filter->digits.count == 0 || num_list_has(&filter->digits, name->digit)) &&
           (filter->takes.count == 0 || num_list_has(&filter->takes, name->take)) &&
           (filter->speakers.count == 0 || has(&filter->speakers, name->speaker, strncmp));
}

/* Takes ownership of path. A file without an extension that is taken counts as WAV. found: in a
 * directory. */
static void add(struct recording_list *list, const struct recording_filter *filter, char *path,
                bool found)
{
    if (list->count == list->capacity) {
        list->capacity = 2 * list->capacity + 64;
        list->items = mem_grow(list->items, list->capacity, sizeof *list->items);
    }
    struct recording *r = &list->items[list->count];
    r->path = path;
    r->found = found;
    r->descriptor = fd_is_dash(path) ? STDIN_FILENO : -1;
    (found ? input_note_file : input_note)(path);
    r->order = list->count++;
    r->is_fsdd = fsdd_parse(path, &r->name);
    r->type = takes_format(filter, r->name.extension) ? r->name.extension : "wav";
}

/* A pipe that a directory happens to hold may have no writer, and to open it would wait without a
 * word; nor is a device opened unasked. Who wants one names it. */
static void check_found(const struct dirent *entry, const char *path)
{
    struct stat st;
#ifdef DT_REG
    if (entry->d_type == DT_REG)
        return;
#endif
    (void)entry;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
        die(path, "a pipe, a socket or a device, expected a file; to read one, name it");
}

static void add_entry(struct recording_list *list, const struct recording_filter *filter,
                      const char *dir, const struct dirent *entry)
{
    struct fsdd_name name;
    if (!fsdd_parse(entry->d_name, &name) || !takes_format(filter, name.extension) ||
        !selects(filter, &name))
        return;
    size_t size = strlen(dir) + strlen(entry->d_name) + 2;
    char *path = mem_array(1, size);
    snprintf(path, size, "%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", entry->d_name);
    check_found(entry, path);
    add(list, filter, path, true);
}

/* What a directory has in which nothing is taken. */
struct left {
    size_t others;   /* recordings that only the filter leaves out */
    char format[16]; /* of files with such names; empty: of none */
    char named[16];  /* of audio files with other names, one that is taken first */
    bool is_taken;   /* that format */
    bool folders;
};

static void note_left(struct left *left, const struct recording_filter *filter,
                      const struct dirent *entry)
{
    struct fsdd_name name;
    bool is_fsdd = fsdd_parse(entry->d_name, &name);
    bool is_taken = takes_format(filter, name.extension);
#ifdef DT_DIR
    left->folders |= entry->d_type == DT_DIR && entry->d_name[0] != '.';
#endif
    left->others += is_fsdd && is_taken;
    if (left->is_taken || !wav_known_type(name.extension))
        return;
    snprintf(is_fsdd ? left->format : left->named, sizeof left->format, "%s", name.extension);
    left->is_taken = !is_fsdd && is_taken;
}

static _Noreturn void refuse_left(const char *dir, const struct left *left)
{
    if (left->others > 0)
        die(dir,
            "%zu recording%s of other digits, speakers or takes, expected some of those asked for",
            left->others, msg_plural(left->others));
    if (left->format[0] != '\0')
        die(dir, "no recordings in WAV format, expected some, or --formats=%s", left->format);
    if (left->named[0] != '\0')
        die(dir,
            "no recordings, expected names such as 0_jackson_7.wav; to load others, name the "
            "files, as %s%s%sDIR/*.%s does",
            left->is_taken ? "" : "--formats=", left->is_taken ? "" : left->named,
            left->is_taken ? "" : " ", left->named);
    die(dir, "no recordings, expected names such as 0_jackson_7.wav%s",
        left->folders ? "; to load from its folders: find DIR -name '*.wav' -print0 | fsdd-load "
                        "--files0-from=-"
                      : "");
}

static void search(struct recording_list *list, const struct recording_filter *filter,
                   const char *dir)
{
    DIR *d = opendir(dir);
    if (d == NULL)
        die_errno(dir, "cannot be read");
    size_t before = list->count;
    struct left left = {.others = 0};
    struct dirent *entry;
    while (errno = 0, (entry = readdir(d)) != NULL)
        add_entry(list, filter, dir, entry);
    if (errno != 0)
        die_errno(dir, "cannot be read");
    if (list->count == before) {
        for (rewinddir(d); (entry = readdir(d)) != NULL;)
            note_left(&left, filter, entry);
        refuse_left(dir, &left);
    }
    closedir(d);
}

/* A file that is named may be one of this process's descriptors, which must be open. */
static void add_named(struct recording_list *list, const struct recording_filter *filter,
                      const char *path)
{
    add(list, filter, mem_string(path), false);
    struct recording *r = &list->items[list->count - 1];
    if (r->descriptor < 0)
        r->descriptor = path_descriptor(path);
    if (r->descriptor >= 0 && isatty(r->descriptor))
        die(fd_shown(path), "a terminal, expected a recording from a pipe or a file");
    if (r->descriptor >= 0 && fcntl(r->descriptor, F_GETFD) < 0)
        die_errno(path, "cannot be opened");
}

void recording_add(struct recording_list *list, const struct recording_filter *filter,
                   const char *path)
{
    if (!fd_is_dash(path) && whole_file_is_directory(path))
        search(list, filter, path);
    else
        add_named(list, filter, path);
}

void recording_add_files0(struct recording_list *list, const struct recording_filter *filter,
                          const char *names)
{
    const char *shown = fd_shown(names);
    FILE *file = fd_is_dash(names) ? stdin : fopen(names, "r");
    char *name = NULL;
    size_t room = 0;
    ssize_t n;
    if (file == NULL)
        die_errno(shown, "cannot be opened");
    if (!fd_is_dash(names) && whole_file_is_directory(names))
        die(names, "a directory, expected a file");
    input_note(names);
    while (errno = 0, (n = getdelim(&name, &room, '\0', file)) > 0) {
        if (name[n - 1] != '\0')
            die(shown, "a last name without a NUL after it, expected NUL-terminated names");
        if (n == 1)
            die(shown, "an empty name, expected NUL-terminated names");
        recording_add(list, filter, name);
    }
    if (!feof(file))
        die_errno(shown, "read failed");
    free(name);
    if (file != stdin)
        fclose(file);
    if (list->count == 0)
        die(shown, "no names in it, expected at least one");
}

static int compare(const void *x, const void *y)
{
    const struct recording *a = x;
    const struct recording *b = y;
    if (a->is_fsdd != b->is_fsdd)
        return a->is_fsdd ? -1 : 1;
    int by_name = a->is_fsdd ? fsdd_compare(&a->name, &b->name) : 0;
    if (by_name == 0 && a->is_fsdd)
        by_name = strcmp(a->name.stem.p, b->name.stem.p); /* 0_a_1.flac, 0_a_1.wav, 00_a_1.wav */
    return by_name != 0 ? by_name : (a->order > b->order) - (a->order < b->order);
}

void recording_sort(struct recording_list *list)
{
    qsort(list->items, list->count, sizeof *list->items, compare);
}

void recording_free(struct recording_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].path);
    free(list->items);
}
