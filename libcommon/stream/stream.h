/* Matrix streams in: blocks from standard input or from files, one after the
 * other, as one matrix. What is wrong with them ends the program with a message.
 * wavefill-stream(5) has the layout. */
#ifndef WAVEFILL_STREAM_STREAM_H
#define WAVEFILL_STREAM_STREAM_H

#include "stream/block.h"

#include <stdbool.h>
#include <stddef.h>

struct stream;

/* Reads the files named, "-" being standard input; with count 0 standard input
 * alone. paths stays the caller's and must outlive the stream. */
struct stream *stream_open(char *const paths[], int count);

/* Reads one file of other maps with stream_next_map; `expected` says of what, for messages:
 * "a model". */
struct stream *stream_open_maps(char *const paths[], const char *expected);

/* Keeps what is read, in memory up to 64 MiB and then in an unnamed file, so that
 * stream_rewind can start over. To be called before the first stream_next. */
void stream_keep(struct stream *s);
void stream_rewind(struct stream *s);

/* Lets maps with this key in as blocks too: they come with `other` set and no rows. */
void stream_also(struct stream *s, const char *key);

/* The next block; valid until the next call. False after the last one: there has
 * been at least one row by then. */
bool stream_next(struct stream *s, struct block *block);

/* Rows of the next block that are there before all of it is, so that they can be used while
 * they are in the cache: those of block from *from on, *rows of them at least one; the views
 * are valid until the next call. False when there is nothing of that kind (now, or at all):
 * then stream_next, which gives the whole block, with these rows in it. What is wrong with
 * the block is said there too. */
bool stream_coming(struct stream *s, struct block *block, size_t *from, size_t *rows);

/* Whether the block that stream_next gave is the last of all. */
bool stream_at_end(const struct stream *s);

/* The file that the block came from, for messages. */
const char *stream_name(const struct stream *s);

/* Rows in the blocks before this one. */
size_t stream_row0(const struct stream *s);

/* Ends the program unless all rows so far have the same number of columns, which
 * it returns; 0 for a block of no rows. */
size_t stream_rectangle(struct stream *s, const struct block *block);

/* The next map, whatever it is (a model, say), instead of stream_next; NULL after
 * the last. Valid until the next call. */
const struct map *stream_next_map(struct stream *s);

/* Frees s; a file that could not be read to its end has been said before. */
void stream_close(struct stream *s);

#endif
