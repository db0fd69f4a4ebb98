/* msgpack maps in: one after the other, from standard input or from files. It reads whole maps
 * and says what is no map; what is in one is for the caller. Errors end the program with a
 * message. */
#ifndef WAVEFILL_STREAM_MAP_READER_H
#define WAVEFILL_STREAM_MAP_READER_H

#include "base/spool.h"
#include "stream/map.h"

#include <stdbool.h>
#include <stdint.h>

struct map_reader;

/* Opens the first of the files named, "-" being standard input; with count 0 standard input
 * alone. paths stays the caller's and must outlive the reader. For messages, expected says what
 * the files should hold ("a model"), and hint what to do about text (it may be empty). */
struct map_reader *map_reader_open(char *const paths[], int count, const char *expected,
                                   const char *hint);

/* Keeps what is read, in memory up to 64 MiB and then in an unnamed file, so that
 * map_reader_rewind can start over. To be called before the first map_reader_next. */
void map_reader_keep(struct map_reader *r);

/* Starts over. The first reading must have reached its end. */
void map_reader_rewind(struct map_reader *r);

/* The next map; NULL after the last, before which there has been at least one. Valid until the
 * next call. */
const struct map *map_reader_next(struct map_reader *r);

/* Whether the map given last is the last of its file; of all files. A second reading knows one
 * file only. */
bool map_reader_file_end(const struct map_reader *r);
bool map_reader_at_end(const struct map_reader *r);

/* Where the map given last comes from: its file, for messages and as it was named, and how many
 * bytes of that file have been read with it. */
const char *map_reader_name(const struct map_reader *r);
const char *map_reader_path(const struct map_reader *r);
uint64_t map_reader_bytes(const struct map_reader *r);

/* The file that the map given last comes from, named and large, with more of it to come; or NULL.
 * The caller frees. */
struct spool *map_reader_file(const struct map_reader *r);

/* Where bytes of the map given last, a view into it, stand in its file. */
uint64_t map_reader_place(const struct map_reader *r, const char *bytes);

/* Ends the program: why says what is wrong with the map given last. */
_Noreturn void map_reader_refuse(const struct map_reader *r, const char *why);

/* Closes the file and frees r. */
void map_reader_close(struct map_reader *r);

#endif
