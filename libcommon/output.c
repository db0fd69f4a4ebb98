/* For F_SETPIPE_SZ, where the system has it. */
#define _GNU_SOURCE

#include "output.h"

#include "fd.h"
#include "mem.h"
#include "msg.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct output {
    int fd;
    char *name;
    char *final; /* where temp is renamed to; NULL if written directly */
    char *temp;
    char *held;
    size_t size;
    struct output *next; /* in the list of those with a temporary file */
};

/* Temporary files to remove when the program ends before their rename. A
 * signal handler reads the list: it changes only while signals are blocked. That is so in
 * one thread: others (lsq_lane.c) have all signals blocked from their start. */
static struct output *pending;

/* Those of people, limits and timers. */
static const int ending_signals[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGUSR1,   SIGUSR2,
                                     SIGPIPE, SIGXCPU, SIGXFSZ, SIGALRM, SIGVTALRM, SIGPROF};
enum { SIGNALS = sizeof ending_signals / sizeof *ending_signals };

static void remove_pending(void)
{
    for (struct output *out = pending; out != NULL; out = out->next)
        unlink(out->temp);
}

/* Only unlink, signal and raise: all async-signal-safe. */
static void on_signal(int number)
{
    remove_pending();
    signal(number, SIG_DFL);
    raise(number);
}

static void block_signals(sigset_t *old)
{
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < SIGNALS; i++)
        sigaddset(&set, ending_signals[i]);
    pthread_sigmask(SIG_BLOCK, &set, old);
}

/* A signal that the parent has set to be ignored stays ignored. */
static void watch_signals(void)
{
    static bool watching;
    if (watching)
        return;
    watching = true;
    atexit(remove_pending);
    for (int i = 0; i < SIGNALS; i++) {
        struct sigaction act;
        if (sigaction(ending_signals[i], NULL, &act) == 0 && act.sa_handler == SIG_DFL) {
            memset(&act, 0, sizeof act);
            act.sa_handler = on_signal;
            sigaction(ending_signals[i], &act, NULL);
        }
    }
}

static struct output *output_new(int fd, const char *name)
{
    struct output *out = mem_zero(1, sizeof *out);
    out->fd = fd;
    out->name = mem_string(name);
    return out;
}

struct output *output_stdout_text(void)
{
    return output_new(STDOUT_FILENO, "stdout");
}

struct output *output_stdout(void)
{
    if (isatty(STDOUT_FILENO))
        die("stdout", "a terminal, expected a pipe or a file for binary data");
#ifdef F_SETPIPE_SZ
    /* As the readers do (stream.c): fewer switches to a reader that does not, such as cat.
     * Fails, harmlessly, for what is no pipe. */
    fcntl(STDOUT_FILENO, F_SETPIPE_SZ, 256 << 10);
#endif
    return output_stdout_text();
}

/* Links are followed, to a file that is not there yet too, so that the file behind them is
 * replaced, not the link: where that fails nothing is. */
static char *resolve(const char *path)
{
    enum { LINKS = 40 };
    char *real = realpath(path, NULL);
    if (real != NULL)
        return real;
    char *at = mem_string(path);
    for (int i = 0; i < LINKS; i++) {
        char target[PATH_MAX];
        ssize_t n = readlink(at, target, sizeof target - 1);
        if (n < 0 && errno != EINVAL && errno != ENOENT)
            die_errno(path, "cannot be created");
        if (n < 0)
            break;
        target[n] = '\0';
        const char *slash = strrchr(at, '/');
        int dir = target[0] == '/' || slash == NULL ? 0 : (int)(slash - at + 1);
        size_t size = (size_t)dir + (size_t)n + 1;
        char *next = mem_array(1, size);
        snprintf(next, size, "%.*s%s", dir, at, target);
        free(at);
        at = next;
    }
    return at;
}

static struct output *open_temp(const char *path, mode_t mode)
{
    struct output *out = output_new(-1, path);
    out->final = resolve(path);
    const char *slash = strrchr(out->final, '/');
    int dir = slash == NULL ? 0 : (int)(slash - out->final + 1);
    size_t size = strlen(out->final) + 16;
    out->temp = mem_array(1, size);
    watch_signals();
    sigset_t old;
    block_signals(&old);
    do {
        /* A fixed short stem: a long name plus a suffix could pass NAME_MAX. */
        snprintf(out->temp, size, "%.*s.wf-XXXXXX", dir, out->final);
        out->fd = mkstemp(out->temp);
    } while (out->fd < 0 && errno == EINTR);
    if (out->fd >= 0) {
        out->next = pending;
        pending = out;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (out->fd < 0)
        die_errno(path, "cannot be created");
    if (fchmod(out->fd, mode) != 0)
        die_errno(path, "cannot set its mode");
    return out;
}

struct output *output_file(const char *path)
{
    struct stat st;
    bool exists = stat(path, &st) == 0;
    if (!exists && errno != ENOENT)
        die_errno(path, "cannot be created");
    if (exists && S_ISDIR(st.st_mode))
        die(path, "a directory, expected a file to write");
    if (exists && !S_ISREG(st.st_mode)) {
        int fd = fd_open(path, O_WRONLY);
        if (fd < 0)
            die_errno(path, "cannot be opened for writing");
        if (isatty(fd))
            die(path, "a terminal, expected a pipe or a file for binary data");
        return output_new(fd, path);
    }
    mode_t mask = umask(0);
    umask(mask);
    return open_temp(path, exists ? st.st_mode & 07777 : 0666 & ~mask);
}

bool output_is_stdout(const char *path)
{
    struct stat a, b;
    return stat(path, &a) == 0 && fstat(STDOUT_FILENO, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino && !S_ISCHR(a.st_mode) && !S_ISBLK(a.st_mode);
}

const char *output_name(const struct output *out)
{
    return out->name;
}

static void write_all(struct output *out, const void *data, size_t size)
{
    if (!fd_write_all(out->fd, data, size))
        die_errno(out->name, "write failed");
}

void output_write(struct output *out, const void *data, size_t size)
{
    if (out->held == NULL)
        out->held = mem_array(1, OUTPUT_HOLD);
    if (out->size + size > OUTPUT_HOLD) {
        write_all(out, out->held, out->size);
        out->size = 0;
        if (size >= OUTPUT_HOLD / 2) {
            write_all(out, data, size);
            return;
        }
    }
    if (size > 0)
        memcpy(out->held + out->size, data, size);
    out->size += size;
}

static void settle(struct output *out)
{
    sigset_t old;
    block_signals(&old);
    int status = rename(out->temp, out->final);
    int error = errno;
    if (status == 0) {
        struct output **link = &pending;
        while (*link != out)
            link = &(*link)->next;
        *link = out->next;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    errno = error;
    if (status != 0)
        die_errno(out->name, "cannot be renamed into place");
}

void output_finish(struct output *out)
{
    if (out->fd < 0)
        return;
    write_all(out, out->held, out->size);
    out->size = 0;
    int fd = out->fd;
    out->fd = -1;
    if (close(fd) != 0 && errno != EINTR)
        die_errno(out->name, "close failed");
}

void output_close(struct output *out)
{
    output_finish(out);
    if (out->temp != NULL)
        settle(out);
    free(out->held);
    free(out->temp);
    free(out->final);
    free(out->name);
    free(out);
}
