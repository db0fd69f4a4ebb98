/* stitch-wav: the pieces of rows in, such as given columns and predicted ones, a WAV file a row
 * out.
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
#include "stream/in_step.h"
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

static const struct options_table table = {"[OPTION]... [PIECE]...",
                                           "Join each row of the first PIECE (default stdin) with "
                                           "the same row of the others, one after the "
                                           "other, and write it as a mono 16-bit WAV file. Columns "
                                           "of a PIECE from the first of the next one "
                                           "on are ignored.",
                                           options};

/* One row on its way, and what has been counted. */
struct work {
    const struct options *options;
    struct row_reader *pieces; /* in step, */
    size_t piece_count;        /* at least one; messages about the row name the first */
    int16_t *pcm;              /* the row's samples, */
    size_t count, capacity;    /* so many, of so many that there is room for */
    size_t out_of_range, first_row, first_column;
    bool heard;     /* a sample of 2 or more of the 32768 steps */
    bool fractions; /* before that one */
    bool bytes;     /* some came as unsigned bytes, as in WAV files of 8 bits */
    bool rate_said; /* that --rate is not used */
};

/* Samples of -1 to 1, as many programs have them, overshoot a little where they are computed; what
 * is silent at their scale too is no sign of them. */
static void listen(struct work *w, const double *samples, size_t n)
{
    for (size_t i = 0; i < n && !w->heard; i++) {
        w->heard = fabs(samples[i]) >= 2;
        w->fractions |= samples[i] != trunc(samples[i]) && fabs(samples[i]) >= 1 / 32768.0;
    }
}

static void cast(struct work *w, double *samples, size_t n)
{
    size_t first = 0, row = row_reader_number(w->pieces);
    for (size_t i = 0; i < n && w->options->scale != 0; i++)
        samples[i] *= w->options->scale;
    listen(w, samples, n);
    enum pcm_overflow overflow = w->options->overflow == OVERFLOW_WRAP ? PCM_WRAP : PCM_CLIP;
    size_t beyond = pcm_cast(samples, n, (enum pcm_round)w->options->round, overflow,
                             w->pcm + w->count, &first);
    if (beyond > 0 && w->options->overflow == OVERFLOW_ERROR)
        die(stream_name(w->pieces->in),
            "row %zu, sample %zu: %.10g, expected -32768 to 32767 "
            "(--overflow=clip cuts it off)",
            row, w->count + first, samples[first]);
    if (beyond > 0 && w->out_of_range == 0) {
        w->first_row = row;
        w->first_column = w->count + first;
    }
    w->out_of_range += beyond;
    w->count += n;
}

/* Adds the first columns of a piece to the samples, a few at a time: as doubles they take four
 * times the room. */
static void append(struct work *w, const struct row_reader *piece, size_t cols)
{
    enum { STRIP = 4096 };
    double strip[STRIP];
    if (w->count + cols > w->capacity) {
        w->capacity = w->count + cols;
        w->pcm = mem_grow(w->pcm, w->capacity, sizeof *w->pcm);
    }
    struct array_type type = block_row(&piece->block, piece->row).type;
    w->bytes |= type.kind == ARRAY_UINT && type.size == 1;
    for (size_t at = 0; at < cols; at += STRIP) {
        size_t n = cols - at < STRIP ? cols - at : STRIP;
        row_reader_columns(piece->in, &piece->block, piece->row, at, n, strip);
        cast(w, strip, n);
    }
}

/* Where a piece begins, which must be among the columns of the one before or right after them: from
 * `from` on. If only the one before says where it is, they have changed places. */
static uint64_t start_of(const struct row_reader *piece, const struct row_reader *before,
                         uint64_t from)
{
    uint64_t end = from + row_reader_cols(before);
    bool placed = piece->block.has_col0 || before->block.col0 > 0;
    uint64_t start = placed ? piece->block.col0 : end;
    if (start < from || start > end)
        die(stream_name(piece->in),
            "row %zu starts at column %" PRIu64 ", expected one from %" PRIu64 " to %" PRIu64
            ", where %s ends",
            row_reader_number(piece), start, from, end, stream_name(before->in));
    return start;
}

static void join(struct work *w)
{
    const struct row_reader *piece = w->pieces, *last = w->pieces + w->piece_count - 1;
    uint64_t from = piece->block.col0;
    w->count = 0;
    for (; piece < last; piece++) {
        uint64_t next = start_of(piece + 1, piece, from);
        append(w, piece, (size_t)(next - from));
        from = next;
    }
    append(w, last, row_reader_cols(last));
}

/* The rate in a stream goes before --rate, which is only said where they differ. */
static double rate_of(struct work *w)
{
    uint64_t asked = w->options->rate;
    const struct row_reader *from = w->pieces;
    for (size_t i = w->piece_count; i-- > 0;)
        from = stream_rate(w->pieces[i].in) > 0 ? &w->pieces[i] : from;
    double rate = stream_rate(from->in);
    const char *name = stream_name(from->in);
    if (rate == 0 && asked == 0)
        die(name, "no sample rate in the stream, expected one or --rate=HZ");
    if (rate == 0)
        return (double)asked;
    if (rate > INT32_MAX || rate != (double)(int32_t)rate)
        die(name, "%.10g Hz, expected a whole number up to 2147483647", rate);
    if (asked != 0 && rate != (double)asked && !w->rate_said) {
        warn(name, "%.10g Hz in the stream, so --rate=%" PRIu64 " is not used", rate, asked);
        w->rate_said = true;
    }
    return rate;
}

static void put_wav(struct wav_files *dir, struct work *w)
{
    char why[WHY_SIZE];
    char *bytes = NULL;
    size_t size = 0; /* a memory stream that cannot be closed for want of memory sets neither */
    const char *name = stream_name(w->pieces->in);
    size_t row = row_reader_number(w->pieces);
    if (w->count == 0)
        die(name, "row %zu of 0 samples, expected at least 1", row);
    if (!wav_encode(w->pcm, w->count, rate_of(w), &bytes, &size, why))
        die(name, "row %zu: %s", row, why);
    wav_files_put(dir, name, in_step_name(w->pieces, w->piece_count), row, bytes, size);
}

static void remark(const struct work *w)
{
    if (!w->heard && w->fractions && w->options->scale == 0)
        warn(NULL, "all samples lie between -2 and 2, with fractions, expected -32768 to 32767 "
                   "(--scale=32768 where full scale is 1)");
    if (w->bytes && w->options->scale == 0)
        warn(NULL, "samples of 0 to 255, as WAV files of 8 bits have them, expected -32768 to "
                   "32767 around 0 (fsdd-load reads such files)");
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
    input_note_all(files, argc, 1);
    struct wav_files *dir = wav_files_open(o.output);
    struct work work = {.options = &o, .piece_count = argc > 0 ? (size_t)argc : 1};
    work.pieces = mem_zero(work.piece_count, sizeof *work.pieces);
    for (size_t i = 0; i < work.piece_count; i++)
        work.pieces[i].in = stream_open(files + i, argc > 0);

    while (in_step_next(work.pieces, work.piece_count)) {
        join(&work);
        put_wav(dir, &work);
    }

    remark(&work);
    wav_files_close(dir);
    for (size_t i = 0; i < work.piece_count; i++)
        stream_close(work.pieces[i].in);
    free(work.pieces);
    free(work.pcm);
    return EXIT_SUCCESS;
}
