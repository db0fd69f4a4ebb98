/* A few routines of LAPACK and the BLAS for a program that seldom needs them. Loaded when they are
 * first needed, they cost nothing before: to be linked costs 6 ms of each start. Matrices are
 * column-major and input is finite, as in lapack.h; one thread does the work. */
#ifndef WAVEFILL_LSQ_LATE_H
#define WAVEFILL_LSQ_LATE_H

#include "lsq/status.h"

#include <stdbool.h>
#include <stddef.h>

/* To be called, and to return LSQ_OK, before what stands below: LSQ_MISSING, or LSQ_NOMEM (OpenBLAS
 * needs 128 MiB of addresses). All but the first call cost nothing. */
enum lsq_status late_load(void);

/* c (m × n) = a b, with a (m × k) and b (k × n), or their transposes stored. Extents are ints. */
void late_product(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, const double *a,
                  size_t lda, const double *b, size_t ldb, double *c, size_t ldc);

/* c (n × n, lower triangle) = a aᵀ, a being n × k, or with transpose aᵀ a, a being k × n. Extents
 * are ints. */
void late_square(bool transpose, size_t n, size_t k, const double *a, size_t lda, double *c,
                 size_t ldc);

/* b (n × count) = a⁻¹ b by Cholesky's factor, which takes the place of a's lower triangle (n × n).
 * LSQ_DIVERGED if a is not positive definite. */
enum lsq_status late_solve(size_t n, size_t count, double *a, size_t lda, double *b, size_t ldb);

/* The same for a of a diagonal and `below` bands below it: element (i, j) of its lower triangle is
 * a[i - j + j * lda], lda > below. */
enum lsq_status late_solve_banded(size_t n, size_t below, size_t count, double *a, size_t lda,
                                  double *b, size_t ldb);

#endif
