/* Fields of the maps that lsq-fit writes, models and partial fits: their keys, those that must be
 * there, and "key: value" pairs out. A field that is missing or does not fit ends the program with
 * a message. */
#ifndef WAVEFILL_MODEL_FIELDS_H
#define WAVEFILL_MODEL_FIELDS_H

#include "base/output.h"
#include "base/str.h"
#include "math/range.h"
#include "stream/block.h"
#include "stream/map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All keys: those before rate are lsq-fit's own, the others a block's too, and the last a shard's.
 * wavefill-stream(5) says what they hold. */
/* clang-format off */
#define FIELDS(X) \
    X(FIELD_LSQ, "lsq") \
    X(FIELD_LSQ_PARTIAL, "lsq_partial") \
    X(FIELD_K, "k") \
    X(FIELD_TARGETS, "targets") \
    X(FIELD_TARGET0, "target0") \
    X(FIELD_GIVEN0, "given0") \
    X(FIELD_ROWS, "rows") \
    X(FIELD_RANK, "rank") \
    X(FIELD_RCOND, "rcond") \
    X(FIELD_FIT_INTERCEPT, "fit_intercept") \
    X(FIELD_RANGE, "range") \
    X(FIELD_NAME, "name") \
    X(FIELD_RIDGE, "ridge") \
    X(FIELD_GRID, "grid") \
    X(FIELD_LOO_MSE, "loo_mse") \
    X(FIELD_LOO_R2, "loo_r2") \
    X(FIELD_SINGULAR, "singular") \
    X(FIELD_RSS, "rss") \
    X(FIELD_TSS, "tss") \
    X(FIELD_INTERCEPT, "intercept") \
    X(FIELD_COEF, "coef") \
    X(FIELD_BASIS, "basis") \
    X(FIELD_LOADINGS, "loadings") \
    X(FIELD_SHIFT, "shift") \
    X(FIELD_FLOAT32, "float32") \
    X(FIELD_REDUCED, "reduced") \
    X(FIELD_NEAREST, "nearest") \
    X(FIELD_BANDWIDTH, "bandwidth") \
    X(FIELD_GAIN, "gain") \
    X(FIELD_RIDGE_RELATIVE, "ridge_relative") \
    X(FIELD_WEIGHT, "weight") \
    X(FIELD_SHARDS, "shards") \
    X(FIELD_CHECKSUM, "checksum") \
    X(FIELD_RATE, "rate") \
    X(FIELD_COL0, "col0") \
    X(FIELD_LAST, "last") \
    X(FIELD_X, "x") \
    X(FIELD_NAMES, "names") \
    X(FIELD_DIGEST, "digest")
/* clang-format on */
#define FIELD_NAMED(field, key) field,
enum field { FIELDS(FIELD_NAMED) FIELD_COUNT };

const char *field_key(enum field field);

/* Whether a key is one of lsq-fit's own: a matrix's attributes of these names are not handed on. */
bool field_is_own(struct str key);

struct fields {
    const char *name; /* the file, for messages */
    const char *what; /* "a model", say */
    const struct map *map;
};

/* The value, or NULL. */
const struct map_value *fields_find(const struct fields *f, enum field field);

/* An integer from low to high. */
uint64_t fields_uint(const struct fields *f, enum field field, uint64_t low, uint64_t high);

bool fields_bool(const struct fields *f, enum field field);

/* A finite number above 0, or from 0. */
double fields_double(const struct fields *f, enum field field, bool from_0);

/* An array of that shape (ndim 1: rows is 1) as finite doubles; the caller frees. */
double *fields_array(const struct fields *f, enum field field, unsigned ndim, size_t rows,
                     size_t cols);

/* A 2-D array of so many columns: a view. */
const struct array *fields_rows(const struct fields *f, enum field field, size_t cols);

/* One name for each of so many rows, views; NULL where they have none. */
const struct str *fields_names(const struct fields *f, size_t rows);

/* Refuses f unless its fields are those of first, but for those that skip names. */
void fields_check_same(const struct fields *f, const struct map *first,
                       bool (*skip)(struct str key));

/* Whether the rate of the rows is noted, which *rate becomes, else 0; their first column. */
bool fields_rate(const struct fields *f, double *rate);
uint64_t fields_col0(const struct fields *f);

/* The range of the values that were fitted, least and largest, where it is noted. */
struct range fields_range(const struct fields *f);

/* Pairs out. out NULL: they are only counted, for the head of the map. */
struct fields_out {
    struct output *out;
    size_t count;
};

/* Counts a pair, and writes its key; whether its value is to follow. */
bool fields_put_key(struct fields_out *to, enum field field);
void fields_put_uint(struct fields_out *to, enum field field, uint64_t value);
void fields_put_bool(struct fields_out *to, enum field field, bool value);
void fields_put_double(struct fields_out *to, enum field field, double value);
void fields_put_vector(struct fields_out *to, enum field field, const double *v, size_t n);

/* Columns first to first + count of a (rows × cols). */
void fields_put_columns(struct fields_out *to, enum field field, const double *a, size_t rows,
                        size_t cols, size_t first, size_t count);

/* Where they are known. */
void fields_put_range(struct fields_out *to, const struct range *range);
void fields_put_name(struct fields_out *to, struct str name);

/* rate, col0 and the attributes of other names than lsq-fit's own. */
void fields_put_meta(struct fields_out *to, const struct block *meta);

/* How many doubles the arrays of a map may have, all together, beside its own keys, numbers and
 * heads of arrays, meta's rate, col0 and attributes, and so many bytes more. 0 where those leave
 * none. */
size_t fields_capacity(const struct block *meta, size_t bytes);

#endif
