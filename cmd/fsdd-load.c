/* fsdd-load: recordings in, one ragged matrix of int16 out, a row a recording.
 *
 * Directories are searched for {digit}_{speaker}_{take}.EXT; files named outright
 * may have any name. Rows are ordered by digit, speaker and take. */
#include "audio/load.h"
#include "audio/recording.h"
#include "audio/wav.h"
#include "base/msg.h"
#include "base/num.h"
#include "base/options.h"
#include "base/output.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

struct options {
    struct recording_filter filter;
    const char *files0, *output;
};

static void take_formats(const struct options_row *row, const char *arg, void *to)
{
    struct str item;
    for (const char *list = arg; str_next_item(&list, &item);) {
        char name[32];
        snprintf(name, sizeof name, "%.*s", item.n < sizeof name ? (int)item.n : 0, item.p);
        if (strcasecmp(name, "all") != 0 && !wav_known_type(name))
            options_refuse(row, arg,
                           "names of libsox's file formats, separated by commas, or all (ffmpeg "
                           "converts others)");
        str_list_add(to, item);
    }
}

enum { NUMBER_MAX = 999999999 };

static const struct options_row options[] = {
    {'d', "digits", "LIST", options_numbers, offsetof(struct options, filter.digits),
     .max = NUMBER_MAX, .adds = true,
     .help = "only these digits from DIRs, such as 0 or 0,3-5 (default: all)"},
    {'s', "speakers", "LIST", options_names, offsetof(struct options, filter.speakers),
     .adds = true, .help = "only these speakers from DIRs, separated by commas (default: all)"},
    {'t', "takes", "LIST", options_numbers, offsetof(struct options, filter.takes),
     .max = NUMBER_MAX, .adds = true,
     .help = "only these takes from DIRs, such as 0-4 (default: all)"},
    {'F', "formats", "LIST", take_formats, offsetof(struct options, filter.formats), .adds = true,
     .words = "all",
     .help = "formats to take in addition to wav: libsox's names, separated by commas, such as "
             "flac,ogg, or all"},
    {0, "files0-from", "F", options_input, offsetof(struct options, files0),
     .help = "also load the files that F names, each name ended by NUL (- is stdin)"},
    OPTIONS_OUTPUT,
    OPTIONS_COMMON};

static const struct options_table table = {
    "[OPTION]... [DIR|FILE]...",
    "Read recordings and write them as one matrix of 16-bit samples, one row a clip.\n"
    "\n"
    "From a DIR it takes the files {digit}_{speaker}_{take}.EXT; a FILE may have any name (- is a "
    "WAV file on standard input). Rows are sorted by digit, speaker and take.",
    options};

int main(int argc, char **argv)
{
    msg_init(argv[0]);
    struct options o = {.files0 = NULL};
    char **files = options_parse(&table, &argc, argv, &o);
    if (argc == 0 && o.files0 == NULL)
        die_usage("no recordings named, expected directories or files, or - for standard input");
    struct recording_list list = {NULL, 0, 0};
    for (int i = 0; i < argc; i++)
        recording_add(&list, &o.filter, files[i]);
    if (o.files0 != NULL)
        recording_add_files0(&list, &o.filter, o.files0);

    recording_sort(&list);

    struct output *out = output_open(o.output);
    load_recordings(out, list.items, list.count);
    output_close(out);

    recording_free(&list);
    free(o.filter.digits.ranges);
    free(o.filter.takes.ranges);
    free(o.filter.speakers.items);
    free(o.filter.formats.items);
    return EXIT_SUCCESS;
}
