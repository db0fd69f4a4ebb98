/* fault: a library for LD_PRELOAD, for tests only. The n-th call of one kind fails, as it
 * would for want of memory or room; calls count from main on, in each process by itself. Those of
 * a library that is being loaded do not count, as they would not before main.
 *
 *     FAULT_REPORT=FILE  where calls are counted (struct report), made of zeros, with room
 *                        for as many processes as are to be seen; without it nothing is done
 *     FAULT_CALL=KIND    which kind fails: alloc, read, write, ... (KINDS)
 *     FAULT_AT=N         which call of it, from 1
 *     FAULT_ON=1         and all behind it too
 *     FAULT_ERROR=E      what errno is then; 0: reads or writes 1 byte instead
 *     FAULT_PROCESS=P    in which process: 0 is the first (default), 1 the first that it
 *                        forks, and so on
 *     FAULT_NAMED=1      no file can be opened without a name, as on file systems that know none
 *
 * The report is memory shared with its file: it holds however a process ends. */
#define _GNU_SOURCE

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* clang-format off */
#define KINDS(K) \
    K(alloc) K(read) K(write) K(open) K(close) K(rename) K(stat) K(mkdir) K(unlink) K(truncate) \
    K(chmod) K(seek) K(mkstemp) K(opendir) K(readdir) K(link) K(pipe) K(fork) K(wait) K(poll) \
    K(fcntl) K(thread) K(fopen) K(fread) K(fwrite) K(fclose) K(memstream) K(load)
/* clang-format on */

#define ENUM(kind) kind_##kind,
#define NAME(kind) #kind " "
enum kind { KINDS(ENUM) KIND_COUNT };
extern const char fault_kinds[];
const char fault_kinds[] = KINDS(NAME); /* in the order of the report's counts */

struct process {
    _Atomic uint32_t struck; /* how many calls were made to fail */
    _Atomic uint32_t calls[KIND_COUNT];
};

struct report {
    char where[2048]; /* who made the call that failed first, and who called that: library:function,
                       * or an offset where a function has no public name */
    _Atomic uint32_t processes;
    struct process process[];
};

static struct report *report;
static size_t room;
static struct process *mine; /* NULL: not counting */
static bool chosen;          /* this process is the one that fails */
static long kind_at, at, error, wanted_process;
static bool from_there_on;

static long setting(const char *name)
{
    const char *text = getenv(name);
    return text != NULL ? strtol(text, NULL, 10) : 0;
}

static void enter_process(void)
{
    uint32_t number = atomic_fetch_add(&report->processes, 1);
    mine = number < room ? &report->process[number] : NULL;
    chosen = number == wanted_process;
}

/* The place of the name among those of the kinds, or -1. */
static long find_kind(const char *name)
{
    long kind = 0;
    for (const char *p = fault_kinds; name != NULL && *p != '\0'; kind++) {
        size_t n = strcspn(p, " ");
        if (n == strlen(name) && memcmp(p, name, n) == 0)
            return kind;
        p += n + 1;
    }
    return -1;
}

static void start(void)
{
    const char *path = getenv("FAULT_REPORT");
    struct stat st;
    int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0 || fstat(fd, &st) != 0)
        return;
    void *map = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (map == MAP_FAILED)
        return;
    kind_at = find_kind(getenv("FAULT_CALL"));
    at = setting("FAULT_AT");
    error = setting("FAULT_ERROR");
    wanted_process = setting("FAULT_PROCESS");
    from_there_on = setting("FAULT_ON") != 0;
    room = ((size_t)st.st_size - sizeof *report) / sizeof(struct process);
    report = map;
    /* The first backtrace loads a library, which is not to happen in the middle of things. */
    void *frame;
    backtrace(&frame, 1);
    pthread_atfork(NULL, NULL, enter_process);
    enter_process();
}

static void tell_where(void)
{
    enum { FRAMES = 24 };
    void *frames[FRAMES];
    int count = backtrace(frames, FRAMES);
    size_t used = 0;
    for (int i = 2; i < count && used + 1 < sizeof report->where; i++) {
        Dl_info info;
        char *to = report->where + used;
        size_t left = sizeof report->where - used;
        if (dladdr(frames[i], &info) == 0)
            continue;
        const char *slash = strrchr(info.dli_fname, '/');
        const char *file = slash != NULL ? slash + 1 : info.dli_fname;
        if (info.dli_sname != NULL)
            snprintf(to, left, "%s:%s ", file, info.dli_sname);
        else
            snprintf(to, left, "%s+%#tx ", file, (char *)frames[i] - (char *)info.dli_fbase);
        used += strlen(to);
    }
}

