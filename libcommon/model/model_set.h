/* The models that lsq-predict is given: one for all rows, or one for each name. */
#ifndef WAVEFILL_MODEL_MODEL_SET_H
#define WAVEFILL_MODEL_MODEL_SET_H

#include "base/name_index.h"
#include "base/str.h"
#include "model/model.h"
#include "stream/block.h"
#include "stream/stream.h"

#include <stdbool.h>
#include <stddef.h>

struct model_set {
    struct model *list; /* owned (model_set_free) */
    size_t count;
    size_t found;             /* where model_set_find looks first */
    struct name_index places; /* in the list, by name */
};

/* Reads all that path ("-" is standard input) holds. Several models must have names, each
 * another one, and agree in how many columns are given and predicted, in col0 and rate, and
 * in whether they have a range. Anything else ends the program with a message. */
void model_set_read(const char *path, struct model_set *models);
void model_set_free(struct model_set *models);

/* The number in the list of the model for rows of that name (its str_stem): of a single model 0,
 * whatever its name is. False if there is none. */
bool model_set_find(struct model_set *models, struct str name, size_t *at);

/* The model for a row of in's present block, which ends the program if there is none. */
const struct model *model_set_of_row(struct model_set *models, const struct stream *in,
                                     const struct block *block, size_t row);

/* Gives a block of in the models' rate if it has none. Ends the program if it has another. */
void model_set_rate(const struct model_set *models, const struct stream *in, struct block *block);

#endif
