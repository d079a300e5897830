/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Random walks over chunks: saved one way and loaded another, the values are equal; with the same settings all ways give
 * the same bytes; and each part of a stream is refused.
 */
#include "sections.h"
#include "stream.h"
#include "walk.h"

static struct walk walk;
static uint8_t saved[WALK_BLOCK], copy[WALK_BLOCK], loaded[WALK_BLOCK];

static struct mode some_mode(uint32_t *random)
{
    struct mode mode = { "stream", false, 0, 0, 0, 0, true };

    mode.memory = random_below(random, 3) == 0;
    mode.buffer = random_below(random, 3) == 0 ? 0 : random_below(random, 301);
    mode.most = random_below(random, 3) == 0 ? 1 + random_below(random, 9) : 0;
    mode.random = random_below(random, 2) == 0 ? random_next(random) | 1 : 0;
    mode.retries = random_below(random, 3);
    return mode;
}

/* From as little as possible to more than the state needs. */
static void some_chunks(uint32_t *random, struct chunk_mode *chunks, migcore_chunk_settings *settings)
{
    static const size_t scratches[] = { MIGCORE_CHUNK_SCRATCH, MIGCORE_CHUNK_SCRATCH + 1, 700, 5000, 60000 };

    memset(settings, 0, sizeof *settings);
    memset(chunks, 0, sizeof *chunks);
    settings->size = sizeof *settings;
    settings->machine = random_below(random, 2) == 0 ? NULL : "walk";
    chunks->scratch = scratches[random_below(random, COUNT_OF(scratches))];
    /* A slot is to hold the longest operation. */
    settings->slots = chunks->scratch < 5000 ? random_below(random, 2) : random_below(random, 9);
    /* A string is not cut: it must fit a fragment. */
    if (chunks->scratch < 700 || random_below(random, 3) == 0) {
        settings->fragment_limit = 1 + random_below(random, 3000);
    }
    chunks->memory = 150000;
    chunks->settings = settings;
}

static size_t save(struct channel *channel, const struct mode *mode, const struct chunk_mode *chunks, bool moving)
{
    channel_save_chunks(channel, mode, chunks);
    CHECK_OK(walk_run(&walk, saved, channel, moving));
    /* A save only reads. */
    CHECK(memcmp(saved, copy, sizeof saved) == 0);
    return channel_length(channel);
}

static void load(const struct mode *mode, const struct chunk_mode *chunks, const uint8_t *bytes, size_t length,
                 bool moving, uint8_t before)
{
    struct channel channel;

    memset(loaded, before, sizeof loaded);
    channel_load_chunks(&channel, mode, chunks, bytes, length);
    CHECK_OK(walk_run(&walk, loaded, &channel, moving));
    CHECK_EQUAL(migcore_position(channel_visitor(&channel)), length);
    CHECK_OK(migcore_expect_end(channel_visitor(&channel)));
    walk_compare(&walk, saved, loaded, before);
    channel_free(&channel);
}

static void is_good(const uint8_t *bytes, size_t length, const char *machine)
{
    migcore_chunk_summary summary;

    summary.size = sizeof summary;
    CHECK_OK(migcore_chunk_check(bytes, length, NULL, NULL, &summary, NULL));
    CHECK_EQUAL(summary.length, length);
    CHECK_TEXT(summary.header.machine, machine == NULL ? "" : machine);
}

static void one_walk(uint32_t seed)
{
    struct channel first, other;
    migcore_chunk_settings settings;
    struct chunk_mode chunks;
    uint32_t random = seed * 77 | 1;
    size_t length, round;

    walk_make(&walk, saved, seed, true);
    memcpy(copy, saved, sizeof copy);
    for (round = 0; round < 4; round++) {
        struct mode memory = { "memory", true, 0, 0, 0, 0, true };
        struct mode out = some_mode(&random), in = some_mode(&random);

        some_chunks(&random, &chunks, &settings);
        check_case("walk %u, round %u, scratch %lu, slots %u, fragments of %u", (unsigned)seed, (unsigned)round,
                   (unsigned long)chunks.scratch, (unsigned)settings.slots, (unsigned)settings.fragment_limit);
        length = save(&first, &memory, &chunks, false);
        is_good(channel_bytes(&first), length, settings.machine);
        CHECK_EQUAL(save(&other, &out, &chunks, round == 3), length);
        CHECK_MEMORY(channel_bytes(&other), channel_length(&other), channel_bytes(&first), length);
        channel_free(&other);
        load(&in, &chunks, channel_bytes(&first), length, round == 3, (uint8_t)random_next(&random));
        /* What was loaded saves as the same bytes. */
        channel_save_chunks(&other, &out, &chunks);
        CHECK_OK(walk_run(&walk, loaded, &other, false));
        CHECK_MEMORY(channel_bytes(&other), channel_length(&other), channel_bytes(&first), length);
        channel_free(&other);
        channel_free(&first);
    }
}

static void cut_walk(uint32_t seed)
{
    static const struct mode memory = { "memory", true, 0, 0, 0, 0, true };
    struct channel channel;
    migcore_chunk_settings settings;
    struct chunk_mode chunks;
    uint32_t random = seed | 1;
    size_t length, cut;

    walk_make(&walk, saved, seed, true);
    memcpy(copy, saved, sizeof copy);
    some_chunks(&random, &chunks, &settings);
    length = save(&channel, &memory, &chunks, false);
    for (cut = 0; cut < length; cut += 1 + random_below(&random, 20)) {
        struct channel part;
        struct mode in = some_mode(&random);

        check_case("walk %u, cut at %lu", (unsigned)seed, (unsigned long)cut);
        memset(loaded, 0, sizeof loaded);
        channel_load_chunks(&part, &in, &chunks, channel_bytes(&channel), cut);
        CHECK_STATUS(walk_run(&walk, loaded, &part, false), MIGCORE_TRUNCATED);
        channel_free(&part);
    }
    channel_free(&channel);
}

void test_chunk_walks(void)
{
    uint32_t seed;

    for (seed = 1; seed <= 20 * percent; seed++) {
        one_walk(seed);
    }
    for (seed = 1; seed <= percent; seed++) {
        cut_walk(seed);
    }
}
