/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * From chunks to other wires without the code of the devices: the bytes are those that the devices write themselves.
 */
#include "calls.h"
#include "machine.h"
#include "rich.h"
#include "sections.h"

static struct machine source;
static uint8_t good[MACHINE_LONGEST], scratch[6000];
static size_t length;

static const struct mode memory_mode = { "memory", true, 0, 0, 0, 0, true };
static const struct mode stream_mode = { "stream", false, 60, 0, 9, 0, true };
static const struct chunk_mode chunks = { 700, MACHINE_MEMORY, 0, NULL };

static migcore_chunk_loader *loader_of(struct channel *channel)
{
    return (migcore_chunk_loader *)(void *)channel_visitor(channel);
}

static void legacy_bytes_are_the_devices_own(const struct mode *mode)
{
    struct channel direct, from, to;
    uint64_t count = 77;

    check_case("%s", mode->name);
    channel_save(&direct, &memory_mode);
    CHECK_OK(machine_visit(channel_visitor(&direct), &source));
    channel_load_chunks(&from, mode, &chunks, good, length);
    channel_save(&to, mode);
    CHECK_OK(migcore_chunk_replay_all(loader_of(&from), channel_visitor(&to), scratch, sizeof scratch, &count));
    CHECK_EQUAL(count, MACHINE_DEVICES);
    CHECK_OK(migcore_finish(channel_visitor(&from)));
    CHECK_OK(migcore_expect_end(channel_visitor(&from)));
    CHECK_OK(migcore_finish(channel_visitor(&to)));
    CHECK_MEMORY(channel_bytes(&to), channel_length(&to), channel_bytes(&direct), channel_length(&direct));
    channel_free(&direct);
    channel_free(&from);
    channel_free(&to);
}

/* With everything that a device can have; and to chunks of another shape, which load the same. */
static void rich_devices_go_too(const struct mode *mode)
{
    static const struct chunk_mode large = { 20000, 40000, 0, NULL };
    struct rich *s = rich_new(), *loaded = rich_new();
    struct channel chunked, again, direct, from, to;
    uint64_t count;

    check_case("rich, %s", mode->name);
    rich_fill(s, 5, true);
    channel_save_chunks(&chunked, &memory_mode, &chunks);
    CHECK_OK(rich_visit(channel_visitor(&chunked), s));
    channel_load_chunks(&from, mode, &chunks, channel_bytes(&chunked), channel_length(&chunked));
    channel_save_chunks(&again, &memory_mode, &large);
    CHECK_OK(migcore_chunk_replay_all(loader_of(&from), channel_visitor(&again), scratch, sizeof scratch, &count));
    CHECK_OK(migcore_finish(channel_visitor(&again)));
    channel_free(&from);
    channel_load_chunks(&from, mode, &large, channel_bytes(&again), channel_length(&again));
    CHECK_OK(rich_visit(channel_visitor(&from), loaded));
    CHECK(rich_same(s, loaded));
    channel_free(&from);
    channel_save(&direct, &memory_mode);
    CHECK_OK(rich_visit(channel_visitor(&direct), s));
    channel_load_chunks(&from, mode, &large, channel_bytes(&again), channel_length(&again));
    channel_save(&to, &memory_mode);
    CHECK_OK(migcore_chunk_replay_all(loader_of(&from), channel_visitor(&to), scratch, sizeof scratch, NULL));
    CHECK_OK(migcore_finish(channel_visitor(&to)));
    CHECK_MEMORY(channel_bytes(&to), channel_length(&to), channel_bytes(&direct), channel_length(&direct));
    channel_free(&chunked);
    channel_free(&again);
    channel_free(&direct);
    channel_free(&from);
    channel_free(&to);
    rich_free(s);
    rich_free(loaded);
}

