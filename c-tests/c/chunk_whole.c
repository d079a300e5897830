/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A stream of chunks as a whole: the check, the receiver, the walk of its chunks.
 */
#include "machine.h"
#include "sections.h"

#include <stdlib.h>

static struct machine source;
static uint8_t good[MACHINE_LONGEST], bytes[MACHINE_LONGEST];
static size_t length;

static migcore_error blank(void)
{
    migcore_error error;

    memset(&error, 0x5a, sizeof error);
    error.size = sizeof error;
    return error;
}

static void a_check_tells_what_there_is(void)
{
    migcore_chunk_summary summary, untouched;
    migcore_error error = blank();

    memset(&summary, 0x5a, sizeof summary);
    summary.size = sizeof summary;
    CHECK_OK(migcore_chunk_check(good, length, NULL, NULL, &summary, &error));
    CHECK(error.status == MIGCORE_OK && error.offset == 0 && error.path[0] == '\0');
    CHECK_EQUAL(summary.length, length);
    CHECK_EQUAL(summary.devices, MACHINE_DEVICES);
    CHECK_EQUAL(summary.skipped_chunks, 0);
    CHECK_EQUAL(summary.header.size, sizeof summary.header);
    CHECK_TEXT(summary.header.machine, "");
    CHECK(summary.chunks > 20 && summary.header.slots > 0);
    /* All but the bytes may be left out. */
    CHECK_OK(migcore_chunk_check(good, length, NULL, NULL, NULL, NULL));
    memcpy(bytes, good, length);
    bytes[length - 500] ^= 1;
    memset(&summary, 0x5a, sizeof summary);
    summary.size = sizeof summary;
    untouched = summary;
    CHECK_STATUS(migcore_chunk_check(bytes, length, NULL, NULL, &summary, &error), MIGCORE_BAD_CRC);
    CHECK_STATUS(error.status, MIGCORE_BAD_CRC);
    CHECK_TEXT(error.path, "table/0");
    CHECK(error.offset > length - 1300 && error.offset < length - 500 && error.expected != error.found);
    CHECK(memcmp(&summary, &untouched, sizeof summary) == 0);
}

static void a_check_checks_its_arguments(void)
{
    migcore_chunk_summary summary;
    migcore_error error = blank();
    migcore_kernels kernels;

    CHECK_STATUS(migcore_chunk_check(NULL, 9, NULL, NULL, NULL, &error), MIGCORE_NULL_POINTER);
    CHECK_STATUS(error.status, MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_chunk_check(NULL, 0, NULL, NULL, NULL, &error), MIGCORE_TRUNCATED);
    CHECK_STATUS(migcore_chunk_check(good, SIZE_MAX, NULL, NULL, NULL, &error), MIGCORE_INVALID_ARGUMENT);
    summary.size = sizeof summary - 1;
    CHECK_STATUS(migcore_chunk_check(good, length, NULL, NULL, &summary, &error), MIGCORE_BAD_SIZE);
    CHECK_STATUS(error.status, MIGCORE_BAD_SIZE);
    error.size = 1;
    CHECK_STATUS(migcore_chunk_check(good, length, NULL, NULL, NULL, &error), MIGCORE_BAD_SIZE);
    kernels.size = 0;
    CHECK_STATUS(migcore_chunk_check(good, length, NULL, &kernels, NULL, NULL), MIGCORE_BAD_SIZE);
    CHECK_OK(migcore_kernels_detect(&kernels, sizeof kernels));
    CHECK_OK(migcore_chunk_check(good, length, NULL, &kernels, NULL, NULL));
}

