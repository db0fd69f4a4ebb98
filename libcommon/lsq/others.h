/* Leaving parts of the rows out, each in turn: what least squares needs of all parts but
 * one, for each of them. Nothing is taken away from a sum, which would lose digits: the
 * parts before one and those after it are merged, 3 n merges in all for n parts. */
#ifndef WAVEFILL_LSQ_OTHERS_H
#define WAVEFILL_LSQ_OTHERS_H

#include "lsq/reducer.h"

#include <stddef.h>

/* parts: n >= 2 of the same given, targets and intercept; they stay as they are. others
 * (n): the i-th receives all parts but the i-th; the caller frees each with
 * lsq_reduced_free. They are empty unless LSQ_OK; errors as
 * lsq_reducer_finish. Memory: as much again as parts and others
 * take. */
enum lsq_status lsq_others(const struct lsq_reduced *parts, size_t n, struct lsq_reduced *others);

#endif
