#include "lsq/chunk.h"

#include "lsq/parts.h"

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* busy and over are the mutex's. What stands before them is the thread's while busy is true,
 * the caller's while it is false: lane_submit hands it over, lane_wait takes it back. What shape
 * and basis point to is the caller's, who changes it only while no lane is busy:
 * lsq_reduce.c sets a basis after lane_collect, or before there are lanes. */
struct lane {
    const struct lane_shape *shape;
    const struct lane_basis *basis;
    double *rows;   /* room for a triangle, then the chunk */
    size_t chunk;   /* rows of a full one */
    size_t count;   /* rows in it */
    size_t stacked; /* rows of the triangle: what went the Householder way */
    double *square; /* Σ [Z E]ᵀ [Z E], lower triangle, LAPACK's order; or of Z alone */
    double *part;   /* of one chunk */
    double *cross;  /* Σ Zᵀ E (unknowns × targets), where square is of Z alone */
    double *sum;    /* Σ E² (targets), likewise */
    double *rss;    /* of the Householder way */
    bool squared;   /* whether square holds anything */
    enum lsq_status status;

    bool busy, over;
    bool threaded; /* whether there are the following, which do not change */
    struct lane_gate *gate;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
};

/* Where targets are few, one product gives Zᵀ Z, Zᵀ E and Eᵀ E. */
static size_t square_size(const struct lane_shape *s)
{
    return s->targets <= s->unknowns ? s->width : s->unknowns;
}

/* Whether a chunk's squares are like those before; infinities and NaN are not. */
static bool is_like(const struct lane *lane)
{
    size_t n = square_size(lane->shape);
    for (size_t j = 0; j < lane->shape->unknowns; j++)
        if (!(lane->part[j * n + j] <= lane->basis->limit[j] * (double)lane->count))
            return false;
    return true;
}

static void add_squares(struct lane *lane, const double *chunk)
{
    const struct lane_shape *s = lane->shape;
    size_t n = square_size(s);
    for (size_t j = 0; j < n; j++)
        for (size_t i = j; i < n; i++)
            lane->square[j * n + i] += lane->part[j * n + i];
    lane->squared = true;
    if (n == s->width)
        return;
    lapack_add_product(1, false, true, s->targets, s->unknowns, lane->count, chunk + s->unknowns,
                       s->width, chunk, s->width, lane->cross, s->targets);
    for (size_t i = 0; i < lane->count; i++)
        for (size_t j = 0; j < s->targets; j++) {
            double e = chunk[i * s->width + s->unknowns + j];
            lane->sum[j] += e * e;
        }
}

/* The chunk joins the lane's own triangle, or lies under it until there are enough rows
 * for one. */
static enum lsq_status stack(struct lane *lane, const double *chunk)
{
    const struct lane_shape *s = lane->shape;
    size_t rows = lane->stacked + lane->count;
    memmove(lane->rows + lane->stacked * s->width, chunk, lane->count * s->width * sizeof *chunk);
    lane->stacked = rows;
    if (rows <= s->unknowns)
        return LSQ_OK;
    lane->stacked = s->unknowns;
    return lane_householder(s, lane->rows, rows, lane->rss);
}

static double *chunk_of(struct lane *lane)
{
    return lane->rows + lane->shape->unknowns * lane->shape->width;
}

static void reduce_chunk(struct lane *lane)
{
    const struct lane_shape *s = lane->shape;
    double *chunk = chunk_of(lane);
    if (lane->count == 0 || lane->status != LSQ_OK)
        return;
    bool like = false;
    if (lane->basis->way != LANE_HOUSEHOLDER) {
        size_t n = square_size(s);
        lane_basis_apply(s, lane->basis, chunk, lane->count);
        memset(lane->part, 0, n * n * sizeof *lane->part);
        lapack_add_square(n, lane->count, chunk, s->width, lane->part, n);
        like = is_like(lane);
    }
    if (like)
        add_squares(lane, chunk);
    else
        lane->status = stack(lane, chunk);
    lane->count = 0;
}

