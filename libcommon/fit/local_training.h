/* The work of lsq-fit --nearest: rows in, the same rows out as a local model. Errors end the
 * program with a message. */
#ifndef WAVEFILL_FIT_LOCAL_TRAINING_H
#define WAVEFILL_FIT_LOCAL_TRAINING_H

#include "base/num.h"
#include "base/output.h"
#include "model/local_write.h"
#include "stream/stream.h"

/* Writes all rows of in as they come, a map or more a block. given: of their columns; notes'
 * own given and targets are not looked at. */
void local_training_run(struct stream *in, struct output *out, const struct num_pos *given,
                        struct local_notes notes);

#endif
