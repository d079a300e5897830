/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The contract of sinks and sources: what they may return, what they are asked for, who knows the position.
 */
#include "sections.h"
#include "stream.h"

static const struct mode no_buffer = { "no buffer", false, 0, 0, 0, 0, false };
static const struct mode small_buffer = { "buffer of 3", false, 3, 0, 0, 0, false };

static migcore_error save_with(const struct mode *mode, ptrdiff_t answer, migcore_status status)
{
    struct channel channel;
    uint32_t value = 0x01020304;
    migcore_error error;

    channel_save(&channel, mode);
    channel.stream.moves.fail_at = 1;
    channel.stream.moves.fail_with = answer;
    migcore_visit_u32(channel_visitor(&channel), "value", &value);
    CHECK_STATUS(migcore_finish(channel_visitor(&channel)), status);
    CHECK_STATUS(migcore_finish(channel_visitor(&channel)), status);
    CHECK_EQUAL(channel.stream.moves.made, 1);
    error = report_of(channel_visitor(&channel));
    channel_free(&channel);
    return error;
}

static migcore_error load_with(const struct mode *mode, ptrdiff_t answer, migcore_status status)
{
    struct channel channel;
    uint32_t value = 77;
    migcore_error error;

    channel_load(&channel, mode, "\1\2\3\4", 4);
    channel.stream.moves.fail_at = 1;
    channel.stream.moves.fail_with = answer;
    CHECK_STATUS(migcore_visit_u32(channel_visitor(&channel), "value", &value), status);
    CHECK_STATUS(migcore_finish(channel_visitor(&channel)), status);
    CHECK_EQUAL(channel.stream.moves.made, 1);
    CHECK_EQUAL(value, 77);
    error = report_of(channel_visitor(&channel));
    channel_free(&channel);
    return error;
}

static migcore_error peek_with(ptrdiff_t answer, migcore_status status)
{
    struct channel channel;
    uint8_t bytes[4];
    size_t got = 99;
    migcore_error error;

    channel_load(&channel, &no_buffer, "\1\2\3\4", 4);
    channel.stream.peeks.fail_at = 1;
    channel.stream.peeks.fail_with = answer;
    CHECK_STATUS(migcore_peek_raw(channel_visitor(&channel), 0, bytes, 4, &got), status);
    CHECK_EQUAL(got, 0);
    CHECK_STATUS(migcore_finish(channel_visitor(&channel)), status);
    CHECK_EQUAL(channel.stream.peeks.made, 1);
    error = report_of(channel_visitor(&channel));
    channel_free(&channel);
    return error;
}

static void negative_numbers_are_the_cause(void)
{
    static const ptrdiff_t causes[] = { -1, -5, -32766, -32768, INT32_MIN };
    size_t i;

    for (i = 0; i < COUNT_OF(causes); i++) {
        check_case("cause %ld", (long)causes[i]);
        CHECK(save_with(&no_buffer, causes[i], MIGCORE_WRITE_FAILED).cause == causes[i]);
        CHECK(save_with(&small_buffer, causes[i], MIGCORE_WRITE_FAILED).cause == causes[i]);
        CHECK(load_with(&no_buffer, causes[i], MIGCORE_READ_FAILED).cause == causes[i]);
        CHECK(load_with(&small_buffer, causes[i], MIGCORE_READ_FAILED).cause == causes[i]);
        CHECK(peek_with(causes[i], MIGCORE_READ_FAILED).cause == causes[i]);
    }
    CHECK(save_with(&no_buffer, PTRDIFF_MIN, MIGCORE_WRITE_FAILED).cause < 0);
    CHECK(load_with(&no_buffer, PTRDIFF_MIN, MIGCORE_READ_FAILED).cause < 0);
}

static void more_than_asked_for_breaks_the_contract(void)
{
    static const ptrdiff_t counts[] = { 5, 1000, PTRDIFF_MAX };
    size_t i;

    for (i = 0; i < COUNT_OF(counts); i++) {
        check_case("%ld bytes", (long)counts[i]);
        save_with(&no_buffer, counts[i], MIGCORE_BAD_CALLBACK);
        save_with(&small_buffer, counts[i], MIGCORE_BAD_CALLBACK);
        load_with(&no_buffer, counts[i], MIGCORE_BAD_CALLBACK);
        load_with(&small_buffer, counts[i], MIGCORE_BAD_CALLBACK);
        peek_with(counts[i], MIGCORE_BAD_CALLBACK);
    }
}

