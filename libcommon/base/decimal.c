/* A number times a power of ten, in twice the precision of double, is right to some 2^-97 of it:
 * that nearly always settles to what it rounds, and which decimals round to it. Where it does not,
 * and near the ends of double's range, the C library is asked. */
#include "base/decimal.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* hi + lo, of which hi is the nearest double. */
struct pair {
    double hi, lo;
};

/* Beyond these the low parts could lose bits; numbers up to most are brought to 17 digits. */
enum { POWERS = 270 };
#define EXACT ((uint64_t)1 << DBL_MANT_DIG) /* whole numbers up to it are doubles */
static const double most = 1e250;

static struct pair sum(double a, double b)
{
    double s = a + b;
    return (struct pair){s, b - (s - a)};
}

static struct pair product(struct pair a, struct pair b)
{
    double p = a.hi * b.hi;
    return sum(p, fma(a.hi, b.hi, -p) + (a.hi * b.lo + a.lo * b.hi));
}

static struct pair inverse(struct pair a)
{
    double q = 1 / a.hi;
    return sum(q, (fma(-q, a.hi, 1) - q * a.lo) / a.hi);
}

static struct pair powers[2 * POWERS + 1];

static void make_powers(void)
{
    powers[POWERS].hi = 1;
    for (int i = 1; i <= POWERS; i++) {
        powers[POWERS + i] = product(powers[POWERS + i - 1], (struct pair){10, 0});
        powers[POWERS - i] = inverse(powers[POWERS + i]);
    }
}

/* 10^n, |n| up to POWERS. */
static const struct pair *power(int n)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_powers);
    return &powers[POWERS + n];
}

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 uint128;

/* The upper 64 bits of 5^-n, up to n = 27. */
static const uint64_t fifths[] = {
    0,
    0xcccccccccccccccc,
    0xa3d70a3d70a3d70a,
    0x83126e978d4fdf3b,
    0xd1b71758e219652b,
    0xa7c5ac471b478423,
    0x8637bd05af6c69b5,
    0xd6bf94d5e57a42bc,
    0xabcc77118461cefc,
    0x89705f4136b4a597,
    0xdbe6fecebdedd5be,
    0xafebff0bcb24aafe,
    0x8cbccc096f5088cb,
    0xe12e13424bb40e13,
    0xb424dc35095cd80f,
    0x901d7cf73ab0acd9,
    0xe69594bec44de15b,
    0xb877aa3236a4b449,
    0x9392ee8e921d5d07,
    0xec1e4a7db69561a5,
    0xbce5086492111aea,
    0x971da05074da7bee,
    0xf1c90080baf72cb1,
    0xc16d9a0095928a27,
    0x9abe14cd44753b52,
    0xf79687aed3eec551,
    0xc612062576589dda,
    0x9e74d1b791e07e48,
};

/* digits times 10^-n, by 64 bits of 5^-n: the upper ones of the product are right but for the last,
 * which may be one too low. Where that matters, next to half of the last one that a double has, it
 * is false. */
static bool scale_down(uint64_t digits, int n, double *value)
{
    if (digits == 0 || n <= 0 || n > 27)
        return false;
    int left = __builtin_clzll(digits);
    uint64_t high = (uint64_t)((uint128)(digits << left) * fifths[n] >> 64);
    int drop = 10 + (int)(high >> 63);
    uint64_t half = (uint64_t)1 << (drop - 1);
    /* 5^n has n * log2(5) bits, rounded up. */
    uint64_t power = (uint64_t)(1024 + drop - left - n - (n * 152170 / 65536 + 1)) << 52;
    memcpy(value, &power, sizeof power);
    *value *= (double)(int64_t)(((high >> (drop - 1)) + 1) / 2);
    return (high & (2 * half - 1)) + 1 - half > 1;
}
#else
#define scale_down(digits, n, value) false
#endif

