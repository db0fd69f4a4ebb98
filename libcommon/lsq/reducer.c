#include "lsq/reducer.h"

#include "lsq/chunk.h"
#include "lsq/fold.h"
#include "lsq/lapack.h"
#include "lsq/linear.h"
#include "lsq/refine.h"
#include "lsq/room.h"
#include "lsq/tall.h"
#include "math/finite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* As many rows are kept as lsq_solve refines, or as the first Householder reduction takes. */
static size_t capacity_for(size_t given, size_t targets)
{
    size_t refined = REFINE_MAX / given / targets;
    size_t reduced = 2 * (given + 1) + 64;
    return refined > reduced ? refined : reduced;
}

struct lsq_reducer {
    struct lsq_reduced sum;  /* its data are a stack: once reduced, the first rows are R and C */
    bool raw;                /* the stack's rows are as they came, without w */
    bool both_ways;          /* rows in reverse are to count, too; once not raw, they are folded */
    struct precondition pre; /* the shape of rows, and how chunks are reduced */
    unsigned threads;
    size_t capacity, size; /* the most rows that the stack may have, and has memory for */

    struct chunks *chunks;         /* NULL until the stack has been reduced once */
    uint64_t pre_rows, chunk_rows; /* those that pre was set from, and those in the chunks since */
};

static size_t columns(const struct lsq_reducer *r)
{
    return r->sum.given + r->sum.targets;
}

/* Memory for one more row, and its reverse: few inputs come near the capacity, which is the most it
 * grows to. */
static enum lsq_status grow(struct lsq_reducer *r)
{
    enum { FIRST = 64 };
    size_t times = 1 + r->both_ways;
    if ((r->sum.count + 1) * times <= r->size)
        return LSQ_OK;
    size_t more = r->size == 0 ? FIRST : 2 * r->size;
    more = more < r->capacity * times ? more : r->capacity * times;
    size_t used = r->sum.count * r->pre.width;
    double *grown = room_grow(r->sum.data, used, more * r->pre.width);
    if (grown == NULL)
        return LSQ_NOMEM;
    r->sum.data = grown;
    r->size = more;
    return LSQ_OK;
}

/* Rows are [unknowns | targets], and folded ones all unknowns: any column may be the reverse of
 * another. */
static void set_shape(struct lsq_reducer *r, bool folded)
{
    size_t first = r->sum.intercept;
    r->pre.unknowns = first + (folded ? columns(r) : r->sum.given);
    r->pre.targets = folded ? 0 : r->sum.targets;
    r->pre.split = folded ? first + fold_split(columns(r)) : 0;
    r->pre.width = first + columns(r);
}

struct lsq_reducer *lsq_reducer_new(size_t given, size_t targets, bool intercept, unsigned threads)
{
    struct lsq_reducer *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->sum = (struct lsq_reduced){.given = given, .targets = targets, .intercept = intercept};
    r->sum.shift = calloc(given + targets, sizeof *r->sum.shift);
    r->sum.rss = calloc(targets, sizeof *r->sum.rss);
    r->threads = threads;
    r->capacity = capacity_for(given, targets);
    set_shape(r, false);
    r->raw = true;
    if (r->sum.shift && r->sum.rss && grow(r) == LSQ_OK)
        return r;
    lsq_reducer_free(r);
    return NULL;
}

/* A folded row is two rows. */
void lsq_reducer_set_both_ways(struct lsq_reducer *r)
{
    size_t refined = r->capacity / 2;
    size_t reduced = columns(r) + 1 + 64;
    r->both_ways = true;
    r->capacity = refined > reduced ? refined : reduced;
}

void lsq_reducer_free(struct lsq_reducer *r)
{
    if (r == NULL)
        return;
    chunks_free(r->chunks);
    precondition_free(&r->pre);
    lsq_reduced_free(&r->sum);
    free(r);
}

