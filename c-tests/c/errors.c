/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The report of the first error, and its text.
 */
#include "sections.h"
#include "stream.h"

#include <stdlib.h>

static void without_an_error_the_report_is_empty(void)
{
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);
    migcore_error error = report_of(v);

    CHECK_OK(migcore_get_status(v));
    CHECK_EQUAL(error.size, sizeof error);
    CHECK_OK(error.status);
    CHECK(error.cause == 0 && error.offset == 0 && error.expected == 0 && error.found == 0);
    CHECK_TEXT(error.path, "");
    CHECK_TEXT(message_of(&error), "done");
}

static void the_report_names_place_and_numbers(void)
{
    struct memory memory;
    migcore_visitor *v = memory_load(&memory, "\1\2\3\4\5", 5);
    uint32_t value;
    migcore_error error;

    CHECK_OK(migcore_begin_device(v, "nic", 0, 1, 1));
    CHECK_OK(migcore_visit_u32(v, "tail", &value));
    CHECK_STATUS(migcore_visit_u32(v, "head", &value), MIGCORE_TRUNCATED);
    error = report_of(v);
    CHECK_STATUS(error.status, MIGCORE_TRUNCATED);
    CHECK(error.cause == 0 && error.offset == 4 && error.expected == 4 && error.found == 1);
    CHECK_TEXT(error.path, "nic/0.head");
    CHECK_TEXT(message_of(&error), "nic/0.head: the stream ends inside this item (bytes needed 4, there 1), "
                                   "at byte 4 of the stream");
}

static void the_first_error_stays(void)
{
    struct memory memory;
    migcore_visitor *v = memory_load(&memory, "\1", 1);
    uint32_t value;
    migcore_error first;

    CHECK_STATUS(migcore_visit_u32(v, "first", &value), MIGCORE_TRUNCATED);
    first = report_of(v);
    CHECK_STATUS(migcore_end_device(v), MIGCORE_TRUNCATED);
    CHECK_STATUS(migcore_put_raw(v, "", 1), MIGCORE_TRUNCATED);
    CHECK_STATUS(migcore_fail(v, "second", MIGCORE_REFUSED, 5), MIGCORE_TRUNCATED);
    CHECK_STATUS(migcore_finish(v), MIGCORE_TRUNCATED);
    CHECK_STATUS(migcore_get_status(v), MIGCORE_TRUNCATED);
    {
        migcore_error later = report_of(v);

        CHECK(memcmp(&later, &first, sizeof first) == 0);
    }
}

static void the_text_is_cut_but_counted(void)
{
    struct memory memory;
    migcore_visitor *v = memory_load(&memory, "\1", 1);
    uint16_t value;
    char whole[200], text[200];
    size_t length, capacity;
    migcore_error error;

    CHECK_STATUS(migcore_visit_u16(v, "f", &value), MIGCORE_TRUNCATED);
    error = report_of(v);
    length = migcore_error_text(&error, whole, sizeof whole);
    CHECK_EQUAL(strlen(whole), length);
    for (capacity = 0; capacity < length + 3; capacity++) {
        size_t kept = capacity == 0 ? 0 : capacity <= length ? capacity - 1 : length;

        memset(text, 0x77, sizeof text);
        CHECK_EQUAL(migcore_error_text(&error, text, capacity), length);
        CHECK_MEMORY(text, kept, whole, kept);
        CHECK(capacity == 0 || text[kept] == '\0');
        CHECK_EQUAL(text[kept + (capacity != 0)], 0x77);
    }
    CHECK_EQUAL(migcore_error_text(&error, NULL, 0), length);
}

/* A capacity that no array has: the text ends where it ends. */
static void the_text_needs_only_its_own_room(void)
{
    migcore_error error;
    char text[200];
    size_t length;

    memset(&error, 0, sizeof error);
    error.size = sizeof error;
    error.status = MIGCORE_BUSY;
    memset(text, 0x77, sizeof text);
    length = migcore_error_text(&error, text, SIZE_MAX);
    CHECK_EQUAL(strlen(text), length);
    CHECK_EQUAL(text[length + 1], 0x77);
}