/* The double nearest to digits * 10^exponent. False if this does not tell. */
static bool scale(uint64_t digits, int exponent, double *value)
{
    double whole = (double)digits;
    bool exact = digits <= EXACT;
    *value = whole;
    if (digits == 0 || (exact && exponent == 0))
        return true;
    if (FLT_EVAL_METHOD != 0 || exponent < 19 - POWERS || exponent > POWERS - 19)
        return false;
    /* Both exact: one rounding. */
    if (exact && exponent >= -22 && exponent <= 22) {
        *value = exponent < 0 ? whole / power(-exponent)->hi : whole * power(exponent)->hi;
        return true;
    }
    if (scale_down(digits, -exponent, value))
        return true;
    struct pair from = {whole, (double)(int64_t)(digits - (uint64_t)whole)};
    struct pair got = product(from, *power(exponent));
    double doubt = got.hi * 0x1p-95;
    *value = got.hi;
    return got.hi + (got.lo + doubt) == got.hi && got.hi + (got.lo - doubt) == got.hi;
}

/* As many significant digits as a uint64_t holds, whatever they are. */
enum { DIGITS = 19, DIGITS_ROOM = 20 };

/* Eight bytes, the first of them lowest, each less '0'. */
static inline uint64_t load_eight(const char *s)
{
    const unsigned char *u = (const unsigned char *)s;
    uint64_t low = u[0] | (uint64_t)u[1] << 8 | (uint64_t)u[2] << 16 | (uint64_t)u[3] << 24;
    uint64_t high = u[4] | (uint64_t)u[5] << 8 | (uint64_t)u[6] << 16 | (uint64_t)u[7] << 24;
    return (low | high << 32) ^ 0x3030303030303030;
}

/* The highest bit of each that is no digit, or comes after one that is none. */
static inline uint64_t find_others(uint64_t eight)
{
    return ((eight + 0x7676767676767676) | eight) & 0x8080808080808080;
}

/* The number that eight digits are: by pairs, by fours, by eights. */
static inline uint64_t join_digits(uint64_t eight)
{
    uint64_t pairs = eight * 10 + (eight >> 8);
    uint64_t even = (pairs & 0x000000ff000000ff) * (100 + ((uint64_t)1000000 << 32));
    uint64_t odd = (pairs >> 16 & 0x000000ff000000ff) * (1 + ((uint64_t)10000 << 32));
    return (even + odd) >> 32;
}

/* Steps over digits, which follow on those of *digits. Where eight are, the processor need not wait
 * to know where the next ones begin. */
static inline const char *scan_digits(const char *s, uint64_t *digits)
{
    static const uint32_t tens[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};
    uint64_t eight = load_eight(s), others = find_others(eight);
    for (; others == 0; others = find_others(eight)) {
        *digits = *digits * 100000000 + join_digits(eight);
        eight = load_eight(s += 8);
    }
    int count = __builtin_ctzll(others) / 8;
    int half = 4 * (8 - count); /* 64 at once is no shift */
    *digits = *digits * tens[count] + join_digits(eight << half << half);
    return s + count;
}

/* The exponent, if there is one; more than the range of double needs ends as that. */
static const char *scan_exponent(const char *s, int *exponent)
{
    const char *at = s + 1;
    bool negative = *at == '-';
    int value = 0;
    at += *at == '-' || *at == '+';
    if (*at < '0' || *at > '9')
        return s;
    for (; *at >= '0' && *at <= '9'; at++)
        value = value < 10000 ? 10 * value + (*at - '0') : value;
    *exponent += negative ? -value : value;
    return at;
}

/* Whether digits and a point are more than a uint64_t holds, without the zeros before them. */
static bool is_long(const char *s, const char *end)
{
    while (s < end && (*s == '0' || *s == '.'))
        s++;
    return end - s > DIGITS + (memchr(s, '.', (size_t)(end - s)) != NULL);
}

static void put_sign(bool negative, double *value)
{
    uint64_t bits;
    memcpy(&bits, value, sizeof bits);
    bits |= (uint64_t)negative << 63;
    memcpy(value, &bits, sizeof bits);
}

/* Of a number from s on, whose digits are from first to end, so many of them decimals. */
static const char *read_rest(const char *s, const char *first, const char *end, uint64_t digits,
                             int decimals, double *value)
{
    int exponent = -decimals;
    bool known = end - first - (decimals > 0) <= DIGITS || !is_long(first, end);
    if (*end == 'e' || *end == 'E')
        end = scan_exponent(end, &exponent);
    if (!known || !scale(digits, exponent, value))
        *value = fabs(strtod(s, NULL));
    put_sign(*s == '-', value);
    return end;
}

