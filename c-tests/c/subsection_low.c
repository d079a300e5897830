/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Subsections call by call, for code that has no table.
 */
#include "sections.h"

struct found {
    char name[256];
    uint32_t version;
    bool found;
};

static migcore_status next(migcore_visitor *v, const char *owner, struct found *found)
{
    memset(found, 0x77, sizeof *found);
    found->found = false;
    return migcore_next_subsection(v, owner, found->name, sizeof found->name, &found->version, &found->found);
}

static const uint8_t stream[] = {
    0x2a,                    /* control */
    5, 3, 'n', '/', 'b',     /* the second of two that the device knows */
    0, 0, 0, 2,              /* its version */
    0x22,                    /* b */
    5, 3, 'n', '/', 'a',     /* the first */
    0, 0, 0, 1,              /* its version */
    0x11,                    /* a */
    5, 5, 'n', '/', 'a', '/', 'c', /* a part of the first */
    0, 0, 0, 7,              /* its version */
    0x33,                    /* c */
    0x99,                    /* what follows */
};

static void save_writes_marker_name_and_version(void)
{
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);
    uint8_t control = 0x2a, a = 0x11, b = 0x22, c = 0x33, rest = 0x99;

    CHECK_OK(migcore_begin_struct(v, "n"));
    CHECK_OK(migcore_visit_u8(v, "control", &control));
    CHECK_OK(migcore_begin_subsection(v, "n/b", 2));
    CHECK_OK(migcore_visit_u8(v, "b", &b));
    CHECK_OK(migcore_end_subsection(v));
    CHECK_OK(migcore_begin_subsection(v, "n/a", 1));
    CHECK_OK(migcore_visit_u8(v, "a", &a));
    CHECK_OK(migcore_begin_subsection(v, "n/a/c", 7));
    CHECK_OK(migcore_visit_u8(v, "c", &c));
    CHECK_OK(migcore_end_subsection(v));
    CHECK_OK(migcore_end_subsection(v));
    CHECK_OK(migcore_end_struct(v));
    CHECK_OK(migcore_visit_u8(v, "rest", &rest));
    CHECK_OK(migcore_finish(v));
    CHECK_BYTES(memory.bytes, migcore_position(v), stream);
}

static void load_is_told_what_comes(void)
{
    struct memory memory;
    struct found found;
    migcore_visitor *v = memory_load(&memory, stream, sizeof stream);
    uint8_t value;

    CHECK_OK(migcore_begin_struct(v, "n"));
    CHECK_OK(migcore_visit_u8(v, "control", &value));
    CHECK_OK(next(v, "n", &found));
    CHECK(found.found && found.version == 2 && migcore_state_version(v) == 2);
    CHECK_TEXT(found.name, "n/b");
    CHECK_OK(migcore_visit_u8(v, "b", &value));
    CHECK_EQUAL(value, 0x22);
    CHECK_OK(migcore_end_subsection(v));
    CHECK_OK(next(v, "n", &found));
    CHECK_TEXT(found.name, "n/a");
    CHECK_OK(migcore_visit_u8(v, "a", &value));
    CHECK_OK(next(v, "n/a", &found));
    CHECK_TEXT(found.name, "n/a/c");
    CHECK_EQUAL(migcore_state_version(v), 7);
    CHECK_OK(migcore_visit_u8(v, "c", &value));
    CHECK_OK(migcore_end_subsection(v));
    CHECK_OK(migcore_end_subsection(v));
    CHECK_OK(next(v, "n", &found));
    CHECK(!found.found);
    CHECK_OK(migcore_end_struct(v));
    CHECK_OK(migcore_visit_u8(v, "rest", &value));
    CHECK_EQUAL(value, 0x99);
    CHECK_OK(migcore_finish(v));
}

