/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A receiver that reads its stream itself: up to the end and no further, whatever the source does.
 */
#include "sections.h"
#include "stream.h"

enum {
    PAGE = 64,
    PAGES = 50,
    LONGEST = 8000
};

static uint8_t memory[PAGES * PAGE], back[PAGES * PAGE];
static uint8_t good[LONGEST + 100];
static size_t length;

static migcore_ram_block block;
static migcore_ram ram;

static migcore_status visit_uart(migcore_visitor *v, uint32_t *level)
{
    migcore_begin_device(v, "uart", 0, 1, 1);
    migcore_visit_u32(v, "level", level);
    migcore_end_device(v);
    return migcore_finish(v);
}

static void make_stream(void)
{
    uint8_t scratch[MIGCORE_CHUNK_SCRATCH];
    uint32_t level = 0x01020304;
    migcore_chunk_saver saver;
    size_t at;

    for (at = 0; at < sizeof memory; at++) {
        memory[at] = at / PAGE % 4 == 1 ? 0 : (uint8_t)(at * 7 + 1);
    }
    block = block_of("ram", memory, sizeof memory);
    memset(&ram, 0, sizeof ram);
    ram.size = sizeof ram;
    ram.blocks = &block;
    ram.count = 1;
    ram.page_size = PAGE;
    CHECK_OK(migcore_chunk_save_memory(&saver, sizeof saver, good, LONGEST, scratch, sizeof scratch, NULL, NULL));
    CHECK_OK(migcore_ram_declare(&saver, &ram));
    CHECK_OK(migcore_ram_save(&saver, &ram, 0, 0, memory, PAGES, NULL));
    CHECK_OK(visit_uart(&saver.visitor, &level));
    length = (size_t)migcore_position(&saver.visitor);
    /* What follows belongs to somebody else. */
    memset(good + length, 0xee, 100);
}

/* Reads the stream into `back` and `room` bytes of a buffer. */
static migcore_status read_all(migcore_chunk_receiver *receiver, struct stream *stream, uint8_t *buffer, size_t room)
{
    migcore_source source = stream_source(stream, false);

    memset(back, 0, sizeof back);
    block.memory = back;
    CHECK_OK(migcore_chunk_receiver_init(receiver, sizeof *receiver, buffer, room, NULL, NULL));
    CHECK_OK(migcore_chunk_receiver_ram(receiver, &ram));
    return migcore_chunk_receiver_read(receiver, &source);
}

static struct stream stream_of(size_t there)
{
    struct stream stream;

    memset(&stream, 0, sizeof stream);
    stream.bytes = good;
    stream.capacity = stream.length = there;
    return stream;
}

static void nothing_behind_the_end_is_read(void)
{
    static const size_t most[] = { 1, 7, 100, 0 };
    size_t i;

    for (i = 0; i < COUNT_OF(most); i++) {
        struct stream stream = stream_of(length + 100);
        migcore_chunk_receiver receiver;
        migcore_chunk_loader loader;
        uint8_t buffer[2000];
        const void *rest;
        size_t size;
        uint32_t level = 0;

        check_case("%lu bytes a read", (unsigned long)most[i]);
        stream.most = most[i];
        stream.moves.retries = 3;
        CHECK_OK(read_all(&receiver, &stream, buffer, sizeof buffer));
        CHECK_EQUAL(stream.at, length);
        CHECK(memcmp(back, memory, sizeof memory) == 0);
        CHECK_OK(migcore_chunk_receiver_bytes(&receiver, &rest, &size));
        CHECK_OK(migcore_chunk_load_checked(&loader, sizeof loader, rest, size, NULL, 0, NULL, NULL));
        CHECK_OK(visit_uart(&loader.visitor, &level));
        CHECK_EQUAL(level, 0x01020304);
        /* The device stands behind the memory, the header before it. */
        CHECK_EQUAL(migcore_chunk_receiver_origin(&receiver, 8), 8);
        CHECK_EQUAL(migcore_chunk_receiver_origin(&receiver, size), length);
        CHECK(memcmp((const uint8_t *)rest + size - 60,
                     good + migcore_chunk_receiver_origin(&receiver, size - 60), 30) == 0);
    }
    check_case("%s", "");
}