static void chunks_are_walked_one_by_one(void)
{
    migcore_chunk_summary summary;
    migcore_chunk chunk;
    migcore_error error = blank();
    uint32_t crc = 0, count = 0;
    size_t end = 8;
    bool more = true;
    migcore_kernels kernels;

    CHECK_OK(migcore_kernels_detect(&kernels, sizeof kernels));
    summary.size = sizeof summary;
    CHECK_OK(migcore_chunk_check(good, length, NULL, NULL, &summary, NULL));
    memset(&chunk, 0, sizeof chunk);
    chunk.size = sizeof chunk;
    while (CHECK_OK(migcore_chunk_next(good, length, &kernels, &chunk, &more, &error)), more) {
        CHECK_EQUAL(chunk.offset, end);
        CHECK((const uint8_t *)chunk.data == good + chunk.offset + 8);
        CHECK_EQUAL(chunk.next, chunk.offset + 12 + chunk.length);
        CHECK_EQUAL(strlen(chunk.kind), 4);
        CHECK(count != 0 || strcmp(chunk.kind, "MHDR") == 0);
        end = chunk.next;
        if (strcmp(chunk.kind, "MEND") != 0) {
            uint8_t big[4];

            big[0] = (uint8_t)(chunk.crc >> 24);
            big[1] = (uint8_t)(chunk.crc >> 16);
            big[2] = (uint8_t)(chunk.crc >> 8);
            big[3] = (uint8_t)chunk.crc;
            crc = kernels.crc32 == NULL ? summary.crc : kernels.crc32(crc, big, 4);
            count++;
        }
    }
    CHECK(end == length && count == summary.chunks && crc == summary.crc);
    CHECK_STATUS(error.status, MIGCORE_OK);
    /* Behind the end there is no more, however often one asks. */
    CHECK_OK(migcore_chunk_next(good, length, NULL, &chunk, &more, NULL));
    CHECK(!more && chunk.next == length);
}

