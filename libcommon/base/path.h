/* Names of files, and where they lead. Errors end the program with a message. */
#ifndef WAVEFILL_BASE_PATH_H
#define WAVEFILL_BASE_PATH_H

#include <stdbool.h>
#include <sys/stat.h>

/* The part of path up to its last slash, ./ if it has none; the caller frees. */
char *path_directory(const char *path);

bool path_is_same_file(const struct stat *a, const struct stat *b);

/* Whether both are one name in one directory. */
bool path_is_same_name(const char *path, const char *other);

/* The file that path leads to, through links or none, which need not be there yet; the caller
 * frees. *descriptor: the descriptor of this process that path is another name of, as /dev/stdout
 * and /dev/fd/N are; -1 if it is a file like others. */
char *path_end(const char *path, int *descriptor);

/* That descriptor, or -1, of a file to read. */
int path_descriptor(const char *path);

#endif
