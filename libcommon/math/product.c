#include "math/product.h"

#include "math/dot.h"

#include <float.h>
#include <stdbool.h>
#include <string.h>

/* Where gcc reckons doubles as long ones (i386), it takes no product of one and a vector. */
#if FLT_EVAL_METHOD != 0 && !defined __clang__
#pragma GCC optimize("excess-precision=fast")
#endif

/* What is multiplied at a time: so many rows of a, of as many columns as a tile has; both stay in
 * the nearest cache while the rows of x pass by. */
enum { DEPTH = 128, MOST_ROWS = 8, MOST_COLUMNS = 24 };

/* y += x b for the tile's rows and its columns, which are all that b (n rows) has. */
typedef void tile(const double *x, size_t x_stride, const double *b, size_t n, double *y,
                  size_t y_stride);

/* A tile of ROWS × VECTORS * WIDTH sums, in a register for each WIDTH of them: loops over these
 * are to be unrolled. No product is fused with its sum (-ffp-contract=off). */
#define TILE(NAME, TARGET, ROWS, VECTORS, WIDTH)                                                   \
    TARGET static void NAME(const double *x, size_t x_stride, const double *b, size_t n,           \
                            double *y, size_t y_stride)                                            \
    {                                                                                              \
        typedef double vector __attribute__((vector_size(WIDTH * sizeof(double)),                  \
                                             aligned(sizeof(double)), may_alias));                 \
        enum { SUMS = ROWS * VECTORS };                                                            \
        vector sum[SUMS];                                                                          \
        _Pragma("GCC unroll 24") for (size_t k = 0; k < SUMS; k++)                                 \
        {                                                                                          \
            sum[k] = ((const vector *)(y + k / VECTORS * y_stride))[k % VECTORS];                  \
        }                                                                                          \
        for (size_t i = 0; i < n; i++, b += VECTORS * WIDTH)                                       \
            _Pragma("GCC unroll 24") for (size_t k = 0; k < SUMS; k++)                             \
            {                                                                                      \
                sum[k] += x[k / VECTORS * x_stride + i] * ((const vector *)b)[k % VECTORS];        \
            }                                                                                      \
        _Pragma("GCC unroll 24") for (size_t k = 0; k < SUMS; k++)                                 \
        {                                                                                          \
            ((vector *)(y + k / VECTORS * y_stride))[k % VECTORS] = sum[k];                        \
        }                                                                                          \
    }

enum { LANES = 8, MOST_DOTS = 16 }; /* the sums of a dot; dots side by side */

/* The LANES sums of each of some rows of x with each of some columns of a, which are a_stride
 * apart: n values, a multiple of LANES. */
typedef void dots(const double *x, size_t x_stride, const double *a, size_t a_stride, size_t n,
                  double *lanes);

#define DOTS(NAME, TARGET, ROWS, COLUMNS, WIDTH)                                                   \
    TARGET static void NAME(const double *x, size_t x_stride, const double *a, size_t a_stride,    \
                            size_t n, double *lanes)                                               \
    {                                                                                              \
        typedef double vector __attribute__((vector_size(WIDTH * sizeof(double)),                  \
                                             aligned(sizeof(double)), may_alias));                 \
        enum { EACH = LANES / WIDTH, ROW = COLUMNS * EACH, SUMS = ROWS * ROW };                    \
        vector sum[SUMS] = {{0}};                                                                  \
        for (size_t i = 0; i < n; i += LANES)                                                      \
            _Pragma("GCC unroll 24") for (size_t k = 0; k < SUMS; k++)                             \
            {                                                                                      \
                sum[k] += ((const vector *)(a + k % ROW / EACH * a_stride + i))[k % EACH] *        \
                          ((const vector *)(x + k / ROW * x_stride + i))[k % EACH];                \
            }                                                                                      \
        memcpy(lanes, sum, sizeof sum);                                                            \
    }

/* Of one instruction set: tiles of as many rows, and of many columns or few; dots of some rows with
 * some columns, or with one. */
struct kernel {
    tile *wide, *narrow;
    size_t rows, columns, few;
    struct shape {
        dots *dots;
        size_t rows, columns;
    } shapes[2];
};

TILE(wide_2, , 4, 2, 2)
TILE(narrow_2, , 4, 1, 2)
DOTS(dots_2, , 2, 1, 2)
static const struct kernel any = {wide_2, narrow_2, 4, 4, 2, {{dots_2, 2, 1}, {dots_2, 2, 1}}};

#ifdef __x86_64__
TILE(wide_4, __attribute__((target("avx2"))), 4, 2, 4)
TILE(narrow_4, __attribute__((target("avx2"))), 4, 1, 4)
DOTS(dots_4, __attribute__((target("avx2"))), 2, 2, 4)
DOTS(dot_4, __attribute__((target("avx2"))), 4, 1, 4)
static const struct kernel avx2 = {wide_4, narrow_4, 4, 8, 4, {{dots_4, 2, 2}, {dot_4, 4, 1}}};
TILE(wide_8, __attribute__((target("avx512f"))), 8, 3, 8)
TILE(narrow_8, __attribute__((target("avx512f"))), 8, 1, 8)
DOTS(dots_8, __attribute__((target("avx512f"))), 4, 4, 8)
DOTS(dot_8, __attribute__((target("avx512f"))), 8, 1, 8)
static const struct kernel avx512 = {wide_8, narrow_8, 8, 24, 8, {{dots_8, 4, 4}, {dot_8, 8, 1}}};
#endif

static const struct kernel *choose(void)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f"))
        return &avx512;
    if (__builtin_cpu_supports("avx2"))
        return &avx2;
#endif
    return &any;
}

