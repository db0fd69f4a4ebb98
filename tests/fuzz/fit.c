/* fit: lsq-fit with any rows and partial fits: its model can be read, its partial fit be
 * fitted, and what it leaves out is finite. */
#include "filter.h"

#include "model/model_set.h"

#include "../../cmd/lsq-fit.c"

static const char *const lines[] = {
    "lsq-fit -q --threads=1 -g 1",
    "lsq-fit -q --threads=1 -g 50% --weight=0.25",
    "lsq-fit -q --threads=1 -g 2 -w 4 --no-intercept",
    "lsq-fit -q --threads=1 -g 0.5 --left-out=/dev/null",
    "lsq-fit -q --threads=1 -g 1 --ridge=auto -w 3 --left-out=/dev/null",
    "lsq-fit -q --threads=1 -g 50% --ridge=0.5 --loo -w 1e-3 --dense",
    "lsq-fit -q --threads=1 -g 75% --no-intercept -w 7 --left-out=/dev/null",
    "lsq-fit -q --threads=1 --weight=2",
    "lsq-fit -q --threads=1 --ridge=2 --dense -w 1e150",
    "lsq-fit -q --threads=1 --rcond=0.1 --no-intercept -w 1e-150",
    "lsq-fit -q --by-name -g 1",
    "lsq-fit -q --by-name --others -g 50% --ridge=1%",
    "lsq-fit -q --nearest=2 -g 50% -w 3 --gain=0",
    "lsq-fit -q --threads=1 --partial -w 0.5",
    "lsq-fit -q --threads=1 -g 1 --partial --no-intercept -w 1e300",
    "lsq-fit -q --by-name --partial -g 1",
    "lsq-fit -q --by-name --others --partial --no-intercept -g 1",
    "lsq-fit -q --threads=1 --partial --allow-duplicates -w 0.5",
    "lsq-fit -q --threads=1 --expect=1",
    "lsq-fit -q --threads=1 --partial --shard=s --expect=1 -g 1",
    "lsq-fit -q --threads=1 -g 50% --both-ways 1 -",
};
enum { LINES = sizeof lines / sizeof *lines };

static void read_model(void *argument)
{
    (void)argument;
    struct model_set models;
    model_set_read("-", &models);
    for (size_t i = 0; i < models.count; i++) {
        const struct model *m = &models.list[i];
        FUZZ_CHECK(m->given > 0 && m->targets > 0);
        FUZZ_CHECK(!m->range.known || m->range.low <= m->range.high);
    }
    model_set_free(&models);
}

/* Whether a partial fit is read: where not, then only for what becomes of its numbers. */
static bool is_read(struct bytes partial, const char *words)
{
    struct filter_call again = {.words = words, .in = partial};
    return filter_run(&again, SIZE_MAX) == FUZZ_RETURNED ||
           strstr(fuzz_said(), "overflows") != NULL;
}

static void check_partial(struct bytes bytes)
{
    struct bytes copy = {fuzz_copy(bytes), bytes.n};
    FUZZ_CHECK(is_read(copy, "lsq-fit -q --threads=1 --partial --allow-duplicates") ||
               is_read(copy, "lsq-fit -q --threads=1 --partial --allow-duplicates --no-intercept"));
    free((void *)(uintptr_t)copy.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct filter_call call;
    if (!filter_try(&call, lines, LINES, data, size)) {
        /* A local model is written as its rows come. */
        FUZZ_CHECK(size < 3 || fuzz_output().n == 0 ||
                   strstr(lines[data[0] % LINES], "--nearest") != NULL);
        return 0;
    }
    struct filter_rows left_out = {.any = false};
    if (strstr(call.words, "--left-out") != NULL)
        filter_read(&left_out, fuzz_filed());
    /* Both were this run's. */
    filter_run(&call, SIZE_MAX);
    if (strstr(call.words, "--partial") != NULL) {
        check_partial(fuzz_output());
        return 0;
    }
    struct bytes copy = {fuzz_copy(fuzz_output()), fuzz_output().n};
    fuzz_input(0, copy, SIZE_MAX);
    FUZZ_CHECK(fuzz_run(read_model, NULL) == FUZZ_RETURNED);
    free((void *)(uintptr_t)copy.p);
    return 0;
}
