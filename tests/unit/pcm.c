/* pcm: rounding, ties, clipping and wrapping. Wrapped values as NumPy 1.24's
 * astype(int16) gives them on x86-64. */
#include "audio/pcm.h"

#include "unit.h"

static int cast(double v, enum pcm_round rounding, enum pcm_overflow overflow)
{
    int16_t out = 0;
    size_t first = 99;
    size_t n = pcm_cast(&v, 1, rounding, overflow, &out, &first);
    EXPECT(n == 0 || first == 0);
    return out;
}

int main(void)
{
    EXPECT(cast(1.9, PCM_TRUNC, PCM_CLIP) == 1 && cast(-1.9, PCM_TRUNC, PCM_CLIP) == -1);
    EXPECT(cast(0.5, PCM_NEAREST, PCM_CLIP) == 0 && cast(1.5, PCM_NEAREST, PCM_CLIP) == 2);
    EXPECT(cast(-2.5, PCM_NEAREST, PCM_CLIP) == -2 && cast(2.6, PCM_NEAREST, PCM_CLIP) == 3);
    EXPECT(cast(32767.9, PCM_TRUNC, PCM_CLIP) == 32767);
    EXPECT(cast(-32768.9, PCM_TRUNC, PCM_CLIP) == -32768);
    EXPECT(cast(32768, PCM_TRUNC, PCM_CLIP) == 32767 &&
           cast(-1e300, PCM_TRUNC, PCM_CLIP) == -32768);
    EXPECT(cast(32768, PCM_TRUNC, PCM_WRAP) == -32768 &&
           cast(-32769, PCM_TRUNC, PCM_WRAP) == 32767);
    EXPECT(cast(65537.7, PCM_TRUNC, PCM_WRAP) == 1 && cast(100000, PCM_TRUNC, PCM_WRAP) == -31072);
    EXPECT(cast(-2147483648.0, PCM_TRUNC, PCM_WRAP) == 0 &&
           cast(2147483647.0, PCM_TRUNC, PCM_WRAP) == -1);
    EXPECT(cast(1e10, PCM_TRUNC, PCM_WRAP) == 0);
    const double many[] = {0, 40000, 5, -40000};
    int16_t out[4];
    size_t first = 0;
    EXPECT(pcm_cast(many, 4, PCM_TRUNC, PCM_CLIP, out, &first) == 2 && first == 1);
    EXPECT(out[0] == 0 && out[1] == 32767 && out[2] == 5 && out[3] == -32768);
    return UNIT_END();
}
