/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Fields that came with a version, fields that may be missing, and the version of a state.
 */
#include "kinds.h"
#include "sections.h"

struct timer {
    uint32_t control;
    bool armed;
    uint16_t reload;
};

/* The versioned field stands in the middle. */
static migcore_status timer_visit(migcore_visitor *v, struct timer *s)
{
    CHECK_OK(migcore_visit_u32(v, "control", &s->control));
    CHECK_OK(migcore_visit_bool_since(v, "armed", &s->armed, 2, true));
    CHECK_OK(migcore_visit_u16(v, "reload", &s->reload));
    return migcore_get_status(v);
}

static const uint8_t version_1[] = {
    0x11, 0x22, 0x33, 0x44, /* control */
    0x55, 0x66,             /* reload */
};

static const uint8_t version_2[] = {
    0x11, 0x22, 0x33, 0x44, /* control */
    0x00,                   /* armed */
    0x55, 0x66,             /* reload */
};

static void the_field_is_there_from_its_version_on(void)
{
    uint32_t version;

    for (version = 1; version < 4; version++) {
        const uint8_t *bytes = version == 1 ? version_1 : version_2;
        size_t length = version == 1 ? sizeof version_1 : sizeof version_2;
        struct timer saved = { 0x11223344, false, 0x5566 }, loaded = { 0, false, 0 };
        struct memory memory;
        migcore_visitor *v = memory_save(&memory);

        CHECK_OK(migcore_begin_device(v, "timer", 0, version, 1));
        CHECK_OK(timer_visit(v, &saved));
        CHECK_OK(migcore_end_device(v));
        CHECK_MEMORY(memory.bytes, migcore_position(v), bytes, length);
        v = memory_load(&memory, bytes, length);
        CHECK_OK(migcore_begin_device(v, "timer", 0, version, 1));
        CHECK_OK(timer_visit(v, &loaded));
        CHECK_OK(migcore_end_device(v));
        CHECK_EQUAL(loaded.control, saved.control);
        CHECK_EQUAL(loaded.reload, saved.reload);
        CHECK_EQUAL(loaded.armed, version == 1);
    }
}

