/* The command line: a filter declares its options in one table, a row an option. From it come
 * parsing, which options go together, the usage text and what shells complete. */
#ifndef WAVEFILL_BASE_OPTIONS_H
#define WAVEFILL_BASE_OPTIONS_H

#include "base/msg.h"
#include "base/options_table.h"

/* Fills `options`, the struct that the offsets are of, from the command line. --help and --version
 * print and end the program with 0, a wrong command line ends it with 2. Returns the
 * operands, which have moved to the end of argv; *argc becomes their number. */
char **options_parse(const struct options_table *table, int *argc, char **argv, void *options);

/* --option: 'arg', expected FMT. */
_Noreturn void options_refuse(const struct options_row *row, const char *arg, const char *fmt, ...)
    MSG_PRINTF(3, 4);

#endif
