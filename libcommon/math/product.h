/* The product of rows side by side with a matrix. */
#ifndef WAVEFILL_MATH_PRODUCT_H
#define WAVEFILL_MATH_PRODUCT_H

#include <stddef.h>

/* y += x a, with x (rows × n) and y (rows × t), whose rows are `x_stride` and `y_stride` doubles
 * apart, and a (n × t), all in C order. Each element's sum runs over the rows of a in their order:
 * it is the same to the last bit for one row or many, and on every processor. */
void product_add(const double *x, size_t x_stride, size_t rows, const double *a, size_t n, size_t t,
                 double *y, size_t y_stride);

/* y = x a, with the t columns of a one after the other, and sums in the order of dot.h. */
void product_dots(const double *x, size_t x_stride, size_t rows, const double *a, size_t n,
                  size_t t, double *y, size_t y_stride);

#endif
