/* Bytes out: standard output or a file, every write and the close checked.
 * A failure ends the program with a message, and no partial file stays. */
#ifndef WAVEFILL_BASE_OUTPUT_H
#define WAVEFILL_BASE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

struct output;

/* The file path, which appears, or replaces what is there, whole or not at all: until output_close
 * the new file has no name (O_TMPFILE), and nothing is left of it however the program ends. On a
 * file system without such files it has a temporary name, which goes at the program's end and at
 * signals, but not at SIGKILL. The new file has the permissions of the old one without set-id
 * bits, and its owner and group as far as that is allowed. A pipe, a device or another name of a
 * descriptor (/dev/stdout, /dev/fd/N) is written directly. Ends the program where the file may not
 * be written, or is another output; where it is written directly, also where it is an input
 * (input.h). */
struct output *output_file(const char *path);

/* The same for a name that comes from a stream: no link is followed, and the program ends where
 * there is anything but a regular file. */
struct output *output_file_in_directory(const char *path);

/* The file path as output_file, or standard output where it is NULL: for binary data, which is
 * refused where that is a terminal, for text. Refuses a standard output that is an input. */
struct output *output_open(const char *path);
struct output *output_open_text(const char *path);

/* The name for messages. */
const char *output_name(const struct output *out);

/* Holds the first OUTPUT_HOLD bytes back until more arrive or the close, so that a filter that
 * fails early has written nothing. */
#ifndef OUTPUT_HOLD_SIZE
#define OUTPUT_HOLD_SIZE (1 << 20) /* fuzzing sets less */
#endif
enum { OUTPUT_HOLD = OUTPUT_HOLD_SIZE };
void output_write(struct output *out, const void *data, size_t size);

/* From here on, see(to, ...) is given all that is written; NULL: no longer. */
void output_watch(struct output *out, void (*see)(void *to, const void *data, size_t size),
                  void *to);

/* A reader of this output that goes, such as head, ends the program with success. */
void output_may_close(struct output *out);

/* Writes what is held back, puts the file in place and frees. */
void output_close(struct output *out);

/* Closes two, other may be NULL; neither appears where the other cannot be written. */
void output_close_both(struct output *out, struct output *other);

#endif
