#include "audio/wav.h"

#include "base/msg.h"
#include "audio/riff.h"

#include <sox.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What libsox said last: its message handler has no argument for the caller. */
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
    if (strcasecmp(type, "wav") == 0)
        return true;
    /* Loading every plugin costs as much as decoding hundreds of clips: only for
     * what is not built in. */
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

static bool fail(sox_format_t *ft, char *why, const char *expected)
{
    /* The caller names the file; what libsox calls it here is not its name. */
    const char *text = said[0] == '\0' && ft != NULL ? ft->sox_errstr : said;
    const char *quote = strchr(text, '`');
    const char *behind = quote != NULL ? strstr(quote, "': ") : NULL;
    text = behind != NULL ? behind + 3 : text;
    if (text[0] != '\0')
        snprintf(why, WAV_WHY, "libsox says \"%s\", expected %s", text, expected);
    else
        snprintf(why, WAV_WHY, "no recording, expected %s", expected);
    if (ft != NULL)
        sox_close(ft);
    return false;
}

static bool refuse(sox_format_t *ft, char *why, const char *text)
{
    snprintf(why, WAV_WHY, "%s", text);
    sox_close(ft);
    return false;
}

static int16_t to_int16(sox_sample_t sample)
{
    sox_uint64_t clips = 0;
    SOX_SAMPLE_LOCALS;
    int16_t value = SOX_SAMPLE_TO_SIGNED_16BIT(sample, clips);
    (void)clips;
    return value;
}

/* Up to 16 bits nothing is there to round: the sample is exactly value << 16. */
static void convert(const sox_sample_t *from, size_t n, bool rounded, int16_t *to)
{
    if (rounded)
        for (size_t i = 0; i < n; i++)
            to[i] = to_int16(from[i]);
    else
        for (size_t i = 0; i < n; i++)
            to[i] = (int16_t)((uint32_t)from[i] >> 16);
}

static bool grow(struct wav *wav, size_t count)
{
    if (count <= wav->capacity)
        return true;
    int16_t *grown = realloc(wav->room, count * sizeof *grown);
    if (grown == NULL)
        return false;
    wav->room = grown;
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
        convert(chunk, n, wav->rounded, wav->room + wav->count);
        wav->count = count;
    }
    wav->samples = wav->room;
    return true;
}

/* A recording to decode: in memory, or open at fd. */
struct source {
    const char *type;
    const char *bytes; /* NULL: read through fd */
    size_t size;
    int fd;
    bool is_wav, open_ended;
};

/* Where the samples of a WAV file start whose 16-bit values stand as they are wanted:
 * libsox has read the header, and what it would do further is to widen them to 32 bits.
 * NULL where it is not so. */
static const char *plain_samples(sox_format_t *ft, const struct source *from)
{
    bool plain = ft->encoding.encoding == SOX_ENCODING_SIGN2 &&
                 ft->encoding.bits_per_sample == 16 && ft->encoding.reverse_bytes == sox_option_no;
    bool known = ft->signal.length != SOX_UNSPEC && ft->signal.length > 0;
    if (!from->is_wav || from->open_ended || !plain || !known)
        return NULL;
    long at = ftell(ft->fp);
    return at < 0 || (size_t)at > from->size ? NULL : from->bytes + at;
}

static bool take_samples(sox_format_t *ft, const struct source *from, size_t max, struct wav *wav)
{
    const char *plain = plain_samples(ft, from);
    if (plain == NULL)
        return read_samples(ft, max, wav);
    size_t there = (from->size - (size_t)(plain - from->bytes)) / sizeof(int16_t);
    wav->samples = plain;
    wav->count = ft->signal.length < there ? (size_t)ft->signal.length : there;
    return true;
}

static bool check_whole(sox_format_t *ft, const struct wav *wav, sox_uint64_t claimed, char *why)
{
    bool known = claimed != SOX_UNSPEC && claimed != SOX_UNKNOWN_LEN;
    if (wav->count == 0 && !(known && claimed > 0))
        return refuse(ft, why, "a recording of 0 samples, expected at least 1");
    if (!known || claimed <= wav->count)
        return true;
    snprintf(why, WAV_WHY, "truncated: %zu sample%s, expected %llu as its header says", wav->count,
             msg_plural(wav->count), (unsigned long long)claimed);
    sox_close(ft);
    return false;
}

static sox_format_t *open_source(const struct source *from)
{
    char path[32];
    if (from->bytes != NULL)
        return sox_open_mem_read((char *)(uintptr_t)from->bytes, from->size, NULL, NULL,
                                 from->type);
    snprintf(path, sizeof path, "/dev/fd/%d", from->fd);
    return sox_open_read(path, NULL, NULL, from->type);
}

