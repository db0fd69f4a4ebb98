#include "lsq/full_rank.h"

#include "lsq/lapack.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

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

/* The root of a sum of squares; NAN where these have lost digits or overflowed: nothing is certain
 * then. */
static double root(double squares)
{
    return squares > DBL_MIN / DBL_EPSILON && squares < DBL_MAX ? sqrt(squares) : NAN;
}

static double frobenius(const double *r, bool lower, size_t n, size_t ld, const double *scale)
{
    double sum = 0;
    for (size_t j = 0; j < n; j++)
        for (size_t i = lower ? j : 0; i < (lower ? n : j + 1); i++) {
            double value = r[j * ld + i] / scale[lower ? i : j];
            sum += value * value;
        }
    return root(sum);
}

/* Knuth's MMIX generator (TAOCP 2, 3.3.4), from -1 to 1. */
static void randomize(double *u, size_t count)
{
    uint64_t state = 1;
    for (size_t i = 0; i < count; i++) {
        state = state * 6364136223846793005 + 1442695040888963407;
        u[i] = (double)(state >> 11) * 0x1p-52 - 1;
    }
}

enum { VECTORS = 64 };
static const double SHARE = 0.125; /* s of the header: (√2 s)⁶⁴ is 10⁻⁴⁸ */

enum lsq_status full_rank_is_certain(const double *r, bool lower, size_t n, size_t ld,
                                     const double *scale, double ratio, double floor, bool *certain)
{
    *certain = false;
    double *x = malloc((VECTORS + 1) * n * sizeof *x);
    if (x == NULL)
        return LSQ_NOMEM;
    double *unit = x + VECTORS * n;
    for (size_t j = 0; j < n; j++)
        unit[j] = scale != NULL ? scale[j] : 1;
    double largest = frobenius(r, lower, n, ld, unit);
    randomize(x, VECTORS * n);
    lapack_solve(lower ? "LLT" : "LUN", n, VECTORS, r, ld, x, n);
    *certain = true;
    for (size_t k = 0; k < VECTORS; k++) {
        double squares = 0;
        for (size_t j = 0; j < n; j++)
            squares += x[k * n + j] * unit[j] * (x[k * n + j] * unit[j]);
        double least = SHARE / root(squares) - (double)n * DBL_EPSILON * largest;
        *certain &= least > ratio * largest && least > floor;
    }
    free(x);
    return LSQ_OK;
}
