#include "audio/decode_worker.h"

#include "audio/wav.h"
#include "base/whole_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct worker {
    const struct decode_worker_job *job;
    struct whole_file_bytes file;
    struct wav wav;
};

/* WAV files come through memory, where their headers are checked; so does what
 * cannot be opened twice. */
static void decode_open(struct worker *w, const char *type, int fd, size_t expected,
                        struct decode_worker_reply *reply)
{
    if (expected > 0 && !wav_is_riff(type)) {
        wav_decode_fd(&w->wav, type, fd, w->job->max, reply->why);
        return;
    }
    reply->file_status = (int)whole_file_read(fd, expected, WHOLE_FILE_MAX, &w->file);
    reply->error = errno;
    if (reply->file_status == WHOLE_FILE_OK)
        wav_decode(&w->wav, type, w->file.p, w->file.size, w->job->max, reply->why);
}

static void decode(struct worker *w, const struct recording *recording,
                   struct decode_worker_reply *reply)
{
    int fd;
    size_t expected;
    reply->file_status = (int)whole_file_open(recording->path, &fd, &expected);
    reply->error = errno;
    if (reply->file_status != WHOLE_FILE_OK)
        return;
    decode_open(w, recording->type, fd, expected, reply);
    whole_file_close(fd);
    if (reply->file_status != WHOLE_FILE_OK || reply->why[0] != '\0')
        return;
    reply->count = w->wav.count;
    reply->rate = w->wav.rate;
    reply->channels = w->wav.channels;
    reply->rounded = w->wav.rounded;
}

static void answer(struct worker *w, const struct recording *recording)
{
    struct decode_worker_reply reply = {.file_status = WHOLE_FILE_OK};
    decode(w, recording, &reply);
    FILE *out = w->job->out;
    if (fwrite(&reply, sizeof reply, 1, out) != 1 ||
        fwrite(w->wav.samples, sizeof(int16_t), reply.count, out) != reply.count ||
        fflush(out) != 0)
        _exit(EXIT_FAILURE);
}

/* The end of the program, a sanitizer's report too, is the parent's business; libsox calls exit
 * where it has no memory. */
static void leave(void)
{
    _exit(EXIT_FAILURE);
}

_Noreturn void decode_worker_run(const struct decode_worker_job *job)
{
    atexit(leave);
    struct worker w = {.job = job};
    for (size_t i = job->worker; i < job->count; i += job->workers)
        answer(&w, &job->recordings[i]);
    _exit(EXIT_SUCCESS);
}
