#include "lsq/linear.h"

#include <float.h>
#include <math.h>
#include <string.h>

void linear_centre(double *rows, size_t n, size_t c, double *shift, double *mean)
{
    memcpy(shift, rows, c * sizeof *shift);
    memset(mean, 0, c * sizeof *mean);
    for (size_t i = 1; i < n; i++)
        for (size_t j = 0; j < c; j++) {
            rows[i * c + j] -= shift[j];
            mean[j] += rows[i * c + j];
        }
    /* With row 0 at zero the reflection takes the same from each other row. */
    double beta = 1 / ((double)n + sqrt((double)n));
    for (size_t i = 1; i < n; i++)
        for (size_t j = 0; j < c; j++)
            rows[i * c + j] -= beta * mean[j];
    for (size_t j = 0; j < c; j++)
        mean[j] = shift[j] + mean[j] / (double)n;
}

void linear_reflect(double *f, size_t n, size_t t)
{
    double root = sqrt((double)n);
    double beta = 1 / ((double)n + root);
    for (size_t j = 0; j < t; j++) {
        double w = (1 + root) * f[j];
        for (size_t i = 1; i < n; i++)
            w += f[i * t + j];
        w *= beta;
        f[j] -= (1 + root) * w;
        for (size_t i = 1; i < n; i++)
            f[i * t + j] -= w;
    }
}

void linear_column_norms(const double *a, size_t rows, size_t columns, size_t ld, double *norm)
{
    memset(norm, 0, columns * sizeof *norm);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            if (a[i * ld + j] != 0) /* half of a triangle, and hypot is slow */
                norm[j] = hypot(norm[j], a[i * ld + j]);
}

void linear_add_squares(const double *a, size_t rows, size_t columns, size_t ld, double *sum)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            sum[j] += a[i * ld + j] * a[i * ld + j];
}

void linear_unit_columns(const double *a, size_t rows, size_t columns, size_t ld, double *to,
                         size_t ld_to, double *norm)
{
    linear_column_norms(a, rows, columns, ld, norm);
    for (size_t j = 0; j < columns; j++)
        norm[j] = norm[j] > 0 ? norm[j] : 1;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            to[i * ld_to + j] = a[i * ld + j] / norm[j];
}

void linear_transpose(const double *a, size_t rows, size_t columns, double *to)
{
    enum { TILE = 64 }; /* of columns: their rows of `to` stay in the cache */
    for (size_t from = 0; from < columns; from += TILE)
        for (size_t i = 0; i < rows; i++)
            for (size_t j = from; j < columns && j < from + TILE; j++)
                to[j * rows + i] = a[i * columns + j];
}

double linear_default_rcond(size_t p)
{
    return 32 * DBL_EPSILON * (double)(p > 32 ? p : 32);
}

size_t linear_rank(const double *singular, size_t n, double threshold)
{
    size_t rank = 0;
    while (rank < n && singular[rank] > threshold)
        rank++;
    return rank;
}

int linear_zero_bits(double value, bool single)
{
    int exponent, bits = 0;
    if (floor(value) == value && (!single || fabs(value) <= 0x1p24))
        return LINEAR_WHOLE;
    double units = ldexp(frexp(value, &exponent), FLT_MANT_DIG);
    for (; single && floor(units / 2) == units / 2; units /= 2)
        bits++;
    return bits;
}

bool linear_are_exact(int zero_bits, double n)
{
    return zero_bits * n >= 6;
}

double linear_noise(double mean, double norm, double root, bool single)
{
    return single ? 4 * FLT_EPSILON * hypot(mean * root, norm)
                  : 4 * DBL_EPSILON * fabs(mean) * root;
}

void linear_clear_noise(double *a, size_t rows, size_t columns, size_t ld, const double *noise)
{
    for (size_t j = 0; j < columns; j++) {
        double norm = 0;
        for (size_t i = 0; i < rows && norm <= noise[j]; i++)
            norm = hypot(norm, a[i * ld + j]);
        for (size_t i = 0; i < rows && norm <= noise[j]; i++)
            a[i * ld + j] = 0;
    }
}
