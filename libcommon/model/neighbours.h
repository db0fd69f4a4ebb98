/* A local model applied: for rows side by side, the training rows nearest to each, and what a fit
 * of these predicts. */
#ifndef WAVEFILL_MODEL_NEIGHBOURS_H
#define WAVEFILL_MODEL_NEIGHBOURS_H

#include "base/str.h"
#include "model/local.h"

#include <stdbool.h>
#include <stddef.h>

struct neighbours;

/* own: the model that training rows of a row's own name come from, instead of those in `local`;
 * `local` itself, or NULL: they are left out. given: of their columns. Both must outlive it. Loads
 * LAPACK; ends the program with a message if there is none, or no memory. */
struct neighbours *neighbours_new(struct local *local, struct local *own, size_t given);
void neighbours_free(struct neighbours *near);

/* How many rows may stand side by side. */
size_t neighbours_most(const struct neighbours *near);

/* Begins on so many rows, of these names (NULL: of none). Returns the first for which no training
 * row is left, or count. */
size_t neighbours_begin(struct neighbours *near, const struct str *names, size_t count);

/* Predicts what follows the given columns of each of these rows, at x and every `stride` doubles
 * from there, and puts it after them. Returns the first row whose fit failed, since the
 * penalty is too small, or count. */
size_t neighbours_predict(struct neighbours *near, double *x, size_t stride, size_t count);

#endif
