/* text: csv-load of any text: rows of finite numbers, all of one length, or one line on stderr; the
 * same where each line is looked at alone. */
#include "filter.h"

#include "text/csv_plain.h"

static bool alone;
#define csv_plain_run(plain) (alone ? (void)0 : csv_plain_run(plain))

#include "../../cmd/csv-load.c"

static const char *const lines[] = {
    "csv-load -q",
    "csv-load -q --header=no -m drop -",
    "csv-load -q --header=yes 1 -",
    "csv-load -q -d space -c 1,0 1",
    "csv-load -q -d tab -n 0",
    "csv-load -q --decimal=, --comment=#",
    "csv-load -q -t int64 -m drop",
    "csv-load -q -t float32 -n a -c b,0",
    "csv-load -q -t uint8 -d ; 1 -",
};
enum { LINES = sizeof lines / sizeof *lines };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct filter_call call;
    struct filter_rows rows = {.any = false};
    alone = false;
    bool done = filter_try(&call, lines, LINES, data, size);
    struct bytes out = fuzz_output();
    uint64_t hash =
        fuzz_hash(fuzz_hash(FUZZ_HASH, out.p, done ? out.n : 0), fuzz_said(), strlen(fuzz_said()));
    alone = true;
    FUZZ_CHECK(filter_try(&call, lines, LINES, data, size) == done);
    out = fuzz_output();
    FUZZ_CHECK(hash == fuzz_hash(fuzz_hash(FUZZ_HASH, out.p, done ? out.n : 0), fuzz_said(),
                                 strlen(fuzz_said())));
    if (!done)
        return 0;
    filter_read(&rows, out);
    FUZZ_CHECK(rows.rows > 0);
    return 0;
}
