/* What a row's name says of where the row comes from: pad-chop names the frame of row NAME
 * that begins at column 160 NAME@160. */
#ifndef WAVEFILL_STREAM_STEM_H
#define WAVEFILL_STREAM_STEM_H

#include "stream/msgpack.h"

/* The name without an @ and digits at its end, if something is before them; a view into it. */
struct str stem_of(struct str name);

bool stem_equal(struct str a, struct str b);

#endif
