/* wav: any bytes as a WAV file, through the header check and libsox. The samples that come
 * out are written and decoded as the same ones. */
#include "harness.h"

#include "audio/wav.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES_MAX = 1 << 20 };

static void check_encoded(const struct wav *wav)
{
    char why[WHY_SIZE];
    char *bytes;
    size_t size;
    struct wav again = {.samples = NULL};
    if (wav->rate != floor(wav->rate))
        return;
    int16_t *samples = malloc(wav->count * sizeof *samples);
    FUZZ_CHECK(samples != NULL);
    memcpy(samples, wav->samples, wav->count * sizeof *samples);
    FUZZ_CHECK(wav_encode(samples, wav->count, wav->rate, &bytes, &size, why));
    FUZZ_CHECK(wav_decode(&again, "wav", bytes, size, SAMPLES_MAX, why));
    FUZZ_CHECK(again.count == wav->count && again.rate == wav->rate && again.channels == 1);
    FUZZ_CHECK(memcmp(again.samples, samples, wav->count * sizeof *samples) == 0);
    free(samples);
    wav_free(&again);
    free(bytes);
}

/* The same bytes as the next of the recordings that went before: as if they were the first. */
static void check_next(const struct wav *first, bool ok, struct bytes input)
{
    static unsigned char plain[] =
        "RIFF&\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\2\0\0\0xy";
    char why[WHY_SIZE] = "";
    struct wav wav = {.samples = NULL};
    FUZZ_CHECK(wav_decode(&wav, "wav", plain, sizeof plain - 1, SAMPLES_MAX, why));
    for (int i = 0; i < 2; i++) {
        uint8_t *copy = fuzz_copy(input);
        FUZZ_CHECK(wav_decode(&wav, "wav", copy, input.n, SAMPLES_MAX, why) == ok);
        FUZZ_CHECK(!ok || (wav.count == first->count && wav.rate == first->rate &&
                           wav.channels == first->channels && wav.rounded == first->rounded));
        FUZZ_CHECK(!ok || wav.count == 0 ||
                   memcmp(wav.samples, first->samples, wav.count * sizeof(int16_t)) == 0);
        free(copy);
    }
    wav_free(&wav);
}

static void run(const uint8_t *data, size_t size)
{
    char why[WHY_SIZE] = "";
    struct wav wav = {.samples = NULL};
    uint8_t *copy = fuzz_copy((struct bytes){data, size});
    bool ok = wav_decode(&wav, "wav", copy, size, SAMPLES_MAX, why);
    FUZZ_CHECK(ok || strstr(why, ", expected ") != NULL);
    if (ok && wav.channels == 1) {
        FUZZ_CHECK(wav.count > 0 && wav.rate >= 1 && wav.rate <= 10e6);
        check_encoded(&wav);
    }
    FUZZ_CHECK(!ok || wav.channels > 0);
    check_next(&wav, ok, (struct bytes){data, size});
    wav_free(&wav);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* What libsox allocates once and keeps comes with the first input. */
    static bool first = true;
    if (fuzz_guard != NULL && !first)
        fuzz_guard(true);
    first = false;
    run(data, size);
    if (fuzz_guard != NULL)
        fuzz_guard(false);
    return 0;
}
