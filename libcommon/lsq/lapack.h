/* The door to LAPACKE and CBLAS. Nothing else includes their headers. All
 * matrices are column-major with leading dimension ld: a row-major matrix is
 * passed as its transpose, which costs nothing. Input must be finite: it is not
 * checked again. One thread does the work, whatever OMP_NUM_THREADS says to the
 * BLAS, unless lapack_share finds work for more: threads slow small problems down. What returns
 * nothing is to come after something that returned LSQ_OK: the first call may find no memory for
 * the BLAS itself. */
#ifndef WAVEFILL_LSQ_LAPACK_H
#define WAVEFILL_LSQ_LAPACK_H

#include "lsq/status.h"

#include <stdbool.h>
#include <stddef.h>

/* How many of the wanted threads may call what stands below at the same time: fewer where there
 * is no memory for what the BLAS keeps for each, 128 MiB of addresses in OpenBLAS. To be called
 * while no other thread does; up to one thread needs no call. */
unsigned lapack_threads(unsigned wanted);

/* The threads given where a factorization of m × n is work for them, else 1. */
unsigned lapack_worth(unsigned threads, size_t m, size_t n);

/* From now on the BLAS may use so many threads of its own, in OpenBLAS; at first 1. Fewer where
 * there is no memory. To be called while no other thread calls what stands below. */
void lapack_share(unsigned threads, size_t m, size_t n);

/* QR with column pivoting of a (m × n, m >= n): column pivot[j] of a is column j of Q R. */
enum lsq_status lapack_qr_pivoted(size_t m, size_t n, double *a, size_t ld, int *pivot,
                                  double *tau);

/* QR of a (m × n, m >= n): R in its upper triangle, reflectors below, tau of n. */
enum lsq_status lapack_qr(size_t m, size_t n, double *a, size_t ld, double *tau);

/* b (m × n) = op(Q) b or b op(Q), Q square, from lapack_qr of a matrix of k columns. how is
 * dormqr's letters: "L" or "R" for the side of Q, "N" or "T" for Q or Qᵀ. */
enum lsq_status lapack_qr_apply(const char *how, size_t m, size_t n, size_t k, const double *a,
                                size_t lda, const double *tau, double *b, size_t ldb);

/* QR of two triangles, one above the other, in a fifth of the work that they are without zeros: r
 * (n × n, upper) becomes that of both, and d (n × n, upper) is destroyed. [Y; Z], the rows beside
 * them, stored as Yᵀ and Zᵀ (t × n), become Qᵀ [Y; Z]. */
enum lsq_status lapack_qr_stacked(size_t n, size_t t, double *r, double *d, double *y, double *z);

/* LQ of the first m rows of a ((m + t) × n, m <= n): L in their lower triangle, reflectors right of
 * it, tau of m. The t rows below become theirs times Qᵀ. */
enum lsq_status lapack_lq(size_t m, size_t t, size_t n, double *a, size_t ld, double *tau);

/* b (m × n) = b Q, or b Qᵀ with transpose; Q (n × n) from lapack_lq of a k × n. */
enum lsq_status lapack_lq_apply_right(bool transpose, size_t m, size_t n, size_t k, const double *a,
                                      size_t lda, const double *tau, double *b, size_t ldb);

/* SVD of a (m × n, ld m, destroyed): a = u diag(s) vt, s falling. u and vt may both be NULL where
 * only s is wanted; else m = n. */
enum lsq_status lapack_svd(size_t m, size_t n, double *a, double *s, double *u, double *vt);

/* c (m × n) = alpha a b + beta c, with a (m × k) and b (k × n), or their transposes stored; m may
 * be 0. */
void lapack_product(double alpha, bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k,
                    const double *a, size_t lda, const double *b, size_t ldb, double beta,
                    double *c, size_t ldc);

/* c (n × n, lower triangle) += a aᵀ; a is n × k. */
void lapack_add_square(size_t n, size_t k, const double *a, size_t lda, double *c, size_t ldc);

/* y (n) += alpha aᵀ x; a is m × n, x of m; both vectors strided. */
void lapack_add_vector(double alpha, size_t m, size_t n, const double *a, size_t lda,
                       const double *x, size_t incx, double *y, size_t incy);

/* b (m × n) = op(a)⁻¹ b or b op(a)⁻¹, a triangular. how is dtrsm's letters: "L" or "R" for the side
 * of a, "L" or "U" for its triangle, "N" or "T" for a or aᵀ; m may be 0. */
void lapack_solve(const char *how, size_t m, size_t n, const double *a, size_t lda, double *b,
                  size_t ldb);

/* Cholesky: the lower triangle of a (n × n) becomes L with a = L Lᵀ; LSQ_DIVERGED if
 * a is not positive definite. */
enum lsq_status lapack_cholesky(size_t n, double *a, size_t lda);

#endif
