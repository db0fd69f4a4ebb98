#include "model/model_write.h"

#include "base/msg.h"
#include "model/fields.h"
#include "stream/pack.h"

/* Columns first to first + count of what has a value a target. */
struct slice {
    size_t first, count;
};

static void put_notes(struct fields_out *to, const struct model_notes *n, struct slice s)
{
    fields_put_range(to, &n->range);
    fields_put_name(to, n->name);
    if (n->ridge > 0)
        fields_put_double(to, FIELD_RIDGE, n->ridge);
    if (n->grid_count > 0) {
        fields_put_vector(to, FIELD_GRID, n->grid, n->grid_count);
        fields_put_vector(to, FIELD_LOO_MSE, n->loo_mse, n->grid_count);
    }
    if (n->loo_r2 != NULL)
        fields_put_vector(to, FIELD_LOO_R2, n->loo_r2 + s.first, s.count);
}

static void put_fields(struct fields_out *to, const struct lsq_fit *fit,
                       const struct model_notes *notes, const struct block *meta, struct slice s)
{
    fields_put_uint(to, FIELD_LSQ, 1);
    fields_put_uint(to, FIELD_K, fit->given);
    fields_put_uint(to, FIELD_TARGETS, fit->targets);
    fields_put_uint(to, FIELD_TARGET0, s.first);
    fields_put_uint(to, FIELD_ROWS, fit->rows);
    fields_put_uint(to, FIELD_RANK, fit->rank);
    fields_put_double(to, FIELD_RCOND, fit->rcond);
    fields_put_bool(to, FIELD_FIT_INTERCEPT, notes->intercept);
    put_notes(to, notes, s);
    fields_put_meta(to, meta);
    fields_put_bool(to, FIELD_LAST, notes->last && s.first + s.count == fit->targets);
    if (fit->singular != NULL)
        fields_put_vector(to, FIELD_SINGULAR, fit->singular, fit->singular_count);
    fields_put_vector(to, FIELD_RSS, fit->rss + s.first, s.count);
    fields_put_vector(to, FIELD_INTERCEPT, fit->intercept + s.first, s.count);
    if (fit->coef != NULL) {
        fields_put_columns(to, FIELD_COEF, fit->coef, fit->given, fit->targets, s.first, s.count);
        return;
    }
    fields_put_columns(to, FIELD_BASIS, fit->basis, fit->given, fit->rank, 0, fit->rank);
    fields_put_columns(to, FIELD_LOADINGS, fit->loadings, fit->rank, fit->targets, s.first,
                       s.count);
}

void model_put(struct output *out, const struct lsq_fit *fit, const struct model_notes *notes,
               const struct block *meta)
{
    size_t per_target = (fit->coef != NULL ? fit->given : fit->rank) + 3;
    size_t fixed = fit->singular_count + (fit->coef != NULL ? 0 : fit->given * fit->rank) +
                   2 * notes->grid_count;
    size_t capacity = fields_capacity(meta, notes->name);
    if (fixed > capacity || per_target > capacity - fixed)
        die(output_name(out),
            "a model of %zu given column%s and rank %zu, expected it to fit into maps of 64 MiB",
            fit->given, msg_plural(fit->given), fit->rank);
    struct slice s = {0, (capacity - fixed) / per_target};
    for (; s.first < fit->targets; s.first += s.count) {
        struct fields_out count = {NULL, 0};
        struct fields_out to = {out, 0};
        s.count = s.count < fit->targets - s.first ? s.count : fit->targets - s.first;
        put_fields(&count, fit, notes, meta, s);
        pack_map(out, count.count);
        put_fields(&to, fit, notes, meta, s);
    }
}
