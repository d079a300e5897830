/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Scalars of every kind: their bytes, both directions.
 */
#include "kinds.h"
#include "sections.h"

struct scalars {
    bool on, off;
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    int8_t i8;
    int16_t i16;
    int32_t i32;
    int64_t i64;
    float f32;
    double f64;
};

static const struct scalars sample = {
    true, false, 0xfe, 0x0123, 0x89abcdef, UINT64_C(0x0123456789abcdef), -2, -3, -4, INT64_MIN + 5, -1.5f, 0.1,
};

static const uint8_t expected[] = {
    0x01,                                           /* on */
    0x00,                                           /* off */
    0xfe,                                           /* u8 */
    0x01, 0x23,                                     /* u16 */
    0x89, 0xab, 0xcd, 0xef,                         /* u32 */
    0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, /* u64 */
    0xfe,                                           /* i8 */
    0xff, 0xfd,                                     /* i16 */
    0xff, 0xff, 0xff, 0xfc,                         /* i32 */
    0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, /* i64 */
    0xbf, 0xc0, 0x00, 0x00,                         /* f32 */
    0x3f, 0xb9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9a, /* f64 */
};

static migcore_status visit(migcore_visitor *v, struct scalars *s)
{
    CHECK_OK(migcore_visit_bool(v, "on", &s->on));
    CHECK_OK(migcore_visit_bool(v, "off", &s->off));
    CHECK_OK(migcore_visit_u8(v, "u8", &s->u8));
    CHECK_OK(migcore_visit_u16(v, "u16", &s->u16));
    CHECK_OK(migcore_visit_u32(v, "u32", &s->u32));
    CHECK_OK(migcore_visit_u64(v, "u64", &s->u64));
    CHECK_OK(migcore_visit_i8(v, "i8", &s->i8));
    CHECK_OK(migcore_visit_i16(v, "i16", &s->i16));
    CHECK_OK(migcore_visit_i32(v, "i32", &s->i32));
    CHECK_OK(migcore_visit_i64(v, "i64", &s->i64));
    CHECK_OK(migcore_visit_f32(v, "f32", &s->f32));
    CHECK_OK(migcore_visit_f64(v, "f64", &s->f64));
    return migcore_finish(v);
}

static void bytes_are_big_endian_in_order(void)
{
    struct memory memory;
    struct scalars state;
    migcore_visitor *v = memory_save(&memory);

    memcpy(&state, &sample, sizeof state);
    CHECK(!migcore_is_loading(v));
    CHECK_EQUAL(migcore_position(v), 0);
    CHECK_OK(visit(v, &state));
    CHECK_BYTES(memory.bytes, migcore_position(v), expected);
    CHECK(memcmp(&state, &sample, sizeof state) == 0);
}

static void the_same_function_loads_them(void)
{
    struct memory memory;
    struct scalars state;
    migcore_visitor *v = memory_load(&memory, expected, sizeof expected);

    memset(&state, 0, sizeof state);
    CHECK(migcore_is_loading(v));
    CHECK_OK(visit(v, &state));
    CHECK_EQUAL(migcore_position(v), sizeof expected);
    CHECK(state.on && !state.off);
    CHECK_EQUAL(state.u8, sample.u8);
    CHECK_EQUAL(state.u16, sample.u16);
    CHECK_EQUAL(state.u32, sample.u32);
    CHECK_EQUAL(state.u64, sample.u64);
    CHECK_EQUAL(state.i8, sample.i8);
    CHECK_EQUAL(state.i16, sample.i16);
    CHECK_EQUAL(state.i32, sample.i32);
    CHECK_EQUAL(state.i64, sample.i64);
    CHECK(memcmp(&state.f32, &sample.f32, sizeof state.f32) == 0);
    CHECK(memcmp(&state.f64, &sample.f64, sizeof state.f64) == 0);
}

