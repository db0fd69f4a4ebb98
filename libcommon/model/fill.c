#include "model/fill.h"

#include "lsq/late.h"
#include "lsq/room.h"
#include "math/dot.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The sum of squared errors is least where its derivative by each column u that is to be filled is
 * 0: Σ error[u - s] e(s) = 0 over the windows s that touch it. In these columns that is a
 * symmetric system of bands: element (u, v) is Σ error[u - s] error[v - s] over the windows that
 * touch both, overlap[|u - v|] where the row has all of these. */
struct system {
    const struct fill *fill;
    size_t last;    /* the row's last window */
    size_t count;   /* of columns to be filled: */
    size_t *column; /* their numbers, ascending */
    size_t below;   /* bands below the diagonal */
    double *e;      /* a window's error with zeros in those columns */
    double *right;  /* of the system, and then its solution */
    double *bands;  /* as late_solve_banded takes them */
};

/* The windows that touch columns v to u, v <= u, of which there may be none. */
static size_t first_window(const struct system *s, size_t u)
{
    return u >= s->fill->window ? u - s->fill->window + 1 : 0;
}

static size_t last_window(const struct system *s, size_t v)
{
    return v < s->last ? v : s->last;
}

enum lsq_status fill_begin(struct fill *f, const struct model *m)
{
    size_t p = m->given;
    *f = (struct fill){.window = p + 1, .intercept = m->intercept[0]};
    f->error = malloc((p + 1) * sizeof *f->error);
    f->overlap = malloc((p + 1) * sizeof *f->overlap);
    if (f->error == NULL || f->overlap == NULL)
        return LSQ_NOMEM;
    for (size_t k = 0; k < p; k++)
        f->error[k] =
            m->coef != NULL ? -m->coef[k] : -dot(m->basis + k * m->rank, m->loadings, m->rank);
    f->error[p] = 1;
    for (size_t d = 0; d <= p; d++)
        f->overlap[d] = dot(f->error, f->error + d, p + 1 - d);
    return late_load();
}

void fill_free(struct fill *f)
{
    free(f->error);
    free(f->overlap);
    memset(f, 0, sizeof *f);
}

/* The errors of all windows that touch a column to be filled. */
static void find_errors(struct system *s, const double *x)
{
    size_t next = 0;
    for (size_t i = 0; i < s->count; i++) {
        size_t first = first_window(s, s->column[i]), end = last_window(s, s->column[i]) + 1;
        for (next = next > first ? next : first; next < end; next++)
            s->e[next] = dot(s->fill->error, x + next, s->fill->window) - s->fill->intercept;
    }
}

static double element(const struct system *s, size_t u, size_t v)
{
    const double *error = s->fill->error;
    size_t first = first_window(s, u), last = last_window(s, v);
    if (u - v >= s->fill->window)
        return 0;
    if (u >= s->fill->window - 1 && v <= s->last)
        return s->fill->overlap[u - v];
    return first <= last ? dot(error + (u - last), error + (v - last), last - first + 1) : 0;
}

static void set_up(struct system *s)
{
    for (size_t j = 0; j < s->count; j++) {
        size_t v = s->column[j];
        s->right[j] = 0;
        for (size_t w = first_window(s, v); w <= last_window(s, v); w++)
            s->right[j] -= s->fill->error[v - w] * s->e[w];
        for (size_t i = j; i < s->count && i - j <= s->below; i++)
            s->bands[i - j + j * (s->below + 1)] = element(s, s->column[i], v);
    }
}

/* In one piece of memory, which begins at e. */
static bool allocate(struct system *s, size_t cols)
{
    size_t width = s->below + 2; /* bands, and the right-hand side */
    if (width > (SIZE_MAX / sizeof(double) - cols) / s->count)
        return false;
    s->e = room_new(cols + s->count * width);
    if (s->e == NULL)
        return false;
    s->right = s->e + cols;
    s->bands = s->right + s->count;
    return true;
}

static enum lsq_status solve(struct system *s, double *x, size_t cols)
{
    if (s->count > s->last + 1)
        return LSQ_DIVERGED; /* more columns than windows */
    if (!allocate(s, cols))
        return LSQ_NOMEM;
    find_errors(s, x);
    set_up(s);
    enum lsq_status status =
        late_solve_banded(s->count, s->below, 1, s->bands, s->below + 1, s->right, s->count);
    for (size_t i = 0; i < s->count && status == LSQ_OK; i++)
        x[s->column[i]] = s->right[i];
    free(s->e);
    return status;
}

enum lsq_status fill_row(const struct fill *f, double *x, const bool *gap, size_t cols)
{
    struct system s = {.fill = f, .last = cols - f->window};
    s.column = malloc(cols * sizeof *s.column);
    if (s.column == NULL)
        return LSQ_NOMEM;
    for (size_t j = 0; j < cols; j++)
        if (gap[j]) {
            s.column[s.count++] = j;
            x[j] = 0;
        }
    s.below = s.count < f->window ? s.count - 1 : f->window - 1;
    enum lsq_status status = solve(&s, x, cols);
    free(s.column);
    return status;
}
