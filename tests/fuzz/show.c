/* show: stream-show of any stream: whole lines, or one line on stderr. */
#include "filter.h"

#include "../../cmd/stream-show.c"

static const char *const lines[] = {
    "stream-show",
    "stream-show - 1",
    "stream-show --csv",
    "stream-show --tsv -n 2 1",
    "stream-show --json",
    "stream-show --json -n 1 - 1",
    "stream-show --coefficients",
    "stream-show --coefficients --csv 1",
    ("stream-show -F "
     "kind,rows,columns,shortest,type,rate,col0,low,high,nonfinite,blocks,names,k,rank,name,"
     "shards"),
    "stream-show --shards - 1",
};
enum { LINES = sizeof lines / sizeof *lines };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct filter_call call;
    if (!filter_try(&call, lines, LINES, data, size))
        return 0;
    struct bytes out = fuzz_output();
    FUZZ_CHECK(out.n == 0 || out.p[out.n - 1] == '\n');
    return 0;
}
