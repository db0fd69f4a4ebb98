#include "audio/load.h"

#include "audio/decoder.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/utf8.h"
#include "stream/block.h"
#include "stream/map_scan.h"
#include "stream/row_writer.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A block is written when its samples reach this. */
enum { BLOCK_BYTES = 1 << 20 };

/* Samples that a row may have, so that it fits into a map of the stream. */
enum { SAMPLES_MAX = (MAP_SCAN_MAX - 8192) / 2 };

/* The block in the making. */
struct batch {
    struct array *rows; /* type and samples of each */
    struct str *names;
    char *samples;          /* of all rows */
    struct block block;     /* of these rows */
    size_t count, capacity; /* rows */
    size_t bytes, size;     /* of the samples, and allocated */
    const char *rate_from;  /* the path that the rate comes from */
    size_t rounded;         /* recordings of more than 16 bits */
    const char *silent;     /* the path of the first of these that is then silent */
    struct linear_clips clips;
    const char *widest_in; /* the path of the recording with the widest sample */
};

/* The command that mends a recording, or all those of its kind in the directory in which it was
 * found. */
static char *mend(const struct recording *recording, const char *effect)
{
    int length = (int)(recording->name.stem.p - recording->path);
    size_t size = (size_t)length + 128;
    char *command = mem_array(size, 1);
    if (recording->found)
        snprintf(command, size,
                 "mkdir NEW; for f in '%.*s'*.%.15s; do sox \"$f\" \"NEW/${f##*/}\" %s; done",
                 length, recording->path, recording->name.extension, effect);
    else
        snprintf(command, size, "sox -t %.15s IN OUT.wav %s", recording->type, effect);
    return command;
}

/* The recording must be mono, of the rate of those before it. */
static void check(struct batch *b, const struct recording *recording, const struct decoded *row)
{
    const char *name = fd_shown(recording->path);
    if (row->channels != 1)
        die(name, "%u channels, expected 1; to mix them: %s", row->channels,
            mend(recording, "remix -"));
    if (b->rate_from == NULL) {
        b->rate_from = recording->path;
        b->block.has_rate = true;
        b->block.rate = row->rate;
    }
    if (row->rate == b->block.rate)
        return;
    char effect[32];
    snprintf(effect, sizeof effect, "rate %.10g", b->block.rate);
    die(name, "%.10g Hz, expected %.10g as in %s; to convert it: %s", row->rate, b->block.rate,
        fd_shown(b->rate_from), mend(recording, effect));
}

/* A name that readers in Python accept, whatever the bytes on disk. */
static struct str row_name(const struct recording *recording)
{
    struct str stem = fd_is_dash(recording->path) ? (struct str){"stdin", 5} : recording->name.stem;
    char *name = mem_array(3, stem.n + 1);
    size_t n = utf8_repair(stem.p, stem.n, name);
    if (!utf8_valid(stem.p, stem.n))
        warn(recording->path, "a name that is not UTF-8, its row is called %s", name);
    return (struct str){name, n};
}

static void add(struct batch *b, struct str name, const struct decoded *row)
{
    if (b->count == b->capacity) {
        b->capacity = 2 * b->capacity + 64;
        b->rows = mem_grow(b->rows, b->capacity, sizeof *b->rows);
        b->names = mem_grow(b->names, b->capacity, sizeof *b->names);
    }
    size_t bytes = row->count * sizeof *row->samples;
    if (b->bytes + bytes > b->size) {
        b->size = 2 * b->bytes + bytes;
        b->samples = mem_grow(b->samples, b->size, 1);
    }
    if (bytes > 0)
        memcpy(b->samples + b->bytes, row->samples, bytes);
    b->bytes += bytes;
    b->rows[b->count] = (struct array){array_int16, 1, 1, row->count, NULL};
    b->names[b->count++] = name;
}

static void flush(struct output *out, struct batch *b, bool last)
{
    const char *at = b->samples;
    struct row_writer writer;
    b->block.rows = b->count;
    b->block.ragged = true;
    b->block.nds = b->rows;
    b->block.names = b->names;
    b->block.last = last;
    row_writer_begin(&writer, out, &b->block, NULL, 0);
    for (size_t i = 0; i < b->count; i++) {
        row_writer_put(&writer, at, 1);
        at += b->rows[i].cols * sizeof(int16_t);
    }
    for (size_t i = 0; i < b->count; i++)
        free((void *)(uintptr_t)b->names[i].p);
    b->count = b->bytes = 0;
}

/* Large rows each get a block of their own. */
static bool is_full(const struct batch *b, const struct decoded *row)
{
    return b->count > 0 && b->bytes + row->count * sizeof *row->samples > BLOCK_BYTES;
}

static bool is_silent(const struct decoded *row)
{
    size_t i = 0;
    while (i < row->count && row->samples[i] == 0)
        i++;
    return i == row->count && row->channels == 1;
}

static void tally(struct batch *b, const struct recording *recording, const struct decoded *row)
{
    b->rounded += row->rounded != 0;
    if (row->clips.heard && b->silent == NULL && is_silent(row))
        b->silent = fd_shown(recording->path);
    b->clips.count += row->clips.count;
    if (fabs(row->clips.widest) > fabs(b->clips.widest)) {
        b->clips.widest = row->clips.widest;
        b->widest_in = fd_shown(recording->path);
    }
}

/* Once for all recordings, of which each is likely to be like the others. */
static void report(const struct batch *b, size_t count)
{
    if (b->rounded > 0)
        warn(NULL, "%zu of %zu recording%s %s more than 16 bits, rounded to 16", b->rounded, count,
             msg_plural(count), b->rounded == 1 ? "has" : "have");
    if (b->silent != NULL)
        warn(b->silent, "silent when rounded to 16 bits, expected sound; samples from -32768 to "
                        "32767 are to be written as 16 bits");
    if (b->clips.count > 0)
        warn(NULL,
             "%zu sample%s clipped, the largest is %.9g in %s, expected -1 to 1 in floating point; "
             "16-bit samples divided by 32768 are",
             b->clips.count, msg_plural(b->clips.count), b->clips.widest, b->widest_in);
}

void load_recordings(struct output *out, const struct recording *recordings, size_t count)
{
    struct batch b;
    memset(&b, 0, sizeof b);
    struct decoder *decoder = decoder_start(recordings, count, SAMPLES_MAX);
    for (size_t i = 0; i < count; i++) {
        struct decoded row;
        decoder_next(decoder, &row);
        check(&b, &recordings[i], &row);
        tally(&b, &recordings[i], &row);
        if (is_full(&b, &row))
            flush(out, &b, false);
        add(&b, row_name(&recordings[i]), &row);
    }
    flush(out, &b, true);
    report(&b, count);
    decoder_finish(decoder);
    free(b.rows);
    free(b.samples);
    free(b.names);
}
