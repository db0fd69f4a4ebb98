/* scores: r2-score of any truth and prediction: numbers, of which none is above 1; and what
 * is predicted exactly has 1. */
#include "filter.h"

#include "base/num.h"

#include "../../cmd/r2-score.c"

static const char *const lines[] = {
    "r2-score -q 1",
    "r2-score -q 1 --flat --snr -c 25%:",
    "r2-score -q 1 --pooled -u nan -c 1:3",
    "r2-score -q 1 -a variance --snr -u nan",
    "r2-score -q 1 -a none -c :0.5",
    "r2-score -q 1 --by-row --snr -c 1:",
    "r2-score -q 1 --by-row --json -u nan",
    "r2-score -q 1 --pooled --snr --json -c 25%:0.75",
    "r2-score -q 1 -a none --json --snr -u nan -c :2",
};
enum { LINES = sizeof lines / sizeof *lines, PLAIN = 4 };

/* Whether the text begins with a line that is a number: which. */
static bool first_number(struct bytes text, double *value)
{
    char line[NUM_REPR_SIZE];
    const uint8_t *end = memchr(text.p, '\n', text.n);
    size_t n = end != NULL ? (size_t)(end - text.p) : text.n;
    if (n == 0 || n >= sizeof line)
        return false;
    memcpy(line, text.p, n);
    line[n] = '\0';
    *value = strcmp(line, "-inf") == 0 ? -INFINITY : NAN;
    return strcmp(line, "nan") == 0 || isinf(*value) || num_parse_double(line, value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct filter_call call;
    if (!filter_try(&call, lines, LINES, data, size))
        return 0;
    struct bytes out = fuzz_output();
    double value;
    FUZZ_CHECK(out.n > 0 && out.p[out.n - 1] == '\n');
    if (data[0] % LINES < PLAIN)
        FUZZ_CHECK(first_number(out, &value) && !(value > 1));
    struct filter_call exact = {.words = "r2-score -q 1", .in = call.file, .file = call.file};
    if (filter_run(&exact, SIZE_MAX) == FUZZ_RETURNED)
        FUZZ_CHECK(first_number(fuzz_output(), &value) && value == 1);
    return 0;
}
