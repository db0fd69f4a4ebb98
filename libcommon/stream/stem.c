#include "stream/stem.h"

#include <string.h>

struct str stem_of(struct str name)
{
    size_t n = name.n;
    while (n > 0 && name.p[n - 1] >= '0' && name.p[n - 1] <= '9')
        n--;
    bool framed = n > 1 && n < name.n && name.p[n - 1] == '@';
    return framed ? (struct str){name.p, n - 1} : name;
}

bool stem_equal(struct str a, struct str b)
{
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}
