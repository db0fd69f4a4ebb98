#define _DEFAULT_SOURCE /* syscall */
#include "audio/decoder.h"

#include "audio/extent.h"
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

enum { PIPE_BYTES = 64 << 10 };

struct worker {
    pid_t pid;
    FILE *replies;
    char buffer[PIPE_BYTES]; /* of replies */
    bool careful; /* sends each reply at once, so that it is known which recording it dies of */
};

/* A worker's answer for one recording; its samples follow. */
struct reply {
    int file_status, error;    /* enum whole_file_status, and errno */
    char why[WHY_SIZE];        /* why it is no recording; empty: it is one */
    char note[RIFF_NOTE_SIZE]; /* what is odd about it; empty: nothing */
    struct decoded decoded;
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

/* From first up to, not with, end. */
static void close_range_of(unsigned first, unsigned end)
{
    enum { FILES = 1 << 16 };
    if (first >= end)
        return;
#if defined(SYS_close_range)
    if (syscall(SYS_close_range, first, end - 1, 0) == 0)
        return;
#endif
    long open_max = sysconf(_SC_OPEN_MAX);
    unsigned most = open_max < 0 || open_max > FILES ? FILES : (unsigned)open_max;
    for (unsigned fd = first; fd < end && fd < most; fd++)
        close((int)fd);
}

static int compare_descriptors(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* Leaves a worker its own pipe, standard error and what the recordings name: not standard output,
 * the other workers' pipes and what else the shell has left open. */
static void close_others(const struct decoder *d, int own)
{
    int *kept = mem_array(d->count + 2, sizeof *kept);
    size_t n = 0;
    kept[n++] = STDERR_FILENO;
    kept[n++] = own;
    for (size_t i = 0; i < d->count; i++)
        if (d->recordings[i].descriptor >= 0)
            kept[n++] = d->recordings[i].descriptor;
    qsort(kept, n, sizeof *kept, compare_descriptors);
    unsigned from = STDIN_FILENO;
    for (size_t i = 0; i < n; i++) {
        close_range_of(from, (unsigned)kept[i]);
        from = (unsigned)kept[i] + 1;
    }
    close_range_of(from, UINT_MAX);
    free(kept);
    /* So that no recording becomes standard input. */
    if (fcntl(STDIN_FILENO, F_GETFD) < 0)
        open("/dev/null", O_RDONLY);
}

static FILE *open_end(int fd, const char *mode, char buffer[PIPE_BYTES])
{
    FILE *file = fdopen(fd, mode);
    if (file == NULL)
        die_errno(NULL, "no pipe to a process to decode in");
    setvbuf(file, buffer, _IOFBF, PIPE_BYTES);
    return file;
}

/* What a worker has, and uses again for the next recording. */
struct buffers {
    struct whole_file_bytes file;
    struct wav wav;
};

/* Files come through memory, where it is checked that they are whole. */
static void decode_open(struct buffers *b, const char *type, int fd, size_t expected, size_t max,
                        struct reply *reply)
{
    struct whole_file_bytes *file = &b->file;
    reply->file_status = (int)whole_file_read(fd, expected, WHOLE_FILE_MAX, file);
    reply->error = errno;
    if (reply->file_status != WHOLE_FILE_OK ||
        !extent_check(type, (const unsigned char *)file->p, file->size, reply->why))
        return;
    if (expected > 0 && wav_wants_file(type))
        wav_decode_fd(&b->wav, type, fd, max, reply->why);
    else
        wav_decode(&b->wav, type, file->p, file->size, max, reply->why);
}

static void decode(struct buffers *b, const struct recording *recording, size_t max,
                   struct reply *reply)
{
    int fd;
    size_t expected;
    reply->file_status = (int)whole_file_open(recording->path, &fd, &expected);
    reply->error = errno;
    if (reply->file_status != WHOLE_FILE_OK)
        return;
    decode_open(b, recording->type, fd, expected, max, reply);
    whole_file_close(fd);
    const struct wav *wav = &b->wav;
    if (reply->file_status == WHOLE_FILE_OK && reply->why[0] == '\0')
        reply->decoded =
            (struct decoded){NULL, wav->count, wav->rate, wav->channels, wav->rounded, wav->clips};
    memcpy(reply->note, wav->note, sizeof reply->note);
}

/* The end of the program, a sanitizer's report too, is the parent's business; libsox calls exit
 * where it has no memory. */
static void leave(void)
{
    _exit(EXIT_FAILURE);
}

/* Decodes every worker_count-th recording, from `first` on, and ends the process. */
static _Noreturn void be_worker(const struct decoder *d, size_t first, bool careful, int end)
{
    FILE *out = open_end(end, "wb", d->workers[first % d->worker_count].buffer);
    struct buffers b = {.file = {NULL, 0, 0}};
    close_others(d, end);
    sandbox_enter(end);
    atexit(leave);
    for (size_t i = first; i < d->count; i += d->worker_count) {
        struct reply reply = {.file_status = WHOLE_FILE_OK};
        decode(&b, &d->recordings[i], d->max, &reply);
        size_t count = reply.decoded.count;
        if (fwrite(&reply, sizeof reply, 1, out) != 1 ||
            (count > 0 && fwrite(b.wav.samples, sizeof(int16_t), count, out) != count) ||
            (careful && fflush(out) != 0))
            _exit(EXIT_FAILURE);
    }
    _exit(fflush(out) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* The worker for recording `first` and those that follow it at its pace. */
static void start_worker(struct decoder *d, size_t first, bool careful)
{
    int ends[2];
    struct worker *w = &d->workers[first % d->worker_count];
    if (pipe(ends) != 0)
        die_errno(NULL, "no pipe to a process to decode in");
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    w->pid = fork();
    if (w->pid < 0)
        die_errno(NULL, "cannot start a process to decode in");
    if (w->pid == 0)
        be_worker(d, first, careful, ends[1]);
    close(ends[1]);
    w->careful = careful;
    w->replies = open_end(ends[0], "rb", w->buffer);
}

/* A pipe cannot be read again. */
static bool has_descriptor(const struct decoder *d)
{
    for (size_t i = 0; i < d->count; i++)
        if (d->recordings[i].descriptor >= 0)
            return true;
    return false;
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
        start_worker(d, i, has_descriptor(d));
    return d;
}

/* How a worker that has closed its pipe ended. */
static int wait_for(const struct worker *w)
{
    int status = 0;
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

/* The worker has ended before it had answered for the next recording. */
static _Noreturn void report_death(const struct decoder *d, const struct worker *w)
{
    int status = wait_for(w);
    const char *name = fd_shown(d->recordings[d->next].path);
    if (WIFSIGNALED(status))
        die(name, "its decoder died (%s), expected a recording that libsox can read",
            strsignal(WTERMSIG(status)));
    die(name, "its decoder gave up, expected a recording that fits into the memory it may use");
}

/* An answer is believed no more than the recordings themselves. */
static void check_reply(const struct decoder *d, const struct reply *r)
{
    double rate = r->decoded.rate;
    bool whole = r->file_status == WHOLE_FILE_OK && r->why[0] == '\0';
    if (r->decoded.count > d->max || memchr(r->why, '\0', sizeof r->why) == NULL ||
        memchr(r->note, '\0', sizeof r->note) == NULL ||
        (whole && !(rate >= 1 && rate <= WAV_RATE_MAX)))
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
    die(recording->path, "%.*s, or --formats=%s", (int)strcspn(why, ";"), why, extension);
}

/* The reply for the next recording, and its samples. False if they are not whole. */
static bool receive(struct decoder *d, struct reply *r)
{
    FILE *replies = d->workers[d->next % d->worker_count].replies;
    if (fread(r, sizeof *r, 1, replies) != 1)
        return false;
    check_reply(d, r);
    if (r->decoded.count > d->capacity) {
        d->capacity = r->decoded.count;
        d->samples = mem_grow(d->samples, d->capacity, sizeof *d->samples);
    }
    return fread(d->samples, sizeof *d->samples, r->decoded.count, replies) == r->decoded.count;
}

/* Replies are sent many at a time: those that a worker had made when it died are made again. */
static void receive_next(struct decoder *d, struct reply *r)
{
    struct worker *w = &d->workers[d->next % d->worker_count];
    if (receive(d, r))
        return;
    if (w->careful)
        report_death(d, w);
    fclose(w->replies);
    wait_for(w);
    start_worker(d, d->next, true);
    receive_next(d, r);
}

void decoder_next(struct decoder *d, struct decoded *decoded)
{
    const struct recording *recording = &d->recordings[d->next];
    struct reply r;
    receive_next(d, &r);
    if (r.file_status != WHOLE_FILE_OK)
        whole_file_die((enum whole_file_status)r.file_status, recording->path, WHOLE_FILE_MAX,
                       r.error);
    if (r.why[0] != '\0')
        refuse(recording, r.why);
    if (r.note[0] != '\0')
        warn(fd_shown(recording->path), "%s", r.note);
    *decoded = r.decoded;
    decoded->samples = d->samples;
    d->next++;
}

void decoder_finish(struct decoder *d)
{
    for (size_t i = 0; i < d->worker_count; i++) {
        fclose(d->workers[i].replies);
        wait_for(&d->workers[i]);
    }
    free(d->samples);
    free(d->workers);
    free(d);
}
