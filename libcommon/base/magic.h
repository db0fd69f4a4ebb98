/* What a file is, told by its first bytes: for messages about input of another kind. */
#ifndef WAVEFILL_BASE_MAGIC_H
#define WAVEFILL_BASE_MAGIC_H

#include <stddef.h>

#define MAGIC_BY_FFMPEG "; to convert it: ffmpeg -i IN OUT.wav"

enum magic_kind { MAGIC_RECORDING, MAGIC_NUMBERS, MAGIC_TEXT, MAGIC_OTHER };

struct magic {
    size_t at;
    const char *bytes; /* that stand there */
    enum magic_kind kind;
    const char *name, *hint; /* what it is; what to do, to end a message with */
};

/* The end of tar's header; a file may have less. */
enum { MAGIC_LOOK = 262 };

/* NULL: it is not known. */
const struct magic *magic_find(const void *bytes, size_t size);

/* The hint for who wants numbers. */
const char *magic_hint_to_numbers(const struct magic *magic);

#endif