/* Householder: the rows of the stack become `unknowns` of them. */
static enum lsq_status reduce_stack(struct lsq_reducer *r)
{
    size_t q = r->pre.unknowns;
    if (r->sum.count <= q)
        return LSQ_OK;
    lapack_share(r->threads, q, q); /* also for the chunks to come */
    enum lsq_status status =
        tall_reduce_halves(r->sum.data, r->sum.count, r->pre.split, q, r->pre.targets, r->sum.rss);
    r->sum.count = q;
    return status;
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
    return r->sum.count < SAMPLE ? r->sum.count : SAMPLE;
}

/* Row i of a sample of the rows kept. */
static double *sampled(const struct lsq_reducer *r, size_t i)
{
    return r->sum.data + i * r->sum.count / sample_count(r) * columns(r);
}

/* Of values that rise the one in the middle or, where not all are as exact, of those that are the
 * least so the one next to it: it tells whether the column is. */
static double middle(const double *sample, size_t count, bool single)
{
    int least = LINEAR_WHOLE + 1;
    double found = 0;
    for (size_t i = 0; i < count && least > 0; i++) {
        double value = sample[(count / 2 + (i % 2 == 0 ? i / 2 : count - 1 - i / 2)) % count];
        int bits = linear_zero_bits(value, single);
        found = bits < least ? value : found;
        least = bits < least ? bits : least;
    }
    return found;
}

/* Shifts by the medians of the rows kept: each row is rounded at the distance that it then has
 * from zero, which no outlier among the first ones is to rule. Rows both ways have the same values
 * in a column and in its mirror. */
static void set_shift_to_medians(struct lsq_reducer *r)
{
    double sample[2 * SAMPLE];
    size_t count = sample_count(r);
    size_t c = columns(r);
    for (size_t j = 0; j < c; j++) {
        size_t n = 0;
        for (size_t i = 0; i < count; i++) {
            sample[n++] = sampled(r, i)[j];
            if (r->both_ways)
                sample[n++] = sampled(r, i)[c - 1 - j];
        }
        qsort(sample, n, sizeof *sample, by_value);
        r->sum.shift[j] = middle(sample, n, r->sum.single);
    }
}

/* A row that is like the others becomes the first of those kept: the reflection of the column
 * of ones adds a part of the first row to each, one in the square root of their number. */
static void put_typical_first(struct lsq_reducer *r)
{
    double most[SAMPLE] = {0};
    size_t c = columns(r);
    size_t count = sample_count(r);
    size_t best = 0;
    for (size_t j = 0; j < c; j++) {
        double sum = 0;
        for (size_t i = 0; i < count; i++)
            sum += fabs(sampled(r, i)[j] - r->sum.shift[j]) / (double)count;
        for (size_t i = 0; sum > 0 && i < count; i++)
            most[i] = fmax(most[i], fabs(sampled(r, i)[j] - r->sum.shift[j]) / sum);
    }
    for (size_t i = 1; i < count; i++)
        best = most[i] < most[best] ? i : best;
    for (size_t j = 0; j < c; j++) {
        double first = r->sum.data[j];
        r->sum.data[j] = sampled(r, best)[j];
        sampled(r, best)[j] = first;
    }
}

/* About as far as x: so far that a shift stays as exact as it is, in whole numbers or of 8 bits. */
static double step_near(double x, double shift)
{
    int exponent;
    double part = frexp(x, &exponent);
    return shift != 0 && floor(shift) == shift ? rint(x)
                                               : ldexp(rint(ldexp(part, 8)), exponent - 8);
}

/* Moves the shift of a column close to the mean of the rows so far where that brings them nearer by
 * much: columns far from zero would all look alike. A constant column has its value there
 * already, and stays exactly zero. */
static void recentre(struct lsq_reducer *r)
{
    enum { FAR = 64 }; /* of the sum of squares a part of more than one in so many is the mean's */
    size_t width = r->pre.width;
    double *top = r->sum.data;
    if (!r->sum.intercept || top[0] == 0)
        return;
    for (size_t j = 1; j < width; j++) {
        double square = 0;
        for (size_t i = 0; i < r->sum.count; i++)
            square += top[i * width + j] * top[i * width + j];
        if (!(top[j] * top[j] * FAR > square))
            continue;
        /* A folded column is of two, which share a shift. */
        double *shift = &r->sum.shift[j - 1];
        double *mirror = r->pre.split > 0 ? &r->sum.shift[width - 1 - j] : shift;
        double times = mirror == shift ? 1 : 2;
        double old = *shift;
        *shift += step_near(top[j] / top[0] / times, old);
        *mirror = *shift;
        top[j] += (old - *shift) * times * top[0];
    }
}

