/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Raw bytes between visits: put, get, peek.
 */
#include "sections.h"
#include "stream.h"

static const struct mode memory_mode = { "memory", true, 0, 0, 0, 0, false };
static const struct mode modes[] = {
    { "memory", true, 0, 0, 0, 0, false },        { "no buffer", false, 0, 0, 0, 0, false },
    { "byte by byte", false, 0, 1, 0, 0, false }, { "buffer of 3", false, 3, 0, 0, 0, false },
    { "buffer of 300", false, 300, 2, 0, 0, false }, { "retries", false, 5, 0, 9, 2, false },
};

static const uint8_t expected[] = {
    0x01, 0x02,       /* raw */
    0x00, 0x00, 0x10, /* a visited byte, raw, a visited byte */
    0xaa, 0xbb, 0xcc, /* raw */
};

static void raw_bytes_stand_between_visits(void)
{
    uint8_t a = 0, b = 0x10, bytes[3];
    size_t m, got;

    for (m = 0; m < COUNT_OF(modes); m++) {
        struct channel channel;
        migcore_visitor *v;

        check_case("%s", modes[m].name);
        channel_save(&channel, &modes[m]);
        v = channel_visitor(&channel);
        CHECK_OK(migcore_put_raw(v, "\1\2", 2));
        CHECK_OK(migcore_visit_u8(v, "a", &a));
        CHECK_OK(migcore_put_raw(v, "", 1));
        CHECK_OK(migcore_put_raw(v, NULL, 0));
        CHECK_OK(migcore_visit_u8(v, "b", &b));
        CHECK_OK(migcore_put_raw(v, "\xaa\xbb\xcc", 3));
        CHECK_OK(migcore_finish(v));
        CHECK_BYTES(channel_bytes(&channel), channel_length(&channel), expected);
        channel_free(&channel);
        channel_load(&channel, &modes[m], expected, sizeof expected);
        v = channel_visitor(&channel);
        CHECK_OK(migcore_get_raw(v, bytes, 2, &got));
        CHECK(got == 2 && bytes[0] == 1 && bytes[1] == 2);
        CHECK_OK(migcore_visit_u8(v, "a", &bytes[0]));
        CHECK_OK(migcore_get_raw(v, bytes, 1, NULL));
        CHECK_OK(migcore_get_raw(v, NULL, 0, &got));
        CHECK_EQUAL(got, 0);
        CHECK_OK(migcore_visit_u8(v, "b", &bytes[0]));
        CHECK_EQUAL(bytes[0], 0x10);
        CHECK_OK(migcore_get_raw(v, bytes, 3, &got));
        CHECK_MEMORY(bytes, got, "\xaa\xbb\xcc", 3);
        CHECK_OK(migcore_finish(v));
        channel_free(&channel);
    }
}

/* The end of the stream gives what there is, and is the first error. */
static void get_beyond_the_end(void)
{
    size_t m, length, got;

    for (m = 0; m < COUNT_OF(modes); m++) {
        for (length = 0; length < 8; length++) {
            struct channel channel;
            uint8_t bytes[8];
            migcore_visitor *v;
            migcore_error error;

            check_case("%s, %lu", modes[m].name, (unsigned long)length);
            memset(bytes, 0x77, sizeof bytes);
            channel_load(&channel, &modes[m], expected, length);
            v = channel_visitor(&channel);
            got = 99;
            CHECK_STATUS(migcore_get_raw(v, bytes, 8, &got), MIGCORE_TRUNCATED);
            CHECK_MEMORY(bytes, got, expected, length);
            error = report_of(v);
            CHECK(error.expected == 8 && error.found == length && error.offset == 0);
            got = 99;
            CHECK_STATUS(migcore_get_raw(v, bytes, 0, &got), MIGCORE_TRUNCATED);
            CHECK_EQUAL(got, 0);
            CHECK_STATUS(migcore_finish(v), MIGCORE_TRUNCATED);
            channel_free(&channel);
        }
    }
}

