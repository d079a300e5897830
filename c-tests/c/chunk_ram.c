/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The memory of a machine beside its devices: in rounds, by a bitmap, out of and into blocks at any address.
 */
#include "machine.h"
#include "sections.h"

#include <stdlib.h>

enum {
    PAGE = 256,
    PAGES = 40,
    ROM_PAGES = 3,
    LONGEST = 80000
};

/* One byte more, so that blocks may begin at an odd address. */
static uint8_t ram_bytes[PAGES * PAGE + 1], rom_bytes[ROM_PAGES * PAGE + 1];
static uint8_t back_bytes[PAGES * PAGE + 1], back_rom[ROM_PAGES * PAGE + 1];
static struct machine source, loaded;
/* The stream that the tests of receivers take. */
static uint8_t good[LONGEST];
static size_t length;

static const struct mode plain = { "memory", true, 0, 0, 0, 0, true };
static const struct chunk_mode chunks = { 2000, 0, 0, NULL };

static migcore_ram_block block_of(const char *name, void *memory, uint64_t bytes)
{
    migcore_ram_block block;

    memset(&block, 0x5a, sizeof block);
    block.size = sizeof block;
    block.name = name;
    block.memory = memory;
    block.length = bytes;
    return block;
}

static migcore_ram ram_of(migcore_ram_block *blocks, size_t count)
{
    migcore_ram ram;

    memset(&ram, 0, sizeof ram);
    ram.size = sizeof ram;
    ram.blocks = blocks;
    ram.count = count;
    ram.page_size = PAGE;
    return ram;
}

static migcore_ram_counts no_counts(void)
{
    migcore_ram_counts counts;

    memset(&counts, 0, sizeof counts);
    counts.size = sizeof counts;
    return counts;
}

static migcore_chunk_saver *saver_of(struct channel *channel)
{
    return (migcore_chunk_saver *)(void *)channel_visitor(channel);
}

/* Every third page is 0, and one only up to its last byte. */
static void fill(uint8_t *memory, size_t pages, unsigned seed)
{
    size_t page, at;

    for (page = 0; page < pages; page++) {
        for (at = 0; at < PAGE; at++) {
            memory[page * PAGE + at] = page % 3 == 1 ? 0 : (uint8_t)(page * 31 + at * seed + 1);
        }
    }
    memory[PAGE + PAGE - 1] = 7;
}

static size_t data_pages(const uint8_t *memory, size_t pages)
{
    size_t page, found = 0;

    for (page = 0; page < pages; page++) {
        found += migcore_ram_zeros(memory + page * PAGE, PAGE) < PAGE;
    }
    return found;
}

/* Two rounds, of which the second changes pages and makes some 0, and devices at the end. `memory` may lie anywhere; it is
 * filled again. */
static migcore_status save_all(migcore_chunk_saver *saver, uint8_t *memory, uint8_t *rom, migcore_ram_counts *counts)
{
    static uint8_t copy[4 * PAGE];
    uint8_t dirty[PAGES / 8] = { 0 };
    migcore_ram_block blocks[2];
    migcore_ram ram;

    fill(memory, PAGES, 3);
    fill(rom, ROM_PAGES, 5);
    blocks[0] = block_of("pc.ram", memory, PAGES * PAGE);
    blocks[1] = block_of("rom", NULL, ROM_PAGES * PAGE);
    ram = ram_of(blocks, 2);
    migcore_ram_declare(saver, &ram);
    migcore_ram_save(saver, &ram, 0, 0, memory, PAGES, counts);
    migcore_ram_save(saver, &ram, 1, 0, rom, ROM_PAGES, counts);
    /* Some pages from a copy, as they are sent while a guest runs. */
    memset(memory + 8 * PAGE, 0x11, 4 * PAGE);
    memcpy(copy, memory + 8 * PAGE, sizeof copy);
    migcore_ram_save(saver, &ram, 0, 8, copy, 4, counts);
    /* Pages that are scattered, one of which became 0. */
    dirty[0] = 0x81;
    dirty[2] = 0xff;
    dirty[4] = 0x80;
    memset(memory, 0, PAGE);
    memset(memory + 7 * PAGE, 0x77, PAGE);
    memset(memory + 17 * PAGE, 0x33, 2 * PAGE);
    memset(memory + 39 * PAGE + 5, 0x44, 7);
    migcore_ram_save_marked(saver, &ram, 0, 0, PAGES, dirty, counts);
    return machine_visit(&saver->visitor, &source);
}