/* Brings the rows of the chunks back to the stack, as a triangle. */
static enum lsq_status flush(struct lsq_reducer *r)
{
    if (r->chunks == NULL || r->chunk_rows == 0)
        return LSQ_OK;
    r->chunk_rows = 0;
    return chunks_collect(r->chunks, r->sum.data, r->sum.rss);
}

/* Chunks take over from the stack, or from those with the precondition before. */
static enum lsq_status start_chunks(struct lsq_reducer *r)
{
    enum lsq_status status = r->chunks != NULL ? flush(r) : reduce_stack(r);
    if (status != LSQ_OK)
        return status;
    recentre(r);
    status = precondition_set(&r->pre, r->sum.data, r->sum.rows);
    r->pre_rows = r->sum.rows;
    r->chunk_rows = 0;
    if (status != LSQ_OK || r->chunks != NULL)
        return status;
    r->chunks = chunks_new(&r->pre, r->threads);
    return r->chunks != NULL ? LSQ_OK : LSQ_NOMEM;
}

/* One more row of the stack, which is reduced first where it is full. */
static enum lsq_status push(struct lsq_reducer *r, double **row)
{
    enum lsq_status status = r->sum.count < r->capacity ? LSQ_OK : reduce_stack(r);
    if (status == LSQ_OK)
        status = grow(r);
    if (status == LSQ_OK)
        *row = r->sum.data + r->sum.count++ * (r->raw ? columns(r) : r->pre.width);
    return status;
}

/* One row as it came to the form of reduced rows, which may lie a little further on. */
static void shift_row(const struct lsq_reducer *r, const void *row, double *to)
{
    size_t first = r->sum.intercept;
    memmove(to + first, row, columns(r) * sizeof *to);
    if (first == 1)
        *to++ = 1;
    for (size_t j = 0; j < columns(r); j++)
        to[j] -= r->sum.shift[j];
    if (r->pre.split > 0)
        fold_row(to, columns(r));
}

/* The end of keeping rows as they came. */
static void spill(struct lsq_reducer *r)
{
    if (!r->raw)
        return;
    if (r->sum.count > 0 && r->sum.intercept) {
        set_shift_to_medians(r);
        put_typical_first(r);
    }
    r->raw = false;
    for (size_t i = r->sum.count; i-- > 0;)
        shift_row(r, r->sum.data + i * columns(r), r->sum.data + i * r->pre.width);
}

static enum lsq_status spill_to_chunks(struct lsq_reducer *r)
{
    set_shape(r, r->both_ways);
    spill(r);
    return start_chunks(r);
}

/* The precondition serves for at most this many times the rows that it was set from. */
enum { RENEW = 64 };

static enum lsq_status add_to_chunks(struct lsq_reducer *r, const void *row)
{
    shift_row(r, row, chunks_slot(r->chunks));
    r->chunk_rows++;
    enum lsq_status status = chunks_push(r->chunks);
    if (status != LSQ_OK || !chunks_are_even(r->chunks) || r->chunk_rows / RENEW < r->pre_rows)
        return status;
    return start_chunks(r);
}

static enum lsq_status add_to_stack(struct lsq_reducer *r, const void *row)
{
    double *to;
    enum lsq_status status = push(r, &to);
    if (status != LSQ_OK)
        return status;
    if (r->raw)
        memcpy(to, row, columns(r) * sizeof *to);
    else
        shift_row(r, row, to);
    return !r->raw && r->sum.count == r->capacity ? start_chunks(r) : LSQ_OK;
}

