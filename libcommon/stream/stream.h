/* Matrix streams in: blocks from standard input or from files, one after the other, as one
 * matrix; wavefill-stream(5) has the layout. Errors end the program with a message. */
#ifndef WAVEFILL_STREAM_STREAM_H
#define WAVEFILL_STREAM_STREAM_H

#include "stream/block.h"

#include <stdbool.h>
#include <stddef.h>

struct stream;

/* Reads the files named, "-" being standard input; with count 0 standard input
 * alone. paths stays the caller's and must outlive the stream. */
struct stream *stream_open(char *const paths[], int count);

/* Keeps what is read, in memory up to 64 MiB and then in an unnamed file, so that
 * stream_rewind can start over at the end. To be called before the first stream_next. */
void stream_keep(struct stream *s);
void stream_rewind(struct stream *s);

/* Accepts maps with this key as blocks too, of two keys at most: they come with `other` set and no
 * rows. */
void stream_also(struct stream *s, const char *key);

/* The next block; valid until the next call. False after the last one: there has been at least
 * one row, or a block with `other` set, by then. All blocks have the same col0, and the same
 * rate where they have one. */
bool stream_next(struct stream *s, struct block *block);

/* Whether the block that stream_next gave is the last of all. */
bool stream_at_end(const struct stream *s);

/* The file that the block came from, for messages; as it was named, "-" for standard input. */
const char *stream_name(const struct stream *s);
const char *stream_path(const struct stream *s);

/* That of the rows so far, this block's included; 0 where none has said one. */
double stream_rate(const struct stream *s);

/* Rows in the blocks before this one. */
size_t stream_row0(const struct stream *s);

/* Where in the full row the column is that is so many after the block's first. Ends the program
 * where the format has no number for it. */
uint64_t stream_position(const struct stream *s, const struct block *block, uint64_t columns);

/* Ends the program unless all rows so far have the same number of columns, which
 * it returns; 0 for a block of no rows. */
size_t stream_rectangle(struct stream *s, const struct block *block);

/* Closes the files and frees s. */
void stream_close(struct stream *s);

#endif
