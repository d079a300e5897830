/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * After the first error every call returns it and does nothing.
 */
#include "calls.h"
#include "sections.h"
#include "stream.h"

static const struct mode modes[] = {
    { "memory", true, 0, 0, 0, 0, false },
    { "no buffer", false, 0, 0, 0, 0, false },
    { "buffer of 300", false, 300, 0, 0, 0, false },
};

/* A load that has subsections, elements and bytes of everything before it. */
static const uint8_t plenty[64] = { 1, 0, 0, 0, 2, 5, 6, 'n', 'a', 'm', 'e', '/', 'a', 0, 0, 0, 1 };

static void nothing_happens(migcore_visitor *v, const struct call *call, migcore_status first)
{
    struct place place, untouched;
    migcore_error before = report_of(v), after;
    uint64_t position = migcore_position(v);
    uint32_t version = migcore_state_version(v);

    place_init(&place);
    place_init(&untouched);
    place_refuse(&untouched, call, migcore_is_loading(v));
    CHECK_STATUS(call->run(v, &place), first);
    CHECK(memcmp(&place, &untouched, sizeof place) == 0);
    CHECK_EQUAL(migcore_position(v), position);
    CHECK_EQUAL(migcore_state_version(v), version);
    after = report_of(v);
    CHECK(memcmp(&before, &after, sizeof before) == 0);
}

static void after_an_error(const struct mode *mode, bool loading)
{
    struct channel channel;
    migcore_visitor *v;
    uint8_t value = 0;
    size_t i, length;
    unsigned made;

    if (loading) {
        channel_load(&channel, mode, plenty, sizeof plenty);
    } else {
        channel_save(&channel, mode);
    }
    v = channel_visitor(&channel);
    CHECK_OK(migcore_begin_device(v, "name", 0, 3, 1));
    CHECK_OK(migcore_visit_u8(v, "first", &value));
    CHECK_OK(migcore_begin_list(v, "list", 1));
    CHECK_STATUS(migcore_fail(v, "here", MIGCORE_REFUSED, 7), MIGCORE_REFUSED);
    length = channel.stream.length;
    made = channel.stream.moves.made;
    for (i = 0; i < call_count; i++) {
        check_case("%s, %s, %s", mode->name, loading ? "load" : "save", calls[i].name);
        nothing_happens(v, &calls[i], MIGCORE_REFUSED);
        CHECK(channel.stream.length == length && channel.stream.moves.made == made);
    }
    channel_free(&channel);
}

static migcore_status count(void *opaque, const migcore_item *item)
{
    (void)item;
    ++*(unsigned *)opaque;
    return MIGCORE_OK;
}

static void after_an_error_nothing_is_shown(void)
{
    migcore_observer observer;
    unsigned items = 0;
    size_t i;

    CHECK_OK(migcore_observer_init(&observer, sizeof observer, count, &items));
    CHECK_STATUS(migcore_end_list(&observer.visitor), MIGCORE_UNBALANCED);
    for (i = 0; i < call_count; i++) {
        check_case("observer, %s", calls[i].name);
        nothing_happens(&observer.visitor, &calls[i], MIGCORE_UNBALANCED);
    }
    CHECK_EQUAL(items, 0);
}

/* Without an error, each call is one that can succeed or fails with what it says: this shows that the checks above are
 * of calls that do something. */
static void without_an_error_they_do_something(void)
{
    size_t i, done = 0;
    int loading;

    for (i = 0; i < call_count; i++) {
        for (loading = 0; loading < 2; loading++) {
            struct memory memory;
            struct place place, untouched;
            migcore_visitor *v = loading ? memory_load(&memory, plenty + 1, sizeof plenty - 1) : memory_save(&memory);

            check_case("%s, %s", loading ? "load" : "save", calls[i].name);
            place_init(&place);
            place_init(&untouched);
            CHECK(calls[i].run(v, &place) != MIGCORE_REFUSED);
            done += migcore_position(v) != 0 || memcmp(&place, &untouched, sizeof place) != 0;
        }
    }
    /* All but begins and ends, marks and questions. */
    CHECK(done > 11 * 8);
}

void test_sticky(void)
{
    size_t m;

    for (m = 0; m < COUNT_OF(modes); m++) {
        after_an_error(&modes[m], false);
        after_an_error(&modes[m], true);
    }
    after_an_error_nothing_is_shown();
    without_an_error_they_do_something();
}