static void a_walk_checks_its_arguments(void)
{
    migcore_chunk chunk, untouched;
    migcore_error error = blank();
    bool more = true;

    memset(&chunk, 0, sizeof chunk);
    CHECK_STATUS(migcore_chunk_next(good, length, NULL, &chunk, &more, &error), MIGCORE_BAD_SIZE);
    CHECK(!more && error.status == MIGCORE_BAD_SIZE);
    chunk.size = sizeof chunk;
    CHECK_STATUS(migcore_chunk_next(good, length, NULL, &chunk, NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_chunk_next(good, length, NULL, NULL, &more, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_chunk_next(NULL, length, NULL, &chunk, &more, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_chunk_next(good + 1, length - 1, NULL, &chunk, &more, NULL), MIGCORE_BAD_SIGNATURE);
    untouched = chunk;
    memcpy(bytes, good, length);
    bytes[30] ^= 1;
    CHECK_STATUS(migcore_chunk_next(bytes, length, NULL, &chunk, &more, &error), MIGCORE_BAD_CRC);
    CHECK(error.offset == 8 && error.expected != error.found);
    CHECK(!more && memcmp(&chunk, &untouched, sizeof chunk) == 0);
    /* A place that no walk came to. */
    chunk.next = SIZE_MAX;
    CHECK_STATUS(migcore_chunk_next(good, length, NULL, &chunk, &more, NULL), MIGCORE_TRUNCATED);
    chunk.next = 9;
    CHECK(migcore_chunk_next(good, length, NULL, &chunk, &more, NULL) != MIGCORE_OK);
}

static void feed(migcore_chunk_receiver *receiver, size_t piece)
{
    size_t at = 0, consumed = 0, got;
    bool done = false;
    const void *received = "";

    while (!done && at < length) {
        /* Until it is done, there is nothing to have. */
        CHECK_STATUS(migcore_chunk_receiver_bytes(receiver, &received, &got), MIGCORE_TRUNCATED);
        CHECK(received == NULL && got == 0);
        CHECK_OK(migcore_chunk_receiver_feed(receiver, good + at, piece < length - at ? piece : length - at, &consumed,
                                             &done));
        at += consumed;
    }
    CHECK(done && at == length);
    CHECK_OK(migcore_chunk_receiver_feed(receiver, "more", 4, &consumed, &done));
    CHECK(consumed == 0 && done);
    CHECK_OK(migcore_chunk_receiver_bytes(receiver, &received, &got));
    CHECK_MEMORY(received, got, good, length);
}

static void a_receiver_takes_pieces(void)
{
    static const size_t pieces[] = { 1, 2, 7, 300, MACHINE_LONGEST };
    migcore_chunk_receiver receiver, moved;
    uint8_t *memory = (uint8_t *)malloc(length);
    migcore_error error = blank();
    size_t i;

    for (i = 0; i < COUNT_OF(pieces); i++) {
        CHECK_OK(migcore_chunk_receiver_init(&receiver, sizeof receiver, memory, length, NULL, NULL));
        memcpy(&moved, &receiver, sizeof moved);
        memset(&receiver, 0xee, sizeof receiver);
        feed(&moved, pieces[i]);
        CHECK_OK(migcore_chunk_receiver_error(&moved, &error));
        CHECK_STATUS(error.status, MIGCORE_OK);
    }
    free(memory);
}

/* The least size that is known to be needed grows with what came, and never beyond what is needed. */
static void a_receiver_says_what_it_needs(void)
{
    migcore_chunk_receiver receiver;
    migcore_error error = blank();
    size_t room, needed = 0;

    for (room = 0; room < length; room = needed) {
        uint8_t *memory = (uint8_t *)malloc(room == 0 ? 1 : room);
        size_t consumed = 77;
        bool done = true;

        CHECK_OK(migcore_chunk_receiver_init(&receiver, sizeof receiver, memory, room, NULL, NULL));
        CHECK_STATUS(migcore_chunk_receiver_feed(&receiver, good, length, &consumed, &done), MIGCORE_NO_SPACE);
        CHECK(consumed <= room && !done);
        CHECK_OK(migcore_chunk_receiver_error(&receiver, &error));
        CHECK_STATUS(error.status, MIGCORE_NO_SPACE);
        CHECK(error.found == room && error.expected > room && error.expected <= length);
        /* It stays so while there is no more. */
        CHECK_STATUS(migcore_chunk_receiver_feed(&receiver, good, 1, &consumed, NULL), MIGCORE_NO_SPACE);
        CHECK(consumed == 0);
        needed = (size_t)error.expected;
        free(memory);
        if (needed <= room) {
            break;
        }
    }
}

/* The memory grows by realloc, each time to what the stream is known to need; no byte is lost. */
static void a_receiver_grows(void)
{
    static const size_t pieces[] = { 1, 7, 300, MACHINE_LONGEST };
    size_t i;

    for (i = 0; i < COUNT_OF(pieces); i++) {
        migcore_chunk_receiver receiver;
        migcore_error error = blank();
        size_t at = 0, room = 1, got, grown = 0;
        uint8_t *memory = (uint8_t *)malloc(room);
        const void *received;
        bool done = false;

        CHECK_OK(migcore_chunk_receiver_init(&receiver, sizeof receiver, memory, room, NULL, NULL));
        while (!done && grown < length) {
            size_t consumed = 0, piece = pieces[i] < length - at ? pieces[i] : length - at;
            migcore_status status = migcore_chunk_receiver_feed(&receiver, good + at, piece, &consumed, &done);

            at += consumed;
            if (status != MIGCORE_OK) {
                CHECK_STATUS(status, MIGCORE_NO_SPACE);
                CHECK_OK(migcore_chunk_receiver_error(&receiver, &error));
                CHECK(error.expected > room && error.expected <= length);
                room = (size_t)error.expected;
                memory = (uint8_t *)realloc(memory, room);
                CHECK_OK(migcore_chunk_receiver_grow(&receiver, memory, room));
                grown++;
            }
        }
        CHECK(done && at == length && room == length && grown > 1);
        CHECK_STATUS(migcore_chunk_receiver_grow(&receiver, memory, length - 1), MIGCORE_INVALID_ARGUMENT);
        CHECK_STATUS(migcore_chunk_receiver_grow(&receiver, NULL, length), MIGCORE_NULL_POINTER);
        CHECK_OK(migcore_chunk_receiver_bytes(&receiver, &received, &got));
        CHECK_MEMORY(received, got, good, length);
        free(memory);
    }
}

static void receivers_are_checked(void)
{
    migcore_chunk_receiver storage[2], *receiver = storage;
    migcore_chunk_receiver *misaligned = (migcore_chunk_receiver *)(void *)((uint8_t *)storage + 1);
    migcore_chunk_limits limits;
    migcore_error error = blank();
    const void *received;
    size_t got, consumed = 9;
    bool done = true;

    CHECK_STATUS(migcore_chunk_receiver_init(NULL, sizeof *receiver, bytes, 9, NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_chunk_receiver_init(receiver, sizeof *receiver - 1, bytes, 9, NULL, NULL), MIGCORE_BAD_SIZE);
    CHECK_STATUS(migcore_chunk_receiver_feed(receiver, good, 1, NULL, NULL), MIGCORE_BAD_SIZE);
    CHECK_STATUS(migcore_chunk_receiver_init(misaligned, sizeof *receiver, bytes, 9, NULL, NULL), MIGCORE_MISALIGNED);
    CHECK_STATUS(migcore_chunk_receiver_init(receiver, sizeof *receiver, NULL, 9, NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_chunk_receiver_feed(receiver, good, 1, &consumed, &done), MIGCORE_NULL_POINTER);
    CHECK(consumed == 0 && !done);
    CHECK_STATUS(migcore_chunk_receiver_bytes(receiver, &received, &got), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_chunk_receiver_error(receiver, &error), MIGCORE_NULL_POINTER);
    CHECK_STATUS(error.status, MIGCORE_NULL_POINTER);
    limits.size = 3;
    CHECK_STATUS(migcore_chunk_receiver_init(receiver, sizeof *receiver, bytes, 9, &limits, NULL), MIGCORE_BAD_SIZE);
    CHECK_OK(migcore_chunk_receiver_init(receiver, sizeof *receiver, bytes, sizeof bytes, NULL, NULL));
    CHECK_STATUS(migcore_chunk_receiver_feed(receiver, NULL, 1, NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_chunk_receiver_bytes(receiver, NULL, &got), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_chunk_receiver_bytes(receiver, &received, NULL), MIGCORE_NULL_POINTER);
    CHECK_OK(migcore_chunk_receiver_feed(receiver, NULL, 0, NULL, NULL));
    CHECK_STATUS(migcore_chunk_receiver_error(receiver, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_chunk_receiver_feed(receiver, "\x89PNG", 4, NULL, NULL), MIGCORE_OK);
    CHECK_STATUS(migcore_chunk_receiver_feed(receiver, "\r\n\x1a\n", 4, NULL, NULL), MIGCORE_BAD_SIGNATURE);
    /* What is no receiver. */
    memset(storage, 0, sizeof storage);
    CHECK_STATUS(migcore_chunk_receiver_feed(receiver, good, 1, NULL, NULL), MIGCORE_BAD_OBJECT);
    CHECK_STATUS(migcore_chunk_receiver_grow(receiver, bytes, 9), MIGCORE_BAD_OBJECT);
    CHECK_STATUS(migcore_chunk_receiver_grow(NULL, bytes, 9), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_chunk_receiver_feed(NULL, good, 1, NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_chunk_receiver_bytes(receiver, &received, &got), MIGCORE_BAD_OBJECT);
    CHECK_STATUS(migcore_chunk_receiver_error(receiver, &error), MIGCORE_BAD_OBJECT);
}

void test_chunk_whole(void)
{
    machine_fill(&source, 11);
    length = machine_save(&source, good, sizeof good);
    a_check_tells_what_there_is();
    a_check_checks_its_arguments();
    chunks_are_walked_one_by_one();
    a_walk_checks_its_arguments();
    a_receiver_takes_pieces();
    a_receiver_says_what_it_needs();
    a_receiver_grows();
    receivers_are_checked();
}
