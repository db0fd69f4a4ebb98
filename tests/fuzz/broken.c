/* broken: a target with the faults that the others are to find, so that the tests see
 * them found. Not fuzzed unless asked for (`make fuzz TARGETS=broken`). */
#include "harness.h"

#include "base/mem.h"
#include "base/msg.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is(struct bytes s, const char *word)
{
    return s.n == strlen(word) && memcmp(s.p, word, s.n) == 0;
}

static void run(void *argument)
{
    struct bytes s = *(struct bytes *)argument;
    /* Out of the compiler's sight. */
    static char *volatile block;
    static volatile int number = INT_MAX;
    block = mem_array(16, 1);
    if (is(s, "overrun"))
        block[16] = 'x';
    if (is(s, "overflow"))
        number = number + (int)s.n;
    if (is(s, "die"))
        die("input", "says %.*s, expected anything else", (int)s.n, (const char *)s.p);
    if (!is(s, "leak"))
        free(block);
    block = NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes s = {data, size};
    int status = fuzz_run(run, &s);
    if (is(s, "die"))
        FUZZ_CHECK(status == 1 &&
                   strcmp(fuzz_said(), "wavefill: input: says die, expected anything else\n") == 0);
    FUZZ_CHECK(!is(s, "untrue"));
    return 0;
}
