/* Recordings on disk, and their order. */
#ifndef WAVEFILL_AUDIO_RECORDING_H
#define WAVEFILL_AUDIO_RECORDING_H

#include "audio/fsdd.h"

#include <stdbool.h>
#include <stddef.h>

/* A recording to load. */
struct recording {
    char *path; /* owned by whoever fills the list; "-" is standard input */
    struct fsdd_name name;
    const char *type; /* what libsox is to read it as */
    bool is_fsdd;     /* name is complete: sorts before those that are not */
    size_t order;     /* among the latter, the order in which they were named */
};

/* By digit, speaker and take; then the other names in their order. */
void recording_sort(struct recording *clips, size_t count);

/* The SoX command that makes a mended copy of a recording, as effect says: its name with
 * the tag behind the stem. Valid until the next call. */
const char *recording_mend(const struct recording *clip, const char *tag, const char *effect);

#endif
