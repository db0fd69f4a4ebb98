/* Local regression, or nearest frames: what follows given columns q is taken from the training rows
 * [c | y] whose given columns c, each row times a gain of its own, come nearest to q.
 *
 *   gain      g = c·q / (c·c + 1), held within ±MAX, brings c nearest to q; with MAX 0 it is 1
 *   distance  d = 1 - 2 g c·q / Q + g² c·c / Q, with Q = q·q + 1: how much of q is then left over
 *   weight    w = the row's own weight × exp(-d / bandwidth), divided by the largest
 *   answer    q A⁻¹ B, with A = Σ w g² c cᵀ + penalty I and B = Σ w g² c yᵀ: ridge regression of y
 *             on c without intercept; the penalty is `ridge`, or relative to the mean of the
 *             diagonal of Σ w g² c cᵀ (that of its eigenvalues), and 1e-6 more
 *
 * For example, of rows [1 2 | 3] and [9 0 | 1] the first is the nearest to q = [2 4], with a gain
 * of 10 / 6 and a distance of 0.21; that of the second is 0.81. Alone it answers 10 / 6 × 3 or so.
 *
 * The 1 is the square of the step of whole numbers, of which 16-bit samples are: rows no louder
 * than a step are not made louder, silence has an answer, 0, and so has a fit of nothing but zeros.
 * Data with another step are to come here times nearest_scale. All arithmetic is in double
 * precision; the order of sums depends on how many queries stand side by side.
 *
 * Pure: no errors but what a status says; all arrays are the caller's. */
#ifndef WAVEFILL_LSQ_NEAREST_H
#define WAVEFILL_LSQ_NEAREST_H

#include "lsq/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nearest_settings {
    size_t nearest;                /* rows taken of each kind, others and own */
    double bandwidth, gain, ridge; /* above 0, from 0, from 0 */
    bool ridge_relative;           /* ridge is a share, not in squared units of the rows */
};

/* What rows and queries are multiplied by: 1 where all are whole numbers. Else the power of two
 * that makes the largest magnitude, `peak`, one of 15 bits: the step is then that of a recording
 * of 16 bits that reaches as high. */
double nearest_scale(bool whole, double peak);

/* A row near to a query. */
struct nearest_row {
    size_t row;
    double gain, distance;
    double weight; /* the row's own */
};

/* The nearest rows so far, up to `room` of them, as a heap: the farthest, of equally far ones the
 * last, is rows[0]. */
struct nearest_list {
    size_t count, room;
    struct nearest_row *rows;
};

/* One of the queries, which others and own rows are sought for: a row is its own if both have the
 * same owner, a number above 0. */
struct nearest_query {
    uint32_t owner;
    double square; /* q·q + 1, by nearest_begin */
    struct nearest_list others, own;
};

/* Training rows that lie one after the other, and what they have in common. */
struct nearest_strip {
    size_t first, count;    /* rows */
    size_t given;           /* columns */
    const double *rows;     /* count × given */
    const uint32_t *owners; /* of each row; NULL: all are the queries' own */
    double *squares;        /* c·c of each row, kept from strip to strip; below 0: not known yet */
    double *dots;           /* count × queries, room to work in */
    double weight;          /* of each row */
};

/* Begins on `count` queries (q: count × given): their lists are empty then. */
void nearest_begin(struct nearest_query *queries, size_t count, const double *q, size_t given);

/* Takes those rows of a strip into each query's lists that are nearer than what is there. After
 * late_load. gain: the largest, MAX. */
void nearest_select(struct nearest_query *queries, size_t count, const double *q,
                    const struct nearest_strip *strip, double gain);

/* Puts the rows of a list into their order among the training rows. */
void nearest_sort(struct nearest_list *list);

/* The answer (y, `targets` doubles) for q from `count` rows (count × (given + targets)), at least
 * one, which are overwritten; near says how near they are. scratch: n × (n + 1) doubles, n being
 * the smaller of count and given.
 * After late_load. LSQ_DIVERGED: the penalty is too small for rows that depend on each other. */
enum lsq_status nearest_answer(const struct nearest_settings *s, const struct nearest_row *near,
                               size_t count, double *rows, const double *q, size_t given,
                               size_t targets, double *y, double *scratch);

#endif
