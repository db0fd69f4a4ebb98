#include "math/dot.h"

double dot_end(const double sums[8], const double *a, const double *x, size_t n)
{
    double rest = 0;
    for (size_t i = 0; i < n; i++)
        rest += a[i] * x[i];
    return ((sums[0] + sums[4]) + (sums[1] + sums[5])) +
           ((sums[2] + sums[6]) + (sums[3] + sums[7])) + rest;
}

double dot(const double *a, const double *x, size_t n)
{
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        s0 += a[i] * x[i];
        s1 += a[i + 1] * x[i + 1];
        s2 += a[i + 2] * x[i + 2];
        s3 += a[i + 3] * x[i + 3];
        s4 += a[i + 4] * x[i + 4];
        s5 += a[i + 5] * x[i + 5];
        s6 += a[i + 6] * x[i + 6];
        s7 += a[i + 7] * x[i + 7];
    }
    return dot_end((double[]){s0, s1, s2, s3, s4, s5, s6, s7}, a + i, x + i, n - i);
}
