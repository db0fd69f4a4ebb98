/* The command line: what every filter does in the same way. */
#ifndef WAVEFILL_BASE_OPTIONS_H
#define WAVEFILL_BASE_OPTIONS_H

#include "base/num.h"

#include <getopt.h>
#include <stdint.h>

/* The options that every filter has; ends a table of long options. */
#define OPT_COMMON                                                                                 \
    {"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'V'},                         \
        {"quiet", no_argument, NULL, 'q'}, {"output", required_argument, NULL, 'o'},               \
    {                                                                                              \
        NULL, 0, NULL, 0                                                                           \
    }

/* Codes from here on are free for options without a letter. */
enum { OPT_LONG = 256 };

/* The next option that is the filter's own, or -1. --help and --version print
 * (usage, version) and end with 0, --quiet is done here, a wrong option ends
 * with 2. own: getopt letters of the filter's own options. */
int opt_next(int argc, char **argv, const char *own, const struct option *options,
             const char *usage);

/* The file that -o names for what would go to standard output; NULL: none, or "-". To be
 * asked after the last opt_next. */
const char *opt_output(void);

/* note: makes a second line for --version; to be set before opt_next. */
void opt_version_note(const char *(*note)(void));

/* The argument of an option as a number of 0 to max, or usage error. */
uint64_t opt_uint(const char *option, const char *arg, uint64_t max);

/* The argument of an option as columns A:B, or usage error. */
struct num_span opt_span(const char *option, const char *arg);

/* Which of the NULL-terminated words arg is (its index), or usage error. */
int opt_word(const char *option, const char *arg, const char *const words[]);

#endif