static void every_way_gives_the_same_stream(void)
{
    static const struct mode modes[] = {
        { "memory", true, 0, 0, 0, 0, true },          { "no buffer", false, 0, 0, 0, 0, true },
        { "short writes", false, 0, 77, 0, 0, true },  { "small buffer", false, 100, 0, 5, 1, true },
        { "buffer", false, 4096, 0, 0, 0, true },
    };
    size_t m, at;

    for (m = 0; m < COUNT_OF(modes); m++) {
        for (at = 0; at < 2; at++) {
            struct channel channel;
            migcore_ram_counts counts = no_counts();

            check_case("%s, at %lu", modes[m].name, (unsigned long)at);
            channel_save_chunks(&channel, &modes[m], &chunks);
            CHECK_OK(save_all(saver_of(&channel), ram_bytes + at, rom_bytes + at, &counts));
            if (length == 0) {
                length = channel_length(&channel);
                CHECK(length <= sizeof good);
                memcpy(good, channel_bytes(&channel), length);
            }
            CHECK_MEMORY(channel_bytes(&channel), channel_length(&channel), good, length);
            CHECK(counts.chunks >= 4 && counts.bytes < length && counts.bytes > counts.data_pages * PAGE);
            CHECK_EQUAL(counts.data_pages + counts.zero_pages, PAGES + ROM_PAGES + 4 + 11);
            channel_free(&channel);
        }
    }
    check_case("%s", "");
}

/* How the bytes get to a receiver. */
enum how {
    BY_FEED,
    BY_NEXT,
    HOWS
};

/* Gives a receiver the next bytes, at most `most`, and says how many it took. */
static migcore_status give(migcore_chunk_receiver *receiver, enum how how, const uint8_t *bytes, size_t left, size_t most,
                           size_t *taken, bool *done)
{
    void *place = NULL;
    size_t room = 0, count = most < left ? most : left;
    migcore_status status;

    *taken = 0;
    *done = false;
    if (how == BY_FEED) {
        return migcore_chunk_receiver_feed(receiver, bytes, count, taken, done);
    }
    status = migcore_chunk_receiver_next(receiver, &place, &room);
    if (status != MIGCORE_OK) {
        CHECK(place == NULL && room == 0);
        return status;
    }
    count = room < count ? room : count;
    if (count > 0) {
        memcpy(place, bytes, count);
    }
    *taken = count;
    return migcore_chunk_receiver_got(receiver, count, done);
}

/* Receives a whole stream in pieces, moved between two calls, in memory that grows. */
static migcore_status receive(const migcore_ram *ram, enum how how, size_t most, const uint8_t *bytes, size_t left,
                              migcore_chunk_receiver *receiver, uint8_t **buffer, migcore_error *error)
{
    migcore_kernels kernels;
    migcore_chunk_receiver moved;
    migcore_status status;
    size_t room = 16, taken;
    bool done = false;

    CHECK_OK(migcore_kernels_detect(&kernels, sizeof kernels));
    error->size = sizeof *error;
    *buffer = (uint8_t *)malloc(room);
    CHECK_OK(migcore_chunk_receiver_init(&moved, sizeof moved, *buffer, room, NULL, most % 2 == 0 ? NULL : &kernels));
    if (ram != NULL) {
        CHECK_OK(migcore_chunk_receiver_ram(&moved, ram));
    }
    for (;;) {
        memcpy(receiver, &moved, sizeof moved);
        memset(&moved, 0xee, sizeof moved);
        status = give(receiver, how, bytes, left, most, &taken, &done);
        CHECK(taken <= left);
        bytes += taken;
        left -= taken;
        if (status == MIGCORE_NO_SPACE) {
            CHECK_OK(migcore_chunk_receiver_error(receiver, error));
            CHECK(error->expected > room);
            if (error->expected > LONGEST) {
                break;
            }
            room = (size_t)error->expected;
            *buffer = (uint8_t *)realloc(*buffer, room);
            status = migcore_chunk_receiver_grow(receiver, *buffer, room);
        }
        if (status != MIGCORE_OK || done || left == 0) {
            break;
        }
        memcpy(&moved, receiver, sizeof moved);
    }
    if (status == MIGCORE_OK && done) {
        /* Nothing belongs behind the end. */
        CHECK_OK(give(receiver, how, (const uint8_t *)"more", 4, 4, &taken, &done));
        CHECK(taken == 0 && done);
    }
    migcore_chunk_receiver_error(receiver, error);
    return status;
}

