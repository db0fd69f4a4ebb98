#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, which POSIX has only since 2024; syscall */
#include "audio/decoder.h"

#include "audio/decode_worker.h"
#include "base/fd.h"
#include "base/whole_file.h"
#include "base/mem.h"
#include "base/msg.h"
#include "audio/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/syscall.h>
#endif

enum { WORKERS_MAX = 16 };

/* Starting another worker takes as long as decoding so many recordings. */
enum { CLIPS_PER_WORKER = 64 };

struct worker {
    pid_t pid;
    int fd; /* a socket: replies come, slots that are free again go */
    struct decode_shared *shared;
    struct decode_reply reply;
    size_t taken;      /* clips of it */
    size_t at;         /* byte of its samples */
    const char *bytes; /* its samples */
    char *large;       /* those that came through the pipe */
};

struct decoder {
    const struct recording *clips;
    size_t count, max, next;
    struct worker *workers;
    size_t worker_count;
    struct decode_shared *shared; /* one a worker */
};

static size_t choose_workers(size_t clips)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t most = processors < 1 ? 1 : processors > WORKERS_MAX ? WORKERS_MAX : (size_t)processors;
    size_t wanted = 1 + clips / CLIPS_PER_WORKER;
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
        wants = fd_is_dash(d->clips[i].path);
    return wants;
}

/* What goes to the parent, what its other workers are told, and what else the shell has left
 * open is not this one's business: only own is, and messages. */
static void close_others(const struct decoder *d, int own)
{
    close(STDOUT_FILENO);
    close_range_of(STDERR_FILENO + 1, (unsigned)own - 1);
    close_range_of((unsigned)own + 1, UINT_MAX);
    if (wants_stdin(d))
        return;
    /* So that no clip becomes standard input. */
    close(STDIN_FILENO);
    open("/dev/null", O_RDONLY);
}

static _Noreturn void be_worker(const struct decoder *d, size_t worker, int fd)
{
    struct decode_work work = {.clips = d->clips,
                               .count = d->count,
                               .max = d->max,
                               .worker = worker,
                               .workers = d->worker_count,
                               .fd = fd,
                               .shared = d->workers[worker].shared};
    close_others(d, fd);
    sandbox_enter(fd);
    decode_work(&work);
}

static void start_worker(struct decoder *d, size_t worker)
{
    int ends[2];
    struct worker *w = &d->workers[worker];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        die_errno(NULL, "no socket to a process to decode in");
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    w->shared = &d->shared[worker];
    w->fd = ends[0];
    w->pid = fork();
    if (w->pid < 0)
        die_errno(NULL, "cannot start a process to decode in");
    if (w->pid == 0)
        be_worker(d, worker, ends[1]);
    close(ends[1]);
}

