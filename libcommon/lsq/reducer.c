#include "lsq/reducer.h"

#include "lsq/chunk.h"
#include "lsq/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* As many rows are kept as they came as lsq_solve refines, or as the first Householder
 * reduction takes. */
static size_t capacity_for(size_t given, size_t targets)
{
    size_t refined = LSQ_REFINE_MAX / given / targets;
    size_t reduced = 2 * (given + 1) + 64;
    return refined > reduced ? refined : reduced;
}

struct lsq_reducer {
    struct lane_shape shape;
    bool intercept;
    unsigned threads;
    struct lane_gate *gate; /* NULL with one thread */
    size_t lane_count;
    uint64_t rows;
    double *shift, *rss;
    bool has_shift;

    double *raw; /* rows as they came; NULL once that is over */
    size_t raw_count, raw_size, capacity;

    double *pile; /* reduced rows, capacity of them at most; the first ones R and C */
    size_t pile_count, pile_size;

    struct lane_basis basis; /* how lanes reduce */
    struct lane **lanes;     /* NULL until the pile has been reduced once */
    size_t next_lane;
    uint64_t basis_rows, lane_rows; /* behind the basis, and in the lanes since */
};

void lsq_reduced_free(struct lsq_reduced *reduced)
{
    free(reduced->data);
    free(reduced->shift);
    free(reduced->rss);
    memset(reduced, 0, sizeof *reduced);
}

enum lsq_status lsq_reduced_weigh(struct lsq_reduced *reduced, double weight)
{
    size_t width = (reduced->intercept ? 1 : 0) + reduced->given + reduced->targets;
    double root = sqrt(weight);
    for (size_t i = 0; i < reduced->count * width; i++)
        reduced->data[i] *= root;
    for (size_t j = 0; j < reduced->targets; j++)
        reduced->rss[j] *= weight;
    bool finite = lsq_all_finite(reduced->data, reduced->count * width) &&
                  lsq_all_finite(reduced->rss, reduced->targets);
    return finite ? LSQ_OK : LSQ_OVERFLOW;
}

/* Room for one more row of so many columns in an array that holds count rows and has room for
 * *size: few inputs come near the capacity, which is the most it grows to. */
static enum lsq_status grow(const struct lsq_reducer *r, double **rows, size_t count,
                            size_t columns, size_t *size)
{
    enum { FIRST = 64 };
    if (count < *size)
        return LSQ_OK;
    size_t more = *size == 0 ? FIRST : *size > r->capacity / 2 ? r->capacity : 2 * *size;
    more = more < r->capacity ? more : r->capacity;
    double *grown = realloc(*rows, more * columns * sizeof *grown);
    if (grown == NULL)
        return LSQ_NOMEM;
    *rows = grown;
    *size = more;
    return LSQ_OK;
}

struct lsq_reducer *lsq_reducer_new(size_t given, size_t targets, bool intercept, unsigned threads)
{
    struct lsq_reducer *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->intercept = intercept;
    r->threads = threads;
    r->capacity = capacity_for(given, targets);
    r->shape.unknowns = given + (intercept ? 1 : 0);
    r->shape.targets = targets;
    r->shape.width = r->shape.unknowns + targets;
    r->shift = calloc(given + targets, sizeof *r->shift);
    r->rss = calloc(targets, sizeof *r->rss);
    if (r->shift && r->rss && grow(r, &r->raw, 0, given + targets, &r->raw_size) == LSQ_OK)
        return r;
    lsq_reducer_free(r);
    return NULL;
}

static void free_lanes(struct lsq_reducer *r)
{
    for (size_t i = 0; r->lanes != NULL && i < r->lane_count; i++)
        lane_free(r->lanes[i]);
    free(r->lanes);
    r->lanes = NULL;
}

void lsq_reducer_free(struct lsq_reducer *r)
{
    if (r == NULL)
        return;
    free_lanes(r);
    lane_gate_free(r->gate);
    lane_basis_free(&r->basis);
    free(r->shift);
    free(r->rss);
    free(r->raw);
    free(r->pile);
    free(r);
}

