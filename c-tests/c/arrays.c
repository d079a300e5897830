/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Arrays of every kind: fixed and counted, empty, cut, too many.
 */
#include "kinds.h"
#include "sections.h"

static const uint8_t fixed_bytes[] = {
    0x00, 0x01, 0x00, 0x02, 0xff, 0xff,             /* lines: u16[3] */
    0x00, 0x00, 0x00, 0x01, 0x80, 0x00, 0x00, 0x00, /* words: i32[2] */
    0x01, 0x00, 0x01,                               /* flags: bool[3] */
    0x3f, 0x80, 0x00, 0x00,                         /* gain: f32[1] */
};

static const uint8_t counted_bytes[] = {
    0x00, 0x00, 0x00, 0x02,                         /* queue: count */
    0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, /* queue: u32[2] */
    0x00, 0x00, 0x00, 0x00,                         /* empty: count */
    0x00, 0x00, 0x00, 0x03,                         /* full: count */
    0x0a, 0x0b, 0x0c,                               /* full: u8[3] */
};

static void fixed_arrays_are_their_elements(void)
{
    uint16_t lines[3] = { 1, 2, 0xffff };
    int32_t words[2] = { 1, INT32_MIN };
    bool flags[3] = { true, false, true };
    float gain[1] = { 1.0f };
    struct memory memory;
    int direction;

    for (direction = 0; direction < 2; direction++) {
        migcore_visitor *v =
            direction == 0 ? memory_save(&memory) : memory_load(&memory, fixed_bytes, sizeof fixed_bytes);

        CHECK_OK(migcore_visit_u16_array(v, "lines", lines, 3));
        CHECK_OK(migcore_visit_i32_array(v, "words", words, 2));
        CHECK_OK(migcore_visit_bool_array(v, "flags", flags, 3));
        CHECK_OK(migcore_visit_f32_array(v, "gain", gain, 1));
        CHECK_EQUAL(migcore_position(v), sizeof fixed_bytes);
        if (direction == 0) {
            CHECK_BYTES(memory.bytes, migcore_position(v), fixed_bytes);
            memset(lines, 0, sizeof lines);
            memset(words, 0, sizeof words);
            memset(flags, 0, sizeof flags);
            gain[0] = 0;
        }
    }
    CHECK(lines[0] == 1 && lines[1] == 2 && lines[2] == 0xffff);
    CHECK(words[0] == 1 && words[1] == INT32_MIN);
    CHECK(flags[0] && !flags[1] && flags[2]);
    CHECK(gain[0] == 1.0f);
}

static void counted_arrays_carry_their_count(void)
{
    uint32_t queue[4] = { 0x01020304, 0x05060708, 7, 7 };
    int64_t empty[2] = { 5, 6 };
    uint8_t full[3] = { 10, 11, 12 };
    size_t counts[3] = { 2, 0, 3 };
    struct memory memory;
    int direction;

    for (direction = 0; direction < 2; direction++) {
        migcore_visitor *v =
            direction == 0 ? memory_save(&memory) : memory_load(&memory, counted_bytes, sizeof counted_bytes);

        CHECK_OK(migcore_visit_u32_varray(v, "queue", queue, 4, &counts[0]));
        CHECK_OK(migcore_visit_i64_varray(v, "empty", empty, 2, &counts[1]));
        CHECK_OK(migcore_visit_u8_varray(v, "full", full, 3, &counts[2]));
        if (direction == 0) {
            CHECK_BYTES(memory.bytes, migcore_position(v), counted_bytes);
            memset(queue, 0x77, sizeof queue);
            memset(full, 0, sizeof full);
            memset(counts, 0xff, sizeof counts);
        }
    }
    CHECK(counts[0] == 2 && counts[1] == 0 && counts[2] == 3);
    CHECK(queue[0] == 0x01020304 && queue[1] == 0x05060708);
    CHECK(queue[2] == 0x77777777 && queue[3] == 0x77777777);
    CHECK(empty[0] == 5 && empty[1] == 6);
    CHECK(full[0] == 10 && full[1] == 11 && full[2] == 12);
}

