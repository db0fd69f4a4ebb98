#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* Fortified calls go by other names, which the linker's --wrap does not find. */
#if defined(_FORTIFY_SOURCE) && _FORTIFY_SOURCE > 0
#error "fuzz targets are built without _FORTIFY_SOURCE"
#endif

/* The harness's own loops are no news to a fuzzer. */
#if defined(__clang__)
#define NO_COVERAGE __attribute__((noinline, no_sanitize("coverage")))
#else
#define NO_COVERAGE
#endif

static jmp_buf end_of_run;
static int end_status;
/* Whether the wrapped calls are a run's, not the fuzzer's own. */
static bool running;

struct input {
    struct bytes bytes;
    size_t piece, at;
};
static struct input inputs[FUZZ_INPUTS];
/* Files that are no files get numbers that the system never gives; /dev/null is the last. */
enum { FIRST_FD = 1 << 20, NULL_FD = FIRST_FD + FUZZ_INPUTS };

static char said[8192 + 1];
static size_t said_size;

/* What a run has written. */
struct kept {
    uint8_t *p;
    size_t size, capacity;
};
static struct kept written, filed;

/* Memory that the run holds: an open hash table, so that die() costs what was held and no
 * more. The sanitizers' allocators tell of every block, in the libraries too; without
 * them nobody looks for leaks. */
enum { HELD_SLOTS = 1 << 12 };
static const volatile void *held[HELD_SLOTS];
static size_t held_count;
static _Thread_local bool tracking;

__attribute__((weak)) int
__sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                          void (*on_free)(const volatile void *));

/* What the sanitizers read when they start. malloc says no to what a header only claims, as
 * it may anywhere. */
const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1:max_allocation_size_mb=256:quarantine_size_mb=16";
}

const char *__ubsan_default_options(void)
{
    return "print_stacktrace=1";
}

NO_COVERAGE static size_t slot_of(const volatile void *p)
{
    return (size_t)((uintptr_t)p >> 4) * 0x9e3779b1U % HELD_SLOTS;
}

NO_COVERAGE static void on_malloc(const volatile void *p, size_t size)
{
    (void)size;
    if (!tracking || p == NULL || held_count > HELD_SLOTS / 2)
        return;
    size_t i = slot_of(p);
    while (held[i] != NULL)
        i = (i + 1) % HELD_SLOTS;
    held[i] = p;
    held_count++;
}

/* Closes the gap that a block leaves, so that those behind it are still found. */
NO_COVERAGE static void on_free(const volatile void *p)
{
    if (!tracking || p == NULL)
        return;
    size_t gap = slot_of(p);
    while (held[gap] != NULL && held[gap] != p)
        gap = (gap + 1) % HELD_SLOTS;
    if (held[gap] == NULL)
        return;
    held_count--;
    for (size_t i = (gap + 1) % HELD_SLOTS; held[i] != NULL; i = (i + 1) % HELD_SLOTS) {
        size_t home = slot_of(held[i]);
        if ((i - home) % HELD_SLOTS >= (i - gap) % HELD_SLOTS) {
            held[gap] = held[i];
            gap = i;
        }
    }
    held[gap] = NULL;
}

/* Empties the table; frees what is in it where the run ended as a program does. */
NO_COVERAGE static void drop_held(bool ended)
{
    for (size_t i = 0; i < HELD_SLOTS && held_count > 0; i++) {
        if (held[i] == NULL)
            continue;
        if (ended)
            free((void *)(uintptr_t)held[i]);
        held[i] = NULL;
        held_count--;
    }
}

void fuzz_input(int index, struct bytes bytes, size_t piece)
{
    inputs[index] = (struct input){bytes, piece, 0};
}

int fuzz_run(void (*body)(void *), void *argument)
{
    static bool hooked;
    if (!hooked && __sanitizer_install_malloc_and_free_hooks != NULL)
        __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
    hooked = true;
    for (int i = 0; i < FUZZ_INPUTS; i++)
        inputs[i].at = 0;
    said_size = written.size = filed.size = 0;
    end_status = FUZZ_RETURNED;
    running = tracking = true;
    if (setjmp(end_of_run) == 0)
        body(argument);
    running = tracking = false;
    drop_held(end_status != FUZZ_RETURNED);
    said[said_size] = '\0';
    return end_status;
}

const char *fuzz_said(void)
{
    return said;
}

struct bytes fuzz_output(void)
{
    return (struct bytes){written.p, written.size};
}

