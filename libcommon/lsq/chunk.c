#include "lsq/chunk.h"

#include "lsq/lapack.h"
#include "lsq/linear.h"
#include "lsq/room.h"
#include "lsq/tall.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* From chunks_push until it is reduced a chunk is its thread's, else the caller's. */
struct chunk {
    double *rows;   /* a triangle's worth, then the rows */
    size_t count;   /* rows in it */
    size_t stacked; /* rows of the triangle: those that went the Householder way */
    double *square; /* Σ [Z E]ᵀ Z, with Σ Eᵀ E below where targets are few; then come sum and rss */
    double *sum;  /* else Σ E² (targets) */
    double *rss;  /* of the Householder way */
    double *part; /* sums of a column's squares: unknowns, or targets */
    bool squared; /* whether square holds anything */
    bool busy;    /* submitted and not yet reduced: the mutex's */
    enum lsq_status status;
};

struct chunks {
    const struct precondition *pre;
    struct chunk *list;
    size_t count, next; /* next: takes the next row */
    size_t full;        /* rows of a full chunk */

    pthread_mutex_t mutex; /* of the following, and of `busy` */
    pthread_cond_t submitted, reduced;
    uint64_t given, taken; /* chunks submitted, and those that a thread has taken up, in turn */
    bool over;
    size_t thread_count;
    pthread_t threads[];
};

/* Rows of a chunk's square: where targets are few, one product gives Zᵀ Z, Zᵀ E and Eᵀ E. */
static size_t square_rows(const struct precondition *pre)
{
    return pre->targets <= pre->unknowns ? pre->width : pre->unknowns;
}

/* Whether a chunk's squares are like those before; infinities and NaN are not. */
static bool is_like(const struct precondition *pre, struct chunk *c, const double *rows)
{
    memset(c->part, 0, pre->unknowns * sizeof *c->part);
    linear_add_squares(rows, c->count, pre->unknowns, pre->width, c->part);
    for (size_t j = 0; j < pre->unknowns; j++)
        if (!(c->part[j] <= pre->limit[j] * (double)c->count))
            return false;
    return true;
}

/* To square the products of the first n columns of count rows, each half of a row with itself. */
static void add_square(const struct precondition *pre, size_t n, size_t count, const double *rows,
                       double *square)
{
    size_t split = pre->split;
    size_t width = pre->width;
    lapack_add_square(split, count, rows, width, square, width);
    lapack_add_square(n - split, count, rows + split, width, square + split * (width + 1), width);
}

static void add_squares(const struct precondition *pre, struct chunk *c, const double *rows)
{
    size_t q = pre->unknowns;
    size_t width = pre->width;
    size_t n = square_rows(pre);
    c->squared = true;
    add_square(pre, n, c->count, rows, c->square);
    if (n == width)
        return;
    lapack_product(1, false, true, pre->targets, q, c->count, rows + q, width, rows, width, 1,
                   c->square + q, width);
    linear_add_squares(rows + q, c->count, pre->targets, width, c->sum);
}

/* The rows join the chunk's own triangle, or lie under it until there are enough for one. */
static enum lsq_status stack(const struct precondition *pre, struct chunk *c, const double *rows)
{
    size_t count = c->stacked + c->count;
    memmove(c->rows + c->stacked * pre->width, rows, c->count * pre->width * sizeof *rows);
    c->stacked = count;
    if (count <= pre->unknowns)
        return LSQ_OK;
    c->stacked = pre->unknowns;
    return tall_reduce_halves(c->rows, count, pre->split, pre->unknowns, pre->targets, c->rss);
}

static double *rows_of(const struct precondition *pre, const struct chunk *c)
{
    return c->rows + pre->unknowns * pre->width;
}

static void reduce(const struct precondition *pre, struct chunk *c)
{
    double *rows = rows_of(pre, c);
    if (c->count == 0 || c->status != LSQ_OK)
        return;
    if (pre->way != PRECONDITION_NONE)
        precondition_apply(pre, rows, c->count);
    if (pre->way != PRECONDITION_NONE && is_like(pre, c, rows))
        add_squares(pre, c, rows);
    else
        c->status = stack(pre, c, rows);
    c->count = 0;
}

static void *work(void *data)
{
    struct chunks *all = data;
    pthread_mutex_lock(&all->mutex);
    for (;;) {
        while (all->taken == all->given && !all->over)
            pthread_cond_wait(&all->submitted, &all->mutex);
        if (all->over)
            break;
        struct chunk *c = &all->list[all->taken++ % all->count];
        pthread_mutex_unlock(&all->mutex);
        reduce(all->pre, c);
        pthread_mutex_lock(&all->mutex);
        c->busy = false;
        pthread_cond_signal(&all->reduced);
    }
    pthread_mutex_unlock(&all->mutex);
    return NULL;
}

