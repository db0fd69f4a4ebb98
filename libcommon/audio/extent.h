/* How long a file must be by what it says of itself, for formats in which libsox takes what is cut
 * off for a shorter recording. WAV files are riff.h's. */
#ifndef WAVEFILL_AUDIO_EXTENT_H
#define WAVEFILL_AUDIO_EXTENT_H

#include <stdbool.h>
#include <stddef.h>

/* False with why (why.h) for a file of libsox's format `type` that ends before it should; true too
 * where the format cannot tell. */
bool extent_check(const char *type, const unsigned char *bytes, size_t size, char *why);

#endif
