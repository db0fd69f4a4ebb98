/* stitch-wav: given columns and predicted ones in, a WAV file a row out.
 *
 * This is where computed samples become 16 bits: nothing before rounds or clips. */
#include "audio/pcm.h"
#include "audio/wav.h"
#include "audio/wav_files.h"
#include "base/input.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "base/options.h"
#include "base/output.h"
#include "stream/row_pairs.h"
#include "stream/stream.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OVERFLOW_CLIP, OVERFLOW_WRAP, OVERFLOW_ERROR };

struct options {
    const char *output; /* a file or a directory */
    uint64_t rate;      /* 0: none given */
    double scale;       /* of samples; 0: none given, so 1 */
    int round;          /* enum pcm_round */
    int overflow;
};

static void take_scale(const struct options_row *row, const char *arg, void *to)
{
    double *scale = to;
    if (!num_parse_double(arg, scale) || *scale == 0)
        options_refuse(row, arg, "a number other than 0");
}

static const struct options_row options[] = {
    {'o', "output", "OUT", options_output, offsetof(struct options, output),
     .help =
         "write one row to this file; write several rows, or to a directory or a name that ends "
         "in /, to that directory, the row NAME to NAME.wav (default: stdout, one row only)"},
    {'r', "rate", "HZ", options_uint, offsetof(struct options, rate), .min = 1, .max = INT32_MAX,
     .help = "sample rate of streams that have none, from 1 to 2147483647 (no default)"},
    {0, "scale", "FACTOR", take_scale, offsetof(struct options, scale),
     .help = "multiply each sample by FACTOR: 32768 where full scale is 1 (default: 1)"},
    {0, "round", "HOW", options_word, offsetof(struct options, round), .words = "trunc,nearest",
     .help = "trunc: toward zero (default); nearest: ties to even"},
    {0, "overflow", "HOW", options_word, offsetof(struct options, overflow),
     .words = "clip,wrap,error", .help = "samples beyond 16 bits: clip (default), wrap or error"},
    OPTIONS_COMMON};

static const struct options_table table = {
    "[OPTION]... [GIVEN [PREDICTED]]",
    "Join each row of GIVEN (default stdin) with the same row of PREDICTED, and write it as a mono "
    "16-bit WAV file. Columns of GIVEN from the first of PREDICTED on are ignored.",
    options};

/* One row on its way, and what has been counted. */
struct work {
    const struct options *options;
    int16_t *pcm;           /* the row's samples, */
    size_t count, capacity; /* so many, of so many that there is room for */
    size_t out_of_range, first_row, first_column;
    bool heard;     /* a sample of 2 or more of the 32768 steps */
    bool fractions; /* before that one */
    bool rate_said; /* that --rate is not used */
};

/* Samples of -1 to 1, as many programs have them, overshoot a little where they are computed. */
static void listen(struct work *w, const double *samples, size_t n)
{
    for (size_t i = 0; i < n && !w->heard; i++) {
        w->heard = fabs(samples[i]) >= 2;
        w->fractions |= samples[i] != trunc(samples[i]);
    }
}

static void cast(struct work *w, const struct row_reader *given, double *samples, size_t n)
{
    size_t first = 0;
    for (size_t i = 0; i < n && w->options->scale != 0; i++)
        samples[i] *= w->options->scale;
    listen(w, samples, n);
    enum pcm_overflow overflow = w->options->overflow == OVERFLOW_WRAP ? PCM_WRAP : PCM_CLIP;
    size_t beyond = pcm_cast(samples, n, (enum pcm_round)w->options->round, overflow,
                             w->pcm + w->count, &first);
    if (beyond > 0 && w->options->overflow == OVERFLOW_ERROR)
        die(stream_name(given->in),
            "row %zu, sample %zu: %.10g, expected -32768 to 32767 "
            "(--overflow=clip cuts it off)",
            row_reader_number(given), w->count + first, samples[first]);
    if (beyond > 0 && w->out_of_range == 0) {
        w->first_row = row_reader_number(given);
        w->first_column = w->count + first;
    }
    w->out_of_range += beyond;
    w->count += n;
}

/* Adds the first columns of a row to the samples, a few at a time: as doubles they take four
 * times the room. */
static void append(struct work *w, const struct row_reader *given, const struct row_reader *c,
                   size_t cols)
{
    enum { STRIP = 4096 };
    double strip[STRIP];
    if (w->count + cols > w->capacity) {
        w->capacity = w->count + cols;
        w->pcm = mem_grow(w->pcm, w->capacity, sizeof *w->pcm);
    }
    for (size_t at = 0; at < cols; at += STRIP) {
        size_t n = cols - at < STRIP ? cols - at : STRIP;
        row_reader_columns(c->in, &c->block, c->row, at, n, strip);
        cast(w, given, strip, n);
    }
}