/* Both, or neither. */
static bool make_mutex(pthread_mutex_t *mutex, pthread_cond_t *changed)
{
    if (pthread_mutex_init(mutex, NULL) != 0)
        return false;
    if (pthread_cond_init(changed, NULL) == 0)
        return true;
    pthread_mutex_destroy(mutex);
    return false;
}

static void drop_mutex(pthread_mutex_t *mutex, pthread_cond_t *changed)
{
    pthread_mutex_destroy(mutex);
    pthread_cond_destroy(changed);
}

struct lane_gate {
    bool shut; /* for good: there is no mutex, or no room in the BLAS, for threads to be let in */
    unsigned open; /* the mutex's */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
};

struct lane_gate *lane_gate_new(unsigned open)
{
    struct lane_gate *gate = calloc(1, sizeof *gate);
    if (gate == NULL)
        return NULL;
    /* The caller's thread works beside them, when it collects what they have. */
    unsigned all = lapack_threads(open + 1);
    gate->open = all > 0 ? all - 1 : 0;
    gate->shut = gate->open == 0 || !make_mutex(&gate->mutex, &gate->changed);
    return gate;
}

void lane_gate_free(struct lane_gate *gate)
{
    if (gate == NULL)
        return;
    if (!gate->shut)
        drop_mutex(&gate->mutex, &gate->changed);
    free(gate);
}

static void enter(struct lane_gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    while (gate->open == 0)
        pthread_cond_wait(&gate->changed, &gate->mutex);
    gate->open--;
    pthread_mutex_unlock(&gate->mutex);
}

static void leave(struct lane_gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    gate->open++;
    pthread_cond_signal(&gate->changed);
    pthread_mutex_unlock(&gate->mutex);
}

static void *work(void *data)
{
    struct lane *lane = data;
    pthread_mutex_lock(&lane->mutex);
    for (;;) {
        while (!lane->busy && !lane->over)
            pthread_cond_wait(&lane->changed, &lane->mutex);
        if (lane->over)
            break;
        pthread_mutex_unlock(&lane->mutex);
        enter(lane->gate);
        reduce_chunk(lane);
        leave(lane->gate);
        pthread_mutex_lock(&lane->mutex);
        lane->busy = false;
        pthread_cond_signal(&lane->changed);
    }
    pthread_mutex_unlock(&lane->mutex);
    return NULL;
}

/* A chunk that stays in a core's cache, and is larger than the triangle. */
static size_t chunk_rows(const struct lane_shape *s)
{
    enum { DOUBLES = 64 << 10 };
    size_t n = DOUBLES / s->width;
    return n > 2 * s->unknowns ? n : 2 * s->unknowns;
}

size_t lane_count(const struct lane_shape *s, unsigned threads)
{
    enum { SMALL = 1 << 20 };
    bool small = (s->unknowns + chunk_rows(s)) * s->width <= SMALL / sizeof(double);
    return threads == 1 || !small ? threads : 2 * (size_t)threads + 1;
}

static bool lane_memory(struct lane *lane)
{
    const struct lane_shape *s = lane->shape;
    size_t n = square_size(s);
    lane->chunk = chunk_rows(s);
    lane->rows = malloc((s->unknowns + lane->chunk) * s->width * sizeof *lane->rows);
    lane->square = calloc(n * n, sizeof *lane->square);
    lane->part = malloc(n * n * sizeof *lane->part);
    lane->cross = calloc(s->unknowns * s->targets, sizeof *lane->cross);
    lane->sum = calloc(s->targets, sizeof *lane->sum);
    lane->rss = calloc(s->targets, sizeof *lane->rss);
    return lane->rows && lane->square && lane->part && lane->cross && lane->sum && lane->rss;
}

/* No signal is a lane's: handlers change and read what is the main thread's. */
static bool start_thread(struct lane *lane)
{
    sigset_t all, old;
    if (lane->gate == NULL || lane->gate->shut || !make_mutex(&lane->mutex, &lane->changed))
        return false;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    bool started = pthread_create(&lane->thread, NULL, work, lane) == 0;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (!started)
        drop_mutex(&lane->mutex, &lane->changed);
    return started;
}