/* Of each kind: what an array of `count` is, is what `count` scalars are. */
#define AS_SCALARS(name, type, constant) \
    static void an_array_of_##name##_is_its_scalars(size_t count) \
    { \
        static type values[150], back[150]; \
        struct memory one, all; \
        size_t i, held = count; \
        migcore_visitor *v = memory_save(&one), *w = memory_save(&all); \
        for (i = 0; i < count; i++) { \
            values[i] = (type)(i % 5 == 3 ? i : 0 - i); \
            CHECK_OK(migcore_visit_##name(v, "one", &values[i])); \
        } \
        CHECK_OK(migcore_visit_##name##_array(w, "all", values, count)); \
        CHECK_MEMORY(all.bytes, migcore_position(w), one.bytes, migcore_position(v)); \
        CHECK_EQUAL(migcore_position(w), count * sizeof(type)); \
        v = memory_load(&one, one.bytes, count * sizeof(type)); \
        CHECK_OK(migcore_visit_##name##_array(v, "all", back, count)); \
        CHECK(memcmp(back, values, count * sizeof(type)) == 0); \
        w = memory_save(&all); \
        CHECK_OK(migcore_visit_##name##_varray(w, "all", values, count + 1, &held)); \
        CHECK_EQUAL(migcore_position(w), 4 + count * sizeof(type)); \
        CHECK_EQUAL(all.bytes[3], count); \
        CHECK_MEMORY(all.bytes + 4, migcore_position(w) - 4, one.bytes, count * sizeof(type)); \
        memset(back, 0, sizeof back); \
        v = memory_load(&one, all.bytes, 4 + count * sizeof(type)); \
        held = 99; \
        CHECK_OK(migcore_visit_##name##_varray(v, "all", back, count, &held)); \
        CHECK_EQUAL(held, count); \
        CHECK(memcmp(back, values, count * sizeof(type)) == 0); \
    }

EACH_KIND(AS_SCALARS)

/* More than there is room for is refused before anything is stored, on save a count beyond the room. */
#define TOO_MANY(name, type, constant) \
    static void too_many_of_##name(void) \
    { \
        static const uint8_t stream[4 + 3 * 8] = { 0, 0, 0, 3, 1, 1 }; \
        struct memory memory; \
        type values[3], before[3]; \
        size_t count = 77; \
        migcore_visitor *v = memory_load(&memory, stream, sizeof stream); \
        memset(values, 0, sizeof values); \
        memset(before, 0, sizeof before); \
        CHECK_STATUS(migcore_visit_##name##_varray(v, "many", values, 2, &count), MIGCORE_TOO_MANY); \
        CHECK_EQUAL(count, 77); \
        CHECK(memcmp(values, before, sizeof values) == 0); \
        CHECK_EQUAL(report_of(v).expected, 2); \
        CHECK_EQUAL(report_of(v).found, 3); \
        v = memory_save(&memory); \
        count = 3; \
        CHECK_STATUS(migcore_visit_##name##_varray(v, "many", values, 2, &count), MIGCORE_INVALID_ARGUMENT); \
        CHECK_EQUAL(migcore_position(v), 0); \
        CHECK(report_of(v).expected == 2 && report_of(v).found == 3); \
        v = memory_load(&memory, stream, 4 + 3 * sizeof(type) - 1); \
        count = 77; \
        CHECK_STATUS(migcore_visit_##name##_varray(v, "cut", values, 3, &count), MIGCORE_TRUNCATED); \
        CHECK_EQUAL(count, 77); \
    }

EACH_KIND(TOO_MANY)

static void arrays_of_nothing_need_no_memory(void)
{
    struct memory memory;
    size_t count = 0;
    migcore_visitor *v = memory_save(&memory);

    CHECK_OK(migcore_visit_u32_array(v, "none", NULL, 0));
    CHECK_EQUAL(migcore_position(v), 0);
    CHECK_OK(migcore_visit_f64_varray(v, "none", NULL, 0, &count));
    CHECK_EQUAL(migcore_position(v), 4);
    v = memory_load(&memory, memory.bytes, 4);
    CHECK_OK(migcore_visit_u32_array(v, "none", NULL, 0));
    count = 9;
    CHECK_OK(migcore_visit_f64_varray(v, "none", NULL, 0, &count));
    CHECK_EQUAL(count, 0);
}

/* A count of 4 GiB in the stream asks for no memory. */
static void a_huge_count_is_only_a_number(void)
{
    static const uint8_t huge[6] = { 1, 2, 0xff, 0xff, 0xff, 0xff };
    struct memory memory;
    uint8_t bytes[4];
    size_t count = 1;
    migcore_visitor *v = memory_load(&memory, huge, sizeof huge);

    CHECK_OK(migcore_visit_bytes(v, "before", bytes, 2));
    CHECK_STATUS(migcore_visit_u8_varray(v, "huge", bytes, 4, &count), MIGCORE_TOO_MANY);
    CHECK_EQUAL(report_of(v).found, UINT32_MAX);
    /* Where the count stands. */
    CHECK_EQUAL(report_of(v).offset, 2);
    CHECK_EQUAL(count, 1);
}

void test_arrays(void)
{
#define RUN_ARRAYS(name, type, constant) \
    an_array_of_##name##_is_its_scalars(0); \
    an_array_of_##name##_is_its_scalars(1); \
    an_array_of_##name##_is_its_scalars(7); \
    an_array_of_##name##_is_its_scalars(150); \
    too_many_of_##name();

    fixed_arrays_are_their_elements();
    counted_arrays_carry_their_count();
    EACH_KIND(RUN_ARRAYS)
    arrays_of_nothing_need_no_memory();
    a_huge_count_is_only_a_number();
}
