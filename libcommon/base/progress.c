#include "base/progress.h"

#include "base/msg.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void progress_rows(struct progress *p, uint64_t rows)
{
    if (p->enabled < 0) {
        p->enabled = isatty(STDERR_FILENO) && !msg_is_quiet();
        p->start = now();
        p->shown = p->start + 0.8; /* first shown a second from the start */
    }
    double time = p->enabled ? now() : 0;
    if (!p->enabled || time < p->shown + 0.2)
        return;
    p->shown = time;
    fprintf(stderr, "\r%s: %" PRIu64 " rows, %.0f a second \b", msg_tool(), rows,
            (double)rows / (time - p->start));
}

void progress_end(struct progress *p)
{
    if (p->enabled > 0 && p->shown > p->start + 0.9)
        fprintf(stderr, "\r\033[K");
}