static void what_is_left_are_the_devices(migcore_chunk_receiver *receiver)
{
    migcore_chunk_loader loader;
    migcore_chunk_summary summary;
    const void *rest;
    size_t size;

    CHECK_OK(migcore_chunk_receiver_bytes(receiver, &rest, &size));
    CHECK(size < length / 2);
    summary.size = sizeof summary;
    CHECK_OK(migcore_chunk_check(rest, size, NULL, NULL, &summary, NULL));
    CHECK(summary.devices == MACHINE_DEVICES && summary.length == size);
    machine_wipe(&loaded);
    CHECK_OK(migcore_chunk_load_checked(&loader, sizeof loader, rest, size, NULL, 0, NULL, NULL));
    CHECK_OK(machine_visit(&loader.visitor, &loaded));
    CHECK(machine_same(&loaded, &source));
}

static void memory_comes_back(void)
{
    static const size_t pieces[] = { 1, 7, 300, 1000, LONGEST };
    size_t i, at;
    int how;

    for (how = 0; how < HOWS; how++) {
        for (i = 0; i < COUNT_OF(pieces); i++) {
            for (at = 0; at < 2; at++) {
                migcore_ram_block blocks[2];
                migcore_ram ram;
                migcore_ram_counts counts = no_counts();
                migcore_chunk_receiver receiver;
                migcore_error error;
                uint8_t *buffer;

                check_case("%s of %lu, at %lu", how == BY_FEED ? "feed" : "next", (unsigned long)pieces[i],
                           (unsigned long)at);
                memset(back_bytes, 0, sizeof back_bytes);
                memset(back_rom, 0, sizeof back_rom);
                /* In another order than the stream's. */
                blocks[0] = block_of("rom", back_rom + at, ROM_PAGES * PAGE);
                blocks[1] = block_of("pc.ram", back_bytes + at, PAGES * PAGE);
                ram = ram_of(blocks, 2);
                CHECK_OK(receive(&ram, (enum how)how, pieces[i], good, length, &receiver, &buffer, &error));
                CHECK_STATUS(error.status, MIGCORE_OK);
                CHECK(memcmp(back_bytes + at, ram_bytes + 1, PAGES * PAGE) == 0);
                CHECK(memcmp(back_rom + at, rom_bytes + 1, ROM_PAGES * PAGE) == 0);
                CHECK_OK(migcore_chunk_receiver_counts(&receiver, &counts));
                CHECK_EQUAL(counts.data_pages + counts.zero_pages, PAGES + ROM_PAGES + 4 + 11);
                CHECK(counts.data_pages > data_pages(ram_bytes + 1, PAGES) && counts.bytes < length);
                what_is_left_are_the_devices(&receiver);
                free(buffer);
            }
        }
    }
    check_case("%s", "");
}

/* A block without memory is checked and dropped; the other one is put to its place. */
static void a_block_may_be_dropped(void)
{
    migcore_ram_block blocks[2];
    migcore_ram ram;
    migcore_chunk_receiver receiver;
    migcore_error error;
    uint8_t *buffer;
    int how;

    for (how = 0; how < HOWS; how++) {
        memset(back_rom, 0, sizeof back_rom);
        blocks[0] = block_of("pc.ram", NULL, PAGES * PAGE);
        blocks[1] = block_of("rom", back_rom, ROM_PAGES * PAGE);
        ram = ram_of(blocks, 2);
        CHECK_OK(receive(&ram, (enum how)how, 333, good, length, &receiver, &buffer, &error));
        CHECK(memcmp(back_rom, rom_bytes + 1, ROM_PAGES * PAGE) == 0);
        what_is_left_are_the_devices(&receiver);
        free(buffer);
    }
}