static bool refuse_long(sox_format_t *ft, char *why, size_t max)
{
    snprintf(why, WAV_WHY,
             "more than %zu samples, expected at most that: a row must fit into 64 MiB", max);
    sox_close(ft);
    return false;
}

static bool refuse_rate(sox_format_t *ft, char *why)
{
    snprintf(why, WAV_WHY, "%.10g Hz, expected a sample rate of 1 to 10000000 Hz", ft->signal.rate);
    sox_close(ft);
    return false;
}

static bool fail_to_open(const char *type, char *why)
{
    char expected[64];
    snprintf(expected, sizeof expected, "a recording in the format %.15s", type);
    return fail(NULL, why, expected);
}

static bool decode(struct wav *wav, const struct source *from, size_t max, char *why)
{
    sox_format_t *ft = open_source(from);
    if (ft == NULL)
        return fail_to_open(from->type, why);
    wav->rate = ft->signal.rate;
    wav->channels = ft->signal.channels;
    wav->rounded = ft->signal.precision > 16;
    if (!(wav->rate >= 1 && wav->rate <= 10e6))
        return refuse_rate(ft, why);
    if (wav->channels != 1) {
        sox_close(ft);
        return true;
    }
    if (!take_samples(ft, from, max, wav))
        return refuse(ft, why, "too many samples for the memory there is, expected fewer");
    if (wav->count > max)
        return refuse_long(ft, why, max);
    /* libsox's own codes are from SOX_EHDR on; below are system errors, which some of its
     * readers leave behind at the end of a file. */
    if (ft->sox_errno >= SOX_EHDR)
        return fail(ft, why, "readable samples");
    if (!check_whole(ft, wav, from->open_ended ? SOX_UNSPEC : ft->signal.length, why))
        return false;
    sox_close(ft);
    return true;
}

static void reset(struct wav *wav)
{
    wav->samples = NULL;
    wav->count = 0;
    wav->rate = 0;
    wav->channels = 0;
    wav->rounded = false;
}

/* Whether the bytes are a plain recording. Its samples then stand behind the header, so many. */
static bool is_plain(const void *bytes, size_t size, size_t *count)
{
    if (!riff_is_plain(bytes, size))
        return false;
    *count = (size - RIFF_PLAIN_BYTES) / sizeof(int16_t);
    return true;
}

/* Where the format of a plain header stands. */
static const char *format_of(const char *bytes)
{
    return bytes + 8;
}

static bool take_known(struct wav *wav, const char *bytes, size_t size, size_t max)
{
    const struct wav_known *known = &wav->known;
    size_t count;
    if (!known->is || !is_plain(bytes, size, &count) || count > max ||
        memcmp(known->format, format_of(bytes), RIFF_PLAIN_FORMAT) != 0)
        return false;
    wav->samples = bytes + RIFF_PLAIN_BYTES;
    wav->count = count;
    wav->rate = known->rate;
    wav->channels = 1;
    return true;
}

/* Keeps what libsox has said of a plain header, where that is what the header says too. */
static void learn(struct wav *wav, const char *bytes, size_t size)
{
    size_t count;
    if (!is_plain(bytes, size, &count) || wav->channels != 1 || wav->rounded ||
        wav->samples != bytes + RIFF_PLAIN_BYTES || wav->count != count)
        return;
    wav->known.is = true;
    wav->known.rate = wav->rate;
    memcpy(wav->known.format, format_of(bytes), RIFF_PLAIN_FORMAT);
}

bool wav_decode(struct wav *wav, const char *type, const void *bytes, size_t size, size_t max,
                char *why)
{
    reset(wav);
    if (strcasecmp(type, "wav") == 0 && take_known(wav, bytes, size, max))
        return true;
    wav_start();
    if (size == 0) {
        snprintf(why, WAV_WHY, "an empty file, expected a recording");
        return false;
    }
    struct source from = {.type = type, .bytes = bytes, .size = size, .is_wav = wav_is_riff(type)};
    if (from.is_wav && !riff_check(bytes, size, why, WAV_WHY))
        return false;
    from.open_ended = from.is_wav && riff_open_ended(bytes, size);
    if (!decode(wav, &from, max, why))
        return false;
    learn(wav, bytes, size);
    return true;
}

bool wav_decode_fd(struct wav *wav, const char *type, int fd, size_t max, char *why)
{
    struct source from = {.type = type, .fd = fd};
    reset(wav);
    wav_start();
    return decode(wav, &from, max, why);
}

void wav_free(struct wav *wav)
{
    free(wav->room);
    wav->room = NULL;
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
        free(*bytes);
        return false;
    }
    if (sox_close(ft) != SOX_SUCCESS || *bytes == NULL || *size != 44 + 2 * count) {
        snprintf(why, WAV_WHY, "libsox made a WAV file of %zu bytes, expected %zu", *size,
                 44 + 2 * count);
        free(*bytes);
        return false;
    }
    return true;
}
