/* The models that lsq-predict is given: one for all rows, or one for each name. */
#ifndef WAVEFILL_MODEL_MODEL_SET_H
#define WAVEFILL_MODEL_MODEL_SET_H

#include "model/model.h"
#include "base/name_index.h"

#include <stdbool.h>
#include <stddef.h>

struct models {
    struct model *list; /* owned (models_free) */
    size_t count, room;
    size_t found;        /* where models_find looks first */
    struct names places; /* in the list, by name */
};

/* Reads all that path ("-" is standard input) holds. Several models must have names, each
 * another one, and agree in how many columns are given and predicted, in col0 and rate, and
 * in whether they have a range. Anything else ends the program with a message. */
void models_read(const char *path, struct models *models);
void models_free(struct models *models);

/* The number in the list of the model for rows of that name (stem.h): of a single model 0,
 * whatever its name is. False if there is none. */
bool models_find(struct models *models, struct str name, size_t *at);

#endif
