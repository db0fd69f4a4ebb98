/* For on_exit, where the system has it. */
#define _GNU_SOURCE

#include "base/msg.h"

#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *tool = "wavefill";
static bool quiet;
static bool said; /* why the program ends */
static pid_t own; /* forked processes say nothing: their parent does */

/* A standard file that is closed would be the next file to be opened, and its messages
 * or data end up there. In its place comes one that cannot be used the way it would be. */
static void fill_standard_files(void)
{
    static const int modes[] = {O_WRONLY, O_RDONLY, O_RDONLY};
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", modes[fd]);
}

const char *msg_tool(void)
{
    return tool;
}

void msg_set_quiet(bool is_quiet)
{
    quiet = is_quiet;
}

bool msg_is_quiet(void)
{
    return quiet;
}

/* Copies raw to line with every byte that a terminal could act on as \ooo. */
static size_t escape(const char *raw, char *line, size_t size)
{
    size_t n = 0;
    size_t left = strlen(raw);
    while (left > 0 && n + 5 < size) {
        size_t len = utf8_printable(raw, left);
        if (len == 0) {
            snprintf(line + n, 5, "\\%03o", (unsigned)(unsigned char)*raw);
            n += 4;
            len = 1;
        } else if (n + len + 1 < size) {
            memcpy(line + n, raw, len);
            n += len;
        }
        raw += len;
        left -= len;
    }
    return n;
}

const char *msg_text(const char *bytes, size_t n, char *out, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < n && used + 5 < size; i++) {
        if (bytes[i] != '\0') {
            out[used++] = bytes[i];
            continue;
        }
        memcpy(out + used, "\\000", 4);
        used += 4;
    }
    out[used] = '\0';
    return out;
}

MSG_PRINTF(4, 0)
static void say(const char *kind, const char *file, const char *tail, const char *fmt, va_list args)
{
    /* PATH_MAX bounds names; longer lines are cut. */
    char text[8192], raw[16384], line[8192];
    vsnprintf(text, sizeof text, fmt, args);
    snprintf(raw, sizeof raw, "%s: %s%.6000s%s%s%s", tool, kind, file != NULL ? file : "",
             file != NULL ? ": " : "", text, tail);
    size_t len = escape(raw, line, sizeof line - 1);
    line[len++] = '\n';
    if (own != 0 && getpid() != own)
        return;
    /* Nothing is left to tell anyone when stderr itself fails. */
    ssize_t ignored = write(STDERR_FILENO, line, len);
    (void)ignored;
}

void die(const char *file, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    say("", file, "", fmt, args);
    va_end(args);
    said = true;
    exit(EXIT_FAILURE);
}

void die_errno(const char *file, const char *fmt, ...)
{
    char tail[256];
    snprintf(tail, sizeof tail, ": %s", strerror(errno));
    va_list args;
    va_start(args, fmt);
    say("", file, tail, fmt, args);
    va_end(args);
    said = true;
    exit(EXIT_FAILURE);
}

void die_usage(const char *fmt, ...)
{
    char tail[256];
    snprintf(tail, sizeof tail, "; try '%.200s --help'", tool);
    va_list args;
    va_start(args, fmt);
    say("", NULL, tail, fmt, args);
    va_end(args);
    said = true;
    exit(2);
}

void warn(const char *file, const char *fmt, ...)
{
    if (quiet)
        return;
    va_list args;
    va_start(args, fmt);
    say("warning: ", file, "", fmt, args);
    va_end(args);
}

void inform(const char *fmt, ...)
{
    if (quiet)
        return;
    va_list args;
    va_start(args, fmt);
    say("", NULL, "", fmt, args);
    va_end(args);
}

#ifdef __GLIBC__
/* Libraries may end the program themselves, as libsox does without memory, with a status of
 * their own and nothing said. Runs last: what is to be removed at the end has been. */
static void on_end(int status, void *unused)
{
    (void)unused;
    if (status == 0 || said || getpid() != own)
        return;
    quiet = false;
    inform("a library gave up with status %d, as libsox does when out of memory", status);
    _exit(EXIT_FAILURE);
}
#endif

void msg_init(const char *argv0)
{
    fill_standard_files();
    own = getpid();
#ifdef __GLIBC__
    on_exit(on_end, NULL);
#endif
    if (argv0 != NULL && argv0[0] != '\0') {
        const char *slash = strrchr(argv0, '/');
        tool = slash != NULL ? slash + 1 : argv0;
    }
}
