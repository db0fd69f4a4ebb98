/* stream: any bytes as a matrix stream, read to its end. However the bytes arrive the rows
 * and the message are the same; what was read can be written, and is then read as the same
 * rows. */
#include "harness.h"

#include "base/output.h"
#include "stream/array.h"
#include "stream/block.h"
#include "stream/map_scan.h"
#include "stream/row_subset.h"
#include "stream/stream.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* One reading of a stream: how, and what it gave. */
struct reading {
    int files;    /* 0: standard input; else so many files */
    bool twice;   /* kept and read again */
    bool rewrite; /* to stdout */
    bool equal;   /* rows must be of one length */
    uint64_t hash;
    size_t rows;
};

static uint64_t hash_row(uint64_t hash, const struct block *block, size_t i)
{
    struct array row = block_row(block, i);
    struct str name = block_name(block, i);
    double value;
    for (size_t j = 0; j < row.cols; j++) {
        array_to_double(&row.type, row.data + j * row.type.size, 1, &value);
        hash = fuzz_hash(hash, &value, sizeof value);
    }
    hash = fuzz_hash(hash, &row.cols, sizeof row.cols);
    hash = fuzz_hash(hash, row.type.name, sizeof row.type.name);
    hash = fuzz_hash(hash, name.p, name.n);
    return fuzz_hash(hash, &block->col0, sizeof block->col0);
}

static void take(struct reading *r, struct stream *s, const struct block *block)
{
    FUZZ_CHECK(stream_row0(s) == r->rows);
    if (r->equal)
        stream_rectangle(s, block);
    for (size_t i = 0; i < block->rows; i++)
        r->hash = hash_row(r->hash, block, i);
    if (block->rows > 0 && block->has_rate)
        r->hash = fuzz_hash(r->hash, &block->rate, sizeof block->rate);
    r->rows += block->rows;
}

static void rewrite(struct output *out, struct stream *s, const struct block *block)
{
    bool *all = malloc(block->rows + 1);
    if (all == NULL)
        abort();
    memset(all, true, block->rows);
    row_subset_put(out, block, all, true, stream_at_end(s));
    free(all);
}

static void read_all(void *argument)
{
    static char *const paths[] = {"0", "1"};
    struct reading *r = argument;
    struct output *out = r->rewrite ? output_open(NULL) : NULL;
    struct block block;
    struct stream *s = stream_open(paths, r->files);
    if (r->twice)
        stream_keep(s);
    while (stream_next(s, &block)) {
        take(r, s, &block);
        if (out != NULL)
            rewrite(out, s, &block);
    }
    if (r->twice) {
        uint64_t first = r->hash;
        r->hash = FUZZ_HASH;
        r->rows = 0;
        stream_rewind(s);
        while (stream_next(s, &block))
            take(r, s, &block);
        FUZZ_CHECK(r->hash == first);
    }
    stream_close(s);
    if (out != NULL)
        output_close(out);
}

static int run(struct reading *r, struct bytes bytes, size_t piece)
{
    r->hash = FUZZ_HASH;
    fuzz_input(0, bytes, piece);
    int status = fuzz_run(read_all, r);
    FUZZ_CHECK(status == FUZZ_RETURNED || (status == 1 && fuzz_said()[0] != '\0'));
    return status;
}

/* In pieces, kept and read again: nothing changes. */
static void check_pieces(struct bytes bytes, int status, const struct reading *whole)
{
    char message[512];
    strncpy(message, fuzz_said(), sizeof message - 1);
    message[sizeof message - 1] = '\0';
    struct reading r = {.twice = true};
    FUZZ_CHECK(run(&r, bytes, 1 + bytes.n / 5) == status);
    FUZZ_CHECK(strncmp(fuzz_said(), message, sizeof message - 1) == 0);
    FUZZ_CHECK(r.hash == whole->hash && r.rows == whole->rows);
}

/* What was written is read as the same rows, and written the same again. */
static void check_rewritten(struct bytes bytes, const struct reading *whole)
{
    struct reading r = {.rewrite = true};
    FUZZ_CHECK(run(&r, bytes, SIZE_MAX) == FUZZ_RETURNED);
    struct bytes first = {fuzz_copy(fuzz_output()), fuzz_output().n};
    struct reading again = {.rewrite = true};
    FUZZ_CHECK(run(&again, first, SIZE_MAX) == FUZZ_RETURNED);
    FUZZ_CHECK(again.hash == whole->hash && again.rows == whole->rows);
    struct bytes second = fuzz_output();
    FUZZ_CHECK(second.n == first.n && memcmp(second.p, first.p, first.n) == 0);
    free((void *)(uintptr_t)first.p);
}

/* Its first map in one file and the others in another: the same rows, unless a file may
 * not end there. */
static void check_files(struct bytes bytes, const struct reading *whole)
{
    struct map_scan frame;
    map_scan_init(&frame);
    FUZZ_CHECK(map_scan_run(&frame, bytes.p, bytes.n) == MAP_SCAN_DONE);
    if (frame.pos == bytes.n)
        return;
    struct bytes head = {fuzz_copy((struct bytes){bytes.p, frame.pos}), frame.pos};
    fuzz_input(1, (struct bytes){bytes.p + frame.pos, bytes.n - frame.pos}, bytes.n);
    struct reading r = {.files = 2};
    if (run(&r, head, 1 + head.n / 2) == FUZZ_RETURNED)
        FUZZ_CHECK(r.hash == whole->hash && r.rows == whole->rows);
    else
        FUZZ_CHECK(strstr(fuzz_said(), "\"last\" is false") != NULL);
    free((void *)(uintptr_t)head.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = {data, size};
    struct reading whole = {.files = 0};
    int status = run(&whole, bytes, SIZE_MAX);
    check_pieces(bytes, status, &whole);
    if (status != FUZZ_RETURNED)
        return 0;
    check_rewritten(bytes, &whole);
    check_files(bytes, &whole);
    struct reading equal = {.equal = true};
    if (run(&equal, bytes, SIZE_MAX) != FUZZ_RETURNED)
        FUZZ_CHECK(strstr(fuzz_said(), "columns, expected") != NULL);
    return 0;
}