/* Nothing written is a failure; nothing read is the end. */
static void nothing_moved(void)
{
    check_case("%s", "");
    CHECK_EQUAL(save_with(&no_buffer, 0, MIGCORE_WRITE_FAILED).cause, 0);
    CHECK_EQUAL(save_with(&small_buffer, 0, MIGCORE_WRITE_FAILED).cause, 0);
    CHECK_EQUAL(load_with(&no_buffer, 0, MIGCORE_TRUNCATED).found, 0);
    CHECK_EQUAL(load_with(&small_buffer, 0, MIGCORE_TRUNCATED).found, 0);
}

/* Without a buffer other code may write and read the same stream in between. */
static void without_a_buffer_nothing_is_held(void)
{
    struct channel channel;
    uint8_t bytes[40] = { 0 }, one = 1;
    uint16_t two = 2;
    uint64_t eight = 8;
    char text[9] = "a string";
    size_t count = 3, held = 0;
    migcore_visitor *v;

    channel_save(&channel, &no_buffer);
    v = channel_visitor(&channel);
#define GOES_OUT(call, bytes_of_it) \
    CHECK_OK(call); \
    held += (bytes_of_it); \
    CHECK_EQUAL(channel.stream.length, held)
    GOES_OUT(migcore_visit_u8(v, "a", &one), 1);
    GOES_OUT(migcore_visit_u16(v, "b", &two), 2);
    GOES_OUT(migcore_visit_u64(v, "c", &eight), 8);
    GOES_OUT(migcore_visit_bytes(v, "d", bytes, 40), 40);
    GOES_OUT(migcore_visit_u8_varray(v, "e", bytes, 40, &count), 7);
    GOES_OUT(migcore_visit_string(v, "f", text, sizeof text), 9);
    GOES_OUT(migcore_begin_subsection(v, "g", 1), 7);
    GOES_OUT(migcore_put_raw(v, bytes, 3), 3);
    channel_free(&channel);
}

static void without_a_buffer_nothing_is_read_ahead(void)
{
    static const uint8_t bytes[100] = { 3, 3, 3, 3, 3, 3, 3, 3, 3, 0, 0, 0, 3, 2, 1, 0, 3, 'a', 'b', 'c', 1 };
    struct channel channel;
    uint8_t one, some[40];
    uint64_t eight;
    char text[9];
    size_t count, taken = 0;
    migcore_visitor *v;

    channel_load(&channel, &no_buffer, bytes, sizeof bytes);
    v = channel_visitor(&channel);
#define COMES_IN(call, bytes_of_it) \
    CHECK_OK(call); \
    taken += (bytes_of_it); \
    CHECK_EQUAL(channel.stream.at, taken); \
    CHECK_EQUAL(migcore_position(v), taken)
    COMES_IN(migcore_visit_u8(v, "a", &one), 1);
    COMES_IN(migcore_visit_u64(v, "b", &eight), 8);
    COMES_IN(migcore_visit_u8_varray(v, "c", some, 40, &count), 7);
    COMES_IN(migcore_visit_string(v, "d", text, sizeof text), 4);
    COMES_IN(migcore_visit_bytes(v, "e", some, 30), 30);
    COMES_IN(migcore_get_raw(v, some, 5, NULL), 5);
    COMES_IN(migcore_peek_raw(v, 2, some, 5, NULL), 0);
    channel_free(&channel);
}

/* With a buffer, bytes go out when it is full, at a flush and at the end; not before. */
static void a_buffer_holds_back_until_flush(void)
{
    static const struct mode mode = { "buffer of 16", false, 16, 0, 0, 0, false };
    struct channel channel;
    uint32_t value = 1;
    unsigned i;
    migcore_visitor *v;

    channel_save(&channel, &mode);
    v = channel_visitor(&channel);
    for (i = 0; i < 4; i++) {
        CHECK_OK(migcore_visit_u32(v, "value", &value));
        CHECK_EQUAL(migcore_position(v), 4 * (i + 1));
        CHECK_EQUAL(channel.stream.moves.made, 0);
    }
    CHECK_OK(migcore_flush(v));
    CHECK(channel.stream.moves.made == 1 && channel.stream.length == 16);
    CHECK_OK(migcore_flush(v));
    CHECK_EQUAL(channel.stream.moves.made, 1);
    CHECK_OK(migcore_visit_u32(v, "value", &value));
    CHECK_EQUAL(channel.stream.length, 16);
    CHECK_OK(migcore_finish(v));
    CHECK_EQUAL(channel.stream.length, 20);
    CHECK_EQUAL(migcore_position(v), 20);
    channel_free(&channel);
}

