/* Where a msgpack map ends, and whether its claims can be true, found from the
 * headers alone and before anything is allocated for it. Resumable: bytes may
 * arrive a few at a time. */
#ifndef WAVEFILL_STREAM_MAP_SCAN_H
#define WAVEFILL_STREAM_MAP_SCAN_H

#include <stddef.h>
#include <stdint.h>

enum {
    MAP_SCAN_MAX = 64 << 20,   /* bytes in one map: Python's reader drops maps above 100 MiB */
    MAP_SCAN_VALUES = 1 << 23, /* values in one map, containers included */
    MAP_SCAN_DEPTH = 16        /* maps and lists inside each other */
};

enum map_scan_status {
    MAP_SCAN_MORE, /* not complete: `need` bytes from the start must be there */
    MAP_SCAN_DONE, /* the map is `pos` bytes long */
    MAP_SCAN_BAD   /* `why` says what was found and expected */
};

struct map_scan {
    size_t pos, need;
    size_t depth;                      /* levels open, the first being outside of the map */
    uint64_t left[MAP_SCAN_DEPTH + 1]; /* values still to come, a level */
    uint64_t pending;                  /* their sum: each takes a byte at least */
    uint64_t values;
    char why[128];
};

void map_scan_init(struct map_scan *scan);

/* Goes on where the last call stopped. bytes: all of the map that has arrived,
 * from its start; size must not shrink between calls. */
enum map_scan_status map_scan_run(struct map_scan *scan, const unsigned char *bytes, size_t size);

#endif