static void refused(migcore_ram_block *blocks, size_t count, migcore_status status, const char *path, uint64_t expected,
                    uint64_t found)
{
    int how;

    for (how = 0; how < HOWS; how++) {
        migcore_ram ram = ram_of(blocks, count);
        migcore_chunk_receiver receiver;
        migcore_error error;
        uint8_t *buffer, byte = 0;
        size_t size;
        const void *rest = "";

        memset(back_bytes, 0, sizeof back_bytes);
        CHECK_STATUS(receive(&ram, (enum how)how, 100, good, length, &receiver, &buffer, &error), status);
        CHECK_STATUS(error.status, status);
        CHECK_TEXT(error.path, path);
        CHECK_EQUAL(error.expected, expected);
        CHECK_EQUAL(error.found, found);
        CHECK_EQUAL(migcore_ram_zeros(back_bytes, sizeof back_bytes), sizeof back_bytes);
        /* It stays refused. */
        CHECK_STATUS(migcore_chunk_receiver_feed(&receiver, &byte, 1, NULL, NULL), status);
        CHECK_STATUS(migcore_chunk_receiver_bytes(&receiver, &rest, &size), status);
        CHECK(rest == NULL && size == 0);
        free(buffer);
    }
}

static void blocks_must_be_the_same(void)
{
    migcore_ram_block blocks[3];

    blocks[0] = block_of("pc.ram", back_bytes, PAGES * PAGE);
    blocks[1] = block_of("bios", NULL, ROM_PAGES * PAGE);
    refused(blocks, 2, MIGCORE_UNKNOWN_MEMORY, "rom", 0, 0);
    refused(blocks, 1, MIGCORE_UNKNOWN_MEMORY, "rom", 0, 0);
    blocks[1] = block_of("rom", NULL, 2 * PAGE);
    refused(blocks, 2, MIGCORE_MEMORY_DIFFERS, "rom", 2 * PAGE, ROM_PAGES * PAGE);
    blocks[1] = block_of("rom", NULL, ROM_PAGES * PAGE);
    blocks[2] = block_of("vga", NULL, PAGE);
    refused(blocks, 3, MIGCORE_MISSING, "vga", 0, 0);
}

/* Who did not ask for memory is not given a stream with it. */
static void nobody_loses_memory_in_silence(void)
{
    migcore_chunk_limits limits;
    migcore_chunk_summary summary;
    migcore_chunk_receiver receiver;
    migcore_chunk_loader loader;
    migcore_error error;
    uint8_t *buffer;
    const void *all;
    size_t size;

    CHECK_STATUS(migcore_chunk_check(good, length, NULL, NULL, NULL, NULL), MIGCORE_UNKNOWN_MEMORY);
    CHECK_STATUS(receive(NULL, BY_FEED, 100, good, length, &receiver, &buffer, &error), MIGCORE_UNKNOWN_MEMORY);
    free(buffer);
    memset(&limits, 0, sizeof limits);
    limits.size = sizeof limits;
    limits.memory = 1;
    summary.size = sizeof summary;
    CHECK_OK(migcore_chunk_check(good, length, &limits, NULL, &summary, NULL));
    CHECK(summary.devices == MACHINE_DEVICES && summary.length == length);
    machine_wipe(&loaded);
    CHECK_OK(migcore_chunk_load_memory(&loader, sizeof loader, good, length, NULL, 0, &limits, NULL));
    CHECK_OK(machine_visit(&loader.visitor, &loaded));
    CHECK(machine_same(&loaded, &source));
    /* A receiver that was told so keeps it all. */
    buffer = (uint8_t *)malloc(length);
    CHECK_OK(migcore_chunk_receiver_init(&receiver, sizeof receiver, buffer, length, &limits, NULL));
    CHECK_OK(migcore_chunk_receiver_feed(&receiver, good, length, NULL, NULL));
    CHECK_OK(migcore_chunk_receiver_bytes(&receiver, &all, &size));
    CHECK_MEMORY(all, size, good, length);
    free(buffer);
}

