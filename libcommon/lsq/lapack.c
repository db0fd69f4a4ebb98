#include "lsq/lapack.h"

#include "lsq/openblas.h"

#include <cblas.h>
#include <lapacke.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* OpenBLAS has these; other libraries need no such thing. Weak, so that the
 * filter runs with whichever BLAS the system has chosen. */
__attribute__((weak)) void openblas_set_num_threads(int threads);
__attribute__((weak)) void *blas_memory_alloc(int unused);
__attribute__((weak)) void blas_memory_free(void *buffer);

/* LAPACK's since 3.7, which LAPACKE has no names for. */
__attribute__((weak)) void dgelqt_(const lapack_int *m, const lapack_int *n,
                                   const lapack_int *block, double *a, const lapack_int *ld,
                                   double *t, const lapack_int *ldt, double *work,
                                   lapack_int *info);
__attribute__((weak)) void dgemlqt_(const char *side, const char *transpose, const lapack_int *m,
                                    const lapack_int *n, const lapack_int *k,
                                    const lapack_int *block, const double *v, const lapack_int *ldv,
                                    const double *t, const lapack_int *ldt, double *c,
                                    const lapack_int *ldc, double *work, lapack_int *info,
                                    size_t side_length, size_t transpose_length);

unsigned lapack_threads(unsigned wanted)
{
    struct openblas blas = {openblas_set_num_threads, blas_memory_alloc, blas_memory_free};
    return openblas_threads(&blas, wanted);
}

static bool settle(void)
{
    static bool settled;
    if (settled)
        return true;
    if (lapack_threads(1) == 0)
        return false;
    settled = true;
    if (openblas_set_num_threads != NULL)
        openblas_set_num_threads(1);
    LAPACKE_set_nancheck(0);
    return true;
}

/* From so many products on threads are worth their start. */
static const double SHARED_PRODUCTS = 1 << 27;

unsigned lapack_worth(unsigned threads, size_t m, size_t n)
{
    return (double)m * (double)n * (double)(m < n ? m : n) > SHARED_PRODUCTS ? threads : 1;
}

void lapack_share(unsigned threads, size_t m, size_t n)
{
    if (openblas_set_num_threads != NULL && settle())
        openblas_set_num_threads((int)lapack_threads(lapack_worth(threads, m, n)));
}

/* LAPACKE's own says on standard output that memory is short, in the middle of the model;
 * this one, found first, leaves it to the status. */
void LAPACKE_xerbla(const char *name, lapack_int info)
{
    (void)name;
    (void)info;
}

static bool fits(size_t a, size_t b, size_t c)
{
    return settle() && a <= INT_MAX / 2 && b <= INT_MAX / 2 && c <= INT_MAX / 2;
}

/* Arguments are right by construction: what is left is memory, or divergence, which
 * dgesdd also calls a NaN among its arguments. */
static enum lsq_status status_of(lapack_int info)
{
    bool memory = info == LAPACK_WORK_MEMORY_ERROR || info == LAPACK_TRANSPOSE_MEMORY_ERROR;
    return info == 0 ? LSQ_OK : memory ? LSQ_NOMEM : LSQ_DIVERGED;
}

enum lsq_status lapack_qr_pivoted(size_t m, size_t n, double *a, size_t ld, int *pivot, double *tau)
{
    if (!fits(m, n, ld))
        return LSQ_NOMEM;
    _Static_assert(sizeof *pivot == sizeof(lapack_int), "pivots are LAPACK's integers");
    memset(pivot, 0, n * sizeof *pivot);
    lapack_int info = LAPACKE_dgeqp3(LAPACK_COL_MAJOR, (lapack_int)m, (lapack_int)n, a,
                                     (lapack_int)ld, pivot, tau);
    for (size_t j = 0; j < n; j++)
        pivot[j]--;
    return status_of(info);
}

enum lsq_status lapack_qr(size_t m, size_t n, double *a, size_t ld, double *tau)
{
    if (!fits(m, n, ld))
        return LSQ_NOMEM;
    return status_of(
        LAPACKE_dgeqrf(LAPACK_COL_MAJOR, (lapack_int)m, (lapack_int)n, a, (lapack_int)ld, tau));
}

enum lsq_status lapack_qr_apply(const char *how, size_t m, size_t n, size_t k, const double *a,
                                size_t lda, const double *tau, double *b, size_t ldb)
{
    if (!fits(m, n, lda) || !fits(ldb, k, 0))
        return LSQ_NOMEM;
    return status_of(LAPACKE_dormqr(LAPACK_COL_MAJOR, how[0], how[1], (lapack_int)m, (lapack_int)n,
                                    (lapack_int)k, a, (lapack_int)lda, tau, b, (lapack_int)ldb));
}

enum lsq_status lapack_qr_stacked(size_t n, size_t t, double *r, double *d, double *y, double *z)
{
    enum { BLOCK = 32 };
    lapack_int order = (lapack_int)n, rows = (lapack_int)t;
    lapack_int block = order < BLOCK ? order : BLOCK;
    double *factors = fits(n, t, 0) ? malloc(BLOCK * n * sizeof *factors) : NULL;
    if (factors == NULL)
        return LSQ_NOMEM;
    lapack_int info = LAPACKE_dtpqrt(LAPACK_COL_MAJOR, order, order, order, block, r, order, d,
                                     order, factors, block);
    if (info == 0)
        info = LAPACKE_dtpmqrt(LAPACK_COL_MAJOR, 'R', 'N', rows, order, order, order, block, d,
                               order, factors, block, y, rows, z, rows);
    free(factors);
    return status_of(info);
}

