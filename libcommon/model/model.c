#include "model/model.h"

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

/* y += Σ x_i a_i over the rows a_i (n × t): one pass over a, in its order. */
static void add_rows(const double *x, const double *a, size_t n, size_t t, double *y)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < t; j++)
            y[j] += x[i] * a[i * t + j];
}

void model_predict(const struct model *m, const double *x, double *y, double *scratch)
{
    memcpy(y, m->intercept, m->targets * sizeof *y);
    if (m->coef != NULL) {
        add_rows(x, m->coef, m->given, m->targets, y);
        return;
    }
    memset(scratch, 0, m->rank * sizeof *scratch);
    add_rows(x, m->basis, m->given, m->rank, scratch);
    add_rows(scratch, m->loadings, m->rank, m->targets, y);
}
