/* What a table of options says to people and to shells; each prints to standard output and ends
 * the program with 0. */
#ifndef WAVEFILL_BASE_USAGE_H
#define WAVEFILL_BASE_USAGE_H

#include "base/options_table.h"

/* The usage text, in lines of at most 79 columns. */
_Noreturn void usage_print(const struct options_table *table);

/* A line an option, for the shells that complete it: its letter or -; its long name; - where it
 * takes no argument, FILE where that is a file, the words it can be, separated by commas, else
 * ANY; and its help; all separated by tabs. */
_Noreturn void usage_complete(const struct options_table *table);

_Noreturn void usage_version(void);

#endif
