/* Rows and partial fits of many names, each name's for a fit of its own. Errors end the
 * program with a message. */
#ifndef WAVEFILL_FIT_TRAINING_BY_NAME_H
#define WAVEFILL_FIT_TRAINING_BY_NAME_H

#include "base/name_index.h"
#include "base/str.h"
#include "fit/training.h"
#include "stream/stream.h"

#include <stddef.h>

/* What belongs to one name (stem.h). */
struct named_training {
    struct str name; /* bytes owned */
    struct training input;
};

struct training_by_name {
    /* In the order in which names came first, each where it stays; owned (training_by_name_free).
     */
    struct named_training **list;
    size_t count, capacity;
    struct name_index places; /* in the list */
};

/* Reads in to its end. settings: those of fit_input.h, for each name. All names end up with the
 * same number of given columns and targets, and one rate. */
void training_by_name_read(struct training_by_name *names, const struct training *settings,
                           struct stream *in);

/* Each name's input becomes that of all others. file: for messages. */
void training_by_name_to_others(struct training_by_name *names, const char *file);

void training_by_name_free(struct training_by_name *names);

#endif
