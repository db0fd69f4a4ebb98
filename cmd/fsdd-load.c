/* fsdd-load: recordings in, one ragged matrix of int16 out, a row a clip.
 *
 * Directories are searched for {digit}_{speaker}_{take}.EXT; files named outright
 * may have any name. Rows are ordered by digit, speaker and take. */
#include "audio/load.h"
#include "audio/recording.h"
#include "audio/sandbox.h"
#include "audio/wav.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "base/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

    struct recording_filter filter = {o.digits, o.takes, o.speakers, o.formats};
    struct recording_list list = {NULL, 0, 0};
    for (int i = optind; i < argc; i++)
        recording_add(&list, &filter, argv[i]);
    if (o.files0 != NULL)
        recording_add_files0(&list, &filter, o.files0);

    recording_sort(&list);
    load_recordings(out, list.items, list.count);
    output_close(out);

    recording_free(&list);
    num_list_free(&o.digits);
    num_list_free(&o.takes);
    free(o.speakers);
    free(o.formats);
    return EXIT_SUCCESS;
}
