#include "lsq/chunk.h"

#include "lsq/lapack.h"
#include "lsq/linear.h"
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
    double *square; /* Σ [Z E]ᵀ [Z E], lower triangle, LAPACK's order; or of Z alone */
    double *part;   /* of the present rows */
    double *cross;  /* Σ Zᵀ E (unknowns × targets), where square is of Z alone */
    double *sum;    /* Σ E² (targets), likewise */
    double *rss;    /* of the Householder way */
    bool squared;   /* whether square holds anything */
    bool busy;      /* submitted and not yet reduced: the mutex's */
    enum lsq_status status;
};

struct chunks {
    const struct precondition *pre;
    struct chunk *list;
    size_t count, next; /* next: takes the next row */
    size_t full;        /* rows of a full chunk */

    pthread_t *threads;
    size_t thread_count;
    pthread_mutex_t mutex; /* of the following, and of `busy` */
    pthread_cond_t submitted, reduced;
    uint64_t given, taken; /* chunks submitted, and those that a thread has taken up, in turn */
    bool over;
};

/* Where targets are few, one product gives Zᵀ Z, Zᵀ E and Eᵀ E. */
static size_t square_size(const struct precondition *pre)
{
    return pre->targets <= pre->unknowns ? pre->width : pre->unknowns;
}

/* Whether a chunk's squares are like those before; infinities and NaN are not. */
static bool is_like(const struct precondition *pre, const struct chunk *c)
{
    size_t n = square_size(pre);
    for (size_t j = 0; j < pre->unknowns; j++)
        if (!(c->part[j * n + j] <= pre->limit[j] * (double)c->count))
            return false;
    return true;
}

static void add_squares(const struct precondition *pre, struct chunk *c, const double *rows)
{
    size_t n = square_size(pre);
    for (size_t j = 0; j < n; j++)
        for (size_t i = j; i < n; i++)
            c->square[j * n + i] += c->part[j * n + i];
    c->squared = true;
    if (n == pre->width)
        return;
    lapack_product(1, false, true, pre->targets, pre->unknowns, c->count, rows + pre->unknowns,
                   pre->width, rows, pre->width, 1, c->cross, pre->targets);
    linear_add_squares(rows + pre->unknowns, c->count, pre->targets, pre->width, c->sum);
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
    return tall_reduce(c->rows, count, pre->unknowns, pre->targets, c->rss);
}

static double *rows_of(const struct precondition *pre, const struct chunk *c)
{
    return c->rows + pre->unknowns * pre->width;
}

