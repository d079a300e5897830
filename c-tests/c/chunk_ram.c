/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The memory of a machine beside its devices, saved: in rounds, by a bitmap, from blocks at any address.
 */
#include "guest.h"

#include <stdlib.h>

static void every_way_gives_the_same_stream(void)
{
    static const struct mode modes[] = {
        { "memory", true, 0, 0, 0, 0, true },          { "no buffer", false, 0, 0, 0, 0, true },
        { "short writes", false, 0, 77, 0, 0, true },  { "small buffer", false, 100, 0, 5, 1, true },
        { "buffer", false, 4096, 0, 0, 0, true },
    };
    static uint8_t good[LONGEST];
    size_t m, at, length = 0;

    for (m = 0; m < COUNT_OF(modes); m++) {
        for (at = 0; at < 2; at++) {
            struct channel channel;
            migcore_ram_counts counts = no_counts();

            check_case("%s, at %lu", modes[m].name, (unsigned long)at);
            channel_save_chunks(&channel, &modes[m], &guest_chunks);
            CHECK_OK(guest_save(saver_of(&channel), ram_bytes + at, rom_bytes + at, &counts));
            if (length == 0) {
                length = channel_length(&channel);
                CHECK(length <= sizeof good);
                memcpy(good, channel_bytes(&channel), length);
            }
            CHECK_MEMORY(channel_bytes(&channel), channel_length(&channel), good, length);
            CHECK(counts.chunks >= 4 && counts.bytes < length && counts.bytes > counts.data_pages * PAGE);
            CHECK_EQUAL(counts.data_pages + counts.zero_pages, SENT);
            channel_free(&channel);
        }
    }
    check_case("%s", "");
}

/* Pages begin where they were asked to. */
static void pages_are_aligned(void)
{
    migcore_chunk_settings settings;
    struct chunk_mode aligned = guest_chunks;
    struct channel channel;
    migcore_chunk chunk;
    migcore_chunk_limits limits;
    bool more;
    unsigned seen = 0;

    memset(&settings, 0, sizeof settings);
    settings.size = sizeof settings;
    settings.alignment = 4096;
    aligned.settings = &settings;
    channel_save_chunks(&channel, &guest_mode, &aligned);
    CHECK_OK(guest_save(saver_of(&channel), ram_bytes + 1, rom_bytes + 1, NULL));
    memset(&chunk, 0, sizeof chunk);
    chunk.size = sizeof chunk;
    while (CHECK_OK(migcore_chunk_next(channel_bytes(&channel), channel_length(&channel), NULL, &chunk, &more, NULL)),
           more) {
        const uint8_t *data = (const uint8_t *)chunk.data;

        if (strcmp(chunk.kind, "MRAM") == 0) {
            size_t padding = (size_t)data[6] << 8 | data[7];
            size_t before = 8 + 12 * (size_t)data[3] + padding;

            CHECK(before <= chunk.length);
            CHECK(before == chunk.length || (chunk.offset + 8 + before) % 4096 == 0);
            seen++;
        }
    }
    CHECK(seen >= 4);
    memset(&limits, 0, sizeof limits);
    limits.size = sizeof limits;
    limits.memory = 1;
    CHECK_OK(migcore_chunk_check(channel_bytes(&channel), channel_length(&channel), &limits, NULL, NULL, NULL));
    channel_free(&channel);
    settings.alignment = 3;
    {
        migcore_chunk_saver saver;
        uint8_t scratch[MIGCORE_CHUNK_SCRATCH];

        CHECK_STATUS(migcore_chunk_save_memory(&saver, sizeof saver, back_bytes, sizeof back_bytes, scratch,
                                               sizeof scratch, &settings, NULL),
                     MIGCORE_INVALID_ARGUMENT);
        settings.alignment = 131072;
        CHECK_STATUS(migcore_chunk_save_memory(&saver, sizeof saver, back_bytes, sizeof back_bytes, scratch,
                                               sizeof scratch, &settings, NULL),
                     MIGCORE_INVALID_ARGUMENT);
    }
}