static void a_foreign_report_has_no_text(void)
{
    migcore_error error;
    char text[8];

    memset(text, 0x77, sizeof text);
    CHECK_EQUAL(migcore_error_text(NULL, text, sizeof text), 0);
    CHECK_TEXT(text, "");
    memset(&error, 0, sizeof error);
    error.size = sizeof error - 8;
    error.status = MIGCORE_BUSY;
    memset(text, 0x77, sizeof text);
    CHECK_EQUAL(migcore_error_text(&error, text, sizeof text), 0);
    CHECK_TEXT(text, "");
    CHECK_EQUAL(migcore_error_text(NULL, NULL, 0), 0);
    CHECK_EQUAL(migcore_error_text(NULL, NULL, 10), 0);
}

/* A report can be made up, or come from elsewhere: its text is still one, and no path runs out of its array. */
static void any_report_has_a_text(void)
{
    migcore_error error;
    char text[600];
    int32_t status;
    size_t length;

    for (status = -3; status < 700; status++) {
        memset(&error, 0xff, sizeof error);
        error.size = sizeof error;
        error.status = status;
        check_case("status %d", (int)status);
        length = migcore_error_text(&error, text, sizeof text);
        CHECK_EQUAL(strlen(text), length);
        CHECK(length > 3);
    }
    error.status = MIGCORE_TRUNCATED;
    memset(error.path, 'p', sizeof error.path);
    length = migcore_error_text(&error, text, sizeof text);
    CHECK_EQUAL(strlen(text), length);
    CHECK(strstr(text, "needed 18446744073709551615, there 18446744073709551615") != NULL);
}

static void a_device_refuses(void)
{
    struct memory memory;
    migcore_visitor *v = memory_load(&memory, "\1\2", 2);
    uint8_t value;
    migcore_error error;

    CHECK_OK(migcore_begin_device(v, "nic", 2, 1, 1));
    CHECK_OK(migcore_visit_u8(v, "mode", &value));
    CHECK_STATUS(migcore_fail(v, "mode", MIGCORE_REFUSED, -22), MIGCORE_REFUSED);
    CHECK_STATUS(migcore_visit_u8(v, "next", &value), MIGCORE_REFUSED);
    CHECK_STATUS(migcore_finish(v), MIGCORE_REFUSED);
    error = report_of(v);
    CHECK(error.cause == -22 && error.offset == 1);
    CHECK_TEXT(message_of(&error), "nic/2.mode: the device refused (error -22), at byte 1 of the stream");
    v = memory_load(&memory, "\1\2", 2);
    CHECK_STATUS(migcore_fail(v, "a name!", MIGCORE_REFUSED, 0), MIGCORE_REFUSED);
    error = report_of(v);
    CHECK_TEXT(message_of(&error), "a name!: the device refused, at byte 0 of the stream");
    v = memory_load(&memory, "\1\2", 2);
    CHECK_STATUS(migcore_fail(v, NULL, MIGCORE_BAD_VALUE, 0), MIGCORE_BAD_VALUE);
    CHECK_STATUS(migcore_finish(v), MIGCORE_BAD_VALUE);
}

/* What a device requires counts on load alone, and an earlier error stays. */
static void a_device_requires(void)
{
    struct memory memory;
    migcore_visitor *v = memory_load(&memory, "\1\2", 2);
    uint8_t value = 0;
    migcore_error error;

    CHECK_OK(migcore_begin_device(v, "nic", 2, 1, 1));
    CHECK_OK(migcore_visit_u8(v, "mode", &value));
    CHECK_OK(migcore_require(v, "mode", value == 1));
    CHECK_STATUS(migcore_require(v, "mode", value == 2), MIGCORE_REFUSED);
    CHECK_STATUS(migcore_require(v, "other", true), MIGCORE_REFUSED);
    CHECK_STATUS(migcore_require(v, "other", false), MIGCORE_REFUSED);
    error = report_of(v);
    CHECK(error.cause == 0 && error.offset == 1);
    CHECK_TEXT(message_of(&error), "nic/2.mode: the device refused, at byte 1 of the stream");
    v = memory_save(&memory);
    CHECK_OK(migcore_require(v, "mode", false));
    CHECK_OK(migcore_finish(v));
}

