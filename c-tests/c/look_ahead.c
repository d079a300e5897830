/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Subsections over streams: with a peek callback, through a buffer, and with neither.
 */
#include "sections.h"
#include "stream.h"

static const uint8_t with_part[] = { 0x2a, 5, 3, 'n', '/', 'a', 0, 0, 0, 1, 0x11, 0x99 };
static const uint8_t without_part[] = { 0x2a, 0x99 };
/* The data that follows looks like a subsection at first. */
static const uint8_t almost[] = { 0x2a, 5, 3, 'm', '/', 'a', 0, 0, 0, 1, 0x11, 0x99 };

struct state {
    uint8_t control, a;
};

static migcore_status a_visit(migcore_visitor *v, void *opaque)
{
    return migcore_visit_u8(v, "a", &((struct state *)opaque)->a);
}

static const migcore_subsection table[] = {
    { sizeof(migcore_subsection), "n/a", 1, 1, 0, NULL, a_visit },
};

static migcore_status visit(migcore_visitor *v, struct state *s)
{
    migcore_visit_u8(v, "control", &s->control);
    migcore_visit_subsections(v, "n", table, 1, s);
    return migcore_finish(v);
}

static void loads(const struct mode *mode, const uint8_t *bytes, size_t length, uint8_t a, uint64_t position)
{
    struct channel channel;
    struct state s = { 0, 100 };

    channel_load(&channel, mode, bytes, length);
    CHECK_OK(visit(channel_visitor(&channel), &s));
    CHECK_EQUAL(s.control, 0x2a);
    CHECK_EQUAL(s.a, a);
    CHECK_EQUAL(migcore_position(channel_visitor(&channel)), position);
    if (mode->buffer == 0 && !mode->memory) {
        /* Not a byte more was taken than the visit wanted. */
        CHECK_EQUAL(channel.stream.at, position);
    }
    channel_free(&channel);
}

static void all_three(const struct mode *mode)
{
    loads(mode, with_part, sizeof with_part, 0x11, 11);
    loads(mode, with_part, sizeof with_part - 1, 0x11, 11);
    loads(mode, without_part, sizeof without_part, 100, 1);
    loads(mode, without_part, 1, 100, 1);
    loads(mode, almost, sizeof almost, 100, 1);
    loads(mode, almost, 2, 100, 1);
    loads(mode, almost, 3, 100, 1);
}

static void with_peek_any_buffer_does(void)
{
    static const size_t buffers[] = { 0, 1, 2, 3, 5, 16, 256, 257, 4096 };
    size_t i;

    for (i = 0; i < COUNT_OF(buffers); i++) {
        struct mode mode = { "peek", false, 0, 0, 0, 0, false };

        check_case("peek, buffer of %lu", (unsigned long)buffers[i]);
        mode.buffer = buffers[i];
        all_three(&mode);
        mode.most = 1;
        all_three(&mode);
        mode.retries = 3;
        all_three(&mode);
    }
}

static void without_peek_the_buffer_must_hold_the_longest_name(void)
{
    static const size_t buffers[] = { MIGCORE_LOOK_AHEAD, MIGCORE_LOOK_AHEAD + 1, 4096 };
    size_t i;

    for (i = 0; i < COUNT_OF(buffers); i++) {
        struct mode mode = { "buffer", false, 0, 0, 0, 0, true };

        check_case("no peek, buffer of %lu", (unsigned long)buffers[i]);
        mode.buffer = buffers[i];
        all_three(&mode);
        mode.most = 1;
        all_three(&mode);
        mode.random = 77;
        mode.most = 5;
        all_three(&mode);
    }
}

static void the_longest_name_fits_just_so(void)
{
    static const struct mode mode = { "buffer", false, MIGCORE_LOOK_AHEAD, 1, 0, 0, true };
    uint8_t bytes[2 + 255 + 4];
    char name[256];
    uint32_t version;
    bool found;
    struct channel channel;

    memset(bytes, 'n', sizeof bytes);
    bytes[0] = 5;
    bytes[1] = 255;
    memcpy(bytes + sizeof bytes - 4, "\0\0\0\1", 4);
    channel_load(&channel, &mode, bytes, sizeof bytes);
    CHECK_OK(migcore_next_subsection(channel_visitor(&channel), "n", name, sizeof name, &version, &found));
    CHECK(found && strlen(name) == 255);
    channel_free(&channel);
}

/* Without either, the library does not guess: not even that there is no subsection. */
static void with_neither_it_is_unsupported(void)
{
    static const struct mode mode = { "neither", false, 0, 0, 0, 0, true };
    static const struct {
        const uint8_t *bytes;
        size_t length;
    } streams[] = { { with_part, sizeof with_part }, { without_part, sizeof without_part }, { without_part, 1 } };
    size_t i;

    for (i = 0; i < COUNT_OF(streams); i++) {
        struct channel channel;
        struct state s = { 0, 100 };

        channel_load(&channel, &mode, streams[i].bytes, streams[i].length);
        CHECK_STATUS(visit(channel_visitor(&channel), &s), MIGCORE_UNSUPPORTED);
        CHECK_EQUAL(s.a, 100);
        CHECK_EQUAL(channel.stream.at, 1);
        channel_free(&channel);
    }
}

