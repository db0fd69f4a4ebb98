/* A unit test is a C program: EXPECT counts what does not hold, UNIT_END is its end. */
#ifndef WAVEFILL_UNIT_H
#define WAVEFILL_UNIT_H

#include <stdio.h>

static int unit_failures;

#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            unit_failures++;                                                                       \
        }                                                                                          \
    } while (0)

#define UNIT_END() (unit_failures > 0)

#endif