static migcore_status visit_answer(migcore_visitor *v, migcore_error *error)
{
    migcore_begin_device(v, "answer", 0, 1, 1);
    migcore_visit_error(v, "error", error);
    migcore_end_device(v);
    return migcore_finish(v);
}

/* What went wrong can be sent to whoever should know. */
static void a_report_travels(void)
{
    migcore_error sent = { sizeof sent, MIGCORE_BAD_VALUE, -7, 1ull << 40, 3, 4, "nic/0.rings[1].head" };
    migcore_error got;
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);
    size_t length;

    CHECK_OK(visit_answer(v, &sent));
    length = (size_t)migcore_position(v);
    memset(&got, 0xff, sizeof got);
    got.size = sizeof got;
    CHECK_OK(visit_answer(memory_load(&memory, memory.bytes, length), &got));
    CHECK(got.status == sent.status && got.cause == sent.cause && got.offset == sent.offset);
    CHECK(got.expected == sent.expected && got.found == sent.found);
    CHECK_TEXT(got.path, sent.path);
    CHECK_TEXT(message_of(&got), message_of(&sent));

    v = memory_save(&memory);
    CHECK_STATUS(visit_answer(v, NULL), MIGCORE_NULL_POINTER);
    sent.size--;
    v = memory_save(&memory);
    CHECK_STATUS(visit_answer(v, &sent), MIGCORE_BAD_SIZE);
    CHECK_TEXT(report_of(v).path, "answer/0.error");
    /* A path without an end is no path. */
    sent.size++;
    memset(sent.path, 'p', sizeof sent.path);
    v = memory_save(&memory);
    CHECK(visit_answer(v, &sent) != MIGCORE_OK);
}

/* A refusal with a number that is no code, such as an errno, is one all the same; the number is its cause. */
static void a_refusal_with_a_wrong_number_is_still_one(void)
{
    static const migcore_status wrong[] = { -5, 1, 99, 199, 1000, INT32_MIN, MIGCORE_OK };
    struct memory memory;
    size_t i;

    for (i = 0; i < COUNT_OF(wrong); i++) {
        migcore_visitor *v = memory_load(&memory, "\1\2", 2);

        check_case("status %d", (int)wrong[i]);
        CHECK_STATUS(migcore_fail(v, "mode", wrong[i], 0), MIGCORE_REFUSED);
        CHECK_STATUS(migcore_finish(v), MIGCORE_REFUSED);
        CHECK_TEXT(report_of(v).path, "mode");
        CHECK(report_of(v).cause == wrong[i]);
        /* A cause of its own says more. */
        v = memory_load(&memory, "\1\2", 2);
        CHECK_STATUS(migcore_fail(v, "mode", wrong[i], 33), MIGCORE_REFUSED);
        CHECK_EQUAL(report_of(v).cause, 33);
    }
}

/* Loads of an item that stands at byte 1 of a stream. */
struct load {
    const char *name;
    migcore_status (*run)(migcore_visitor *v);
    migcore_status status;
    uint64_t expected, found;
    const char *path;
    /* What follows the first byte. */
    uint8_t bytes[16];
    size_t length;
};

#define LOAD(name, expression) \
    static migcore_status load_##name(migcore_visitor *v) \
    { \
        static uint8_t data[16]; \
        static char text[256]; \
        static uint32_t version; \
        static size_t count; \
        static bool flag; \
        (void)data, (void)text, (void)version, (void)count, (void)flag; \
        return expression; \
    }

static migcore_status part_visit(migcore_visitor *v, void *opaque)
{
    return migcore_visit_u8(v, "part", (uint8_t *)opaque);
}

