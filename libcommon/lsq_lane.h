/* The work on chunks of rows, for lsq_reduce.c alone: a lane takes rows, reduces each
 * chunk of them as the basis says, in a thread of its own if asked to, and gives all of it
 * back at the end. lsq_reduce.h says what is done and why. */
#ifndef WAVEFILL_LSQ_LANE_H
#define WAVEFILL_LSQ_LANE_H

#include "lsq_basis.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lane;

/* shape and basis must outlive the lane. NULL without memory or thread. */
struct lane *lane_new(const struct lane_shape *shape, const struct lane_basis *basis,
                      bool threaded);
void lane_free(struct lane *lane);

/* Where the next row goes; the lane must not be full or at work. lane_drop takes it back. */
double *lane_slot(struct lane *lane);
void lane_drop(struct lane *lane);
bool lane_is_full(const struct lane *lane);

/* Reduces the chunk, or has its thread do it; lane_wait waits until that is done. */
void lane_submit(struct lane *lane);
enum lsq_status lane_wait(struct lane *lane);

/* Reduces all that the lanes hold, and the basis' triangle, to one triangle (unknowns ×
 * width), adds to rss, and empties the lanes. */
enum lsq_status lane_collect(const struct lane_shape *shape, const struct lane_basis *basis,
                             struct lane **lanes, size_t count, double *triangle, double *rss);

#endif