static void zeros_are_counted(void)
{
    uint8_t *bytes;
    size_t size, at;

    CHECK_EQUAL(migcore_ram_zeros(NULL, 0), 0);
    CHECK_EQUAL(migcore_ram_zeros(NULL, 9), 0);
    for (size = 0; size < 1100; size += size < 300 ? 1 : 41) {
        bytes = (uint8_t *)calloc(size + 1, 1);
        CHECK_EQUAL(migcore_ram_zeros(bytes, size), size);
        for (at = 0; at < size; at += 1 + at / 8) {
            bytes[at] = 0x80;
            CHECK_EQUAL(migcore_ram_zeros(bytes, size), at);
            CHECK_EQUAL(migcore_ram_zeros(bytes + at / 2, size - at / 2), at - at / 2);
            bytes[at] = 0;
        }
        free(bytes);
    }
}

/* What a callback of a saver finds. */
struct intruder {
    migcore_chunk_saver *saver;
    migcore_ram *ram;
    unsigned tried;
};

static void intrude(void *opaque)
{
    static const uint8_t bitmap[1] = { 1 };
    struct intruder *intruder = (struct intruder *)opaque;

    intruder->tried++;
    CHECK_STATUS(migcore_ram_declare(intruder->saver, intruder->ram), MIGCORE_BUSY);
    CHECK_STATUS(migcore_ram_save(intruder->saver, intruder->ram, 0, 0, ram_bytes, 1, NULL), MIGCORE_BUSY);
    CHECK_STATUS(migcore_ram_save_marked(intruder->saver, intruder->ram, 0, 0, 1, bitmap, NULL), MIGCORE_BUSY);
}

static void callbacks_find_it_busy(void)
{
    static const struct mode bare = { "no buffer", false, 0, 500, 0, 0, true };
    migcore_ram_block block = block_of("pc.ram", ram_bytes, PAGES * PAGE);
    migcore_ram ram = ram_of(&block, 1);
    struct intruder intruder = { NULL, NULL, 0 };
    struct channel channel;

    channel_save_chunks(&channel, &bare, &guest_chunks);
    intruder.saver = saver_of(&channel);
    intruder.ram = &ram;
    channel.stream.hook = intrude;
    channel.stream.hook_opaque = &intruder;
    CHECK_OK(migcore_ram_declare(intruder.saver, &ram));
    CHECK_OK(migcore_ram_save(intruder.saver, &ram, 0, 0, ram_bytes, PAGES, NULL));
    CHECK_OK(migcore_finish(&intruder.saver->visitor));
    CHECK(intruder.tried > 5);
    channel_free(&channel);
}

/* A write that fails, each in turn: with its cause, and nothing after it. */
static void every_write_fails_once(void)
{
    static const struct mode bare = { "no buffer", false, 0, 2000, 0, 0, true };
    unsigned number;
    bool failing = true;

    for (number = 1; failing; number++) {
        struct channel channel;
        migcore_error error;

        check_case("write %u", number);
        channel_save_chunks(&channel, &bare, &guest_chunks);
        channel.stream.moves.fail_at = number;
        channel.stream.moves.fail_with = -100 - (ptrdiff_t)number;
        guest_save(saver_of(&channel), ram_bytes + 1, rom_bytes + 1, NULL);
        error = report_of(channel_visitor(&channel));
        failing = channel.stream.moves.made >= number;
        CHECK_STATUS(error.status, failing ? MIGCORE_WRITE_FAILED : MIGCORE_OK);
        CHECK(error.cause == (failing ? -100 - (int32_t)number : 0));
        CHECK_EQUAL(channel.stream.moves.after_failure, 0);
        channel_free(&channel);
    }
    CHECK(number > 20);
    check_case("%s", "");
}

void test_chunk_ram(void)
{
    zeros_are_counted();
    every_way_gives_the_same_stream();
    pages_are_aligned();
    callbacks_find_it_busy();
    every_write_fails_once();
}
