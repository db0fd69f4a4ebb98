/* The head of a matrix block: what is known of its rows once all is there but their data,
 * so that rows can be used as they come. */
#ifndef WAVEFILL_STREAM_HEAD_H
#define WAVEFILL_STREAM_HEAD_H

#include "stream/block.h"
#include "stream/map_scan.h"
#include "stream/map.h"

#include <stdbool.h>
#include <stddef.h>

struct head {
    bool known;
    struct block block; /* a rectangle of rows, as block_parse will find it; its one nd is `nd` */
    struct array nd;    /* data: the caller's to set */
    size_t start;       /* of the data, bytes from the map's start */
    size_t row_bytes;
    struct map map;
    char *bytes;
    size_t capacity;
};

/* Sets head->known: whether the map at bytes, which map_scan_run wants more of, lacks nothing
 * but the data of a block's array and what stands behind them. A head that this finds is
 * what the whole map will say too, if it can be read at all. Zeroed before the first call;
 * freed with head_free. */
void head_find(struct head *head, const struct map_scan *scan, const char *bytes, size_t size);
void head_free(struct head *head);

#endif
