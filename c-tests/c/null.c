/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * NULL and other impossible arguments, for every call.
 */
#include "calls.h"
#include "sections.h"

/* Every call on what is no visitor: `status`, and nothing else happens. */
static void every_call_refuses(void *storage, size_t size, migcore_status status)
{
    static uint8_t before[sizeof(migcore_legacy)];
    size_t i;

    if (size != 0) {
        memcpy(before, storage, size);
    }
    for (i = 0; i < call_count; i++) {
        struct place place, untouched;

        check_case("%s", calls[i].name);
        place_init(&place);
        place_init(&untouched);
        place_refuse(&untouched, &calls[i], false);
        CHECK_STATUS(calls[i].run((migcore_visitor *)storage, &place), status);
        CHECK(memcmp(&place, &untouched, sizeof place) == 0);
        CHECK(size == 0 || memcmp(before, storage, size) == 0);
    }
    check_case("%s", "");
}

/* The calls that return no status have an answer for what is no visitor. */
static void every_question_has_an_answer(void *storage, migcore_status status)
{
    migcore_visitor *v = (migcore_visitor *)storage;
    migcore_error error;
    uint8_t bytes[2] = { 7, 7 };
    size_t got = 99;

    CHECK(!migcore_is_loading(v));
    CHECK_EQUAL(migcore_state_version(v), 0);
    CHECK_EQUAL(migcore_position(v), 0);
    memset(&error, 0x5a, sizeof error);
    error.size = sizeof error;
    /* Its report says why, and no place: there is no visit. */
    CHECK_STATUS(migcore_get_error(v, &error), status);
    CHECK_STATUS(error.status, status);
    CHECK(error.path[0] == '\0' && error.offset == 0 && error.cause == 0);
    CHECK_STATUS(migcore_get_raw(v, bytes, 2, &got), status);
    CHECK_EQUAL(got, 0);
    got = 99;
    CHECK_STATUS(migcore_peek_raw(v, 0, bytes, 2, &got), status);
    CHECK_EQUAL(got, 0);
    CHECK(bytes[0] == 7 && bytes[1] == 7);
}

static void no_visitor(void)
{
    static const int patterns[] = { 0x00, 0xff, 0x5a, 'm' };
    static migcore_legacy storage;
    size_t i;

    every_call_refuses(NULL, 0, MIGCORE_NULL_POINTER);
    every_question_has_an_answer(NULL, MIGCORE_NULL_POINTER);
    for (i = 0; i < COUNT_OF(patterns); i++) {
        memset(&storage, patterns[i], sizeof storage);
        every_call_refuses(&storage, sizeof storage, MIGCORE_BAD_OBJECT);
        every_question_has_an_answer(&storage, MIGCORE_BAD_OBJECT);
    }
}

/* Calls with one pointer that must not be NULL; the visit ends with that, and nothing went over the wire. */
#define NULLS_OF_KIND(name, type, constant) \
    static migcore_status null_##name(migcore_visitor *v) \
    { \
        return migcore_visit_##name(v, "name", NULL); \
    } \
    static migcore_status null_##name##_since(migcore_visitor *v) \
    { \
        return migcore_visit_##name##_since(v, "name", NULL, 0, (type)0); \
    } \
    static migcore_status null_##name##_or(migcore_visitor *v) \
    { \
        return migcore_visit_##name##_or(v, "name", NULL, (type)0); \
    } \
    static migcore_status null_##name##_array(migcore_visitor *v) \
    { \
        return migcore_visit_##name##_array(v, "name", NULL, 1); \
    } \
    static migcore_status null_##name##_varray(migcore_visitor *v) \
    { \
        size_t count = 1; \
        return migcore_visit_##name##_varray(v, "name", NULL, 1, &count); \
    } \
    static migcore_status null_##name##_count(migcore_visitor *v) \
    { \
        type values[1] = { (type)0 }; \
        return migcore_visit_##name##_varray(v, "name", values, 1, NULL); \
    }

EACH_KIND(NULLS_OF_KIND)

#define NULL_CALL(name, expression) \
    static migcore_status null_##name(migcore_visitor *v) \
    { \
        char bytes[256] = ""; \
        size_t count = 1; \
        uint32_t version = 0; \
        bool found = false; \
        (void)bytes, (void)count, (void)version, (void)found; \
        return expression; \
    }

static migcore_status part_visit(migcore_visitor *v, void *opaque)
{
    (void)opaque;
    return migcore_get_status(v);
}

static const migcore_subsection nameless[] = { { sizeof(migcore_subsection), NULL, 1, 1, 0, NULL, part_visit } };
static const migcore_subsection idle[] = { { sizeof(migcore_subsection), "n/a", 1, 1, 0, NULL, NULL } };