static void submit(struct chunks *all, struct chunk *c)
{
    if (all->thread_count == 0) {
        reduce(all->pre, c);
        return;
    }
    pthread_mutex_lock(&all->mutex);
    c->busy = true;
    all->given++;
    pthread_cond_signal(&all->submitted);
    pthread_mutex_unlock(&all->mutex);
}

static enum lsq_status wait_for(struct chunks *all, struct chunk *c)
{
    pthread_mutex_lock(&all->mutex);
    while (c->busy)
        pthread_cond_wait(&all->reduced, &all->mutex);
    pthread_mutex_unlock(&all->mutex);
    return c->status;
}

void chunks_wait(struct chunks *all)
{
    for (size_t i = 0; i < all->count; i++)
        wait_for(all, &all->list[i]);
}

/* The caller's thread works in the BLAS beside the others when it collects. No signal is
 * theirs: handlers change and read data of the main thread. */
static void start_threads(struct chunks *all, unsigned wanted)
{
    sigset_t signals, old;
    unsigned most = lapack_threads(wanted + 1);
    sigfillset(&signals);
    pthread_sigmask(SIG_SETMASK, &signals, &old);
    while (all->thread_count + 1 < most &&
           pthread_create(&all->threads[all->thread_count], NULL, work, all) == 0)
        all->thread_count++;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

/* Doubles of a chunk's sums, which are square, sum and rss in one. */
static size_t sums_size(const struct precondition *pre)
{
    return square_rows(pre) * pre->width + 2 * pre->targets;
}

static void empty(const struct precondition *pre, struct chunk *c)
{
    memset(c->square, 0, sums_size(pre) * sizeof *c->square);
    c->squared = false;
    c->stacked = 0;
}

static bool allocate(const struct precondition *pre, size_t full, struct chunk *c)
{
    size_t rows = (pre->unknowns + full) * pre->width;
    c->rows = room_new(rows + sums_size(pre) + pre->width);
    if (c->rows == NULL)
        return false;
    c->square = c->rows + rows;
    c->sum = c->square + square_rows(pre) * pre->width;
    c->rss = c->sum + pre->targets;
    c->part = c->rss + pre->targets;
    empty(pre, c);
    return true;
}

/* Chunks that stay in a core's cache, and are larger than the triangle: twice, or than its blocks.
 */
static void set_sizes(struct chunks *all, unsigned threads)
{
    enum { DOUBLES = 64 << 10, SMALL = (1 << 20) / sizeof(double) };
    const struct precondition *pre = all->pre;
    size_t q = pre->unknowns;
    size_t rows = DOUBLES / pre->width;
    size_t least = pre->split > 0 ? q : 2 * q;
    all->full = rows > least ? rows : least;
    bool small = (q + all->full) * pre->width <= SMALL;
    all->count = threads == 1 ? 1 : small ? 2 * (size_t)threads + 1 : threads;
}

struct chunks *chunks_new(const struct precondition *pre, unsigned threads)
{
    struct chunks *all = calloc(1, sizeof *all + threads * sizeof *all->threads);
    if (all == NULL)
        return NULL;
    *all = (struct chunks){.pre = pre,
                           .mutex = PTHREAD_MUTEX_INITIALIZER,
                           .submitted = PTHREAD_COND_INITIALIZER,
                           .reduced = PTHREAD_COND_INITIALIZER};
    /* The BLAS's own threads share a chunk that is work for them (lapack_share). */
    if (lapack_worth(threads, pre->unknowns, pre->unknowns) == threads)
        threads = 1;
    set_sizes(all, threads);
    all->list = calloc(all->count, sizeof *all->list);
    bool ok = all->list != NULL;
    for (size_t i = 0; ok && i < all->count; i++)
        ok = allocate(pre, all->full, &all->list[i]);
    if (!ok) {
        chunks_free(all);
        return NULL;
    }
    if (threads > 1)
        start_threads(all, threads);
    return all;
}

void chunks_free(struct chunks *all)
{
    if (all == NULL)
        return;
    if (all->thread_count > 0) {
        pthread_mutex_lock(&all->mutex);
        all->over = true;
        pthread_cond_broadcast(&all->submitted);
        pthread_mutex_unlock(&all->mutex);
    }
    for (size_t i = 0; i < all->thread_count; i++)
        pthread_join(all->threads[i], NULL);
    for (size_t i = 0; all->list != NULL && i < all->count; i++)
        free(all->list[i].rows);
    free(all->list);
    free(all);
}

double *chunks_slot(struct chunks *all)
{
    struct chunk *c = &all->list[all->next];
    return rows_of(all->pre, c) + c->count * all->pre->width;
}

enum lsq_status chunks_push(struct chunks *all)
{
    struct chunk *c = &all->list[all->next];
    if (++c->count < all->full)
        return LSQ_OK;
    submit(all, c);
    all->next = (all->next + 1) % all->count;
    return wait_for(all, &all->list[all->next]);
}

bool chunks_are_even(const struct chunks *all)
{
    return all->next == 0 && all->list[0].count == 0;
}

/* To the first of the chunks, which becomes the sum of all. */
static void add_chunk(const struct precondition *pre, const struct chunk *c, struct chunk *first)
{
    for (size_t k = 0; k < sums_size(pre); k++)
        first->square[k] += c->square[k];
    first->squared |= c->squared;
}

static void scale_square(const struct precondition *pre, double *square)
{
    for (size_t j = 0; j < pre->unknowns; j++)
        for (size_t i = j; i < pre->width; i++)
            square[j * pre->width + i] /= pre->norm[j] * (i < pre->unknowns ? pre->norm[i] : 1);
}

/* triangle becomes the Cholesky factor of its own square and that of the chunks. */
static enum lsq_status add_to_triangle(const struct precondition *pre, const struct chunk *c,
                                       double *triangle, double *rss)
{
    size_t q = pre->unknowns;
    size_t t = pre->targets;
    size_t width = pre->width;
    if (pre->way == PRECONDITION_DIAGONAL)
        scale_square(pre, c->square);
    add_square(pre, q, q, triangle, c->square);
    if (lapack_cholesky(q, c->square, width) != LSQ_OK)
        return LSQ_DIVERGED;
    lapack_solve("RLT", t, q, c->square, width, c->square + q, width);
    double *explained = c->part; /* no longer needed */
    memset(explained, 0, t * sizeof *explained);
    linear_add_squares(c->square + q, q, t, width, explained);
    bool few = square_rows(pre) == width;
    for (size_t j = 0; j < t; j++) {
        double sum = few ? c->square[(q + j) * (width + 1)] : c->sum[j];
        rss[j] += fmax(0, sum - explained[j]);
    }
    for (size_t i = 0; i < q; i++)
        memcpy(triangle + i * width + i, c->square + i * width + i, (width - i) * sizeof *triangle);
    return LSQ_OK;
}

/* Householder QR of the triangle on top of a chunk's, where the chunk has room for both. */
static enum lsq_status add_stack(const struct precondition *pre, const struct chunk *c,
                                 double *triangle, double *rss)
{
    size_t q = pre->unknowns;
    size_t width = pre->width;
    double *stack = rows_of(pre, c);
    if (c->stacked == 0)
        return LSQ_OK;
    memmove(stack, c->rows, c->stacked * width * sizeof *stack);
    /* The chunk's rows are not yet scaled. */
    for (size_t i = 0; i < c->stacked && pre->way == PRECONDITION_DIAGONAL; i++)
        for (size_t j = 0; j < q; j++)
            stack[i * width + j] /= pre->norm[j];
    memcpy(c->rows, triangle, q * width * sizeof *stack);
    enum lsq_status status =
        tall_reduce_halves(c->rows, q + c->stacked, pre->split, q, pre->targets, rss);
    memcpy(triangle, c->rows, q * width * sizeof *stack);
    return status;
}

enum lsq_status chunks_collect(struct chunks *all, double *triangle, double *rss)
{
    struct chunk *first = &all->list[0];
    enum lsq_status status = LSQ_OK;
    chunks_wait(all);
    for (size_t k = 0; k < all->count && status == LSQ_OK; k++) {
        reduce(all->pre, &all->list[k]);
        status = all->list[k].status;
        if (k > 0)
            add_chunk(all->pre, &all->list[k], first);
    }
    precondition_start(all->pre, triangle);
    if (status == LSQ_OK && first->squared)
        status = add_to_triangle(all->pre, first, triangle, rss);
    for (size_t j = 0; j < all->pre->targets; j++)
        rss[j] += first->rss[j];
    for (size_t k = 0; k < all->count; k++) {
        if (status == LSQ_OK)
            status = add_stack(all->pre, &all->list[k], triangle, rss);
        empty(all->pre, &all->list[k]);
    }
    if (status == LSQ_OK)
        status = precondition_undo(all->pre, triangle);
    return status;
}
