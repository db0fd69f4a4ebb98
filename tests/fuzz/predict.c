/* predict: lsq-predict with any model and any rows: what it writes is finite, and of as many
 * columns as were asked for. */
#include "filter.h"

#include "../../cmd/lsq-predict.c"

static const char *const lines[] = {
    "lsq-predict -q 1",
    "lsq-predict -q --extend=1 1",
    "lsq-predict -q -e 40 1",
    "lsq-predict -q -e 40 --clamp 1",
    "lsq-predict -q -e 3 --clamp 1",
    "lsq-predict -q -e 2 1 - -",
    "lsq-predict -q --others -e 4 --clamp 1",
};
enum { LINES = sizeof lines / sizeof *lines };
static const size_t columns[LINES] = {0, 1, 40, 40, 3, 2, 4};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct filter_call call;
    if (!filter_try(&call, lines, LINES, data, size))
        return 0;
    struct filter_rows got = {.any = false};
    filter_read(&got, fuzz_output());
    FUZZ_CHECK(got.rows > 0);
    FUZZ_CHECK(columns[data[0] % LINES] == 0 || got.cols == columns[data[0] % LINES]);
    return 0;
}