/* Counts a call; whether it is to fail. */
static bool strikes(enum kind kind)
{
    if (mine == NULL)
        return false;
    long n = (long)atomic_fetch_add(&mine->calls[kind], 1) + 1;
    if (!chosen || kind != kind_at || at == 0 || (from_there_on ? n < at : n != at))
        return false;
    if (atomic_fetch_add(&mine->struck, 1) == 0)
        tell_where();
    errno = (int)error;
    return true;
}

/* The function behind the one here that has this name. */
static void *behind(const char *name)
{
    void *f = dlsym(RTLD_NEXT, name);
    if (f == NULL)
        abort();
    return f;
}

/* `real` is the function behind, looked up when first called: before main already. */
#define REAL(type, name, params)                                                                   \
    static type(*real) params;                                                                     \
    if (real == NULL)                                                                              \
    *(void **)&real = behind(name)

/* A function that does nothing but fail where it is struck. */
#define FAILS(kind, failure, type, name, params, args)                                             \
    type name params;                                                                              \
    type name params                                                                               \
    {                                                                                              \
        REAL(type, #name, params);                                                                 \
        return strikes(kind_##kind) ? failure : real args;                                         \
    }

/* One that is done all the same: what is closed is gone even where that failed. */
#define FAILS_DONE(kind, failure, name, params, args)                                              \
    int name params;                                                                               \
    int name params                                                                                \
    {                                                                                              \
        REAL(int, #name, params);                                                                  \
        bool struck = strikes(kind_##kind);                                                        \
        int status = real args;                                                                    \
        if (struck)                                                                                \
            errno = (int)error;                                                                    \
        return struck ? failure : status;                                                          \
    }

/* One that moves bytes: all but a byte of them may be left for the next call. */
#define FAILS_SHORT(kind, name, params, args)                                                      \
    ssize_t name params;                                                                           \
    ssize_t name params                                                                            \
    {                                                                                              \
        REAL(ssize_t, #name, params);                                                              \
        if (strikes(kind_##kind)) {                                                                \
            if (error != 0)                                                                        \
                return -1;                                                                         \
            size = size < 1 ? size : 1;                                                            \
        }                                                                                          \
        return real args;                                                                          \
    }

FAILS(alloc, NULL, void *, malloc, (size_t size), (size))
FAILS(alloc, NULL, void *, calloc, (size_t count, size_t size), (count, size))
FAILS(alloc, NULL, void *, realloc, (void *old, size_t size), (old, size))
FAILS(alloc, NULL, void *, reallocarray, (void *old, size_t count, size_t size), (old, count, size))
FAILS(alloc, NULL, void *, aligned_alloc, (size_t alignment, size_t size), (alignment, size))
FAILS(alloc, NULL, void *, memalign, (size_t alignment, size_t size), (alignment, size))
FAILS(alloc, ENOMEM, int, posix_memalign, (void **p, size_t alignment, size_t size),
      (p, alignment, size))

FAILS_SHORT(read, read, (int fd, void *to, size_t size), (fd, to, size))
FAILS_SHORT(read, pread, (int fd, void *to, size_t size, off_t offset), (fd, to, size, offset))
FAILS_SHORT(read, pread64, (int fd, void *to, size_t size, off64_t offset), (fd, to, size, offset))
FAILS_SHORT(read, recv, (int fd, void *to, size_t size, int flags), (fd, to, size, flags))
FAILS_SHORT(write, write, (int fd, const void *from, size_t size), (fd, from, size))
FAILS_SHORT(write, pwrite, (int fd, const void *from, size_t size, off_t offset),
            (fd, from, size, offset))
FAILS_SHORT(write, pwrite64, (int fd, const void *from, size_t size, off64_t offset),
            (fd, from, size, offset))
FAILS_SHORT(write, send, (int fd, const void *from, size_t size, int flags),
            (fd, from, size, flags))

FAILS_DONE(close, -1, close, (int fd), (fd))
FAILS_DONE(close, -1, closedir, (DIR * dir), (dir))
FAILS_DONE(fclose, EOF, fclose, (FILE * file), (file))

FAILS(rename, -1, int, rename, (const char *from, const char *to), (from, to))
FAILS(rename, -1, int, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
FAILS(rename, -1, int, renameat2,
      (int a, const char *from, int b, const char *to, unsigned int flags), (a, from, b, to, flags))
FAILS(rename, -1, int, link, (const char *from, const char *to), (from, to))
FAILS(rename, -1, int, linkat, (int a, const char *from, int b, const char *to, int flags),
      (a, from, b, to, flags))
FAILS(stat, -1, int, stat, (const char *path, struct stat *st), (path, st))
FAILS(stat, -1, int, stat64, (const char *path, struct stat64 *st), (path, st))
FAILS(stat, -1, int, lstat, (const char *path, struct stat *st), (path, st))
FAILS(stat, -1, int, lstat64, (const char *path, struct stat64 *st), (path, st))
FAILS(stat, -1, int, fstat, (int fd, struct stat *st), (fd, st))
FAILS(stat, -1, int, fstat64, (int fd, struct stat64 *st), (fd, st))
FAILS(stat, -1, int, fstatat, (int dir, const char *path, struct stat *st, int flags),
      (dir, path, st, flags))
FAILS(mkdir, -1, int, mkdir, (const char *path, mode_t mode), (path, mode))
FAILS(unlink, -1, int, unlink, (const char *path), (path))
FAILS(unlink, -1, int, unlinkat, (int dir, const char *path, int flags), (dir, path, flags))
FAILS(truncate, -1, int, ftruncate, (int fd, off_t size), (fd, size))
FAILS(truncate, -1, int, ftruncate64, (int fd, off64_t size), (fd, size))
FAILS(chmod, -1, int, fchmod, (int fd, mode_t mode), (fd, mode))
FAILS(seek, -1, off_t, lseek, (int fd, off_t offset, int whence), (fd, offset, whence))
FAILS(seek, -1, off64_t, lseek64, (int fd, off64_t offset, int whence), (fd, offset, whence))
FAILS(mkstemp, -1, int, mkstemp, (char *path), (path))
FAILS(mkstemp, -1, int, mkstemp64, (char *path), (path))
FAILS(mkstemp, -1, int, mkostemp, (char *path, int flags), (path, flags))
FAILS(mkstemp, -1, int, mkostemp64, (char *path, int flags), (path, flags))
FAILS(opendir, NULL, DIR *, opendir, (const char *path), (path))
FAILS(opendir, NULL, DIR *, fdopendir, (int fd), (fd))
FAILS(readdir, NULL, struct dirent *, readdir, (DIR * dir), (dir))
FAILS(readdir, NULL, struct dirent64 *, readdir64, (DIR * dir), (dir))
FAILS(link, -1, ssize_t, readlink, (const char *path, char *to, size_t size), (path, to, size))
FAILS(link, NULL, char *, realpath, (const char *path, char *to), (path, to))

FAILS(pipe, -1, int, pipe, (int fds[2]), (fds))
FAILS(pipe, -1, int, pipe2, (int fds[2], int flags), (fds, flags))
FAILS(pipe, -1, int, socketpair, (int domain, int type, int protocol, int fds[2]),
      (domain, type, protocol, fds))
FAILS(pipe, -1, int, dup, (int fd), (fd))
FAILS(pipe, -1, int, dup2, (int from, int to), (from, to))
FAILS(fork, -1, pid_t, fork, (void), ())
FAILS(wait, -1, pid_t, wait, (int *status), (status))
FAILS(wait, -1, pid_t, waitpid, (pid_t pid, int *status, int options), (pid, status, options))
FAILS(poll, -1, int, poll, (struct pollfd * fds, nfds_t count, int timeout), (fds, count, timeout))
FAILS(thread, EAGAIN, int, pthread_mutex_init,
      (pthread_mutex_t * mutex, const pthread_mutexattr_t *attributes), (mutex, attributes))
FAILS(thread, EAGAIN, int, pthread_cond_init,
      (pthread_cond_t * condition, const pthread_condattr_t *attributes), (condition, attributes))
FAILS(thread, EAGAIN, int, pthread_create,
      (pthread_t * thread, const pthread_attr_t *attributes, void *(*run)(void *), void *data),
      (thread, attributes, run, data))

FAILS(fopen, NULL, FILE *, fopen, (const char *path, const char *mode), (path, mode))
FAILS(fopen, NULL, FILE *, fopen64, (const char *path, const char *mode), (path, mode))
FAILS(fopen, NULL, FILE *, fdopen, (int fd, const char *mode), (fd, mode))
FAILS(fread, 0, size_t, fread, (void *to, size_t size, size_t count, FILE *file),
      (to, size, count, file))
FAILS(fwrite, 0, size_t, fwrite, (const void *from, size_t size, size_t count, FILE *file),
      (from, size, count, file))
FAILS(memstream, NULL, FILE *, open_memstream, (char **bytes, size_t *size), (bytes, size))
FAILS(memstream, NULL, FILE *, fmemopen, (void *bytes, size_t size, const char *mode),
      (bytes, size, mode))

/* Those with an argument that need not be there: it is passed on as the widest kind it has. */
#define FAILS_VARIADIC(kind, name, params, args, last, type, refused)                              \
    int name params;                                                                               \
    int name params                                                                                \
    {                                                                                              \
        REAL(int, #name, params);                                                                  \
        va_list rest;                                                                              \
        va_start(rest, last);                                                                      \
        type argument = va_arg(rest, type);                                                        \
        va_end(rest);                                                                              \
        return refused || strikes(kind_##kind) ? -1 : real args;                                   \
    }

/* O_TMPFILE. */
static bool refuses_unnamed(int flags)
{
    bool refuses = (flags & O_TMPFILE) == O_TMPFILE && getenv("FAULT_NAMED") != NULL;
    errno = refuses ? EOPNOTSUPP : errno;
    return refuses;
}

FAILS_VARIADIC(open, open, (const char *path, int flags, ...), (path, flags, argument), flags,
               mode_t, refuses_unnamed(flags))
FAILS_VARIADIC(open, open64, (const char *path, int flags, ...), (path, flags, argument), flags,
               mode_t, refuses_unnamed(flags))
FAILS_VARIADIC(open, openat, (int dir, const char *path, int flags, ...),
               (dir, path, flags, argument), flags, mode_t, refuses_unnamed(flags))
FAILS_VARIADIC(open, openat64, (int dir, const char *path, int flags, ...),
               (dir, path, flags, argument), flags, mode_t, refuses_unnamed(flags))
FAILS_VARIADIC(fcntl, fcntl, (int fd, int command, ...), (fd, command, argument), command, void *,
               false)
FAILS_VARIADIC(fcntl, fcntl64, (int fd, int command, ...), (fd, command, argument), command, void *,
               false)

/* What the compiler calls where it knows sizes or flags. */
FAILS(open, -1, int, __open_2, (const char *path, int flags), (path, flags))
FAILS(open, -1, int, __open64_2, (const char *path, int flags), (path, flags))
FAILS(read, -1, ssize_t, __read_chk, (int fd, void *to, size_t size, size_t there),
      (fd, to, size, there))
FAILS(fread, 0, size_t, __fread_chk,
      (void *to, size_t there, size_t size, size_t count, FILE *file),
      (to, there, size, count, file))

void *dlopen(const char *file, int mode)
{
    REAL(void *, "dlopen", (const char *, int));
    struct process *counted = mine;
    if (strikes(kind_load))
        return NULL;
    mine = NULL;
    void *library = real(file, mode);
    mine = counted;
    return library;
}

static int (*real_main)(int, char **, char **);

static int counted_main(int argc, char **argv, char **env)
{
    start();
    return real_main(argc, argv, env);
}

int __libc_start_main(int (*program)(int, char **, char **), int argc, char **argv,
                      void (*init)(void), void (*fini)(void), void (*end)(void), void *stack);
int __libc_start_main(int (*program)(int, char **, char **), int argc, char **argv,
                      void (*init)(void), void (*fini)(void), void (*end)(void), void *stack)
{
    REAL(int, "__libc_start_main",
         (int (*)(int, char **, char **), int, char **, void (*)(void), void (*)(void),
          void (*)(void), void *));
    real_main = program;
    return real(counted_main, argc, argv, init, fini, end, stack);
}