struct lane *lane_new(const struct lane_shape *shape, const struct lane_basis *basis,
                      struct lane_gate *gate)
{
    struct lane *lane = calloc(1, sizeof *lane);
    if (lane == NULL)
        return NULL;
    lane->shape = shape;
    lane->basis = basis;
    lane->gate = gate;
    if (!lane_memory(lane)) {
        lane_free(lane);
        return NULL;
    }
    lane->threaded = start_thread(lane);
    return lane;
}

void lane_free(struct lane *lane)
{
    if (lane == NULL)
        return;
    if (lane->threaded) {
        lane_wait(lane);
        pthread_mutex_lock(&lane->mutex);
        lane->over = true;
        pthread_cond_signal(&lane->changed);
        pthread_mutex_unlock(&lane->mutex);
        pthread_join(lane->thread, NULL);
        drop_mutex(&lane->mutex, &lane->changed);
    }
    free(lane->rows);
    free(lane->square);
    free(lane->part);
    free(lane->cross);
    free(lane->sum);
    free(lane->rss);
    free(lane);
}

double *lane_slot(struct lane *lane)
{
    return chunk_of(lane) + lane->count++ * lane->shape->width;
}

void lane_drop(struct lane *lane)
{
    lane->count--;
}

bool lane_is_full(const struct lane *lane)
{
    return lane->count == lane->chunk;
}

void lane_submit(struct lane *lane)
{
    if (!lane->threaded) {
        reduce_chunk(lane);
        return;
    }
    pthread_mutex_lock(&lane->mutex);
    lane->busy = true;
    pthread_cond_signal(&lane->changed);
    pthread_mutex_unlock(&lane->mutex);
}

enum lsq_status lane_wait(struct lane *lane)
{
    if (lane->threaded) {
        pthread_mutex_lock(&lane->mutex);
        while (lane->busy)
            pthread_cond_wait(&lane->changed, &lane->mutex);
        pthread_mutex_unlock(&lane->mutex);
    }
    return lane->status;
}

/* What the sums of all lanes come to, LAPACK's order: square (n × n), cross, sum. */
struct totals {
    double *square, *cross, *sum;
    bool any;
};

static void unscale(const struct lane_basis *b, const struct lane_shape *s, struct totals *t)
{
    size_t q = s->unknowns;
    for (size_t j = 0; b->way == LANE_DIAGONAL && j < q; j++) {
        for (size_t i = j; i < q; i++)
            t->square[j * q + i] /= b->norm[i] * b->norm[j];
        for (size_t i = 0; i < s->targets; i++)
            t->cross[j * s->targets + i] /= b->norm[j];
    }
}

static void add_totals(const struct lane_shape *s, const struct lane *lane, struct totals *t)
{
    size_t q = s->unknowns;
    size_t n = square_size(s);
    t->any |= lane->squared;
    for (size_t j = 0; j < q; j++) {
        for (size_t i = j; i < q; i++)
            t->square[j * q + i] += lane->square[j * n + i];
        for (size_t i = 0; i < s->targets; i++)
            t->cross[j * s->targets + i] +=
                n > q ? lane->square[j * n + q + i] : lane->cross[j * s->targets + i];
    }
    for (size_t i = 0; i < s->targets; i++)
        t->sum[i] += n > q ? lane->square[(q + i) * n + q + i] : lane->sum[i];
}

