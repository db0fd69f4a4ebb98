#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

size_t utf8_length(const char *s, size_t n)
{
    if (n == 0)
        return 0;
    unsigned char lead = (unsigned char)s[0];
    if (lead < 0x80)
        return 1;
    size_t len = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || len > n)
        return 0;
    uint32_t code = lead & (0x7fU >> len);
    for (size_t i = 1; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        if ((c & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (c & 0x3fU);
    }
    bool overlong = (len == 3 && code < 0x800) || (len == 4 && code < 0x10000);
    bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return overlong || surrogate || code > 0x10ffff ? 0 : len;
}

size_t utf8_printable(const char *s, size_t n)
{
    size_t len = utf8_length(s, n);
    unsigned char c = len > 0 ? (unsigned char)s[0] : 0;
    if (len == 1 && (c < 0x20 || c == 0x7f))
        return 0;
    if (len == 2 && c == 0xc2 && (unsigned char)s[1] < 0xa0)
        return 0;
    return len;
}

bool utf8_valid(const char *s, size_t n)
{
    while (n > 0) {
        size_t len = utf8_length(s, n);
        if (len == 0)
            return false;
        s += len;
        n -= len;
    }
    return true;
}

size_t utf8_repair(const char *s, size_t n, char *out)
{
    size_t used = 0;
    while (n > 0) {
        size_t len = utf8_length(s, n);
        if (len > 0) {
            memcpy(out + used, s, len);
            used += len;
        } else {
            memcpy(out + used, "\xef\xbf\xbd", 3);
            used += 3;
            len = 1;
        }
        s += len;
        n -= len;
    }
    out[used] = '\0';
    return used;
}
