#include "lsq/reduced.h"

#include "lsq/linear.h"
#include "math/finite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void lsq_reduced_free(struct lsq_reduced *reduced)
{
    free(reduced->data);
    free(reduced->shift);
    free(reduced->rss);
    memset(reduced, 0, sizeof *reduced);
}

size_t lsq_reduced_width(const struct lsq_reduced *r)
{
    return r->intercept + r->given + r->targets;
}

enum lsq_status lsq_reduced_weigh(struct lsq_reduced *reduced, double weight)
{
    size_t values = reduced->count * lsq_reduced_width(reduced);
    double root = sqrt(weight);
    for (size_t i = 0; i < values; i++)
        reduced->data[i] *= root;
    for (size_t j = 0; j < reduced->targets; j++)
        reduced->rss[j] *= weight;
    bool finite = finite_all(reduced->data, values) && finite_all(reduced->rss, reduced->targets);
    return finite ? LSQ_OK : LSQ_OVERFLOW;
}

/* Reflects the first column of rows (m × width), the roots of their weights, to a multiple of e₁,
 * which it returns, and divides row 0 by it: row 0 then holds the weighted mean of each other
 * column. */
static double reflect_weights(double *rows, size_t m, size_t width)
{
    double norm = 0;
    for (size_t i = 0; i < m; i++)
        norm = hypot(norm, rows[i * width]);
    double pivot = rows[0] > 0 ? -norm : norm;
    double top = rows[0] - pivot;
    /* v = (top, rows below); vᵀ v / 2 = -pivot * top */
    for (size_t j = 1; j < width; j++) {
        double dot = top * rows[j];
        for (size_t i = 1; i < m; i++)
            dot += rows[i * width] * rows[i * width + j];
        dot /= -pivot * top;
        rows[j] -= dot * top;
        for (size_t i = 1; i < m; i++)
            rows[i * width + j] -= dot * rows[i * width];
        rows[j] /= pivot;
    }
    return pivot;
}

size_t lsq_reduced_centre(const struct lsq_reduced *reduced, double *a, double *mean, double *noise)
{
    size_t c = reduced->given + reduced->targets;
    memset(noise, 0, reduced->given * sizeof *noise);
    if (!reduced->intercept)
        return reduced->count;
    double root = fabs(reflect_weights(a, reduced->count, c + 1));
    for (size_t j = 0; j < c; j++)
        mean[j] = reduced->shift[j] + a[1 + j];
    for (size_t i = 0; i + 1 < reduced->count; i++)
        memmove(a + i * c, a + (i + 1) * (c + 1) + 1, c * sizeof *a);
    if (reduced->single)
        linear_column_norms(a, reduced->count - 1, reduced->given, c, noise);
    for (size_t j = 0; j < reduced->given; j++)
        noise[j] = linear_are_exact(linear_zero_bits(reduced->shift[j], reduced->single),
                                    (double)reduced->rows)
                       ? 0
                       : linear_noise(mean[j], noise[j], root, reduced->single);
    return reduced->count - 1;
}
