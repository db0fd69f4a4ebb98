/* utf8: what RFC 3629 allows, and nothing else. */
#include "base/utf8.h"

#include "unit.h"

#include <string.h>

static int valid(const char *s)
{
    return utf8_valid(s, strlen(s));
}

int main(void)
{
    EXPECT(valid(""));
    EXPECT(valid("zero"));
    EXPECT(valid("\xc3\xa9"));         /* U+00E9 */
    EXPECT(valid("\xe2\x82\xac"));     /* U+20AC */
    EXPECT(valid("\xed\x9f\xbf"));     /* U+D7FF */
    EXPECT(valid("\xf0\x9f\x8e\xb5")); /* U+1F3B5 */
    EXPECT(valid("\xf4\x8f\xbf\xbf")); /* U+10FFFF */
    const char *const wrong[] = {
        "\x80",             /* a continuation alone */
        "\xc0\xaf",         /* overlong */
        "\xc1\xbf",         /* overlong */
        "\xe0\x80\xaf",     /* overlong */
        "\xf0\x80\x80\xaf", /* overlong */
        "\xed\xa0\x80",     /* a surrogate */
        "\xf4\x90\x80\x80", /* beyond U+10FFFF */
        "\xf5\x80\x80\x80", /* beyond U+10FFFF */
        "\xc3",             /* cut short */
        "\xe2\x82",         /* cut short */
        "\xc3x",            /* no continuation */
        "\xff",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        EXPECT(!valid(wrong[i]));
    EXPECT(utf8_printable("a", 1) == 1);
    EXPECT(utf8_printable("\n", 1) == 0);
    EXPECT(utf8_printable("\033", 1) == 0);
    EXPECT(utf8_printable("\x7f", 1) == 0);
    EXPECT(utf8_printable("\xc2\x9b", 2) == 0); /* C1: some terminals act on it */
    EXPECT(utf8_printable("\xc2\xa0", 2) == 2);
    char out[16];
    EXPECT(utf8_repair("a\xe9z", 3, out) == 5);
    EXPECT(strcmp(out, "a\xef\xbf\xbdz") == 0);
    return UNIT_END();
}
