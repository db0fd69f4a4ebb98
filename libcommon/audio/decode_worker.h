/* The work of a process that decodes, and how it answers. */
#ifndef WAVEFILL_AUDIO_DECODE_WORKER_H
#define WAVEFILL_AUDIO_DECODE_WORKER_H

#include "audio/recording.h"
#include "base/why.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct decode_worker_job {
    const struct recording *recordings;
    size_t count, max; /* recordings; samples of one */
    size_t worker, workers;
    FILE *out; /* a pipe to the parent */
};

/* The answer for one recording, followed by its samples. */
struct decode_worker_reply {
    int file_status, error; /* enum whole_file_status, and errno */
    char why[WHY_SIZE];     /* why it is no recording; empty: it is one */
    size_t count;           /* samples */
    double rate;            /* Hz */
    unsigned channels, rounded;
};

/* Decodes every workers-th recording, from number worker on. Writes each reply at once, so that
 * the parent knows which recording it died of, and ends the process. */
_Noreturn void decode_worker_run(const struct decode_worker_job *job);

#endif
