/* Rows gathered into chunks, which threads reduce while the next ones fill up.
 *
 *                      chunks                    threads           sums, one a chunk
 *   rows ──►  0 [################]  submitted ──► reduce ──►  Zᵀ Z, Zᵀ E, E² ─┐
 *             1 [################]  submitted ──► reduce ──►       ...        ├─► merged to
 *             2 [#######         ]  ◄── the next row goes here                │   one triangle
 *             3 [                ]                                 ...       ─┘
 *
 * Chunks are filled in turn, 0 1 2 3 0 1 ..., so that the sums do not depend on which thread is
 * fast. A chunk is as large as a core's cache takes. Where it is small there are about twice as
 * many as threads: rows then find one that is free (13 % of a fit of 10⁶ × 128 from a pipe). Where
 * it is so large that the BLAS's own threads pay there is one, which the caller's thread reduces
 * with them.
 *
 *     struct chunks *chunks = chunks_new(&pre, threads);
 *     for each row {
 *         fill in chunks_slot(chunks);
 *         status = chunks_push(chunks);
 *     }
 *     status = chunks_collect(chunks, triangle, rss);
 *     chunks_free(chunks);
 */
#ifndef WAVEFILL_LSQ_CHUNK_H
#define WAVEFILL_LSQ_CHUNK_H

#include "lsq/precondition.h"

#include <stdbool.h>

struct chunks;

/* pre must outlive the chunks, and change only when chunks_collect has just been called. threads:
 * so many work besides the caller's, or as many as there can be; with 1, or where there can be
 * none, the caller's does the work. NULL without memory. */
struct chunks *chunks_new(const struct precondition *pre, unsigned threads);
void chunks_free(struct chunks *chunks);

/* Where the next row goes: pre->width doubles. */
double *chunks_slot(struct chunks *chunks);

/* Takes the row that has been put there; hands the chunk over when it is full, and then waits until
 * the next one is free. LSQ_NOMEM or LSQ_DIVERGED of a reduction, which may have been rows ago: no
 * more are then reduced. */
enum lsq_status chunks_push(struct chunks *chunks);

/* Whether all chunks have had the same number of rows. */
bool chunks_are_even(const struct chunks *chunks);

/* Waits until no thread is at work. */
void chunks_wait(struct chunks *chunks);

/* Reduces all rows taken, and the precondition's triangle, to one triangle (unknowns × width), adds
 * to rss (targets), and empties the chunks. LSQ_NOMEM; LSQ_DIVERGED where the sum of their squares
 * is not positive definite; or the failure of a chunk: triangle and rss then hold nothing of use,
 * and the rows are lost. No thread is at work afterwards. */
enum lsq_status chunks_collect(struct chunks *chunks, double *triangle, double *rss);

#endif
