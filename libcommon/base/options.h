/* The command line: a filter declares its options in one table, a row an option. From it come
 * parsing, which options go together, the usage text and what shells complete. */
#ifndef WAVEFILL_BASE_OPTIONS_H
#define WAVEFILL_BASE_OPTIONS_H

#include "base/msg.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct options_row;

/* Reads the argument of an option, NULL where it takes none, into its target, or ends the
 * program with options_refuse. */
typedef void options_take(const struct options_row *row, const char *arg, void *to);

struct options_row {
    char letter;          /* '\0': none */
    const char *name;     /* the long name; NULL ends a table */
    const char *argument; /* its name in the usage text; NULL: the option takes none */
    options_take *take;   /* one of those below, or the filter's own; NULL: one of OPTIONS_COMMON */
    size_t to;            /* the target's offset in the struct that options_parse fills */
    const char *help;
    const char *alias; /* another long name that is accepted */
    uint64_t min, max; /* of options_uint; max of options_numbers too */
    /* The arguments that it knows, separated by commas: all of options_word, some of others. */
    const char *words;
    /* Other options, separated by commas, as `name` or `name=argument`: it goes with one of
     * `needs` at least, and with none of `excludes`. */
    const char *needs, *excludes;
    bool adds; /* may be given more than once */
};

struct options_table {
    const char *synopsis; /* the usage text's first line after the filter's name */
    const char *about;    /* what the filter does */
    const struct options_row *rows;
};

/* Kinds of options, and the types of their targets. */
options_take options_flag;     /* bool */
options_take options_uint;     /* uint64_t, from min to max */
options_take options_position; /* struct num_pos */
options_take options_span;     /* struct num_span */
options_take options_spans;    /* struct num_spans, owned */
options_take options_word; /* int: the place among words of the argument or, without, of its name */
options_take options_numbers; /* struct num_list, up to max; adds to it */
options_take options_name;    /* struct str_list, owned: adds the argument */
options_take options_names;   /* struct str_list, owned: adds names that commas separate */
options_take options_input;   /* const char *: a file; - is standard input */
options_take options_output;  /* const char *: a file; NULL for -, standard output */
options_take options_file;    /* const char *: a file to write; not - */

/* Rows of every table, the second one at its end. For the first the struct has a
 * `const char *output`, NULL for standard output. */
/* clang-format off */
#define OPTIONS_OUTPUT \
    {'o', "output", "FILE", options_output, offsetof(struct options, output), \
     .help = "write to FILE, whole or not at all (default: stdout)"}
#define OPTIONS_COMMON \
    {'q', "quiet", .help = "no warnings"}, {'h', "help", .help = "this text"}, \
    {'V', "version", .help = "the version"}, {.name = NULL}
/* clang-format on */

/* Fills `options`, the struct that the offsets are of, from the command line. --help and --version
 * print and end the program with 0, a wrong command line ends it with 2. Returns the
 * operands, which have moved to the end of argv; *argc becomes their number. */
char **options_parse(const struct options_table *table, int *argc, char **argv, void *options);

/* --option: 'arg', expected FMT. */
_Noreturn void options_refuse(const struct options_row *row, const char *arg, const char *fmt, ...)
    MSG_PRINTF(3, 4);

#endif
