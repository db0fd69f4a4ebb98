/* The remains of many rows once they are reduced, without the reducer that makes it
 * (lsq/reducer.h). */
#ifndef WAVEFILL_LSQ_REDUCED_H
#define WAVEFILL_LSQ_REDUCED_H

#include "lsq/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The remains of `rows` rows. */
struct lsq_reduced {
    size_t given, targets; /* p, t */
    bool intercept;        /* whether there is a w column */
    bool single;           /* whether values came as floats, and are rounded as such */
    uint64_t rows;
    size_t count;  /* reduced rows: at most unknowns, p or p + 1, unless few came in */
    double *data;  /* count × (intercept + p + t), C order; owned (lsq_reduced_free) */
    double *shift; /* p + t; zeros without intercept; owned */
    double *rss;   /* t; owned */
};

void lsq_reduced_free(struct lsq_reduced *reduced);

/* Columns of data. */
size_t lsq_reduced_width(const struct lsq_reduced *reduced);

/* Gives each of the rows that were reduced that much more weight. LSQ_OVERFLOW. */
enum lsq_status lsq_reduced_weigh(struct lsq_reduced *reduced, double weight);

/* a, which holds what data does (or is data), becomes the rows of the centred problem, p + t
 * columns each: as they are without intercept, else one row less, and mean (p + t) receives the
 * weighted column means, noise (p) what linear_noise says of the given columns or, of those whose
 * shift can be exact, 0. Returns how many rows that is. */
size_t lsq_reduced_centre(const struct lsq_reduced *reduced, double *a, double *mean,
                          double *noise);

#endif
