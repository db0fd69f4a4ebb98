/* For F_SETPIPE_SZ and vfork, where the system has them. */
#define _GNU_SOURCE

#include "base/output.h"

#include "base/fd.h"
#include "base/input.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct output {
    int fd;
    char *name;
    char *final;    /* the file to make or replace; NULL where the output is written directly */
    char *temp;     /* a name beside it: */
    bool is_named;  /* fd has that name, for want of files without one */
    bool may_close; /* its reader may go */
    bool exists;    /* `file` is what was there before */
    struct stat file;
    char *held; /* bytes not written yet, `size` of them */
    size_t size;
    void (*see)(void *to, const void *data, size_t size); /* who watches, or NULL */
    void *to;
    struct output *next;
};

/* All that are open. */
static struct output *outputs;

/* Signals that end the program: user, resource limit, timer. */
static const int ending_signals[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM, SIGUSR1,   SIGUSR2,
                                     SIGPIPE, SIGXCPU, SIGXFSZ, SIGALRM, SIGVTALRM, SIGPROF};
enum { SIGNALS = sizeof ending_signals / sizeof *ending_signals };

static void remove_temporaries(void)
{
    for (struct output *out = outputs; out != NULL; out = out->next)
        if (out->is_named)
            unlink(out->temp);
}

/* Only unlink, signal and raise: all async-signal-safe. */
static void on_signal(int number)
{
    remove_temporaries();
    signal(number, SIG_DFL);
    raise(number);
}

/* So in this thread; others (lsq/chunk.c) block all signals from their start. */
static void block_signals(sigset_t *old)
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, old);
}

/* A signal that the parent has set to be ignored stays ignored. */
static void watch_signals(void)
{
    static bool watching;
    if (watching)
        return;
    watching = true;
    atexit(remove_temporaries);
    for (int i = 0; i < SIGNALS; i++) {
        struct sigaction act;
        if (sigaction(ending_signals[i], NULL, &act) == 0 && act.sa_handler == SIG_DFL) {
            memset(&act, 0, sizeof act);
            act.sa_handler = on_signal;
            sigaction(ending_signals[i], &act, NULL);
        }
    }
}

/* file: what is written to or replaced, or NULL. */
static struct output *output_new(int fd, const char *name, const struct stat *file)
{
    struct output *out = mem_zero(1, sizeof *out);
    out->fd = fd;
    out->name = mem_string(name);
    out->exists = file != NULL;
    if (file != NULL)
        out->file = *file;
    out->next = outputs;
    outputs = out;
    return out;
}

static void unlist(struct output *out)
{
    struct output **link = &outputs;
    while (*link != out)
        link = &(*link)->next;
    *link = out->next;
}

/* A file that is written to while it is read may grow for ever. */
static void refuse_input(const struct stat *file)
{
    const char *input = input_find(file);
    if (input != NULL)
        die(input, "input file is output file");
}

