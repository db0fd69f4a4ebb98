/* num: parsing that takes nothing but numbers, and Python's repr(). */
#include "base/num.h"

#include "unit.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int repr_is(double value, const char *expected)
{
    char text[NUM_REPR_SIZE];
    num_repr(value, text);
    return strcmp(text, expected) == 0;
}

/* Expected texts as Python 3 prints them. */
static void test_repr(void)
{
    EXPECT(repr_is(0, "0.0"));
    EXPECT(repr_is(-0.0, "-0.0"));
    EXPECT(repr_is(1, "1.0"));
    EXPECT(repr_is(-3.4033367444830835, "-3.4033367444830835"));
    EXPECT(repr_is(0.1, "0.1"));
    EXPECT(repr_is(1.0 / 3, "0.3333333333333333"));
    EXPECT(repr_is(100, "100.0"));
    EXPECT(repr_is(0x1p-808, "5.858190679279809e-244"));
    EXPECT(repr_is(123456789012345680.0, "1.2345678901234568e+17"));
    EXPECT(repr_is(1e15, "1000000000000000.0"));
    EXPECT(repr_is(9007199254740993.0, "9007199254740992.0"));
    EXPECT(repr_is(1e16, "1e+16"));
    EXPECT(repr_is(1.5e16, "1.5e+16"));
    EXPECT(repr_is(0.0001, "0.0001"));
    EXPECT(repr_is(0.00012345, "0.00012345"));
    EXPECT(repr_is(0.00001, "1e-05"));
    EXPECT(repr_is(1.25e-7, "1.25e-07"));
    EXPECT(repr_is(DBL_MAX, "1.7976931348623157e+308"));
    EXPECT(repr_is(-DBL_MIN, "-2.2250738585072014e-308"));
    EXPECT(repr_is(5e-324, "5e-324"));
    EXPECT(repr_is(NAN, "nan"));
    EXPECT(repr_is(INFINITY, "inf"));
    EXPECT(repr_is(-INFINITY, "-inf"));
}

