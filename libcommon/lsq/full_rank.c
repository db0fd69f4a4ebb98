#include "lsq/full_rank.h"

#include "lsq/lapack.h"
#include "lsq/linear.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool full_rank_wants_singular(size_t count, const struct lsq_options *options)
{
    enum { CHEAP = 256 };
    return count <= CHEAP || options->singular;
}

enum lsq_status full_rank_begin(size_t count, const struct lsq_options *options,
                                struct lsq_fit *fit)
{
    if (!full_rank_wants_singular(count, options))
        return LSQ_OK;
    fit->singular_count = count;
    fit->singular = malloc(count * sizeof *fit->singular);
    return fit->singular != NULL ? LSQ_OK : LSQ_NOMEM;
}

static double frobenius(const double *a, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * a[i];
    /* NAN where squares have lost digits or overflowed: nothing is certain then. */
    return sum > DBL_MIN / DBL_EPSILON && sum < DBL_MAX ? sqrt(sum) : NAN;
}

enum lsq_status full_rank_by_inverse(double *r, bool lower, size_t n, double ratio, double floor,
                                     bool *certain)
{
    double largest = frobenius(r, n * n);
    enum lsq_status status = lapack_invert(lower, n, r, n);
    *certain = status == LSQ_OK && 0.9 / frobenius(r, n * n) > fmax(ratio * largest, floor);
    return status == LSQ_DIVERGED ? LSQ_OK : status;
}

enum lsq_status full_rank_is_certain(const double *r, bool lower, size_t n, size_t ld, double ratio,
                                     double floor, bool *certain)
{
    *certain = false;
    if (ratio < linear_default_rcond(n))
        return LSQ_OK;
    double *inverse = calloc(n, n * sizeof *inverse);
    if (inverse == NULL)
        return LSQ_NOMEM;
    for (size_t j = 0; j < n; j++) {
        size_t from = lower ? j : 0;
        size_t to = lower ? n : j + 1;
        memcpy(inverse + j * n + from, r + j * ld + from, (to - from) * sizeof *r);
    }
    enum lsq_status status = full_rank_by_inverse(inverse, lower, n, ratio, floor, certain);
    free(inverse);
    return status;
}
