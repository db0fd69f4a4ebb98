#include "stream/map_scan.h"

#include <stdbool.h>
#include <stdio.h>

/* One value's header, as the msgpack specification lays it out. */
struct header {
    size_t width;      /* bytes of the length field */
    uint64_t fixed;    /* payload bytes besides the length */
    unsigned children; /* per counted element: 1 in a list, 2 in a map, 0 otherwise */
};

void map_scan_init(struct map_scan *scan)
{
    /* The map itself is the one value to come, outside of any container. */
    *scan = (struct map_scan){.need = 1, .depth = 1, .left = {1}, .pending = 1};
}

static enum map_scan_status bad(struct map_scan *scan, const char *what)
{
    snprintf(scan->why, sizeof scan->why, "%s", what);
    return MAP_SCAN_BAD;
}

/* Of the types from 0xc0 to 0xdf. msgpack never uses 0xc1. */
static const struct header headers[32] = {
    [0x04] = {1, 0, 0}, [0x05] = {2, 0, 0},  [0x06] = {4, 0, 0}, /* bin */
    [0x07] = {1, 1, 0}, [0x08] = {2, 1, 0},  [0x09] = {4, 1, 0}, /* ext */
    [0x0a] = {0, 4, 0}, [0x0b] = {0, 8, 0},                      /* float */
    [0x0c] = {0, 1, 0}, [0x0d] = {0, 2, 0},  [0x0e] = {0, 4, 0}, [0x0f] = {0, 8, 0},
    [0x10] = {0, 1, 0}, [0x11] = {0, 2, 0},  [0x12] = {0, 4, 0}, [0x13] = {0, 8, 0},
    [0x14] = {0, 2, 0}, [0x15] = {0, 3, 0},  [0x16] = {0, 5, 0}, /* fixext */
    [0x17] = {0, 9, 0}, [0x18] = {0, 17, 0}, [0x19] = {1, 0, 0}, [0x1a] = {2, 0, 0},
    [0x1b] = {4, 0, 0},                     /* str */
    [0x1c] = {2, 0, 1}, [0x1d] = {4, 0, 1}, /* array */
    [0x1e] = {2, 0, 2}, [0x1f] = {4, 0, 2}, /* map */
};

static uint64_t big_endian(const unsigned char *p, size_t n)
{
    uint64_t v = 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

/* A value's header by its first byte, with *count where that byte holds it. */
static struct header classify(unsigned byte, uint64_t *count)
{
    struct header h = {0, 0, 0};
    if (byte >= 0x80 && byte < 0xa0) {
        h.children = byte < 0x90 ? 2 : 1;
        *count = byte & 0x0f;
    } else if (byte >= 0xa0 && byte < 0xc0) {
        *count = byte & 0x1f;
    } else if (byte >= 0xc0 && byte < 0xe0) {
        h = headers[byte - 0xc0];
    }
    return h;
}

/* Reads one header at scan->pos, and steps over its payload if that is there. */
static enum map_scan_status step(struct map_scan *scan, const unsigned char *bytes, size_t size)
{
    uint64_t count = 0;
    struct header h = classify(bytes[scan->pos], &count);
    if (bytes[scan->pos] == 0xc1)
        return bad(scan, "byte 0xc1, expected msgpack");
    scan->need = scan->pos + 1 + h.width;
    if (size < scan->need)
        return MAP_SCAN_MORE;
    if (h.width > 0)
        count = big_endian(bytes + scan->pos + 1, h.width);
    uint64_t payload = h.children > 0 ? 0 : h.fixed + count;
    uint64_t children = count * h.children;
    if (scan->need + payload + children + scan->pending - 1 > MAP_SCAN_MAX)
        return bad(scan, "a map that claims more than 64 MiB, expected several of fewer rows, one "
                         "after the other");
    scan->need += payload;
    if (size < scan->need)
        return MAP_SCAN_MORE;
    scan->left[scan->depth - 1]--;
    scan->pending += children - 1;
    scan->values += children;
    if (scan->values > MAP_SCAN_VALUES)
        return bad(scan, "a map of more than 8388608 values, expected several of fewer rows, one "
                         "after the other");
    if (children > 0 && scan->depth > MAP_SCAN_DEPTH)
        return bad(scan, "maps or lists nested deeper than 16, expected a flat map");
    if (children > 0)
        scan->left[scan->depth++] = children;
    while (scan->depth > 0 && scan->left[scan->depth - 1] == 0)
        scan->depth--;
    scan->pos = scan->need;
    scan->need = scan->pos + 1;
    return MAP_SCAN_DONE;
}

enum map_scan_status map_scan_run(struct map_scan *scan, const unsigned char *bytes, size_t size)
{
    bool map = size == 0 || (bytes[0] & 0xf0) == 0x80 || bytes[0] == 0xde || bytes[0] == 0xdf;
    enum map_scan_status status = MAP_SCAN_DONE;
    if (!map) {
        snprintf(scan->why, sizeof scan->why, "byte 0x%02x, expected the start of a msgpack map",
                 bytes[0]);
        return MAP_SCAN_BAD;
    }
    while (scan->depth > 0 && status == MAP_SCAN_DONE)
        status = size > scan->pos ? step(scan, bytes, size) : MAP_SCAN_MORE;
    return status;
}
