#include "lsq/nearest.h"

#include "lsq/late.h"
#include "math/dot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double nearest_scale(bool whole, double peak)
{
    enum { BITS = 15, MOST = 1000 };
    int exponent = 0;
    if (whole)
        return 1;
    frexp(peak, &exponent);
    return ldexp(1, BITS - exponent < MOST ? BITS - exponent : MOST);
}

void nearest_begin(struct nearest_query *queries, size_t count, const double *q, size_t given)
{
    for (size_t i = 0; i < count; i++) {
        queries[i].square = dot(q + i * given, q + i * given, given) + 1;
        queries[i].others.count = queries[i].own.count = 0;
    }
}

static bool is_nearer(const struct nearest_row *a, const struct nearest_row *b)
{
    return a->distance != b->distance ? a->distance < b->distance : a->row < b->row;
}

/* Moves the row at place i of a heap of n down to where none below it is farther. */
static void sink(struct nearest_row *heap, size_t n, size_t i)
{
    struct nearest_row moved = heap[i];
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && is_nearer(&heap[child], &heap[child + 1]))
            child++;
        if (!is_nearer(&moved, &heap[child]))
            break;
        heap[i] = heap[child];
    }
    heap[i] = moved;
}

static void raise(struct nearest_row *heap, size_t i)
{
    struct nearest_row moved = heap[i];
    for (size_t parent; i > 0 && is_nearer(&heap[parent = (i - 1) / 2], &moved); i = parent)
        heap[i] = heap[parent];
    heap[i] = moved;
}

static void take(struct nearest_list *list, struct nearest_row row)
{
    if (list->count < list->room) {
        list->rows[list->count] = row;
        raise(list->rows, list->count++);
        return;
    }
    list->rows[0] = row;
    sink(list->rows, list->count, 0);
}

/* Row i of a strip, as near as its product with the query says. The sum comes before the quotient,
 * so that whole numbers without a gain that are equally far have one distance. */
static struct nearest_row measure(const struct nearest_query *query,
                                  const struct nearest_strip *strip, size_t i, double product,
                                  double most)
{
    double square = strip->squares[i], all = query->square;
    double g = product / (square + 1);
    g = most == 0 ? 1 : g > most ? most : g < -most ? -most : g;
    double d = 1 + g * (g * square - 2 * product) / all;
    return (struct nearest_row){strip->first + i, g, d, strip->weight};
}

/* Whether a row may go into a list, if its distance is off by rounding. */
static bool may_go(const struct nearest_list *list, const struct nearest_row *row)
{
    enum { PARTS = 1000000000 };
    if (list->count < list->room)
        return true;
    return list->room > 0 &&
           !(row->distance - fabs(row->distance) / PARTS - 1.0 / PARTS > list->rows[0].distance);
}

/* dots: of each row of the strip with the query, whose last digits depend on where in the strip the
 * row stands. Those of rows that may be near are summed again, so that equal rows are equally far.
 * Rows come in their order: of equally far ones those taken first stay. */
static void select_rows(struct nearest_query *query, const double *q,
                        const struct nearest_strip *strip, const double *dots, double most)
{
    for (size_t i = 0; i < strip->count; i++) {
        bool is_own =
            strip->owners == NULL || (query->owner != 0 && strip->owners[i] == query->owner);
        struct nearest_list *list = is_own ? &query->own : &query->others;
        struct nearest_row row = measure(query, strip, i, dots[i], most);
        if (!may_go(list, &row))
            continue;
        row = measure(query, strip, i, dot(strip->rows + i * strip->given, q, strip->given), most);
        if (list->count < list->room || row.distance < list->rows[0].distance)
            take(list, row);
    }
}

void nearest_select(struct nearest_query *queries, size_t count, const double *q,
                    const struct nearest_strip *strip, double gain)
{
    for (size_t i = 0; i < strip->count; i++) {
        const double *c = strip->rows + i * strip->given;
        if (strip->squares[i] < 0)
            strip->squares[i] = dot(c, c, strip->given);
        if (count == 1) /* the BLAS would copy the rows first */
            strip->dots[i] = dot(c, q, strip->given);
    }
    if (count > 1)
        late_product(true, false, strip->count, count, strip->given, strip->rows, strip->given, q,
                     strip->given, strip->dots, strip->count);
    for (size_t i = 0; i < count; i++)
        select_rows(&queries[i], q + i * strip->given, strip, strip->dots + i * strip->count, gain);
}

static int compare(const void *a, const void *b)
{
    size_t x = ((const struct nearest_row *)a)->row, y = ((const struct nearest_row *)b)->row;
    return (x > y) - (x < y);
}

void nearest_sort(struct nearest_list *list)
{
    qsort(list->rows, list->count, sizeof *list->rows, compare);
}

/* Each row times its gain and the root of its weight. */
static void weigh(const struct nearest_settings *s, const struct nearest_row *near, size_t count,
                  double *rows, size_t columns)
{
    double least = near[0].distance, most = 0;
    for (size_t i = 1; i < count; i++)
        least = near[i].distance < least ? near[i].distance : least;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, near[i].weight * exp((least - near[i].distance) / s->bandwidth));
    for (size_t i = 0; i < count; i++) {
        double weight = near[i].weight * exp((least - near[i].distance) / s->bandwidth) / most;
        double factor = near[i].gain * sqrt(weight);
        for (size_t j = 0; j < columns; j++)
            rows[i * columns + j] *= factor;
    }
}

/* Adds the penalty to the diagonal of a (n × n). */
static void penalise(const struct nearest_settings *s, double *a, size_t n, size_t given)
{
    double trace = 0;
    for (size_t i = 0; i < n; i++)
        trace += a[i * n + i];
    double penalty = s->ridge * (s->ridge_relative ? trace / (double)given : 1) + 1e-6;
    for (size_t i = 0; i < n; i++)
        a[i * n + i] += penalty;
}

/* The answer is Σ u y over the rows, one right-hand side however many targets there are: u = C z
 * with (CᵀC + penalty) z = q, C being the rows' given columns; or, which is the same and smaller
 * where there are fewer rows, (C Cᵀ + penalty) u = C q. */
enum lsq_status nearest_answer(const struct nearest_settings *s, const struct nearest_row *near,
                               size_t count, double *rows, const double *q, size_t given,
                               size_t targets, double *y, double *scratch)
{
    bool wide = count < given;
    size_t columns = given + targets, n = wide ? count : given;
    double *a = scratch, *z = scratch + n * n;
    weigh(s, near, count, rows, columns);
    late_square(wide, n, wide ? given : count, rows, columns, a, n);
    penalise(s, a, n, given);
    for (size_t i = 0; i < n; i++)
        z[i] = wide ? dot(rows + i * columns, q, given) : q[i];
    enum lsq_status status = late_solve(n, 1, a, n, z, n);
    if (status != LSQ_OK)
        return status;
    memset(y, 0, targets * sizeof *y);
    for (size_t i = 0; i < count; i++) {
        double u = wide ? z[i] : dot(rows + i * columns, z, given);
        for (size_t j = 0; j < targets; j++)
            y[j] += u * rows[i * columns + given + j];
    }
    return LSQ_OK;
}
