/* R², the coefficient of determination, as scikit-learn's r2_score defines it:
 * 1 - Σ(y - ŷ)² / Σ(y - ȳ)² for each column. Rows come one after the other; memory
 * is O(columns). With groups of rows, ȳ is that of the group. Variance by Welford's update
 * (Technometrics 4, 1962). */
#ifndef WAVEFILL_MATH_R2_H
#define WAVEFILL_MATH_R2_H

#include <stdbool.h>
#include <stddef.h>

struct r2 {
    size_t columns, rows;
    /* A number a column each, all of them in the memory of scale; owned (r2_free). Sums are of
     * values times scale, a power of two, so that squares neither overflow nor vanish. */
    double *scale, *mean, *mean_low, *ss_total, *ss_residual;
    double *limit; /* the largest value that the scale suits */
    double *first; /* of the first row: tells a constant column */
    bool *varies;
};

/* False without memory. columns >= 1. */
bool r2_init(struct r2 *r2, size_t columns);

/* Adds one row of `columns` values. */
void r2_add(struct r2 *r2, const double *truth, const double *predicted);

/* Values from here on deviate from a mean of their own; the sums go on. */
void r2_next_group(struct r2 *r2);

/* As r2_init leaves it. */
void r2_reset(struct r2 *r2);
void r2_free(struct r2 *r2);

/* Whether a column has no R²: its truth is constant (its values are compared, for
 * a computed variance of a constant 0.1 is not zero) or it has one row only. */
bool r2_undefined(const struct r2 *r2, size_t column);

/* Σ(y - ȳ)² and Σ(y - ŷ)² of a column. */
double r2_total(const struct r2 *r2, size_t column);
double r2_residual(const struct r2 *r2, size_t column);
size_t r2_count_undefined(const struct r2 *r2);

/* A column's score. Undefined ones are NaN if `nan`, else 1 where the prediction is
 * exact and 0 where not. */
double r2_column(const struct r2 *r2, size_t column, bool nan);

/* The mean over columns, or the mean weighted by each column's variance (if all are
 * 0, the plain mean). */
double r2_uniform(const struct r2 *r2, bool nan);
double r2_weighted(const struct r2 *r2, bool nan);

#endif
