/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Streams with one byte changed, at each place: an error or a state, and that state saves as the stream was.
 */
#include "rich.h"
#include "sections.h"
#include "stream.h"

static const struct mode memory_mode = { "memory", true, 0, 0, 0, 0, false };
static const struct mode modes[] = {
    { "memory", true, 0, 0, 0, 0, false },
    { "no buffer", false, 0, 0, 0, 0, false },
    { "buffer of 11", false, 11, 0, 99, 0, false },
};

/* What a stream can be blamed for: never the caller, never the I/O. */
static bool is_fault_of_the_stream(migcore_status status)
{
    return (status > 100 && status < 300) || status == MIGCORE_TOO_MANY;
}

/* A flag may be any byte but 0 in a stream; it is saved as 1. */
static bool saves_as(const uint8_t *saved, const uint8_t *stream, size_t length)
{
    size_t i;

    for (i = 0; i < length; i++) {
        if (saved[i] != stream[i] && !(saved[i] == 1 && stream[i] > 1)) {
            return false;
        }
    }
    return true;
}

static migcore_status one_stream(const struct mode *mode, const uint8_t *bytes, size_t length)
{
    struct channel channel, again;
    struct rich *loaded = rich_new();
    migcore_status status;

    channel_load(&channel, mode, bytes, length);
    status = rich_visit(channel_visitor(&channel), loaded);
    CHECK(migcore_position(channel_visitor(&channel)) <= length);
    if (status != MIGCORE_OK) {
        CHECK(is_fault_of_the_stream(status));
    } else {
        channel_save(&again, &memory_mode);
        CHECK_OK(rich_visit(channel_visitor(&again), loaded));
        CHECK_EQUAL(channel_length(&again), migcore_position(channel_visitor(&channel)));
        CHECK(saves_as(channel_bytes(&again), bytes, channel_length(&again)));
        channel_free(&again);
    }
    channel_free(&channel);
    rich_free(loaded);
    return status;
}

/* Each bit, and all of a byte. */
static const uint8_t masks[] = { 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff };

static void every_byte_changed(const struct mode *mode, uint8_t *bytes, size_t length)
{
    size_t at, m, loaded = 0, refused = 0;

    for (at = 0; at < length; at++) {
        for (m = 0; m < COUNT_OF(masks); m++) {
            check_case("%s, byte %lu ^ %02x", mode->name, (unsigned long)at, masks[m]);
            bytes[at] ^= masks[m];
            if (one_stream(mode, bytes, length) == MIGCORE_OK) {
                loaded++;
            } else {
                refused++;
            }
            bytes[at] ^= masks[m];
            if (percent < 100 && at % 4 != m % 4) {
                m += 3;
            }
        }
    }
    check_case("%s", mode->name);
    CHECK(loaded > 100 && refused > 100);
}

/* A good beginning, which may be empty, and then bytes without any order, many of them markers. */
static void random_end(const struct mode *mode, uint8_t *bytes, size_t good, size_t length, uint32_t *random)
{
    size_t at;

    for (at = good; at < length; at++) {
        bytes[at] = (uint8_t)(random_below(random, 3) == 0 ? 5 : random_next(random));
    }
    one_stream(mode, bytes, length);
}

void test_flips(void)
{
    static uint8_t bytes[RICH_LONGEST];
    struct channel channel;
    struct rich *s = rich_new();
    uint32_t random = 2024;
    size_t m, length;

    rich_fill(s, 5, true);
    channel_save(&channel, &memory_mode);
    CHECK_OK(rich_visit(channel_visitor(&channel), s));
    length = channel_length(&channel);
    memcpy(bytes, channel_bytes(&channel), length);
    CHECK_OK(one_stream(&memory_mode, bytes, length));
    for (m = 0; m < COUNT_OF(modes); m++) {
        every_byte_changed(&modes[m], bytes, length);
    }
    for (m = 0; m < 20 * percent; m++) {
        size_t good = m % 2 == 0 ? 0 : random_below(&random, (uint32_t)length);

        check_case("random stream %lu", (unsigned long)m);
        memcpy(bytes, channel_bytes(&channel), length);
        random_end(&modes[m % COUNT_OF(modes)], bytes, good, length, &random);
    }
    channel_free(&channel);
    rich_free(s);
}
