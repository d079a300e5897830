/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The report of the first error, and its text.
 */
#include "sections.h"
#include "stream.h"

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

    CHECK_OK(migcore_begin_device(v, "nic", 0, 1));
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

    CHECK_OK(migcore_begin_device(v, "nic", 2, 1));
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

/* A refusal with a number that is no code, such as an errno, is one all the same; the number is its cause. */
static void a_refusal_with_a_wrong_number_is_still_one(void)
{
    static const migcore_status wrong[] = { -5, 1, 99, 106, 1000, INT32_MIN, MIGCORE_OK };
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
    a_refusal_with_a_wrong_number_is_still_one();
    a_cut_array_is_told_whole();
    unbalanced_scopes_have_no_numbers();
    the_callers_struct_is_checked();
}