/* Most numbers have few digits and no exponent; signs, which no processor foretells, are no
 * branches. */
const char *decimal_read(const char *s, double *value)
{
    static const double tens[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    uint64_t digits = 0;
    const char *first = s + ((*s == '-') | (*s == '+'));
    const char *end = scan_digits(first, &digits);
    ptrdiff_t count = end - first, decimals = 0;
    if (*end == '.') {
        const char *point = end;
        end = scan_digits(point + 1, &digits);
        decimals = end - point - 1;
        count += decimals;
    }
    if (count == 0)
        return NULL;
    bool few = count <= DBL_DIG;
    *value = (double)(int64_t)digits / tens[few ? decimals : 0]; /* both exact: one rounding */
    if (FLT_EVAL_METHOD != 0 || (*end | 0x20) == 'e' ||
        (!few && (count > DIGITS || !scale_down(digits, (int)decimals, value))))
        return read_rest(s, first, end, digits, (int)decimals, value);
    put_sign(*s == '-', value);
    return end;
}

/* A number as digits * 10^exponent, its last digit not 0. */
struct decimal {
    uint64_t digits;
    int exponent;
};

static inline struct decimal drop(struct decimal d, uint64_t power, int zeros)
{
    for (; d.digits % power == 0; d.exponent += zeros)
        d.digits /= power;
    return d;
}

/* Without the zeros at its end: most first, as few divisions as that takes. */
static struct decimal strip(struct decimal d)
{
    return drop(drop(drop(d, 100000000, 8), 1000, 3), 10, 1);
}

static bool reads_back(struct decimal d, double value, bool single)
{
    char text[DECIMAL_SIZE];
    snprintf(text, sizeof text, "%" PRIu64 "e%d", d.digits, d.exponent);
    return single ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value;
}

/* By trying 1 digit, 2 digits, ...: correct rounding at the first that reads back is the closest,
 * but above a power of two, whose larger neighbour is twice as far, the next decimal may do. */
static struct decimal search(double value, bool single)
{
    struct decimal d;
    for (int precision = 0;; precision++) {
        char text[DECIMAL_SIZE];
        snprintf(text, sizeof text, "%.*e", precision, value);
        char *e = strchr(text, 'e');
        d = (struct decimal){0, (int)strtol(e + 1, NULL, 10) - precision};
        for (char *at = text; at < e; at++)
            if (*at != '.')
                d.digits = 10 * d.digits + (uint64_t)(*at - '0');
        if (reads_back(d, value, single))
            return strip(d);
        d.digits++;
        if (reads_back(d, value, single))
            return strip(d);
    }
}

/* Of the multiples of step the one next to whole + rest. *distance: how far it is. */
static uint64_t nearest(uint64_t whole, double rest, uint64_t step, double *distance)
{
    uint64_t down = step == 1 ? whole : step == 10 ? whole / 10 * 10 : whole / step * step;
    double above = (double)(whole - down) + rest;
    double below = (double)step - above;
    *distance = above < below ? above : below;
    return down + step * (above > below);
}

#define MANTISSA (((uint64_t)1 << 52) - 1)

/* Half the distance from a double, by its bits, to the nearest other double or float: for a power
 * of two that is the smaller one, at half the distance. */
static double half_distance(uint64_t bits, bool single)
{
    uint64_t power_of_two = bits & ~MANTISSA;
    double value;
    memcpy(&value, &power_of_two, sizeof value);
    return value * (single ? 0x1p-24 : 0x1p-53) * (power_of_two == bits ? 0.5 : 1);
}

/* value, brought to 17 digits before the point, and half the distance to its neighbour there: a
 * decimal nearer than that reads back as value. The coarsest grid of decimals that has such a one
 * has the shortest; on grids of four times that distance there is one at most, and all coarser ones
 * are among its zeros. False if this does not tell. */
static bool shortest(double value, bool single, struct decimal *d)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    int exponent = 16 - (int)floor(((int)(bits >> 52) - 1023) * 0.30103);
    if (FLT_EVAL_METHOD != 0 || value > most || value < 1 / most || (single && value < FLT_MIN))
        return false;
    struct pair x = product((struct pair){value, 0}, *power(exponent));
    if (x.hi >= 1e17)
        x = product((struct pair){value, 0}, *power(--exponent));
    uint64_t mantissa = bits & MANTISSA;
    double half = half_distance(bits, single) * power(exponent)->hi, distance;
    uint64_t whole = (uint64_t)x.hi + (uint64_t)(int64_t)floor(x.lo);
    x.lo -= floor(x.lo);
    *d = (struct decimal){nearest(whole, x.lo, 1, &distance), -exponent};
    if (fabs(distance - 0.5) < 1e-6)
        return false;
    bool inside = true;
    for (uint64_t step = 10; inside && (double)step < 40 * half; step *= 10) {
        uint64_t found = nearest(whole, x.lo, step, &distance);
        inside = distance < half;
        if (fabs(distance - half) < 1e-9 * half || fabs(distance - (double)step / 2) < 1e-6)
            return false;
        d->digits = inside ? found : d->digits;
    }
    *d = strip(*d);
    return mantissa != 0 || inside;
}

