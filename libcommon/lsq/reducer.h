/* Rows reduced as they come: what least squares needs of n rows [w x y], kept in as
 * many rows as there are unknowns, whatever n is. Mergeable: reducing the reductions
 * of parts is reducing the whole.
 *
 * w is 1, or the square root of the row's weight; x are the p given columns and y the t
 * targets, both less a shift (the medians of the first rows, so that a constant column is
 * exactly zero). The reduced rows are Qᵀ [w X Y] for an orthogonal Q, without those rows below that
 * are zero in w and X: of these only the sums of squares in Y stay.
 *
 * Chunks of rows are reduced in one of three ways, by how ill-conditioned the columns
 * seen so far are, the condition being that of columns scaled to unit norm:
 *   up to 32     Z = X D⁻¹, D the norms: the chunk's Zᵀ Z is added up, where no norm is so
 *                small or large that its square loses digits or overflows;
 *   up to 10⁸    Z = X R⁻¹, R the triangle so far: likewise, Z now being well-conditioned
 *                whatever X is;
 *   beyond       a Householder QR of the triangle on top of the chunk.
 * In the first two the error is that of a Cholesky factorization of a matrix of condition
 * at most about 10³, as small as Householder's; R is renewed as rows grow in number,
 * and a chunk unlike those before takes the third way (Yamamoto et al., ETNA 44, 2015,
 * on Cholesky QR with a good preconditioner). */
#ifndef WAVEFILL_LSQ_REDUCER_H
#define WAVEFILL_LSQ_REDUCER_H

#include "lsq/reduced.h"
#include "math/range.h"

#include <stdbool.h>
#include <stddef.h>

struct lsq_reducer;

/* given and targets are at least 1. threads: chunks are shared out among so many, besides the
 * caller's; 1: the caller's alone. NULL without memory. The caller frees with lsq_reducer_free. */
struct lsq_reducer *lsq_reducer_new(size_t given, size_t targets, bool intercept, unsigned threads);
void lsq_reducer_free(struct lsq_reducer *reducer);

/* Each row is to count also with its columns in reverse (lsq/fold.h); only before the first row,
 * and nothing may be merged then. */
void lsq_reducer_set_both_ways(struct lsq_reducer *reducer);

/* Adds count rows of given + targets doubles each (C order, at any address) and widens range
 * by them. *added is less than count where the next row has a value that is not finite. LSQ_NOMEM;
 * LSQ_DIVERGED or LSQ_OVERFLOW of a reduction, which a thread may have met rows ago. */
enum lsq_status lsq_reducer_add(struct lsq_reducer *reducer, const void *rows, size_t count,
                                struct range *range, size_t *added);

/* Adds what has been reduced elsewhere; given, targets and intercept must agree; from
 * stays the caller's. Errors as lsq_reducer_add. */
enum lsq_status lsq_reducer_merge(struct lsq_reducer *reducer, const struct lsq_reduced *reduced);

/* Notes that values came as floats; merging does so where they did elsewhere. */
void lsq_reducer_set_single(struct lsq_reducer *reducer);
bool lsq_reducer_is_single(const struct lsq_reducer *reducer);

/* Waits until no thread is at work. */
void lsq_reducer_rest(struct lsq_reducer *reducer);

/* The rows as they came, where all of them are still there (few, of weight 1), for
 * lsq_solve; NULL otherwise. They belong to the reducer; lsq_solve may destroy them. */
double *lsq_reducer_rows(struct lsq_reducer *reducer, size_t *count);

/* Reduces what is there; the reducer is used up, but is still to be freed. *reduced is the
 * caller's (lsq_reduced_free); empty unless LSQ_OK. Errors as lsq_reducer_add, LSQ_OVERFLOW where
 * the sums are not finite. */
enum lsq_status lsq_reducer_finish(struct lsq_reducer *reducer, struct lsq_reduced *reduced);

#endif
