/* The work on chunks of rows, for lsq_reduce.c alone: a lane takes rows, reduces each
 * chunk of them as the basis says, in a thread of its own if asked to, and gives all of it
 * back at the end. lsq_reduce.h says what is done and why. */
#ifndef WAVEFILL_LSQ_LANE_H
#define WAVEFILL_LSQ_LANE_H

#include "lsq.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Rows are [unknowns | targets], width doubles. */
struct lane_shape {
    size_t unknowns, targets, width;
};

enum lane_way { LANE_DIAGONAL, LANE_TRIANGLE, LANE_HOUSEHOLDER };

/* What chunks are reduced against: (X, Y) becomes (Z, E) = (X P⁻¹, Y - X B), where P is the
 * diagonal of column norms, the triangle R, or the identity (and B then 0). */
struct lane_basis {
    enum lane_way way;
    double *triangle; /* R and C: unknowns × width, a copy */
    double *norm;     /* of R's columns */
    double *limit;    /* what a chunk's mean square of a column of Z may be */
    double *solution; /* B = R⁻¹ C: unknowns × targets */
};

/* Sets the basis from the triangle of `rows` rows; memory is kept for the next time. */
enum lsq_status lane_basis_set(struct lane_basis *basis, const struct lane_shape *shape,
                               const double *triangle, uint64_t rows);
void lane_basis_free(struct lane_basis *basis);

/* Householder QR of count >= unknowns rows, in place: the first `unknowns` are left as
 * the triangle R (zeros below it) and C; adds to rss what the rows below it leave in the
 * targets. */
enum lsq_status lane_householder(const struct lane_shape *shape, double *rows, size_t count,
                                 double *rss);

struct lane;

/* shape and basis must outlive the lane. NULL without memory or thread. */
struct lane *lane_new(const struct lane_shape *shape, const struct lane_basis *basis,
                      bool threaded);
void lane_free(struct lane *lane);

/* Where the next row goes; the lane must not be full or at work. */
double *lane_slot(struct lane *lane);
bool lane_is_full(const struct lane *lane);

/* Reduces the chunk, or has its thread do it; lane_wait waits until that is done. */
void lane_submit(struct lane *lane);
enum lsq_status lane_wait(struct lane *lane);

/* Reduces all that the lanes hold, and the basis' triangle, to one triangle (unknowns ×
 * width), adds to rss, and empties the lanes. */
enum lsq_status lane_collect(const struct lane_shape *shape, const struct lane_basis *basis,
                             struct lane **lanes, size_t count, double *triangle, double *rss);

#endif
