/* A line on stderr that shows how far a long run is, on a terminal, after a second. */
#ifndef WAVEFILL_BASE_PROGRESS_H
#define WAVEFILL_BASE_PROGRESS_H

#include <stdint.h>

struct progress {
    double start, shown; /* seconds; 0 before the first call */
    int enabled;         /* -1 not known yet */
};
#define PROGRESS_NEW                                                                               \
    {                                                                                              \
        0, 0, -1                                                                                   \
    }

/* Shows the number of rows done, if it is time to. */
void progress_rows(struct progress *progress, uint64_t rows);

/* Removes the line. */
void progress_end(struct progress *progress);

#endif
