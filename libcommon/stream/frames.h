/* The overlapping frames of rows: windows of `width` columns, at columns 0, hop, 2 hop,
 * ... of a row's span, as many as fit wholly into it. Errors end the program. */
#ifndef WAVEFILL_STREAM_FRAMES_H
#define WAVEFILL_STREAM_FRAMES_H

#include "base/num.h"
#include "base/output.h"
#include "base/str.h"
#include "stream/block.h"
#include "stream/stream.h"

#include <stddef.h>

struct frames {
    size_t width, hop;      /* columns, at least 1 */
    struct num_spans spans; /* of each row these columns only, one after the other */
    bool reverse;           /* the last column of a frame comes first */
    /* frames_put counts here: rows, those without a frame, and the most columns of a span. */
    size_t rows, short_rows, longest, frames;
    struct frames_batch *batch; /* NULL to start with; frames_free */
};

/* Writes the frames of a block's rows, in their order, as blocks of at most about 1 MiB
 * (or one frame), with the block's rate and unknown attributes, and no col0. A frame is
 * called NAME@START, START being the column of the full row that it begins at; where the
 * row has no name it has none. block is the present one of in; after its last one the matrix ends.
 */
void frames_put(struct frames *w, struct output *out, const struct stream *in,
                const struct block *block);
void frames_free(struct frames *w);

#endif
