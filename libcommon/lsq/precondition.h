/* The coordinates in which chunks of rows are reduced; lsq/reducer.h says why. */
#ifndef WAVEFILL_LSQ_PRECONDITION_H
#define WAVEFILL_LSQ_PRECONDITION_H

#include "lsq/status.h"

#include <stddef.h>
#include <stdint.h>

enum precondition_way { PRECONDITION_DIAGONAL, PRECONDITION_TRIANGLE, PRECONDITION_NONE };

/* Rows are [X Y] = [unknowns | targets], width doubles. They become (Z, E) = (X P⁻¹, Y - X B),
 * where P is the diagonal of column norms, the triangle R, or the identity (and B then 0). */
struct precondition {
    size_t unknowns, targets, width; /* the caller's; the rest is precondition_set's, */
    size_t split;                    /* but for this: tall_reduce_halves's; 0: rows are just rows */
    enum precondition_way way;
    double *triangle; /* R and C: unknowns × width, a copy; owns the memory of the others */
    double *norm;     /* of R's columns */
    double *limit;    /* the largest mean square that a chunk's column of Z may have */
    double *solution; /* B = R⁻¹ C: unknowns × targets */
};

/* Sets it from the triangle of `rows` rows; memory is kept for the next time. LSQ_NOMEM,
 * LSQ_DIVERGED. */
enum lsq_status precondition_set(struct precondition *pre, const double *triangle, uint64_t rows);
void precondition_free(struct precondition *pre);

/* (X, Y) to (Z, E) in count rows, but for the diagonal, which waits until the end: scaling
 * commutes with sums of products. */
void precondition_apply(const struct precondition *pre, double *rows, size_t count);

/* triangle (unknowns × width) becomes the precondition's own in the coordinates (Z, E), where E's
 * part is zero. */
void precondition_start(const struct precondition *pre, double *triangle);

/* Back from (Z, E), in place: R = triangle P, C = its part + R B. LSQ_NOMEM. */
enum lsq_status precondition_undo(const struct precondition *pre, double *triangle);

#endif