/* Whatever is damaged is told, and a stream that ends early is not complete. */
static void damage_is_found(void)
{
    migcore_ram_block blocks[2];
    migcore_ram ram;
    migcore_chunk_receiver receiver;
    migcore_error error;
    uint8_t *buffer;
    size_t at, size;
    const void *rest;

    memset(back_bytes, 0, sizeof back_bytes);
    blocks[0] = block_of("pc.ram", back_bytes, PAGES * PAGE);
    blocks[1] = block_of("rom", back_rom, ROM_PAGES * PAGE);
    ram = ram_of(blocks, 2);
    for (at = 0; at < length; at += percent < 100 ? 97 : 13) {
        check_case("byte %lu", (unsigned long)at);
        good[at] ^= (uint8_t)(1 << at % 8);
        CHECK(receive(&ram, at % 2 == 0 ? BY_FEED : BY_NEXT, 5000, good, length, &receiver, &buffer, &error) !=
                  MIGCORE_OK ||
              migcore_chunk_receiver_bytes(&receiver, &rest, &size) != MIGCORE_OK);
        good[at] ^= (uint8_t)(1 << at % 8);
        free(buffer);
        check_case("cut at %lu", (unsigned long)at);
        CHECK_OK(receive(&ram, at % 2 == 0 ? BY_NEXT : BY_FEED, 5000, good, at, &receiver, &buffer, &error));
        CHECK_STATUS(migcore_chunk_receiver_bytes(&receiver, &rest, &size), MIGCORE_TRUNCATED);
        free(buffer);
    }
    check_case("%s", "");
}

/* Pages begin where they were asked to. */
static void pages_are_aligned(void)
{
    migcore_chunk_settings settings;
    struct chunk_mode aligned = chunks;
    struct channel channel;
    migcore_chunk chunk;
    migcore_chunk_limits limits;
    bool more;
    unsigned seen = 0;

    memset(&settings, 0, sizeof settings);
    settings.size = sizeof settings;
    settings.alignment = 4096;
    aligned.settings = &settings;
    channel_save_chunks(&channel, &plain, &aligned);
    CHECK_OK(save_all(saver_of(&channel), ram_bytes + 1, rom_bytes + 1, NULL));
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

/* What the next save fails with; the visit begins anew each time, and two blocks are told. */
struct attempt {
    struct channel channel;
    migcore_ram_block blocks[3];
    migcore_ram ram;
};

static migcore_chunk_saver *attempt(struct attempt *it, bool declared)
{
    channel_save_chunks(&it->channel, &plain, &chunks);
    it->blocks[0] = block_of("a", ram_bytes, 4 * PAGE);
    it->blocks[1] = block_of("b", NULL, PAGE);
    it->blocks[2] = block_of("c", NULL, 0);
    it->ram = ram_of(it->blocks, 3);
    if (declared) {
        CHECK_OK(migcore_ram_declare(saver_of(&it->channel), &it->ram));
    }
    return saver_of(&it->channel);
}

/* An error is one of the visit: it stays, and the stream has no end. */
static void failed(struct attempt *it, migcore_status status, migcore_status expected)
{
    CHECK_STATUS(status, expected);
    CHECK_STATUS(migcore_get_status(channel_visitor(&it->channel)), expected);
    CHECK_STATUS(migcore_ram_declare(saver_of(&it->channel), &it->ram), expected);
    CHECK_STATUS(migcore_finish(channel_visitor(&it->channel)), expected);
    channel_free(&it->channel);
}

static void blocks_are_checked(void)
{
    struct attempt it;
    char name[300];
    migcore_ram_block many[MIGCORE_RAM_BLOCKS + 1];
    char names[MIGCORE_RAM_BLOCKS + 1][4];
    size_t i;
    migcore_chunk_saver *saver = attempt(&it, false);

    failed(&it, migcore_ram_declare(saver, NULL), MIGCORE_NULL_POINTER);
    saver = attempt(&it, false);
    it.ram.size--;
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_BAD_SIZE);
    saver = attempt(&it, false);
    it.ram.blocks = NULL;
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_NULL_POINTER);
    saver = attempt(&it, false);
    it.ram.count = 0;
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, false);
    it.ram.count = SIZE_MAX;
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, false);
    it.blocks[2].size++;
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_BAD_SIZE);
    saver = attempt(&it, false);
    it.blocks[1].name = NULL;
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_NULL_POINTER);
    saver = attempt(&it, false);
    it.blocks[1].name = "a";
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, false);
    it.blocks[1].name = "";
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, false);
    memset(name, 'n', sizeof name);
    name[256] = '\0';
    it.blocks[1].name = name;
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_NAME_TOO_LONG);
    saver = attempt(&it, false);
    name[255] = '\0';
    it.blocks[1].name = name;
    CHECK_OK(migcore_ram_declare(saver, &it.ram));
    channel_free(&it.channel);
    saver = attempt(&it, false);
    it.blocks[1].length++;
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, false);
    it.blocks[0].length = (uint64_t)1 << 63;
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_INVALID_ARGUMENT);
    for (i = 0; i < 4; i++) {
        static const uint32_t wrong[] = { 0, 3, 0x80000000u, UINT32_MAX };

        saver = attempt(&it, false);
        it.ram.page_size = wrong[i];
        failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_INVALID_ARGUMENT);
    }
    for (i = 0; i < COUNT_OF(many); i++) {
        names[i][0] = 'b';
        names[i][1] = (char)('a' + i % 20);
        names[i][2] = (char)('a' + i / 20);
        names[i][3] = '\0';
        many[i] = block_of(names[i], NULL, PAGE);
    }
    saver = attempt(&it, false);
    it.ram = ram_of(many, COUNT_OF(many));
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, false);
    it.ram = ram_of(many, COUNT_OF(many) - 1);
    CHECK_OK(migcore_ram_declare(saver, &it.ram));
    CHECK_OK(migcore_ram_save(saver, &it.ram, 255, 0, ram_bytes, 1, NULL));
    CHECK_OK(migcore_finish(&saver->visitor));
    channel_free(&it.channel);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_UNBALANCED);
    saver = attempt(&it, false);
    CHECK_OK(migcore_begin_device(&saver->visitor, "d", 0, 1, 1));
    failed(&it, migcore_ram_declare(saver, &it.ram), MIGCORE_UNBALANCED);
}