struct decoder *decoder_start(const struct recording *clips, size_t count, size_t max)
{
    struct decoder *d = mem_zero(1, sizeof *d);
    d->clips = clips;
    d->count = count;
    d->max = max;
    d->worker_count = choose_workers(count);
    d->workers = mem_zero(d->worker_count, sizeof *d->workers);
    d->shared = mmap(NULL, d->worker_count * sizeof *d->shared, PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (d->shared == MAP_FAILED)
        die_errno(NULL, "no memory to share with a decoder");
    wav_start();
    signal(SIGCHLD, SIG_DFL); /* ignored, it would leave nothing to say of a worker's end */
    for (size_t i = 0; i < d->worker_count; i++)
        start_worker(d, i);
    return d;
}

/* The worker has ended before it had decoded all. */
static _Noreturn void report_death(struct decoder *d, struct worker *w)
{
    int status = 0;
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    uint64_t attempted = w->shared->attempted;
    const char *name = fd_shown(d->clips[attempted < d->count ? attempted : d->next].path);
    if (WIFSIGNALED(status))
        die(name, "its decoder died (%s), expected a recording that libsox can read",
            strsignal(WTERMSIG(status)));
    die(name, "its decoder gave up, expected a recording that fits into the memory it may use");
}

static void read_exactly(struct decoder *d, struct worker *w, void *data, size_t size)
{
    char *at = data;
    while (size > 0) {
        ssize_t n = fd_read(w->fd, at, size);
        if (n <= 0)
            report_death(d, w);
        at += n;
        size -= (size_t)n;
    }
}

/* What comes from a worker is believed no more than the recordings themselves. */
static void check_reply(const struct decoder *d, const struct decode_reply *reply)
{
    uint64_t bytes = 0;
    bool ok = reply->clips >= 1 && reply->clips <= DECODE_SHARE;
    for (size_t i = 0; ok && i < reply->clips; i++) {
        const struct decode_record *r = &reply->records[i];
        ok = r->outcome <= DECODE_NO_FILE && r->count <= d->max &&
             memchr(r->why, '\0', sizeof r->why) != NULL &&
             (r->outcome != DECODE_OK || (r->rate >= 1 && r->rate <= 10e6));
        bytes += r->count * sizeof(int16_t);
    }
    ok = ok && bytes == reply->bytes && reply->slot <= DECODE_NO_SLOT &&
         (reply->slot == DECODE_NO_SLOT || bytes <= DECODE_SLOT_BYTES);
    if (!ok)
        die(fd_shown(d->clips[d->next].path),
            "a malformed answer of its decoder, expected samples");
}

/* A worker that has ended wants none back. */
static void give_back(struct worker *w)
{
    const unsigned char slot = (unsigned char)w->reply.slot;
    if (w->reply.clips > 0 && w->reply.slot != DECODE_NO_SLOT)
        send(w->fd, &slot, 1, MSG_NOSIGNAL);
    free(w->large);
    w->large = NULL;
}

static void read_reply(struct decoder *d, struct worker *w)
{
    give_back(w);
    read_exactly(d, w, &w->reply, sizeof w->reply);
    check_reply(d, &w->reply);
    w->taken = w->at = 0;
    if (w->reply.slot != DECODE_NO_SLOT) {
        w->bytes = w->shared->slots[w->reply.slot];
        return;
    }
    w->bytes = w->large = mem_array(w->reply.bytes, 1);
    read_exactly(d, w, w->large, w->reply.bytes);
}

/* How to have a file read as what its name says that it is. */
static _Noreturn void refuse(const struct recording *clip, const char *why)
{
    const char *extension = clip->name.extension;
    bool other = strcasecmp(extension, clip->type) != 0 && wav_known_type(extension) &&
                 !wav_is_riff(extension);
    if (!other || fd_is_dash(clip->path))
        die(fd_shown(clip->path), "%s", why);
    die(clip->path, "%s, or --formats=%s", why, extension);
}

void decoder_next(struct decoder *d, struct decoded *clip)
{
    struct worker *w = &d->workers[d->next / DECODE_SHARE % d->worker_count];
    const char *path = d->clips[d->next].path;
    if (w->taken == w->reply.clips)
        read_reply(d, w);
    const struct decode_record *r = &w->reply.records[w->taken++];
    if (r->outcome == DECODE_NO_FILE)
        whole_file_die((enum whole_file_status)r->whole_file_status, path, WHOLE_FILE_MAX,
                       r->error);
    if (r->outcome == DECODE_NO_RECORDING)
        refuse(&d->clips[d->next], r->why);
    d->next++;
    *clip = (struct decoded){.samples = (const int16_t *)(const void *)(w->bytes + w->at),
                             .count = r->count,
                             .rate = r->rate,
                             .channels = r->channels,
                             .rounded = r->rounded != 0};
    w->at += r->count * sizeof(int16_t);
}

void decoder_finish(struct decoder *d)
{
    for (size_t i = 0; i < d->worker_count; i++) {
        close(d->workers[i].fd);
        while (waitpid(d->workers[i].pid, NULL, 0) < 0 && errno == EINTR)
            ;
        free(d->workers[i].large);
    }
    munmap(d->shared, d->worker_count * sizeof *d->shared);
    free(d->workers);
    free(d);
}
