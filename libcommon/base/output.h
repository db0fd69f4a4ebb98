/* Bytes out: standard output or a file, every write and the close checked.
 * A failure ends the program with a message, and no partial file stays. */
#ifndef WAVEFILL_BASE_OUTPUT_H
#define WAVEFILL_BASE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

struct output;

/* Standard output for binary data; refuses a terminal. */
struct output *output_stdout(void);

/* Standard output for text. */
struct output *output_stdout_text(void);

/* The file path, written under a temporary name beside it and renamed by
 * output_close; until then what stood there stays, and it goes away when the
 * program ends early, by a signal too, but SIGKILL, SIGPOLL, real-time signals and
 * those of a fault. The new file has the permissions of the old one without set-id bits,
 * and its owner and group as far as that is allowed. What is there and is not a regular
 * file (a pipe, a device) is written directly, and so is what is another name of a
 * descriptor (/dev/stdout, /dev/fd/N). Ends the program where what is there may not be
 * written. */
struct output *output_file(const char *path);

/* The same for a name that comes out of a stream: it is in the directory that path says,
 * and the program ends if there is anything but a regular file, a link too. */
struct output *output_file_in_directory(const char *path);

/* The file path as output_file, or standard output where it is NULL: for binary data, for text. */
struct output *output_open(const char *path);
struct output *output_open_text(const char *path);

/* Whether path is the file or pipe that standard output goes to; devices do not count. */
bool output_is_stdout(const char *path);

/* The name for messages. */
const char *output_name(const struct output *out);

/* The first OUTPUT_HOLD bytes are held back until more arrive or the close,
 * so that a filter that fails early on has written nothing. */
#ifndef OUTPUT_HOLD_SIZE
#define OUTPUT_HOLD_SIZE (1 << 20) /* fuzzing sets less */
#endif
enum { OUTPUT_HOLD = OUTPUT_HOLD_SIZE };
void output_write(struct output *out, const void *data, size_t size);

/* Writes what is held back and closes the file, all that can fail for want of room; a
 * temporary name stays until output_close. */
void output_finish(struct output *out);

/* Finishes, renames and frees. */
void output_close(struct output *out);

#endif
