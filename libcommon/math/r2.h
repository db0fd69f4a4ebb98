/* R², the coefficient of determination, as scikit-learn's r2_score defines it:
 * 1 - Σ(y - ŷ)² / Σ(y - ȳ)² for each column. Rows come one after the other; memory
 * is O(columns). With groups of rows, ȳ is that of the group. Variance by Welford's update
 * (Technometrics 4, 1962). */
#ifndef WAVEFILL_MATH_R2_H
#define WAVEFILL_MATH_R2_H

#include <stdbool.h>
#include <stddef.h>

/* A sum of squares, of values times scale, a power of two, so that they neither overflow nor
 * vanish. */
struct r2_sum {
    double sum, scale, limit; /* limit: the largest value that the scale suits */
};

/* The truths are scaled for their mean as values are for their squares. */
struct r2_column {
    double scale, limit, mean, mean_low;
    struct r2_sum total, residual;
    double first; /* truth of the group: tells a constant column */
    bool varies;
};

struct r2 {
    size_t columns, rows;
    bool several;           /* a group has had more rows than one */
    struct r2_column *list; /* columns; owned (r2_free) */
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

/* A column's score. Undefined ones are 1 where the prediction is exact and 0 where not; if `nan`
 * they are NaN and -infinity, and NaN where no group has several rows. */
double r2_column(const struct r2 *r2, size_t column, bool nan);

/* The mean over columns, or the mean weighted by each column's variance (if all are
 * 0, the plain mean). */
double r2_uniform(const struct r2 *r2, bool nan);
double r2_weighted(const struct r2 *r2, bool nan);

#endif