/* A sink that knows its position tells it; one that says a negative number does not. */
static int64_t far_position(void *opaque)
{
    return INT64_C(0x100000000) + (int64_t)((struct stream *)opaque)->length;
}

static int64_t far_read_position(void *opaque)
{
    return INT64_C(0x100000000) + (int64_t)((struct stream *)opaque)->at;
}

static int64_t no_position(void *opaque)
{
    (void)opaque;
    return -29;
}

static void positions_of_a_sink(void)
{
    uint8_t bytes[8], buffer[8], value = 1;
    size_t capacity;

    for (capacity = 0; capacity <= 8; capacity += 8) {
        struct stream stream;
        migcore_sink sink;
        migcore_legacy legacy;

        memset(&stream, 0, sizeof stream);
        stream.bytes = bytes;
        stream.capacity = 3;
        sink = stream_sink(&stream);
        sink.position = no_position;
        CHECK_OK(migcore_legacy_save_stream(&legacy, sizeof legacy, &sink, buffer, capacity, NULL));
        CHECK_OK(migcore_visit_u8(&legacy.visitor, "value", &value));
        CHECK_EQUAL(migcore_position(&legacy.visitor), 1);
        sink.position = far_position;
        CHECK_OK(migcore_legacy_save_stream(&legacy, sizeof legacy, &sink, buffer, capacity, NULL));
        stream.length = 0;
        CHECK_OK(migcore_visit_u8(&legacy.visitor, "value", &value));
        CHECK_EQUAL(migcore_position(&legacy.visitor), UINT64_C(0x100000001));
        CHECK_OK(migcore_finish(&legacy.visitor));
        CHECK_EQUAL(migcore_position(&legacy.visitor), UINT64_C(0x100000001));
        stream.capacity = 1;
        migcore_visit_u8(&legacy.visitor, "value", &value);
        CHECK_STATUS(migcore_finish(&legacy.visitor), MIGCORE_WRITE_FAILED);
        CHECK_EQUAL(report_of(&legacy.visitor).offset, UINT64_C(0x100000001));
        CHECK_EQUAL(report_of(&legacy.visitor).cause, -28);
    }
}

static void positions_of_a_source(void)
{
    uint8_t bytes[3] = { 1, 2, 3 }, buffer[8];
    size_t capacity;

    for (capacity = 0; capacity <= 8; capacity += 8) {
        struct stream stream;
        migcore_source source;
        migcore_legacy legacy;
        uint16_t value;

        memset(&stream, 0, sizeof stream);
        stream.bytes = bytes;
        stream.length = sizeof bytes;
        source = stream_source(&stream, true);
        source.position = far_read_position;
        CHECK_OK(migcore_legacy_load_stream(&legacy, sizeof legacy, &source, buffer, capacity, NULL));
        CHECK_EQUAL(migcore_position(&legacy.visitor), UINT64_C(0x100000000));
        CHECK_OK(migcore_visit_u16(&legacy.visitor, "value", &value));
        CHECK_EQUAL(migcore_position(&legacy.visitor), UINT64_C(0x100000002));
        CHECK_STATUS(migcore_visit_u16(&legacy.visitor, "value", &value), MIGCORE_TRUNCATED);
        CHECK_EQUAL(report_of(&legacy.visitor).offset, UINT64_C(0x100000002));
        stream.at = 0;
        source.position = no_position;
        CHECK_OK(migcore_legacy_load_stream(&legacy, sizeof legacy, &source, buffer, capacity, NULL));
        CHECK_OK(migcore_visit_u16(&legacy.visitor, "value", &value));
        CHECK_EQUAL(migcore_position(&legacy.visitor), 2);
    }
}

void test_io(void)
{
    negative_numbers_are_the_cause();
    more_than_asked_for_breaks_the_contract();
    nothing_moved();
    without_a_buffer_nothing_is_held();
    without_a_buffer_nothing_is_read_ahead();
    a_buffer_holds_back_until_flush();
    positions_of_a_sink();
    positions_of_a_source();
}