/* Through a smaller buffer a load is right or unsupported, never wrong. */
static void small_buffers_never_guess(void)
{
    size_t buffer;

    for (buffer = 1; buffer < MIGCORE_LOOK_AHEAD; buffer += buffer < 20 ? 1 : 59) {
        struct mode mode = { "small", false, 0, 0, 0, 0, true };
        size_t i;

        mode.buffer = buffer;
        check_case("no peek, buffer of %lu", (unsigned long)buffer);
        for (i = 0; i < 3; i++) {
            const uint8_t *bytes = i == 0 ? with_part : i == 1 ? without_part : almost;
            size_t length = i == 0 ? sizeof with_part : i == 1 ? sizeof without_part : sizeof almost;
            struct channel channel;
            struct state s = { 0, 100 };
            migcore_status status;

            channel_load(&channel, &mode, bytes, length);
            status = visit(channel_visitor(&channel), &s);
            CHECK(status == MIGCORE_OK || status == MIGCORE_UNSUPPORTED);
            CHECK_EQUAL(s.a, status == MIGCORE_OK && i == 0 ? 0x11 : 100);
            channel_free(&channel);
        }
    }
}

/* How often a load without buffer looks ahead before it finds nothing: at the marker, at a length, and at a name only if it
 * is longer than the owner's. A source need not have more bytes yet. */
static void no_further_ahead_than_it_must(void)
{
    static const struct mode mode = { "peek", false, 0, 0, 0, 0, false };
    static const struct {
        uint8_t bytes[8];
        size_t length;
        const char *owner;
        unsigned peeks;
    } streams[] = {
        { { 0 }, 0, "n", 1 },
        { { 4, 3, 'n', '/', 'a' }, 5, "n", 1 },
        { { 5 }, 1, "n", 2 },
        { { 5, 0, 'n' }, 3, "n", 2 },
        { { 5, 1, 'n' }, 3, "n", 2 },
        { { 5, 3, 'm', '/', 'a' }, 5, "nic", 2 },
        { { 5, 3, 'n', 'i', 'c' }, 5, "nic", 2 },
        { { 5, 2, 'n', 'i', 'c' }, 5, "nic", 2 },
        { { 5, 3, 'm', '/', 'a' }, 5, "n", 3 },
        { { 5, 4, 'n', 'i', 'c' }, 5, "nic", 3 },
    };
    size_t i;

    for (i = 0; i < COUNT_OF(streams); i++) {
        struct channel channel;
        char name[256];
        uint32_t version;
        bool found = true;

        check_case("stream %lu", (unsigned long)i);
        channel_load(&channel, &mode, streams[i].bytes, streams[i].length);
        CHECK_OK(migcore_next_subsection(channel_visitor(&channel), streams[i].owner, name, sizeof name, &version,
                                         &found));
        CHECK(!found);
        CHECK_EQUAL(channel.stream.peeks.made, streams[i].peeks);
        CHECK(channel.stream.moves.made == 0);
        channel_free(&channel);
    }
    check_case("%s", "");
}

/* Looking at nothing asks nobody, and can always be done. */
static void to_look_at_nothing_calls_nobody(void)
{
    static const struct mode modes[] = {
        { "peek", false, 0, 0, 0, 0, false },
        { "neither", false, 0, 0, 0, 0, true },
        { "buffer", false, 4, 0, 0, 0, false },
    };
    size_t m, ahead;

    for (m = 0; m < COUNT_OF(modes); m++) {
        for (ahead = 0; ahead < 9; ahead++) {
            struct channel channel;
            size_t got = 99;
            uint8_t byte = 7;

            check_case("%s, ahead %lu", modes[m].name, (unsigned long)ahead);
            channel_load(&channel, &modes[m], with_part, sizeof with_part);
            channel.stream.peeks.fail_at = 1;
            channel.stream.peeks.fail_with = -5;
            channel.stream.moves.fail_at = 1;
            channel.stream.moves.fail_with = -5;
            CHECK_OK(migcore_peek_raw(channel_visitor(&channel), ahead, NULL, 0, &got));
            CHECK_EQUAL(got, 0);
            CHECK_OK(migcore_peek_raw(channel_visitor(&channel), ahead, &byte, 0, NULL));
            CHECK(channel.stream.peeks.made == 0 && channel.stream.moves.made == 0 && byte == 7);
            channel_free(&channel);
        }
    }
    check_case("%s", "");
}

/* A visit without subsections never looks ahead. */
static void plain_fields_need_no_look_ahead(void)
{
    static const struct mode mode = { "neither", false, 0, 0, 0, 0, true };
    struct channel channel;
    uint8_t bytes[4] = { 0 };

    channel_load(&channel, &mode, with_part, 4);
    CHECK_OK(migcore_begin_device(channel_visitor(&channel), "d", 0, 1, 1));
    CHECK_OK(migcore_visit_bytes(channel_visitor(&channel), "b", bytes, 4));
    CHECK_OK(migcore_end_device(channel_visitor(&channel)));
    CHECK_OK(migcore_finish(channel_visitor(&channel)));
    channel_free(&channel);
}

void test_look_ahead(void)
{
    with_peek_any_buffer_does();
    without_peek_the_buffer_must_hold_the_longest_name();
    the_longest_name_fits_just_so();
    with_neither_it_is_unsupported();
    small_buffers_never_guess();
    no_further_ahead_than_it_must();
    to_look_at_nothing_calls_nobody();
    plain_fields_need_no_look_ahead();
}
