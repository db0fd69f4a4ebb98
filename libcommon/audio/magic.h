/* Files of other kinds than WAV, told by their first bytes. */
#ifndef WAVEFILL_AUDIO_MAGIC_H
#define WAVEFILL_AUDIO_MAGIC_H

#include <stddef.h>

/* What a file that starts with these bytes is, and after a semicolon what makes a WAV file of it;
 * NULL: it is not known. */
const char *magic_name(const unsigned char *bytes, size_t size);

#endif
