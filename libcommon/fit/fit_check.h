/* A status of the arithmetic, turned into a message. */
#ifndef WAVEFILL_FIT_FIT_CHECK_H
#define WAVEFILL_FIT_FIT_CHECK_H

#include "base/msg.h"
#include "lsq/status.h"

/* Ends the program with a message about that file (a stream's name), unless LSQ_OK. */
static inline void fit_check(enum lsq_status status, const char *file)
{
    if (status != LSQ_OK)
        die(file, "%s", lsq_status_why(status));
}

#endif
