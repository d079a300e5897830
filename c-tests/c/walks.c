/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Random walks: saved one way and loaded another, the values are equal; and all ways give the same bytes.
 */
#include "sections.h"
#include "stream.h"
#include "walk.h"

static struct walk walk;
static uint8_t saved[WALK_BLOCK], copy[WALK_BLOCK], loaded[WALK_BLOCK];

static const struct mode memory_mode = { "memory", true, 0, 0, 0, 0, false };

/* A way of load that can look ahead, where the walk needs it. */
static struct mode some_mode(uint32_t *random, bool loading)
{
    struct mode mode = { "stream", false, 0, 0, 0, 0, false };

    mode.memory = random_below(random, 5) == 0;
    mode.buffer = random_below(random, 4) == 0 ? 0 : random_below(random, 301);
    mode.most = random_below(random, 3) == 0 ? 1 + random_below(random, 9) : 0;
    mode.random = random_below(random, 2) == 0 ? random_next(random) | 1 : 0;
    mode.retries = random_below(random, 3);
    mode.no_peek = loading && (mode.buffer >= MIGCORE_LOOK_AHEAD || !walk.has_subsections) && random_below(random, 2) == 0;
    return mode;
}

static size_t save(struct channel *channel, const struct mode *mode, bool moving)
{
    channel_save(channel, mode);
    CHECK_OK(walk_run(&walk, saved, channel, moving));
    /* A save only reads. */
    CHECK(memcmp(saved, copy, sizeof saved) == 0);
    return channel_length(channel);
}

static void load(const struct mode *mode, const uint8_t *bytes, size_t length, bool moving, uint8_t before)
{
    struct channel channel;

    memset(loaded, before, sizeof loaded);
    channel_load(&channel, mode, bytes, length);
    CHECK_OK(walk_run(&walk, loaded, &channel, moving));
    CHECK_EQUAL(migcore_position(channel_visitor(&channel)), length);
    walk_compare(&walk, saved, loaded, before);
    channel_free(&channel);
}

/* What was loaded saves as the same bytes. */
static void save_again(const struct mode *mode, const uint8_t *bytes, size_t length)
{
    struct channel channel;

    channel_save(&channel, mode);
    CHECK_OK(walk_run(&walk, loaded, &channel, false));
    CHECK_MEMORY(channel_bytes(&channel), channel_length(&channel), bytes, length);
    channel_free(&channel);
}

static void one_walk(uint32_t seed)
{
    struct channel first, other;
    uint32_t random = seed | 1;
    size_t length, round;

    walk_make(&walk, saved, seed, false);
    memcpy(copy, saved, sizeof copy);
    check_case("walk %u", (unsigned)seed);
    length = save(&first, &memory_mode, false);
    for (round = 0; round < 4; round++) {
        struct mode out = some_mode(&random, false), in = some_mode(&random, true);

        check_case("walk %u, round %u, out: buffer of %lu, in: buffer of %lu", (unsigned)seed, (unsigned)round,
                   (unsigned long)out.buffer, (unsigned long)in.buffer);
        CHECK_EQUAL(save(&other, &out, round == 3), length);
        CHECK_MEMORY(channel_bytes(&other), channel_length(&other), channel_bytes(&first), length);
        load(&in, channel_bytes(&other), length, round == 3, (uint8_t)random_next(&random));
        save_again(&out, channel_bytes(&first), length);
        channel_free(&other);
    }
    channel_free(&first);
}

/* Each end of a walk's stream but the last is an error, or leaves a subsection unseen. */
static void cut_walk(uint32_t seed)
{
    struct channel channel;
    size_t length, cut;

    walk_make(&walk, saved, seed, false);
    memcpy(copy, saved, sizeof copy);
    if (walk.has_subsections) {
        return;
    }
    length = save(&channel, &memory_mode, false);
    for (cut = 0; cut < length; cut++) {
        struct channel part;
        uint32_t random = seed | 1;
        struct mode in = some_mode(&random, true);

        check_case("walk %u, cut at %lu", (unsigned)seed, (unsigned long)cut);
        memset(loaded, 0, sizeof loaded);
        channel_load(&part, &in, channel_bytes(&channel), cut);
        CHECK_STATUS(walk_run(&walk, loaded, &part, false), MIGCORE_TRUNCATED);
        channel_free(&part);
    }
    channel_free(&channel);
}

void test_walks(void)
{
    uint32_t seed;

    for (seed = 1; seed <= 30 * percent; seed++) {
        one_walk(seed);
    }
    for (seed = 1; seed <= percent; seed++) {
        cut_walk(seed);
    }
}
