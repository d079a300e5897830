/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Flags that hold other bytes than 0 and 1: in memory, as C code leaves them after memset(0xff), and in streams.
 */
#include "sections.h"
#include "stream.h"

/* A flag whose byte C itself could not have stored. */
static bool *flag_of(void *byte)
{
    return (bool *)byte;
}

static void any_byte_but_0_saves_as_1(void)
{
    struct memory memory;
    unsigned byte;

    for (byte = 0; byte < 256; byte++) {
        uint8_t flags[3], expected[9];
        size_t count = 3;
        migcore_visitor *v = memory_save(&memory);

        memset(flags, (int)byte, sizeof flags);
        memset(expected, byte != 0, sizeof expected);
        memcpy(expected + 5, "\0\0\0\2", 4);
        CHECK_OK(migcore_visit_bool(v, "one", flag_of(flags)));
        CHECK_OK(migcore_visit_bool_or(v, "or", flag_of(flags), false));
        CHECK_OK(migcore_visit_bool_since(v, "since", flag_of(flags), 0, false));
        CHECK_OK(migcore_visit_bool_array(v, "array", flag_of(flags), 2));
        CHECK_MEMORY(memory.bytes, migcore_position(v), expected, 5);
        v = memory_save(&memory);
        CHECK_OK(migcore_visit_bool_varray(v, "counted", flag_of(flags), 3, &count));
        CHECK_OK(migcore_visit_optional(v, "optional", flag_of(flags)));
        memcpy(expected, "\0\0\0\3", 4);
        memset(expected + 4, byte != 0, 4);
        CHECK_MEMORY(memory.bytes, migcore_position(v), expected, 8);
    }
}

static void any_byte_but_0_loads_as_1(void)
{
    struct memory memory;
    unsigned byte;

    for (byte = 0; byte < 256; byte++) {
        uint8_t stream[10], flags[6];
        size_t count = 0, i;
        migcore_visitor *v;

        memset(stream, (int)byte, sizeof stream);
        memcpy(stream + 4, "\0\0\0\2", 4);
        memset(flags, 0xee, sizeof flags);
        v = memory_load(&memory, stream, sizeof stream);
        CHECK_OK(migcore_visit_bool(v, "one", flag_of(flags)));
        CHECK_OK(migcore_visit_optional(v, "optional", flag_of(flags + 1)));
        CHECK_OK(migcore_visit_bool_array(v, "array", flag_of(flags + 2), 2));
        CHECK_OK(migcore_visit_bool_varray(v, "counted", flag_of(flags + 4), 2, &count));
        CHECK_EQUAL(count, 2);
        for (i = 0; i < sizeof flags; i++) {
            CHECK_EQUAL(flags[i], byte != 0);
        }
    }
}

/* A load that fails may have stored some flags; but what it stored are flags. */
static void a_failed_load_leaves_only_flags(void)
{
    static const struct mode modes[] = {
        { "memory", true, 0, 0, 0, 0, false },         { "no buffer", false, 0, 0, 0, 0, false },
        { "byte by byte", false, 0, 1, 0, 0, false },  { "small buffer", false, 16, 0, 0, 0, false },
        { "large buffer", false, 300, 7, 0, 0, false },
    };
    static uint8_t stream[200], flags[200];
    size_t length, i, m;

    memset(stream, 0xff, sizeof stream);
    for (m = 0; m < COUNT_OF(modes); m++) {
        for (length = 0; length < sizeof stream; length += 13) {
            struct channel channel;

            check_case("%s, %lu bytes", modes[m].name, (unsigned long)length);
            memset(flags, 0, sizeof flags);
            channel_load(&channel, &modes[m], stream, length);
            CHECK_STATUS(migcore_visit_bool_array(channel_visitor(&channel), "cut", flag_of(flags), sizeof flags),
                         MIGCORE_TRUNCATED);
            for (i = 0; i < sizeof flags; i++) {
                CHECK(flags[i] <= 1);
            }
            channel_free(&channel);
        }
    }
}

void test_bools(void)
{
    any_byte_but_0_saves_as_1();
    any_byte_but_0_loads_as_1();
    a_failed_load_leaves_only_flags();
}
