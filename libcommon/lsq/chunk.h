/* The work on chunks of rows, for lsq_reduce.c alone: a lane takes rows, reduces each
 * chunk of them as the basis says, in a thread of its own if asked to, and gives all of it
 * back at the end. lsq_reduce.h says what is done and why. */
#ifndef WAVEFILL_LSQ_CHUNK_H
#define WAVEFILL_LSQ_CHUNK_H

#include "lsq/precondition.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lets so many threads work at a time, or as many as LAPACK has memory for: there are more lanes
 * than that, so that rows find an empty one. NULL without memory; the caller frees. */
struct lane_gate;
struct lane_gate *lane_gate_new(unsigned open);
void lane_gate_free(struct lane_gate *gate);

struct lane;

/* How many lanes so many threads are to have: where chunks are small more than threads. */
size_t lane_count(const struct lane_shape *shape, unsigned threads);

/* shape, basis and gate must outlive the lane. gate NULL: no thread, the caller's does the
 * work, as it does where no thread can be had. NULL without memory. */
struct lane *lane_new(const struct lane_shape *shape, const struct lane_basis *basis,
                      struct lane_gate *gate);
void lane_free(struct lane *lane);

/* Where the next row goes; the lane must not be full or at work. lane_drop takes it back. */
double *lane_slot(struct lane *lane);
void lane_drop(struct lane *lane);
bool lane_is_full(const struct lane *lane);

/* Reduces the chunk, or has its thread do it. */
void lane_submit(struct lane *lane);

/* Waits until that is done. LSQ_NOMEM or LSQ_DIVERGED, as lane_householder, where it or one
 * before it failed: the lane then reduces no more. */
enum lsq_status lane_wait(struct lane *lane);

/* Waits for all lanes, reduces all that they hold, and the basis' triangle, to one triangle
 * (unknowns × width), adds to rss, and empties the lanes. LSQ_NOMEM; LSQ_DIVERGED where the
 * sum of their squares is not positive definite; or what a lane failed with: triangle and
 * rss then hold nothing of use, and the lanes' rows are lost. No lane is at work behind it. */
enum lsq_status lane_collect(const struct lane_shape *shape, const struct lane_basis *basis,
                             struct lane **lanes, size_t count, double *triangle, double *rss);

#endif
