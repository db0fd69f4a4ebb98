/* Where WAV files go: standard output, one file, or a directory of files named by
 * row. Errors end the program with a message. */
#ifndef WAVEFILL_AUDIO_WAV_FILES_H
#define WAVEFILL_AUDIO_WAV_FILES_H

#include "stream/array.h"

#include <stdbool.h>
#include <stddef.h>

struct wavdir;

/* path: what the user named; NULL is standard output. */
struct wavdir *wavdir_open(const char *path);

/* Takes one row's file, whose bytes it frees; the directory is made where one is needed. name:
 * the row's, or empty; source: where it comes from, for messages. In a directory a name must be
 * fit for a file and not come twice. */
void wavdir_put(struct wavdir *dir, const char *source, struct str name, size_t row, char *bytes,
                size_t size);

/* Ends the output: with one row only, that is written now. */
void wavdir_close(struct wavdir *dir);

#endif
