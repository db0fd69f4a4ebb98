#include "math/r2.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool r2_init(struct r2 *r2, size_t columns)
{
    *r2 = (struct r2){.columns = columns, .list = malloc(columns * sizeof *r2->list)};
    if (r2->list != NULL)
        r2_reset(r2);
    return r2->list != NULL;
}

void r2_free(struct r2 *r2)
{
    free(r2->list);
    memset(r2, 0, sizeof *r2);
}

/* Makes *scale bring values of that size near 1; exact, so it changes no digit. Returns how many
 * times the scale before it is. */
static double set_scale(double size, double *scale, double *limit)
{
    double old = *scale;
    int exponent;
    size = fmin(size, DBL_MAX);
    frexp(size, &exponent);
    *scale = ldexp(1, exponent < -1000 ? 1000 : exponent > 1000 ? -1000 : -exponent);
    *limit = size > 1e150 ? INFINITY : size * 1e100;
    return *scale / old;
}

/* Makes the sum ready for a value of that size. A sum that is still 0 may have any scale. */
static void expect(struct r2_sum *s, double size)
{
    if (size <= s->limit)
        return;
    double ratio = set_scale(size, &s->scale, &s->limit);
    s->sum *= s->sum > 0 ? ratio * ratio : 1;
}

/* Adds (truth - predicted)^2; the difference may be beyond double's range. */
static void add_error(struct r2_sum *s, double truth, double predicted)
{
    double d = truth - predicted;
    expect(s, fabs(d));
    double x = isfinite(d) ? d * s->scale : truth * s->scale - predicted * s->scale;
    s->sum += x * x;
}

/* weight: 1 over the number of rows of the group with this one. */
static void add_truth(struct r2_column *c, double truth, double weight)
{
    if (!(fabs(truth) <= c->limit)) {
        double ratio = set_scale(fabs(truth), &c->scale, &c->limit);
        c->mean *= c->mean != 0 ? ratio : 1;
        c->mean_low *= c->mean_low != 0 ? ratio : 1;
    }
    double y = truth * c->scale;
    double before = (y - c->mean) - c->mean_low;
    /* The mean in twice the precision: TwoSum, as in dd.h. */
    double step = before * weight + c->mean_low;
    double mean = c->mean + step;
    double part = mean - c->mean;
    c->mean_low = (c->mean - (mean - part)) + (step - part);
    c->mean = mean;
    c->varies |= truth != c->first;
    if (before == 0 || weight == 1) /* the first row is its own mean */
        return;
    expect(&c->total, fabs(before) / c->scale);
    double ratio = c->total.scale / c->scale;
    c->total.sum += before * ratio * (((y - mean) - c->mean_low) * ratio);
}

void r2_add(struct r2 *r2, const double *truth, const double *predicted)
{
    double weight = 1 / (double)++r2->rows;
    r2->several |= r2->rows > 1;
    for (size_t j = 0; j < r2->columns; j++) {
        struct r2_column *c = &r2->list[j];
        if (r2->rows == 1)
            c->first = truth[j];
        add_truth(c, truth[j], weight);
        add_error(&c->residual, truth[j], predicted[j]);
    }
}

void r2_next_group(struct r2 *r2)
{
    r2->rows = 0;
    for (size_t j = 0; j < r2->columns; j++) {
        struct r2_column *c = &r2->list[j];
        c->scale = 1;
        c->limit = c->mean = c->mean_low = 0;
    }
}

void r2_reset(struct r2 *r2)
{
    static const struct r2_column none = {.scale = 1, .total.scale = 1, .residual.scale = 1};
    r2->rows = 0;
    r2->several = false;
    for (size_t j = 0; j < r2->columns; j++)
        r2->list[j] = none;
}

bool r2_undefined(const struct r2 *r2, size_t column)
{
    return !r2->list[column].varies;
}

/* The sum of values times that scale. */
static double at_scale(const struct r2_sum *s, double scale)
{
    double ratio = scale / s->scale;
    return s->sum > 0 ? s->sum * ratio * ratio : 0;
}

double r2_total(const struct r2 *r2, size_t column)
{
    return at_scale(&r2->list[column].total, 1);
}

double r2_residual(const struct r2 *r2, size_t column)
{
    return at_scale(&r2->list[column].residual, 1);
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
    const struct r2_column *c = &r2->list[column];
    bool exact = c->residual.sum == 0;
    double ratio = c->total.scale / c->residual.scale;
    if (c->varies) /* the product of the larger factors last: it alone may overflow */
        return 1 - c->residual.sum / c->total.sum * ratio * ratio;
    if (nan)
        return exact || !r2->several ? NAN : -INFINITY;
    return exact ? 1 : 0;
}

double r2_uniform(const struct r2 *r2, bool nan)
{
    double sum = 0, mean = 0; /* of which the sum alone may overflow */
    for (size_t j = 0; j < r2->columns; j++) {
        sum += r2_column(r2, j, nan);
        mean += r2_column(r2, j, nan) / (double)r2->columns;
    }
    return isfinite(sum) ? sum / (double)r2->columns : mean;
}

double r2_weighted(const struct r2 *r2, bool nan)
{
    /* Columns have scales of their own: weights in that of the largest one, and far below it, as
     * errors may be larger than what they are divided by. */
    double scale = INFINITY;
    for (size_t j = 0; j < r2->columns; j++)
        if (r2->list[j].varies)
            scale = fmin(scale, r2->list[j].total.scale * 0x1p-40);
    double sum = 0;
    double weights = 0;
    for (size_t j = 0; j < r2->columns; j++) {
        const struct r2_column *c = &r2->list[j];
        double weight = c->varies ? at_scale(&c->total, scale) : 0;
        /* The score times the weight, which may be 0 where the score is infinite. */
        sum += c->varies ? weight - at_scale(&c->residual, scale) : 0 * r2_column(r2, j, nan);
        weights += weight;
    }
    return weights > 0 ? sum / weights : r2_uniform(r2, nan);
}
