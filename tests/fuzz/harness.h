/* What the fuzz targets stand on: they feed the modules from memory, as programs of their
 * own that may end by die() as often as they like.
 *
 * A target is a file with LLVMFuzzerTestOneInput. libFuzzer calls it (`make fuzz`), or
 * replay.c does for the inputs kept in tests/fuzz/corpus (`make check`). The linker turns
 * the calls listed in tests/tests.mk (--wrap) to harness.c. */
#ifndef WAVEFILL_FUZZ_HARNESS_H
#define WAVEFILL_FUZZ_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
    const uint8_t *p;
    size_t n;
};

/* What the run to come reads: input 0 is standard input and the file "0", input 1 the file
 * "1". A read gives at most `piece` bytes. */
enum { FUZZ_INPUTS = 2 };
void fuzz_input(int index, struct bytes bytes, size_t piece);

/* Runs body(argument) as if it were main. Returns the status that it ended the program
 * with, or FUZZ_RETURNED. Memory that it held at its end is freed, as by a process that
 * ends; what it leaves behind when it returns is a leak. */
enum { FUZZ_RETURNED = -1 };
int fuzz_run(void (*body)(void *), void *argument);

/* What the last run wrote: on stderr, terminated (the first 8 KiB), on stdout, and to
 * /dev/null; valid until the next run. */
const char *fuzz_said(void);
struct bytes fuzz_output(void);
struct bytes fuzz_filed(void);

/* A copy of bytes in memory of just that size, so that a step over its end is seen; the
 * caller frees. */
uint8_t *fuzz_copy(struct bytes bytes);

/* The hash (FNV-1a) of what was hashed before and n more bytes. */
#define FUZZ_HASH UINT64_C(0xcbf29ce484222325)
uint64_t fuzz_hash(uint64_t hash, const void *p, size_t n);

/* From now on each block of memory ends at a page that cannot be touched, or no more. Only
 * where guard.c is linked, NULL elsewhere. */
__attribute__((weak)) void fuzz_guard(bool on);

/* What must hold: else a finding, said with the last run's message. */
#define FUZZ_CHECK(condition)                                                                      \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fuzz_fail(__FILE__, __LINE__, #condition);                                             \
    } while (0)
_Noreturn void fuzz_fail(const char *file, int line, const char *condition);

#endif
