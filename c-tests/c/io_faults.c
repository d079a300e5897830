/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Callbacks that fail at each of their calls: the visit ends there, with the callback's own number, and calls no more.
 */
#include "rich.h"
#include "sections.h"
#include "stream.h"

static const size_t buffers[] = { 0, 1, 7, 16, 257, 4096 };
static const size_t shares[] = { 0, 1, 50 };
static const struct mode memory_mode = { "memory", true, 0, 0, 0, 0, false };

static uint8_t whole[RICH_LONGEST];
static size_t whole_length;

static struct rich *sample(void)
{
    struct channel channel;
    struct rich *s = rich_new();

    rich_fill(s, 7, true);
    channel_save(&channel, &memory_mode);
    CHECK_OK(rich_visit(channel_visitor(&channel), s));
    whole_length = channel_length(&channel);
    memcpy(whole, channel_bytes(&channel), whole_length);
    channel_free(&channel);
    return s;
}

/* One save whose write fails at its call of this number; whether there was such a call. */
static bool write_fails_at(const struct mode *mode, struct rich *s, unsigned number)
{
    struct channel channel;
    migcore_status status;
    migcore_error error;
    bool failed;

    channel_save(&channel, mode);
    channel.stream.moves.fail_at = number;
    channel.stream.moves.fail_with = -100 - (ptrdiff_t)number;
    status = rich_visit(channel_visitor(&channel), s);
    failed = channel.stream.moves.made >= number;
    error = report_of(channel_visitor(&channel));
    CHECK_STATUS(status, failed ? MIGCORE_WRITE_FAILED : MIGCORE_OK);
    CHECK(error.cause == (failed ? -100 - (int32_t)number : 0));
    CHECK(!failed || error.offset <= whole_length);
    CHECK_EQUAL(channel.stream.moves.after_failure, 0);
    CHECK(channel.stream.length <= whole_length && memcmp(channel.stream.bytes, whole, channel.stream.length) == 0);
    CHECK(failed || channel.stream.length == whole_length);
    channel_free(&channel);
    return failed;
}

/* The same for read or peek. */
static bool source_fails_at(const struct mode *mode, bool peek, unsigned number)
{
    struct channel channel;
    struct rich *s = rich_new();
    struct calls *calls;
    migcore_status status;
    migcore_error error;
    bool failed;

    channel_load(&channel, mode, whole, whole_length);
    calls = peek ? &channel.stream.peeks : &channel.stream.moves;
    calls->fail_at = number;
    calls->fail_with = -100 - (ptrdiff_t)number;
    status = rich_visit(channel_visitor(&channel), s);
    failed = calls->made >= number;
    error = report_of(channel_visitor(&channel));
    CHECK_STATUS(status, failed ? MIGCORE_READ_FAILED : MIGCORE_OK);
    CHECK(error.cause == (failed ? -100 - (int32_t)number : 0));
    CHECK(error.offset <= channel.stream.at);
    CHECK_EQUAL(calls->after_failure, 0);
    channel_free(&channel);
    rich_free(s);
    return failed;
}

static void each_call_fails_once(struct rich *s, const struct mode *mode)
{
    unsigned number;

    for (number = 1; write_fails_at(mode, s, number); number++) {
        check_case("buffer of %lu, %lu at most, write %u", (unsigned long)mode->buffer, (unsigned long)mode->most,
                   number + 1);
    }
    for (number = 1; source_fails_at(mode, false, number); number++) {
        check_case("buffer of %lu, %lu at most, read %u", (unsigned long)mode->buffer, (unsigned long)mode->most,
                   number + 1);
    }
    for (number = 1; source_fails_at(mode, true, number); number++) {
        check_case("buffer of %lu, %lu at most, peek %u", (unsigned long)mode->buffer, (unsigned long)mode->most,
                   number + 1);
    }
    /* Look-ahead through a buffer needs no peek; without one, there are at least those of three heads. */
    CHECK(mode->buffer >= MIGCORE_LOOK_AHEAD ? number == 1 : number > 3);
}

void test_io_faults(void)
{
    struct rich *s = sample();
    size_t b, m;

    for (b = 0; b < COUNT_OF(buffers); b++) {
        for (m = 0; m < COUNT_OF(shares); m++) {
            struct mode mode = { "faults", false, 0, 0, 0, 0, false };

            mode.buffer = buffers[b];
            mode.most = shares[m];
            if (mode.most == 1 && percent < 100 && mode.buffer % 2 != 0) {
                continue;
            }
            each_call_fails_once(s, &mode);
        }
    }
    rich_free(s);
}
