#include "lsq/late.h"

#include "lsq/openblas.h"

#include <dlfcn.h>
#include <limits.h>
#include <string.h>

/* Fortran's: all by address, and the length of each text after all else. */
static struct {
    void (*dgemm)(const char *, const char *, const int *, const int *, const int *, const double *,
                  const double *, const int *, const double *, const int *, const double *,
                  double *, const int *, size_t, size_t);
    void (*dsyrk)(const char *, const char *, const int *, const int *, const double *,
                  const double *, const int *, const double *, double *, const int *, size_t,
                  size_t);
    void (*dposv)(const char *, const int *, const int *, double *, const int *, double *,
                  const int *, int *, size_t);
    void (*dpbsv)(const char *, const int *, const int *, const int *, double *, const int *,
                  double *, const int *, int *, size_t);
} routine;

/* Puts the address of a routine of the library, or of those that it needs itself, at to. */
static bool find(void *library, const char *name, void *to)
{
    void *address = dlsym(library, name);
    memcpy(to, &address, sizeof address);
    return address != NULL;
}

static enum lsq_status settle(void *library)
{
    struct openblas blas;
    bool is_openblas = find(library, "openblas_set_num_threads", &blas.set_num_threads);
    find(library, "blas_memory_alloc", &blas.memory_alloc);
    find(library, "blas_memory_free", &blas.memory_free);
    if (openblas_threads(&blas, 1) == 0)
        return LSQ_NOMEM;
    if (is_openblas)
        blas.set_num_threads(1);
    return LSQ_OK;
}

static bool find_all(void *library)
{
    return find(library, "dgemm_", &routine.dgemm) && find(library, "dsyrk_", &routine.dsyrk) &&
           find(library, "dposv_", &routine.dposv) && find(library, "dpbsv_", &routine.dpbsv);
}

/* The first library that has all routines. */
static enum lsq_status load(void)
{
    static const char *const names[] = {"liblapack.so.3", "liblapack.so", "libopenblas.so.0",
                                        "libopenblas.so", "liblapack.dylib"};
    if (!openblas_has_room()) /* nor, most likely, for the libraries: they end the program then */
        return LSQ_NOMEM;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        void *library = dlopen(names[i], RTLD_LAZY | RTLD_LOCAL);
        if (library != NULL && find_all(library))
            return settle(library);
        if (library != NULL)
            dlclose(library);
    }
    return LSQ_MISSING;
}

enum lsq_status late_load(void)
{
    static bool loaded;
    static enum lsq_status status;
    if (!loaded)
        status = load();
    loaded = true;
    return status;
}

void late_product(bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, const double *a,
                  size_t lda, const double *b, size_t ldb, double *c, size_t ldc)
{
    int rows = (int)m, columns = (int)n, inner = (int)k;
    int of_a = (int)lda, of_b = (int)ldb, of_c = (int)ldc;
    double one = 1, zero = 0;
    routine.dgemm(transpose_a ? "T" : "N", transpose_b ? "T" : "N", &rows, &columns, &inner, &one,
                  a, &of_a, b, &of_b, &zero, c, &of_c, 1, 1);
}

void late_square(bool transpose, size_t n, size_t k, const double *a, size_t lda, double *c,
                 size_t ldc)
{
    int order = (int)n, inner = (int)k, of_a = (int)lda, of_c = (int)ldc;
    double one = 1, zero = 0;
    routine.dsyrk("L", transpose ? "T" : "N", &order, &inner, &one, a, &of_a, &zero, c, &of_c, 1,
                  1);
}

/* Arguments are right by construction: what is left is a matrix that is not positive definite. */
static enum lsq_status status_of(int info)
{
    return info == 0 ? LSQ_OK : LSQ_DIVERGED;
}

static bool fits(size_t n, size_t count, size_t lda, size_t ldb)
{
    return n <= INT_MAX && count <= INT_MAX && lda <= INT_MAX && ldb <= INT_MAX;
}

enum lsq_status late_solve(size_t n, size_t count, double *a, size_t lda, double *b, size_t ldb)
{
    if (!fits(n, count, lda, ldb))
        return LSQ_NOMEM;
    int order = (int)n, columns = (int)count, of_a = (int)lda, of_b = (int)ldb, info = 0;
    routine.dposv("L", &order, &columns, a, &of_a, b, &of_b, &info, 1);
    return status_of(info);
}

enum lsq_status late_solve_banded(size_t n, size_t below, size_t count, double *a, size_t lda,
                                  double *b, size_t ldb)
{
    if (!fits(n, count, lda, ldb))
        return LSQ_NOMEM;
    int order = (int)n, bands = (int)below, columns = (int)count;
    int of_a = (int)lda, of_b = (int)ldb, info = 0;
    routine.dpbsv("L", &order, &bands, &columns, a, &of_a, b, &of_b, &info, 1);
    return status_of(info);
}
