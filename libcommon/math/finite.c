#include "math/finite.h"

bool finite_all(const double *v, size_t n)
{
    /* A sum of v * 0 is 0 unless something is not finite: no branch a value. Four sums, lest
     * each addition wait for the one before. */
    double sum[4] = {0, 0, 0, 0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (size_t k = 0; k < 4; k++)
            sum[k] += v[i + k] * 0;
    for (; i < n; i++)
        sum[0] += v[i] * 0;
    return sum[0] + sum[1] + sum[2] + sum[3] == 0;
}