/* On save an older version leaves the value alone; on load it stores what was given for that case. */
#define SINCE_AND_OR(name, type, constant) \
    static void since_and_or_of_##name(void) \
    { \
        static const uint8_t stream[8] = { 1, 0, 0, 0, 0, 0, 0, 1 }; \
        struct memory memory; \
        type value = (type)1, otherwise = (type)0; \
        migcore_visitor *v = memory_save(&memory); \
        CHECK_OK(migcore_set_state_version(v, 4)); \
        CHECK_OK(migcore_visit_##name##_since(v, "since", &value, 5, otherwise)); \
        CHECK(migcore_position(v) == 0 && value == (type)1); \
        CHECK_OK(migcore_visit_##name##_since(v, "since", &value, 4, otherwise)); \
        CHECK_EQUAL(migcore_position(v), sizeof(type)); \
        CHECK_OK(migcore_visit_##name##_or(v, "or", &value, otherwise)); \
        CHECK_EQUAL(migcore_position(v), 2 * sizeof(type)); \
        CHECK(memcmp(memory.bytes, memory.bytes + sizeof(type), sizeof(type)) == 0 && value == (type)1); \
        v = memory_load(&memory, stream, sizeof(type)); \
        CHECK_OK(migcore_set_state_version(v, 4)); \
        CHECK_OK(migcore_visit_##name##_since(v, "since", &value, 5, otherwise)); \
        CHECK(migcore_position(v) == 0 && value == otherwise); \
        CHECK_OK(migcore_visit_##name##_since(v, "since", &value, 4, otherwise)); \
        CHECK_EQUAL(migcore_position(v), sizeof(type)); \
        CHECK(value != otherwise); \
        /* A wire without names never misses a field: here, it misses the bytes. */ \
        CHECK_STATUS(migcore_visit_##name##_or(v, "or", &value, otherwise), MIGCORE_TRUNCATED); \
        CHECK(value != otherwise); \
    }

EACH_KIND(SINCE_AND_OR)

static void scopes_bring_their_version_and_take_it_away(void)
{
    static const uint8_t subsection[] = { 5, 3, 'a', '/', 'b', 0, 0, 0, 9 };
    struct memory memory;
    char name[256];
    uint32_t version;
    bool found;
    int loading;

    for (loading = 0; loading < 2; loading++) {
        migcore_visitor *v = loading ? memory_load(&memory, subsection, sizeof subsection) : memory_save(&memory);

        CHECK_EQUAL(migcore_state_version(v), MIGCORE_NEWEST);
        CHECK_OK(migcore_begin_device(v, "a", 0, 7, 1));
        CHECK_EQUAL(migcore_state_version(v), 7);
        CHECK_OK(migcore_begin_struct(v, "plain"));
        CHECK_EQUAL(migcore_state_version(v), 7);
        CHECK_OK(migcore_begin_versioned_struct(v, "own", "ptimer", 2, 1));
        CHECK_EQUAL(migcore_state_version(v), 2);
        CHECK_OK(migcore_end_struct(v));
        CHECK_EQUAL(migcore_state_version(v), 7);
        CHECK_OK(migcore_end_struct(v));
        if (loading) {
            CHECK_OK(migcore_next_subsection(v, "a", name, sizeof name, &version, &found));
            CHECK(found && version == 9);
        } else {
            CHECK_OK(migcore_begin_subsection(v, "a/b", 9));
        }
        CHECK_EQUAL(migcore_state_version(v), 9);
        CHECK_OK(migcore_end_subsection(v));
        CHECK_EQUAL(migcore_state_version(v), 7);
        CHECK_OK(migcore_end_device(v));
        CHECK_EQUAL(migcore_state_version(v), MIGCORE_NEWEST);
        CHECK_OK(migcore_finish(v));
    }
}

/* A program of versions from `minimum` to `version`, and a state of the version `framed` in the framing, 0: none. */
static migcore_status device_visit(migcore_visitor *v, struct timer *s, uint32_t framed, uint32_t version,
                                   uint32_t minimum)
{
    if (framed != 0) {
        CHECK_OK(migcore_set_state_version(v, framed));
        CHECK_EQUAL(migcore_state_version(v), framed);
    }
    migcore_begin_device(v, "timer", 3, version, minimum);
    if (migcore_get_status(v) == MIGCORE_OK) {
        CHECK_EQUAL(migcore_state_version(v), framed == 0 ? version : framed);
        CHECK_OK(timer_visit(v, s));
    }
    migcore_end_device(v);
    return migcore_finish(v);
}

/* Programs of several ranges of versions, states of several versions: adopted, or refused before any item. */
static void the_framed_version_is_adopted_or_refused(void)
{
    struct memory memory;
    uint32_t framed, version, minimum;
    int loading;

    for (framed = 0; framed < 5; framed++) {
        for (version = 0; version < 5; version++) {
            for (minimum = 0; minimum <= version; minimum++) {
                for (loading = 0; loading < 2; loading++) {
                    uint32_t state = framed == 0 ? version : framed;
                    const uint8_t *bytes = state < 2 ? version_1 : version_2;
                    size_t length = state < 2 ? sizeof version_1 : sizeof version_2;
                    migcore_status expected =
                        state > version ? MIGCORE_TOO_NEW : state < minimum ? MIGCORE_TOO_OLD : MIGCORE_OK;
                    struct timer s = { 0x11223344, false, 0x5566 };
                    migcore_visitor *v = loading ? memory_load(&memory, bytes, length) : memory_save(&memory);
                    migcore_error error;

                    check_case("%s, state of %u, program of %u to %u", loading ? "load" : "save", (unsigned)state,
                               (unsigned)minimum, (unsigned)version);
                    if (loading) {
                        memset(&s, 0, sizeof s);
                    }
                    CHECK_STATUS(device_visit(v, &s, framed, version, minimum), expected);
                    error = report_of(v);
                    if (expected == MIGCORE_OK) {
                        CHECK_MEMORY(loading ? bytes : memory.bytes, migcore_position(v), bytes, length);
                        CHECK(s.control == 0x11223344 && s.reload == 0x5566);
                        CHECK_EQUAL(s.armed, loading && state < 2);
                        CHECK_EQUAL(migcore_state_version(v), MIGCORE_NEWEST);
                    } else {
                        CHECK_EQUAL(migcore_position(v), 0);
                        CHECK(error.expected == (expected == MIGCORE_TOO_NEW ? version : minimum));
                        CHECK(error.found == state && error.cause == 0);
                        CHECK_TEXT(error.path, "timer/3");
                    }
                }
            }
        }
    }
    check_case("%s", "");
}

/* A range that is none is the caller's mistake; and a version that was told counts, also if it is 0. */
static void versions_at_the_edges(void)
{
    struct memory memory;
    struct timer s = { 1, false, 2 };
    migcore_visitor *v = memory_save(&memory);

    CHECK_STATUS(migcore_begin_device(v, "timer", 3, 1, 2), MIGCORE_INVALID_ARGUMENT);
    v = memory_load(&memory, version_1, sizeof version_1);
    CHECK_OK(migcore_set_state_version(v, 0));
    CHECK_STATUS(migcore_begin_device(v, "timer", 3, 2, 1), MIGCORE_TOO_OLD);
    v = memory_save(&memory);
    CHECK_OK(migcore_begin_device(v, "timer", 3, 2, 1));
    CHECK_STATUS(migcore_set_state_version(v, 1), MIGCORE_INVALID_ARGUMENT);
    v = memory_load(&memory, version_2, sizeof version_2);
    CHECK_OK(timer_visit(v, &s));
    CHECK_OK(migcore_expect_end(v));
    v = memory_load(&memory, version_2, sizeof version_2);
    CHECK_STATUS(migcore_expect_end(v), MIGCORE_UNCONSUMED);
    CHECK_EQUAL(report_of(v).offset, 0);
    CHECK_OK(migcore_expect_end(memory_save(&memory)));
}

/* A stream of a program of version 1 through one of version 2, in a QEMU section or alike. */
static void an_old_stream_loads_in_a_new_program(void)
{
    struct memory memory;
    struct timer s = { 0, false, 0 };
    migcore_visitor *v = memory_load(&memory, version_1, sizeof version_1);

    CHECK_OK(device_visit(v, &s, 1, 2, 1));
    CHECK(s.control == 0x11223344 && s.armed && s.reload == 0x5566);
}

/* What the framing says is of one device; of the next it says something of its own, or nothing. */
static void a_framed_version_is_of_one_device(void)
{
    struct memory memory;
    int loading;

    for (loading = 0; loading < 2; loading++) {
        migcore_visitor *v = loading ? memory_load(&memory, "\7", 1) : memory_save(&memory);
        uint8_t value = 7;

        CHECK_OK(migcore_set_state_version(v, 1));
        CHECK_OK(migcore_begin_device(v, "a", 0, 3, 1));
        CHECK_EQUAL(migcore_state_version(v), 1);
        CHECK_OK(migcore_visit_u8_since(v, "left_out", &value, 2, 9));
        CHECK_EQUAL(value, loading ? 9 : 7);
        CHECK_OK(migcore_end_device(v));
        CHECK_EQUAL(migcore_state_version(v), MIGCORE_NEWEST);
        CHECK_OK(migcore_begin_device(v, "b", 0, 3, 2));
        CHECK_EQUAL(migcore_state_version(v), 3);
        CHECK_OK(migcore_visit_u8_since(v, "there", &value, 2, 9));
        CHECK_OK(migcore_end_device(v));
        CHECK_EQUAL(migcore_state_version(v), MIGCORE_NEWEST);
        CHECK_OK(migcore_set_state_version(v, 4));
        CHECK_STATUS(migcore_begin_device(v, "c", 1, 3, 2), MIGCORE_TOO_NEW);
        CHECK_EQUAL(report_of(v).offset, 1);
        CHECK_TEXT(report_of(v).path, "c/1");
    }
}

/* Scopes that are no devices leave what the framing said, and versions of their own are not those of the framing. */
static void a_framed_version_waits_for_its_device(void)
{
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);
    uint8_t value = 7;

    CHECK_OK(migcore_set_state_version(v, 3));
    CHECK_OK(migcore_begin_versioned_struct(v, "s", "ptimer", 2, 1));
    CHECK_EQUAL(migcore_state_version(v), 2);
    CHECK_OK(migcore_end_struct(v));
    CHECK_EQUAL(migcore_state_version(v), 3);
    CHECK_OK(migcore_begin_struct(v, "s"));
    CHECK_EQUAL(migcore_state_version(v), 3);
    CHECK_OK(migcore_visit_u8_since(v, "there", &value, 3, 0));
    CHECK_OK(migcore_end_struct(v));
    CHECK_OK(migcore_begin_device(v, "d", 0, 5, 1));
    CHECK_EQUAL(migcore_state_version(v), 3);
    CHECK_OK(migcore_end_device(v));
    CHECK_EQUAL(migcore_position(v), 1);
    /* The last word counts. */
    CHECK_OK(migcore_set_state_version(v, 9));
    CHECK_OK(migcore_set_state_version(v, 2));
    CHECK_OK(migcore_begin_device(v, "d", 0, 5, 1));
    CHECK_EQUAL(migcore_state_version(v), 2);
}

/* A device inside of another: after its end, the version is that of the outer one again. */
static void a_device_in_a_device_gives_the_version_back(void)
{
    static const uint8_t bytes[] = { 1, 0, 2 };
    struct memory memory;
    int loading;

    for (loading = 0; loading < 2; loading++) {
        migcore_visitor *v = loading ? memory_load(&memory, bytes, sizeof bytes) : memory_save(&memory);
        uint8_t own = 1;
        uint16_t value = 2;

        CHECK_OK(migcore_set_state_version(v, 2));
        CHECK_OK(migcore_begin_device(v, "bus", 0, 3, 1));
        CHECK_OK(migcore_begin_device(v, "child", 0, 5, 4));
        CHECK_EQUAL(migcore_state_version(v), 5);
        CHECK_OK(migcore_visit_u8_since(v, "own", &own, 5, 0));
        CHECK_OK(migcore_end_device(v));
        CHECK_EQUAL(migcore_state_version(v), 2);
        CHECK_OK(migcore_visit_u16_since(v, "value", &value, 2, 77));
        CHECK_EQUAL(value, 2);
        CHECK_OK(migcore_begin_versioned_struct(v, "s", "s", 7, 1));
        CHECK_OK(migcore_begin_device(v, "child", 1, 5, 4));
        CHECK_OK(migcore_end_device(v));
        CHECK_EQUAL(migcore_state_version(v), 7);
        CHECK_OK(migcore_end_struct(v));
        CHECK_EQUAL(migcore_state_version(v), 2);
        CHECK_OK(migcore_end_device(v));
        CHECK_EQUAL(migcore_state_version(v), MIGCORE_NEWEST);
        CHECK_MEMORY(loading ? bytes : memory.bytes, migcore_position(v), bytes, sizeof bytes);
        CHECK_OK(migcore_finish(v));
    }
}

static void a_struct_whose_versions_exclude_its_own(void)
{
    struct memory memory;
    migcore_visitor *v = memory_load(&memory, "", 0);

    CHECK_STATUS(migcore_begin_versioned_struct(v, "s", "ptimer", 2, 3), MIGCORE_INVALID_ARGUMENT);
    CHECK_TEXT(report_of(v).path, "s");
}

void test_versions(void)
{
#define RUN_VERSIONS(name, type, constant) since_and_or_of_##name();

    the_field_is_there_from_its_version_on();
    EACH_KIND(RUN_VERSIONS)
    scopes_bring_their_version_and_take_it_away();
    versions_at_the_edges();
    the_framed_version_is_adopted_or_refused();
    an_old_stream_loads_in_a_new_program();
    a_framed_version_is_of_one_device();
    a_framed_version_waits_for_its_device();
    a_device_in_a_device_gives_the_version_back();
    a_struct_whose_versions_exclude_its_own();
}
