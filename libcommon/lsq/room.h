/* Memory for arrays that may be large: malloc's, which the kernel is asked to back with large
 * pages. A small page costs 3 µs when it is first written, up to a fifth of a large fit's time. */
#ifndef WAVEFILL_LSQ_ROOM_H
#define WAVEFILL_LSQ_ROOM_H

#include <stddef.h>

/* Room for count doubles; NULL without memory. The caller frees. */
double *room_new(size_t count);

/* The same with old's first `used` doubles in it; old is freed, unless there is no memory. They are
 * copied, for large pages that realloc moves fall apart into small ones, slower than these. */
double *room_grow(double *old, size_t used, size_t count);

#endif
