#include "r2.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool r2_init(struct r2 *r2, size_t columns)
{
    memset(r2, 0, sizeof *r2);
    r2->columns = columns;
    r2->mean = calloc(columns, sizeof *r2->mean);
    r2->ss_total = calloc(columns, sizeof *r2->ss_total);
    r2->ss_residual = calloc(columns, sizeof *r2->ss_residual);
    r2->first = calloc(columns, sizeof *r2->first);
    r2->varies = calloc(columns, sizeof *r2->varies);
    if (r2->mean && r2->ss_total && r2->ss_residual && r2->first && r2->varies)
        return true;
    r2_free(r2);
    return false;
}

void r2_free(struct r2 *r2)
{
    free(r2->mean);
    free(r2->ss_total);
    free(r2->ss_residual);
    free(r2->first);
    free(r2->varies);
    memset(r2, 0, sizeof *r2);
}

void r2_add(struct r2 *r2, const double *truth, const double *predicted)
{
    if (r2->rows == 0)
        memcpy(r2->first, truth, r2->columns * sizeof *truth);
    double weight = 1 / (double)++r2->rows;
    for (size_t j = 0; j < r2->columns; j++) {
        double residual = truth[j] - predicted[j];
        double before = truth[j] - r2->mean[j];
        r2->mean[j] += before * weight;
        r2->ss_total[j] += before * (truth[j] - r2->mean[j]);
        r2->ss_residual[j] += residual * residual;
        r2->varies[j] |= truth[j] != r2->first[j];
    }
}

bool r2_undefined(const struct r2 *r2, size_t column)
{
    return !r2->varies[column];
}

size_t r2_count_undefined(const struct r2 *r2)
{
    size_t n = 0;
    for (size_t j = 0; j < r2->columns; j++)
        n += r2_undefined(r2, j);
    return n;
}

double r2_column(const struct r2 *r2, size_t column, bool nan)
{
    if (!r2_undefined(r2, column))
        return 1 - r2->ss_residual[column] / r2->ss_total[column];
    if (nan)
        return NAN;
    return r2->ss_residual[column] == 0 ? 1 : 0;
}

double r2_uniform(const struct r2 *r2, bool nan)
{
    double sum = 0;
    for (size_t j = 0; j < r2->columns; j++)
        sum += r2_column(r2, j, nan);
    return sum / (double)r2->columns;
}

double r2_weighted(const struct r2 *r2, bool nan)
{
    double sum = 0;
    double weights = 0;
    for (size_t j = 0; j < r2->columns; j++) {
        double weight = r2_undefined(r2, j) ? 0 : r2->ss_total[j];
        sum += weight * r2_column(r2, j, nan);
        weights += weight;
    }
    return weights > 0 ? sum / weights : r2_uniform(r2, nan);
}
