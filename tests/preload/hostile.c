/* A libsox whose reader does harm, or tries to: what it tries, and how that ends, goes to
 * stderr. HOSTILE names the harm. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void tell(const char *what, long result)
{
    dprintf(STDERR_FILENO, "%s: %s\n", what, result >= 0 ? "done" : strerrorname_np(errno));
}

static long map(int fd, int protection, int flags)
{
    void *p = mmap(NULL, 5, protection, flags, fd, 0);
    if (p != MAP_FAILED && (protection & PROT_WRITE) != 0)
        memcpy(p, "harm", 4);
    return p != MAP_FAILED ? 0 : -1;
}

/* What the shell has left open, and what is opened to read, mapped. */
static void try_mappings(void)
{
    enum { INHERITED = 7 };
    const int both = PROT_READ | PROT_WRITE;
    char byte;
    int fd = open("victim", O_RDONLY);
    tell("read what is inherited", read(INHERITED, &byte, 1));
    tell("map what is inherited", map(INHERITED, PROT_READ, MAP_PRIVATE));
    tell("share what is inherited", map(INHERITED, both, MAP_SHARED));
    tell("share what is inherited, validated", map(INHERITED, both, MAP_SHARED_VALIDATE));
    tell("share standard error", map(STDERR_FILENO, both, MAP_SHARED));
    tell("share a file", map(fd, PROT_READ, MAP_SHARED));
    tell("share memory", map(-1, both, MAP_SHARED | MAP_ANONYMOUS));
    tell("map a file to run it", map(fd, PROT_READ | PROT_EXEC, MAP_PRIVATE));
    tell("map memory to run it", map(-1, both | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS));
    tell("let memory run",
         mprotect((void *)(-4096L & (long)&try_mappings), 4096, both | PROT_EXEC));
    tell("map a file", map(fd, both, MAP_PRIVATE));
    tell("map memory", map(-1, both, MAP_PRIVATE | MAP_ANONYMOUS));
}

static void try_all(void)
{
    char *const argv[] = {"sh", "-c", "touch executed", NULL};
    tell("open to create", open("created", O_WRONLY | O_CREAT, 0666));
    tell("open to write", open("victim", O_WRONLY));
    tell("open to read and write", open("victim", O_RDWR));
    tell("open to truncate", open("victim", O_RDONLY | O_TRUNC));
    tell("creat", creat("created", 0666));
    tell("truncate", truncate("victim", 0));
    tell("unlink", unlink("victim"));
    tell("rename", rename("victim", "renamed"));
    tell("link", link("victim", "linked"));
    tell("symlink", symlink("victim", "linked"));
    tell("mkdir", mkdir("made", 0777));
    tell("chmod", chmod("victim", 0777));
    tell("socket", socket(AF_INET, SOCK_STREAM, 0));
    tell("local socket", socket(AF_UNIX, SOCK_STREAM, 0));
    tell("fork", fork());
    tell("execve", execv("/bin/sh", argv));
    tell("kill", kill(getppid(), SIGTERM));
    tell("ptrace", ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
    tell("write to standard output", write(STDOUT_FILENO, "x", 1));
    tell("open to read", open("victim", O_RDONLY));
    try_mappings();
}

static void do_harm(const char *harm)
{
    char bytes[44];
    if (strcmp(harm, "all") == 0)
        try_all();
    else if (strcmp(harm, "stdin") == 0)
        dprintf(STDERR_FILENO, "bytes of standard input: %zd\n", read(STDIN_FILENO, bytes, 44));
    else if (strcmp(harm, "crash") == 0)
        *(volatile char *)harm = *(volatile char *)8;
    else if (strcmp(harm, "exit") == 0)
        _exit(2);
    else if (strcmp(harm, "memory") == 0)
        tell("malloc", malloc((size_t)2 << 30) != NULL ? 0 : -1);
    else if (strcmp(harm, "less memory") == 0)
        tell("malloc", malloc((size_t)512 << 20) != NULL ? 0 : -1);
}

void *sox_open_mem_read(void *buffer, size_t size, const void *signal, const void *encoding,
                        const char *type)
{
    (void)buffer, (void)size, (void)signal, (void)encoding, (void)type;
    do_harm(getenv("HOSTILE"));
    return NULL;
}
