/* Decodes recordings from memory and encodes them to memory, through libsox: it then sees no
 * file name (it would run `|command` and fetch URLs), and every read and write is checked here.
 * Nothing else includes sox.h. */
#ifndef WAVEFILL_AUDIO_WAV_H
#define WAVEFILL_AUDIO_WAV_H

#include "audio/linear.h"
#include "audio/riff.h"
#include "base/why.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* No recording has a higher sample rate: Hz. */
enum { WAV_RATE_MAX = 10000000 };

/* One decoded channel. Starts as zeroes; the next recording takes its memory again. */
struct wav {
    int16_t *samples; /* owned; wav_free */
    size_t count, capacity;
    double rate;       /* Hz */
    unsigned channels; /* as found; samples are only there when it is 1 */
    bool rounded;      /* the recording has more than 16 bits; rounded to nearest */
    struct linear_clips clips;
    char note[RIFF_NOTE_SIZE]; /* what is odd about it; empty: nothing */
};

/* Whether libsox can read files of this type (a file name's extension, any case). */
bool wav_known_type(const char *type);

/* Whether libsox reads files of this type, which it knows, as WAV files: by their header,
 * whatever they are called. */
bool wav_is_riff(const char *type);

/* Whether libsox reads files of this type best from a real file. */
bool wav_wants_file(const char *type);

/* Loads libsox and the formats asked for so far. The first recording does so too; a process that
 * enters the sandbox must do it before. */
void wav_start(void);

/* Decodes the recording of that type in the size bytes. False with why (why.h) if it is not a
 * whole recording of at most max samples, all finite. With more than one channel it succeeds
 * without samples. Overwrites the bytes of a compressed WAV file. WHOLE_FILE_NULS follow them. */
bool wav_decode(struct wav *wav, const char *type, void *bytes, size_t size, size_t max, char *why);

/* The same, for a regular file that is open at fd. Some of libsox's readers want a
 * real file; not for WAV files, whose headers must be checked first. */
bool wav_decode_fd(struct wav *wav, const char *type, int fd, size_t max, char *why);

/* Frees the samples. */
void wav_free(struct wav *wav);

/* Encodes count samples at rate Hz as a mono 16-bit WAV file into *bytes (the
 * caller frees) and *size. False with why. rate: 1 to 2^31 - 1, a whole number. */
bool wav_encode(const int16_t *samples, size_t count, double rate, char **bytes, size_t *size,
                char *why);

#endif