/* Columns of a as a tile takes them: `width` a row, of which `cols` are a's and the others 0. */
struct panel {
    tile *add;
    size_t tile_rows, depth, width, cols;
    double b[DEPTH * MOST_COLUMNS];
};

/* to (rows × cols) = the corner of it that a is, and zeros. */
static void copy_corner(const double *a, size_t stride, size_t a_rows, size_t a_cols, double *to,
                        size_t rows, size_t cols)
{
    memset(to, 0, rows * cols * sizeof *to);
    for (size_t i = 0; i < a_rows; i++)
        memcpy(to + i * cols, a + i * stride, a_cols * sizeof *to);
}

/* Rows and columns that are fewer than the tile's. */
static void add_edge(const struct panel *p, const double *x, size_t x_stride, size_t rows,
                     double *y, size_t y_stride)
{
    double tile_x[MOST_ROWS * DEPTH], tile_y[MOST_ROWS * MOST_COLUMNS];
    copy_corner(x, x_stride, rows, p->depth, tile_x, p->tile_rows, p->depth);
    copy_corner(y, y_stride, rows, p->cols, tile_y, p->tile_rows, p->width);
    p->add(tile_x, p->depth, p->b, p->depth, tile_y, p->width);
    for (size_t r = 0; r < rows; r++)
        memcpy(y + r * y_stride, tile_y + r * p->width, p->cols * sizeof *y);
}

static void add_panel(const struct panel *p, const double *x, size_t x_stride, size_t rows,
                      double *y, size_t y_stride)
{
    for (size_t n; rows > 0; rows -= n, x += n * x_stride, y += n * y_stride) {
        n = rows < p->tile_rows ? rows : p->tile_rows;
        if (n == p->tile_rows && p->cols == p->width)
            p->add(x, x_stride, p->b, p->depth, y, y_stride);
        else
            add_edge(p, x, x_stride, n, y, y_stride);
    }
}

/* y += x a of one row of a. */
static void add_row(double x, const double *a, size_t t, double *y)
{
    typedef double pair __attribute__((vector_size(16), aligned(sizeof(double)), may_alias));
    size_t j = 0;
    for (; j + 4 <= t; j += 4) {
        *(pair *)(y + j) += x * *(const pair *)(a + j);
        *(pair *)(y + j + 2) += x * *(const pair *)(a + j + 2);
    }
    for (; j < t; j++)
        y[j] += x * a[j];
}

/* Few rows: a is read once as it stands. */
static void add_few(const double *x, size_t x_stride, size_t rows, const double *a, size_t n,
                    size_t t, double *y, size_t y_stride)
{
    for (size_t i = 0; i < n; i++)
        for (size_t r = 0; r < rows; r++)
            add_row(x[r * x_stride + i], a + i * t, t, y + r * y_stride);
}

static void add_many(const struct kernel *k, const double *x, size_t x_stride, size_t rows,
                     const double *a, size_t n, size_t t, double *y, size_t y_stride)
{
    struct panel p = {.tile_rows = k->rows};
    for (size_t i = 0; i < n; i += DEPTH) {
        p.depth = n - i < DEPTH ? n - i : DEPTH;
        for (size_t j = 0; j < t; j += p.width) {
            bool wide = t - j >= k->columns;
            p.add = wide ? k->wide : k->narrow;
            p.width = wide ? k->columns : k->few;
            p.cols = t - j < p.width ? t - j : p.width;
            copy_corner(a + i * t + j, t, p.depth, p.cols, p.b, p.depth, p.width);
            add_panel(&p, x + i, x_stride, rows, y + j, y_stride);
        }
    }
}

void product_add(const double *x, size_t x_stride, size_t rows, const double *a, size_t n, size_t t,
                 double *y, size_t y_stride)
{
    if (rows < MOST_ROWS)
        add_few(x, x_stride, rows, a, n, t, y, y_stride);
    else
        add_many(choose(), x, x_stride, rows, a, n, t, y, y_stride);
}

/* Rows with columns that are as many as the shape has. */
static void put_dots(const struct shape *s, const double *x, size_t x_stride, const double *a,
                     size_t n, double *y, size_t y_stride)
{
    double lanes[MOST_DOTS * LANES], *at = lanes;
    size_t even = n / LANES * LANES;
    s->dots(x, x_stride, a, n, even, lanes);
    for (size_t r = 0; r < s->rows; r++)
        for (size_t c = 0; c < s->columns; c++, at += LANES)
            y[r * y_stride + c] = dot_end(at, a + c * n + even, x + r * x_stride + even, n - even);
}

/* The columns of one shape: rows that it does not take are few. */
static void dot_columns(const struct shape *s, const double *x, size_t x_stride, size_t rows,
                        const double *a, size_t n, double *y, size_t y_stride)
{
    size_t r = 0;
    for (; r + s->rows <= rows; r += s->rows)
        put_dots(s, x + r * x_stride, x_stride, a, n, y + r * y_stride, y_stride);
    for (; r < rows; r++)
        for (size_t c = 0; c < s->columns; c++)
            y[r * y_stride + c] = dot(a + c * n, x + r * x_stride, n);
}

static void dot_all(const struct kernel *k, const double *x, size_t x_stride, size_t rows,
                    const double *a, size_t n, size_t t, double *y, size_t y_stride)
{
    for (size_t j = 0; j < t;) {
        const struct shape *s = &k->shapes[t - j < k->shapes[0].columns];
        dot_columns(s, x, x_stride, rows, a + j * n, n, y + j, y_stride);
        j += s->columns;
    }
}

void product_dots(const double *x, size_t x_stride, size_t rows, const double *a, size_t n,
                  size_t t, double *y, size_t y_stride)
{
    dot_all(choose(), x, x_stride, rows, a, n, t, y, y_stride);
}
