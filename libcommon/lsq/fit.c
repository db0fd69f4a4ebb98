#include "lsq/fit.h"

#include "lsq/lapack.h"
#include "lsq/linear.h"
#include "math/finite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void lsq_fit_free(struct lsq_fit *fit)
{
    free(fit->coef);
    free(fit->basis);
    free(fit->loadings);
    free(fit->intercept);
    free(fit->singular);
    free(fit->rss);
    memset(fit, 0, sizeof *fit);
}

enum lsq_status lsq_fit_begin(struct lsq_fit *fit, size_t rows, size_t given, size_t targets)
{
    *fit = (struct lsq_fit){.rows = rows, .given = given, .targets = targets};
    fit->intercept = calloc(targets, sizeof *fit->intercept);
    fit->rss = calloc(2 * targets, sizeof *fit->rss);
    fit->tss = fit->rss != NULL ? fit->rss + targets : NULL;
    return fit->intercept != NULL && fit->rss != NULL ? LSQ_OK : LSQ_NOMEM;
}

void lsq_fit_set_intercept(struct lsq_fit *fit, const double *mean)
{
    size_t p = fit->given;
    size_t t = fit->targets;
    bool thin = fit->coef == NULL;
    const double *right = thin ? fit->loadings : fit->coef;
    memcpy(fit->intercept, mean + p, t * sizeof *mean);
    for (size_t i = 0; i < (thin ? fit->rank : p); i++) {
        double left = thin ? 0 : mean[i];
        for (size_t k = 0; thin && k < p; k++)
            left += mean[k] * fit->basis[k * fit->rank + i];
        for (size_t j = 0; j < t; j++)
            fit->intercept[j] -= left * right[i * t + j];
    }
}

void lsq_fit_set_total(struct lsq_fit *fit, const double *targets, size_t rows, size_t ld)
{
    memcpy(fit->tss, fit->rss, fit->targets * sizeof *fit->tss);
    linear_add_squares(targets, rows, fit->targets, ld, fit->tss);
}

bool lsq_fit_is_finite(const struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t t = fit->targets;
    bool finite = fit->coef != NULL ? finite_all(fit->coef, p * t)
                                    : finite_all(fit->basis, p * fit->rank) &&
                                          finite_all(fit->loadings, fit->rank * t);
    return finite && finite_all(fit->intercept, t) && finite_all(fit->rss, t);
}

bool lsq_fit_is_thin(const struct lsq_fit *fit)
{
    return fit->rank * (fit->given + fit->targets) < fit->given * fit->targets;
}

enum lsq_status lsq_fit_finish(struct lsq_fit *fit, enum lsq_status status)
{
    if (status == LSQ_OK && !lsq_fit_is_thin(fit))
        status = lsq_fit_make_dense(fit);
    if (status == LSQ_OK && !lsq_fit_is_finite(fit))
        status = LSQ_OVERFLOW;
    if (status != LSQ_OK)
        lsq_fit_free(fit);
    return status;
}

enum lsq_status lsq_fit_weigh(struct lsq_fit *fit, double weight)
{
    for (size_t i = 0; i < fit->singular_count; i++)
        fit->singular[i] *= sqrt(weight);
    for (size_t j = 0; j < fit->targets; j++) {
        fit->rss[j] *= weight;
        fit->tss[j] *= weight;
    }
    if (finite_all(fit->rss, fit->targets) && finite_all(fit->singular, fit->singular_count))
        return LSQ_OK;
    lsq_fit_free(fit);
    return LSQ_OVERFLOW;
}

enum lsq_status lsq_fit_make_dense(struct lsq_fit *fit)
{
    size_t p = fit->given;
    size_t t = fit->targets;
    if (fit->coef != NULL)
        return LSQ_OK;
    fit->coef = calloc(p, t * sizeof *fit->coef);
    if (fit->coef == NULL)
        return LSQ_NOMEM;
    if (fit->rank > 0)
        lapack_product(1, false, false, t, p, fit->rank, fit->loadings, t, fit->basis, fit->rank, 0,
                       fit->coef, t);
    free(fit->basis);
    free(fit->loadings);
    fit->basis = fit->loadings = NULL;
    return LSQ_OK;
}
