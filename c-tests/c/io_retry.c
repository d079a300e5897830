/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Interrupted callbacks: called again, but not for ever.
 */
#include "rich.h"
#include "sections.h"
#include "stream.h"

/* As the header says. */
#define MOST_RETRIES 1000

static const size_t buffers[] = { 0, 5, 300 };

static migcore_status save_with(unsigned retries, size_t buffer, struct channel *channel)
{
    struct mode mode = { "retries", false, 0, 2, 0, 0, false };
    uint32_t value = 0x01020304;

    mode.buffer = buffer;
    mode.retries = retries;
    channel_save(channel, &mode);
    migcore_visit_u32(channel_visitor(channel), "value", &value);
    return migcore_finish(channel_visitor(channel));
}

static void writes_are_repeated(unsigned retries, size_t buffer)
{
    static const uint8_t expected[] = { 1, 2, 3, 4 };
    struct channel channel;

    CHECK_OK(save_with(retries, buffer, &channel));
    CHECK_BYTES(channel.stream.bytes, channel.stream.length, expected);
    CHECK_EQUAL(channel.stream.moves.made, 2);
    channel_free(&channel);
}

static migcore_status load_with(unsigned retries, size_t buffer, bool peek, struct channel *channel, uint32_t *value)
{
    struct mode mode = { "retries", false, 0, 0, 0, 0, false };
    uint8_t byte;

    mode.buffer = buffer;
    mode.retries = retries;
    channel_load(channel, &mode, "\1\2\3\4", 4);
    if (peek) {
        CHECK_STATUS(migcore_peek_raw(channel_visitor(channel), 0, &byte, 1, NULL),
                     retries > MOST_RETRIES ? MIGCORE_READ_FAILED : MIGCORE_OK);
    }
    migcore_visit_u32(channel_visitor(channel), "value", value);
    return migcore_finish(channel_visitor(channel));
}

static void reads_and_peeks_are_repeated(unsigned retries, size_t buffer, bool peek)
{
    struct channel channel;
    uint32_t value = 0;

    CHECK_OK(load_with(retries, buffer, peek, &channel, &value));
    CHECK_EQUAL(value, 0x01020304);
    channel_free(&channel);
}

static void retries_without_end_are_a_failure(size_t buffer)
{
    struct channel channel;
    uint32_t value = 77;
    int peek;

    CHECK_STATUS(save_with(MOST_RETRIES + 1, buffer, &channel), MIGCORE_WRITE_FAILED);
    CHECK_EQUAL(channel.stream.moves.retried, MOST_RETRIES + 1);
    CHECK_EQUAL(channel.stream.moves.made, 0);
    CHECK_EQUAL(report_of(channel_visitor(&channel)).cause, 0);
    channel_free(&channel);
    for (peek = 0; peek < 2; peek++) {
        CHECK_STATUS(load_with(MOST_RETRIES + 1, buffer, peek, &channel, &value), MIGCORE_READ_FAILED);
        CHECK_EQUAL(channel.stream.moves.retried + channel.stream.peeks.retried, MOST_RETRIES + 1);
        CHECK_EQUAL(channel.stream.moves.made + channel.stream.peeks.made, 0);
        CHECK_EQUAL(report_of(channel_visitor(&channel)).cause, 0);
        channel_free(&channel);
    }
    CHECK_EQUAL(value, 77);
}

/* A whole device over a stream that is interrupted before every call. */
static void a_device_over_a_bad_line(size_t buffer)
{
    struct mode mode = { "bad line", false, 0, 3, 99, 2, false };
    static const struct mode memory = { "memory", true, 0, 0, 0, 0, false };
    struct channel good, bad, back;
    struct rich *s = rich_new(), *loaded = rich_new();

    mode.buffer = buffer;
    rich_fill(s, 3, true);
    channel_save(&good, &memory);
    CHECK_OK(rich_visit(channel_visitor(&good), s));
    channel_save(&bad, &mode);
    CHECK_OK(rich_visit(channel_visitor(&bad), s));
    CHECK_MEMORY(channel_bytes(&bad), channel_length(&bad), channel_bytes(&good), channel_length(&good));
    channel_load(&back, &mode, channel_bytes(&bad), channel_length(&bad));
    CHECK_OK(rich_visit(channel_visitor(&back), loaded));
    CHECK(rich_same(s, loaded));
    channel_free(&good);
    channel_free(&bad);
    channel_free(&back);
    rich_free(s);
    rich_free(loaded);
}

void test_io_retry(void)
{
    static const unsigned retries[] = { 1, 2, 17, MOST_RETRIES };
    size_t b, r;

    for (b = 0; b < COUNT_OF(buffers); b++) {
        for (r = 0; r < COUNT_OF(retries); r++) {
            check_case("%u retries, buffer of %lu", retries[r], (unsigned long)buffers[b]);
            writes_are_repeated(retries[r], buffers[b]);
            reads_and_peeks_are_repeated(retries[r], buffers[b], false);
            reads_and_peeks_are_repeated(retries[r], buffers[b], true);
        }
        check_case("buffer of %lu", (unsigned long)buffers[b]);
        retries_without_end_are_a_failure(buffers[b]);
        a_device_over_a_bad_line(buffers[b]);
    }
}
