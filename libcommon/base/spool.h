/* Bytes kept for another reading: in memory while they are few, then in an
 * unnamed temporary file in $TMPDIR. Failures end the program with a message. */
#ifndef WAVEFILL_BASE_SPOOL_H
#define WAVEFILL_BASE_SPOOL_H

#include <stddef.h>
#include <stdint.h>

struct spool;

struct spool *spool_new(void);

/* What an open file holds, for spool_at alone, at the file's own offsets; NULL where it is no
 * regular file. name: for messages; both stay the caller's. */
struct spool *spool_of_file(int fd, const char *name);

void spool_write(struct spool *s, const void *data, size_t size);

/* From now on spool_read gives the bytes written, from the first on. */
void spool_rewind(struct spool *s);

/* Up to size bytes; 0 at the end. */
size_t spool_read(struct spool *s, void *to, size_t size);

/* The size bytes from offset on, all of which have been written: a view, or a copy of them in `to`.
 * Valid until the next call of spool_write, or as long as `to` is. */
const char *spool_at(const struct spool *s, uint64_t offset, void *to, size_t size);
void spool_free(struct spool *s);

#endif