static void a_source_that_ends_or_fails_is_told(void)
{
    migcore_chunk_receiver receiver;
    migcore_error error;
    uint8_t buffer[2000];
    size_t there;
    unsigned call;

    error.size = sizeof error;
    for (there = 0; there < length; there += 13) {
        struct stream stream = stream_of(there);

        check_case("%lu bytes", (unsigned long)there);
        CHECK_STATUS(read_all(&receiver, &stream, buffer, sizeof buffer), MIGCORE_TRUNCATED);
        CHECK_OK(migcore_chunk_receiver_error(&receiver, &error));
        CHECK(error.status == MIGCORE_TRUNCATED && error.offset + error.found == there);
    }
    for (call = 1;; call++) {
        struct stream stream = stream_of(length);
        migcore_status status;

        check_case("call %u", call);
        stream.moves.fail_at = call;
        stream.moves.fail_with = -104;
        status = read_all(&receiver, &stream, buffer, sizeof buffer);
        if (status == MIGCORE_OK) {
            break;
        }
        CHECK_STATUS(status, MIGCORE_READ_FAILED);
        CHECK_OK(migcore_chunk_receiver_error(&receiver, &error));
        CHECK(error.cause == -104 && error.offset <= length);
        CHECK_EQUAL(stream.moves.after_failure, 0);
        CHECK_STATUS(migcore_chunk_receiver_feed(&receiver, good, 1, NULL, NULL), MIGCORE_READ_FAILED);
    }
    CHECK(call > 10);
    check_case("%s", "");
}

static void more_memory_lets_it_go_on(void)
{
    struct stream stream = stream_of(length);
    migcore_source source = stream_source(&stream, false);
    migcore_chunk_receiver receiver;
    migcore_error error;
    uint8_t buffer[2000];
    size_t room = 20;
    migcore_status status = read_all(&receiver, &stream, buffer, room);

    error.size = sizeof error;
    while (status == MIGCORE_NO_SPACE) {
        CHECK_OK(migcore_chunk_receiver_error(&receiver, &error));
        CHECK(error.expected > room && error.expected <= sizeof buffer);
        room = (size_t)error.expected;
        CHECK_OK(migcore_chunk_receiver_grow(&receiver, buffer, room));
        status = migcore_chunk_receiver_read(&receiver, &source);
    }
    CHECK_STATUS(status, MIGCORE_OK);
    CHECK(memcmp(back, memory, sizeof memory) == 0);
}

static void intrude(void *opaque)
{
    migcore_chunk_receiver *receiver = (migcore_chunk_receiver *)opaque;
    void *place;
    size_t room;

    CHECK_STATUS(migcore_chunk_receiver_next(receiver, &place, &room), MIGCORE_BUSY);
    CHECK_STATUS(migcore_chunk_receiver_feed(receiver, good, 1, NULL, NULL), MIGCORE_BUSY);
    CHECK_STATUS(migcore_chunk_receiver_read(receiver, NULL), MIGCORE_BUSY);
    CHECK_EQUAL(migcore_chunk_receiver_origin(receiver, 5), 5);
}

static void its_callback_finds_it_busy(void)
{
    struct stream stream = stream_of(length);
    migcore_source source;
    migcore_chunk_receiver receiver;
    uint8_t buffer[2000];

    stream.hook = intrude;
    stream.hook_opaque = &receiver;
    CHECK_OK(read_all(&receiver, &stream, buffer, sizeof buffer));
    CHECK(memcmp(back, memory, sizeof memory) == 0);

    CHECK_OK(migcore_chunk_receiver_init(&receiver, sizeof receiver, buffer, sizeof buffer, NULL, NULL));
    CHECK_STATUS(migcore_chunk_receiver_read(&receiver, NULL), MIGCORE_NULL_POINTER);
    source = stream_source(&stream, false);
    source.size++;
    CHECK_STATUS(migcore_chunk_receiver_read(&receiver, &source), MIGCORE_BAD_SIZE);
    CHECK_STATUS(migcore_chunk_receiver_read(NULL, &source), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(migcore_chunk_receiver_origin(NULL, 5), 5);
}

void test_receiver_read(void)
{
    make_stream();
    nothing_behind_the_end_is_read();
    a_source_that_ends_or_fails_is_told();
    more_memory_lets_it_go_on();
    its_callback_finds_it_busy();
}