/* Most of what people write: up to 15 digits, 6 of them decimals. Of so few digits no other decimal
 * reads back as value. */
static bool millionths(double value, bool single, struct decimal *d)
{
    if (FLT_EVAL_METHOD != 0 || single || value >= 1e9)
        return false;
    uint64_t digits = (uint64_t)(value * 1e6 + 0.5);
    if (digits == 0 || (double)digits / 1e6 != value)
        return false;
    *d = strip((struct decimal){digits, -6});
    return true;
}

static void put_two(unsigned two, char *to)
{
    to[0] = (char)('0' + two / 10);
    to[1] = (char)('0' + two % 10);
}

/* Digits up to the end of text, of which they are at most the first half, and where they begin:
 * eight at a time, since each two wait for the division before. */
static const char *write_digits(uint64_t digits, char text[2 * DIGITS_ROOM])
{
    char *at = text + DIGITS_ROOM;
    for (; digits >= 100000000; digits /= 100000000) {
        unsigned eight = (unsigned)(digits % 100000000);
        for (int i = 0; i < 4; i++, eight /= 100)
            put_two(eight % 100, at -= 2);
    }
    unsigned rest = (unsigned)digits;
    for (; rest >= 10; rest /= 100)
        put_two(rest % 100, at -= 2);
    if (rest > 0 || at == text + DIGITS_ROOM)
        *--at = (char)('0' + rest);
    return at;
}

/* Where the point goes: into the digits, after or before zeros, or after the first digit. Copies
 * are of a length that the compiler knows, as far as out and the digits' text go. */
static size_t put_decimal(struct decimal d, char *out)
{
    char text[2 * DIGITS_ROOM];
    const char *at = write_digits(d.digits, text);
    size_t n = (size_t)(text + DIGITS_ROOM - at);
    int point = (int)n + d.exponent; /* digits before it */
    if (point > 16 || point < -3) {
        out[0] = at[0];
        out[1] = '.';
        memcpy(out + 2, at + 1, DIGITS_ROOM);
        n += n > 1;
        return n + (size_t)sprintf(out + n, "e%+03d", point - 1);
    }
    if (point <= 0) {
        memcpy(out, "0.000", 5);
        memcpy(out + 2 - point, at, DIGITS_ROOM);
        return n + (size_t)(2 - point);
    }
    memcpy(out, at, DIGITS_ROOM);
    if (d.exponent >= 0) {
        memset(out + n, '0', (size_t)d.exponent);
        return n + (size_t)d.exponent;
    }
    out[point] = '.';
    memcpy(out + point + 1, at + point, DIGITS_ROOM);
    return n + 1;
}

size_t decimal_write(double value, bool single, char out[DECIMAL_SIZE])
{
    struct decimal d;
    bool negative = signbit(value) != 0 && !isnan(value);
    double size = fabs(value);
    out[0] = '-';
    out += negative;
    if (!isfinite(value)) {
        memcpy(out, isnan(value) ? "nan" : "inf", 3);
        return (size_t)negative + 3;
    }
    if (size < 1e15 && size == (double)(uint64_t)size)
        return (size_t)negative + put_decimal((struct decimal){(uint64_t)size, 0}, out);
    if (!millionths(size, single, &d) && !shortest(size, single, &d))
        d = search(size, single);
    return (size_t)negative + put_decimal(d, out);
}