static const migcore_subsection parts[] = {
    { sizeof(migcore_subsection), "n/a", 3, 2, 0, NULL, part_visit },
};

LOAD(absent, migcore_visit_absent(v, "f"))
LOAD(string, migcore_visit_string(v, "f", text, 4))
LOAD(u8_varray, migcore_visit_u8_varray(v, "f", data, 3, &count))
LOAD(u64_varray, migcore_visit_u64_varray(v, "f", (uint64_t *)(void *)data, 1, &count))
LOAD(bool_varray, migcore_visit_bool_varray(v, "f", &flag, 1, &count))
LOAD(varbytes, migcore_visit_varbytes(v, "f", data, 16, &count))
LOAD(varlist, migcore_begin_varlist(v, "f", 2, &count))
LOAD(optional, migcore_begin_optional(v, "f", &flag))
LOAD(device, (migcore_set_state_version(v, 4), migcore_begin_device(v, "f", 2, 3, 1)))
LOAD(old_device, (migcore_set_state_version(v, 4), migcore_begin_device(v, "f", 2, 9, 6)))
LOAD(versioned, migcore_begin_versioned_struct(v, "f", "d", 1, 2))
LOAD(next, migcore_next_subsection(v, "n", text, sizeof text, &version, &flag))
LOAD(table, migcore_visit_subsections(v, "n", parts, 1, data))
LOAD(fail, migcore_fail(v, "f", MIGCORE_BAD_VALUE, 0))

static const struct load loads[] = {
    { "null pointer", load_absent, MIGCORE_BAD_VALUE, 0x30, 0x31, "f", { 0x31 }, 1 },
    { "string that is too long", load_string, MIGCORE_TOO_MANY, 3, 4, "f", { 4, 'a', 'b', 'c', 'd' }, 5 },
    { "string that is too long and cut", load_string, MIGCORE_TOO_MANY, 3, 255, "f", { 255 }, 1 },
    { "string that is no UTF-8", load_string, MIGCORE_BAD_TEXT, 0, 0, "f", { 2, 'a', 0xff }, 3 },
    { "string with a NUL", load_string, MIGCORE_BAD_TEXT, 0, 0, "f", { 3, 'a', 0, 'b' }, 4 },
    { "u8 count", load_u8_varray, MIGCORE_TOO_MANY, 3, 4, "f", { 0, 0, 0, 4, 1, 2, 3, 4 }, 8 },
    { "u64 count", load_u64_varray, MIGCORE_TOO_MANY, 1, 0x80000000u, "f", { 0x80, 0, 0, 0 }, 4 },
    { "bool count", load_bool_varray, MIGCORE_TOO_MANY, 1, 2, "f", { 0, 0, 0, 2, 1, 1 }, 6 },
    { "length", load_varbytes, MIGCORE_TOO_MANY, 16, 17, "f", { 0, 0, 0, 17 }, 4 },
    { "list count", load_varlist, MIGCORE_TOO_MANY, 2, 3, "f", { 0, 0, 0, 3 }, 4 },
    { "optional cut", load_optional, MIGCORE_TRUNCATED, 1, 0, "f", { 0 }, 0 },
    { "count cut", load_varbytes, MIGCORE_TRUNCATED, 4, 3, "f", { 0, 0, 0 }, 3 },
    { "new device", load_device, MIGCORE_TOO_NEW, 3, 4, "f/2", { 0 }, 1 },
    { "old device", load_old_device, MIGCORE_TOO_OLD, 6, 4, "f/2", { 0 }, 1 },
    { "struct of no version", load_versioned, MIGCORE_INVALID_ARGUMENT, 0, 0, "f", { 0 }, 1 },
    { "subsection of a version of two bytes", load_next, MIGCORE_TOO_NEW, 255, 256, "",
      { 5, 3, 'n', '/', 'a', 0, 0, 1, 0 }, 9 },
    { "part of a version of two bytes", load_table, MIGCORE_TOO_NEW, 255, 256, "",
      { 5, 3, 'n', '/', 'a', 0, 0, 1, 0 }, 9 },
    { "new part", load_table, MIGCORE_TOO_NEW, 3, 4, "n/a", { 5, 3, 'n', '/', 'a', 0, 0, 0, 4, 7 }, 10 },
    { "old part", load_table, MIGCORE_TOO_OLD, 2, 1, "n/a", { 5, 3, 'n', '/', 'a', 0, 0, 0, 1, 7 }, 10 },
    { "subsection with a NUL in its name", load_next, MIGCORE_BAD_TEXT, 0, 0, NULL,
      { 5, 3, 'n', 0, 'a', 0, 0, 0, 1 }, 9 },
    { "refusal", load_fail, MIGCORE_BAD_VALUE, 0, 0, "f", { 1 }, 1 },
};