NULL_CALL(bytes, migcore_visit_bytes(v, "name", NULL, 1))
NULL_CALL(varbytes, migcore_visit_varbytes(v, "name", NULL, 1, &count))
NULL_CALL(varbytes_length, migcore_visit_varbytes(v, "name", bytes, 1, NULL))
NULL_CALL(string, migcore_visit_string(v, "name", NULL, 1))
NULL_CALL(has, migcore_has(v, "name", NULL))
NULL_CALL(optional, migcore_begin_optional(v, "name", NULL))
NULL_CALL(varlist, migcore_begin_varlist(v, "name", 1, NULL))
NULL_CALL(table, migcore_visit_subsections(v, "n", NULL, 1, NULL))
NULL_CALL(table_name, migcore_visit_subsections(v, "n", nameless, 1, NULL))
NULL_CALL(table_visit, migcore_visit_subsections(v, "n", idle, 1, NULL))
NULL_CALL(next_name, migcore_next_subsection(v, "n", NULL, sizeof bytes, &version, &found))
NULL_CALL(next_version, migcore_next_subsection(v, "n", bytes, sizeof bytes, NULL, &found))
NULL_CALL(next_found, migcore_next_subsection(v, "n", bytes, sizeof bytes, &version, NULL))
NULL_CALL(put_raw, migcore_put_raw(v, NULL, 1))
NULL_CALL(get_raw, migcore_get_raw(v, NULL, 1, &count))
NULL_CALL(peek_raw, migcore_peek_raw(v, 0, NULL, 1, &count))