/* Householder: the pile's rows become `unknowns` of them. */
static enum lsq_status reduce_pile(struct lsq_reducer *r)
{
    const struct lane_shape *s = &r->shape;
    if (r->pile_count <= s->unknowns)
        return LSQ_OK;
    enum lsq_status status = lane_householder(s, r->pile, r->pile_count, r->rss);
    r->pile_count = s->unknowns;
    return status;
}

static void set_shift(struct lsq_reducer *r, const void *row)
{
    if (!r->has_shift && r->intercept)
        memcpy(r->shift, row, (r->shape.width - 1) * sizeof *r->shift);
    r->has_shift = true;
}

static int by_value(const void *x, const void *y)
{
    double a = *(const double *)x;
    double b = *(const double *)y;
    return (a > b) - (a < b);
}

enum { SAMPLE = 99 };

static size_t sample_count(const struct lsq_reducer *r)
{
    return r->raw_count < SAMPLE ? r->raw_count : SAMPLE;
}

/* Row i of a sample of the rows kept. */
static double *sampled(const struct lsq_reducer *r, size_t i)
{
    return r->raw + i * r->raw_count / sample_count(r) * (r->shape.width - 1);
}

/* Shifts by the medians of the rows kept: each row is rounded at the distance that it then has
 * from zero, which no outlier among the first ones is to rule. */
static void set_shift_to_medians(struct lsq_reducer *r)
{
    double sample[SAMPLE];
    size_t count = sample_count(r);
    for (size_t j = 0; j < r->shape.width - 1; j++) {
        for (size_t i = 0; i < count; i++)
            sample[i] = sampled(r, i)[j];
        qsort(sample, count, sizeof *sample, by_value);
        r->shift[j] = sample[count / 2];
    }
    r->has_shift = true;
}

/* A row that is like the others becomes the first of those kept: the reflection of the column
 * of ones adds a part of the first row to each, one in the square root of their number. */
static void put_typical_first(struct lsq_reducer *r)
{
    double most[SAMPLE] = {0};
    size_t c = r->shape.width - 1;
    size_t count = sample_count(r);
    size_t best = 0;
    for (size_t j = 0; j < c; j++) {
        double sum = 0;
        for (size_t i = 0; i < count; i++)
            sum += fabs(sampled(r, i)[j] - r->shift[j]) / (double)count;
        for (size_t i = 0; sum > 0 && i < count; i++)
            most[i] = fmax(most[i], fabs(sampled(r, i)[j] - r->shift[j]) / sum);
    }
    for (size_t i = 1; i < count; i++)
        best = most[i] < most[best] ? i : best;
    for (size_t j = 0; j < c; j++) {
        double first = r->raw[j];
        r->raw[j] = sampled(r, best)[j];
        sampled(r, best)[j] = first;
    }
}

/* Moves the shift of a column to the mean of the rows so far where that brings them nearer by
 * much: columns far from zero would all look alike. A constant column has its value there
 * already, and stays exactly zero. */
static void recentre(struct lsq_reducer *r)
{
    enum { FAR = 64 }; /* of the sum of squares a part of more than one in so many is the mean's */
    size_t width = r->shape.width;
    if (!r->intercept || r->pile[0] == 0)
        return;
    for (size_t j = 1; j < width; j++) {
        double square = 0;
        for (size_t i = 0; i < r->pile_count; i++)
            square += r->pile[i * width + j] * r->pile[i * width + j];
        if (!(r->pile[j] * r->pile[j] * FAR > square))
            continue;
        double old = r->shift[j - 1];
        r->shift[j - 1] += r->pile[j] / r->pile[0];
        r->pile[j] += (old - r->shift[j - 1]) * r->pile[0];
    }
}

