#include "stream/in_step.h"

#include "base/msg.h"

/* The present rows: the same name where both have one, and the same rate as far as it is known. */
static void check(const struct row_reader *first, const struct row_reader *other)
{
    struct str a = row_reader_name(first);
    struct str b = row_reader_name(other);
    double rate = stream_rate(first->in), other_rate = stream_rate(other->in);
    char expected[2048], found[2048];
    if (a.n > 0 && b.n > 0 && !str_equal(a, b))
        die(stream_name(other->in), "row %zu is %s, expected %s as in %s", row_reader_number(other),
            msg_text(b.p, b.n, found, sizeof found), msg_text(a.p, a.n, expected, sizeof expected),
            stream_name(first->in));
    if (rate > 0 && other_rate > 0 && rate != other_rate)
        die(stream_name(other->in), "%.10g Hz, expected %.10g Hz as in %s", other_rate, rate,
            stream_name(first->in));
}

/* Steps the other on as well: `more` says whether the first has one more row. */
static void step_with(const struct row_reader *first, struct row_reader *other, bool more)
{
    size_t rows = stream_row0(first->in);
    if (row_reader_next(other) == more)
        return;
    if (!more)
        die(stream_name(other->in), "more than %zu row%s, expected as many as in %s", rows,
            msg_plural(rows), stream_name(first->in));
    rows = stream_row0(other->in);
    die(stream_name(other->in), "%zu row%s, expected as many as in %s", rows, msg_plural(rows),
        stream_name(first->in));
}

bool in_step_next(struct row_reader *readers, size_t count)
{
    bool more = row_reader_next(readers);
    for (size_t i = 1; i < count; i++)
        step_with(readers, &readers[i], more);
    for (size_t i = 1; i < count && more; i++)
        for (size_t j = 0; j < i; j++)
            check(&readers[j], &readers[i]);
    return more;
}

struct str in_step_name(const struct row_reader *readers, size_t count)
{
    size_t i = 0;
    while (i + 1 < count && row_reader_name(&readers[i]).n == 0)
        i++;
    return row_reader_name(&readers[i]);
}
