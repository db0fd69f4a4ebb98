/* The files that a filter reads, known before it opens those that it writes. */
#ifndef WAVEFILL_BASE_INPUT_H
#define WAVEFILL_BASE_INPUT_H

#include <sys/stat.h>

/* Notes a file to read, "-" being standard input; path must stay. Neither standard input nor a
 * pipe can be read twice. */
void input_note(const char *path);

/* The same for what is known to be a file. */
void input_note_file(const char *path);

/* Notes operands, and standard input where there are fewer than `least`. */
void input_note_all(char *const paths[], int count, int least);

/* Opens an input, which "-" is open. Ends the program where that fails, and for a directory, with
 * what is expected instead. */
int input_open(const char *path, const char *expected);

/* The input that is this file, by its name for messages; NULL: none is. */
const char *input_find(const struct stat *file);

#endif
