/* Messages on stderr, and the ends that they lead to. Boundary code only:
 * computing code returns a status and lets its caller say what happened. */
#ifndef WAVEFILL_BASE_MSG_H
#define WAVEFILL_BASE_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define MSG_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define MSG_PRINTF(fmt, args)
#endif

/* To be called first: takes the tool's name from argv[0], for the start of each message,
 * and sees to it that the three standard files are open. */
void msg_init(const char *argv0);

/* The tool's name without its directory. */
const char *msg_tool(void);

/* Silences warn() and inform(), not errors. */
void msg_set_quiet(bool quiet);
bool msg_is_quiet(void);

/* Each writes one line, `tool: file: text`, in a single write, unless the process was
 * forked after msg_init: its parent speaks for it. file may be
 * NULL. Control characters and bytes that are not UTF-8 come out as \ooo, so
 * that a name can neither fake a second line nor drive the terminal. */

/* Bad data or failed I/O: ends the program with status 1. */
_Noreturn void die(const char *file, const char *fmt, ...) MSG_PRINTF(2, 3);

/* The same, followed by the text of errno. */
_Noreturn void die_errno(const char *file, const char *fmt, ...) MSG_PRINTF(2, 3);

/* A wrong command line: ends the program with status 2. */
_Noreturn void die_usage(const char *fmt, ...) MSG_PRINTF(1, 2);

/* Bytes of a stream as text for a message, with a NUL as \\000; cut to size. Returns out. */
const char *msg_text(const char *bytes, size_t n, char *out, size_t size);

/* The ending of a counted noun: "s", but for 1. */
static inline const char *msg_plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* Something the user should know, as `tool: warning: file: text`; the program goes on. */
void warn(const char *file, const char *fmt, ...) MSG_PRINTF(2, 3);

/* Something the user asked for. */
void inform(const char *fmt, ...) MSG_PRINTF(1, 2);

#endif
