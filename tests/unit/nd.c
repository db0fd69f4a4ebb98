/* nd: NumPy's type names, and each type's way to double in both byte orders. */
#include "stream/array.h"

#include "unit.h"

#include <stdint.h>
#include <string.h>

static int parses(const char *name)
{
    struct array_type type;
    return array_parse_type((struct str){name, strlen(name)}, &type);
}

/* The value of one element of that type; bytes in the order that the name says. */
static double value(const char *name, const char *bytes)
{
    struct array_type type;
    double v = 0;
    if (!array_parse_type((struct str){name, 3}, &type))
        return -999;
    array_to_double(&type, bytes, 1, &v);
    return v;
}

int main(void)
{
    const char *const good[] = {"|b1", "|i1", "|u1", "<i2", ">i2", "=i2",
                                "<u4", ">u8", "<f4", ">f8", "<i1"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        EXPECT(parses(good[i]));
    const char *const bad[] = {"",    "i2",  "<i3",  "<f2", "<f1", "<c8", "|O8", "|S4", "|i2",
                               "<b4", "<x4", "<i22", "<i0", "<i9", "<U1", "<M8", "<m8", "|V8"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        EXPECT(!parses(bad[i]));
    EXPECT(!array_parse_type((struct str){"<\0002", 3}, &(struct array_type){0}));

    EXPECT(value("|b1", "\x00") == 0 && value("|b1", "\x01") == 1 && value("|b1", "\x07") == 1);
    EXPECT(value("|i1", "\xff") == -1 && value("|u1", "\xff") == 255);
    EXPECT(value("<i2", "\xfe\xff") == -2 && value(">i2", "\xff\xfe") == -2);
    EXPECT(value("<u2", "\xfe\xff") == 65534 && value(">u2", "\xff\xfe") == 65534);
    EXPECT(value("<i4", "\x00\x00\x00\x80") == -2147483648.0);
    EXPECT(value(">i4", "\x80\x00\x00\x00") == -2147483648.0);
    EXPECT(value("<u4", "\xff\xff\xff\xff") == 4294967295.0);
    EXPECT(value(">u4", "\xff\xff\xff\xfe") == 4294967294.0);
    EXPECT(value("<i8", "\xff\xff\xff\xff\xff\xff\xff\xff") == -1);
    EXPECT(value(">i8", "\x00\x00\x00\x00\x00\x00\x01\x02") == 258);
    EXPECT(value("<u8", "\xff\xff\xff\xff\xff\xff\xff\xff") == 18446744073709551616.0);
    EXPECT(value(">u8", "\x80\x00\x00\x00\x00\x00\x00\x00") == 9223372036854775808.0);
    EXPECT(value("<f4", "\x00\x00\xc0\xbf") == -1.5 && value(">f4", "\xbf\xc0\x00\x00") == -1.5);
    EXPECT(value("<f8", "\x00\x00\x00\x00\x00\x00\x04\x40") == 2.5);
    EXPECT(value(">f8", "\x40\x04\x00\x00\x00\x00\x00\x00") == 2.5);
    return UNIT_END();
}