static const struct null_call {
    const char *name;
    migcore_status (*run)(migcore_visitor *v);
    int directions;
} null_calls[] = {
#define NULL_ENTRIES_OF_KIND(name, type, constant) \
    { #name, null_##name, CALL_BOTH }, \
    { #name "_since", null_##name##_since, CALL_BOTH }, \
    { #name "_or", null_##name##_or, CALL_BOTH }, \
    { #name "_array", null_##name##_array, CALL_BOTH }, \
    { #name "_varray", null_##name##_varray, CALL_BOTH }, \
    { #name "_varray's count", null_##name##_count, CALL_BOTH },
    EACH_KIND(NULL_ENTRIES_OF_KIND)
    { "bytes", null_bytes, CALL_BOTH },
    { "varbytes", null_varbytes, CALL_BOTH },
    { "varbytes' length", null_varbytes_length, CALL_BOTH },
    { "string", null_string, CALL_BOTH },
    { "optional", null_optional, CALL_BOTH },
    { "has", null_has, CALL_BOTH },
    { "varlist's count", null_varlist, CALL_BOTH },
    { "table", null_table, CALL_BOTH },
    { "table's name", null_table_name, CALL_BOTH },
    { "table's visit", null_table_visit, CALL_BOTH },
    { "next's name", null_next_name, CALL_LOADS },
    { "next's version", null_next_version, CALL_LOADS },
    { "next's found", null_next_found, CALL_LOADS },
    { "put_raw", null_put_raw, CALL_SAVES },
    { "get_raw", null_get_raw, CALL_LOADS },
    { "peek_raw", null_peek_raw, CALL_LOADS },
};

static void null_is_an_error_of_the_visit(void)
{
    static const uint8_t stream[16] = { 0, 0, 0, 1, 5 };
    struct memory memory;
    size_t i;
    int direction;

    for (i = 0; i < COUNT_OF(null_calls); i++) {
        for (direction = CALL_SAVES; direction <= CALL_LOADS; direction++) {
            migcore_visitor *v =
                direction == CALL_LOADS ? memory_load(&memory, stream, sizeof stream) : memory_save(&memory);

            if ((null_calls[i].directions & direction) == 0) {
                continue;
            }
            check_case("%s%s", null_calls[i].name, direction == CALL_LOADS ? ", load" : ", save");
            CHECK_STATUS(null_calls[i].run(v), MIGCORE_NULL_POINTER);
            CHECK_STATUS(migcore_finish(v), MIGCORE_NULL_POINTER);
            CHECK_EQUAL(migcore_position(v), 0);
            /* An earlier error is not hidden. */
            v = direction == CALL_LOADS ? memory_load(&memory, stream, sizeof stream) : memory_save(&memory);
            migcore_fail(v, "first", MIGCORE_REFUSED, 0);
            CHECK_STATUS(null_calls[i].run(v), MIGCORE_REFUSED);
        }
    }
}

/* A name may be NULL wherever there is one. */
static void names_may_be_null(void)
{
    struct memory memory;
    size_t count = 1;
    uint8_t byte = 1;
    char text[4] = "a";
    bool flag = true;
    migcore_visitor *v = memory_save(&memory);

#define NAMELESS(name, type, constant) \
    { \
        type values[1] = { (type)1 }; \
        CHECK_OK(migcore_visit_##name(v, NULL, values)); \
        CHECK_OK(migcore_visit_##name##_since(v, NULL, values, 0, (type)0)); \
        CHECK_OK(migcore_visit_##name##_or(v, NULL, values, (type)0)); \
        CHECK_OK(migcore_visit_##name##_array(v, NULL, values, 1)); \
        CHECK_OK(migcore_visit_##name##_varray(v, NULL, values, 1, &count)); \
    }
    EACH_KIND(NAMELESS)
    CHECK_OK(migcore_begin_device(v, NULL, 0, 1, 1));
    CHECK_OK(migcore_begin_struct(v, NULL));
    CHECK_OK(migcore_begin_versioned_struct(v, NULL, NULL, 1, 1));
    CHECK_OK(migcore_begin_list(v, NULL, 1));
    CHECK_OK(migcore_begin_element(v));
    CHECK_OK(migcore_begin_varlist(v, NULL, 1, &count));
    CHECK_OK(migcore_visit_bytes(v, NULL, &byte, 1));
    CHECK_OK(migcore_visit_varbytes(v, NULL, &byte, 1, &count));
    CHECK_OK(migcore_visit_string(v, NULL, text, sizeof text));
    CHECK_OK(migcore_has(v, NULL, &flag));
    CHECK_OK(migcore_begin_optional(v, NULL, &flag));
    CHECK_OK(migcore_end_optional(v));
    CHECK_OK(migcore_visit_absent(v, NULL));
    CHECK_OK(migcore_require(v, NULL, false));
    CHECK_STATUS(migcore_fail(v, NULL, MIGCORE_REFUSED, 0), MIGCORE_REFUSED);
}

/* Lengths that no object can have are out of range, whatever the pointer. */
static void impossible_lengths(void)
{
    static const size_t lengths[] = { SIZE_MAX, SIZE_MAX / 2 + 1 };
    struct memory memory;
    uint64_t value = 0;
    size_t i, count;

    for (i = 0; i < COUNT_OF(lengths); i++) {
        size_t length = lengths[i];

        check_case("length %#lx", (unsigned long)length);
        count = length;
        CHECK_STATUS(migcore_visit_u64_array(memory_save(&memory), "n", &value, length), MIGCORE_INVALID_ARGUMENT);
        CHECK_STATUS(migcore_visit_u64_array(memory_load(&memory, "", 0), "n", &value, length),
                     MIGCORE_INVALID_ARGUMENT);
        CHECK_STATUS(migcore_visit_u64_array(memory_save(&memory), "n", &value, SIZE_MAX / 8 + 2),
                     MIGCORE_INVALID_ARGUMENT);
        CHECK_STATUS(migcore_visit_u8_varray(memory_save(&memory), "n", (uint8_t *)&value, length, &count),
                     MIGCORE_INVALID_ARGUMENT);
        CHECK_STATUS(migcore_visit_u8_varray(memory_load(&memory, "\0\0\0\1\1", 5), "n", (uint8_t *)&value, length,
                                             &count),
                     MIGCORE_INVALID_ARGUMENT);
        CHECK_STATUS(migcore_visit_bytes(memory_save(&memory), "n", &value, length), MIGCORE_INVALID_ARGUMENT);
        CHECK_STATUS(migcore_visit_bytes(memory_load(&memory, "", 0), "n", &value, length), MIGCORE_INVALID_ARGUMENT);
        CHECK_STATUS(migcore_visit_varbytes(memory_save(&memory), "n", &value, length, &count),
                     MIGCORE_INVALID_ARGUMENT);
        CHECK_STATUS(migcore_visit_string(memory_load(&memory, "\1a", 2), "n", (char *)&value, length),
                     MIGCORE_INVALID_ARGUMENT);
        CHECK_STATUS(migcore_put_raw(memory_save(&memory), &value, length), MIGCORE_INVALID_ARGUMENT);
        CHECK_STATUS(migcore_get_raw(memory_load(&memory, "", 0), &value, length, NULL), MIGCORE_INVALID_ARGUMENT);
        CHECK_STATUS(migcore_peek_raw(memory_load(&memory, "", 0), 0, &value, length, NULL), MIGCORE_INVALID_ARGUMENT);
    }
}

/* Tables of another release, or with marks that mean nothing. */
static void tables_are_checked(void)
{
    migcore_subsection table[2] = {
        { sizeof(migcore_subsection), "n/a", 1, 1, 0, NULL, part_visit },
        { sizeof(migcore_subsection), "n/b", 1, 1, 0, NULL, part_visit },
    };
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);

    table[1].size--;
    CHECK_STATUS(migcore_visit_subsections(v, "n", table, 2, NULL), MIGCORE_BAD_SIZE);
    CHECK_STATUS(migcore_finish(v), MIGCORE_BAD_SIZE);
    CHECK_EQUAL(migcore_position(v), 0);
    table[1].size++;
    table[1].marks = 32;
    v = memory_save(&memory);
    CHECK_STATUS(migcore_visit_subsections(v, "n", table, 2, NULL), MIGCORE_INVALID_ARGUMENT);
    table[1].marks = 7;
    v = memory_save(&memory);
    CHECK_OK(migcore_visit_subsections(v, "n", table, 2, NULL));
    CHECK_EQUAL(migcore_position(v), 2 * (2 + 3 + 4));
}

void test_null(void)
{
    no_visitor();
    null_is_an_error_of_the_visit();
    check_case("%s", "");
    names_may_be_null();
    impossible_lengths();
    tables_are_checked();
}
