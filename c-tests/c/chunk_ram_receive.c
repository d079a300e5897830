/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The memory of a machine received: put to its place, dropped, refused or damaged.
 */
#include "guest.h"

#include <stdlib.h>

static struct machine loaded;
/* The stream that is received; its memory was at the odd addresses. */
static uint8_t good[LONGEST];
static size_t length;

static void make_stream(void)
{
    struct channel channel;

    channel_save_chunks(&channel, &guest_mode, &guest_chunks);
    CHECK_OK(guest_save(saver_of(&channel), ram_bytes + 1, rom_bytes + 1, NULL));
    length = channel_length(&channel);
    CHECK(length <= sizeof good);
    memcpy(good, channel_bytes(&channel), length);
    channel_free(&channel);
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
    CHECK(machine_same(&loaded, &guest_machine));
}

static size_t data_pages(const uint8_t *memory, size_t pages)
{
    size_t page, found = 0;

    for (page = 0; page < pages; page++) {
        found += migcore_ram_zeros(memory + page * PAGE, PAGE) < PAGE;
    }
    return found;
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
                CHECK_EQUAL(counts.data_pages + counts.zero_pages, SENT);
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
    CHECK(machine_same(&loaded, &guest_machine));
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

void test_chunk_ram_receive(void)
{
    make_stream();
    memory_comes_back();
    a_block_may_be_dropped();
    blocks_must_be_the_same();
    nobody_loses_memory_in_silence();
    damage_is_found();
    receivers_are_checked();
}
