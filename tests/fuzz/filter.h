/* A whole filter as a target, from its options to its last byte: with each of its command
 * lines it either does all of its work, or ends with status 1 and says why in one line,
 * however its input arrives.
 *
 * An input is three bytes and two files: which command line; how long the first file is,
 * standard input (the low byte first); that file; and the second, which is called 1. */
#ifndef WAVEFILL_FUZZ_FILTER_H
#define WAVEFILL_FUZZ_FILTER_H

#include "harness.h"

#include "base/input.h"
#include "base/mem.h"
#include "base/msg.h"
#include "stream/array.h"
#include "stream/block.h"
#include "stream/stream.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What the target's file has made of the filter's main: for how often it is called, there
 * is nothing to settle each time. */
int filter_main(int argc, char **argv);
#define main filter_main
#define msg_init(name) ((void)(name))
#define mem_expect_much() ((void)0)
#define input_note(path) ((void)0)
#define input_note_all(paths, count, least) ((void)0)

/* One run: which words, separated by single spaces, and on what. */
struct filter_call {
    const char *words;
    struct bytes in, file;
};

static inline void filter_enter(void *argument)
{
    enum { WORDS = 16 };
    const struct filter_call *call = argument;
    char text[256];
    char *argv[WORDS + 1] = {NULL};
    int argc = 0;
    strncpy(text, call->words, sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (char *word = strtok(text, " "); word != NULL && argc < WORDS; word = strtok(NULL, " "))
        argv[argc++] = word;
    optind = 0; /* getopt begins anew */
    FUZZ_CHECK(filter_main(argc, argv) == 0);
}

/* The status, FUZZ_RETURNED where all was well. A read gives at most `piece` bytes. */
static inline int filter_run(struct filter_call *call, size_t piece)
{
    fuzz_input(0, call->in, piece);
    fuzz_input(1, call->file, piece);
    int status = fuzz_run(filter_enter, call);
    static const char usage_end[] = "; try 'wavefill --help'\n";
    const char *end = strchr(fuzz_said(), '\n');
    if (status == FUZZ_RETURNED) {
        FUZZ_CHECK(fuzz_said()[0] == '\0');
        return status;
    }
    FUZZ_CHECK(end != NULL && end[1] == '\0');
    /* The words may lack what only some inputs need. */
    size_t n = strlen(fuzz_said());
    size_t size = sizeof usage_end - 1;
    bool usage = n >= size && strcmp(fuzz_said() + n - size, usage_end) == 0;
    FUZZ_CHECK(status == (usage ? 2 : 1));
    return status;
}

/* Takes the input apart, runs the filter, and runs it again on what comes in pieces. True
 * where it has done its work: the output is the last run's. */
static inline bool filter_try(struct filter_call *call, const char *const lines[], size_t count,
                              const uint8_t *data, size_t size)
{
    if (size < 3)
        return false;
    size_t first = data[1] | (size_t)data[2] << 8;
    first = first < size - 3 ? first : size - 3;
    call->words = lines[data[0] % count];
    call->in = (struct bytes){data + 3, first};
    call->file = (struct bytes){data + 3 + first, size - 3 - first};
    int status = filter_run(call, SIZE_MAX);
    struct bytes out = fuzz_output();
    uint64_t whole = fuzz_hash(FUZZ_HASH, out.p, out.n);
    char message[512];
    strncpy(message, fuzz_said(), sizeof message - 1);
    message[sizeof message - 1] = '\0';
    FUZZ_CHECK(filter_run(call, 1 + size / 5) == status);
    FUZZ_CHECK(strncmp(fuzz_said(), message, sizeof message - 1) == 0);
    out = fuzz_output();
    /* Of what has failed no more than was held back is the same. */
    FUZZ_CHECK(status != FUZZ_RETURNED || fuzz_hash(FUZZ_HASH, out.p, out.n) == whole);
    return status == FUZZ_RETURNED;
}

/* The rows of a stream, as finite doubles unless `any`. */
struct filter_rows {
    bool any;
    size_t rows, cols; /* cols: of the last row */
    uint64_t hash;     /* of all values */
};

static inline void filter_hash_rows(void *argument)
{
    struct filter_rows *r = argument;
    struct block block;
    struct stream *s = stream_open(NULL, 0);
    r->hash = FUZZ_HASH;
    r->rows = r->cols = 0;
    while (stream_next(s, &block)) {
        for (size_t i = 0; i < block.rows; i++) {
            struct array row = block_row(&block, i);
            for (size_t j = 0; j < row.cols; j++) {
                double value;
                array_to_double(&row.type, row.data + j * row.type.size, 1, &value);
                FUZZ_CHECK(r->any || isfinite(value));
                r->hash = fuzz_hash(r->hash, &value, sizeof value);
            }
            FUZZ_CHECK(r->rows + i == 0 || row.cols == r->cols);
            r->cols = row.cols;
        }
        r->rows += block.rows;
    }
    stream_close(s);
}

/* Reads the bytes, which must be a stream of rows of one length. */
static inline void filter_read(struct filter_rows *r, struct bytes bytes)
{
    struct bytes copy = {fuzz_copy(bytes), bytes.n};
    fuzz_input(0, copy, SIZE_MAX);
    FUZZ_CHECK(fuzz_run(filter_hash_rows, r) == FUZZ_RETURNED);
    free((void *)(uintptr_t)copy.p);
}

#endif
