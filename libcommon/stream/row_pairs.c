#include "stream/row_pairs.h"

#include "base/mem.h"
#include "base/msg.h"

#include <inttypes.h>
#include <stdlib.h>

/* The present rows: the same name where both have one, and the same rate. */
static void check(const struct row_reader *known, const struct row_reader *predicted)
{
    struct str a = row_reader_name(known);
    struct str b = row_reader_name(predicted);
    const struct block *k = &known->block;
    const struct block *p = &predicted->block;
    char expected[2048], found[2048];
    if (a.n > 0 && b.n > 0 && !str_equal(a, b))
        die(stream_name(predicted->in), "row %zu is %s, expected %s as in %s",
            row_reader_number(predicted), msg_text(b.p, b.n, found, sizeof found),
            msg_text(a.p, a.n, expected, sizeof expected), stream_name(known->in));
    if (k->has_rate && p->has_rate && k->rate != p->rate)
        die(stream_name(predicted->in), "%.10g Hz, expected %.10g Hz as in %s", p->rate, k->rate,
            stream_name(known->in));
}

/* Steps predicted on as well: `more` says whether there is one more known row. */
static void step_with(const struct row_reader *known, struct row_reader *predicted, bool more)
{
    size_t rows = stream_row0(known->in);
    if (row_reader_next(predicted) == more)
        return;
    if (!more)
        die(stream_name(predicted->in), "more than %zu row%s, expected as many as in %s", rows,
            msg_plural(rows), stream_name(known->in));
    rows = stream_row0(predicted->in);
    die(stream_name(predicted->in), "%zu row%s, expected as many as in %s", rows, msg_plural(rows),
        stream_name(known->in));
}

bool row_pairs_next(struct row_pairs *pairs)
{
    bool more = row_reader_next(&pairs->known);
    if (pairs->predicted.in == NULL)
        return more;
    step_with(&pairs->known, &pairs->predicted, more);
    if (more)
        check(&pairs->known, &pairs->predicted);
    return more;
}

struct str row_pairs_name(const struct row_pairs *pairs)
{
    struct str name = row_reader_name(&pairs->known);
    bool other = name.n == 0 && pairs->predicted.in != NULL;
    return other ? row_reader_name(&pairs->predicted) : name;
}

/* Where in a known row the predicted columns begin. */
static size_t offset_of(const struct row_reader *known, const struct row_reader *predicted)
{
    size_t have = row_reader_cols(known);
    size_t want = row_reader_cols(predicted);
    uint64_t from = known->block.col0;
    uint64_t at = predicted->block.has_col0 ? predicted->block.col0 : from;
    /* Known rows without a position are taken as they stand if they fit exactly. */
    if (have == want && !known->block.has_col0)
        return 0;
    if (!predicted->block.has_col0 && want < have)
        die(stream_name(predicted->in),
            "row %zu: %zu column%s and no col0, expected %zu as in %s, or a col0",
            row_reader_number(predicted), want, msg_plural(want), have, stream_name(known->in));
    if (at < from || at - from > have || want > have - (size_t)(at - from))
        die(stream_name(predicted->in),
            "row %zu: columns %" PRIu64 ":%" PRIu64 ", expected columns among %" PRIu64 ":%" PRIu64
            " as in %s",
            row_reader_number(predicted), at, at + want, from, from + have, stream_name(known->in));
    return (size_t)(at - from);
}

/* Once, with the first row: all predicted rows have as many columns. */
static void choose_columns(struct row_pairs *pairs, size_t cols)
{
    struct num_columns c = num_resolve_span(&pairs->span, cols);
    if (c.to > cols || c.from >= c.to)
        die(stream_name(pairs->predicted.in),
            "columns %s are %" PRIu64 ":%" PRIu64 " of %zu compared, expected A < B <= %zu",
            pairs->span.text, c.from, c.to, cols, cols);
    pairs->from = (size_t)c.from;
    pairs->cols = (size_t)(c.to - c.from);
    pairs->predicted_values = mem_array(cols, sizeof *pairs->predicted_values);
}

struct row_pair row_pairs_match(struct row_pairs *pairs)
{
    const struct row_reader *k = &pairs->known;
    const struct row_reader *p = &pairs->predicted;
    size_t cols = stream_rectangle(p->in, &p->block);
    size_t offset = offset_of(k, p);
    if (pairs->predicted_values == NULL)
        choose_columns(pairs, cols);
    if (offset + cols > pairs->known_size) {
        pairs->known_size = offset + cols;
        pairs->known_values =
            mem_grow(pairs->known_values, pairs->known_size, sizeof *pairs->known_values);
    }
    row_reader_columns(k->in, &k->block, k->row, 0, offset + cols, pairs->known_values);
    row_reader_columns(p->in, &p->block, p->row, 0, cols, pairs->predicted_values);
    return (struct row_pair){pairs->known_values + offset + pairs->from,
                             pairs->predicted_values + pairs->from, pairs->cols};
}

void row_pairs_free(struct row_pairs *pairs)
{
    free(pairs->known_values);
    free(pairs->predicted_values);
}
