/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Calls in any order, sensible or not, over any bytes, and over chunks: over memory and over streams they do the same.
 */
#include "calls.h"
#include "sections.h"
#include "stream.h"

#define WAYS 4
#define CALLS 40

static const struct mode modes[WAYS] = {
    { "memory", true, 0, 0, 0, 0, false },
    { "no buffer", false, 0, 0, 0, 0, false },
    { "buffer of 6, random", false, 6, 0, 31337, 1, false },
    { "buffer of 600, no peek", false, 600, 9, 0, 0, true },
};

/* A visitor with what its calls read and write, between two walls. */
struct monkey {
    struct channel channel;
    uint8_t before[16];
    struct place place;
    uint8_t after[16];
};

static struct monkey monkeys[WAYS];

/* Of a saver so much that every device is one fragment: in another one a loader over a stream cannot go back. */
static const struct chunk_mode chunk_mode = { 60000, 70000, 0, NULL };

static void begin(struct monkey *monkey, const struct mode *mode, const uint8_t *bytes, size_t length, bool chunks)
{
    memset(monkey->before, 0xb1, sizeof monkey->before);
    memset(monkey->after, 0xa1, sizeof monkey->after);
    place_init(&monkey->place);
    if (chunks && bytes == NULL) {
        channel_save_chunks(&monkey->channel, mode, &chunk_mode);
    } else if (chunks) {
        channel_load_chunks(&monkey->channel, mode, &chunk_mode, bytes, length);
    } else if (bytes == NULL) {
        channel_save(&monkey->channel, mode);
    } else {
        channel_load(&monkey->channel, mode, bytes, length);
    }
}

static bool walls_stand(const struct monkey *monkey)
{
    size_t i;

    for (i = 0; i < sizeof monkey->before; i++) {
        if (monkey->before[i] != 0xb1 || monkey->after[i] != 0xa1) {
            return false;
        }
    }
    return true;
}

/* Reports agree; what an array holds after it failed need not. */
static void same_as_first(struct monkey *monkey, migcore_status status)
{
    migcore_visitor *first = channel_visitor(&monkeys[0].channel), *v = channel_visitor(&monkey->channel);
    migcore_error a = report_of(first), b = report_of(v);

    CHECK_TEXT(b.path, a.path);
    CHECK_EQUAL(b.offset, a.offset);
    CHECK_EQUAL(b.expected, a.expected);
    CHECK_EQUAL(b.found, a.found);
    CHECK_EQUAL(b.cause, a.cause);
    CHECK_EQUAL(migcore_state_version(v), migcore_state_version(first));
    if (status == MIGCORE_OK) {
        CHECK_EQUAL(migcore_position(v), migcore_position(first));
        CHECK(memcmp(&monkey->place, &monkeys[0].place, sizeof monkey->place) == 0);
    }
}

/* One call on all of them; whether the visit goes on. */
static bool call_all(const struct call *call)
{
    migcore_status first = MIGCORE_OK;
    size_t i;

    for (i = 0; i < WAYS; i++) {
        migcore_status status = call->run(channel_visitor(&monkeys[i].channel), &monkeys[i].place);

        if (i == 0) {
            first = status;
            CHECK(strcmp(migcore_status_text(status), "unknown status") != 0);
        } else {
            CHECK_STATUS(status, first);
            same_as_first(&monkeys[i], status);
        }
        CHECK(walls_stand(&monkeys[i]));
        CHECK_STATUS(migcore_get_status(channel_visitor(&monkeys[i].channel)), first);
    }
    return first == MIGCORE_OK;
}

/* Most calls are not to fail at once: ends and errors are rare. */
static const struct call *some_call(uint32_t *random, int direction)
{
    for (;;) {
        const struct call *call = &calls[random_below(random, (uint32_t)call_count)];
        bool rare = strncmp(call->name, "end_", 4) == 0 || strcmp(call->name, "fail") == 0 ||
                    strcmp(call->name, "finish") == 0 || strncmp(call->name, "skip", 4) == 0 ||
                    strncmp(call->name, "ram_", 4) == 0 || strcmp(call->name, "absent") == 0 ||
                    strcmp(call->name, "next_device") == 0 || (call->directions & direction) == 0;

        if (!rare || random_below(random, 30) == 0) {
            return call;
        }
    }
}

