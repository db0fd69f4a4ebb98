/* text: csv-load of any text: rows of finite numbers, all of one length, or one line on stderr. */
#include "filter.h"

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
    if (!filter_try(&call, lines, LINES, data, size))
        return 0;
    filter_read(&rows, fuzz_output());
    FUZZ_CHECK(rows.rows > 0);
    return 0;
}
