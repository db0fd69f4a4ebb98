/* How the arithmetic of this wing ends. */
#ifndef WAVEFILL_LSQ_STATUS_H
#define WAVEFILL_LSQ_STATUS_H

enum lsq_status {
    LSQ_OK,
    LSQ_NOMEM,    /* no memory, or extents beyond LAPACK's int */
    LSQ_DIVERGED, /* a decomposition failed: an SVD did not converge, or a matrix that Cholesky
                   * was to factor is not positive definite */
    LSQ_OVERFLOW, /* the data are finite, the solution is not */
    LSQ_MISSING   /* there is no LAPACK to load (late.h) */
};

/* The meaning of a status, for a message. */
const char *lsq_status_why(enum lsq_status status);

#endif
