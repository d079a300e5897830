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

        CHECK_OK(migcore_begin_device(v, "timer", 0, version));
        CHECK_OK(timer_visit(v, &saved));
        CHECK_OK(migcore_end_device(v));
        CHECK_MEMORY(memory.bytes, migcore_position(v), bytes, length);
        v = memory_load(&memory, bytes, length);
        CHECK_OK(migcore_begin_device(v, "timer", 0, version));
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

        CHECK_EQUAL(migcore_state_version(v), 0);
        CHECK_OK(migcore_set_state_version(v, 3));
        CHECK_OK(migcore_begin_device(v, "a", 0, 7));
        CHECK_EQUAL(migcore_state_version(v), 7);
        CHECK_OK(migcore_begin_struct(v, "plain"));
        CHECK_EQUAL(migcore_state_version(v), 7);
        CHECK_OK(migcore_begin_versioned_struct(v, "own", "ptimer", 2, 1));
        CHECK_EQUAL(migcore_state_version(v), 2);
        CHECK_OK(migcore_end_struct(v));
        CHECK_EQUAL(migcore_state_version(v), 7);
        CHECK_OK(migcore_end_struct(v));
        if (loading) {
            CHECK_OK(migcore_next_subsection(v, "a", name, &version, &found));
            CHECK(found && version == 9);
        } else {
            CHECK_OK(migcore_begin_subsection(v, "a/b", 9));
        }
        CHECK_EQUAL(migcore_state_version(v), 9);
        CHECK_OK(migcore_end_subsection(v));
        CHECK_EQUAL(migcore_state_version(v), 7);
        CHECK_OK(migcore_end_device(v));
        CHECK_EQUAL(migcore_state_version(v), 3);
        CHECK_OK(migcore_finish(v));
    }
}

static void a_struct_whose_versions_exclude_its_own(void)
{
    struct memory memory;
    migcore_visitor *v = memory_load(&memory, "", 0);

    CHECK_STATUS(migcore_begin_versioned_struct(v, "s", "ptimer", 2, 3), MIGCORE_TOO_OLD);
    CHECK_EQUAL(report_of(v).expected, 3);
    CHECK_EQUAL(report_of(v).found, 2);
}

void test_versions(void)
{
#define RUN_VERSIONS(name, type, constant) since_and_or_of_##name();

    the_field_is_there_from_its_version_on();
    EACH_KIND(RUN_VERSIONS)
    scopes_bring_their_version_and_take_it_away();
    a_struct_whose_versions_exclude_its_own();
}
