/* Recordings on disk: which there are, and their order. Errors end the program with a message. */
#ifndef WAVEFILL_AUDIO_RECORDING_H
#define WAVEFILL_AUDIO_RECORDING_H

#include "audio/fsdd.h"
#include "base/num.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* A recording to load. */
struct recording {
    char *path; /* owned by the list; "-" is standard input */
    struct fsdd_name name;
    const char *type; /* what libsox reads it as */
    bool found;       /* in a directory, not named */
    bool is_fsdd;     /* name is complete: sorts before those that are not */
    size_t order;     /* in which it was named or found */
    int descriptor;   /* of this process, that path is another name of; -1: of none */
};

/* Starts as zeroes. */
struct recording_list {
    struct recording *items;
    size_t count, capacity;
};

/* Which recordings of a directory are taken. An empty list does not choose. */
struct recording_filter {
    struct num_list digits, takes;
    struct str_list speakers;
    struct str_list formats; /* besides wav: libsox's names, or all */
};

/* Appends a file, or the recordings of a directory that the filter takes, in any order. A
 * directory without one is an error. The list keeps pointers into the filter. */
void recording_add(struct recording_list *list, const struct recording_filter *filter,
                   const char *path);

/* The same for each of the NUL-terminated names in the file names; "-" is standard input. */
void recording_add_files0(struct recording_list *list, const struct recording_filter *filter,
                          const char *names);

/* By digit, speaker and take; then the other names in their order. */
void recording_sort(struct recording_list *list);

void recording_free(struct recording_list *list);

#endif