/* Looking at every place, in every length, changes nothing; the end is no error. */
static void peek_consumes_nothing(void)
{
    size_t m, ahead, length, got;

    for (m = 0; m < COUNT_OF(modes); m++) {
        struct channel channel;
        uint8_t first;

        channel_load(&channel, &modes[m], expected, sizeof expected);
        CHECK_OK(migcore_visit_u8(channel_visitor(&channel), "first", &first));
        for (ahead = 0; ahead < 12; ahead++) {
            for (length = 0; length < 12; length++) {
                uint8_t bytes[12];
                size_t left = sizeof expected - 1 - (ahead < sizeof expected - 1 ? ahead : sizeof expected - 1);

                check_case("%s, %lu bytes after %lu", modes[m].name, (unsigned long)length, (unsigned long)ahead);
                got = 99;
                CHECK_OK(migcore_peek_raw(channel_visitor(&channel), ahead, bytes, length, &got));
                CHECK_EQUAL(got, length < left ? length : left);
                CHECK_MEMORY(bytes, got, expected + 1 + (got == 0 ? 0 : ahead), got);
                CHECK_EQUAL(migcore_position(channel_visitor(&channel)), 1);
            }
        }
        CHECK_OK(migcore_peek_raw(channel_visitor(&channel), 3, NULL, 0, NULL));
        CHECK_OK(migcore_visit_u8(channel_visitor(&channel), "second", &first));
        CHECK_EQUAL(first, 2);
        channel_free(&channel);
    }
}

static void peek_that_cannot_be_done(void)
{
    static const struct mode blind[] = {
        { "no buffer", false, 0, 0, 0, 0, true },
        { "buffer of 4", false, 4, 0, 0, 0, true },
    };
    struct channel channel;
    uint8_t bytes[5];
    size_t got = 99;

    channel_load(&channel, &blind[0], expected, sizeof expected);
    CHECK_STATUS(migcore_peek_raw(channel_visitor(&channel), 0, bytes, 1, &got), MIGCORE_UNSUPPORTED);
    CHECK_EQUAL(got, 0);
    channel_free(&channel);
    channel_load(&channel, &blind[1], expected, sizeof expected);
    CHECK_OK(migcore_peek_raw(channel_visitor(&channel), 1, bytes, 3, &got));
    CHECK_MEMORY(bytes, got, expected + 1, 3);
    CHECK_STATUS(migcore_peek_raw(channel_visitor(&channel), 1, bytes, 4, &got), MIGCORE_UNSUPPORTED);
    CHECK_EQUAL(report_of(channel_visitor(&channel)).expected, 5);
    CHECK_EQUAL(report_of(channel_visitor(&channel)).found, 4);
    channel_free(&channel);
}

static void no_distance_overflows(void)
{
    struct channel channel;
    uint8_t bytes[8];
    size_t got = 99, ahead;

    for (ahead = SIZE_MAX - 9; ahead != 0; ahead++) {
        channel_load(&channel, &memory_mode, expected, sizeof expected);
        CHECK_OK(migcore_peek_raw(channel_visitor(&channel), ahead, bytes, 8, &got));
        CHECK_EQUAL(got, 0);
        channel_free(&channel);
        channel_load(&channel, &modes[4], expected, sizeof expected);
        CHECK_OK(migcore_peek_raw(channel_visitor(&channel), ahead, bytes, 8, &got));
        CHECK_EQUAL(got, 0);
        channel_free(&channel);
    }
}

static void each_call_has_its_direction(void)
{
    struct memory memory;
    uint8_t byte = 1;
    size_t got = 99;
    migcore_visitor *v = memory_save(&memory);

    CHECK_STATUS(migcore_get_raw(v, &byte, 1, &got), MIGCORE_WRONG_DIRECTION);
    CHECK_EQUAL(got, 0);
    CHECK_STATUS(migcore_peek_raw(memory_save(&memory), 0, &byte, 1, NULL), MIGCORE_WRONG_DIRECTION);
    v = memory_load(&memory, expected, sizeof expected);
    CHECK_STATUS(migcore_put_raw(v, &byte, 1), MIGCORE_WRONG_DIRECTION);
    CHECK_EQUAL(migcore_position(v), 0);
}

void test_raw(void)
{
    raw_bytes_stand_between_visits();
    get_beyond_the_end();
    peek_consumes_nothing();
    peek_that_cannot_be_done();
    no_distance_overflows();
    each_call_has_its_direction();
}
