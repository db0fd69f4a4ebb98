/* The header of a WAV file: what must hold of it before libsox may see the file. */
#ifndef WAVEFILL_AUDIO_RIFF_H
#define WAVEFILL_AUDIO_RIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* False with why (why.h) for a file that is no RIFF or RIFX WAVE, whose chunks do not fit, or
 * whose format chunk would make libsox 14.4.2 write past its buffers (block-compressed formats
 * that claim blocks too small for their samples). It does not look for truncated sample data. */
bool riff_check(const unsigned char *bytes, size_t size, char *why);

/* Whether the data chunk's length is one that programs write which cannot seek back (to a
 * pipe, say): it then says nothing. riff_check holds. */
bool riff_open_ended(const unsigned char *bytes, size_t size);

/* The header that most programs write for one channel of 16-bit PCM: bytes. */
enum { RIFF_PLAIN_BYTES = 44 };

/* The sample rate, in Hz, of a file that is that header and the samples, at least one, that its
 * lengths say; 0 for any other file. */
uint32_t riff_plain_rate(const unsigned char *bytes, size_t size);

#endif
