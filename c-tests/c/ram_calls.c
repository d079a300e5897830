/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The memory of a machine, call by call: blocks that changed, copies of marked pages, zeros that somebody else makes, and
 * sources that end too early.
 */
#include "sections.h"
#include "stream.h"

enum {
    PAGE = 64,
    PAGES = 50,
    LONGEST = 8000
};

static uint8_t memory[PAGES * PAGE], back[PAGES * PAGE];
static uint8_t bytes[LONGEST], other[LONGEST], scratch[MIGCORE_CHUNK_SCRATCH];
static migcore_ram_block blocks[2];
static migcore_ram ram;

static void make_ram(void *at)
{
    blocks[0] = block_of("ram", at, sizeof memory);
    blocks[1] = block_of("rom", NULL, 2 * PAGE);
    memset(&ram, 0, sizeof ram);
    ram.size = sizeof ram;
    ram.blocks = blocks;
    ram.count = 2;
    ram.page_size = PAGE;
}

static void fill(void)
{
    size_t at;

    for (at = 0; at < sizeof memory; at++) {
        memory[at] = at / PAGE % 4 == 1 ? 0 : (uint8_t)(at * 7 + 1);
    }
    make_ram(memory);
}

static void begin(migcore_chunk_saver *saver, uint8_t *to)
{
    CHECK_OK(migcore_chunk_save_memory(saver, sizeof *saver, to, LONGEST, scratch, sizeof scratch, NULL, NULL));
    CHECK_OK(migcore_ram_declare(saver, &ram));
}

/* All pages, and then all as zeros but for the first. */
static size_t make_stream(void)
{
    migcore_chunk_saver saver;

    fill();
    begin(&saver, bytes);
    CHECK_OK(migcore_ram_save(&saver, &ram, 0, 0, memory, PAGES, NULL));
    memset(memory + PAGE, 0, sizeof memory - PAGE);
    CHECK_OK(migcore_ram_save(&saver, &ram, 0, 0, memory, PAGES, NULL));
    CHECK_OK(migcore_ram_save(&saver, &ram, 1, 0, memory + PAGE, 2, NULL));
    CHECK_OK(migcore_finish(&saver.visitor));
    return (size_t)migcore_position(&saver.visitor);
}

/* How the blocks change behind the declaration. */
static void change(int how)
{
    migcore_ram_block first = blocks[0];

    switch (how) {
    case 1:
        blocks[0] = blocks[1];
        blocks[1] = first;
        break;
    case 2:
        blocks[0].length += PAGE;
        break;
    case 3:
        blocks[1].name = "roM";
        break;
    case 4:
        ram.count = 1;
        break;
    case 5:
        ram.page_size /= 2;
        break;
    default:
        break;
    }
}

static void blocks_stay_as_they_were_declared(void)
{
    int how;

    for (how = 0; how <= 5; how++) {
        migcore_status due = how == 0 ? MIGCORE_OK : MIGCORE_INVALID_ARGUMENT;
        migcore_chunk_saver saver;
        uint8_t bitmap = 1;

        check_case("change %d", how);
        fill();
        begin(&saver, bytes);
        change(how);
        CHECK_STATUS(migcore_ram_save(&saver, &ram, 0, 0, memory, 1, NULL), due);
        fill();
        begin(&saver, bytes);
        change(how);
        CHECK_STATUS(migcore_ram_save_packed(&saver, &ram, 0, 0, 1, &bitmap, memory,
                                             how == 5 ? PAGE / 2 : PAGE, NULL), due);
    }
    check_case("%s", "");
}

