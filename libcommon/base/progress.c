#include "base/progress.h"

#include "base/msg.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* The present run, in seconds; start is 0 where there is none. */
static double start, shown;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void progress_rows(uint64_t rows)
{
    if (!isatty(STDERR_FILENO) || msg_is_quiet())
        return;
    double time = now();
    if (start == 0) {
        start = time;
        shown = time + 0.8; /* first shown a second from the start */
    }
    if (time < shown + 0.2)
        return;
    shown = time;
    fprintf(stderr, "\r%s: %" PRIu64 " rows, %.0f a second \b", msg_tool(), rows,
            (double)rows / (time - start));
}

void progress_end(void)
{
    if (shown > start + 0.9)
        fprintf(stderr, "\r\033[K");
    start = shown = 0;
}
