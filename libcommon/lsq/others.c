#include "lsq/others.h"

#include <stdlib.h>
#include <string.h>

/* a and b as one; either may be NULL. */
static enum lsq_status merge(const struct lsq_reduced *a, const struct lsq_reduced *b,
                             struct lsq_reduced *to)
{
    const struct lsq_reduced *any = a != NULL ? a : b;
    struct lsq_reducer *reducer = lsq_reducer_new(any->given, any->targets, any->intercept, 1);
    if (reducer == NULL)
        return LSQ_NOMEM;
    enum lsq_status status = a != NULL ? lsq_reducer_merge(reducer, a) : LSQ_OK;
    if (status == LSQ_OK && b != NULL)
        status = lsq_reducer_merge(reducer, b);
    if (status == LSQ_OK)
        status = lsq_reducer_finish(reducer, to);
    lsq_reducer_free(reducer);
    return status;
}

/* after[i]: the parts after the i-th, for all but the last. */
static enum lsq_status merge_after(const struct lsq_reduced *parts, size_t n,
                                   struct lsq_reduced *after)
{
    enum lsq_status status = LSQ_OK;
    for (size_t i = n - 1; i-- > 0 && status == LSQ_OK;)
        status = merge(&parts[i + 1], i + 2 < n ? &after[i + 1] : NULL, &after[i]);
    return status;
}

enum lsq_status lsq_others(const struct lsq_reduced *parts, size_t n, struct lsq_reduced *others)
{
    struct lsq_reduced *after = calloc(n, sizeof *after);
    struct lsq_reduced before = {0};
    memset(others, 0, n * sizeof *others);
    enum lsq_status status = after != NULL ? merge_after(parts, n, after) : LSQ_NOMEM;
    for (size_t i = 0; i < n && status == LSQ_OK; i++) {
        const struct lsq_reduced *left = i > 0 ? &before : NULL;
        struct lsq_reduced next = {0};
        status = merge(left, i + 1 < n ? &after[i] : NULL, &others[i]);
        if (status == LSQ_OK && i + 1 < n)
            status = merge(left, &parts[i], &next);
        lsq_reduced_free(&before);
        before = next;
    }
    lsq_reduced_free(&before);
    for (size_t i = 0; i < n; i++) {
        if (after != NULL)
            lsq_reduced_free(&after[i]);
        if (status != LSQ_OK)
            lsq_reduced_free(&others[i]);
    }
    free(after);
    return status;
}