static void reduce(const struct precondition *pre, struct chunk *c)
{
    double *rows = rows_of(pre, c);
    bool like = false;
    if (c->count == 0 || c->status != LSQ_OK)
        return;
    if (pre->way != PRECONDITION_NONE) {
        size_t n = square_size(pre);
        precondition_apply(pre, rows, c->count);
        memset(c->part, 0, n * n * sizeof *c->part);
        lapack_add_square(n, c->count, rows, pre->width, c->part, n);
        like = is_like(pre, c);
    }
    if (like)
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
    if (all->thread_count > 0) {
        pthread_mutex_lock(&all->mutex);
        while (c->busy)
            pthread_cond_wait(&all->reduced, &all->mutex);
        pthread_mutex_unlock(&all->mutex);
    }
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
    all->threads = malloc(wanted * sizeof *all->threads);
    if (all->threads == NULL || pthread_mutex_init(&all->mutex, NULL) != 0)
        return;
    if (pthread_cond_init(&all->submitted, NULL) != 0 ||
        pthread_cond_init(&all->reduced, NULL) != 0)
        return;
    sigfillset(&signals);
    pthread_sigmask(SIG_SETMASK, &signals, &old);
    while (all->thread_count + 1 < most &&
           pthread_create(&all->threads[all->thread_count], NULL, work, all) == 0)
        all->thread_count++;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void empty(const struct precondition *pre, struct chunk *c)
{
    size_t n = square_size(pre);
    memset(c->square, 0, n * n * sizeof *c->square);
    memset(c->cross, 0, pre->unknowns * pre->targets * sizeof *c->cross);
    memset(c->sum, 0, pre->targets * sizeof *c->sum);
    memset(c->rss, 0, pre->targets * sizeof *c->rss);
    c->squared = false;
    c->stacked = 0;
}

static bool allocate(const struct precondition *pre, size_t full, struct chunk *c)
{
    size_t q = pre->unknowns;
    size_t t = pre->targets;
    size_t n = square_size(pre);
    c->rows = malloc(((q + full) * pre->width + 2 * n * n + q * t + 2 * t) * sizeof *c->rows);
    if (c->rows == NULL)
        return false;
    c->square = c->rows + (q + full) * pre->width;
    c->part = c->square + n * n;
    c->cross = c->part + n * n;
    c->sum = c->cross + q * t;
    c->rss = c->sum + t;
    empty(pre, c);
    return true;
}

/* Chunks that stay in a core's cache, and are larger than the triangle. */
static void set_sizes(struct chunks *all, unsigned threads)
{
    enum { DOUBLES = 64 << 10, SMALL = (1 << 20) / sizeof(double) };
    const struct precondition *pre = all->pre;
    size_t rows = DOUBLES / pre->width;
    all->full = rows > 2 * pre->unknowns ? rows : 2 * pre->unknowns;
    bool small = (pre->unknowns + all->full) * pre->width <= SMALL;
    all->count = threads == 1 || !small ? threads : 2 * (size_t)threads + 1;
}

struct chunks *chunks_new(const struct precondition *pre, unsigned threads)
{
    struct chunks *all = calloc(1, sizeof *all);
    if (all == NULL)
        return NULL;
    all->pre = pre;
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
        chunks_wait(all);
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
    free(all->threads);
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

/* The sums of all chunks, LAPACK's order. */
struct totals {
    double *square; /* unknowns × unknowns, lower triangle */
    double *cross;  /* unknowns × targets */
    double *sum;    /* targets */
    bool any;
};

static void add_totals(const struct precondition *pre, const struct chunk *c, struct totals *t)
{
    size_t q = pre->unknowns;
    size_t n = square_size(pre);
    t->any |= c->squared;
    for (size_t j = 0; j < q; j++) {
        for (size_t i = j; i < q; i++)
            t->square[j * q + i] += c->square[j * n + i];
        for (size_t i = 0; i < pre->targets; i++)
            t->cross[j * pre->targets + i] +=
                n > q ? c->square[j * n + q + i] : c->cross[j * pre->targets + i];
    }
    for (size_t i = 0; i < pre->targets; i++)
        t->sum[i] += n > q ? c->square[(q + i) * n + q + i] : c->sum[i];
}

static void scale_totals(const struct precondition *pre, const struct totals *t)
{
    size_t q = pre->unknowns;
    for (size_t j = 0; pre->way == PRECONDITION_DIAGONAL && j < q; j++) {
        for (size_t i = j; i < q; i++)
            t->square[j * q + i] /= pre->norm[i] * pre->norm[j];
        for (size_t i = 0; i < pre->targets; i++)
            t->cross[j * pre->targets + i] /= pre->norm[j];
    }
}

/* triangle becomes the Cholesky factor of its own square and the totals. */
static enum lsq_status add_to_triangle(const struct precondition *pre, const struct totals *t,
                                       double *triangle, double *rss)
{
    size_t q = pre->unknowns;
    size_t k = pre->targets;
    scale_totals(pre, t);
    lapack_add_square(q, q, triangle, pre->width, t->square, q);
    if (lapack_cholesky(q, t->square, q) != LSQ_OK)
        return LSQ_DIVERGED;
    lapack_solve_right_lower(true, k, q, t->square, q, t->cross, k);
    for (size_t i = 0; i < k; i++) {
        double explained = 0;
        for (size_t j = 0; j < q; j++)
            explained += t->cross[j * k + i] * t->cross[j * k + i];
        rss[i] += fmax(0, t->sum[i] - explained);
    }
    for (size_t i = 0; i < q; i++) {
        memcpy(triangle + i * pre->width + i, t->square + i * q + i, (q - i) * sizeof *triangle);
        memcpy(triangle + i * pre->width + q, t->cross + i * k, k * sizeof *triangle);
    }
    return LSQ_OK;
}

/* Householder QR of the triangle on top of those of the chunks. */
static enum lsq_status add_stacks(const struct chunks *all, double *triangle, double *rss)
{
    const struct precondition *pre = all->pre;
    size_t q = pre->unknowns;
    size_t width = pre->width;
    size_t rows = q;
    for (size_t k = 0; k < all->count; k++)
        rows += all->list[k].stacked;
    if (rows == q)
        return LSQ_OK;
    double *stacks = malloc(rows * width * sizeof *stacks);
    if (stacks == NULL)
        return LSQ_NOMEM;
    memcpy(stacks, triangle, q * width * sizeof *stacks);
    double *to = stacks + q * width;
    for (size_t k = 0; k < all->count; k++) {
        const struct chunk *c = &all->list[k];
        memcpy(to, c->rows, c->stacked * width * sizeof *to);
        to += c->stacked * width;
        for (size_t j = 0; j < pre->targets; j++)
            rss[j] += c->rss[j];
    }
    /* The chunks' rows are not yet scaled. */
    for (size_t i = q; i < rows && pre->way == PRECONDITION_DIAGONAL; i++)
        for (size_t j = 0; j < q; j++)
            stacks[i * width + j] /= pre->norm[j];
    enum lsq_status status = tall_reduce(stacks, rows, q, pre->targets, rss);
    memcpy(triangle, stacks, q * width * sizeof *stacks);
    free(stacks);
    return status;
}

static enum lsq_status collect(struct chunks *all, struct totals *t, double *triangle, double *rss)
{
    enum lsq_status status = LSQ_OK;
    for (size_t k = 0; k < all->count && status == LSQ_OK; k++) {
        reduce(all->pre, &all->list[k]);
        status = all->list[k].status;
        add_totals(all->pre, &all->list[k], t);
    }
    precondition_start(all->pre, triangle);
    if (status == LSQ_OK && t->any)
        status = add_to_triangle(all->pre, t, triangle, rss);
    if (status == LSQ_OK)
        status = add_stacks(all, triangle, rss);
    return status == LSQ_OK ? precondition_undo(all->pre, triangle) : status;
}

enum lsq_status chunks_collect(struct chunks *all, double *triangle, double *rss)
{
    size_t q = all->pre->unknowns;
    size_t k = all->pre->targets;
    struct totals t = {.square = calloc(q * q + q * k + k, sizeof(double))};
    enum lsq_status status = LSQ_NOMEM;
    chunks_wait(all);
    if (t.square != NULL) {
        t.cross = t.square + q * q;
        t.sum = t.cross + q * k;
        status = collect(all, &t, triangle, rss);
    }
    for (size_t i = 0; i < all->count; i++)
        empty(all->pre, &all->list[i]);
    free(t.square);
    return status;
}
