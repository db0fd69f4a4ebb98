/* File names of the Free Spoken Digit Dataset: {digit}_{speaker}_{take}.EXT */
#ifndef WAVEFILL_AUDIO_FSDD_H
#define WAVEFILL_AUDIO_FSDD_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Views into the name that was parsed. */
struct fsdd_name {
    uint64_t digit, take;
    struct str speaker;
    struct str stem;       /* the name without directory and extension */
    const char *extension; /* after the last dot; empty if there is none */
};

/* Takes a path's last component apart. Returns whether its stem has the form
 * digit_speaker_take (numbers up to 999999999, a speaker without '/' that is not
 * empty); stem and extension are set either way. */
bool fsdd_parse(const char *path, struct fsdd_name *name);

/* Order by digit, speaker (bytes), take: negative, 0 or positive. */
int fsdd_compare(const struct fsdd_name *a, const struct fsdd_name *b);

#endif
