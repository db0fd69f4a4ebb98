/* What chunks of rows are reduced against, for lsq_reduce.c and lsq_lane.c alone.
 * lsq_reduce.h says what is done and why. */
#ifndef WAVEFILL_LSQ_PRECONDITION_H
#define WAVEFILL_LSQ_PRECONDITION_H

#include "lsq/solve.h"

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

/* Sets the basis from the triangle of `rows` rows; memory is kept for the next time.
 * LSQ_NOMEM, LSQ_DIVERGED. */
enum lsq_status lane_basis_set(struct lane_basis *basis, const struct lane_shape *shape,
                               const double *triangle, uint64_t rows);
void lane_basis_free(struct lane_basis *basis);

/* Householder QR of count >= unknowns rows, in place: the first `unknowns` are left as
 * the triangle R (zeros below it) and C; adds to rss what the rows below it leave in the
 * targets. LSQ_NOMEM: rows then hold nothing of use. */
enum lsq_status lane_householder(const struct lane_shape *shape, double *rows, size_t count,
                                 double *rss);

/* (X, Y) to (Z, E) in count rows, but for the diagonal, which waits until the end: scaling
 * commutes with sums of products. */
void lane_basis_apply(const struct lane_shape *shape, const struct lane_basis *basis, double *rows,
                      size_t count);

/* triangle (unknowns × width) becomes the basis' own in the coordinates (Z, E), where E's
 * part is zero. */
void lane_basis_start(const struct lane_shape *shape, const struct lane_basis *basis,
                      double *triangle);

/* Back from (Z, E), in place: R = triangle P, C = its part + R B. LSQ_NOMEM. */
enum lsq_status lane_basis_undo(const struct lane_shape *shape, const struct lane_basis *basis,
                                double *triangle);

#endif
