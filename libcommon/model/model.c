#include "model/model.h"

#include "math/product.h"

#include <stdlib.h>
#include <string.h>

void model_free(struct model *m)
{
    free(m->coef);
    free(m->basis);
    free(m->loadings);
    free(m->intercept);
    for (size_t i = 0; i < m->columns.count; i++)
        free((char *)m->columns.items[i].p);
    free(m->columns.items);
    free((char *)m->name.p);
    local_free(m->local);
    memset(m, 0, sizeof *m);
}

void model_predict(const struct model *m, const double *x, size_t x_stride, size_t rows, double *y,
                   size_t y_stride, double *scratch)
{
    for (size_t i = 0; i < rows; i++)
        memcpy(y + i * y_stride, m->intercept, m->targets * sizeof *y);
    if (m->coef != NULL) {
        product_add(x, x_stride, rows, m->coef, m->given, m->targets, y, y_stride);
        return;
    }
    memset(scratch, 0, rows * m->rank * sizeof *scratch);
    product_add(x, x_stride, rows, m->basis, m->given, m->rank, scratch, m->rank);
    product_add(scratch, m->rank, rows, m->loadings, m->rank, m->targets, y, y_stride);
}
