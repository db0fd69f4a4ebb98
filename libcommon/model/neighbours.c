#include "model/neighbours.h"

#include "base/mem.h"
#include "base/msg.h"
#include "lsq/late.h"
#include "math/least.h"

#include <stdlib.h>
#include <string.h>

/* Training rows become doubles a strip at a time, which stays in the cache. */
enum { STRIP_ROWS = 256, STRIP_DOUBLES = 128 << 10, SIDE_BY_SIDE = 128, HEAP_BYTES = 8 << 20 };

struct neighbours {
    struct local *local, *own;
    struct nearest_settings settings;
    size_t given, targets;
    double scale;                 /* of rows and queries (nearest_scale) */
    size_t strip_rows;            /* at most */
    size_t most;                  /* queries at most */
    size_t others_room, own_room; /* rows taken of each kind, at most */

    struct nearest_query *queries;
    uint32_t *in_own;              /* of each query: its owner in own */
    struct nearest_row *heaps;     /* those of the queries' lists */
    struct nearest_row *near;      /* of one query: both of its lists */
    double *q;                     /* the queries, most × given */
    double *squares, *own_squares; /* of the rows of both models (nearest_strip) */
    double *strip, *dots;
    double *rows, *scratch; /* of nearest_answer */
};

static void load_lapack(void)
{
    enum lsq_status status = late_load();
    if (status == LSQ_NOMEM)
        die(NULL, "out of memory: 128 MiB of addresses asked for, which the BLAS needs");
    if (status != LSQ_OK)
        die(NULL, "%s", lsq_status_why(status));
}

static double *unknown_squares(const struct local *local)
{
    double *squares = mem_array(local->rows, sizeof *squares);
    for (size_t i = 0; i < local->rows; i++)
        squares[i] = -1;
    return squares;
}

/* Room for others and own rows of each query, and for their fit. */
static void make_room(struct neighbours *n)
{
    size_t both = n->others_room + n->own_room, columns = n->given + n->targets;
    size_t order = least(both, n->given);
    n->strip_rows = 1 + least(STRIP_ROWS - 1, STRIP_DOUBLES / columns);
    n->most = 1 + least(SIDE_BY_SIDE - 1, HEAP_BYTES / (both * sizeof *n->heaps));
    n->queries = mem_zero(n->most, sizeof *n->queries);
    n->in_own = mem_array(n->most, sizeof *n->in_own);
    n->heaps = mem_array(n->most, both * sizeof *n->heaps);
    for (size_t i = 0; i < n->most; i++) {
        n->queries[i].others.rows = n->heaps + i * both;
        n->queries[i].own.rows = n->heaps + i * both + n->others_room;
    }
    n->near = mem_array(both, sizeof *n->near);
    n->q = mem_array(n->most, n->given * sizeof *n->q);
    n->strip = mem_array(n->strip_rows, columns * sizeof *n->strip);
    n->squares = unknown_squares(n->local);
    n->own_squares = n->own != NULL ? unknown_squares(n->own) : NULL;
    n->dots = mem_array(n->strip_rows, n->most * sizeof *n->dots);
    n->rows = mem_array(both, columns * sizeof *n->rows);
    n->scratch = mem_array(order + 1, order * sizeof *n->scratch);
}

struct neighbours *neighbours_new(struct local *local, struct local *own, size_t given)
{
    struct neighbours *n = mem_zero(1, sizeof *n);
    bool whole = local->whole && (own == NULL || own->whole);
    double peak = own != NULL && own->peak > local->peak ? own->peak : local->peak;
    load_lapack();
    n->local = local;
    n->own = own;
    n->given = given;
    n->targets = local->columns - given;
    n->scale = nearest_scale(whole, peak);
    n->settings = local->settings;
    if (!n->settings.ridge_relative) /* in squared units of the rows */
        n->settings.ridge *= n->scale * n->scale;
    n->others_room = least(n->settings.nearest, local->rows);
    if (own != NULL)
        n->own_room = least(own->settings.nearest, local_most_owned(own));
    make_room(n);
    return n;
}

void neighbours_free(struct neighbours *n)
{
    if (n == NULL)
        return;
    free(n->queries);
    free(n->in_own);
    free(n->heaps);
    free(n->near);
    free(n->q);
    free(n->strip);
    free(n->squares);
    free(n->own_squares);
    free(n->dots);
    free(n->rows);
    free(n->scratch);
    free(n);
}

size_t neighbours_most(const struct neighbours *n)
{
    return n->most;
}

