#include "math/r2.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Numbers a column has. */
enum { NUMBERS = 7 };

bool r2_init(struct r2 *r2, size_t columns)
{
    memset(r2, 0, sizeof *r2);
    double *numbers = calloc(columns, NUMBERS * sizeof *numbers + sizeof *r2->varies);
    if (numbers == NULL)
        return false;
    r2->columns = columns;
    r2->scale = numbers;
    r2->limit = r2->scale + columns;
    r2->mean = r2->limit + columns;
    r2->mean_low = r2->mean + columns;
    r2->ss_total = r2->mean_low + columns;
    r2->ss_residual = r2->ss_total + columns;
    r2->first = r2->ss_residual + columns;
    r2->varies = (void *)(r2->first + columns);
    return true;
}

void r2_free(struct r2 *r2)
{
    free(r2->scale);
    memset(r2, 0, sizeof *r2);
}

/* A power of two that brings v near 1; exact, so it changes no digit. */
static double scale_for(double v)
{
    int exponent;
    frexp(v, &exponent);
    return ldexp(1, exponent < -1000 ? 1000 : exponent > 1000 ? -1000 : -exponent);
}

/* Whether a row has a value that its column's scale does not suit; that of a column of
 * zeros so far is open, its limit 0. */
static bool needs_scales(const struct r2 *r2, const double *truth, const double *predicted)
{
    bool beyond = false;
    for (size_t j = 0; j < r2->columns; j++)
        beyond |= !(fabs(truth[j]) <= r2->limit[j]) | !(fabs(predicted[j]) <= r2->limit[j]);
    return beyond;
}

static void set_scales(struct r2 *r2, const double *truth, const double *predicted)
{
    for (size_t j = 0; j < r2->columns; j++) {
        double size = fmax(fabs(truth[j]), fabs(predicted[j]));
        if (size <= r2->limit[j])
            continue;
        double old = r2->scale[j];
        double ratio = old > 0 ? scale_for(size) / old : 0;
        r2->scale[j] = scale_for(size);
        r2->limit[j] = size > 1e150 ? INFINITY : size * 1e100;
        r2->mean[j] *= ratio;
        r2->mean_low[j] *= ratio;
        r2->ss_total[j] *= ratio * ratio;
        r2->ss_residual[j] *= ratio * ratio;
    }
}

void r2_add(struct r2 *r2, const double *truth, const double *predicted)
{
    if (r2->rows == 0)
        memcpy(r2->first, truth, r2->columns * sizeof *truth);
    if (needs_scales(r2, truth, predicted))
        set_scales(r2, truth, predicted);
    double weight = 1 / (double)++r2->rows;
    for (size_t j = 0; j < r2->columns; j++) {
        double y = truth[j] * r2->scale[j];
        double residual = y - predicted[j] * r2->scale[j];
        double before = (y - r2->mean[j]) - r2->mean_low[j];
        /* The mean in twice the precision: TwoSum, as in dd.h. */
        double step = before * weight + r2->mean_low[j];
        double mean = r2->mean[j] + step;
        double part = mean - r2->mean[j];
        r2->mean_low[j] = (r2->mean[j] - (mean - part)) + (step - part);
        r2->mean[j] = mean;
        r2->ss_total[j] += before * ((y - mean) - r2->mean_low[j]);
        r2->ss_residual[j] += residual * residual;
        r2->varies[j] |= truth[j] != r2->first[j];
    }
}

void r2_next_group(struct r2 *r2)
{
    r2->rows = 0;
    memset(r2->mean, 0, r2->columns * sizeof *r2->mean);
    memset(r2->mean_low, 0, r2->columns * sizeof *r2->mean_low);
}

void r2_reset(struct r2 *r2)
{
    r2->rows = 0;
    memset(r2->scale, 0, r2->columns * (NUMBERS * sizeof *r2->scale + sizeof *r2->varies));
}

bool r2_undefined(const struct r2 *r2, size_t column)
{
    return !r2->varies[column];
}

/* A sum of the column's, in the units of its values. */
static double unscaled(const struct r2 *r2, size_t column, double sum)
{
    double scale = r2->scale[column];
    return scale > 0 ? sum / scale / scale : 0;
}

double r2_total(const struct r2 *r2, size_t column)
{
    return unscaled(r2, column, r2->ss_total[column]);
}

double r2_residual(const struct r2 *r2, size_t column)
{
    return unscaled(r2, column, r2->ss_residual[column]);
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
    /* Columns have scales of their own: weights in that of the largest column. */
    double largest = INFINITY;
    for (size_t j = 0; j < r2->columns; j++)
        if (r2->scale[j] > 0)
            largest = fmin(largest, r2->scale[j]);
    double sum = 0;
    double weights = 0;
    for (size_t j = 0; j < r2->columns; j++) {
        double ratio = r2->scale[j] > 0 ? largest / r2->scale[j] : 0;
        double weight = r2_undefined(r2, j) ? 0 : r2->ss_total[j] * ratio * ratio;
        /* The score times the weight, which may be 0 where the score is infinite. */
        sum += r2_undefined(r2, j) ? 0 * r2_column(r2, j, nan)
                                   : weight - r2->ss_residual[j] * ratio * ratio;
        weights += weight;
    }
    return weights > 0 ? sum / weights : r2_uniform(r2, nan);
}
