#include "audio/wav.h"

#include "audio/linear.h"
#include "audio/riff.h"
#include "base/msg.h"
#include "base/whole_file.h"
#include "base/why.h"

#include <sox.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The last message of libsox, whose handler has no argument for the caller. */
static char said[200];

MSG_PRINTF(3, 0)
static void keep_message(unsigned level, const char *file, const char *fmt, va_list args)
{
    (void)file;
    if (level <= 1)
        vsnprintf(said, sizeof said, fmt, args);
}

void wav_start(void)
{
    static bool started;
    said[0] = '\0';
    if (started)
        return;
    started = true;
    sox_globals_t *globals = sox_get_globals();
    globals->output_message_handler = keep_message;
    globals->verbosity = 1;
    sox_init();
}

/* Devices and what does not read through stdio are no recordings. */
static const sox_format_handler_t *find(const char *type)
{
    const sox_format_handler_t *handler = sox_find_format(type, sox_false);
    unsigned refused = SOX_FILE_DEVICE | SOX_FILE_PHONY | SOX_FILE_NOSTDIO;
    if (handler == NULL || (handler->flags & refused) != 0 || handler->read == NULL)
        return NULL;
    return handler;
}

bool wav_known_type(const char *type)
{
    static bool plugins;
    wav_start();
    if (type[0] == '\0' || strlen(type) > 15)
        return false;
    /* Loading every plugin costs as much as decoding hundreds of recordings: only for
     * types that are not built in. */
    if (find(type) == NULL && !plugins) {
        plugins = true;
        sox_format_init();
    }
    return find(type) != NULL;
}

/* Whether two names are those of one reader. */
static bool is_like(const char *type, const char *other)
{
    const sox_format_handler_t *a = find(type);
    const sox_format_handler_t *b = find(other);
    return a != NULL && b != NULL && a->startread == b->startread;
}

bool wav_is_riff(const char *type)
{
    if (strcasecmp(type, "wav") == 0)
        return true;
    wav_start();
    return is_like(type, "wav");
}

bool wav_wants_file(const char *type)
{
    return !wav_is_riff(type) && !is_like(type, "mp3");
}

/* Says what libsox says, without what it calls the file: the caller has its name. */
static bool fail(const sox_format_t *ft, char *why, const char *expected)
{
    const char *text = said[0] == '\0' && ft != NULL ? ft->sox_errstr : said;
    const char *quote = strchr(text, '`');
    const char *after = quote != NULL ? strstr(quote, "': ") : NULL;
    text = after != NULL ? after + 3 : text;
    if (text[0] == '\0')
        return why_not(why, "no recording, expected %s", expected);
    return why_not(why, "libsox says \"%s\", expected %s", text, expected);
}

static bool grow(struct wav *wav, size_t count)
{
    if (count <= wav->capacity)
        return true;
    int16_t *grown = realloc(wav->samples, count * sizeof *grown);
    if (grown == NULL)
        return false;
    wav->samples = grown;
    wav->capacity = count;
    return true;
}

/* One sample at a time, as the file's text has it; libsox would hide what is not finite. */
static size_t read_text(sox_format_t *ft, void *to, size_t count)
{
    char line[256];
    size_t n = 0;
    while (n < count && fgets(line, sizeof line, ft->fp) != NULL)
        n += sscanf(line, " %*[^; \t] %lf", (double *)to + n) == 1;
    return n;
}

/* The floating-point samples themselves, which start where libsox has stopped. Its readers clip
 * them, or scale them by the largest. */
static size_t read_floats(sox_format_t *ft, void *to, size_t count)
{
    return fread(to, ft->encoding.bits_per_sample / 8, count, ft->fp);
}

static size_t read_integers(sox_format_t *ft, void *to, size_t count)
{
    return sox_read(ft, to, count);
}

/* How the samples of what is open are read, and what they then are. */
struct source {
    struct linear kind;
    size_t (*read)(sox_format_t *ft, void *to, size_t count);
};

/* libsndfile's formats tell libsox no byte order. */
static bool is_big_endian(const sox_format_t *ft)
{
    const sox_format_handler_t *caf = find("caf");
    unsigned char head[128] = {0};
    if (caf == NULL || ft->handler.startread != caf->startread)
        return linear_native_is_big != (ft->encoding.reverse_bytes == sox_option_yes);
    long at = ftell(ft->fp);
    rewind(ft->fp);
    size_t n = fread(head, 1, sizeof head, ft->fp);
    fseek(ft->fp, at, SEEK_SET);
    if (memcmp(head, "caff", 4) == 0)
        return (head[35] & 2) == 0;
    if (memcmp(head, "MATLAB", 6) == 0)
        return n > 127 && head[127] == 'M';
    return memcmp(head, "riff", 4) != 0 && head[2] == 3; /* W64 is little-endian; else MAT4 */
}

