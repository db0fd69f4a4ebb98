#include "audio/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

/* Numbers of system calls mean something on one architecture only. */
#if defined(__linux__) && defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__linux__) && defined(__i386__)
#define ARCHITECTURE AUDIT_ARCH_I386
#elif defined(__linux__) && defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__linux__) && defined(__arm__)
#define ARCHITECTURE AUDIT_ARCH_ARM
#elif defined(__linux__) && defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#elif defined(__linux__) && defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define ARCHITECTURE AUDIT_ARCH_PPC64LE
#elif defined(__linux__) && defined(__s390x__)
#define ARCHITECTURE AUDIT_ARCH_S390X
#endif

#ifdef ARCHITECTURE

/* The calls of a decoder: for memory, open files, time, and the end. Others fail with EPERM, so
 * that a new libc that tries a newer call falls back. */
static const unsigned allowed[] = {
    SYS_read,         SYS_readv,           SYS_pread64,     SYS_close,           SYS_lseek,
    SYS_fstat,        SYS_readlinkat,      SYS_munmap,      SYS_mremap,          SYS_madvise,
    SYS_brk,          SYS_ppoll,           SYS_futex,       SYS_getrandom,       SYS_clock_gettime,
    SYS_gettimeofday, SYS_getpid,          SYS_gettid,      SYS_sched_yield,     SYS_rt_sigprocmask,
    SYS_rt_sigaction, SYS_rt_sigreturn,    SYS_sigaltstack, SYS_restart_syscall, SYS_exit,
    SYS_exit_group,
#ifdef SYS_newfstatat
    SYS_newfstatat,
#endif
#ifdef SYS_statx
    SYS_statx,
#endif
#ifdef SYS_stat /* not where Linux came late */
    SYS_stat,         SYS_readlink,        SYS_poll,
#endif
#ifdef SYS_stat64 /* 32 bits */
    SYS_stat64,       SYS_fstat64,         SYS_fstatat64,   SYS__llseek,
#endif
#ifdef SYS_futex_time64 /* 32 bits, Linux 5.1 */
    SYS_futex_time64, SYS_clock_gettime64,
#endif
};

/* Flags that an open for reading has none of. */
enum { CHANGING = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND };

/* The call that maps memory; i386 and s390x have one besides whose flags stand in memory, where a
 * filter cannot see them. */
#if defined(SYS_mmap2)
#define MAPPING SYS_mmap2
#elif defined(SYS_mmap) && !defined(__s390x__)
#define MAPPING SYS_mmap
#endif

struct program {
    struct sock_filter code[192];
    unsigned short size;
};

/* One instruction; the jumps are over so many after it. */
static void add(struct program *p, unsigned code, uint32_t k, unsigned then, unsigned otherwise)
{
    p->code[p->size++] = (struct sock_filter){
        .code = (uint16_t)code, .jt = (uint8_t)then, .jf = (uint8_t)otherwise, .k = k};
}

static void add_load(struct program *p, size_t offset)
{
    add(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

/* A call whose argument is value as far as mask shows it; descriptors and flags are 32 bits,
 * what stands above them the kernel does not look at either. */
struct condition {
    unsigned argument;
    uint32_t mask, value;
};

/* Allows a call where all count conditions hold, of which there may be none. */
static void add_allow_if(struct program *p, unsigned call, const struct condition *conditions,
                         unsigned count)
{
    enum { EACH = 3, LOW = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : 4 };
    add(p, BPF_JMP | BPF_JEQ | BPF_K, call, 0, EACH * count + 2);
    for (unsigned i = 0; i < count; i++) {
        const struct condition *c = &conditions[i];
        add_load(p, offsetof(struct seccomp_data, args) + c->argument * sizeof(uint64_t) + LOW);
        add(p, BPF_ALU | BPF_AND | BPF_K, c->mask, 0, 0);
        add(p, BPF_JMP | BPF_JEQ | BPF_K, c->value, 0, EACH * (count - 1 - i) + 1);
    }
    add(p, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);
    add_load(p, offsetof(struct seccomp_data, nr));
}

static void make(struct program *p, int out)
{
    const int writable[] = {out, STDERR_FILENO};
    const struct condition open_to_read = {1, CHANGING, O_RDONLY};
    const struct condition openat_to_read = {2, CHANGING, O_RDONLY};
    p->size = 0;
    add_load(p, offsetof(struct seccomp_data, arch));
    add(p, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
    add(p, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM, 0, 0);
    add_load(p, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        add_allow_if(p, allowed[i], NULL, 0);
    for (int i = 0; i < 2; i++) {
        const struct condition to_it = {0, UINT32_MAX, (uint32_t)writable[i]};
        add_allow_if(p, SYS_write, &to_it, 1);
        add_allow_if(p, SYS_writev, &to_it, 1);
    }
#ifdef SYS_open
    add_allow_if(p, SYS_open, &open_to_read, 1);
#endif
    add_allow_if(p, SYS_openat, &openat_to_read, 1);
#ifdef MAPPING
    /* Through a shared mapping a file could be written that the shell has left open; nothing that
     * was mapped is to be run. */
    const struct condition memory[] = {{2, PROT_EXEC, 0}, {3, MAP_SHARED, 0}};
    add_allow_if(p, MAPPING, memory, 2);
#endif
    add(p, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM, 0, 0);
}

static bool filter(int out)
{
    static struct program program;
    make(&program, out);
    struct sock_fprog argument = {.len = program.size, .filter = program.code};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &argument) == 0;
}

#endif

/* A limit that is lower already stays. */
static void limit(int resource, rlim_t most)
{
    struct rlimit limits;
    if (getrlimit(resource, &limits) != 0 || limits.rlim_cur > most)
        limits.rlim_cur = most;
    limits.rlim_max = limits.rlim_cur;
    setrlimit(resource, &limits);
}

void sandbox_enter(int out)
{
#if defined(__linux__)
    /* A decoder that waits for a pipe without a writer must not outlive its parent. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
#if !defined(__SANITIZE_ADDRESS__)
    /* AddressSanitizer takes terabytes of addresses for itself. */
    limit(RLIMIT_AS, (rlim_t)1 << 30);
#endif
#ifdef ARCHITECTURE
    if (filter(out))
        return;
#endif
    (void)out;
    limit(RLIMIT_FSIZE, 0);
}
