/* Rows and partial fits of many names, each name's for a fit of its own. Errors end the
 * program with a message. */
#ifndef WAVEFILL_FIT_TRAINING_BY_NAME_H
#define WAVEFILL_FIT_TRAINING_BY_NAME_H

#include "fit/training.h"
#include "base/name_index.h"
#include "stream/stream.h"

#include <stddef.h>

/* What belongs to one name (stem.h). */
struct fit_name {
    struct str name; /* bytes owned */
    struct fit_input input;
};

struct fit_names {
    /* In the order in which names came first, each where it stays; owned (fit_names_free). */
    struct fit_name **list;
    size_t count, room;
    struct names places; /* in the list */
};

/* Reads in to its end. settings: those of fit_input.h, for each name. All names end up with the
 * same number of given columns and targets, and one rate. */
void fit_names_read(struct fit_names *names, const struct fit_input *settings, struct stream *in);

/* Each name's input becomes that of all others. file: for messages. */
void fit_names_to_others(struct fit_names *names, const char *file);

void fit_names_free(struct fit_names *names);

#endif