/* Nothing is consumed when nothing is found, and name and version stay as they were. */
static void nothing_found_changes_nothing(void)
{
    static const uint8_t others[][8] = { { 1, 2, 3 }, { 5, 3, 'm', '/', 'a', 0, 0, 0 }, { 5, 1, 'n' }, { 5, 200, 'n' } };
    struct memory memory;
    struct found found;
    size_t i;

    for (i = 0; i < COUNT_OF(others); i++) {
        migcore_visitor *v = memory_load(&memory, others[i], sizeof others[i]);

        found.found = true;
        CHECK_OK(next(v, "n", &found));
        CHECK(!found.found && found.version == 0x77777777 && found.name[0] == 0x77);
        CHECK_EQUAL(migcore_position(v), 0);
        CHECK_OK(migcore_finish(v));
    }
}

static void names_of_every_length(void)
{
    uint8_t bytes[2 + 255 + 4];
    struct memory memory;
    struct found found;
    size_t length;

    memset(bytes, 'n', sizeof bytes);
    bytes[0] = 5;
    for (length = 2; length <= 255; length++) {
        migcore_visitor *v;

        bytes[1] = (uint8_t)length;
        memcpy(bytes + 2 + length, "\0\0\0\1", 4);
        v = memory_load(&memory, bytes, 2 + length + 4);
        CHECK_OK(next(v, "n", &found));
        CHECK(found.found && strlen(found.name) == length);
        CHECK_OK(migcore_end_subsection(v));
        CHECK_OK(migcore_finish(v));
        v = memory_load(&memory, bytes, 2 + length + 3);
        CHECK_STATUS(next(v, "n", &found), MIGCORE_TRUNCATED);
        CHECK(!found.found);
        bytes[2 + length] = 'n';
        memset(bytes + 2 + length, 'n', 4);
    }
}

/* C would take such a name for a shorter one. */
static void a_name_with_a_nul_is_refused(void)
{
    static const uint8_t bytes[] = { 5, 4, 'n', '/', 'a', 0, 0, 0, 0, 1, 9 };
    struct memory memory;
    struct found found;
    migcore_visitor *v = memory_load(&memory, bytes, sizeof bytes);

    CHECK_STATUS(next(v, "n", &found), MIGCORE_BAD_TEXT);
    CHECK(!found.found);
}

/* QEMU reads only the low byte: a version that it would take for another is refused. */
static void a_version_of_more_than_a_byte_is_refused(void)
{
    static const uint8_t most[] = { 5, 3, 'n', '/', 'a', 0, 0, 0, 255 }, more[] = { 5, 3, 'n', '/', 'a', 0, 0, 1, 0 };
    struct memory memory;
    struct found found;
    migcore_visitor *v = memory_load(&memory, most, sizeof most);

    CHECK_OK(next(v, "n", &found));
    CHECK_EQUAL(found.version, 255);
    v = memory_load(&memory, more, sizeof more);
    CHECK_STATUS(next(v, "n", &found), MIGCORE_TOO_NEW);
    CHECK(!found.found);
    CHECK(report_of(v).expected == 255 && report_of(v).found == 256);
}

/* Where the unknown one ends is not on this wire. */
static void skipping_is_refused(void)
{
    struct memory memory;
    struct found found;
    migcore_visitor *v = memory_load(&memory, stream + 1, sizeof stream - 1);

    CHECK_OK(next(v, "n", &found));
    CHECK_STATUS(migcore_skip_subsection(v), MIGCORE_UNKNOWN_SUBSECTION);
    CHECK_STATUS(migcore_finish(v), MIGCORE_UNKNOWN_SUBSECTION);
    CHECK_TEXT(report_of(v).path, "n/b");
    CHECK_EQUAL(report_of(v).offset, 9);
}

static void each_call_has_its_direction(void)
{
    struct memory memory;
    struct found found;
    migcore_visitor *v = memory_save(&memory);

    CHECK_STATUS(next(v, "n", &found), MIGCORE_WRONG_DIRECTION);
    CHECK(!found.found);
    CHECK_STATUS(migcore_finish(v), MIGCORE_WRONG_DIRECTION);
    v = memory_save(&memory);
    CHECK_OK(migcore_begin_subsection(v, "n/a", 1));
    CHECK_STATUS(migcore_skip_subsection(v), MIGCORE_WRONG_DIRECTION);
    v = memory_load(&memory, stream, sizeof stream);
    CHECK_STATUS(migcore_skip_subsection(v), MIGCORE_UNBALANCED);
    v = memory_load(&memory, stream, sizeof stream);
    CHECK_STATUS(migcore_begin_subsection(v, "n/a", 1), MIGCORE_WRONG_DIRECTION);
    CHECK_EQUAL(migcore_position(v), 0);
}