static struct source find_source(sox_format_t *ft)
{
    const struct linear integers = {32, false, linear_native_is_big};
    const struct linear singles = {32, true, linear_native_is_big};
    const struct linear doubles = {64, true, linear_native_is_big};
    switch (ft->encoding.encoding) {
    case SOX_ENCODING_FLOAT:
        return (struct source){{ft->encoding.bits_per_sample, true, is_big_endian(ft)},
                               read_floats};
    case SOX_ENCODING_FLOAT_TEXT:
        rewind(ft->fp);
        return (struct source){doubles, read_text};
    case SOX_ENCODING_WAVPACKF:
        /* Told that they are integers, its reader leaves the bits as they are. */
        ft->encoding.encoding = SOX_ENCODING_WAVPACK;
        return (struct source){singles, read_integers};
    default:
        return (struct source){integers, read_integers};
    }
}

/* Casts samples and appends them, for which there must be room. */
static bool append(struct wav *wav, const struct linear *kind, const unsigned char *bytes,
                   size_t count, char *why)
{
    double refused;
    if (count == 0) /* there may be no room, not even of nothing */
        return true;
    size_t n = linear_cast(kind, bytes, count, wav->samples + wav->count, &wav->clips, &refused);
    wav->count += n;
    return n == count ||
           why_not(why, "sample %zu is %g, expected finite numbers", wav->count, refused);
}

static bool append_growing(struct wav *wav, const struct linear *kind, const unsigned char *bytes,
                           size_t n, size_t claimed, char *why)
{
    size_t count = wav->count + n;
    if (count > wav->capacity && !grow(wav, claimed == count ? count : 2 * count))
        return why_not(why, "too many samples for the memory there is, expected fewer");
    return append(wav, kind, bytes, n, why);
}

/* Reads to the end or past max, growing as data arrives: the header's length is a claim. */
static bool read_samples(sox_format_t *ft, size_t max, struct wav *wav, char *why)
{
    enum { CHUNK = 8192 };
    double chunk[CHUNK];
    size_t claimed = ft->signal.length > 0 ? (size_t)ft->signal.length : SIZE_MAX;
    const struct source source = find_source(ft);
    while (wav->count <= max && wav->count < claimed) {
        size_t left = claimed - wav->count;
        size_t n = source.read(ft, chunk, left < CHUNK ? left : CHUNK);
        if (n == 0 || n > CHUNK)
            break;
        if (!append_growing(wav, &source.kind, (const unsigned char *)chunk, n, claimed, why))
            return false;
    }
    return true;
}

static bool check_count(size_t count, sox_uint64_t claimed, char *why)
{
    bool known = claimed != SOX_UNSPEC && claimed != SOX_UNKNOWN_LEN;
    if (count == 0 && !(known && claimed > 0))
        return why_not(why, "a recording of 0 samples, expected at least 1");
    if (known && claimed > count)
        return why_not(why, "truncated: %zu sample%s, expected %llu as its header says", count,
                       msg_plural(count), (unsigned long long)claimed);
    return true;
}

static bool check_rate(double rate, char *why)
{
    return (rate >= 1 && rate <= WAV_RATE_MAX) ||
           why_not(why, "%.10g Hz, expected a sample rate of 1 to %d Hz", rate, WAV_RATE_MAX);
}

static bool check_max(size_t count, size_t max, char *why)
{
    return count <= max || why_not(why,
                                   "more than %zu samples, expected at most that: a row must fit "
                                   "into 64 MiB",
                                   max);
}

static bool read_recording(sox_format_t *ft, size_t max, struct wav *wav, char *why)
{
    wav->rate = ft->signal.rate;
    wav->channels = ft->signal.channels;
    wav->rounded = ft->signal.precision > 16;
    if (!check_rate(wav->rate, why))
        return false;
    if (wav->channels != 1)
        return true;
    /* Of these libsox only guesses the length. */
    if (ft->encoding.encoding == SOX_ENCODING_MP3 || ft->encoding.encoding == SOX_ENCODING_CVSD)
        ft->signal.length = SOX_UNSPEC;
    if (!read_samples(ft, max, wav, why) || !check_max(wav->count, max, why))
        return false;
    /* libsox's own codes are from SOX_EHDR on; below are system errors, which some of its
     * readers leave behind at the end of a file. */
    if (ft->sox_errno >= SOX_EHDR)
        return fail(ft, why, "readable samples");
    return check_count(wav->count, ft->signal.length, why);
}

