/* model: any bytes as the models that lsq-predict reads, and as the partial fits that lsq-fit
 * merges. A model that is accepted predicts, extends a row within its range if told to, and is
 * found by its name; a partial fit is written as it was read. */
#include "harness.h"

#include "base/mem.h"
#include "base/output.h"
#include "lsq/reduced.h"
#include "model/fields.h"
#include "model/model_set.h"
#include "model/partial.h"
#include "model/predictor.h"
#include "stream/block.h"
#include "stream/stream.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A small header may claim a model of hundreds of megabytes, all of it untouched. */
enum { MOST = 1 << 16 };

static void predict(const struct model *m, struct predictor_options how, uint64_t *hash)
{
    struct predictor *p = predictor_new(m, &how);
    size_t size = predictor_size(p), new = how.extend > 0 ? how.extend : m->targets;
    double *x = mem_array(size, sizeof *x);
    struct rolled_out found;
    for (size_t i = 0; i < m->given; i++)
        x[i] = (double)(i % 7) - 3;
    predictor_run(p, x, size, x + m->given, size, NULL, 1, &found);
    FUZZ_CHECK(found.outside <= how.extend && (found.outside == 0 || found.first < how.extend));
    for (size_t i = m->given; i < m->given + new &&found.why == NULL &&how.clamp; i++)
        FUZZ_CHECK(x[i] >= m->range.low && x[i] <= m->range.high);
    if (found.why == NULL)
        *hash = fuzz_hash(*hash, x + m->given, new * sizeof *x);
    free(x);
    predictor_free(p);
}

static void try_model(const struct model *m, uint64_t *hash)
{
    FUZZ_CHECK(m->given > 0 && m->targets > 0);
    FUZZ_CHECK(!m->range.known || m->range.low <= m->range.high);
    if (m->given > MOST || m->rank > MOST || m->targets > MOST)
        return;
    predict(m, (struct predictor_options){.extend = 0}, hash);
    predict(m, (struct predictor_options){.extend = 5, .clamp = m->range.known}, hash);
}

/* A row of a model's name is the model's; so is any row where there is but one. */
static void check_found(struct model_set *models, size_t i)
{
    size_t at;
    struct str name = models->list[i].name;
    FUZZ_CHECK(models->count == 1 || name.n > 0);
    if (models->count == 1 || str_stem(name).n == name.n)
        FUZZ_CHECK(model_set_find(models, name, &at) && at == i);
}

static void use_models(void *argument)
{
    uint64_t *hash = argument;
    struct model_set models;
    model_set_read("-", &models);
    for (size_t i = 0; i < models.count; i++) {
        try_model(&models.list[i], hash);
        check_found(&models, i);
    }
    model_set_free(&models);
}

static int run(void (*body)(void *), void *argument, struct bytes bytes, size_t piece)
{
    fuzz_input(0, bytes, piece);
    int status = fuzz_run(body, argument);
    FUZZ_CHECK(status == FUZZ_RETURNED || (status == 1 && fuzz_said()[0] != '\0'));
    return status;
}

static void check_model(struct bytes bytes)
{
    uint64_t whole = FUZZ_HASH;
    uint64_t pieces = FUZZ_HASH;
    int status = run(use_models, &whole, bytes, SIZE_MAX);
    FUZZ_CHECK(run(use_models, &pieces, bytes, 1 + bytes.n / 4) == status);
    FUZZ_CHECK(pieces == whole);
}

static struct str name_of(const struct block *block)
{
    const struct map_value *name = map_find(block->map, "name");
    return name != NULL && name->kind == MAP_STR ? name->str : (struct str){"", 0};
}

/* Writes the partial fits again, as a stream of them. */
static void rewrite_partials(void *argument)
{
    struct output *out = output_open(NULL);
    struct stream *s = stream_open(NULL, 0);
    struct block block;
    stream_also(s, field_key(FIELD_LSQ_PARTIAL));
    while (stream_next(s, &block)) {
        if (!block.other)
            continue;
        struct lsq_reduced part;
        struct range range;
        struct block_meta meta;
        struct shards shards = {NULL, 0};
        struct fields fields = {stream_name(s), "a partial fit", block.map};
        partial_read(stream_name(s), block.map, &part, &range);
        block_meta_keep(&meta, &block, field_is_own);
        bool listed = shards_read(&fields, &shards);
        struct partial_notes notes = {.range = range,
                                      .name = name_of(&block),
                                      .shards = listed ? &shards : NULL,
                                      .last = true};
        partial_put(out, &part, &notes, &meta.block);
        block_meta_free(&meta);
        lsq_reduced_free(&part);
        shards_free(&shards);
    }
    stream_close(s);
    output_close(out);
    *(bool *)argument = true;
}

static void check_partials(struct bytes bytes)
{
    bool done = false;
    run(rewrite_partials, &done, bytes, SIZE_MAX);
    if (!done || fuzz_output().n == 0)
        return;
    struct bytes first = {fuzz_copy(fuzz_output()), fuzz_output().n};
    FUZZ_CHECK(run(rewrite_partials, &done, first, SIZE_MAX) == FUZZ_RETURNED);
    struct bytes second = fuzz_output();
    FUZZ_CHECK(second.n == first.n && memcmp(second.p, first.p, first.n) == 0);
    free((void *)(uintptr_t)first.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes bytes = {data, size};
    check_model(bytes);
    check_partials(bytes);
    return 0;
}