/* Of no owner there can be no subsection: every name begins with an empty one. */
static void a_subsection_needs_an_owner(void)
{
    struct memory memory;
    struct found found;
    int null;

    for (null = 0; null < 2; null++) {
        migcore_visitor *v = memory_load(&memory, stream + 1, sizeof stream - 1);

        CHECK_STATUS(next(v, null ? NULL : "", &found), MIGCORE_INVALID_ARGUMENT);
        CHECK(!found.found && found.version == 0x77777777);
        CHECK_EQUAL(migcore_position(v), 0);
        CHECK_STATUS(migcore_finish(v), MIGCORE_INVALID_ARGUMENT);
        CHECK_STATUS(next(v, "n", &found), MIGCORE_INVALID_ARGUMENT);
    }
}

/* There is room for every name, or none for any. */
static void a_name_needs_its_room(void)
{
    static const size_t rooms[] = { 0, 1, 4, 255 };
    struct memory memory;
    struct found found;
    size_t i;
    migcore_visitor *v;

    for (i = 0; i < COUNT_OF(rooms); i++) {
        v = memory_load(&memory, stream + 1, sizeof stream - 1);
        memset(&found, 0x77, sizeof found);
        found.found = true;
        CHECK_STATUS(migcore_next_subsection(v, "n", found.name, rooms[i], &found.version, &found.found),
                     MIGCORE_INVALID_ARGUMENT);
        CHECK(!found.found && found.version == 0x77777777 && found.name[0] == 0x77);
        CHECK_STATUS(migcore_finish(v), MIGCORE_INVALID_ARGUMENT);
    }
    v = memory_load(&memory, stream + 1, sizeof stream - 1);
    CHECK_OK(migcore_next_subsection(v, "n", found.name, MIGCORE_MAX_NAME + 1, &found.version, &found.found));
    CHECK(found.found);
}

/* A loop that goes by `found` alone ends, also when what was found is cut. */
static void found_is_false_after_an_error(void)
{
    static const uint8_t cut[] = { 5, 3, 'n', '/', 'a', 0, 0, 0, 1 };
    struct memory memory;
    migcore_visitor *v = memory_load(&memory, cut, sizeof cut);
    char name[256];
    uint32_t version, value;
    bool found = true;
    unsigned rounds;

    for (rounds = 0; rounds < 9; rounds++) {
        found = true;
        migcore_next_subsection(v, "n", name, sizeof name, &version, &found);
        if (!found) {
            break;
        }
        migcore_visit_u32(v, "value", &value);
        migcore_end_subsection(v);
    }
    CHECK_EQUAL(rounds, 1);
    CHECK_STATUS(migcore_finish(v), MIGCORE_TRUNCATED);
    CHECK_TEXT(report_of(v).path, "n/a.value");
}

static void a_subsection_needs_a_name(void)
{
    struct memory memory;

    CHECK_STATUS(migcore_begin_subsection(memory_save(&memory), "", 1), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_begin_subsection(memory_save(&memory), NULL, 1), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_begin_subsection(memory_save(&memory), "n/a", 256), MIGCORE_TOO_NEW);
    CHECK_OK(migcore_begin_subsection(memory_save(&memory), "n/a", 255));
}

void test_subsection_low(void)
{
    save_writes_marker_name_and_version();
    load_is_told_what_comes();
    nothing_found_changes_nothing();
    names_of_every_length();
    a_name_with_a_nul_is_refused();
    a_version_of_more_than_a_byte_is_refused();
    skipping_is_refused();
    each_call_has_its_direction();
    a_subsection_needs_an_owner();
    a_name_needs_its_room();
    found_is_false_after_an_error();
    a_subsection_needs_a_name();
}
