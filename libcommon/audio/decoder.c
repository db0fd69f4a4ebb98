#define _DEFAULT_SOURCE /* syscall */
#include "audio/decoder.h"

#include "audio/decode_worker.h"
#include "audio/sandbox.h"
#include "audio/wav.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/syscall.h>
#endif

enum { WORKERS_MAX = 16 };

/* To start another worker takes as long as to decode so many recordings. */
enum { RECORDINGS_PER_WORKER = 64 };

struct worker {
    pid_t pid;
    FILE *replies;
};

struct decoder {
    const struct recording *recordings;
    size_t count, max, next;
    struct worker *workers;
    size_t worker_count;
    int16_t *samples; /* of the last recording */
    size_t capacity;
};

static size_t choose_workers(size_t recordings)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t most = processors < 1 ? 1 : processors > WORKERS_MAX ? WORKERS_MAX : (size_t)processors;
    size_t wanted = 1 + recordings / RECORDINGS_PER_WORKER;
    return wanted < most ? wanted : most;
}

static void close_range_of(unsigned first, unsigned last)
{
    enum { FILES = 1 << 16 };
#if defined(SYS_close_range)
    if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
        return;
#endif
    long open_max = sysconf(_SC_OPEN_MAX);
    unsigned most = open_max < 0 || open_max > FILES ? FILES : (unsigned)open_max;
    for (unsigned fd = first; fd <= last && fd < most; fd++)
        close((int)fd);
}

static bool wants_stdin(const struct decoder *d)
{
    bool wants = false;
    for (size_t i = 0; i < d->count && !wants; i++)
        wants = fd_is_dash(d->recordings[i].path);
    return wants;
}

/* Leaves a worker its own pipe and standard error: not standard output, the other workers' pipes
 * and what else the shell has left open. */
static void close_others(const struct decoder *d, int own)
{
    close(STDOUT_FILENO);
    close_range_of(STDERR_FILENO + 1, (unsigned)own - 1);
    close_range_of((unsigned)own + 1, UINT_MAX);
    if (wants_stdin(d))
        return;
    /* So that no recording becomes standard input. */
    close(STDIN_FILENO);
    open("/dev/null", O_RDONLY);
}

static FILE *open_end(int fd, const char *mode)
{
    FILE *file = fdopen(fd, mode);
    if (file == NULL)
        die_errno(NULL, "no pipe to a process to decode in");
    setvbuf(file, NULL, _IOFBF, 64 << 10);
    return file;
}

static _Noreturn void be_worker(const struct decoder *d, size_t worker, int out)
{
    struct decode_worker_job job = {.recordings = d->recordings,
                                    .count = d->count,
                                    .max = d->max,
                                    .worker = worker,
                                    .workers = d->worker_count,
                                    .out = open_end(out, "wb")};
    close_others(d, out);
    sandbox_enter(out);
    decode_worker_run(&job);
}

static void start_worker(struct decoder *d, size_t worker)
{
    int ends[2];
    struct worker *w = &d->workers[worker];
    if (pipe(ends) != 0)
        die_errno(NULL, "no pipe to a process to decode in");
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    w->pid = fork();
    if (w->pid < 0)
        die_errno(NULL, "cannot start a process to decode in");
    if (w->pid == 0)
        be_worker(d, worker, ends[1]);
    close(ends[1]);
    w->replies = open_end(ends[0], "rb");
}

struct decoder *decoder_start(const struct recording *recordings, size_t count, size_t max)
{
    struct decoder *d = mem_zero(1, sizeof *d);
    d->recordings = recordings;
    d->count = count;
    d->max = max;
    d->worker_count = choose_workers(count);
    d->workers = mem_zero(d->worker_count, sizeof *d->workers);
    wav_start();
    signal(SIGCHLD, SIG_DFL); /* if it is ignored, waitpid cannot tell how a worker ended */
    for (size_t i = 0; i < d->worker_count; i++)
        start_worker(d, i);
    return d;
}

/* The worker has ended before it had answered for the next recording. */
static _Noreturn void report_death(const struct decoder *d, const struct worker *w)
{
    int status = 0;
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    const char *name = fd_shown(d->recordings[d->next].path);
    if (WIFSIGNALED(status))
        die(name, "its decoder died (%s), expected a recording that libsox can read",
            strsignal(WTERMSIG(status)));
    die(name, "its decoder gave up, expected a recording that fits into the memory it may use");
}

static void read_exactly(const struct decoder *d, const struct worker *w, void *data, size_t size)
{
    if (fread(data, 1, size, w->replies) != size)
        report_death(d, w);
}

/* An answer is believed no more than the recordings themselves. */
static void check_reply(const struct decoder *d, const struct decode_worker_reply *r)
{
    bool whole = r->file_status == WHOLE_FILE_OK && r->why[0] == '\0';
    if (r->count > d->max || memchr(r->why, '\0', sizeof r->why) == NULL ||
        (whole && !(r->rate >= 1 && r->rate <= WAV_RATE_MAX)))
        die(fd_shown(d->recordings[d->next].path),
            "a malformed answer of its decoder, expected samples");
}

/* Also says how to have a file read as the format that its name says. */
static _Noreturn void refuse(const struct recording *recording, const char *why)
{
    const char *extension = recording->name.extension;
    bool other = strcasecmp(extension, recording->type) != 0 && wav_known_type(extension) &&
                 !wav_is_riff(extension);
    if (!other || fd_is_dash(recording->path))
        die(fd_shown(recording->path), "%s", why);
    die(recording->path, "%s, or --formats=%s", why, extension);
}

void decoder_next(struct decoder *d, struct decoded *decoded)
{
    const struct worker *w = &d->workers[d->next % d->worker_count];
    const struct recording *recording = &d->recordings[d->next];
    struct decode_worker_reply r;
    read_exactly(d, w, &r, sizeof r);
    check_reply(d, &r);
    if (r.file_status != WHOLE_FILE_OK)
        whole_file_die((enum whole_file_status)r.file_status, recording->path, WHOLE_FILE_MAX,
                       r.error);
    if (r.why[0] != '\0')
        refuse(recording, r.why);
    if (r.count > d->capacity) {
        d->capacity = r.count;
        d->samples = mem_grow(d->samples, r.count, sizeof *d->samples);
    }
    read_exactly(d, w, d->samples, r.count * sizeof *d->samples);
    d->next++;
    *decoded = (struct decoded){d->samples, r.count, r.rate, r.channels, r.rounded != 0};
}

void decoder_finish(struct decoder *d)
{
    for (size_t i = 0; i < d->worker_count; i++) {
        fclose(d->workers[i].replies);
        while (waitpid(d->workers[i].pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    free(d->samples);
    free(d->workers);
    free(d);
}
