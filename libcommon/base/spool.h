/* Bytes kept for a second reading: in memory while they are few, then in an
 * unnamed temporary file in $TMPDIR. Failures end the program with a message. */
#ifndef WAVEFILL_BASE_SPOOL_H
#define WAVEFILL_BASE_SPOOL_H

#include <stddef.h>

struct spool;

struct spool *spool_new(void);
void spool_write(struct spool *s, const void *data, size_t size);

/* From now on spool_read gives the bytes written, from the first on. */
void spool_rewind(struct spool *s);

/* Up to size bytes; 0 at the end. */
size_t spool_read(struct spool *s, void *to, size_t size);
void spool_free(struct spool *s);

#endif
