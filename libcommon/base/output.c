/* For F_SETPIPE_SZ, where the system has it. */
#define _GNU_SOURCE

#include "base/output.h"

#include "base/fd.h"
#include "base/symlink.h"
#include "base/mem.h"
#include "base/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
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

/* Another descriptor for the same open file: what the shell has written to it, or lets others
 * append, stays, which would go if the file were replaced or opened anew. */
static int open_descriptor(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags >= 0 && (flags & O_ACCMODE) == O_RDONLY) {
        errno = EBADF;
        return -1;
    }
    return flags < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

/* Links are followed, so that the file behind them is replaced, not the link. */
static char *resolve(const char *path)
{
    char *end = symlink_end(path);
    if (end == NULL)
        die_errno(path, "cannot be created");
    return end;
}

/* As the file had it; what cannot be given to its group is not given to another one. */
static void set_owner_and_mode(struct output *out, const struct stat *old)
{
    mode_t mode = old->st_mode & 0777;
    if (fchown(out->fd, old->st_uid, old->st_gid) != 0 &&
        fchown(out->fd, (uid_t)-1, old->st_gid) != 0)
        mode = (mode & ~(mode_t)070) | (mode & 07) << 3;
    if (fchmod(out->fd, mode) != 0)
        die_errno(out->name, "cannot set its mode");
}

static void set_new_mode(struct output *out)
{
    mode_t mask = umask(0);
    umask(mask);
    if (fchmod(out->fd, 0666 & ~mask) != 0)
        die_errno(out->name, "cannot set its mode");
}

/* final: owned by the output from now on. old: what it is to replace, or NULL. */
static struct output *open_temp(const char *path, char *final, const struct stat *old)
{
    struct output *out = output_new(-1, path);
    out->final = final;
    const char *slash = strrchr(out->final, '/');
    int dir = slash == NULL ? 0 : (int)(slash - out->final + 1);
    size_t size = strlen(out->final) + 16;
    out->temp = mem_array(1, size);
    watch_signals();
    sigset_t signals;
    block_signals(&signals);
    do {
        /* A fixed short stem: a long name plus a suffix could pass NAME_MAX. */
        snprintf(out->temp, size, "%.*s.wf-XXXXXX", dir, out->final);
        out->fd = mkstemp(out->temp);
    } while (out->fd < 0 && errno == EINTR);
    if (out->fd >= 0) {
        out->next = pending;
        pending = out;
    }
    pthread_sigmask(SIG_SETMASK, &signals, NULL);
    if (out->fd < 0)
        die_errno(path, "cannot be created");
    if (old != NULL)
        set_owner_and_mode(out, old);
    else
        set_new_mode(out);
    return out;
}

static struct output *write_directly(const char *path, int fd)
{
    if (fd < 0)
        die_errno(path, "cannot be opened for writing");
    if (isatty(fd))
        die(path, "a terminal, expected a pipe or a file for binary data");
    return output_new(fd, path);
}

/* In a directory such as /tmp only its owner, a file's own and root replace that file. */
static bool is_kept(const char *resolved, const struct stat *st)
{
    struct stat dir;
    char *copy = mem_string(resolved);
    bool sticky = stat(dirname(copy), &dir) == 0 && (dir.st_mode & S_ISVTX) != 0;
    uid_t user = geteuid();
    free(copy);
    return sticky && user != 0 && user != dir.st_uid && user != st->st_uid;
}

/* Who may not write a file may not replace it either, though the directory would let him. */
static void check_writable(const char *path, const char *resolved, const struct stat *st)
{
    if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0)
        die_errno(path, "cannot be opened for writing");
    if (is_kept(resolved, st))
        die(path,
            "a file of another user in a directory with the sticky bit, expected one that can "
            "be replaced");
}

struct output *output_file(const char *path)
{
    struct stat st;
    bool exists = stat(path, &st) == 0;
    if (!exists && errno != ENOENT)
        die_errno(path, "cannot be created");
    if (!exists)
        return open_temp(path, resolve(path), NULL);
    if (S_ISDIR(st.st_mode))
        die(path, "a directory, expected a file to write");
    int fd = symlink_descriptor(path);
    if (fd >= 0)
        return write_directly(path, open_descriptor(fd));
    if (!S_ISREG(st.st_mode))
        return write_directly(path, fd_open(path, O_WRONLY));
    char *resolved = resolve(path);
    check_writable(path, resolved, &st);
    return open_temp(path, resolved, &st);
}

struct output *output_open(const char *path)
{
    return path != NULL ? output_file(path) : output_stdout();
}

struct output *output_open_text(const char *path)
{
    return path != NULL ? output_file(path) : output_stdout_text();
}

struct output *output_file_in_directory(const char *path)
{
    struct stat st;
    bool exists = lstat(path, &st) == 0;
    if (!exists && errno != ENOENT)
        die_errno(path, "cannot be created");
    if (exists && S_ISDIR(st.st_mode))
        die(path, "a directory, expected a file to write");
    if (exists && !S_ISREG(st.st_mode))
        die(path, "%s, expected a file or nothing: no row leads out of its directory",
            S_ISLNK(st.st_mode) ? "a symbolic link" : "a pipe, a socket or a device");
    if (exists)
        check_writable(path, path, &st);
    return open_temp(path, mem_string(path), exists ? &st : NULL);
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