/* triangle becomes the Cholesky factor of its own square and the lanes' sums. */
static enum lsq_status add_to_triangle(const struct lane_shape *s, struct totals *t,
                                       double *triangle, double *rss)
{
    size_t q = s->unknowns;
    lapack_add_square(q, q, triangle, s->width, t->square, q);
    if (lapack_cholesky(q, t->square, q) != LAPACK_DONE)
        return LSQ_DIVERGED;
    lapack_solve_right_lower(true, s->targets, q, t->square, q, t->cross, s->targets);
    for (size_t i = 0; i < s->targets; i++) {
        double explained = 0;
        for (size_t j = 0; j < q; j++)
            explained += t->cross[j * s->targets + i] * t->cross[j * s->targets + i];
        rss[i] += fmax(0, t->sum[i] - explained);
    }
    for (size_t i = 0; i < q; i++) {
        memcpy(triangle + i * s->width + i, t->square + i * q + i, (q - i) * sizeof *triangle);
        memcpy(triangle + i * s->width + q, t->cross + i * s->targets,
               s->targets * sizeof *triangle);
    }
    return LSQ_OK;
}

/* Householder QR of the triangle on top of those of the lanes. */
static enum lsq_status add_stacks(const struct lane_shape *s, const struct lane_basis *b,
                                  struct lane **lanes, size_t count, double *triangle, double *rss)
{
    size_t rows = s->unknowns;
    for (size_t k = 0; k < count; k++)
        rows += lanes[k]->stacked;
    if (rows == s->unknowns)
        return LSQ_OK;
    double *pile = malloc(rows * s->width * sizeof *pile);
    if (pile == NULL)
        return LSQ_NOMEM;
    memcpy(pile, triangle, s->unknowns * s->width * sizeof *pile);
    rows = s->unknowns;
    for (size_t k = 0; k < count; k++) {
        memcpy(pile + rows * s->width, lanes[k]->rows, lanes[k]->stacked * s->width * sizeof *pile);
        rows += lanes[k]->stacked;
        for (size_t j = 0; j < s->targets; j++)
            rss[j] += lanes[k]->rss[j];
    }
    /* The lanes' rows are not yet scaled. */
    for (size_t i = s->unknowns; i < rows && b->way == LANE_DIAGONAL; i++)
        for (size_t j = 0; j < s->unknowns; j++)
            pile[i * s->width + j] /= b->norm[j];
    enum lsq_status status = lane_householder(s, pile, rows, rss);
    memcpy(triangle, pile, s->unknowns * s->width * sizeof *pile);
    free(pile);
    return status;
}

static void empty(const struct lane_shape *s, struct lane *lane)
{
    size_t n = square_size(s);
    memset(lane->square, 0, n * n * sizeof *lane->square);
    memset(lane->cross, 0, s->unknowns * s->targets * sizeof *lane->cross);
    memset(lane->sum, 0, s->targets * sizeof *lane->sum);
    memset(lane->rss, 0, s->targets * sizeof *lane->rss);
    lane->squared = false;
    lane->stacked = 0;
}

enum lsq_status lane_collect(const struct lane_shape *s, const struct lane_basis *b,
                             struct lane **lanes, size_t count, double *triangle, double *rss)
{
    struct totals t = {calloc(s->unknowns * s->unknowns, sizeof(double)),
                       calloc(s->unknowns * s->targets, sizeof(double)),
                       calloc(s->targets, sizeof(double)), false};
    enum lsq_status status = t.square && t.cross && t.sum ? LSQ_OK : LSQ_NOMEM;
    for (size_t k = 0; k < count && status == LSQ_OK; k++) {
        status = lane_wait(lanes[k]);
        reduce_chunk(lanes[k]);
        if (status == LSQ_OK)
            status = lanes[k]->status;
        add_totals(s, lanes[k], &t);
    }
    lane_basis_start(s, b, triangle);
    if (status == LSQ_OK && t.any) {
        unscale(b, s, &t);
        status = add_to_triangle(s, &t, triangle, rss);
    }
    if (status == LSQ_OK)
        status = add_stacks(s, b, lanes, count, triangle, rss);
    if (status == LSQ_OK)
        status = lane_basis_undo(s, b, triangle);
    for (size_t k = 0; k < count; k++) {
        lane_wait(lanes[k]); /* where that failed above, the others are still at work */
        empty(s, lanes[k]);
    }
    free(t.square);
    free(t.cross);
    free(t.sum);
    return status;
}