static void pages_are_checked(void)
{
    static const uint8_t bitmap[1] = { 0xff };
    struct attempt it;
    migcore_ram_counts counts = no_counts(), untouched;
    migcore_chunk_saver *saver = attempt(&it, false);

    memset(&counts, 0x5a, sizeof counts);
    counts.size = sizeof counts;
    untouched = counts;
    failed(&it, migcore_ram_save(saver, &it.ram, 0, 0, ram_bytes, 1, &counts), MIGCORE_UNBALANCED);
    saver = attempt(&it, true);
    CHECK_OK(migcore_begin_device(&saver->visitor, "d", 0, 1, 1));
    failed(&it, migcore_ram_save(saver, &it.ram, 0, 0, ram_bytes, 1, &counts), MIGCORE_UNBALANCED);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save(saver, NULL, 0, 0, ram_bytes, 1, &counts), MIGCORE_NULL_POINTER);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save(saver, &it.ram, 3, 0, ram_bytes, 1, &counts), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save(saver, &it.ram, SIZE_MAX, 0, ram_bytes, 1, &counts), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save(saver, &it.ram, 0, 0, NULL, 1, &counts), MIGCORE_NULL_POINTER);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save(saver, &it.ram, 0, 0, ram_bytes, 5, &counts), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save(saver, &it.ram, 0, 4, ram_bytes, 1, &counts), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save(saver, &it.ram, 0, UINT64_MAX, ram_bytes, 1, &counts), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save(saver, &it.ram, 0, 0, ram_bytes, SIZE_MAX, &counts), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, true);
    counts.size--;
    failed(&it, migcore_ram_save(saver, &it.ram, 0, 0, ram_bytes, 1, &counts), MIGCORE_BAD_SIZE);
    counts.size++;
    saver = attempt(&it, true);
    it.ram.page_size *= 2;
    failed(&it, migcore_ram_save(saver, &it.ram, 0, 0, ram_bytes, 1, &counts), MIGCORE_INVALID_ARGUMENT);
    /* The same for those that are marked. */
    saver = attempt(&it, true);
    it.ram.page_size *= 2;
    failed(&it, migcore_ram_save_marked(saver, &it.ram, 0, 0, 1, bitmap, &counts), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save_marked(saver, &it.ram, 1, 0, 1, bitmap, &counts), MIGCORE_NULL_POINTER);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save_marked(saver, &it.ram, 0, 0, 4, NULL, &counts), MIGCORE_NULL_POINTER);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save_marked(saver, &it.ram, 0, 0, 5, bitmap, &counts), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save_marked(saver, &it.ram, 0, UINT64_MAX, 1, bitmap, &counts), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save_marked(saver, &it.ram, 3, 0, 1, bitmap, &counts), MIGCORE_INVALID_ARGUMENT);
    saver = attempt(&it, true);
    failed(&it, migcore_ram_save_marked(saver, NULL, 0, 0, 1, bitmap, &counts), MIGCORE_NULL_POINTER);
    saver = attempt(&it, false);
    failed(&it, migcore_ram_save_marked(saver, &it.ram, 0, 0, 1, bitmap, &counts), MIGCORE_UNBALANCED);
    CHECK(memcmp(&counts, &untouched, sizeof counts) == 0);
    /* Nothing is nothing. */
    saver = attempt(&it, true);
    counts = no_counts();
    CHECK_OK(migcore_ram_save(saver, &it.ram, 0, 4, NULL, 0, &counts));
    CHECK_OK(migcore_ram_save(saver, &it.ram, 2, 0, NULL, 0, &counts));
    CHECK_OK(migcore_ram_save_marked(saver, &it.ram, 0, 2, 0, bitmap, &counts));
    CHECK(counts.chunks == 0 && counts.bytes == 0);
    CHECK_OK(migcore_finish(&saver->visitor));
    channel_free(&it.channel);
}

