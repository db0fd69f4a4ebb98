/* Why something is refused: what was found, what was expected. */
#ifndef WAVEFILL_BASE_WHY_H
#define WAVEFILL_BASE_WHY_H

#include "base/msg.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

enum { WHY_SIZE = 320 };

/* Writes the text into why, WHY_SIZE bytes. Returns false, for the caller to return. */
MSG_PRINTF(2, 3)
static inline bool why_not(char *why, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(why, WHY_SIZE, fmt, args);
    va_end(args);
    return false;
}

#endif