static void test_uint(void)
{
    uint64_t v = 0;
    EXPECT(num_parse_uint("0", 10, &v) && v == 0);
    EXPECT(num_parse_uint("10", 10, &v) && v == 10);
    EXPECT(num_parse_uint("18446744073709551615", UINT64_MAX, &v) && v == UINT64_MAX);
    EXPECT(!num_parse_uint("18446744073709551616", UINT64_MAX, &v));
    EXPECT(!num_parse_uint("11", 10, &v));
    EXPECT(!num_parse_uint("7", 5, &v));
    const char *const wrong[] = {"", "-1", "+1", " 1", "1 ", "1x", "0x1", "1.0", "1e3"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        EXPECT(!num_parse_uint(wrong[i], 100, &v));
}

static void test_double(void)
{
    double v = 0;
    EXPECT(num_parse_double("0.25", &v) && v == 0.25);
    EXPECT(num_parse_double("-1e-3", &v) && v == (double)-1e-3);
    EXPECT(num_parse_double(".5", &v) && v == 0.5);
    const char *const wrong[] = {"",      " 1",  "1 ",  "nan", "inf", "0x1p3",
                                 "1e999", "1,5", "--1", "e",   "."};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        EXPECT(!num_parse_double(wrong[i], &v));
}

static uint64_t position(const char *text, uint64_t columns)
{
    struct num_pos pos;
    return num_parse_pos(text, &pos) ? num_resolve_pos(&pos, columns) : UINT64_MAX;
}

/* Expected values: Python's int(fraction * columns). */
static void test_position(void)
{
    EXPECT(position("12", 100) == 12);
    EXPECT(position("1", 100) == 1);
    EXPECT(position("1.0", 100) == 100);
    EXPECT(position("0.25", 4087) == 1021);
    EXPECT(position("25%", 4087) == 1021);
    EXPECT(position("0.29", 100) == 28);
    EXPECT(position("29%", 100) == 28);
    /* The products are below these numbers, and round to them. */
    EXPECT(position("0.35", 100) == 35);
    EXPECT(position("0.7", 10) == 7);
    EXPECT(position("70%", 10) == 7);
    EXPECT(position("18446744073709551615", 10) == UINT64_MAX);
    EXPECT(position("100%", 7) == 7);
    EXPECT(position("0%", 7) == 0);
    EXPECT(position("2.5e-1", 8) == 2);
    EXPECT(position("1e-1", 100) == 10);
    const char *const wrong[] = {"", "%", "-1", "1.5", "101%", "-1%", "x", "0.5x", "50%%", "5 %"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        EXPECT(position(wrong[i], 10) == UINT64_MAX);
}

/* int(fraction * columns) and so many columns more or fewer, within the row. */
static void test_offset(void)
{
    EXPECT(position("25%-20", 4087) == 1001);
    EXPECT(position("25%+120", 4087) == 1141);
    EXPECT(position("0.5-40", 101) == 10);
    EXPECT(position("29%+1", 100) == 29);
    EXPECT(position("1e-1-3", 100) == 7);
    EXPECT(position("2.5e-1+3", 8) == 5);
    EXPECT(position("1e-1", 100) == 10);
    EXPECT(position("50%+007", 10) == 10);
    EXPECT(position("50%-6", 10) == 0);
    EXPECT(position("0%-0", 10) == 0);
    EXPECT(position("100%-1", 10) == 9);
    EXPECT(position("50%+9223372036854775807", 10) == 10);
    EXPECT(position("50%-9223372036854775807", 10) == 0);
    const char *const wrong[] = {"5-3",   "5+3",    "1-",      "50%-",
                                 "50%+",  "50%--3", "50%-3%",  "50%-.5",
                                 "-3",    "+3",     "%-3",     "50%-3-3",
                                 "e-3",   "50%- 3", "1.5-3",   "-50%+3",
                                 "50-3%", "1e-3-",  "50%-0x1", "50%+9223372036854775808"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        EXPECT(position(wrong[i], 10) == UINT64_MAX);
}

/* Empty for any number of columns, or not. */
static void test_span(void)
{
    struct num_span span;
    const char *const good[] = {
        ":",       "25%-140:25%+140", "50%-1:50%", "50%-9:25%",  "25%+9:50%",
        "100%-3:", ":0%+3",           "3:50%-1",   "0.5-9:0.5-3"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        EXPECT(num_parse_span(good[i], &span) && num_span_ordered(&span));
    const char *const empty[] = {"3:3",   "50%+3:50%+3", "50%+3:50%", "50%+3:25%-3",
                                 "100%:", "100%+1:",     "0.5:0.5-1"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++)
        EXPECT(num_parse_span(empty[i], &span) && !num_span_ordered(&span));
}

static void test_spans(void)
{
    struct num_spans list = {NULL, 0};
    EXPECT(num_parse_spans("0:120,25%-3:,:9", &list) && list.count == 3);
    struct num_columns c = num_resolve_span(&list.items[1], 400);
    EXPECT(c.from == 97 && c.to == 400);
    c = num_resolve_span(&list.items[2], 5);
    EXPECT(c.from == 0 && c.to == 9);
    free(list.items);
    const char *const wrong[] = {"", ",", "1:2,", ",1:2", "1:2,3", "1:2,,3:4", "1:2:3", "1:2, 3:4"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        list = (struct num_spans){NULL, 0};
        EXPECT(!num_parse_spans(wrong[i], &list));
        free(list.items);
    }
}

static void test_list(void)
{
    struct num_list list = {NULL, 0};
    EXPECT(num_parse_list("0,3-5,9", 100, &list));
    EXPECT(list.count == 3);
    for (uint64_t i = 0; i < 12; i++)
        EXPECT(num_list_has(&list, i) == (i == 0 || (i >= 3 && i <= 5) || i == 9));
    free(list.ranges);
    const char *const wrong[] = {"",   ",",    "1,",  ",1",   "5-3", "1-",
                                 "-1", "1--2", "101", "1 ,2", "a"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        list = (struct num_list){NULL, 0};
        EXPECT(!num_parse_list(wrong[i], 100, &list));
        free(list.ranges);
    }
}

int main(void)
{
    test_repr();
    test_uint();
    test_double();
    test_position();
    test_offset();
    test_span();
    test_spans();
    test_list();
    return UNIT_END();
}
