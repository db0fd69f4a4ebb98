/* A line on stderr that shows how far a long run is, on a terminal, after a second. */
#ifndef WAVEFILL_BASE_PROGRESS_H
#define WAVEFILL_BASE_PROGRESS_H

#include <stdint.h>

/* Shows the number of rows done, if it is time to; the first call begins the run. */
void progress_rows(uint64_t rows);

/* Ends the run, and removes the line. */
void progress_end(void);

#endif
