#include "stream/row_pairs.h"

#include "base/mem.h"
#include "base/msg.h"

#include <inttypes.h>
#include <stdlib.h>

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
        die(stream_name(pairs->rows[ROW_PAIRS_PREDICTED].in),
            "columns %s are %" PRIu64 ":%" PRIu64 " of %zu compared, expected A < B <= %zu",
            pairs->span.text, c.from, c.to, cols, cols);
    pairs->from = (size_t)c.from;
    pairs->cols = (size_t)(c.to - c.from);
    pairs->predicted_values = mem_array(cols, sizeof *pairs->predicted_values);
}

struct row_pair row_pairs_match(struct row_pairs *pairs)
{
    const struct row_reader *k = &pairs->rows[ROW_PAIRS_KNOWN];
    const struct row_reader *p = &pairs->rows[ROW_PAIRS_PREDICTED];
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