/* The offset is where the item begins, over memory and through buffers of all sizes. */
static void offsets_are_those_of_the_item(void)
{
    static const struct mode modes[] = {
        { "memory", true, 0, 0, 0, 0, false },       { "no buffer", false, 0, 0, 0, 0, false },
        { "byte by byte", false, 0, 1, 0, 0, false }, { "buffer of 3", false, 3, 0, 0, 0, false },
        { "buffer of 300", false, 300, 0, 0, 0, true },
    };
    size_t m, i;

    for (m = 0; m < COUNT_OF(modes); m++) {
        for (i = 0; i < COUNT_OF(loads); i++) {
            const struct load *load = &loads[i];
            uint8_t bytes[17], first;
            struct channel channel;
            migcore_visitor *v;
            migcore_error error;

            check_case("%s, %s", modes[m].name, load->name);
            bytes[0] = 0x77;
            memcpy(bytes + 1, load->bytes, load->length);
            channel_load(&channel, &modes[m], bytes, 1 + load->length);
            v = channel_visitor(&channel);
            CHECK_OK(migcore_visit_u8(v, "first", &first));
            CHECK_STATUS(load->run(v), load->status);
            error = report_of(v);
            CHECK_STATUS(error.status, load->status);
            CHECK_EQUAL(error.offset, 1);
            CHECK_EQUAL(error.expected, load->expected);
            CHECK_EQUAL(error.found, load->found);
            CHECK(error.cause == 0);
            if (load->path != NULL) {
                CHECK_TEXT(error.path, load->path);
            }
            channel_free(&channel);
        }
    }
    check_case("%s", "");
}

/* Saves of an item that would stand at byte 1. */
static void offsets_of_what_is_not_saved(void)
{
    static char text[300];
    uint8_t data[4] = { 0 };
    size_t count = 5, i;

    memset(text, 'x', sizeof text - 1);
    for (i = 0; i < 8; i++) {
        struct memory memory;
        migcore_visitor *v = memory_save(&memory);
        migcore_error error;

        check_case("save %lu", (unsigned long)i);
        CHECK_OK(migcore_visit_u8(v, "first", data));
        CHECK_STATUS(i == 0   ? migcore_visit_u8_varray(v, "f", data, 4, &count)
                     : i == 1 ? migcore_visit_varbytes(v, "f", data, 4, &count)
                     : i == 2 ? migcore_begin_varlist(v, "f", 4, &count)
                     : i == 3 ? migcore_visit_u64_varray(v, "f", (uint64_t *)(void *)data, 4, &count)
                     : i == 4 ? migcore_visit_bool_varray(v, "f", (bool *)(void *)data, 4, &count)
                     : i == 5 ? migcore_visit_string(v, "f", text, sizeof text)
                     : i == 6 ? migcore_begin_subsection(v, "f", 256)
                              : migcore_begin_versioned_struct(v, "f", "d", 1, 2),
                     i < 5    ? MIGCORE_INVALID_ARGUMENT
                     : i == 5 ? MIGCORE_TOO_LONG
                     : i == 6 ? MIGCORE_TOO_NEW
                              : MIGCORE_INVALID_ARGUMENT);
        error = report_of(v);
        CHECK_EQUAL(error.offset, 1);
        CHECK_EQUAL(error.expected, i < 5 ? 4 : i < 7 ? 255 : 0);
        CHECK_EQUAL(error.found, i < 5 ? 5 : i == 5 ? 299 : i == 6 ? 256 : 0);
        CHECK_TEXT(error.path, "f");
        CHECK_EQUAL(migcore_position(v), 1);
    }
    check_case("%s", "");
}

