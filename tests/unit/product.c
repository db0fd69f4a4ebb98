/* product: the sums of every kernel that the processor has are those of the definition, to the last
 * bit, at every edge of a tile. */
#include "math/product.c"

#include "unit.h"

#include <stdlib.h>

enum { X_STRIDE = 300, Y_STRIDE = 80, ROWS = 21 };

static double noise(void)
{
    static unsigned state = 1;
    state = state * 1664525 + 1013904223;
    return (double)(state >> 8) / (1 << 20) - 8;
}

static void fill(double *a, size_t n)
{
    for (size_t i = 0; i < n; i++)
        a[i] = noise();
}

/* Element by element. */
static void expected(const double *x, size_t rows, const double *a, size_t n, size_t t, double *y)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < t; j++)
            for (size_t i = 0; i < n; i++) {
                double product = x[r * X_STRIDE + i] * a[i * t + j];
                y[r * Y_STRIDE + j] += product;
            }
}

/* kernel: NULL is the choice of product_add. */
static void test(const struct kernel *kernel, size_t rows, size_t n, size_t t)
{
    static double x[ROWS * X_STRIDE], a[X_STRIDE * Y_STRIDE], y[ROWS * Y_STRIDE],
        want[ROWS * Y_STRIDE];
    fill(x, sizeof x / sizeof *x);
    fill(a, n * t);
    fill(y, sizeof y / sizeof *y);
    memcpy(want, y, sizeof y);
    expected(x, rows, a, n, t, want);
    if (kernel != NULL)
        add_many(kernel, x, X_STRIDE, rows, a, n, t, y, Y_STRIDE);
    else
        product_add(x, X_STRIDE, rows, a, n, t, y, Y_STRIDE);
    EXPECT(memcmp(y, want, sizeof y) == 0);
}

static void test_dots(const struct kernel *kernel, size_t rows, size_t n, size_t t)
{
    static double x[ROWS * X_STRIDE], a[9 * X_STRIDE], y[ROWS * Y_STRIDE], want[ROWS * Y_STRIDE];
    fill(x, sizeof x / sizeof *x);
    fill(a, n * t);
    memset(y, 0, sizeof y);
    memset(want, 0, sizeof want);
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < t; j++)
            want[r * Y_STRIDE + j] = dot(a + j * n, x + r * X_STRIDE, n);
    dot_all(kernel, x, X_STRIDE, rows, a, n, t, y, Y_STRIDE);
    EXPECT(memcmp(y, want, sizeof y) == 0);
}

static void test_shapes(const struct kernel *kernel)
{
    static const size_t depths[] = {0, 1, 7, DEPTH, DEPTH + 1, 2 * DEPTH + 3};
    for (size_t rows = 1; rows <= ROWS; rows++)
        for (size_t t = 1; t <= Y_STRIDE; t += t < 34 ? 1 : 15)
            test(kernel, rows, depths[(rows + t) % 6], t);
    for (size_t rows = 0; kernel != NULL && rows <= ROWS; rows++)
        for (size_t t = 1; t <= 9; t++)
            test_dots(kernel, rows, 5 * t + rows, t);
}

int main(void)
{
    test_shapes(NULL);
    test_shapes(&any);
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2"))
        test_shapes(&avx2);
    if (__builtin_cpu_supports("avx512f"))
        test_shapes(&avx512);
#endif
    return UNIT_END();
}