/* Decodes and closes what is open at ft, NULL if it could not be opened. */
static bool decode(struct wav *wav, sox_format_t *ft, const char *type, size_t max, char *why)
{
    char expected[64];
    snprintf(expected, sizeof expected, "a recording in the format %.15s", type);
    if (ft == NULL)
        return fail(NULL, why, expected);
    bool ok = read_recording(ft, max, wav, why);
    sox_close(ft);
    return ok;
}

static void reset(struct wav *wav)
{
    wav_start();
    *wav = (struct wav){.samples = wav->samples, .capacity = wav->capacity};
}

/* Samples that stand in a WAV file as they are. */
static bool take_linear(struct wav *wav, const unsigned char *bytes, const struct riff *riff,
                        size_t max, char *why)
{
    size_t count = riff->length / (riff->kind.bits / 8);
    wav->rounded = riff->kind.bits > 16;
    if (!check_max(count, max, why))
        return false;
    if (!grow(wav, count))
        return why_not(why, "too many samples for the memory there is, expected fewer");
    return append(wav, &riff->kind, bytes + riff->at, count, why) &&
           check_count(count, SOX_UNSPEC, why);
}

static bool decode_riff(struct wav *wav, unsigned char *bytes, size_t size, size_t max, char *why)
{
    size_t from;
    struct riff riff;
    if (!riff_parse(bytes, size, &riff, why) || !check_rate(riff.rate, why))
        return false;
    wav->rate = riff.rate;
    wav->channels = riff.channels;
    memcpy(wav->note, riff.note, sizeof wav->note);
    if (riff.channels != 1)
        return true;
    if (riff.is_linear)
        return take_linear(wav, bytes, &riff, max, why);
    riff_reduce(bytes, &riff, &from);
    return decode(wav,
                  sox_open_mem_read(bytes + from, riff.at + riff.length - from, NULL, NULL, "wav"),
                  "wav", max, why);
}

bool wav_decode(struct wav *wav, const char *type, void *bytes, size_t size, size_t max, char *why)
{
    reset(wav);
    if (size == 0)
        return why_not(why, "an empty file, expected a recording");
    if (wav_is_riff(type))
        return decode_riff(wav, bytes, size, max, why);
    size_t more = is_like(type, "mp3") ? WHOLE_FILE_NULS : 0; /* else it drops the last frame */
    return decode(wav, sox_open_mem_read(bytes, size + more, NULL, NULL, type), type, max, why);
}

bool wav_decode_fd(struct wav *wav, const char *type, int fd, size_t max, char *why)
{
    char path[32];
    reset(wav);
    snprintf(path, sizeof path, "/dev/fd/%d", fd);
    return decode(wav, sox_open_read(path, NULL, NULL, type), type, max, why);
}

void wav_free(struct wav *wav)
{
    free(wav->samples);
    wav->samples = NULL;
}

static bool write_samples(sox_format_t *ft, const int16_t *samples, size_t count)
{
    enum { CHUNK = 8192 };
    sox_sample_t chunk[CHUNK];
    while (count > 0) {
        size_t n = count < CHUNK ? count : CHUNK;
        for (size_t i = 0; i < n; i++)
            chunk[i] = samples[i] * 65536; /* what libsox's macro means by << 16 */
        if (sox_write(ft, chunk, n) != n)
            return false;
        samples += n;
        count -= n;
    }
    return true;
}

bool wav_encode(const int16_t *samples, size_t count, double rate, char **bytes, size_t *size,
                char *why)
{
    enum { HEADER = 44 };
    wav_start();
    /* With the length known the header is right at once: no seeking back, which
     * libsox would do without looking whether it worked. */
    sox_signalinfo_t signal = {.rate = rate, .channels = 1, .precision = 16, .length = count};
    sox_encodinginfo_t encoding = {.encoding = SOX_ENCODING_SIGN2,
                                   .bits_per_sample = 16,
                                   .reverse_bytes =
                                       linear_native_is_big ? sox_option_yes : sox_option_no};
    *bytes = NULL;
    *size = 0;
    sox_format_t *ft = sox_open_memstream_write(bytes, size, &signal, &encoding, "wav", NULL);
    if (ft == NULL || !write_samples(ft, samples, count)) {
        fail(ft, why, "a WAV file to be made");
        if (ft != NULL)
            sox_close(ft);
    } else if (sox_close(ft) == SOX_SUCCESS && *bytes != NULL && *size == HEADER + 2 * count) {
        return true;
    } else {
        why_not(why, "libsox made a WAV file of %zu bytes, expected %zu", *size,
                HEADER + 2 * count);
    }
    free(*bytes);
    return false;
}
