#include "audio/decode_worker.h"

#include "base/fd.h"
#include "base/whole_file.h"
#include "base/mem.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct worker {
    const struct decode_work *work;
    struct decode_reply reply;
    bool is_free[DECODE_SLOTS];
    struct whole_file_bytes file;
    struct wav wav;
};

static void write_all(int fd, const void *data, size_t size)
{
    if (!fd_write_all(fd, data, size))
        _exit(EXIT_FAILURE);
}

/* A slot that is free, or will be: the parent gives them back in time. */
static size_t take_slot(struct worker *w)
{
    for (;;) {
        unsigned char freed;
        for (size_t i = 0; i < DECODE_SLOTS; i++)
            if (w->is_free[i]) {
                w->is_free[i] = false;
                return i;
            }
        if (fd_read(w->work->fd, &freed, 1) <= 0)
            _exit(EXIT_FAILURE);
        if (freed < DECODE_SLOTS)
            w->is_free[freed] = true;
    }
}

static void send_reply(struct worker *w)
{
    if (w->reply.clips == 0)
        return;
    write_all(w->work->fd, &w->reply, sizeof w->reply);
    w->reply.clips = 0;
    w->reply.bytes = 0;
    w->reply.slot = DECODE_NO_SLOT;
}

/* The samples of the clip whose record comes next go into the reply's slot. */
static void add_samples(struct worker *w)
{
    size_t bytes = w->wav.count * sizeof(int16_t);
    if (bytes == 0)
        return;
    if (w->reply.slot == DECODE_NO_SLOT)
        w->reply.slot = take_slot(w);
    memcpy(w->work->shared->slots[w->reply.slot] + w->reply.bytes, w->wav.samples, bytes);
    w->reply.bytes += bytes;
}

static void add_record(struct worker *w, const struct decode_record *record)
{
    size_t bytes = record->count * sizeof(int16_t);
    if (w->reply.bytes + bytes > DECODE_SLOT_BYTES)
        send_reply(w);
    bool large = bytes > DECODE_SLOT_BYTES;
    if (!large)
        add_samples(w);
    w->reply.records[w->reply.clips++] = *record;
    if (!large)
        return;
    w->reply.bytes = bytes;
    send_reply(w);
    write_all(w->work->fd, w->wav.samples, bytes);
}

/* WAV files come through memory, where their headers are checked; so does what
 * cannot be opened twice. */
static enum whole_file_status decode_file(struct worker *w, const struct recording *clip, bool *ok,
                                          char *why)
{
    int fd;
    size_t expected;
    size_t max = w->work->max;
    enum whole_file_status status = whole_file_open(clip->path, &fd, &expected);
    if (status != WHOLE_FILE_OK)
        return status;
    if (expected > 0 && !wav_is_riff(clip->type)) {
        *ok = wav_decode_fd(&w->wav, clip->type, fd, max, why);
    } else {
        status = whole_file_read(fd, expected, WHOLE_FILE_MAX, &w->file);
        if (status == WHOLE_FILE_OK)
            *ok = wav_decode(&w->wav, clip->type, w->file.p, w->file.size, max, why);
    }
    int error = errno;
    whole_file_close(fd);
    errno = error;
    return status;
}

static void decode_clip(struct worker *w, const struct recording *clip)
{
    bool ok = false;
    struct decode_record record;
    memset(&record, 0, sizeof record);
    enum whole_file_status status = decode_file(w, clip, &ok, record.why);
    record.error = errno;
    record.whole_file_status = (int32_t)status;
    record.outcome = status != WHOLE_FILE_OK ? DECODE_NO_FILE
                     : ok                    ? DECODE_OK
                                             : DECODE_NO_RECORDING;
    if (record.outcome == DECODE_OK) {
        record.channels = w->wav.channels;
        record.count = w->wav.count;
        record.rate = w->wav.rate;
        record.rounded = w->wav.rounded;
    } else {
        w->wav.count = 0;
    }
    add_record(w, &record);
}

/* What is to be done at the end, of a sanitizer too, is the parent's business; libsox calls
 * exit where it has no memory. */
static void leave(void)
{
    _exit(EXIT_FAILURE);
}

_Noreturn void decode_work(const struct decode_work *work)
{
    atexit(leave);
    struct worker *w = mem_zero(1, sizeof *w);
    w->work = work;
    w->reply.slot = DECODE_NO_SLOT;
    for (size_t i = 0; i < DECODE_SLOTS; i++)
        w->is_free[i] = true;
    size_t stride = DECODE_SHARE * work->workers;
    for (size_t first = DECODE_SHARE * work->worker; first < work->count; first += stride) {
        for (size_t i = first; i < work->count && i < first + DECODE_SHARE; i++) {
            work->shared->attempted = i;
            decode_clip(w, &work->clips[i]);
        }
        send_reply(w);
    }
    _exit(EXIT_SUCCESS);
}
