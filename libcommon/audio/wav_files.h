/* Where WAV files go: standard output, one file, or a directory of files named by
 * row. Errors end the program with a message. */
#ifndef WAVEFILL_AUDIO_WAV_FILES_H
#define WAVEFILL_AUDIO_WAV_FILES_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct wav_files;

/* path: what the user named; NULL is standard output. */
struct wav_files *wav_files_open(const char *path);

/* Takes one row's file, whose bytes it frees; the directory is made where one is needed. name:
 * the row's, or empty; source: where it comes from, for messages. In a directory a name must be
 * fit for a file and not come twice. */
void wav_files_put(struct wav_files *dir, const char *source, struct str name, size_t row,
                   char *bytes, size_t size);

/* Ends the output: with one row only, that is written now. */
void wav_files_close(struct wav_files *dir);

#endif
