/* A local model (lsq-fit --nearest): its training rows, in the type that they came in, read from
 * the model's file or, where that is a pipe, kept in memory, from 64 MiB on in a temporary file. */
#ifndef WAVEFILL_MODEL_LOCAL_H
#define WAVEFILL_MODEL_LOCAL_H

#include "base/name_index.h"
#include "base/spool.h"
#include "base/str.h"
#include "lsq/nearest.h"
#include "stream/array.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The rows of one map. */
struct local_part {
    size_t first, rows; /* place among all rows */
    struct array_type type;
    uint64_t offset; /* of its data among those of all parts */
    double weight;
};

/* Starts as zeroes; local_free. */
struct local {
    struct nearest_settings settings;
    size_t columns, rows; /* given columns and targets; of all parts */
    struct local_part *parts;
    size_t count;
    struct spool *data; /* the rows, or the model's file */
    bool in_file;       /* the latter */
    uint64_t size;      /* of data that is not in the model's file */
    char *buffer;       /* for rows that come from a file, room for so many bytes */
    size_t room;
    uint32_t *owners; /* of each row: the number of its name (str_stem), from 1; 0: it has none */
    struct str_list names;
    struct name_index places; /* of the names in their list */
    size_t found;             /* where a name is looked for first */
    size_t *sizes;            /* how many rows each owner has */
    bool whole;               /* all values are whole numbers */
    double peak;              /* their largest magnitude */
    double rate;              /* of the rows, in Hz, where one is known */
    bool has_rate;
    uint64_t col0; /* the number of their first column */
};

/* The number of a name (its str_stem); 0 for an empty one, and where no row has it. */
uint32_t local_owner(const struct local *local, struct str name);

/* How many rows the name has that has most. */
size_t local_most_owned(const struct local *local);

/* Adds a part of `rows` rows (array: rows × columns; names: one a row, or NULL), whose data stand
 * at that place in the model's file. False if one of
 * its values is not finite. */
bool local_add(struct local *local, const struct array *array, const struct str *names,
               double weight, uint64_t place);

/* The part that a row is in. */
const struct local_part *local_part(const struct local *local, size_t row);

/* The first `width` columns of rows first to first + count of a part's as doubles, times scale. */
void local_rows(struct local *local, const struct local_part *part, size_t first, size_t count,
                size_t width, double scale, double *to);

/* Whether bandwidth, gain and penalty are the same. */
bool local_settings_agree(const struct local *a, const struct local *b);

void local_free(struct local *local);

#endif