/* Some devices are replayed, others passed over. */
static void one_by_one(const struct mode *mode)
{
    struct channel from, to;
    migcore_device_head head;
    bool more = true, there;
    unsigned devices = 0;

    channel_load_chunks(&from, mode, &chunks, good, length);
    channel_save_chunks(&to, mode, &chunks);
    head.size = sizeof head;
    while (CHECK_OK(migcore_next_device(channel_visitor(&from), &head, &there)), there) {
        if (strcmp(head.name, "cpu") == 0) {
            CHECK_OK(migcore_chunk_replay_device(loader_of(&from), channel_visitor(&to), scratch, sizeof scratch, &more));
            CHECK(more);
        } else {
            CHECK_OK(migcore_check_device(channel_visitor(&from)));
        }
        devices++;
    }
    CHECK_EQUAL(devices, MACHINE_DEVICES);
    CHECK_OK(migcore_chunk_replay_device(loader_of(&from), channel_visitor(&to), scratch, sizeof scratch, &more));
    CHECK(!more);
    CHECK_OK(migcore_finish(channel_visitor(&from)));
    CHECK_OK(migcore_finish(channel_visitor(&to)));
    channel_free(&from);
    channel_load_chunks(&from, mode, &chunks, channel_bytes(&to), channel_length(&to));
    CHECK_OK(migcore_next_device(channel_visitor(&from), &head, &there));
    CHECK(there && strcmp(head.name, "cpu") == 0 && head.instance == 0 && head.version == 3);
    CHECK_OK(migcore_check_device(channel_visitor(&from)));
    CHECK_OK(migcore_check_device(channel_visitor(&from)));
    CHECK_OK(migcore_next_device(channel_visitor(&from), &head, &there));
    CHECK(!there);
    channel_free(&from);
    channel_free(&to);
}

static void scratch_that_is_too_small_tells_the_size(void)
{
    struct channel from, to;
    migcore_error error;
    size_t needed;

    channel_load_chunks(&from, &stream_mode, &chunks, good, length);
    channel_save(&to, &memory_mode);
    CHECK_STATUS(migcore_chunk_replay_all(loader_of(&from), channel_visitor(&to), NULL, 0, NULL), MIGCORE_NO_SPACE);
    error = report_of(channel_visitor(&from));
    CHECK_STATUS(error.status, MIGCORE_NO_SPACE);
    CHECK(error.found == 0 && error.expected > 8 && error.expected <= sizeof scratch);
    needed = (size_t)error.expected;
    CHECK_STATUS(migcore_get_status(channel_visitor(&to)), MIGCORE_NO_SPACE);
    CHECK(strstr(report_of(channel_visitor(&to)).path, "/0") != NULL);
    channel_free(&from);
    channel_load_chunks(&from, &stream_mode, &chunks, good, length);
    channel_free(&to);
    channel_save(&to, &memory_mode);
    CHECK_STATUS(migcore_chunk_replay_all(loader_of(&from), channel_visitor(&to), scratch, needed - 1, NULL),
                 MIGCORE_NO_SPACE);
    CHECK_EQUAL(report_of(channel_visitor(&from)).expected, needed);
    channel_free(&from);
    channel_free(&to);
}

/* A fault on either side ends both visits. */
static void both_visits_fail(void)
{
    struct channel from, to;
    uint8_t bytes[MACHINE_LONGEST];
    uint64_t count = 7;

    memcpy(bytes, good, length);
    bytes[length - 500] ^= 1;
    channel_load_chunks(&from, &memory_mode, &chunks, bytes, length);
    channel_save(&to, &memory_mode);
    CHECK_STATUS(migcore_chunk_replay_all(loader_of(&from), channel_visitor(&to), scratch, sizeof scratch, &count),
                 MIGCORE_BAD_CRC);
    CHECK_EQUAL(count, 0);
    CHECK(report_of(channel_visitor(&from)).offset > length - 1300);
    CHECK_STATUS(migcore_finish(channel_visitor(&to)), MIGCORE_BAD_CRC);
    CHECK_STATUS(migcore_finish(channel_visitor(&from)), MIGCORE_BAD_CRC);
    channel_free(&to);
    /* One that failed before passes its error on. */
    channel_save(&to, &memory_mode);
    CHECK_STATUS(migcore_chunk_replay_all(loader_of(&from), channel_visitor(&to), scratch, sizeof scratch, NULL),
                 MIGCORE_BAD_CRC);
    CHECK_STATUS(migcore_finish(channel_visitor(&to)), MIGCORE_BAD_CRC);
    channel_free(&from);
    channel_free(&to);
    channel_load_chunks(&from, &memory_mode, &chunks, good, length);
    channel_save(&to, &stream_mode);
    to.stream.moves.fail_at = 3;
    to.stream.moves.fail_with = -5;
    CHECK_STATUS(migcore_chunk_replay_all(loader_of(&from), channel_visitor(&to), scratch, sizeof scratch, NULL),
                 MIGCORE_WRITE_FAILED);
    CHECK(report_of(channel_visitor(&to)).cause == -5);
    CHECK_STATUS(migcore_get_status(channel_visitor(&from)), MIGCORE_WRITE_FAILED);
    channel_free(&from);
    channel_free(&to);
}

