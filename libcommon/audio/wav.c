#include "audio/wav.h"

#include "audio/riff.h"
#include "base/msg.h"
#include "base/why.h"

#include <sox.h>
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

bool wav_is_riff(const char *type)
{
    if (strcasecmp(type, "wav") == 0)
        return true;
    wav_start();
    const sox_format_handler_t *handler = find(type);
    const sox_format_handler_t *wav = find("wav");
    return handler != NULL && wav != NULL && handler->startread == wav->startread;
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

/* A sample of up to 16 bits is exactly value << 16: nothing is there to round. */
static void convert(const sox_sample_t *from, size_t n, bool rounded, int16_t *to)
{
    sox_uint64_t clips = 0; /* which the macro counts */
    SOX_SAMPLE_LOCALS;
    for (size_t i = 0; i < n; i++) {
        int value = rounded ? SOX_SAMPLE_TO_SIGNED_16BIT(from[i], clips) : from[i] >> 16;
        to[i] = (int16_t)value;
    }
    (void)clips;
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

/* Reads to the end or past max, growing as data arrives: the header's length is a claim. */
static bool read_samples(sox_format_t *ft, size_t max, struct wav *wav)
{
    enum { CHUNK = 8192 };
    sox_sample_t chunk[CHUNK];
    size_t n;
    while (wav->count <= max && (n = sox_read(ft, chunk, CHUNK)) > 0 && n <= CHUNK) {
        size_t count = wav->count + n;
        if (count > wav->capacity && !grow(wav, ft->signal.length == count ? count : 2 * count))
            return false;
        convert(chunk, n, wav->rounded, wav->samples + wav->count);
        wav->count = count;
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

static bool read_recording(sox_format_t *ft, bool open_ended, size_t max, struct wav *wav,
                           char *why)
{
    wav->rate = ft->signal.rate;
    wav->channels = ft->signal.channels;
    wav->rounded = ft->signal.precision > 16;
    if (!(wav->rate >= 1 && wav->rate <= WAV_RATE_MAX))
        return why_not(why, "%.10g Hz, expected a sample rate of 1 to %d Hz", wav->rate,
                       WAV_RATE_MAX);
    if (wav->channels != 1)
        return true;
    if (!read_samples(ft, max, wav))
        return why_not(why, "too many samples for the memory there is, expected fewer");
    if (wav->count > max)
        return why_not(
            why, "more than %zu samples, expected at most that: a row must fit into 64 MiB", max);
    /* libsox's own codes are from SOX_EHDR on; below are system errors, which some of its
     * readers leave behind at the end of a file. */
    if (ft->sox_errno >= SOX_EHDR)
        return fail(ft, why, "readable samples");
    return check_count(wav->count, open_ended ? SOX_UNSPEC : ft->signal.length, why);
}

/* Decodes and closes what is open at ft, NULL if it could not be opened. open_ended: the length in
 * its header says nothing. */
static bool decode(struct wav *wav, sox_format_t *ft, const char *type, bool open_ended, size_t max,
                   char *why)
{
    char expected[64];
    snprintf(expected, sizeof expected, "a recording in the format %.15s", type);
    if (ft == NULL)
        return fail(NULL, why, expected);
    bool ok = read_recording(ft, open_ended, max, wav, why);
    sox_close(ft);
    return ok;
}

static void reset(struct wav *wav)
{
    wav_start();
    *wav = (struct wav){.samples = wav->samples, .capacity = wav->capacity};
}

/* Takes the samples after the commonest header as they stand: libsox would widen them to 32 bits
 * and this file narrow them again, at 1.1 to 1.2 times the time of fsdd-load. */
static bool take_plain(struct wav *wav, const unsigned char *bytes, size_t size, size_t max)
{
    uint32_t rate = riff_plain_rate(bytes, size);
    size_t count = rate > 0 ? (size - RIFF_PLAIN_BYTES) / 2 : 0;
    if (rate == 0 || rate > WAV_RATE_MAX || count > max || !grow(wav, count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const unsigned char *at = bytes + RIFF_PLAIN_BYTES + 2 * i;
        wav->samples[i] = (int16_t)(at[0] | at[1] << 8);
    }
    wav->count = count;
    wav->rate = rate;
    wav->channels = 1;
    return true;
}

bool wav_decode(struct wav *wav, const char *type, const void *bytes, size_t size, size_t max,
                char *why)
{
    void *from = (void *)(uintptr_t)bytes; /* libsox only reads it */
    bool open_ended = false;
    reset(wav);
    if (size == 0)
        return why_not(why, "an empty file, expected a recording");
    if (wav_is_riff(type)) {
        if (take_plain(wav, bytes, size, max))
            return true;
        if (!riff_check(bytes, size, why))
            return false;
        open_ended = riff_open_ended(bytes, size);
    }
    return decode(wav, sox_open_mem_read(from, size, NULL, NULL, type), type, open_ended, max, why);
}

bool wav_decode_fd(struct wav *wav, const char *type, int fd, size_t max, char *why)
{
    char path[32];
    reset(wav);
    snprintf(path, sizeof path, "/dev/fd/%d", fd);
    return decode(wav, sox_open_read(path, NULL, NULL, type), type, false, max, why);
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
    wav_start();
    /* With the length known the header is right at once: no seeking back, which
     * libsox would do without looking whether it worked. */
    sox_signalinfo_t signal = {.rate = rate, .channels = 1, .precision = 16, .length = count};
    sox_encodinginfo_t encoding = {.encoding = SOX_ENCODING_SIGN2, .bits_per_sample = 16};
    *bytes = NULL;
    *size = 0;
    sox_format_t *ft = sox_open_memstream_write(bytes, size, &signal, &encoding, "wav", NULL);
    if (ft == NULL || !write_samples(ft, samples, count)) {
        fail(ft, why, "a WAV file to be made");
        if (ft != NULL)
            sox_close(ft);
    } else if (sox_close(ft) == SOX_SUCCESS && *bytes != NULL &&
               *size == RIFF_PLAIN_BYTES + 2 * count) {
        return true;
    } else {
        why_not(why, "libsox made a WAV file of %zu bytes, expected %zu", *size,
                RIFF_PLAIN_BYTES + 2 * count);
    }
    free(*bytes);
    return false;
}
