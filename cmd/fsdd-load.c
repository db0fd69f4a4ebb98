/* fsdd-load: recordings in, one ragged matrix of int16 out, a row a clip.
 *
 * Directories are searched for {digit}_{speaker}_{take}.EXT; files named outright
 * may have any name. Rows are ordered by digit, speaker and take. */
#define _DEFAULT_SOURCE /* d_type's values */
#include "audio/recording.h"
#include "base/whole_file.h"
#include "audio/fsdd.h"
#include "audio/load.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "base/options.h"
#include "audio/sandbox.h"
#include "audio/wav.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
    "Usage: fsdd-load [OPTION]... [DIR|FILE]...\n"
    "Read recordings, write them as one ragged matrix (int16), a row a clip.\n"
    "\n"
    "A DIR is searched for {digit}_{speaker}_{take}.EXT; a FILE may have any name (-\n"
    "is a WAV file on standard input). Rows come by digit, speaker and take.\n"
    "\n"
    "  -d, --digits=LIST     only these digits from DIRs, such as 0 or 0,3-5 (all)\n"
    "  -s, --speakers=LIST   only these speakers from DIRs, separated by commas\n"
    "                        (all)\n"
    "  -t, --takes=LIST      only these takes from DIRs, such as 0-4 (all)\n"
    "  -F, --formats=LIST    formats to take besides wav, separated by commas, as\n"
    "                        libsox calls them, such as flac,ogg; or all\n"
    "      --files0-from=F   also read the NUL-terminated names in F (- is stdin)\n"
    "  -o, --output=FILE     write to FILE, in place only when it is whole\n"
    "  -q, --quiet           no warnings\n"
    "  -h, --help            this text\n"
    "  -V, --version         the version\n";

struct options {
    struct num_list digits, takes;
    char *speakers; /* owned; NULL: all */
    char *formats;  /* owned; NULL: wav alone */
    const char *files0;
};

struct list {
    struct recording *clips;
    size_t count, capacity;
};

/* Whether text is one of the comma-separated words, as compare takes them. */
static bool has_word(const char *words, struct str text,
                     int (*compare)(const char *, const char *, size_t))
{
    while (words != NULL) {
        size_t n = strcspn(words, ",");
        if (n == text.n && compare(words, text.p, n) == 0)
            return true;
        words = words[n] == ',' ? words + n + 1 : NULL;
    }
    return false;
}

/* Whether files with this extension are read as what it says. */
static bool takes_format(const struct options *o, const char *extension)
{
    if (strcasecmp(extension, "wav") == 0)
        return true;
    return has_word(o->formats, (struct str){extension, strlen(extension)}, strncasecmp) ||
           (has_word(o->formats, (struct str){"all", 3}, strncasecmp) && wav_known_type(extension));
}

/* What has no such extension counts as WAV. */
static void add(struct list *list, const struct options *o, const char *path)
{
    if (list->count == list->capacity) {
        list->capacity = 2 * list->capacity + 64;
        list->clips = mem_grow(list->clips, list->capacity, sizeof *list->clips);
    }
    struct recording *clip = &list->clips[list->count];
    clip->path = mem_string(path);
    clip->order = list->count++;
    clip->is_fsdd = fsdd_parse(clip->path, &clip->name);
    clip->type = takes_format(o, clip->name.extension) ? clip->name.extension : "wav";
}

static bool selected(const struct options *o, const struct fsdd_name *name)
{
    return (o->digits.count == 0 || num_list_has(&o->digits, name->digit)) &&
           (o->takes.count == 0 || num_list_has(&o->takes, name->take)) &&
           (o->speakers == NULL || has_word(o->speakers, name->speaker, strncmp));
}

/* A pipe found by its name may have no writer, and would be waited for without a word: whoever
 * wants one names it. Neither is a device opened that happens to be there. */
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

static void search(struct list *list, const struct options *o, const char *dir)
{
    DIR *d = opendir(dir);
    if (d == NULL)
        die_errno(dir, "cannot be read");
    size_t before = list->count;
    size_t prefix = strlen(dir) + (dir[strlen(dir) - 1] == '/' ? 0 : 1);
    size_t others = 0;
    struct dirent *entry;
    while (errno = 0, (entry = readdir(d)) != NULL) {
        struct fsdd_name name;
        if (!fsdd_parse(entry->d_name, &name) || !takes_format(o, name.extension))
            continue;
        if (!selected(o, &name)) {
            others++;
            continue;
        }
        size_t size = strlen(entry->d_name) + 1;
        char *path = mem_array(1, prefix + size);
        memcpy(path, dir, prefix);
        path[prefix - 1] = '/';
        memcpy(path + prefix, entry->d_name, size);
        check_found(entry, path);
        add(list, o, path);
        free(path);
    }
    if (errno != 0)
        die_errno(dir, "cannot be read");
    closedir(d);
    if (list->count == before && others > 0)
        die(dir,
            "%zu recording%s of other digits, speakers or takes, expected some of those asked for",
            others, msg_plural(others));
    if (list->count == before)
        die(dir, "no recordings, expected names such as 0_jackson_7.wav");
}