static void arguments_are_checked(void)
{
    struct channel from, other;
    migcore_legacy legacy;
    uint8_t bytes[9];
    bool more = true;

    channel_load_chunks(&from, &memory_mode, &chunks, good, length);
    channel_load_chunks(&other, &stream_mode, &chunks, good, length);
    CHECK_STATUS(migcore_chunk_replay_all(loader_of(&from), channel_visitor(&other), scratch, 9, NULL),
                 MIGCORE_WRONG_DIRECTION);
    CHECK_STATUS(migcore_get_status(channel_visitor(&other)), MIGCORE_WRONG_DIRECTION);
    CHECK_OK(migcore_get_status(channel_visitor(&from)));
    CHECK_STATUS(migcore_chunk_replay_device(loader_of(&from), NULL, scratch, 9, &more), MIGCORE_NULL_POINTER);
    CHECK(!more);
    CHECK_STATUS(migcore_chunk_replay_device(NULL, channel_visitor(&from), scratch, 9, &more), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_chunk_replay_all(loader_of(&from), channel_visitor(&from), scratch, 9, NULL),
                 MIGCORE_WRONG_DIRECTION);
    channel_free(&from);
    channel_free(&other);
    /* A visitor over another wire is no loader of chunks, whatever it is cast to. */
    channel_save(&other, &memory_mode);
    CHECK_OK(migcore_legacy_load_memory(&legacy, sizeof legacy, bytes, sizeof bytes, NULL));
    CHECK_STATUS(migcore_chunk_replay_all((migcore_chunk_loader *)(void *)&legacy, channel_visitor(&other), scratch, 9,
                                          NULL),
                 MIGCORE_UNSUPPORTED);
    channel_load_chunks(&from, &memory_mode, &chunks, good, length);
    CHECK_STATUS(migcore_chunk_replay_all(loader_of(&from), channel_visitor(&other), NULL, 9, NULL),
                 MIGCORE_NULL_POINTER);
    channel_free(&from);
    channel_load_chunks(&from, &memory_mode, &chunks, good, length);
    CHECK_STATUS(migcore_chunk_replay_device(loader_of(&from), channel_visitor(&other), scratch, 9, NULL),
                 MIGCORE_NULL_POINTER);
    channel_free(&from);
    channel_free(&other);
}

struct intruder {
    struct channel *from, *to;
    unsigned tried;
};

static void intrude(void *opaque)
{
    struct intruder *intruder = (struct intruder *)opaque;
    migcore_visitor *loader = channel_visitor(intruder->from);
    size_t i;

    intruder->tried++;
    for (i = 0; i < call_count; i++) {
        struct place place;

        place_init(&place);
        CHECK_STATUS(calls[i].run(loader, &place), MIGCORE_BUSY);
    }
    CHECK_STATUS(migcore_chunk_replay_all(loader_of(intruder->from), channel_visitor(intruder->to), NULL, 0, NULL),
                 MIGCORE_BUSY);
}

/* Also a loader over memory, which has no callbacks of its own. */
static void both_are_busy_meanwhile(void)
{
    struct channel from, to;
    struct intruder intruder;

    channel_load_chunks(&from, &memory_mode, &chunks, good, length);
    channel_save_chunks(&to, &stream_mode, &chunks);
    intruder.from = &from;
    intruder.to = &to;
    intruder.tried = 0;
    to.stream.hook = intrude;
    to.stream.hook_opaque = &intruder;
    CHECK_OK(migcore_chunk_replay_all(loader_of(&from), channel_visitor(&to), scratch, sizeof scratch, NULL));
    CHECK(intruder.tried > 10);
    to.stream.hook = NULL;
    CHECK_OK(migcore_finish(channel_visitor(&from)));
    CHECK_OK(migcore_finish(channel_visitor(&to)));
    CHECK_MEMORY(channel_bytes(&to), channel_length(&to), good, length);
    channel_free(&from);
    channel_free(&to);
}

void test_chunk_replay(void)
{
    machine_fill(&source, 21);
    length = machine_save(&source, good, sizeof good);
    legacy_bytes_are_the_devices_own(&memory_mode);
    legacy_bytes_are_the_devices_own(&stream_mode);
    rich_devices_go_too(&memory_mode);
    rich_devices_go_too(&stream_mode);
    check_case("%s", "");
    one_by_one(&memory_mode);
    one_by_one(&stream_mode);
    scratch_that_is_too_small_tells_the_size();
    both_visits_fail();
    arguments_are_checked();
    both_are_busy_meanwhile();
}
