/* Where symbolic links lead. Running out of memory ends the program. */
#ifndef WAVEFILL_BASE_SYMLINK_H
#define WAVEFILL_BASE_SYMLINK_H

/* The file that path leads to, through links or none, which need not be there yet; the caller
 * frees. NULL: errno says why it cannot be known. */
char *symlink_end(const char *path);

/* The descriptor of this process that path is another name of, as /dev/stdout and /dev/fd/N are;
 * -1 if it is a file like others. */
int symlink_descriptor(const char *path);

#endif
