/* Recordings on disk, and their way into a ragged matrix stream. Errors end the
 * program with a message that names the file. */
#ifndef WAVEFILL_CLIP_H
#define WAVEFILL_CLIP_H

#include "fsdd.h"
#include "output.h"

#include <stdbool.h>
#include <stddef.h>

/* A recording to load. */
struct clip {
    char *path; /* owned by whoever fills the list; "-" is standard input */
    struct fsdd_name name;
    bool is_fsdd; /* name is complete: sorts before those that are not */
    size_t order; /* among the latter, the order in which they were named */
};

/* By digit, speaker and take; then the other names in their order. */
void clip_sort(struct clip *clips, size_t count);

/* Decodes each and writes them all as one ragged matrix. They must be mono and
 * agree in sample rate. */
void clip_put_all(struct output *out, const struct clip *clips, size_t count);

/* Whether path is a directory; an error to look at it counts as no. */
bool clip_is_directory(const char *path);

/* The whole of a file, of at most max bytes, and a NUL behind it; the caller frees. */
enum { CLIP_FILE_MAX = 256 << 20 };
char *clip_read_file(const char *path, size_t max, size_t *size);

#endif
