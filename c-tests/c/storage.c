/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Values at odd addresses, and objects that are moved between two calls.
 */
#include "kinds.h"
#include "sections.h"
#include "stream.h"

#include <stdlib.h>

/* Every kind at every address of eight, in a block of just the size: beside the value nothing is touched. */
#define UNALIGNED(name, type, constant) \
    static void an_unaligned_##name(size_t at) \
    { \
        static const uint8_t stream[8] = { 1, 0, 0, 0, 0, 0, 0, 1 }; \
        struct memory memory; \
        uint8_t *block = (uint8_t *)malloc(at + sizeof(type)), expected[8]; \
        type *value = (type *)(void *)(block + at); \
        size_t i; \
        migcore_visitor *v = memory_load(&memory, stream, sizeof(type)); \
        memset(block, 0xee, at + sizeof(type)); \
        CHECK_OK(migcore_visit_##name(v, "value", value)); \
        v = memory_save(&memory); \
        CHECK_OK(migcore_visit_##name(v, "value", value)); \
        memcpy(expected, stream, sizeof(type)); \
        CHECK_MEMORY(memory.bytes, migcore_position(v), expected, sizeof(type)); \
        CHECK_OK(migcore_visit_##name##_since(v, "value", value, 0, (type)0)); \
        CHECK_OK(migcore_visit_##name##_or(v, "value", value, (type)0)); \
        CHECK_OK(migcore_visit_##name##_array(v, "value", value, 1)); \
        CHECK_MEMORY(memory.bytes + 3 * sizeof(type), migcore_position(v) - 3 * sizeof(type), expected, sizeof(type)); \
        v = memory_load(&memory, stream, sizeof(type)); \
        memset(block, 0xee, at + sizeof(type)); \
        CHECK_OK(migcore_visit_##name##_array(v, "value", value, 1)); \
        v = memory_load(&memory, stream, sizeof(type)); \
        CHECK_OK(migcore_visit_##name##_since(v, "value", value, 9, (type)1)); \
        for (i = 0; i < at; i++) { \
            CHECK_EQUAL(block[i], 0xee); \
        } \
        free(block); \
    }

EACH_KIND(UNALIGNED)

static void unaligned_counts(size_t at)
{
    struct memory memory;
    uint8_t block[sizeof(size_t) + 8], data[3] = { 0 };
    size_t *count = (size_t *)(void *)(block + at), two = 2, read;
    migcore_visitor *v = memory_save(&memory);

    memcpy(block + at, &two, sizeof two);
    CHECK_OK(migcore_visit_u8_varray(v, "a", data, 3, count));
    CHECK_OK(migcore_visit_varbytes(v, "b", data, 3, count));
    CHECK_OK(migcore_begin_varlist(v, "c", 3, count));
    CHECK_EQUAL(migcore_position(v), 4 + 2 + 4 + 2 + 4);
    v = memory_load(&memory, "\0\0\0\1a\0\0\0\1b\0\0\0\3abcdefgh", 22);
    CHECK_OK(migcore_visit_u8_varray(v, "a", data, 3, count));
    memcpy(&read, block + at, sizeof read);
    CHECK_EQUAL(read, 1);
    CHECK_OK(migcore_visit_varbytes(v, "b", data, 3, count));
    CHECK_OK(migcore_begin_varlist(v, "c", 3, count));
    memcpy(&read, block + at, sizeof read);
    CHECK_EQUAL(read, 3);
    CHECK_OK(migcore_get_raw(v, data, 1, count));
    memcpy(&read, block + at, sizeof read);
    CHECK_EQUAL(read, 1);
    CHECK_OK(migcore_peek_raw(v, 0, data, 2, count));
    memcpy(&read, block + at, sizeof read);
    CHECK_EQUAL(read, 2);
}

static migcore_status part_visit(migcore_visitor *v, void *opaque)
{
    return migcore_visit_u8(v, "part", (uint8_t *)opaque);
}

/* One walk with the object moved before every call; `open` scopes and the error move with it. */
static void walk_and_move(struct channel *c, uint32_t *words, uint8_t *part)
{
    static const migcore_subsection table[] = { { sizeof(migcore_subsection), "nic/a", 1, 1, 0, NULL, part_visit } };
    size_t i, count = 3;

    CHECK_OK(migcore_begin_device(channel_move(c), "nic", 1, 5, 1));
    CHECK_OK(migcore_begin_varlist(channel_move(c), "list", 3, &count));
    CHECK_EQUAL(count, 3);
    for (i = 0; i < count; i++) {
        CHECK_OK(migcore_begin_element(channel_move(c)));
        CHECK_OK(migcore_visit_u32(channel_move(c), "word", &words[i]));
        CHECK_OK(migcore_end_element(channel_move(c)));
    }
    CHECK_OK(migcore_end_list(channel_move(c)));
    CHECK_OK(migcore_visit_u32_array(channel_move(c), "words", words, 3));
    CHECK_EQUAL(migcore_state_version(channel_move(c)), 5);
    CHECK_OK(migcore_visit_subsections(channel_move(c), "nic", table, 1, part));
    CHECK_OK(migcore_end_device(channel_move(c)));
    CHECK_OK(migcore_finish(channel_move(c)));
}

static void objects_may_be_moved(void)
{
    static const struct mode modes[] = {
        { "memory", true, 0, 0, 0, 0, false },         { "no buffer", false, 0, 0, 0, 0, false },
        { "small buffer", false, 5, 0, 0, 0, false },  { "large buffer", false, 300, 0, 0, 0, true },
    };
    uint8_t first[100];
    size_t m, first_length = 0;

    for (m = 0; m < COUNT_OF(modes); m++) {
        uint32_t words[3] = { 0x01020304, 5, 6 }, back[3] = { 0 };
        uint8_t part = 0x42, part_back = 0;
        struct channel channel;
        migcore_error error;

        check_case("%s", modes[m].name);
        channel_save(&channel, &modes[m]);
        walk_and_move(&channel, words, &part);
        if (m == 0) {
            first_length = channel_length(&channel);
            CHECK(first_length <= sizeof first);
            memcpy(first, channel_bytes(&channel), first_length);
        }
        CHECK_MEMORY(channel_bytes(&channel), channel_length(&channel), first, first_length);
        channel_free(&channel);
        channel_load(&channel, &modes[m], first, first_length);
        walk_and_move(&channel, back, &part_back);
        CHECK(memcmp(words, back, sizeof words) == 0 && part == part_back);
        CHECK_STATUS(migcore_visit_u32(channel_move(&channel), "more", words), MIGCORE_TRUNCATED);
        CHECK_STATUS(migcore_finish(channel_move(&channel)), MIGCORE_TRUNCATED);
        error = report_of(channel_move(&channel));
        CHECK_EQUAL(error.offset, first_length);
        CHECK_TEXT(error.path, "more");
        channel_free(&channel);
    }
}

/* A copy is a visitor of its own: here, to look at a state and come back. */
static void a_copy_goes_its_own_way(void)
{
    struct memory memory;
    migcore_legacy copy;
    uint8_t a = 0, b = 0;

    migcore_visitor *v = memory_load(&memory, "\1\2\3", 3);
    CHECK_OK(migcore_visit_u8(v, "a", &a));
    memcpy(&copy, &memory.legacy, sizeof copy);
    CHECK_OK(migcore_visit_u8(v, "b", &b));
    CHECK_EQUAL(b, 2);
    CHECK_OK(migcore_visit_u8(&copy.visitor, "b", &b));
    CHECK_EQUAL(b, 2);
    CHECK_EQUAL(migcore_position(v), 2);
    CHECK_EQUAL(migcore_position(&copy.visitor), 2);
}

void test_storage(void)
{
#define RUN_UNALIGNED(name, type, constant) an_unaligned_##name(at);
    size_t at;

    for (at = 0; at < 8; at++) {
        EACH_KIND(RUN_UNALIGNED)
        unaligned_counts(at);
    }
    objects_may_be_moved();
    a_copy_goes_its_own_way();
}