enum lsq_status lsq_reducer_add(struct lsq_reducer *r, const void *rows, size_t count,
                                struct range *range, size_t *added)
{
    enum lsq_status status = LSQ_OK;
    size_t c = columns(r);
    for (*added = 0; *added < count && status == LSQ_OK; ++*added) {
        const char *row = (const char *)rows + *added * c * sizeof(double);
        if (!range_add(range, row, c))
            break;
        if (r->raw && r->sum.count == r->capacity)
            status = spill_to_chunks(r);
        if (status == LSQ_OK)
            status = r->chunks != NULL ? add_to_chunks(r, row) : add_to_stack(r, row);
        r->sum.rows++;
    }
    return status;
}

enum lsq_status lsq_reducer_merge(struct lsq_reducer *r, const struct lsq_reduced *from)
{
    spill(r);
    enum lsq_status status = flush(r);
    chunks_free(r->chunks);
    r->chunks = NULL;
    if (r->sum.rows == 0 && r->sum.intercept)
        memcpy(r->sum.shift, from->shift, columns(r) * sizeof *from->shift);
    for (size_t i = 0; i < from->count && status == LSQ_OK; i++) {
        const double *row = from->data + i * r->pre.width;
        double *to;
        status = push(r, &to);
        if (status != LSQ_OK)
            break;
        memcpy(to, row, r->pre.width * sizeof *to);
        /* Rows reduced with another shift: (x - s) w = (x - s') w + (s' - s) w. */
        for (size_t j = 0; r->sum.intercept && j < columns(r); j++)
            to[1 + j] += (from->shift[j] - r->sum.shift[j]) * row[0];
    }
    for (size_t j = 0; j < r->sum.targets; j++)
        r->sum.rss[j] += from->rss[j];
    r->sum.rows += from->rows;
    r->sum.single |= from->single;
    return status;
}

void lsq_reducer_set_single(struct lsq_reducer *r)
{
    r->sum.single = true;
}

bool lsq_reducer_is_single(const struct lsq_reducer *r)
{
    return r->sum.single;
}

void lsq_reducer_rest(struct lsq_reducer *r)
{
    if (r->chunks != NULL)
        chunks_wait(r->chunks);
}

/* Rows as they came are joined by their reverses. */
static void add_reverses(struct lsq_reducer *r)
{
    size_t c = columns(r);
    size_t n = r->sum.count;
    if (!r->raw || !r->both_ways)
        return;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < c; j++)
            r->sum.data[(n + i) * c + j] = r->sum.data[(i + 1) * c - 1 - j];
    r->sum.count *= 2;
    r->sum.rows *= 2;
    r->both_ways = false;
}

/* The triangle of folded rows becomes that of the rows. */
static enum lsq_status unfold(struct lsq_reducer *r)
{
    if (!r->both_ways)
        return LSQ_OK;
    for (size_t i = 0; i < r->sum.count; i++) {
        double *row = r->sum.data + i * r->pre.width;
        if (r->sum.intercept)
            *row++ *= sqrt(2);
        fold_undo(row, columns(r));
    }
    r->sum.rows *= 2;
    set_shape(r, false);
    return reduce_stack(r);
}

double *lsq_reducer_rows(struct lsq_reducer *r, size_t *count)
{
    add_reverses(r);
    *count = r->sum.count;
    return r->raw ? r->sum.data : NULL;
}

enum lsq_status lsq_reducer_finish(struct lsq_reducer *r, struct lsq_reduced *reduced)
{
    memset(reduced, 0, sizeof *reduced);
    add_reverses(r);
    spill(r);
    enum lsq_status status = flush(r);
    if (status == LSQ_OK)
        status = reduce_stack(r);
    if (status == LSQ_OK)
        status = unfold(r);
    if (status != LSQ_OK)
        return status;
    if (!finite_all(r->sum.data, r->sum.count * r->pre.width) ||
        !finite_all(r->sum.rss, r->sum.targets))
        return LSQ_OVERFLOW;
    *reduced = r->sum;
    memset(&r->sum, 0, sizeof r->sum);
    return LSQ_OK;
}