/* Every pattern of bits of a float is kept, also of those that are no number. */
static void bits_of_floats_are_kept(void)
{
    static const uint8_t patterns[] = {
        0x7f, 0xa0, 0x00, 0x01,                         /* a signalling NaN */
        0x80, 0x00, 0x00, 0x00,                         /* -0 */
        0xff, 0xf4, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, /* a signalling NaN */
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, /* the smallest */
    };
    struct memory memory;
    float single[2];
    double wide[2];
    migcore_visitor *v = memory_load(&memory, patterns, sizeof patterns);

    CHECK_OK(migcore_visit_f32(v, "nan", &single[0]));
    CHECK_OK(migcore_visit_f32(v, "zero", &single[1]));
    CHECK_OK(migcore_visit_f64(v, "nan", &wide[0]));
    CHECK_OK(migcore_visit_f64(v, "smallest", &wide[1]));
    v = memory_save(&memory);
    CHECK_OK(migcore_visit_f32(v, "nan", &single[0]));
    CHECK_OK(migcore_visit_f32(v, "zero", &single[1]));
    CHECK_OK(migcore_visit_f64(v, "nan", &wide[0]));
    CHECK_OK(migcore_visit_f64(v, "smallest", &wide[1]));
    CHECK_BYTES(memory.bytes, migcore_position(v), patterns);
}

/* The largest and smallest of each kind come back. */
#define EXTREMES(name, type, constant) \
    static void extremes_of_##name(void) \
    { \
        struct memory memory; \
        uint8_t ones[sizeof(type)], low[sizeof(type)]; \
        type value, back; \
        unsigned i; \
        memset(ones, 0xff, sizeof ones); \
        memset(low, 0, sizeof low); \
        low[0] = 0x80; \
        for (i = 0; i < 2; i++) { \
            migcore_visitor *v = memory_load(&memory, i == 0 ? ones : low, sizeof(type)); \
            CHECK_OK(migcore_visit_##name(v, NULL, &value)); \
            v = memory_save(&memory); \
            CHECK_OK(migcore_visit_##name(v, NULL, &value)); \
            CHECK_MEMORY(memory.bytes, migcore_position(v), i == 0 ? ones : low, sizeof(type)); \
            v = memory_load(&memory, memory.bytes, sizeof(type)); \
            CHECK_OK(migcore_visit_##name(v, "", &back)); \
            CHECK(memcmp(&back, &value, sizeof value) == 0); \
        } \
    }

EACH_NUMBER(EXTREMES)

/* A load that fails leaves the value as it was. */
#define CUT(name, type, constant) \
    static void a_cut_##name##_changes_nothing(void) \
    { \
        static const uint8_t stream[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }; \
        struct memory memory; \
        type value, before; \
        size_t length; \
        for (length = 0; length < sizeof(type); length++) { \
            migcore_visitor *v = memory_load(&memory, stream, length); \
            memset(&value, 0, sizeof value); \
            memset(&before, 0, sizeof before); \
            CHECK_STATUS(migcore_visit_##name(v, "cut", &value), MIGCORE_TRUNCATED); \
            CHECK(memcmp(&value, &before, sizeof value) == 0); \
            CHECK_EQUAL(migcore_position(v), 0); \
            CHECK_EQUAL(report_of(v).expected, sizeof(type)); \
            CHECK_EQUAL(report_of(v).found, length); \
        } \
    }

EACH_KIND(CUT)

/* A save that does not fit writes nothing of the item. */
#define FULL(name, type, constant) \
    static void a_##name##_that_does_not_fit(void) \
    { \
        migcore_legacy legacy; \
        uint8_t bytes[9], before[9]; \
        type value; \
        size_t room; \
        memset(&value, 0, sizeof value); \
        for (room = 0; room < sizeof(type); room++) { \
            memset(bytes, 0xa5, sizeof bytes); \
            memset(before, 0xa5, sizeof before); \
            CHECK_OK(migcore_legacy_save_memory(&legacy, sizeof legacy, bytes, room, NULL)); \
            CHECK_STATUS(migcore_visit_##name(&legacy.visitor, "full", &value), MIGCORE_NO_SPACE); \
            CHECK_MEMORY(bytes, sizeof bytes, before, sizeof before); \
            CHECK_EQUAL(migcore_position(&legacy.visitor), 0); \
            CHECK_EQUAL(report_of(&legacy.visitor).expected, sizeof(type)); \
            CHECK_EQUAL(report_of(&legacy.visitor).found, room); \
        } \
    }

EACH_KIND(FULL)

void test_scalars(void)
{
#define RUN_EXTREMES(name, type, constant) extremes_of_##name();
#define RUN_ENDS(name, type, constant) \
    a_cut_##name##_changes_nothing(); \
    a_##name##_that_does_not_fit();

    bytes_are_big_endian_in_order();
    the_same_function_loads_them();
    bits_of_floats_are_kept();
    EACH_NUMBER(RUN_EXTREMES)
    EACH_KIND(RUN_ENDS)
}
