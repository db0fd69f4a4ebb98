/* Where a msgpack map ends, and whether its claims can be true, found from the
 * headers alone and before anything is allocated for it. Resumable: bytes may
 * arrive a few at a time. */
#ifndef WAVEFILL_STREAM_MAP_SCAN_H
#define WAVEFILL_STREAM_MAP_SCAN_H

#include <stddef.h>
#include <stdint.h>

enum {
    FRAME_MAX = 64 << 20,   /* bytes in one map: Python's reader drops maps above 100 MiB */
    FRAME_VALUES = 1 << 23, /* values in one map, containers included */
    FRAME_DEPTH = 16        /* maps and lists inside each other */
};

enum frame_status {
    FRAME_MORE, /* not complete: `need` bytes from the start must be there */
    FRAME_DONE, /* the map is `pos` bytes long */
    FRAME_BAD   /* `why` says what was found and expected */
};

struct frame {
    size_t pos, need;
    size_t depth;
    uint64_t left[FRAME_DEPTH]; /* values still to come, a level */
    uint64_t pending;           /* their sum: each takes a byte at least */
    uint64_t values;
    char why[128];
};

void frame_init(struct frame *frame);

/* Goes on where the last call stopped. bytes: all of the map that has arrived,
 * from its start; size must not shrink between calls. */
enum frame_status frame_scan(struct frame *frame, const unsigned char *bytes, size_t size);

#endif
