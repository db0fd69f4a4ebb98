#include "model/model_write.h"

#include "model/fields.h"
#include "stream/block_write.h"
#include "stream/map.h"
#include "base/msg.h"
#include "stream/pack.h"

/* The keys that a model has of its own; a matrix's attributes of these names are
 * not handed on into it. */
static const char *const own_keys[] = {
    "lsq",        "k",         "targets", "target0",  "coef",    "basis",  "loadings",
    "rows",       "intercept", "rank",    "singular", "rcond",   "rss",    "fit_intercept",
    FIELDS_RANGE, "name",      "ridge",   "grid",     "loo_mse", "loo_r2",
};
enum { OWN_KEYS = sizeof own_keys / sizeof *own_keys };

static bool is_own(struct str key)
{
    for (size_t i = 0; i < OWN_KEYS; i++)
        if (str_is(key, own_keys[i]))
            return true;
    return false;
}

/* Columns first to first + count of a (rows × cols). */
static void put_columns(struct output *out, const double *a, size_t rows, size_t cols, size_t first,
                        size_t count)
{
    pack_array_head(out, &array_double, 2, rows, count);
    for (size_t i = 0; i < rows; i++)
        output_write(out, a + i * cols + first, count * sizeof *a);
}

static void put_coefficients(struct output *out, const struct lsq_fit *fit, size_t first,
                             size_t count)
{
    if (fit->coef != NULL) {
        pack_key(out, "coef");
        put_columns(out, fit->coef, fit->given, fit->targets, first, count);
        return;
    }
    pack_key(out, "basis");
    pack_matrix(out, fit->basis, fit->given, fit->rank);
    pack_key(out, "loadings");
    put_columns(out, fit->loadings, fit->rank, fit->targets, first, count);
}

static size_t count_notes(const struct model_notes *n)
{
    return (size_t)n->range.known + (n->name.n > 0) + (n->ridge > 0) + (n->loo != NULL) +
           2 * (size_t)n->chosen;
}

static void put_notes(struct output *out, const struct model_notes *n, size_t targets, size_t first,
                      size_t count)
{
    fields_put_range(out, &n->range);
    if (n->name.n > 0) {
        pack_key(out, "name");
        pack_str(out, n->name);
    }
    if (n->ridge > 0) {
        pack_key(out, "ridge");
        pack_double(out, n->ridge);
    }
    if (n->chosen) {
        pack_key(out, "grid");
        pack_vector(out, n->loo->lambdas, n->loo->count);
        pack_key(out, "loo_mse");
        pack_vector(out, n->loo->mse, n->loo->count);
    }
    if (n->loo == NULL)
        return;
    pack_key(out, "loo_r2");
    pack_array_head(out, &array_double, 1, 1, count);
    for (size_t j = first; j < first + count; j++) {
        double score = leave_one_out_r2(n->loo, targets, j);
        output_write(out, &score, sizeof score);
    }
}

static void put_slice(struct output *out, const struct lsq_fit *fit,
                      const struct model_notes *notes, const struct block *meta, size_t first,
                      size_t count)
{
    bool last = notes->last && first + count == fit->targets;
    pack_map(out, (size_t)13 + (fit->coef == NULL) + count_notes(notes) +
                      block_write_count(meta, is_own));
    pack_key(out, "lsq");
    pack_uint(out, 1);
    pack_key(out, "k");
    pack_uint(out, fit->given);
    pack_key(out, "targets");
    pack_uint(out, fit->targets);
    pack_key(out, "target0");
    pack_uint(out, first);
    pack_key(out, "rows");
    pack_uint(out, fit->rows);
    pack_key(out, "rank");
    pack_uint(out, fit->rank);
    pack_key(out, "rcond");
    pack_double(out, fit->rcond);
    pack_key(out, "fit_intercept");
    pack_bool(out, notes->intercept);
    put_notes(out, notes, fit->targets, first, count);
    block_write_meta(out, meta, is_own);
    pack_key(out, "last");
    pack_bool(out, last);
    pack_key(out, "singular");
    pack_vector(out, fit->singular, fit->singular_count);
    pack_key(out, "rss");
    pack_vector(out, fit->rss + first, count);
    pack_key(out, "intercept");
    pack_vector(out, fit->intercept + first, count);
    put_coefficients(out, fit, first, count);
}

void model_put(struct output *out, const struct lsq_fit *fit, const struct model_notes *notes,
               const struct block *meta)
{
    size_t per_target = (fit->coef != NULL ? fit->given : fit->rank) + 3;
    size_t fixed = fit->singular_count + (fit->coef != NULL ? 0 : fit->given * fit->rank) +
                   (notes->chosen ? 2 * notes->loo->count : 0);
    size_t room = fields_room(meta, is_own, notes->name);
    if (fixed > room || per_target > room - fixed)
        die(output_name(out),
            "a model of %zu given column%s and rank %zu, expected it to fit into maps of 64 MiB",
            fit->given, msg_plural(fit->given), fit->rank);
    size_t slice = (room - fixed) / per_target;
    for (size_t first = 0; first < fit->targets; first += slice)
        put_slice(out, fit, notes, meta, first,
                  slice < fit->targets - first ? slice : fit->targets - first);
}