enum lsq_status lapack_lq_apply_right(bool transpose, size_t m, size_t n, size_t k, const double *a,
                                      size_t lda, const double *tau, double *b, size_t ldb)
{
    if (!fits(m, n, lda) || !fits(ldb, k, 0))
        return LSQ_NOMEM;
    return status_of(LAPACKE_dormlq(LAPACK_COL_MAJOR, 'R', transpose ? 'T' : 'N', (lapack_int)m,
                                    (lapack_int)n, (lapack_int)k, a, (lapack_int)lda, tau, b,
                                    (lapack_int)ldb));
}

/* LQ by recursive panels, for many rows: dgelqf walks through memory along their stride, a row at a
 * time, and takes up to three times as long. */
enum { PANEL = 64 };

static enum lsq_status lq_in_panels(size_t m, size_t t, size_t n, double *a, size_t ld, double *tau)
{
    lapack_int rows = (lapack_int)m, below = (lapack_int)t, columns = (lapack_int)n;
    lapack_int stride = (lapack_int)ld, panel = PANEL, info;
    double *factors = malloc(PANEL * (m + (m > t ? m : t)) * sizeof *factors);
    if (factors == NULL)
        return LSQ_NOMEM;
    double *work = factors + PANEL * m;
    dgelqt_(&rows, &columns, &panel, a, &stride, factors, &panel, work, &info);
    dgemlqt_("R", "T", &below, &columns, &rows, &panel, a, &stride, factors, &panel, a + m, &stride,
             work, &info, 1, 1);
    for (size_t i = 0; i < m; i++)
        tau[i] = factors[i * PANEL + i % PANEL];
    free(factors);
    return LSQ_OK;
}

enum lsq_status lapack_lq(size_t m, size_t t, size_t n, double *a, size_t ld, double *tau)
{
    if (!fits(m, n, ld) || !fits(t, 0, 0))
        return LSQ_NOMEM;
    if (m > PANEL && dgelqt_ != NULL && dgemlqt_ != NULL)
        return lq_in_panels(m, t, n, a, ld, tau);
    lapack_int info =
        LAPACKE_dgelqf(LAPACK_COL_MAJOR, (lapack_int)m, (lapack_int)n, a, (lapack_int)ld, tau);
    return info != 0 ? status_of(info)
                     : lapack_lq_apply_right(true, t, n, m, a, ld, tau, a + m, ld);
}

enum lsq_status lapack_svd(size_t m, size_t n, double *a, double *s, double *u, double *vt)
{
    if (!fits(m, n, 0))
        return LSQ_NOMEM;
    lapack_int rows = (lapack_int)m;
    lapack_int columns = (lapack_int)n;
    char job = u != NULL ? 'A' : 'N';
    double *copy = malloc((m + 1) * n * sizeof *copy);
    if (copy == NULL)
        return LSQ_NOMEM;
    memcpy(copy, a, m * n * sizeof *copy);
    lapack_int info =
        LAPACKE_dgesdd(LAPACK_COL_MAJOR, job, rows, columns, a, rows, s, u, rows, vt, columns);
    if (info > 0) /* Divide and conquer can fail where the plain QR iteration does not. */
        info = LAPACKE_dgesvd(LAPACK_COL_MAJOR, job, job, rows, columns, copy, rows, s, u, rows, vt,
                              columns, copy + m * n);
    free(copy);
    return status_of(info);
}

void lapack_product(double alpha, bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k,
                    const double *a, size_t lda, const double *b, size_t ldb, double beta,
                    double *c, size_t ldc)
{
    if (m > 0)
        cblas_dgemm(CblasColMajor, transpose_a ? CblasTrans : CblasNoTrans,
                    transpose_b ? CblasTrans : CblasNoTrans, (int)m, (int)n, (int)k, alpha, a,
                    (int)lda, b, (int)ldb, beta, c, (int)ldc);
}

void lapack_solve(const char *how, size_t m, size_t n, const double *a, size_t lda, double *b,
                  size_t ldb)
{
    if (m > 0)
        cblas_dtrsm(CblasColMajor, how[0] == 'L' ? CblasLeft : CblasRight,
                    how[1] == 'L' ? CblasLower : CblasUpper,
                    how[2] == 'T' ? CblasTrans : CblasNoTrans, CblasNonUnit, (int)m, (int)n, 1, a,
                    (int)lda, b, (int)ldb);
}

void lapack_add_square(size_t n, size_t k, const double *a, size_t lda, double *c, size_t ldc)
{
    cblas_dsyrk(CblasColMajor, CblasLower, CblasNoTrans, (int)n, (int)k, 1, a, (int)lda, 1, c,
                (int)ldc);
}

void lapack_add_vector(double alpha, size_t m, size_t n, const double *a, size_t lda,
                       const double *x, size_t incx, double *y, size_t incy)
{
    cblas_dgemv(CblasColMajor, CblasTrans, (int)m, (int)n, alpha, a, (int)lda, x, (int)incx, 1, y,
                (int)incy);
}

enum lsq_status lapack_cholesky(size_t n, double *a, size_t lda)
{
    if (!fits(n, n, lda))
        return LSQ_NOMEM;
    return status_of(LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', (lapack_int)n, a, (lapack_int)lda));
}