/* An array that the end of the stream cuts: the report is of the whole item, in every mode. */
static void a_cut_array_is_told_whole(void)
{
    static const struct mode modes[] = {
        { "memory", true, 0, 0, 0, 0, false },        { "no buffer", false, 0, 0, 0, 0, false },
        { "byte by byte", false, 0, 1, 0, 0, false }, { "buffer of 16", false, 16, 0, 0, 0, false },
        { "buffer of 257", false, 257, 0, 0, 0, false }, { "buffer of 4096", false, 4096, 0, 0, 0, false },
    };
    static uint8_t bytes[2000];
    static uint32_t values[500];
    size_t m, length;

    for (m = 0; m < COUNT_OF(modes); m++) {
        for (length = 1; length < 1 + sizeof values; length += 131) {
            struct channel channel;
            uint8_t first;
            migcore_error error;

            check_case("%s, %lu bytes", modes[m].name, (unsigned long)length);
            channel_load(&channel, &modes[m], bytes, length);
            CHECK_OK(migcore_visit_u8(channel_visitor(&channel), "first", &first));
            CHECK_STATUS(migcore_visit_u32_array(channel_visitor(&channel), "values", values, 500), MIGCORE_TRUNCATED);
            error = report_of(channel_visitor(&channel));
            CHECK_EQUAL(error.offset, 1);
            CHECK_EQUAL(error.expected, sizeof values);
            CHECK_EQUAL(error.found, length - 1);
            channel_free(&channel);
        }
    }
}

/* What is told of an error that has no numbers. */
static void unbalanced_scopes_have_no_numbers(void)
{
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);
    migcore_error error;

    CHECK_STATUS(migcore_begin_element(v), MIGCORE_UNBALANCED);
    error = report_of(v);
    CHECK(error.expected == 0 && error.found == 0);
}

static void the_callers_struct_is_checked(void)
{
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);
    migcore_error error, before;

    memset(&error, 0x5a, sizeof error);
    error.size = sizeof error - 1;
    before = error;
    CHECK_STATUS(migcore_get_error(v, &error), MIGCORE_BAD_SIZE);
    CHECK(memcmp(&error, &before, sizeof error) == 0);
    CHECK_STATUS(migcore_get_error(v, NULL), MIGCORE_NULL_POINTER);
    /* Asking wrongly is no error of the visit. */
    CHECK_OK(migcore_finish(v));
    /* Of a struct of another release, there may be no more than its size. */
    {
        size_t *block = (size_t *)malloc(sizeof *block);
        char text[4] = "abc";

        *block = sizeof *block;
        CHECK_STATUS(migcore_get_error(v, (migcore_error *)(void *)block), MIGCORE_BAD_SIZE);
        CHECK_EQUAL(migcore_error_text((const migcore_error *)(const void *)block, text, sizeof text), 0);
        CHECK_TEXT(text, "");
        free(block);
    }
}

void test_errors(void)
{
    without_an_error_the_report_is_empty();
    the_report_names_place_and_numbers();
    the_first_error_stays();
    the_text_is_cut_but_counted();
    the_text_needs_only_its_own_room();
    a_foreign_report_has_no_text();
    any_report_has_a_text();
    a_device_refuses();
    a_device_requires();
    a_report_travels();
    a_refusal_with_a_wrong_number_is_still_one();
    offsets_are_those_of_the_item();
    offsets_of_what_is_not_saved();
    a_cut_array_is_told_whole();
    unbalanced_scopes_have_no_numbers();
    the_callers_struct_is_checked();
}
