#include "model/shards.h"

#include "base/mem.h"
#include "base/msg.h"
#include "base/utf8.h"
#include "stream/pack.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool shards_read_digest(struct str s, uint64_t *digest)
{
    static const char hex[] = "0123456789abcdef";
    *digest = 0;
    for (size_t i = 0; i < s.n; i++) {
        const char *at = memchr(hex, s.p[i], sizeof hex - 1);
        if (at == NULL)
            return false;
        *digest = *digest << 4 | (uint64_t)(at - hex);
    }
    return s.n == SHARDS_DIGEST;
}

const char *shards_digest(const struct shard *shard, char text[SHARDS_DIGEST + 1])
{
    snprintf(text, SHARDS_DIGEST + 1, "%016" PRIx64, shard->digest);
    return shard->has_digest ? text : "-";
}

struct shard *shards_add(struct shards *shards, struct str name, const char *file)
{
    shards->list = mem_room(shards->list, shards->count, sizeof *shards->list);
    struct shard *added = &shards->list[shards->count++];
    *added = (struct shard){.name = {mem_text(name.p, name.n), name.n}, .file = file};
    return added;
}

static void read_shard(const struct fields *f, struct shards *shards)
{
    const struct map_value *name = fields_find(f, FIELD_NAME);
    const struct map_value *digest = fields_find(f, FIELD_DIGEST);
    if (name == NULL || name->kind != MAP_STR || !utf8_valid(name->str.p, name->str.n))
        die(f->name, "%s whose \"%s\" is no text in UTF-8, expected its name", f->what,
            field_key(FIELD_NAME));
    struct shard *shard = shards_add(shards, name->str, f->name);
    shard->rows = fields_uint(f, FIELD_ROWS, 1, INT64_MAX);
    shard->has_digest = digest != NULL;
    if (digest != NULL &&
        (digest->kind != MAP_STR || !shards_read_digest(digest->str, &shard->digest)))
        die(f->name, "%s whose \"%s\" is no text of %d hexadecimal digits, expected it or none",
            f->what, field_key(FIELD_DIGEST), SHARDS_DIGEST);
}

bool shards_read(const struct fields *f, struct shards *shards)
{
    const struct map_value *list = fields_find(f, FIELD_SHARDS);
    struct map map = {.count = 0};
    char what[64];
    if (list == NULL)
        return false;
    if (list->kind != MAP_LIST_MAP && list->kind != MAP_EMPTY)
        die(f->name, "%s whose \"%s\" is no list of maps, expected one map a shard", f->what,
            field_key(FIELD_SHARDS));
    for (size_t i = 0; i < list->count; i++) {
        snprintf(what, sizeof what, "shard %zu of %s", i, f->what);
        struct fields shard = {f->name, what, &map};
        if (!map_parse_item(&map, list, i))
            die(f->name, "%s: %s", what, map.why);
        read_shard(&shard, shards);
    }
    map_free(&map);
    return true;
}

static void put_shard(struct output *out, const struct shard *shard)
{
    char text[SHARDS_DIGEST + 1];
    struct fields_out to = {out, 0};
    pack_map(out, 2 + shard->has_digest);
    fields_put_key(&to, FIELD_NAME);
    pack_str(out, shard->name);
    fields_put_uint(&to, FIELD_ROWS, shard->rows);
    if (shard->has_digest && fields_put_key(&to, FIELD_DIGEST))
        pack_key(out, shards_digest(shard, text));
}

void shards_put(struct fields_out *to, const struct shards *shards)
{
    size_t count = shards != NULL ? shards->count : 0;
    if (!fields_put_key(to, FIELD_SHARDS))
        return;
    pack_list(to->out, count);
    for (size_t i = 0; i < count; i++)
        put_shard(to->out, &shards->list[i]);
}

size_t shards_size(const struct shards *shards)
{
    enum { KEY_AND_HEAD = 12, EACH = 1 + 5 + 5 + 5 + 9 + 7 + 1 + SHARDS_DIGEST };
    size_t size = KEY_AND_HEAD;
    for (size_t i = 0; shards != NULL && i < shards->count; i++)
        size += EACH + shards->list[i].name.n;
    return size;
}

void shards_free(struct shards *shards)
{
    for (size_t i = 0; i < shards->count; i++)
        free((char *)shards->list[i].name.p);
    free(shards->list);
}
