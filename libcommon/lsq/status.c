#include "lsq/status.h"

const char *lsq_status_why(enum lsq_status status)
{
    switch (status) {
    case LSQ_NOMEM:
        return "too large for the memory there is, expected fewer columns or rows";
    case LSQ_DIVERGED:
        return "the singular value decomposition did not converge, expected better scaled data";
    case LSQ_OVERFLOW:
        return "values so large, or given columns so small, that the solution overflows, "
               "expected them scaled";
    case LSQ_MISSING:
        return "no liblapack.so.3 that can be loaded, expected LAPACK installed (liblapack3)";
    default:
        return "fitted";
    }
}
