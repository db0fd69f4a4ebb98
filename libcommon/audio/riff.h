/* What must hold of a WAV file's header before libsox may see it. */
#ifndef WAVEFILL_AUDIO_RIFF_H
#define WAVEFILL_AUDIO_RIFF_H

#include <stdbool.h>
#include <stddef.h>

/* False with why (what was found, what was expected) for a file that is no RIFF or
 * RIFX WAVE, whose chunks do not fit, or whose format chunk would make libsox
 * 14.4.2 write past its buffers (block-compressed formats that claim blocks too
 * small for their samples). Truncated sample data is not looked for here. */
bool riff_check(const unsigned char *bytes, size_t size, char *why, size_t why_size);

/* Whether the data chunk's length is one of those that programs write which
 * cannot seek back (to a pipe, say): it then says nothing. riff_check holds. */
bool riff_open_ended(const unsigned char *bytes, size_t size);

/* The header that most programs write for one channel of 16-bit PCM: 44 bytes, of which
 * RIFF_PLAIN_FORMAT stand between the two lengths. */
enum { RIFF_PLAIN_BYTES = 44, RIFF_PLAIN_FORMAT = 32 };

/* Whether the file is that header and the samples, at least one, that its lengths say. */
bool riff_is_plain(const unsigned char *bytes, size_t size);

#endif