/* Lanes take over from the pile, which has been reduced to a triangle. */
static enum lsq_status start_lanes(struct lsq_reducer *r)
{
    recentre(r);
    enum lsq_status status = lane_basis_set(&r->basis, &r->shape, r->pile, r->rows);
    r->basis_rows = r->rows;
    r->lane_rows = 0;
    if (status != LSQ_OK || r->lanes != NULL)
        return status;
    if (r->threads > 1 && r->gate == NULL && (r->gate = lane_gate_new(r->threads)) == NULL)
        return LSQ_NOMEM;
    r->lane_count = lane_count(&r->shape, r->threads);
    r->lanes = calloc(r->lane_count, sizeof *r->lanes);
    if (r->lanes == NULL)
        return LSQ_NOMEM;
    for (size_t i = 0; i < r->lane_count; i++)
        if ((r->lanes[i] = lane_new(&r->shape, &r->basis, r->gate)) == NULL)
            return LSQ_NOMEM;
    return LSQ_OK;
}

/* Room for one more row on the pile: reduces it where it is full. */
static enum lsq_status pile_room(struct lsq_reducer *r)
{
    enum lsq_status status = r->pile_count < r->capacity ? LSQ_OK : reduce_pile(r);
    return status == LSQ_OK ? grow(r, &r->pile, r->pile_count, r->shape.width, &r->pile_size)
                            : status;
}

static size_t columns(const struct lsq_reducer *r)
{
    return r->shape.width - (r->intercept ? 1 : 0);
}

/* One row as it came to the form of reduced rows; false if it is not finite. */
static bool shift_row(const struct lsq_reducer *r, const void *row, struct range *range, double *to)
{
    if (r->intercept)
        *to++ = 1;
    return range_shift(range, row, columns(r), r->shift, to);
}

static enum lsq_status pile_row(struct lsq_reducer *r, const void *row, struct range *range,
                                bool *finite)
{
    enum lsq_status status = pile_room(r);
    if (status != LSQ_OK)
        return status;
    *finite = shift_row(r, row, range, r->pile + r->pile_count * r->shape.width);
    r->pile_count += *finite;
    return LSQ_OK;
}

/* The end of keeping rows as they came. */
static enum lsq_status spill(struct lsq_reducer *r)
{
    if (r->raw == NULL)
        return LSQ_OK;
    enum lsq_status status = LSQ_OK;
    struct range known = range_none();
    bool finite;
    if (r->raw_count > 0 && r->intercept) {
        set_shift_to_medians(r);
        put_typical_first(r);
    }
    for (size_t i = 0; i < r->raw_count && status == LSQ_OK; i++)
        status = pile_row(r, r->raw + i * columns(r), &known, &finite);
    free(r->raw);
    r->raw = NULL;
    return status;
}

/* Brings what the lanes hold back to the pile, as a triangle. */
static enum lsq_status flush(struct lsq_reducer *r)
{
    if (r->lanes == NULL || r->lane_rows == 0)
        return LSQ_OK;
    enum lsq_status status =
        lane_collect(&r->shape, &r->basis, r->lanes, r->lane_count, r->pile, r->rss);
    r->lane_rows = 0;
    return status;
}

/* Up to this many times the rows behind the basis go by it: then it is renewed. */
enum { RENEW = 64 };

/* The lane that rows go to is full: on to the next. */
static enum lsq_status next_lane(struct lsq_reducer *r)
{
    lane_submit(r->lanes[r->next_lane]);
    r->next_lane = (r->next_lane + 1) % r->lane_count;
    enum lsq_status status = lane_wait(r->lanes[r->next_lane]);
    if (status != LSQ_OK || r->next_lane != 0 || r->lane_rows / RENEW < r->basis_rows)
        return status;
    status = flush(r);
    return status == LSQ_OK ? start_lanes(r) : status;
}

static enum lsq_status add_to_lanes(struct lsq_reducer *r, const void *row, struct range *range,
                                    bool *finite)
{
    struct lane *lane = r->lanes[r->next_lane];
    *finite = shift_row(r, row, range, lane_slot(lane));
    if (!*finite)
        lane_drop(lane);
    r->lane_rows += *finite;
    return lane_is_full(lane) ? next_lane(r) : LSQ_OK;
}

static enum lsq_status add_to_pile(struct lsq_reducer *r, const void *row, struct range *range,
                                   bool *finite)
{
    enum lsq_status status = pile_row(r, row, range, finite);
    if (status != LSQ_OK || r->pile_count < r->capacity)
        return status;
    status = reduce_pile(r);
    return status == LSQ_OK ? start_lanes(r) : status;
}

