/* Streams in step, row for row, such as the pieces of rows. What does not belong together ends the
 * program with a message. */
#ifndef WAVEFILL_STREAM_IN_STEP_H
#define WAVEFILL_STREAM_IN_STEP_H

#include "base/str.h"
#include "stream/row_reader.h"

#include <stdbool.h>
#include <stddef.h>

/* Steps to the next row of all, `count` readers, at least one. False at the end. All must have as
 * many rows, the same names where they have some, and the same rate where they have one. */
bool in_step_next(struct row_reader *readers, size_t count);

/* The present row's name: that of the first that has one; empty if none has. */
struct str in_step_name(const struct row_reader *readers, size_t count);

#endif
