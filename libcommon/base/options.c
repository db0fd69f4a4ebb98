#include "base/options.h"

#include "base/msg.h"
#include "base/output.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void print_and_exit(const char *text)
{
    struct output *out = output_stdout_text();
    output_write(out, text, strlen(text));
    output_close(out);
    exit(EXIT_SUCCESS);
}

static const char *(*version_note)(void);

void opt_version_note(const char *(*note)(void))
{
    version_note = note;
}

static _Noreturn void print_version(void)
{
    char text[512];
    snprintf(text, sizeof text, "%s (wavefill) %s\n%s%s", msg_tool(), WAVEFILL_VERSION,
             version_note != NULL ? version_note() : "", version_note != NULL ? "\n" : "");
    print_and_exit(text);
}

/* A long name that is none, or short for more than one. */
static _Noreturn void wrong_name(const char *arg, const struct option *options)
{
    size_t n = strcspn(arg, "=");
    const char *matches[2] = {NULL, NULL};
    for (; options->name != NULL && matches[1] == NULL; options++)
        if (n > 2 && strncmp(options->name, arg + 2, n - 2) == 0)
            matches[matches[0] != NULL] = options->name;
    if (matches[1] != NULL)
        die_usage("option %.*s is ambiguous, expected --%s or --%s", (int)n, arg, matches[0],
                  matches[1]);
    die_usage("unknown option %.*s", (int)n, arg);
}

static _Noreturn void wrong_option(char **argv, const struct option *options)
{
    /* getopt_long says which letter it does not know, or of which long option it does not
     * want the argument, and nothing of a long option that it does not know. */
    if (optopt == 0)
        wrong_name(argv[optind - 1], options);
    for (; options->name != NULL; options++)
        if (optopt == options->val)
            die_usage("option --%s takes no argument", options->name);
    /* A character of several bytes is looked at before it is stepped over. */
    const char *at = argv[optind] != NULL ? strchr(argv[optind], optopt) : NULL;
    size_t length = at != NULL ? utf8_length(at, strlen(at)) : 0;
    if (length > 1)
        die_usage("unknown option -%.*s", (int)length, at);
    die_usage("unknown option -%c", optopt);
}

static _Noreturn void missing_argument(char **argv, const struct option *options)
{
    bool is_long = strncmp(argv[optind - 1], "--", 2) == 0;
    for (; options->name != NULL; options++)
        if (optopt == options->val && is_long)
            die_usage("option --%s needs an argument", options->name);
    die_usage("option -%c needs an argument", optopt);
}

static const char *output_path;

const char *opt_output(void)
{
    return output_path;
}

static void take_output(const char *arg)
{
    if (arg[0] == '\0')
        die_usage("--output: an empty name, expected a file");
    output_path = strcmp(arg, "-") == 0 ? NULL : arg;
}

int opt_next(int argc, char **argv, const char *own, const struct option *options,
             const char *usage)
{
    char letters[64];
    snprintf(letters, sizeof letters, ":hVqo:%s", own);
    opterr = 0;
    for (;;) {
        int c = getopt_long(argc, argv, letters, options, NULL);
        if (c == 'h')
            print_and_exit(usage);
        else if (c == 'V')
            print_version();
        else if (c == 'q')
            msg_set_quiet(true);
        else if (c == 'o')
            take_output(optarg);
        else if (c == '?')
            wrong_option(argv, options);
        else if (c == ':')
            missing_argument(argv, options);
        else
            return c;
    }
}

uint64_t opt_uint(const char *option, const char *arg, uint64_t max)
{
    uint64_t value;
    if (!num_parse_uint(arg, max, &value))
        die_usage("%s: '%s', expected a number from 0 to %" PRIu64, option, arg, max);
    return value;
}

struct num_span opt_span(const char *option, const char *arg)
{
    struct num_span span;
    if (!num_parse_span(arg, &span))
        die_usage("%s: '%s', expected A:B, each an index, a fraction or a percentage", option, arg);
    if (!num_span_ordered(&span))
        die_usage("%s: '%s', expected A smaller than B", option, arg);
    return span;
}

int opt_word(const char *option, const char *arg, const char *const words[])
{
    char expected[128] = "";
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(arg, words[i]) == 0)
            return i;
        size_t used = strlen(expected);
        const char *glue = i == 0 ? "" : words[i + 1] != NULL ? ", " : " or ";
        snprintf(expected + used, sizeof expected - used, "%s%s", glue, words[i]);
    }
    die_usage("%s: '%s', expected %s", option, arg, expected);
}
