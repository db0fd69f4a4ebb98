/* scan: a map's end is found however its bytes arrive, and lies are refused from the
 * header alone. */
#include "stream/map_scan.h"

#include "unit.h"

#include <stdbool.h>
#include <string.h>

/* Feeds the bytes one more at a time; returns the status of the last look. */
static enum map_scan_status feed(struct map_scan *scan, const char *bytes, size_t size)
{
    enum map_scan_status status = MAP_SCAN_MORE;
    map_scan_init(scan);
    for (size_t n = 0; n <= size && status == MAP_SCAN_MORE; n++)
        status = map_scan_run(scan, (const unsigned char *)bytes, n);
    return status;
}

#define WHOLE(text)                                                                                \
    (feed(&scan, text, sizeof text - 1) == MAP_SCAN_DONE && scan.pos == sizeof text - 1)
#define PART(text) (feed(&scan, text, sizeof text - 1) == MAP_SCAN_MORE)
#define BAD(text) (feed(&scan, text, sizeof text - 1) == MAP_SCAN_BAD)

static void test_whole(void)
{
    struct map_scan scan;
    EXPECT(WHOLE("\x80"));
    EXPECT(WHOLE("\x81\xa1x\x01"));
    EXPECT(WHOLE("\xde\x00\x01\xa1x\xc0"));
    EXPECT(WHOLE("\xdf\x00\x00\x00\x01\xa1x\xc3"));
    EXPECT(WHOLE("\x82\xa1x\x92\x80\x90\xa1y\xc4\x02"
                 "ab"));
    EXPECT(WHOLE("\x81\x01\xca\x00\x00\x00\x00"));
    EXPECT(WHOLE("\x81\x01\xcb\x00\x00\x00\x00\x00\x00\x00\x00"));
    EXPECT(WHOLE("\x81\x01\xcf\x00\x00\x00\x00\x00\x00\x00\x00"));
    EXPECT(WHOLE("\x81\x01\xd3\x00\x00\x00\x00\x00\x00\x00\x00"));
    EXPECT(WHOLE("\x81\x01\xd4\x07z"));                /* fixext 1 */
    EXPECT(WHOLE("\x81\x01\xd8\x07zzzzzzzzzzzzzzzz")); /* fixext 16 */
    EXPECT(WHOLE("\x81\x01\xc7\x02\x07zz"));           /* ext 8 */
    EXPECT(WHOLE("\x81\x01\xd9\x03zzz"));              /* str 8 */
    EXPECT(WHOLE("\x81\x01\xdc\x00\x02\x01\x02"));     /* array 16 */
    EXPECT(WHOLE("\x81\x01\xff"));                     /* -1 */
}

static void test_more_follows(void)
{
    struct map_scan scan;
    map_scan_init(&scan);
    EXPECT(map_scan_run(&scan, (const unsigned char *)"\x81\x01\x02\x81", 4) == MAP_SCAN_DONE);
    EXPECT(scan.pos == 3);
}

static void test_part(void)
{
    struct map_scan scan;
    EXPECT(PART(""));
    EXPECT(PART("\x81"));
    EXPECT(PART("\x81\xa1"));
    EXPECT(PART("\x81\xa1x"));
    EXPECT(PART("\x81\xa1x\xc4\x02"
                "a"));
    EXPECT(scan.need == 7);
    EXPECT(PART("\x81\xa1x\xc6\x00\x10\x00\x00"));
    EXPECT(scan.need == 8 + 0x100000);
}

static void test_bad(void)
{
    struct map_scan scan;
    EXPECT(BAD("\x01"));
    EXPECT(BAD("\xc1"));
    EXPECT(BAD("\x90"));
    EXPECT(BAD("RIFF"));
    EXPECT(strcmp(scan.why, "byte 0x52, expected the start of a msgpack map") == 0);
    EXPECT(BAD("\x81\x01\xc1"));
    EXPECT(BAD("\x81\xa1x\xc6\xff\xff\xff\xff"));
    EXPECT(BAD("\x81\xa1x\xdb\x04\x00\x00\x00"));
    EXPECT(BAD("\x81\xa1x\xdd\xff\xff\xff\xff"));
    EXPECT(BAD("\xdf\xff\xff\xff\xff"));
    EXPECT(BAD("\x81\xa1x\xdf\x02\x00\x00\x01"));
    EXPECT(BAD("\x81\xa1x\xc9\xff\xff\xff\xff\x01"));
    /* Lists of which each claims what might just fit. */
    EXPECT(BAD("\x81\xa1x\xdd\x00\x40\x00\x00\xdd\x00\x7f\xff\xff"));
}

static void test_depth(void)
{
    struct map_scan scan;
    char nested[40] = "\x81\x01";
    memset(nested + 2, 0x91, 30);
    EXPECT(feed(&scan, nested, 2 + 15) == MAP_SCAN_MORE);
    EXPECT(feed(&scan, nested, 2 + 16) == MAP_SCAN_BAD);
    nested[17] = 0x01;
    EXPECT(feed(&scan, nested, 18) == MAP_SCAN_DONE && scan.pos == 18);
}

int main(void)
{
    test_whole();
    test_more_follows();
    test_part();
    test_bad();
    test_depth();
    return UNIT_END();
}
