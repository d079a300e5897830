/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Chunks over streams whose calls are short, interrupted, or fail, and that use the visitor which called them.
 */
#include "calls.h"
#include "machine.h"
#include "sections.h"

static struct machine source, loaded;
static uint8_t good[MACHINE_LONGEST];
static size_t length;

static const struct chunk_mode chunks = { 700, MACHINE_MEMORY, 0, NULL };
static const size_t buffers[] = { 0, 1, 100, 4096 };

static void every_write_fails_once(const struct mode *mode)
{
    struct channel channel;
    unsigned number;
    bool failed = true;

    for (number = 1; failed; number++) {
        migcore_error error;

        check_case("buffer of %lu, write %u", (unsigned long)mode->buffer, number);
        channel_save_chunks(&channel, mode, &chunks);
        channel.stream.moves.fail_at = number;
        channel.stream.moves.fail_with = -100 - (ptrdiff_t)number;
        machine_visit(channel_visitor(&channel), &source);
        error = report_of(channel_visitor(&channel));
        failed = channel.stream.moves.made >= number;
        CHECK_STATUS(error.status, failed ? MIGCORE_WRITE_FAILED : MIGCORE_OK);
        CHECK(error.cause == (failed ? -100 - (int32_t)number : 0));
        CHECK_EQUAL(channel.stream.moves.after_failure, 0);
        CHECK(channel.stream.length <= length && memcmp(channel.stream.bytes, good, channel.stream.length) == 0);
        CHECK(failed || channel.stream.length == length);
        channel_free(&channel);
    }
    CHECK(number > (mode->buffer < 4096 ? 20 : 2));
}

static void every_read_fails_once(const struct mode *mode)
{
    struct channel channel;
    unsigned number;
    bool failed = true;

    for (number = 1; failed; number++) {
        migcore_error error;

        check_case("buffer of %lu, read %u", (unsigned long)mode->buffer, number);
        machine_wipe(&loaded);
        channel_load_chunks(&channel, mode, &chunks, good, length);
        channel.stream.moves.fail_at = number;
        channel.stream.moves.fail_with = -100 - (ptrdiff_t)number;
        machine_visit(channel_visitor(&channel), &loaded);
        error = report_of(channel_visitor(&channel));
        failed = channel.stream.moves.made >= number;
        CHECK_STATUS(error.status, failed ? MIGCORE_READ_FAILED : MIGCORE_OK);
        CHECK(error.cause == (failed ? -100 - (int32_t)number : 0));
        CHECK_EQUAL(channel.stream.moves.after_failure, 0);
        CHECK(failed ? machine_is_part_of(&loaded, &source) : machine_same(&loaded, &source));
        channel_free(&channel);
    }
    CHECK(number > (mode->buffer < 4096 ? 20 : 2));
}

static void short_and_interrupted(void)
{
    static const size_t shares[] = { 0, 1, 13 };
    size_t b, s;
    unsigned retries;

    for (b = 0; b < COUNT_OF(buffers); b++) {
        for (s = 0; s < COUNT_OF(shares); s++) {
            for (retries = 0; retries < 3; retries++) {
                struct mode mode = { "stream", false, 0, 0, 0, 0, true };
                struct channel channel;

                mode.buffer = buffers[b];
                mode.most = shares[s];
                mode.random = retries == 1 ? 5 : 0;
                mode.retries = retries;
                check_case("buffer of %lu, %lu at a time, %u retries", (unsigned long)mode.buffer,
                           (unsigned long)mode.most, retries);
                channel_save_chunks(&channel, &mode, &chunks);
                CHECK_OK(machine_visit(channel_visitor(&channel), &source));
                CHECK_MEMORY(channel_bytes(&channel), channel_length(&channel), good, length);
                channel_free(&channel);
                machine_wipe(&loaded);
                channel_load_chunks(&channel, &mode, &chunks, good, length);
                CHECK_OK(machine_visit(channel_visitor(&channel), &loaded));
                CHECK_OK(migcore_expect_end(channel_visitor(&channel)));
                CHECK(machine_same(&loaded, &source));
                channel_free(&channel);
            }
        }
    }
}

/* Without a buffer, a loader takes nothing of what follows the stream. */
static void what_follows_stays_in_the_source(void)
{
    static const struct mode mode = { "no buffer", false, 0, 0, 0, 0, true };
    struct channel channel;
    uint8_t more[MACHINE_LONGEST + 3];

    memcpy(more, good, length);
    memcpy(more + length, "abc", 3);
    channel_load_chunks(&channel, &mode, &chunks, more, length + 3);
    CHECK_OK(machine_visit(channel_visitor(&channel), &loaded));
    CHECK_EQUAL(channel.stream.at, length);
    CHECK_STATUS(migcore_expect_end(channel_visitor(&channel)), MIGCORE_UNCONSUMED);
    CHECK_EQUAL(report_of(channel_visitor(&channel)).offset, length);
    channel_free(&channel);
}