size_t neighbours_begin(struct neighbours *n, const struct str *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct str name = names != NULL ? names[i] : (struct str){"", 0};
        uint32_t owner = n->queries[i].owner = local_owner(n->local, name);
        n->in_own[i] = n->own != NULL ? local_owner(n->own, name) : 0;
        bool alone = owner > 0 && n->local->sizes[owner - 1] == n->local->rows;
        if (alone && n->in_own[i] == 0)
            return i;
    }
    return count;
}

/* Rows first to first + count of a part of local, as doubles. */
static struct nearest_strip take_strip(struct neighbours *n, struct local *local,
                                       const struct local_part *part, size_t first, size_t count)
{
    local_rows(local, part, first, count, n->given, n->scale, n->strip);
    return (struct nearest_strip){.first = part->first + first,
                                  .count = count,
                                  .given = n->given,
                                  .rows = n->strip,
                                  .owners = local->owners + part->first + first,
                                  .weight = part->weight,
                                  .squares = (local == n->local ? n->squares : n->own_squares) +
                                             part->first + first,
                                  .dots = n->dots};
}

/* Among all rows of the model for all queries. */
static void look_everywhere(struct neighbours *n, size_t count)
{
    struct local *local = n->local;
    for (size_t p = 0; p < local->count; p++)
        for (size_t row = 0, rows; row < local->parts[p].rows; row += rows) {
            rows = least(n->strip_rows, local->parts[p].rows - row);
            struct nearest_strip strip = take_strip(n, local, &local->parts[p], row, rows);
            nearest_select(n->queries, count, n->q, &strip, n->settings.gain);
        }
}

/* How many rows of a part from `row` on have one owner, up to a strip. */
static size_t run_length(const struct neighbours *n, const struct local_part *part, size_t row)
{
    const uint32_t *owners = n->own->owners + part->first;
    size_t end = row + 1;
    while (end < part->rows && end - row < n->strip_rows && owners[end] == owners[row])
        end++;
    return end - row;
}

static void look_for_one(struct neighbours *n, const struct local_part *part, size_t row,
                         size_t rows, size_t query)
{
    if (n->in_own[query] == 0 || n->own->owners[part->first + row] != n->in_own[query])
        return;
    struct nearest_strip strip = take_strip(n, n->own, part, row, rows);
    strip.owners = NULL;
    nearest_select(&n->queries[query], 1, n->q + query * n->given, &strip, n->settings.gain);
}

/* In the other model for each query among the rows of its own name alone. */
static void look_in_own(struct neighbours *n, size_t count)
{
    struct local *own = n->own;
    for (size_t p = 0; p < own->count; p++)
        for (size_t row = 0, rows; row < own->parts[p].rows; row += rows) {
            rows = run_length(n, &own->parts[p], row);
            for (size_t i = 0; i < count; i++)
                look_for_one(n, &own->parts[p], row, rows, i);
        }
}

/* Both lists of each query. */
static void find(struct neighbours *n, size_t count)
{
    bool elsewhere = n->own != NULL && n->own != n->local;
    for (size_t i = 0; i < count; i++) {
        n->queries[i].others.room = n->others_room;
        n->queries[i].own.room = elsewhere ? 0 : n->own_room;
    }
    nearest_begin(n->queries, count, n->q, n->given);
    look_everywhere(n, count);
    if (!elsewhere)
        return;
    for (size_t i = 0; i < count; i++)
        n->queries[i].own.room = n->own_room;
    look_in_own(n, count);
}

/* Adds the rows of a list, in their order, to the `count` of a query's fit. */
static size_t gather(struct neighbours *n, struct local *local, struct nearest_list *list,
                     size_t count)
{
    nearest_sort(list);
    for (size_t i = 0; i < list->count; i++, count++) {
        const struct local_part *part = local_part(local, list->rows[i].row);
        local_rows(local, part, list->rows[i].row - part->first, 1, local->columns, n->scale,
                   n->rows + count * local->columns);
        n->near[count] = list->rows[i];
    }
    return count;
}

static enum lsq_status answer(struct neighbours *n, size_t query, double *y)
{
    struct nearest_query *q = &n->queries[query];
    size_t count = gather(n, n->local, &q->others, 0);
    if (n->own != NULL)
        count = gather(n, n->own, &q->own, count);
    enum lsq_status status =
        nearest_answer(&n->settings, n->near, count, n->rows, n->q + query * n->given, n->given,
                       n->targets, y, n->scratch);
    for (size_t j = 0; j < n->targets; j++)
        y[j] /= n->scale;
    return status;
}

size_t neighbours_predict(struct neighbours *n, double *x, size_t stride, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < n->given; j++)
            n->q[i * n->given + j] = x[i * stride + j] * n->scale;
    find(n, count);
    for (size_t i = 0; i < count; i++)
        if (answer(n, i, x + i * stride + n->given) != LSQ_OK)
            return i;
    return count;
}