struct bytes fuzz_filed(void)
{
    return (struct bytes){filed.p, filed.size};
}

uint8_t *fuzz_copy(struct bytes bytes)
{
    uint8_t *copy = malloc(bytes.n);
    if (copy == NULL && bytes.n > 0)
        abort();
    if (bytes.n > 0)
        memcpy(copy, bytes.p, bytes.n);
    return copy;
}

NO_COVERAGE uint64_t fuzz_hash(uint64_t hash, const void *p, size_t n)
{
    const uint8_t *bytes = p;
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3U;
    return hash;
}

void fuzz_fail(const char *file, int line, const char *condition)
{
    running = false;
    fprintf(stderr, "%s:%d: does not hold: %s\nlast message: %s\n", file, line, condition,
            said_size > 0 ? said : "none");
    abort();
}

/* The wrapped calls. */

_Noreturn void __real_exit(int status);
int __real_open(const char *path, int flags, ...);
int __real_close(int fd);
int __real_fstat(int fd, struct stat *st);
ssize_t __real_read(int fd, void *to, size_t size);
ssize_t __real_write(int fd, const void *from, size_t size);
int __real_isatty(int fd);

_Noreturn void __wrap_exit(int status);
int __wrap_open(const char *path, int flags, ...);
int __wrap_close(int fd);
int __wrap_fstat(int fd, struct stat *st);
ssize_t __wrap_read(int fd, void *to, size_t size);
ssize_t __wrap_write(int fd, const void *from, size_t size);
int __wrap_isatty(int fd);

void __wrap_exit(int status)
{
    if (!running)
        __real_exit(status);
    end_status = status;
    longjmp(end_of_run, 1);
}

int __wrap_open(const char *path, int flags, ...)
{
    if (running) {
        if (strcmp(path, "/dev/null") == 0)
            return NULL_FD;
        int index = path[0] - '0';
        if (index >= 0 && index < FUZZ_INPUTS && path[1] == '\0')
            return FIRST_FD + index;
        errno = ENOENT;
        return -1;
    }
    va_list args;
    va_start(args, flags);
    unsigned mode = (flags & O_CREAT) != 0 ? va_arg(args, unsigned) : 0;
    va_end(args);
    return __real_open(path, flags, mode);
}

/* The name of the same where offsets are of 64 bits. */
int __wrap_open64(const char *path, int flags, ...) __attribute__((alias("__wrap_open")));

int __wrap_close(int fd)
{
    return running ? 0 : __real_close(fd);
}

/* A pipe: a file would have a size. */
int __wrap_fstat(int fd, struct stat *st)
{
    if (!running)
        return __real_fstat(fd, st);
    memset(st, 0, sizeof *st);
    st->st_mode = S_IFIFO;
    return 0;
}

int __wrap_fstat64(int fd, struct stat *st) __attribute__((alias("__wrap_fstat")));

ssize_t __wrap_read(int fd, void *to, size_t size)
{
    if (!running)
        return __real_read(fd, to, size);
    int index = fd >= FIRST_FD ? fd - FIRST_FD : 0;
    struct input *in = &inputs[index];
    size_t n = in->bytes.n - in->at;
    n = n < in->piece ? n : in->piece;
    n = n < size ? n : size;
    if (n > 0)
        memcpy(to, in->bytes.p + in->at, n);
    in->at += n;
    return (ssize_t)n;
}

static void keep(struct kept *to, const void *from, size_t size)
{
    if (to->size + size > to->capacity) {
        /* The buffer is the harness's: it outlives the run. */
        tracking = false;
        to->capacity = 2 * (to->size + size);
        to->p = realloc(to->p, to->capacity);
        if (to->p == NULL)
            abort();
        tracking = true;
    }
    if (size > 0)
        memcpy(to->p + to->size, from, size);
    to->size += size;
}

static void keep_said(const void *from, size_t size)
{
    size_t room = sizeof said - 1 - said_size;
    size_t n = size < room ? size : room;
    memcpy(said + said_size, from, n);
    said_size += n;
    said[said_size] = '\0';
}

ssize_t __wrap_write(int fd, const void *from, size_t size)
{
    if (!running)
        return __real_write(fd, from, size);
    if (fd == STDERR_FILENO)
        keep_said(from, size);
    else
        keep(fd == NULL_FD ? &filed : &written, from, size);
    return (ssize_t)size;
}

int __wrap_isatty(int fd)
{
    return running ? 0 : __real_isatty(fd);
}