static void packed_pages_are_those_that_are_marked(void)
{
    static uint8_t copy[PAGES * PAGE];
    uint8_t bitmap[PAGES / 8 + 1];
    migcore_chunk_saver saver, packed;
    migcore_ram_counts counts;
    size_t page, length = 0;

    memset(&counts, 0, sizeof counts);
    counts.size = sizeof counts;
    memset(bitmap, 0x4b, sizeof bitmap);
    fill();
    for (page = 3; page < 45; page++) {
        if (bitmap[page / 8] >> (page % 8) & 1) {
            memcpy(copy + length, memory + page * PAGE, PAGE);
            length += PAGE;
        }
    }
    begin(&saver, bytes);
    CHECK_OK(migcore_ram_save_marked(&saver, &ram, 0, 3, 42, bitmap, NULL));
    CHECK_OK(migcore_finish(&saver.visitor));
    begin(&packed, other);
    CHECK_OK(migcore_ram_save_packed(&packed, &ram, 0, 3, 42, bitmap, copy, length, &counts));
    CHECK_OK(migcore_finish(&packed.visitor));
    CHECK_MEMORY(other, (size_t)migcore_position(&packed.visitor), bytes, (size_t)migcore_position(&saver.visitor));
    CHECK(counts.chunks == 1 && (counts.data_pages + counts.zero_pages) * PAGE == length);
    begin(&packed, other);
    CHECK_STATUS(migcore_ram_save_packed(&packed, &ram, 0, 3, 42, bitmap, copy, length - PAGE, NULL),
                 MIGCORE_INVALID_ARGUMENT);
    begin(&packed, other);
    CHECK_STATUS(migcore_ram_save_packed(&packed, &ram, 0, 9, PAGES, bitmap, copy, length, NULL),
                 MIGCORE_INVALID_ARGUMENT);
    begin(&packed, other);
    CHECK_STATUS(migcore_ram_save_packed(&packed, &ram, 0, 3, 42, NULL, copy, length, NULL), MIGCORE_NULL_POINTER);
    begin(&packed, other);
    CHECK_STATUS(migcore_ram_save_packed(&packed, &ram, 0, 3, 42, bitmap, NULL, length, NULL), MIGCORE_NULL_POINTER);
    begin(&packed, other);
    CHECK_OK(migcore_ram_save_packed(&packed, &ram, 0, 2, 1, bitmap, NULL, 0, NULL));
    CHECK_STATUS(migcore_ram_save_packed(NULL, &ram, 0, 2, 1, bitmap, NULL, 0, NULL), MIGCORE_NULL_POINTER);
}

/* What is asked to be made 0. */
struct zeroed {
    migcore_chunk_receiver *receiver;
    unsigned calls;
    uint64_t length;
};

static void make_zero(void *opaque, size_t block, uint64_t offset, uint64_t length)
{
    struct zeroed *zeroed = (struct zeroed *)opaque;

    CHECK_EQUAL(block, 0);
    CHECK(offset + length <= sizeof back);
    CHECK_STATUS(migcore_chunk_receiver_feed(zeroed->receiver, bytes, 1, NULL, NULL), MIGCORE_BUSY);
    memset(back + offset, 0, (size_t)length);
    zeroed->calls++;
    zeroed->length += length;
}

static void zeros_are_made_by_the_callback(void)
{
    size_t length = make_stream();
    migcore_chunk_receiver receiver;
    struct zeroed zeroed = { &receiver, 0, 0 };
    uint8_t buffer[2000];
    bool done = false;

    make_ram(back);
    memset(back, 0, sizeof back);
    ram.zero = make_zero;
    ram.opaque = &zeroed;
    CHECK_OK(migcore_chunk_receiver_init(&receiver, sizeof receiver, buffer, sizeof buffer, NULL, NULL));
    CHECK_OK(migcore_chunk_receiver_ram(&receiver, &ram));
    CHECK_OK(migcore_chunk_receiver_feed(&receiver, bytes, length, NULL, &done));
    CHECK(done && memcmp(back, memory, sizeof memory) == 0);
    /* Each fourth page, and then all but one; nothing of the block without memory. */
    CHECK_EQUAL(zeroed.calls, 13 + 1);
    CHECK_EQUAL(zeroed.length, 13 * PAGE + (PAGES - 1) * PAGE);
}

static void a_source_that_ended_is_not_read_again(void)
{
    size_t length = make_stream(), cut;

    for (cut = 0; cut < length; cut += 11) {
        struct stream stream;
        migcore_source source;
        migcore_chunk_receiver receiver;
        uint8_t buffer[2000];
        const void *data;
        size_t size;

        check_case("cut at %lu", (unsigned long)cut);
        memset(&stream, 0, sizeof stream);
        stream.bytes = bytes;
        stream.capacity = stream.length = cut;
        source = stream_source(&stream, false);
        make_ram(back);
        memset(back, 0, sizeof back);
        CHECK_OK(migcore_chunk_receiver_init(&receiver, sizeof receiver, buffer, sizeof buffer, NULL, NULL));
        CHECK_OK(migcore_chunk_receiver_ram(&receiver, &ram));
        CHECK_STATUS(migcore_chunk_receiver_read(&receiver, &source), MIGCORE_TRUNCATED);
        stream.capacity = stream.length = length;
        CHECK_STATUS(migcore_chunk_receiver_read(&receiver, &source), MIGCORE_TRUNCATED);
        CHECK_STATUS(migcore_chunk_receiver_feed(&receiver, bytes + cut, length - cut, NULL, NULL), MIGCORE_TRUNCATED);
        CHECK_STATUS(migcore_chunk_receiver_bytes(&receiver, &data, &size), MIGCORE_TRUNCATED);
        CHECK_EQUAL(stream.at, cut);
    }
    check_case("%s", "");
}

void test_ram_calls(void)
{
    blocks_stay_as_they_were_declared();
    packed_pages_are_those_that_are_marked();
    zeros_are_made_by_the_callback();
    a_source_that_ended_is_not_read_again();
}
