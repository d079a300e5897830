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
        CHECK_OK(migcore_begin_optional(v, "optional", flag_of(flags)));
        CHECK_OK(migcore_end_optional(v));
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
        CHECK_OK(migcore_begin_optional(v, "optional", flag_of(flags + 1)));
        CHECK_OK(migcore_end_optional(v));
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

/* Flags go out in pieces, not one by one; in all ways the same. */
static void many_flags_go_out_together(void)
{
    static const struct mode modes[] = {
        { "no buffer", false, 0, 0, 0, 0, false },      { "buffer of 7", false, 7, 0, 0, 0, false },
        { "buffer of 300", false, 300, 0, 0, 0, false }, { "buffer of 8000", false, 8000, 0, 0, 0, false },
        { "memory", true, 0, 0, 0, 0, false },
    };
    static const size_t counts[] = { 0, 1, 2, 255, 256, 257, 511, 512, 513, 1000, 4096 };
    static uint8_t flags[4096], expected[2 * 4096 + 4];
    size_t m, c, i;

    for (i = 0; i < sizeof flags; i++) {
        flags[i] = (uint8_t)(i % 5 * (i / 256 + 1));
    }
    for (m = 0; m < COUNT_OF(modes); m++) {
        for (c = 0; c < COUNT_OF(counts); c++) {
            size_t count = counts[c];
            struct channel channel;

            check_case("%s, %lu flags", modes[m].name, (unsigned long)count);
            for (i = 0; i < count; i++) {
                expected[i] = flags[i] != 0;
                expected[count + 4 + i] = flags[i] != 0;
            }
            expected[count] = expected[count + 1] = 0;
            expected[count + 2] = (uint8_t)(count >> 8);
            expected[count + 3] = (uint8_t)count;
            channel_save(&channel, &modes[m]);
            CHECK_OK(migcore_visit_bool_array(channel_visitor(&channel), "array", flag_of(flags), count));
            CHECK_OK(migcore_visit_bool_varray(channel_visitor(&channel), "varray", flag_of(flags), count, &count));
            CHECK_OK(migcore_finish(channel_visitor(&channel)));
            CHECK_MEMORY(channel_bytes(&channel), channel_length(&channel), expected, 2 * count + 4);
            CHECK(channel.stream.moves.made <= (modes[m].buffer == 7 ? 8 + count / 3 : 8 + count / 64));
            channel_free(&channel);
        }
    }
    check_case("%s", "");
}

void test_bools(void)
{
    any_byte_but_0_saves_as_1();
    any_byte_but_0_loads_as_1();
    a_failed_load_leaves_only_flags();
    many_flags_go_out_together();
}
