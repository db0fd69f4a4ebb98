#include "stream/head.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* What stands at a bin's start: the bytes of its own header, and its length. */
static size_t bin_header(const unsigned char *at, size_t *length)
{
    size_t width = at[0] == 0xc4 ? 1 : at[0] == 0xc5 ? 2 : at[0] == 0xc6 ? 4 : 0;
    *length = 0;
    for (size_t i = 1; i <= width; i++)
        *length = *length << 8 | at[i];
    return width == 0 ? 0 : 1 + width;
}

/* Makes the map at bytes one of so many fields. */
static void set_fields(unsigned char *bytes, uint64_t fields)
{
    size_t width = bytes[0] == 0xde ? 2 : bytes[0] == 0xdf ? 4 : 0;
    if (width == 0)
        bytes[0] = (unsigned char)(0x80 | fields);
    for (size_t i = width; i > 0; i--, fields >>= 8)
        bytes[i] = (unsigned char)fields;
}

static uint64_t count_fields(const unsigned char *bytes)
{
    size_t width = bytes[0] == 0xde ? 2 : bytes[0] == 0xdf ? 4 : 0;
    uint64_t n = width == 0 ? bytes[0] & 0x0f : 0;
    for (size_t i = 1; i <= width; i++)
        n = n << 8 | bytes[i];
    return n;
}

/* A map of what is there, the data being empty. Its size. */
static size_t complete(struct head *head, const struct map_scan *scan, const char *bytes)
{
    static const char empty[] = {(char)0xc4, 0};
    size_t size = scan->pos + sizeof empty;
    if (size > head->capacity) {
        head->bytes = mem_grow(head->bytes, size, 1);
        head->capacity = size;
    }
    memcpy(head->bytes, bytes, scan->pos);
    memcpy(head->bytes + scan->pos, empty, sizeof empty);
    unsigned char *top = (unsigned char *)head->bytes;
    if (scan->depth == 2) /* of keys and values so many are left, behind the array */
        set_fields(top, count_fields(top) - scan->left[0] / 2);
    return size;
}

/* Whether the last of the fields is a block's rows. */
static bool is_rectangle(const struct head *head)
{
    const struct block *b = &head->block;
    const struct map *map = &head->map;
    return str_is(map->fields[map->count - 1].key, "x") && !b->ragged && b->rows > 0;
}

void head_find(struct head *head, const struct map_scan *scan, const char *bytes, size_t size)
{
    char why[BLOCK_WHY];
    size_t length;
    head->known = false;
    /* The last value of a map that is a field's, or (a bare array) the map itself. */
    bool last = (scan->depth == 2 || scan->depth == 1) && scan->left[scan->depth - 1] == 1;
    if (!last || size < scan->pos + 5)
        return;
    size_t header = bin_header((const unsigned char *)bytes + scan->pos, &length);
    if (header == 0 || length == 0)
        return;
    size_t whole = complete(head, scan, bytes);
    if (!map_parse_head(&head->map, head->bytes, whole, length) ||
        !block_parse(&head->map, &head->block, why) || !is_rectangle(head))
        return;
    head->nd = head->block.nds[0];
    head->block.nds = &head->nd;
    head->start = scan->pos + header;
    head->row_bytes = head->nd.cols * head->nd.type.size;
    head->known = true;
}

void head_free(struct head *head)
{
    map_free(&head->map);
    free(head->bytes);
}
