#include "fit/local_training.h"

#include "base/mem.h"
#include "fit/training.h"
#include "math/range.h"
#include "stream/row_reader.h"

#include <stdlib.h>

/* The range of rows from `row` on; refuses NaN and infinities. */
static struct range range_of(const struct stream *in, const struct block *block, size_t row,
                             size_t count, size_t columns)
{
    struct range range = range_none();
    double *x = mem_array(columns, sizeof *x);
    for (size_t i = row; i < row + count; i++) {
        row_reader_columns(in, block, i, 0, columns, x);
        range_add(&range, x, columns);
    }
    free(x);
    return range;
}

/* The last map says that it is, with no rows if the input ends so. */
static void put_block(struct stream *in, struct output *out, const struct local_notes *notes,
                      const struct block *block)
{
    size_t columns = notes->given + notes->targets, row = 0;
    bool end = stream_at_end(in);
    do {
        size_t count = local_fitting(out, block, row, columns);
        struct range range = range_of(in, block, row, count, columns);
        if (count > 0 || end)
            local_put(out, notes, block, row, count, &range, end && row + count == block->rows);
        row += count;
    } while (row < block->rows);
}

void local_training_run(struct stream *in, struct output *out, const struct num_pos *given,
                        struct local_notes notes)
{
    struct block block;
    while (stream_next(in, &block)) {
        size_t columns = stream_rectangle(in, &block);
        if (notes.targets == 0 && columns > 0) {
            notes.given = training_given(given, columns, stream_name(in));
            notes.targets = columns - notes.given;
        }
        if (notes.targets > 0)
            put_block(in, out, &notes, &block);
    }
}
