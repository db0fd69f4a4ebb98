#include "stream/row_pairs.h"

#include "base/mem.h"
#include "base/msg.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void row_pairs_init(struct row_pairs *pairs, struct stream *truth, struct stream *predicted,
                    struct num_span span)
{
    memset(pairs, 0, sizeof *pairs);
    pairs->truth.in = truth;
    pairs->predicted.in = predicted;
    pairs->span = span;
}

void row_pairs_free(struct row_pairs *pairs)
{
    free(pairs->truth_room);
    free(pairs->predicted_room);
    memset(pairs, 0, sizeof *pairs);
}

/* Where in a row of the truth the predicted columns begin. */
static size_t offset_of(const struct row_reader *truth, const struct row_reader *predicted)
{
    size_t have = block_row(&truth->block, truth->row - 1).cols;
    size_t want = block_row(&predicted->block, predicted->row - 1).cols;
    uint64_t from = truth->block.col0;
    uint64_t at = predicted->block.has_col0 ? predicted->block.col0 : from;
    /* A truth that carries no position is taken as it stands if it fits exactly. */
    if (have == want && !truth->block.has_col0)
        return 0;
    if (!predicted->block.has_col0 && want < have)
        die(stream_name(predicted->in),
            "row %zu: %zu column%s and no col0, expected %zu as in %s, or a "
            "col0",
            stream_row0(predicted->in) + predicted->row - 1, want, msg_plural(want), have,
            stream_name(truth->in));
    if (at < from || at - from > have || want > have - (size_t)(at - from))
        die(stream_name(predicted->in),
            "row %zu: columns %" PRIu64 ":%" PRIu64 ", expected columns among %" PRIu64 ":%" PRIu64
            " as in %s",
            stream_row0(predicted->in) + predicted->row - 1, at, at + want, from, from + have,
            stream_name(truth->in));
    return (size_t)(at - from);
}

static void check_rates(const struct row_reader *truth, const struct row_reader *predicted)
{
    const struct block *t = &truth->block;
    const struct block *p = &predicted->block;
    if (t->has_rate && p->has_rate && t->rate != p->rate)
        die(stream_name(predicted->in), "%.10g Hz, expected %.10g Hz as in %s", p->rate, t->rate,
            stream_name(truth->in));
}

/* Once, with the first row: all predicted rows have as many columns. */
static void choose_columns(struct row_pairs *pairs, size_t cols)
{
    uint64_t from = num_resolve_pos(&pairs->span.from, cols);
    uint64_t to = num_resolve_pos(&pairs->span.to, cols);
    if (to > cols || from >= to)
        die(stream_name(pairs->predicted.in),
            "columns %s are %" PRIu64 ":%" PRIu64 " of %zu compared, expected A < B <= %zu",
            pairs->span.text, from, to, cols, cols);
    pairs->from = (size_t)from;
    pairs->cols = (size_t)(to - from);
    pairs->predicted_room = mem_array(cols, sizeof *pairs->predicted_room);
}

static void read_row(struct row_pairs *pairs, struct row_pair *pair)
{
    const struct row_reader *truth = &pairs->truth;
    const struct row_reader *predicted = &pairs->predicted;
    row_reader_check_names(truth, predicted);
    check_rates(truth, predicted);
    size_t cols = stream_rectangle(predicted->in, &predicted->block);
    size_t offset = offset_of(truth, predicted);
    if (pairs->predicted_room == NULL)
        choose_columns(pairs, cols);
    if (offset + cols > pairs->truth_size) {
        pairs->truth_size = offset + cols;
        pairs->truth_room =
            mem_grow(pairs->truth_room, pairs->truth_size, sizeof *pairs->truth_room);
    }
    row_reader_row(truth->in, &truth->block, truth->row - 1, offset + cols, pairs->truth_room);
    row_reader_row(predicted->in, &predicted->block, predicted->row - 1, cols,
                   pairs->predicted_room);
    pair->truth = pairs->truth_room + offset + pairs->from;
    pair->predicted = pairs->predicted_room + pairs->from;
    pair->cols = pairs->cols;
    pair->name = block_name(&truth->block, truth->row - 1);
    if (pair->name.n == 0)
        pair->name = block_name(&predicted->block, predicted->row - 1);
}

bool row_pairs_next(struct row_pairs *pairs, struct row_pair *pair)
{
    struct stream *truth = pairs->truth.in;
    struct stream *predicted = pairs->predicted.in;
    bool more = row_reader_next(&pairs->truth);
    if (row_reader_next(&pairs->predicted) != more) {
        if (more)
            die(stream_name(predicted), "%zu row%s, expected as many as in %s",
                stream_row0(predicted), msg_plural(stream_row0(predicted)), stream_name(truth));
        die(stream_name(predicted), "more than %zu row%s, expected as many as in %s",
            stream_row0(truth), msg_plural(stream_row0(truth)), stream_name(truth));
    }
    if (more)
        read_row(pairs, pair);
    return more;
}
