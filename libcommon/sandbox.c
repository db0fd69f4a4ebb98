#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#if defined(__linux__)
#include <seccomp.h>
#endif
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#if defined(__linux__)
#include <sys/prctl.h>
#endif
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where there are no filters: no file gets longer than nothing. */
static void write_nothing(void)
{
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_FSIZE, &none);
}

#if defined(__linux__)

/* What decoding takes: memory, files that are open, time, and the end. What is not on
 * this list fails with EPERM, so that a new libc that tries a newer call falls back. */
static const int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(close),
    SCMP_SYS(lseek),
    SCMP_SYS(_llseek),
    SCMP_SYS(fstat),
    SCMP_SYS(fstat64),
    SCMP_SYS(stat),
    SCMP_SYS(stat64),
    SCMP_SYS(newfstatat),
    SCMP_SYS(fstatat64),
    SCMP_SYS(statx),
    SCMP_SYS(lstat),
    SCMP_SYS(lstat64),
    SCMP_SYS(readlink),
    SCMP_SYS(readlinkat),
    SCMP_SYS(mmap),
    SCMP_SYS(mmap2),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(ppoll_time64),
    SCMP_SYS(futex),
    SCMP_SYS(futex_time64),
    SCMP_SYS(getrandom),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(sched_yield),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

/* Flags that an open for reading has none of. */
enum { CHANGING = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND };

/* Allows a call whose argument, as far as mask shows it, is value. */
static int allow_if(scmp_filter_ctx rules, int call, unsigned argument, scmp_datum_t mask,
                    scmp_datum_t value)
{
    const struct scmp_arg_cmp condition = {
        .arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
    return seccomp_rule_add_array(rules, SCMP_ACT_ALLOW, call, 1, &condition);
}

static int allow_all(scmp_filter_ctx rules, int out)
{
    /* Descriptors are 32 bits; what stands above them is not looked at. */
    const scmp_datum_t whole = 0xffffffff;
    const int writable[] = {out, STDERR_FILENO};
    int failed = 0;
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        failed |= seccomp_rule_add_array(rules, SCMP_ACT_ALLOW, allowed[i], 0, NULL);
    for (int i = 0; i < 2; i++) {
        failed |= allow_if(rules, SCMP_SYS(write), 0, whole, (scmp_datum_t)writable[i]);
        failed |= allow_if(rules, SCMP_SYS(writev), 0, whole, (scmp_datum_t)writable[i]);
    }
    failed |= allow_if(rules, SCMP_SYS(open), 1, CHANGING, O_RDONLY);
    failed |= allow_if(rules, SCMP_SYS(openat), 2, CHANGING, O_RDONLY);
    return failed;
}

struct sandbox *sandbox_new(int out)
{
    scmp_filter_ctx rules = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (rules != NULL && allow_all(rules, out) != 0) {
        seccomp_release(rules);
        rules = NULL;
    }
    return rules;
}

bool sandbox_enter(const struct sandbox *sandbox)
{
    /* The library's own handle is what is kept; struct sandbox gives it a type. */
    if (sandbox != NULL && seccomp_load((scmp_filter_ctx)(uintptr_t)sandbox) == 0)
        return true;
    write_nothing();
    return false;
}

void sandbox_free(struct sandbox *sandbox)
{
    if (sandbox != NULL)
        seccomp_release(sandbox);
}

#else

struct sandbox *sandbox_new(int out)
{
    (void)out;
    return NULL;
}

bool sandbox_enter(const struct sandbox *sandbox)
{
    (void)sandbox;
    write_nothing();
    return false;
}

void sandbox_free(struct sandbox *sandbox)
{
    (void)sandbox;
}

#endif

void sandbox_limit(void)
{
#if defined(__linux__)
    /* A parent that is killed takes along what waits for a file that never comes. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    /* AddressSanitizer takes terabytes of addresses for itself. */
#if !defined(__SANITIZE_ADDRESS__)
    const struct rlimit memory = {(rlim_t)1 << 30, (rlim_t)1 << 30};
    setrlimit(RLIMIT_AS, &memory);
#endif
}

/* Whether a socket is refused after entering. */
static _Noreturn void try_out(void)
{
    bool in = sandbox_enter(sandbox_new(STDOUT_FILENO));
    _exit(in && socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM ? 0 : 1);
}

const char *sandbox_note(void)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0)
        try_out();
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return status == 0 ? "recordings are decoded in a sandbox (seccomp)"
                       : "no sandbox: this system refuses seccomp filters";
}
