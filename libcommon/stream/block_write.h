/* The fields of a map out that come from a block: for those who write maps with such fields. */
#ifndef WAVEFILL_STREAM_BLOCK_WRITE_H
#define WAVEFILL_STREAM_BLOCK_WRITE_H

#include "base/output.h"
#include "base/str.h"
#include "stream/block.h"

#include <stdbool.h>
#include <stddef.h>

/* Writes rate and col0, where block has them, and those of its attributes that no filter knows
 * and for which skip (may be NULL) is false. Returns how many fields that is; out NULL: it only
 * counts them. */
size_t block_write_meta(struct output *out, const struct block *block,
                        bool (*skip)(struct str key));

/* How many bytes that is at most. */
size_t block_write_size(const struct block *block, bool (*skip)(struct str key));

#endif