/* The predicted row must begin where the given one can end; if only the given one says where it
 * is, they have changed places. */
static void join(struct work *w, const struct row_pairs *rows)
{
    const struct row_reader *given = &rows->known;
    const struct row_reader *predicted = &rows->predicted;
    size_t cols = row_reader_cols(given);
    w->count = 0;
    if (predicted->in == NULL) {
        append(w, given, given, cols);
        return;
    }
    uint64_t from = given->block.col0;
    bool placed = predicted->block.has_col0 || from > 0;
    uint64_t cut = placed ? predicted->block.col0 : from + cols;
    if (cut < from || cut - from > cols)
        die(stream_name(predicted->in),
            "row %zu starts at column %" PRIu64 ", expected one from %" PRIu64 " to %" PRIu64
            ", where %s ends",
            row_reader_number(predicted), cut, from, from + cols, stream_name(given->in));
    append(w, given, given, (size_t)(cut - from));
    append(w, given, predicted, row_reader_cols(predicted));
}

/* The rate in a stream goes before --rate, which is only said where they differ. */
static double rate_of(struct work *w, const struct row_pairs *rows)
{
    uint64_t asked = w->options->rate;
    bool other = !rows->known.block.has_rate && rows->predicted.block.has_rate;
    const struct row_reader *from = other ? &rows->predicted : &rows->known;
    const struct block *b = &from->block;
    const char *name = stream_name(from->in);
    if (!b->has_rate && asked == 0)
        die(name, "no sample rate in the stream, expected one or --rate=HZ");
    if (!b->has_rate)
        return (double)asked;
    if (b->rate > INT32_MAX || b->rate != (double)(int32_t)b->rate)
        die(name, "%.10g Hz, expected a whole number up to 2147483647", b->rate);
    if (asked != 0 && b->rate != (double)asked && !w->rate_said) {
        warn(name, "%.10g Hz in the stream, so --rate=%" PRIu64 " is not used", b->rate, asked);
        w->rate_said = true;
    }
    return b->rate;
}

static void put_wav(struct wav_files *dir, struct work *w, const struct row_pairs *rows)
{
    char why[WHY_SIZE];
    char *bytes = NULL;
    size_t size = 0; /* a memory stream that cannot be closed for want of memory sets neither */
    const char *name = stream_name(rows->known.in);
    size_t row = row_reader_number(&rows->known);
    if (w->count == 0)
        die(name, "row %zu of 0 samples, expected at least 1", row);
    if (!wav_encode(w->pcm, w->count, rate_of(w, rows), &bytes, &size, why))
        die(name, "row %zu: %s", row, why);
    wav_files_put(dir, name, row_pairs_name(rows), row, bytes, size);
}

static void remark(const struct work *w)
{
    if (!w->heard && w->fractions && w->options->scale == 0)
        warn(NULL, "all samples lie between -2 and 2, with fractions, expected -32768 to 32767 "
                   "(--scale=32768 where full scale is 1)");
    if (w->out_of_range > 0)
        warn(NULL, "%zu sample%s beyond 16 bits, %s (the first: row %zu, sample %zu)",
             w->out_of_range, msg_plural(w->out_of_range),
             w->options->overflow == OVERFLOW_WRAP ? "wrapped" : "clipped", w->first_row,
             w->first_column);
}

int main(int argc, char **argv)
{
    msg_init(argv[0]);
    struct options o = {.rate = 0, .round = PCM_TRUNC};
    char **files = options_parse(&table, &argc, argv, &o);
    if (argc > 2)
        die_usage("%d files, expected at most GIVEN and PREDICTED", argc);
    input_note_all(files, argc, 1);
    struct wav_files *dir = wav_files_open(o.output);
    struct row_pairs rows = {.known.in = stream_open(files, argc > 0),
                             .predicted.in = argc > 1 ? stream_open(files + 1, 1) : NULL};
    struct work work = {.options = &o};

    while (row_pairs_next(&rows)) {
        join(&work, &rows);
        put_wav(dir, &work, &rows);
    }

    remark(&work);
    wav_files_close(dir);
    stream_close(rows.known.in);
    if (rows.predicted.in != NULL)
        stream_close(rows.predicted.in);
    free(work.pcm);
    return EXIT_SUCCESS;
}