/* What is no saver of chunks. */
static void others_refuse(void)
{
    static uint64_t nothing[sizeof(migcore_chunk_saver) / 8];
    struct attempt it;
    struct memory memory;
    migcore_chunk_loader loader;
    migcore_chunk_saver *saver = attempt(&it, true);

    CHECK_OK(migcore_finish(&saver->visitor));
    CHECK_STATUS(migcore_ram_declare(NULL, &it.ram), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_ram_save(NULL, &it.ram, 0, 0, ram_bytes, 1, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_ram_save_marked(NULL, &it.ram, 0, 0, 0, NULL, NULL), MIGCORE_NULL_POINTER);
    saver = (migcore_chunk_saver *)(void *)nothing;
    CHECK_STATUS(migcore_ram_declare(saver, &it.ram), MIGCORE_BAD_OBJECT);
    CHECK_STATUS(migcore_ram_save(saver, &it.ram, 0, 0, ram_bytes, 1, NULL), MIGCORE_BAD_OBJECT);
    saver = (migcore_chunk_saver *)(void *)memory_save(&memory);
    CHECK_STATUS(migcore_ram_declare(saver, &it.ram), MIGCORE_UNSUPPORTED);
    CHECK_STATUS(migcore_finish(&memory.legacy.visitor), MIGCORE_UNSUPPORTED);
    saver = (migcore_chunk_saver *)(void *)memory_load(&memory, "", 0);
    CHECK_STATUS(migcore_ram_declare(saver, &it.ram), MIGCORE_WRONG_DIRECTION);
    CHECK_OK(migcore_chunk_load_memory(&loader, sizeof loader, good, length, NULL, 0, NULL, NULL));
    saver = (migcore_chunk_saver *)(void *)&loader;
    CHECK_STATUS(migcore_ram_save(saver, &it.ram, 0, 0, ram_bytes, 1, NULL), MIGCORE_WRONG_DIRECTION);
    channel_free(&it.channel);
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

    channel_save_chunks(&channel, &bare, &chunks);
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
        channel_save_chunks(&channel, &bare, &chunks);
        channel.stream.moves.fail_at = number;
        channel.stream.moves.fail_with = -100 - (ptrdiff_t)number;
        save_all(saver_of(&channel), ram_bytes + 1, rom_bytes + 1, NULL);
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

static void receivers_are_checked(void)
{
    static uint64_t nothing[sizeof(migcore_chunk_receiver) / 8];
    migcore_chunk_receiver receiver, *none = (migcore_chunk_receiver *)(void *)nothing;
    migcore_ram_block blocks[2];
    migcore_ram ram;
    migcore_ram_counts counts = no_counts();
    migcore_error error;
    uint8_t buffer[4000];
    void *place = buffer;
    size_t room = 1;
    bool done = true;

    blocks[0] = block_of("pc.ram", back_bytes, PAGES * PAGE);
    blocks[1] = block_of("rom", NULL, ROM_PAGES * PAGE);
    ram = ram_of(blocks, 2);
    error.size = sizeof error;
    CHECK_STATUS(migcore_chunk_receiver_ram(NULL, &ram), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_chunk_receiver_ram(none, &ram), MIGCORE_BAD_OBJECT);
    CHECK_STATUS(migcore_chunk_receiver_next(none, &place, &room), MIGCORE_BAD_OBJECT);
    CHECK(place == NULL && room == 0);
    CHECK_STATUS(migcore_chunk_receiver_got(none, 0, &done), MIGCORE_BAD_OBJECT);
    CHECK(!done);
    CHECK_STATUS(migcore_chunk_receiver_got(NULL, 0, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_chunk_receiver_counts(none, &counts), MIGCORE_BAD_OBJECT);
    CHECK_STATUS(migcore_chunk_receiver_counts(NULL, &counts), MIGCORE_NULL_POINTER);
    CHECK_OK(migcore_chunk_receiver_init(&receiver, sizeof receiver, buffer, sizeof buffer, NULL, NULL));
    CHECK_STATUS(migcore_chunk_receiver_ram(&receiver, NULL), MIGCORE_NULL_POINTER);
    CHECK_OK(migcore_chunk_receiver_error(&receiver, &error));
    CHECK_STATUS(error.status, MIGCORE_NULL_POINTER);
    ram.size++;
    CHECK_STATUS(migcore_chunk_receiver_ram(&receiver, &ram), MIGCORE_BAD_SIZE);
    ram.size--;
    blocks[1].size = 0;
    CHECK_STATUS(migcore_chunk_receiver_ram(&receiver, &ram), MIGCORE_BAD_SIZE);
    blocks[1].size = sizeof blocks[1];
    ram.count = 0;
    CHECK_STATUS(migcore_chunk_receiver_ram(&receiver, &ram), MIGCORE_INVALID_ARGUMENT);
    ram.count = 2;
    /* None of that did any harm. */
    CHECK_OK(migcore_chunk_receiver_ram(&receiver, &ram));
    CHECK_STATUS(migcore_chunk_receiver_ram(&receiver, &ram), MIGCORE_UNBALANCED);
    CHECK_STATUS(migcore_chunk_receiver_next(&receiver, NULL, &room), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_chunk_receiver_next(&receiver, &place, NULL), MIGCORE_NULL_POINTER);
    CHECK_OK(migcore_chunk_receiver_next(&receiver, &place, &room));
    CHECK(place == buffer && room > 0);
    CHECK_STATUS(migcore_chunk_receiver_got(&receiver, room + 1, &done), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_chunk_receiver_got(&receiver, SIZE_MAX, NULL), MIGCORE_INVALID_ARGUMENT);
    CHECK_OK(migcore_chunk_receiver_got(&receiver, 0, &done));
    CHECK(!done);
    CHECK_STATUS(migcore_chunk_receiver_counts(&receiver, NULL), MIGCORE_NULL_POINTER);
    counts.size++;
    CHECK_STATUS(migcore_chunk_receiver_counts(&receiver, &counts), MIGCORE_BAD_SIZE);
    counts.size--;
    counts.chunks = 9;
    CHECK_OK(migcore_chunk_receiver_counts(&receiver, &counts));
    CHECK(counts.chunks == 0 && counts.size == sizeof counts);
    /* Once there are bytes, it is too late. */
    CHECK_OK(migcore_chunk_receiver_init(&receiver, sizeof receiver, buffer, sizeof buffer, NULL, NULL));
    CHECK_OK(migcore_chunk_receiver_feed(&receiver, good, 1, NULL, NULL));
    CHECK_STATUS(migcore_chunk_receiver_ram(&receiver, &ram), MIGCORE_UNBALANCED);
    CHECK_OK(migcore_chunk_receiver_feed(&receiver, good + 1, 7, NULL, NULL));
}

void test_chunk_ram(void)
{
    machine_fill(&source, 21);
    zeros_are_counted();
    every_way_gives_the_same_stream();
    pages_are_aligned();
    blocks_are_checked();
    pages_are_checked();
    others_refuse();
    callbacks_find_it_busy();
    every_write_fails_once();
    memory_comes_back();
    a_block_may_be_dropped();
    blocks_must_be_the_same();
    nobody_loses_memory_in_silence();
    damage_is_found();
    receivers_are_checked();
}
