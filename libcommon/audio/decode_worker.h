/* What a process that decodes does, and how it answers. */
#ifndef WAVEFILL_AUDIO_DECODE_WORKER_H
#define WAVEFILL_AUDIO_DECODE_WORKER_H

#include "audio/recording.h"
#include "audio/wav.h"

#include <stddef.h>
#include <stdint.h>

/* Clips go to the workers in turn, so many at a time. */
enum { DECODE_SHARE = 16 };

enum decode_outcome { DECODE_OK, DECODE_NO_RECORDING, DECODE_NO_FILE };

struct decode_record {
    uint32_t outcome;
    int32_t whole_file_status, error; /* of DECODE_NO_FILE */
    uint32_t channels;
    uint64_t count; /* samples, which follow the reply's records */
    double rate;
    uint64_t rounded;
    char why[WAV_WHY]; /* of DECODE_NO_RECORDING */
};

/* A reply: one or more clips of the share, and their samples one behind the other: in a
 * slot of the memory that is shared or, with slot DECODE_NO_SLOT, behind it in the socket. */
enum { DECODE_SLOTS = 3, DECODE_SLOT_BYTES = 128 << 10, DECODE_NO_SLOT = DECODE_SLOTS };
struct decode_reply {
    uint64_t clips, bytes, slot;
    struct decode_record records[DECODE_SHARE];
};

/* What a worker and its parent share. A slot belongs to the worker at first, to the parent
 * with the reply, and to the worker again when its number comes through the socket. */
struct decode_shared {
    uint64_t attempted; /* the clip in hand */
    char slots[DECODE_SLOTS][DECODE_SLOT_BYTES];
};

struct decode_work {
    const struct recording *clips;
    size_t count, max; /* clips; samples of one */
    size_t worker, workers;
    int fd; /* a socket: replies go, slots that are free again come */
    struct decode_shared *shared;
};

/* Decodes its shares, writes the replies and ends the process. */
_Noreturn void decode_work(const struct decode_work *work);

#endif
