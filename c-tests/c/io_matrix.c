/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Every way to the wire gives the same bytes, and every way back the same state.
 */
#include "rich.h"
#include "sections.h"
#include "stream.h"

static const size_t buffers[] = { 0, 1, 2, 3, 7, 8, 16, 257, 4096 };

/* How much one call of a callback moves. */
static const struct step {
    const char *name;
    size_t most;
    uint32_t random;
} steps[] = { { "whole", 0, 0 }, { "byte by byte", 1, 0 }, { "5 bytes", 5, 0 }, { "random", 0, 12345 } };

static const struct mode memory_mode = { "memory", true, 0, 0, 0, 0, false };

static struct mode mode_of(size_t buffer, const struct step *step)
{
    struct mode mode = { "stream", false, 0, 0, 0, 0, false };

    mode.buffer = buffer;
    mode.most = step->most;
    mode.random = step->random;
    return mode;
}

static void saves_as(const struct mode *mode, struct rich *s, const uint8_t *bytes, size_t length)
{
    struct channel channel;

    channel_save(&channel, mode);
    CHECK_OK(rich_visit(channel_visitor(&channel), s));
    CHECK_EQUAL(migcore_position(channel_visitor(&channel)), length);
    CHECK_MEMORY(channel_bytes(&channel), channel_length(&channel), bytes, length);
    channel_free(&channel);
}

static void loads_as(const struct mode *mode, const struct rich *s, const uint8_t *bytes, size_t length)
{
    struct channel channel;
    struct rich *loaded = rich_new();

    channel_load(&channel, mode, bytes, length);
    CHECK_OK(rich_visit(channel_visitor(&channel), loaded));
    CHECK_EQUAL(migcore_position(channel_visitor(&channel)), length);
    CHECK(rich_same(loaded, s));
    channel_free(&channel);
    rich_free(loaded);
}

static void one_state(uint32_t seed, bool everything)
{
    static uint8_t bytes[RICH_LONGEST];
    struct channel channel;
    struct rich *s = rich_new();
    size_t length, b, k;

    rich_fill(s, seed, everything);
    channel_save(&channel, &memory_mode);
    CHECK_OK(rich_visit(channel_visitor(&channel), s));
    length = channel_length(&channel);
    CHECK(length > 300 && length < sizeof bytes);
    memcpy(bytes, channel_bytes(&channel), length);
    channel_free(&channel);
    loads_as(&memory_mode, s, bytes, length);
    for (b = 0; b < COUNT_OF(buffers); b++) {
        for (k = 0; k < COUNT_OF(steps); k++) {
            struct mode mode = mode_of(buffers[b], &steps[k]);

            check_case("seed %u, buffer of %lu, %s", (unsigned)seed, (unsigned long)buffers[b], steps[k].name);
            saves_as(&mode, s, bytes, length);
            loads_as(&mode, s, bytes, length);
            mode.no_peek = buffers[b] >= MIGCORE_LOOK_AHEAD;
            loads_as(&mode, s, bytes, length);
        }
    }
    rich_free(s);
}

/* Memory of just the size is enough; a byte less is not, and nothing is written beyond it. */
static void memory_of_every_size(void)
{
    static uint8_t bytes[RICH_LONGEST];
    struct rich *s = rich_new();
    migcore_legacy legacy;
    size_t length, room;

    rich_fill(s, 1, true);
    CHECK_OK(migcore_legacy_save_memory(&legacy, sizeof legacy, bytes, sizeof bytes, NULL));
    CHECK_OK(rich_visit(&legacy.visitor, s));
    length = (size_t)migcore_position(&legacy.visitor);
    for (room = 0; room <= length; room++) {
        check_case("memory of %lu", (unsigned long)room);
        memset(bytes, 0xa5, sizeof bytes);
        CHECK_OK(migcore_legacy_save_memory(&legacy, sizeof legacy, bytes, room, NULL));
        CHECK_STATUS(rich_visit(&legacy.visitor, s), room == length ? MIGCORE_OK : MIGCORE_NO_SPACE);
        CHECK(migcore_position(&legacy.visitor) <= room);
        CHECK_EQUAL(bytes[room], 0xa5);
    }
    rich_free(s);
}

void test_io_matrix(void)
{
    uint32_t seed;

    for (seed = 1; seed <= 1 + percent / 10; seed++) {
        one_state(seed, seed == 1);
    }
    memory_of_every_size();
}
