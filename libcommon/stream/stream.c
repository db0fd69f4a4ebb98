#include "stream/stream.h"

#include "base/mem.h"
#include "base/msg.h"
#include "stream/map_reader.h"

#include <inttypes.h>
#include <stdlib.h>

struct stream {
    struct map_reader *maps;
    size_t rows, block_rows, cols; /* before the present block, in it, in each row */
    const char *also[2];           /* keys of other maps that are accepted; NULL for none */
    bool others;                   /* there has been one */
    bool has_col0;
    double rate; /* 0: none yet */
    uint64_t col0;
};

struct stream *stream_open(char *const paths[], int count)
{
    struct stream *s = mem_zero(1, sizeof *s);
    s->maps = map_reader_open(paths, count, "a matrix stream", " (csv-load makes one of it)");
    return s;
}

void stream_also(struct stream *s, const char *key)
{
    s->also[s->also[0] != NULL] = key;
}

void stream_keep(struct stream *s)
{
    map_reader_keep(s->maps);
}

void stream_rewind(struct stream *s)
{
    map_reader_rewind(s->maps);
    s->rows = s->block_rows = 0;
}

static bool agrees(struct stream *s, const struct block *block, char *why)
{
    if (block->has_rate && s->rate > 0 && block->rate != s->rate)
        return why_not(why, "rate %.10g, expected %.10g as in the rows before", block->rate,
                       s->rate);
    if (s->has_col0 && block->col0 != s->col0)
        return why_not(why, "col0 %" PRIu64 ", expected %" PRIu64 " as in the rows before",
                       block->col0, s->col0);
    s->rate = block->has_rate ? block->rate : s->rate;
    s->col0 = block->col0;
    s->has_col0 = true;
    return true;
}

static bool is_other(const struct stream *s, const struct map *map)
{
    bool found = false;
    for (size_t i = 0; i < 2 && s->also[i] != NULL; i++)
        found |= map_find(map, s->also[i]) != NULL;
    return found && map_find(map, "mat") == NULL;
}

/* Fills block from the map, a matrix block or one of the others that are accepted. */
static void parse(struct stream *s, const struct map *map, struct block *block)
{
    char why[WHY_SIZE];
    bool other = is_other(s, map);
    s->others |= other;
    if (!block_parse(map, other, block, why) || !agrees(s, block, why))
        map_reader_refuse(s->maps, why);
}

bool stream_next(struct stream *s, struct block *block)
{
    const struct map *map = map_reader_next(s->maps);
    s->rows += s->block_rows;
    s->block_rows = 0;
    if (map == NULL) {
        if (s->rows == 0 && !s->others)
            die(stream_name(s), "a matrix of 0 rows, expected at least 1");
        return false;
    }
    parse(s, map, block);
    if (map_reader_file_end(s->maps) && !block->last)
        die(stream_name(s),
            "truncated after %" PRIu64 " bytes: \"last\" is false in the last block, "
            "expected more blocks",
            map_reader_bytes(s->maps));
    s->block_rows = block->rows;
    return true;
}

bool stream_at_end(const struct stream *s)
{
    return map_reader_at_end(s->maps);
}

const char *stream_name(const struct stream *s)
{
    return map_reader_name(s->maps);
}

const char *stream_path(const struct stream *s)
{
    return map_reader_path(s->maps);
}

double stream_rate(const struct stream *s)
{
    return s->rate;
}

size_t stream_row0(const struct stream *s)
{
    return s->rows;
}

uint64_t stream_position(const struct stream *s, const struct block *block, uint64_t columns)
{
    if (block->col0 > (uint64_t)INT64_MAX - columns)
        die(stream_name(s), "columns from %" PRIu64 " on, expected positions up to %" PRId64,
            block->col0, INT64_MAX);
    return block->col0 + columns;
}

size_t stream_rectangle(struct stream *s, const struct block *block)
{
    for (size_t i = 0; i < (block->ragged ? block->rows : block->rows > 0); i++) {
        size_t cols = block_row(block, i).cols;
        if (s->cols == 0)
            s->cols = cols;
        if (cols != s->cols)
            die(stream_name(s),
                "row %zu of %zu column%s, expected %zu as in the rows before "
                "(pad-chop makes them one length)",
                s->rows + i, cols, msg_plural(cols), s->cols);
    }
    return block->rows > 0 ? s->cols : 0;
}

void stream_close(struct stream *s)
{
    map_reader_close(s->maps);
    free(s);
}