/* Two calls of write for a fragment and four for a shape are many: a buffer makes them few. */
static void a_buffer_saves_calls(void)
{
    static const struct mode bare = { "no buffer", false, 0, 0, 0, 0, true };
    static const struct mode buffered = { "buffer", false, 4096, 0, 0, 0, true };
    struct channel a, b;

    channel_save_chunks(&a, &bare, &chunks);
    CHECK_OK(machine_visit(channel_visitor(&a), &source));
    channel_save_chunks(&b, &buffered, &chunks);
    CHECK_OK(machine_visit(channel_visitor(&b), &source));
    CHECK(a.stream.moves.made > 40 && b.stream.moves.made < 5);
    channel_free(&a);
    channel_free(&b);
}

/* What every callback does while it is called. */
struct intruder {
    migcore_visitor *v;
    bool loading;
    unsigned tried;
};

static void intrude(void *opaque)
{
    struct intruder *intruder = (struct intruder *)opaque;
    migcore_chunk_loader *loader = (migcore_chunk_loader *)(void *)intruder->v;
    migcore_chunk_header header;
    migcore_chunk_counts counts;
    uint64_t count = 7;
    bool more = true;
    size_t i;

    intruder->tried++;
    for (i = 0; i < call_count; i++) {
        struct place place, untouched;

        place_init(&place);
        place_init(&untouched);
        place_refuse(&untouched, &calls[i], false);
        CHECK_STATUS(calls[i].run(intruder->v, &place), MIGCORE_BUSY);
        CHECK(memcmp(&place, &untouched, sizeof place) == 0);
    }
    header.size = sizeof header;
    counts.size = sizeof counts;
    CHECK_STATUS(migcore_chunk_get_header(loader, &header), MIGCORE_BUSY);
    CHECK_STATUS(migcore_chunk_get_counts(loader, &counts), MIGCORE_BUSY);
    CHECK_STATUS(migcore_chunk_replay_device(loader, intruder->v, NULL, 0, &more), MIGCORE_BUSY);
    CHECK_STATUS(migcore_chunk_replay_all(loader, intruder->v, NULL, 0, &count), MIGCORE_BUSY);
    CHECK(!more && count == 0);
}

static void callbacks_find_it_busy(void)
{
    static const struct mode mode = { "no buffer", false, 0, 500, 0, 0, true };
    struct intruder intruder = { NULL, false, 0 };
    struct channel channel;

    channel_save_chunks(&channel, &mode, &chunks);
    intruder.v = channel_visitor(&channel);
    channel.stream.hook = intrude;
    channel.stream.hook_opaque = &intruder;
    CHECK_OK(machine_visit(channel_visitor(&channel), &source));
    CHECK_MEMORY(channel_bytes(&channel), channel_length(&channel), good, length);
    CHECK(intruder.tried > 20);
    channel_free(&channel);
    intruder.tried = 0;
    machine_wipe(&loaded);
    channel_load_chunks(&channel, &mode, &chunks, good, length);
    intruder.v = channel_visitor(&channel);
    channel.stream.hook = intrude;
    channel.stream.hook_opaque = &intruder;
    CHECK_OK(machine_visit(channel_visitor(&channel), &loaded));
    CHECK(machine_same(&loaded, &source) && intruder.tried > 20);
    channel_free(&channel);
}

/* After the first error every call returns it and does nothing. */
static void errors_stay(const struct mode *mode, bool loading)
{
    struct channel channel;
    migcore_visitor *v;
    size_t i, before;

    if (loading) {
        channel_load_chunks(&channel, mode, &chunks, good, length);
    } else {
        channel_save_chunks(&channel, mode, &chunks);
    }
    v = channel_visitor(&channel);
    CHECK_OK(migcore_begin_device(v, "cpu", 0, 3, 2));
    CHECK_STATUS(migcore_fail(v, "here", MIGCORE_REFUSED, 7), MIGCORE_REFUSED);
    before = channel.stream.moves.made;
    for (i = 0; i < call_count; i++) {
        struct place place, untouched;

        check_case("%s, %s, %s", mode->name, loading ? "load" : "save", calls[i].name);
        place_init(&place);
        place_init(&untouched);
        place_refuse(&untouched, &calls[i], loading);
        CHECK_STATUS(calls[i].run(v, &place), MIGCORE_REFUSED);
        CHECK(memcmp(&place, &untouched, sizeof place) == 0);
    }
    CHECK_EQUAL(channel.stream.moves.made, before);
    CHECK_TEXT(report_of(v).path, "cpu/0.here");
    channel_free(&channel);
}

void test_chunk_io(void)
{
    static const struct mode memory = { "memory", true, 0, 0, 0, 0, true };
    size_t b;

    machine_fill(&source, 7);
    length = machine_save(&source, good, sizeof good);
    for (b = 0; b < COUNT_OF(buffers); b++) {
        struct mode mode = { "stream", false, 0, 0, 0, 0, true };

        mode.buffer = buffers[b];
        every_write_fails_once(&mode);
        every_read_fails_once(&mode);
        errors_stay(&mode, false);
        errors_stay(&mode, true);
    }
    errors_stay(&memory, false);
    errors_stay(&memory, true);
    short_and_interrupted();
    check_case("%s", "");
    what_follows_stays_in_the_source();
    a_buffer_saves_calls();
    callbacks_find_it_busy();
}