/* Zeros, small counts, and now and then a subsection of the one that the calls ask for. */
static size_t some_bytes(uint32_t *random, uint8_t *bytes, size_t capacity)
{
    static const uint8_t part[] = { 5, 6, 'n', 'a', 'm', 'e', '/', 'a', 0, 0, 0, 1 };
    size_t length = random_below(random, (uint32_t)capacity), at = 0;

    while (at < length) {
        uint32_t kind = random_below(random, 8);

        if (kind == 0 && length - at >= sizeof part) {
            memcpy(bytes + at, part, sizeof part);
            at += sizeof part;
        } else {
            bytes[at++] = (uint8_t)(kind < 5 ? 0 : kind == 5 ? 2 : kind == 6 ? 0x30 : random_next(random));
        }
    }
    return length;
}

static unsigned make_calls(uint32_t seed, bool loading, uint32_t *random)
{
    unsigned done = 0;

    while (done < CALLS) {
        const struct call *call = some_call(random, loading ? CALL_LOADS : CALL_SAVES);

        check_case("seed %u, %s, call %u: %s", (unsigned)seed, loading ? "load" : "save", done, call->name);
        if (!call_all(call)) {
            break;
        }
        done++;
    }
    return done;
}

static unsigned run(uint32_t seed, bool loading)
{
    uint8_t bytes[600];
    uint32_t random = seed * 2 + 1;
    size_t length = some_bytes(&random, bytes, sizeof bytes), i;
    unsigned done;

    for (i = 0; i < WAYS; i++) {
        begin(&monkeys[i], &modes[i], loading ? bytes : NULL, length, false);
    }
    done = make_calls(seed, loading, &random);
    for (i = 0; i < WAYS && !loading; i++) {
        if (migcore_flush(channel_visitor(&monkeys[i].channel)) == MIGCORE_OK) {
            CHECK_MEMORY(channel_bytes(&monkeys[i].channel), channel_length(&monkeys[i].channel),
                         channel_bytes(&monkeys[0].channel), channel_length(&monkeys[0].channel));
        }
    }
    for (i = 0; i < WAYS; i++) {
        channel_free(&monkeys[i].channel);
    }
    return done;
}

/* Over chunks: the calls of a save, and then others on what they left. */
static unsigned run_chunks(uint32_t seed)
{
    static uint8_t bytes[4 * CHANNEL_CAPACITY];
    uint32_t random = seed * 2 + 1;
    size_t length, i;
    unsigned done, begun = 0;
    bool whole;

    for (i = 0; i < WAYS; i++) {
        begin(&monkeys[i], &modes[i], NULL, 0, true);
        CHECK_OK(migcore_begin_device(channel_visitor(&monkeys[i].channel), "name", 1, 2, 1));
    }
    done = make_calls(seed, false, &random);
    for (i = 0; i < WAYS; i++) {
        migcore_end_device(channel_visitor(&monkeys[i].channel));
        migcore_finish(channel_visitor(&monkeys[i].channel));
    }
    /* Without a buffer, all of what was written is there also after an error. */
    length = channel_length(&monkeys[1].channel);
    memcpy(bytes, channel_bytes(&monkeys[1].channel), length);
    whole = migcore_get_status(channel_visitor(&monkeys[1].channel)) == MIGCORE_OK;
    for (i = 0; i < WAYS; i++) {
        if (whole) {
            CHECK_MEMORY(channel_bytes(&monkeys[i].channel), channel_length(&monkeys[i].channel), bytes, length);
        }
        channel_free(&monkeys[i].channel);
    }
    for (i = 0; i < WAYS; i++) {
        begin(&monkeys[i], &modes[i], bytes, length, true);
        begun += migcore_begin_device(channel_visitor(&monkeys[i].channel), "name", 1, 2, 1) == MIGCORE_OK;
    }
    CHECK(begun == WAYS || (begun == 0 && !whole));
    done += make_calls(seed, true, &random);
    for (i = 0; i < WAYS; i++) {
        channel_free(&monkeys[i].channel);
    }
    return done;
}

void test_monkey(void)
{
    uint32_t seed;
    unsigned long done = 0, over_chunks = 0;

    for (seed = 1; seed <= 20 * percent; seed++) {
        done += run(seed, true) + run(seed, false);
        over_chunks += run_chunks(seed);
    }
    check_case("%s", "");
    /* They get somewhere. */
    CHECK(done > 2 * 20 * percent * 5);
    CHECK(over_chunks > 20 * percent * 5);
}
