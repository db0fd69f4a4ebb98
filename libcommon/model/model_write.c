#include "model/model_write.h"

#include "base/msg.h"
#include "math/finite.h"
#include "math/least.h"
#include "model/fields.h"
#include "stream/pack.h"

/* Elements first to first + count of what has a value a target, or a given column. */
struct slice {
    size_t first, count;
};

/* What one map has of a model. */
struct part {
    struct slice given, targets;
};

static void put_notes(struct fields_out *to, const struct model_notes *n, struct slice s)
{
    fields_put_range(to, &n->range);
    fields_put_name(to, n->name);
    if (n->shards != NULL)
        shards_put(to, n->shards);
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
                       const struct model_notes *notes, const struct block *meta,
                       const struct part *part)
{
    struct slice g = part->given, t = part->targets;
    bool end = g.first + g.count == fit->given && t.first + t.count == fit->targets;
    fields_put_uint(to, FIELD_LSQ, 1);
    fields_put_uint(to, FIELD_K, fit->given);
    fields_put_uint(to, FIELD_TARGETS, fit->targets);
    fields_put_uint(to, FIELD_TARGET0, t.first);
    if (g.count < fit->given)
        fields_put_uint(to, FIELD_GIVEN0, g.first);
    fields_put_uint(to, FIELD_ROWS, fit->rows);
    fields_put_uint(to, FIELD_RANK, fit->rank);
    fields_put_double(to, FIELD_RCOND, fit->rcond);
    fields_put_bool(to, FIELD_FIT_INTERCEPT, notes->intercept);
    put_notes(to, notes, t);
    fields_put_meta(to, meta);
    fields_put_bool(to, FIELD_LAST, notes->last && end);
    if (fit->singular != NULL)
        fields_put_vector(to, FIELD_SINGULAR, fit->singular, fit->singular_count);
    fields_put_vector(to, FIELD_RSS, fit->rss + t.first, t.count);
    if (finite_all(fit->tss, fit->targets))
        fields_put_vector(to, FIELD_TSS, fit->tss + t.first, t.count);
    fields_put_vector(to, FIELD_INTERCEPT, fit->intercept + t.first, t.count);
    if (fit->coef != NULL) {
        fields_put_columns(to, FIELD_COEF, fit->coef + g.first * fit->targets, g.count,
                           fit->targets, t.first, t.count);
        return;
    }
    fields_put_columns(to, FIELD_BASIS, fit->basis + g.first * fit->rank, g.count, fit->rank, 0,
                       fit->rank);
    fields_put_columns(to, FIELD_LOADINGS, fit->loadings, fit->rank, fit->targets, t.first,
                       t.count);
}

static void put_part(struct output *out, const struct lsq_fit *fit, const struct model_notes *notes,
                     const struct block *meta, const struct part *part)
{
    struct fields_out count = {NULL, 0};
    struct fields_out to = {out, 0};
    put_fields(&count, fit, notes, meta, part);
    pack_map(out, count.count);
    put_fields(&to, fit, notes, meta, part);
}

/* How many given columns and targets go into a map that has room for so many doubles of theirs: all
 * given columns if that leaves room for a target, else as many as go in beside a target or, of
 * factors, beside targets in half of it. None where that is too much. */
static struct part choose_part(const struct lsq_fit *fit, size_t room)
{
    bool dense = fit->coef != NULL;
    size_t basis = dense ? 0 : fit->given * fit->rank;
    size_t target = (dense ? fit->given : fit->rank) + 4; /* all that there is of a target */
    if (basis <= room && target <= room - basis)
        return (struct part){{0, fit->given}, {0, (room - basis) / target}};
    size_t each = dense ? 4 : target; /* of a target beside the given columns */
    size_t targets = least(dense || room / 2 < each ? 1 : room / 2 / each, fit->targets);
    size_t left = room > targets * each ? room - targets * each : 0;
    return (struct part){{0, left / (dense || fit->rank == 0 ? 1 : fit->rank)}, {0, targets}};
}

void model_put(struct output *out, const struct lsq_fit *fit, const struct model_notes *notes,
               const struct block *meta)
{
    size_t fixed = fit->singular_count + 2 * notes->grid_count;
    size_t capacity = fields_capacity(meta, notes->name.n + shards_size(notes->shards));
    struct part most = choose_part(fit, capacity > fixed ? capacity - fixed : 0);
    struct slice g, t = {0, 0};
    if (most.given.count == 0)
        die(output_name(out),
            "a model of %zu given column%s and rank %zu, expected it to fit into maps of 64 MiB",
            fit->given, msg_plural(fit->given), fit->rank);
    for (; t.first < fit->targets; t.first += t.count) {
        t.count = least(most.targets.count, fit->targets - t.first);
        for (g.first = 0; g.first < fit->given; g.first += g.count) {
            g.count = least(most.given.count, fit->given - g.first);
            put_part(out, fit, notes, meta, &(struct part){g, t});
        }
    }
}