static void add_path(struct list *list, const struct options *o, const char *path)
{
    if (path[0] == '\0')
        die_usage("an empty file name, expected a directory or a file");
    if (strcmp(path, "-") != 0 && whole_file_is_directory(path))
        search(list, o, path);
    else
        add(list, o, path);
}

static char *read_names(const char *path, size_t *size)
{
    int fd;
    size_t expected;
    struct whole_file_bytes bytes = {NULL, 0, 0};
    enum whole_file_status status = whole_file_open(path, &fd, &expected);
    if (status == WHOLE_FILE_OK) {
        status = whole_file_read(fd, expected, WHOLE_FILE_MAX, &bytes);
        whole_file_close(fd);
    }
    if (status != WHOLE_FILE_OK)
        whole_file_die(status, path, WHOLE_FILE_MAX, errno);
    *size = bytes.size;
    return bytes.p;
}

static void add_files0(struct list *list, const struct options *o)
{
    const char *name = whole_file_shown(o->files0);
    size_t size;
    char *names = read_names(o->files0, &size);
    if (size > 0 && names[size - 1] != '\0')
        die(name, "a last name without a NUL behind it, expected NUL-terminated names");
    for (size_t at = 0; at < size; at += strlen(names + at) + 1) {
        if (names[at] == '\0')
            die(name, "an empty name, expected NUL-terminated names");
        add_path(list, o, names + at);
    }
    free(names);
}

static void parse_list(const char *option, const char *arg, struct num_list *list)
{
    enum num_status status = num_parse_list(arg, 999999999, list);
    if (status == NUM_NOMEM)
        die(NULL, "out of memory");
    if (status == NUM_BAD)
        die_usage("%s: '%s', expected numbers up to 999999999 and ranges such as 0,3-5", option,
                  arg);
}

/* Lists add up, as those of numbers do. */
static void add_words(char **words, const char *arg)
{
    size_t before = *words != NULL ? strlen(*words) + 1 : 0;
    *words = mem_grow(*words, before + strlen(arg) + 1, 1);
    if (before > 0)
        (*words)[before - 1] = ',';
    memcpy(*words + before, arg, strlen(arg) + 1);
}

static void add_formats(struct options *o, const char *arg)
{
    for (const char *p = arg; p != NULL;) {
        char name[32];
        size_t n = strcspn(p, ",");
        snprintf(name, sizeof name, "%.*s", n < sizeof name ? (int)n : 0, p);
        if (strcasecmp(name, "all") != 0 && !wav_known_type(name))
            die_usage("--formats: '%s', expected names of libsox's file formats, separated by "
                      "commas, or all",
                      arg);
        p = p[n] == ',' ? p + n + 1 : NULL;
    }
    add_words(&o->formats, arg);
}

static struct options parse(int argc, char **argv)
{
    enum { FILES0 = OPT_LONG };
    static const struct option longs[] = {{"digits", required_argument, NULL, 'd'},
                                          {"speakers", required_argument, NULL, 's'},
                                          {"takes", required_argument, NULL, 't'},
                                          {"formats", required_argument, NULL, 'F'},
                                          {"files0-from", required_argument, NULL, FILES0},
                                          OPT_COMMON};
    struct options o = {{NULL, 0}, {NULL, 0}, NULL, NULL, NULL};
    int c;
    while ((c = opt_next(argc, argv, "d:s:t:F:", longs, usage)) != -1) {
        if (c == 'd')
            parse_list("--digits", optarg, &o.digits);
        else if (c == 't')
            parse_list("--takes", optarg, &o.takes);
        else if (c == 's' && optarg[0] == '\0')
            die_usage("--speakers: an empty name, expected names separated by commas");
        else if (c == 's')
            add_words(&o.speakers, optarg);
        else if (c == 'F')
            add_formats(&o, optarg);
        else
            o.files0 = optarg;
    }
    if (optind == argc && o.files0 == NULL)
        die_usage("no recordings named, expected a directory or files");
    return o;
}

int main(int argc, char **argv)
{
    msg_init(argv[0]);
    opt_version_note(sandbox_note);
    struct options o = parse(argc, argv);
    struct output *out = output_open(opt_output());

    struct list list = {NULL, 0, 0};
    for (int i = optind; i < argc; i++)
        add_path(&list, &o, argv[i]);
    if (o.files0 != NULL)
        add_files0(&list, &o);
    if (list.count == 0)
        die(whole_file_shown(o.files0), "no names in it, expected at least one");

    recording_sort(list.clips, list.count);
    load_recordings(out, list.clips, list.count);
    output_close(out);

    for (size_t i = 0; i < list.count; i++)
        free(list.clips[i].path);
    free(list.clips);
    num_list_free(&o.digits);
    num_list_free(&o.takes);
    free(o.speakers);
    free(o.formats);
    return EXIT_SUCCESS;
}