/* Keeps one row as it came. */
static enum lsq_status keep_row(struct lsq_reducer *r, const void *row, struct range *range,
                                bool *finite)
{
    size_t c = columns(r);
    enum lsq_status status = grow(r, &r->raw, r->raw_count, c, &r->raw_size);
    if (status != LSQ_OK)
        return status;
    *finite = range_add(range, row, c);
    if (*finite)
        memcpy(r->raw + r->raw_count++ * c, row, c * sizeof *r->raw);
    return LSQ_OK;
}

enum lsq_status lsq_reducer_add(struct lsq_reducer *r, const void *rows, size_t count,
                                struct range *range, size_t *added)
{
    const char *row = rows;
    bool finite = true;
    enum lsq_status status = LSQ_OK;
    *added = 0;
    while (*added < count && status == LSQ_OK) {
        if (r->raw != NULL && r->raw_count == r->capacity)
            status = spill(r);
        if (status == LSQ_OK)
            status = r->lanes != NULL ? add_to_lanes(r, row, range, &finite)
                     : r->raw != NULL ? keep_row(r, row, range, &finite)
                                      : add_to_pile(r, row, range, &finite);
        if (!finite)
            return LSQ_OK;
        row += columns(r) * sizeof(double);
        r->rows++;
        ++*added;
    }
    return status;
}

/* Rows reduced with another shift: (x - s) w = (x - s') w + (s' - s) w. */
static void reshift(const struct lsq_reducer *r, const struct lsq_reduced *from, const double *row,
                    double *to)
{
    size_t first = r->intercept ? 1 : 0;
    memcpy(to, row, r->shape.width * sizeof *to);
    for (size_t j = 0; r->intercept && j < r->shape.width - first; j++)
        to[first + j] += (from->shift[j] - r->shift[j]) * row[0];
}

enum lsq_status lsq_reducer_merge(struct lsq_reducer *r, const struct lsq_reduced *from)
{
    enum lsq_status status = spill(r);
    if (status == LSQ_OK)
        status = flush(r);
    free_lanes(r);
    set_shift(r, from->shift);
    for (size_t i = 0; i < from->count && status == LSQ_OK; i++) {
        status = pile_room(r);
        if (status == LSQ_OK)
            reshift(r, from, from->data + i * r->shape.width,
                    r->pile + r->pile_count++ * r->shape.width);
    }
    for (size_t j = 0; j < r->shape.targets; j++)
        r->rss[j] += from->rss[j];
    r->rows += from->rows;
    return status;
}

void lsq_reducer_rest(struct lsq_reducer *r)
{
    for (size_t i = 0; r->lanes != NULL && i < r->lane_count; i++)
        if (r->lanes[i] != NULL)
            lane_wait(r->lanes[i]);
}

double *lsq_reducer_rows(struct lsq_reducer *r, size_t *count)
{
    *count = r->raw_count;
    return r->raw;
}

enum lsq_status lsq_reducer_finish(struct lsq_reducer *r, struct lsq_reduced *reduced)
{
    memset(reduced, 0, sizeof *reduced);
    enum lsq_status status = spill(r);
    if (status == LSQ_OK)
        status = flush(r);
    if (status == LSQ_OK)
        status = reduce_pile(r);
    if (status != LSQ_OK)
        return status;
    if (!lsq_all_finite(r->pile, r->pile_count * r->shape.width) ||
        !lsq_all_finite(r->rss, r->shape.targets))
        return LSQ_OVERFLOW;
    reduced->given = r->shape.unknowns - (r->intercept ? 1 : 0);
    reduced->targets = r->shape.targets;
    reduced->intercept = r->intercept;
    reduced->rows = r->rows;
    reduced->count = r->pile_count;
    reduced->data = r->pile;
    reduced->shift = r->shift;
    reduced->rss = r->rss;
    r->pile = r->shift = r->rss = NULL;
    return LSQ_OK;
}
