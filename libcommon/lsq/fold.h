/* Rows that count forwards and backwards, in half the columns.
 *
 * A row x of c columns and its reverse J x are, rotated by 45 degrees, (x + J x) / √2 and
 * (x - J x) / √2. Least squares does not see the rotation. Of the first the columns j and
 * c - 1 - j are the same, of the second they differ in sign, so each has half of them to reduce: a
 * quarter of the work, and nothing is squared.
 *
 *     x      a b c d e             x + J x, folded:   a+e b+d  c
 *     J x    e d c b a             x - J x, folded:                b-d a-e
 *
 * A folded row is both of these, times √2 but for the middle column: it stands for two rows, each
 * with zeros where the other one is (tall_reduce_halves). Of frames of a signal, with its last
 * sample as target, this is the modified covariance method (Kay, Modern Spectral Estimation, 1988,
 * chapter 7) without its normal equations. */
#ifndef WAVEFILL_LSQ_FOLD_H
#define WAVEFILL_LSQ_FOLD_H

#include <stddef.h>

/* Where, of c columns, those of x - J x begin. */
size_t fold_split(size_t c);

/* Folds row (c) in place. */
void fold_row(double *row, size_t c);

/* A row of the triangle of folded rows becomes one of x's columns, in place. */
void fold_undo(double *row, size_t c);

#endif