static struct output *standard_output(void)
{
    struct stat st;
    bool exists = fstat(STDOUT_FILENO, &st) == 0;
    if (exists && S_ISREG(st.st_mode))
        refuse_input(&st);
    return output_new(STDOUT_FILENO, "stdout", exists ? &st : NULL);
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

/* file: what is at path, or NULL; final: where path leads then. */
static void refuse_output(const char *path, const char *final, const struct stat *file)
{
    if (file != NULL && (S_ISCHR(file->st_mode) || S_ISBLK(file->st_mode)))
        return;
    for (const struct output *out = outputs; out != NULL; out = out->next)
        if (file != NULL ? out->exists && path_is_same_file(&out->file, file)
                         : out->final != NULL && path_is_same_name(out->final, final))
            die(path, "both outputs go there, expected two files");
}

/* A file that is replaced keeps its owner, group and mode. What its group may do is not granted
 * to another one. */
static void set_mode(const struct output *out)
{
    mode_t mask = umask(0);
    umask(mask);
    mode_t mode = out->exists ? out->file.st_mode & 0777 : 0666 & ~mask;
    if (out->exists && fchown(out->fd, out->file.st_uid, out->file.st_gid) != 0 &&
        fchown(out->fd, (uid_t)-1, out->file.st_gid) != 0)
        mode = (mode & ~(mode_t)070) | (mode & 07) << 3;
    if (fchmod(out->fd, mode) != 0)
        die_errno(out->name, "cannot set its mode");
}

/* Makes the file under the first name beside it that is free, a short one, as a long one with a
 * suffix could pass NAME_MAX. 0, or errno. */
static int make_temp(struct output *out, int (*make)(struct output *out, const char *name))
{
    enum { ATTEMPTS = 1000 };
    int error = EEXIST;
    for (unsigned i = 0; error == EEXIST && i < ATTEMPTS; i++) {
        snprintf(strrchr(out->temp, '-') + 1, 7, "%06u", ((unsigned)getpid() + i) % 1000000);
        error = make(out, out->temp);
    }
    return error;
}

static int open_as(struct output *out, const char *name)
{
    out->fd = fd_open(name, O_RDWR | O_CREAT | O_EXCL);
    return out->fd >= 0 ? 0 : errno;
}

/* Signals wait until it is known that there is a name to remove. */
static void open_named(struct output *out)
{
    sigset_t signals;
    watch_signals();
    block_signals(&signals);
    int error = make_temp(out, open_as);
    out->is_named = error == 0;
    pthread_sigmask(SIG_SETMASK, &signals, NULL);
    errno = error;
    if (error != 0)
        die_errno(out->name, "cannot be created");
}

/* In a directory such as /tmp only root and the owners of the directory and of a file may replace
 * that file. */
static bool is_kept(const char *directory, const struct stat *file)
{
    struct stat st;
    uid_t user = geteuid();
    return stat(directory, &st) == 0 && (st.st_mode & S_ISVTX) != 0 && user != 0 &&
           user != st.st_uid && user != file->st_uid;
}

/* Who may not write a file may not replace it either, although the directory allows it. */
static void check_writable(const char *path, const char *directory, const struct stat *file)
{
    if (faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0)
        die_errno(path, "cannot be opened for writing");
    if (is_kept(directory, file))
        die(path,
            "a file of another user in a directory with the sticky bit, expected one that can "
            "be replaced");
}

/* final: owned by the output from now on. file: what it is to replace, or NULL. */
static struct output *make_file(const char *path, char *final, const struct stat *file)
{
    static const char temp[] = ".wf-000000";
    char *directory = path_directory(final);
    size_t length = strlen(directory);
    if (file != NULL)
        check_writable(path, directory, file);
    refuse_output(path, final, file);
    struct output *out = output_new(-1, path, file);
    out->final = final;
    /* Through /proc it gets its name. */
    if (access("/proc/self/fd", X_OK) == 0)
        out->fd = fd_unnamed(directory);
    out->temp = mem_grow(directory, length + sizeof temp, 1);
    memcpy(out->temp + length, temp, sizeof temp);
    if (out->fd < 0)
        open_named(out);
    set_mode(out);
    return out;
}

/* A pipe, a device or what is open already: descriptor is -1 or that. */
static struct output *write_directly(const char *path, const struct stat *file, int descriptor)
{
    if (S_ISREG(file->st_mode) || S_ISFIFO(file->st_mode))
        refuse_input(file);
    refuse_output(path, path, file);
    int fd = descriptor >= 0 ? open_descriptor(descriptor) : fd_open(path, O_WRONLY);
    if (fd < 0)
        die_errno(path, "cannot be opened for writing");
    if (isatty(fd))
        die(path, "a terminal, expected a pipe or a file for binary data");
    return output_new(fd, path, file);
}

/* What is at path, as stat or lstat sees it; NULL: nothing yet. */
static struct stat *find(const char *path, int (*look)(const char *, struct stat *),
                         struct stat *file)
{
    if (look(path, file) == 0) {
        if (S_ISDIR(file->st_mode))
            die(path, "a directory, expected a file to write");
        return file;
    }
    if (errno != ENOENT)
        die_errno(path, "cannot be created");
    return NULL;
}

struct output *output_file(const char *path)
{
    struct stat st;
    int descriptor;
    const struct stat *file = find(path, stat, &st);
    char *end = path_end(path, &descriptor);
    if (file == NULL || (descriptor < 0 && S_ISREG(file->st_mode)))
        return make_file(path, end, file);
    free(end);
    return write_directly(path, file, descriptor);
}

struct output *output_open_text(const char *path)
{
    return path != NULL ? output_file(path) : standard_output();
}

struct output *output_open(const char *path)
{
    if (path == NULL && isatty(STDOUT_FILENO))
        die("stdout", "a terminal, expected a pipe or a file for binary data");
#ifdef F_SETPIPE_SZ
    /* As our readers do: fewer switches to one that does not, such as cat. Fails, harmlessly,
     * where there is no pipe. */
    if (path == NULL)
        fcntl(STDOUT_FILENO, F_SETPIPE_SZ, 256 << 10);
#endif
    return output_open_text(path);
}

struct output *output_file_in_directory(const char *path)
{
    struct stat st;
    const struct stat *file = find(path, lstat, &st);
    if (file != NULL && !S_ISREG(file->st_mode))
        die(path, "%s, expected a file or nothing: no row leads out of its directory",
            S_ISLNK(file->st_mode) ? "a symbolic link" : "a pipe, a socket or a device");
    return make_file(path, mem_string(path), file);
}

const char *output_name(const struct output *out)
{
    return out->name;
}

void output_may_close(struct output *out)
{
    out->may_close = true;
    signal(SIGPIPE, SIG_IGN);
}

static void write_all(struct output *out, const void *data, size_t size)
{
    if (fd_write_all(out->fd, data, size))
        return;
    if (out->may_close && errno == EPIPE)
        exit(EXIT_SUCCESS);
    die_errno(out->name, "write failed");
}

void output_watch(struct output *out, void (*see)(void *to, const void *data, size_t size),
                  void *to)
{
    out->see = see;
    out->to = to;
}

void output_write(struct output *out, const void *data, size_t size)
{
    if (out->see != NULL)
        out->see(out->to, data, size);
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

static int link_as(struct output *out, const char *name)
{
    char fd[32];
    snprintf(fd, sizeof fd, "/proc/self/fd/%d", out->fd);
    return linkat(AT_FDCWD, fd, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
}

static int link_and_rename(struct output *out)
{
    int error = make_temp(out, link_as);
    if (error != 0 || rename(out->temp, out->final) == 0)
        return error;
    error = errno;
    unlink(out->temp);
    return error;
}

/* No call gives an unnamed file the name of another file: it needs a name of its own first. Lest a
 * SIGKILL for this process or its group leave that name, a process in a group of its own makes
 * both calls. What ends all processes at once can leave it, in the microseconds between the two. */
static int replace(struct output *out)
{
    int status = 0;
    signal(SIGCHLD, SIG_DFL); /* where it is ignored there is no status */
    pid_t child = vfork();
    if (child == 0) {
        setpgid(0, 0);
        _exit(link_and_rename(out));
    }
    if (child < 0)
        return link_and_rename(out);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

/* 0, or errno. */
static int put_in_place(struct output *out)
{
    if (out->is_named)
        return rename(out->temp, out->final) == 0 ? 0 : errno;
    int error = link_as(out, out->final);
    return error == EEXIST ? replace(out) : error;
}

static void settle(struct output *out)
{
    sigset_t signals;
    block_signals(&signals);
    int error = put_in_place(out);
    if (error == 0)
        unlist(out);
    pthread_sigmask(SIG_SETMASK, &signals, NULL);
    errno = error;
    if (error != 0)
        die_errno(out->name, "cannot be put in place");
}

/* All that can fail for want of room. An unnamed file stays open until it has its name: a second
 * descriptor is closed in its stead. */
static void finish(struct output *out)
{
    write_all(out, out->held, out->size);
    out->size = 0;
    int fd = out->fd;
    bool unnamed = out->final != NULL && !out->is_named;
    out->fd = unnamed ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    if ((unnamed && out->fd < 0) || (close(fd) != 0 && errno != EINTR))
        die_errno(out->name, "close failed");
}

static void put_and_free(struct output *out)
{
    if (out->final != NULL)
        settle(out);
    else
        unlist(out);
    if (out->fd >= 0)
        close(out->fd);
    free(out->held);
    free(out->temp);
    free(out->final);
    free(out->name);
    free(out);
}

void output_close(struct output *out)
{
    finish(out);
    put_and_free(out);
}

void output_close_both(struct output *out, struct output *other)
{
    if (other != NULL)
        finish(other);
    output_close(out);
    if (other != NULL)
        put_and_free(other);
}
