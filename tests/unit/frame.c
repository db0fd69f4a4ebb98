/* frame: a map's end is found however its bytes arrive, and lies are refused from the
 * header alone. */
#include "stream/map_scan.h"

#include "unit.h"

#include <stdbool.h>
#include <string.h>

/* Feeds the bytes one more at a time; returns the status of the last look. */
static enum frame_status feed(struct frame *frame, const char *bytes, size_t size)
{
    enum frame_status status = FRAME_MORE;
    frame_init(frame);
    for (size_t n = 0; n <= size && status == FRAME_MORE; n++)
        status = frame_scan(frame, (const unsigned char *)bytes, n);
    return status;
}

#define WHOLE(text)                                                                                \
    (feed(&frame, text, sizeof text - 1) == FRAME_DONE && frame.pos == sizeof text - 1)
#define PART(text) (feed(&frame, text, sizeof text - 1) == FRAME_MORE)
#define BAD(text) (feed(&frame, text, sizeof text - 1) == FRAME_BAD)

static void test_whole(void)
{
    struct frame frame;
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
    struct frame frame;
    frame_init(&frame);
    EXPECT(frame_scan(&frame, (const unsigned char *)"\x81\x01\x02\x81", 4) == FRAME_DONE);
    EXPECT(frame.pos == 3);
}

static void test_part(void)
{
    struct frame frame;
    EXPECT(PART(""));
    EXPECT(PART("\x81"));
    EXPECT(PART("\x81\xa1"));
    EXPECT(PART("\x81\xa1x"));
    EXPECT(PART("\x81\xa1x\xc4\x02"
                "a"));
    EXPECT(frame.need == 7);
    EXPECT(PART("\x81\xa1x\xc6\x00\x10\x00\x00"));
    EXPECT(frame.need == 8 + 0x100000);
}

static void test_bad(void)
{
    struct frame frame;
    EXPECT(BAD("\x01"));
    EXPECT(BAD("\xc1"));
    EXPECT(BAD("\x90"));
    EXPECT(BAD("RIFF"));
    EXPECT(strcmp(frame.why, "byte 0x52, expected the start of a msgpack map") == 0);
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
    struct frame frame;
    char nested[40] = "\x81\x01";
    memset(nested + 2, 0x91, 30);
    EXPECT(feed(&frame, nested, 2 + 15) == FRAME_MORE);
    EXPECT(feed(&frame, nested, 2 + 16) == FRAME_BAD);
    nested[17] = 0x01;
    EXPECT(feed(&frame, nested, 18) == FRAME_DONE && frame.pos == 18);
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
