/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The observer: each item as the callback sees it.
 */
#include "kinds.h"
#include "rich.h"
#include "sections.h"

#include <stdio.h>

/* What was seen, as a text of one line an item. */
struct seen {
    char text[4096];
    size_t length;
    unsigned items;
    /* The item of this number, from 1, is answered with `answer`. */
    unsigned stop_at;
    migcore_status answer;
};

static void note(struct seen *seen, const char *format, unsigned long long number)
{
    int more = snprintf(seen->text + seen->length, sizeof seen->text - seen->length, format, number);

    CHECK(more >= 0 && (size_t)more < sizeof seen->text - seen->length);
    seen->length += (size_t)more;
}

static migcore_status observe(void *opaque, const migcore_item *item)
{
    struct seen *seen = (struct seen *)opaque;
    const uint8_t *data = (const uint8_t *)item->data;
    size_t i;

    CHECK_EQUAL(item->size, sizeof *item);
    CHECK((item->name == NULL) == (item->name_length == 0));
    CHECK((item->data == NULL) == (item->length == 0));
    if (++seen->items == seen->stop_at) {
        return seen->answer;
    }
    note(seen, "%llu", item->item_type);
    for (i = 0; i < item->name_length; i++) {
        note(seen, i == 0 ? " %c" : "%c", (unsigned char)item->name[i]);
    }
    if (item->kind != 0) {
        note(seen, " kind %llu", item->kind);
    }
    if (item->bits != 0) {
        note(seen, " bits %#llx", item->bits);
    }
    if (item->marks != 0) {
        note(seen, " marks %llu", item->marks);
    }
    if (item->count != 0) {
        note(seen, " count %llu", item->count);
    }
    if (item->instance != 0 || item->version != 0) {
        note(seen, " instance %llu", item->instance);
        note(seen, " version %llu", item->version);
    }
    for (i = 0; i < item->length; i++) {
        note(seen, i == 0 ? " data %02llx" : "%02llx", data[i]);
    }
    note(seen, item->variable ? " variable\n" : "\n", 0);
    return MIGCORE_OK;
}

static migcore_visitor *observer_of(migcore_observer *observer, struct seen *seen)
{
    memset(seen, 0, sizeof *seen);
    CHECK_OK(migcore_observer_init(observer, sizeof *observer, observe, seen));
    return &observer->visitor;
}

static void scalars_are_bits_of_their_width(void)
{
    migcore_observer observer;
    struct seen seen;
    migcore_visitor *v = observer_of(&observer, &seen);
    int8_t minus = -1;
    int64_t low = INT64_MIN;
    float one = 1.0f;
    double two = 2.0;
    bool on = true;
    uint16_t number = 0x1234;

    CHECK(!migcore_is_loading(v));
    CHECK_OK(migcore_visit_i8(v, "minus", &minus));
    CHECK_OK(migcore_visit_i64(v, "low", &low));
    CHECK_OK(migcore_visit_f32(v, "one", &one));
    CHECK_OK(migcore_visit_f64(v, NULL, &two));
    CHECK_OK(migcore_visit_bool(v, "on", &on));
    CHECK_OK(migcore_set_state_version(v, 1));
    CHECK_OK(migcore_visit_u16_since(v, "left_out", &number, 2, 0));
    CHECK_OK(migcore_visit_u16_or(v, "number", &number, 0));
    CHECK_OK(migcore_finish(v));
    CHECK_EQUAL(migcore_position(v), 6);
    CHECK_TEXT(seen.text, "1 minus kind 6 bits 0xff\n"
                          "1 low kind 9 bits 0x8000000000000000\n"
                          "1 one kind 10 bits 0x3f800000\n"
                          "1 kind 11 bits 0x4000000000000000\n"
                          "1 on kind 1 bits 0x1\n"
                          "1 number kind 3 bits 0x1234\n");
}

/* Every kind has the number of its constant, as a scalar, an array and a counted array. */
#define KIND_NUMBER(name, type, constant) \
    static void kind_of_##name(void) \
    { \
        migcore_observer observer; \
        struct seen seen; \
        migcore_visitor *v = observer_of(&observer, &seen); \
        type values[2] = { (type)0, (type)0 }; \
        size_t count = 1; \
        char expected[200], zeros[40] = "00000000000000000000000000000000"; \
        zeros[4 * sizeof(type)] = '\0'; \
        CHECK_OK(migcore_visit_##name(v, "a", &values[0])); \
        CHECK_OK(migcore_visit_##name##_array(v, "b", values, 2)); \
        CHECK_OK(migcore_visit_##name##_varray(v, "c", values, 2, &count)); \
        snprintf(expected, sizeof expected, \
                 "1 a kind %u\n2 b kind %u count 2 data %s\n2 c kind %u count 1 data %s variable\n", \
                 (unsigned)MIGCORE_KIND_##constant, (unsigned)MIGCORE_KIND_##constant, zeros, \
                 (unsigned)MIGCORE_KIND_##constant, zeros + 2 * sizeof(type)); \
        CHECK_TEXT(seen.text, expected); \
    }

EACH_KIND(KIND_NUMBER)

static void values_and_scopes(void)
{
    migcore_observer observer;
    struct seen seen;
    migcore_visitor *v = observer_of(&observer, &seen);
    uint8_t data[2] = { 0xab, 0xcd };
    char text[4] = "hi", empty[1] = "";
    size_t two = 2, none = 0, i;
    bool present = true, missing = false;

    CHECK_OK(migcore_begin_device(v, "nic", 3, 4, 1));
    CHECK_OK(migcore_begin_struct(v, "plain"));
    CHECK_OK(migcore_visit_bytes(v, "bytes", data, 2));
    CHECK_OK(migcore_end_struct(v));
    CHECK_OK(migcore_begin_versioned_struct(v, "own", "abc", 5, 1));
    CHECK_OK(migcore_visit_varbytes(v, "counted", data, 2, &none));
    CHECK_OK(migcore_visit_string(v, "text", text, sizeof text));
    CHECK_OK(migcore_visit_string(v, "empty", empty, sizeof empty));
    CHECK_OK(migcore_end_struct(v));
    CHECK_OK(migcore_begin_list(v, "list", 1));
    CHECK_OK(migcore_begin_element(v));
    CHECK_OK(migcore_begin_optional(v, "there", &present));
    CHECK_OK(migcore_visit_bytes(v, "inside", data, 1));
    CHECK_OK(migcore_end_optional(v));
    CHECK_OK(migcore_begin_optional(v, "not", &missing));
    CHECK_OK(migcore_end_optional(v));
    CHECK_OK(migcore_end_element(v));
    CHECK_OK(migcore_end_list(v));
    CHECK_OK(migcore_begin_varlist(v, "counted", 5, &two));
    for (i = 0; i < 2; i++) {
        CHECK_OK(migcore_begin_element(v));
        CHECK_OK(migcore_end_element(v));
    }
    CHECK_OK(migcore_end_list(v));
    CHECK_OK(migcore_visit_absent(v, "null"));
    CHECK_OK(migcore_begin_subsection(v, "nic/a", 6));
    CHECK_OK(migcore_put_raw(v, data, 2));
    CHECK_OK(migcore_end_subsection(v));
    CHECK_OK(migcore_end_device(v));
    CHECK_OK(migcore_finish(v));
    CHECK_TEXT(seen.text, "7 nic instance 3 version 4\n"
                          "8 plain\n"
                          "3 bytes data abcd\n"
                          "13\n"
                          "8 own instance 0 version 5 data 616263\n"
                          "3 counted variable\n"
                          "4 text data 6869\n"
                          "4 empty\n"
                          "13\n"
                          "9 list count 1\n"
                          "10\n"
                          "11 there bits 0x1\n"
                          "3 inside data ab\n"
                          "13\n"
                          "11 not\n"
                          "13\n"
                          "13\n"
                          "13\n"
                          "9 counted count 2 variable\n"
                          "10\n"
                          "13\n"
                          "10\n"
                          "13\n"
                          "13\n"
                          "5 null\n"
                          "12 nic/a instance 0 version 6\n"
                          "6 data abcd\n"
                          "13\n"
                          "13\n");
}

/* Marks go with the item that they were made for, and with no other. */
static void marks_go_with_the_next_item(void)
{
    migcore_observer observer;
    struct seen seen;
    migcore_visitor *v = observer_of(&observer, &seen);
    uint8_t data[2] = { 0xab, 0xcd };
    char text[4] = "hi";
    size_t one = 1;
    bool present = true;

#define MARKED(marks, call) \
    CHECK_OK(migcore_mark(v, marks)); \
    CHECK_OK(call)
    MARKED(1, migcore_begin_device(v, "d", 0, 1, 1));
    CHECK_OK(migcore_visit_u8(v, "plain", data));
    MARKED(2, migcore_visit_u8(v, "u8", data));
    MARKED(3, migcore_visit_u8_or(v, "or", data, 0));
    MARKED(4, migcore_visit_u8_since(v, "since", data, 1, 0));
    MARKED(5, migcore_visit_u8_array(v, "array", data, 2));
    MARKED(6, migcore_visit_u8_varray(v, "varray", data, 2, &one));
    MARKED(7, migcore_visit_bytes(v, "bytes", data, 2));
    MARKED(1, migcore_visit_varbytes(v, "varbytes", data, 2, &one));
    MARKED(2, migcore_visit_string(v, "string", text, sizeof text));
    MARKED(3, migcore_visit_absent(v, "absent"));
    /* Raw bytes and elements have no marks. */
    CHECK_OK(migcore_put_raw(v, data, 2));
    MARKED(5, migcore_begin_struct(v, "struct"));
    MARKED(6, migcore_begin_versioned_struct(v, "versioned", NULL, 1, 1));
    CHECK_OK(migcore_end_struct(v));
    CHECK_OK(migcore_end_struct(v));
    MARKED(7, migcore_begin_list(v, "list", 1));
    CHECK_OK(migcore_begin_element(v));
    CHECK_OK(migcore_end_element(v));
    CHECK_OK(migcore_end_list(v));
    MARKED(2, migcore_begin_varlist(v, "varlist", 1, &one));
    CHECK_OK(migcore_begin_element(v));
    CHECK_OK(migcore_end_element(v));
    CHECK_OK(migcore_end_list(v));
    MARKED(3, migcore_begin_optional(v, "optional", &present));
    CHECK_OK(migcore_end_optional(v));
    MARKED(4, migcore_begin_subsection(v, "d/a", 1));
    CHECK_OK(migcore_end_subsection(v));
    /* The last word counts. */
    CHECK_OK(migcore_mark(v, MIGCORE_MARK_SECRET));
    MARKED(0, migcore_visit_u8(v, "unmarked", data));
    CHECK_OK(migcore_mark(v, MIGCORE_MARK_SECRET));
    MARKED(MIGCORE_MARK_VOLATILE, migcore_visit_u8(v, "again", data));
    CHECK_OK(migcore_end_device(v));
    CHECK_OK(migcore_finish(v));
    CHECK_TEXT(seen.text, "7 d marks 1 instance 0 version 1\n"
                          "1 plain kind 2 bits 0xab\n"
                          "1 u8 kind 2 bits 0xab marks 2\n"
                          "1 or kind 2 bits 0xab marks 3\n"
                          "1 since kind 2 bits 0xab marks 4\n"
                          "2 array kind 2 marks 5 count 2 data abcd\n"
                          "2 varray kind 2 marks 6 count 1 data ab variable\n"
                          "3 bytes marks 7 data abcd\n"
                          "3 varbytes marks 1 data ab variable\n"
                          "4 string marks 2 data 6869\n"
                          "5 absent marks 3\n"
                          "6 data abcd\n"
                          "8 struct marks 5\n"
                          "8 versioned marks 6 instance 0 version 1\n"
                          "13\n"
                          "13\n"
                          "9 list marks 7 count 1\n"
                          "10\n"
                          "13\n"
                          "13\n"
                          "9 varlist marks 2 count 1 variable\n"
                          "10\n"
                          "13\n"
                          "13\n"
                          "11 optional bits 0x1 marks 3\n"
                          "13\n"
                          "12 d/a marks 4 instance 0 version 1\n"
                          "13\n"
                          "1 unmarked kind 2 bits 0xab\n"
                          "1 again kind 2 bits 0xab marks 4\n"
                          "13\n");
}

/* An item that this version has not takes its marks away with it, of every kind. */
#define LEFT_OUT(name, type, constant) \
    CHECK_OK(migcore_mark(v, MIGCORE_MARK_ANCILLARY | MIGCORE_MARK_SECRET)); \
    { \
        type left_out = (type)1; \
        CHECK_OK(migcore_visit_##name##_since(v, "key", &left_out, 2, (type)0)); \
        CHECK(left_out == (type)1); \
    } \
    CHECK_OK(migcore_visit_u8(v, "irq_pending", &irq));

static void marks_of_what_is_left_out_are_too(void)
{
    migcore_observer observer;
    struct seen seen;
    migcore_visitor *v = observer_of(&observer, &seen);
    char expected[600] = "7 d instance 0 version 1\n";
    uint8_t irq = 9;
    int i;

    CHECK_OK(migcore_begin_device(v, "d", 0, 1, 1));
    EACH_KIND(LEFT_OUT)
    CHECK_OK(migcore_end_device(v));
    CHECK_OK(migcore_finish(v));
    for (i = 0; i < 11; i++) {
        strcat(expected, "1 irq_pending kind 2 bits 0x9\n");
    }
    strcat(expected, "13\n");
    CHECK_TEXT(seen.text, expected);
}

/* Before an end there is nothing that the marks could belong to. */
static void marks_need_an_item(void)
{
    migcore_observer observer;
    struct seen seen;
    size_t end;
    bool present = true;

    for (end = 0; end < 6; end++) {
        migcore_visitor *v = observer_of(&observer, &seen);

        check_case("end %lu", (unsigned long)end);
        CHECK_OK(end == 0   ? migcore_begin_device(v, "d", 0, 1, 1)
                 : end == 1 ? migcore_begin_struct(v, "s")
                 : end == 2 ? migcore_begin_list(v, "l", 0)
                 : end == 3 ? migcore_begin_list(v, "l", 1)
                 : end == 4 ? migcore_begin_subsection(v, "n/a", 1)
                            : migcore_begin_optional(v, "o", &present));
        if (end == 3) {
            CHECK_OK(migcore_begin_element(v));
        }
        CHECK_OK(migcore_mark(v, MIGCORE_MARK_SECRET));
        CHECK_STATUS(end == 0   ? migcore_end_device(v)
                     : end == 1 ? migcore_end_struct(v)
                     : end == 2 ? migcore_end_list(v)
                     : end == 3 ? migcore_end_element(v)
                     : end == 4 ? migcore_end_subsection(v)
                                : migcore_end_optional(v),
                     MIGCORE_INVALID_ARGUMENT);
        CHECK_STATUS(migcore_finish(v), MIGCORE_INVALID_ARGUMENT);
        CHECK_EQUAL(report_of(v).cause, 0);
    }
    check_case("%s", "");
}

/* The version that is shown is the one that is written; the newest one may be another. */
static void a_framed_version_is_shown(void)
{
    migcore_observer observer;
    struct seen seen;
    migcore_visitor *v = observer_of(&observer, &seen);
    uint8_t value = 9;

    CHECK_OK(migcore_set_state_version(v, 2));
    CHECK_OK(migcore_begin_device(v, "d", 0, 5, 1));
    CHECK_EQUAL(migcore_state_version(v), 2);
    CHECK_OK(migcore_visit_u8_since(v, "left_out", &value, 3, 0));
    CHECK_OK(migcore_end_device(v));
    CHECK_TEXT(seen.text, "7 d instance 0 version 2\n"
                          "13\n");
}

static bool is_needed(void *opaque)
{
    return *(const uint8_t *)opaque != 0;
}

static migcore_status part_visit(migcore_visitor *v, void *opaque)
{
    return migcore_visit_u8(v, "part", (uint8_t *)opaque);
}

/* The marks of a subsection in a table are shown with it. */
static void tables_show_marks(void)
{
    static const migcore_subsection table[] = {
        { sizeof(migcore_subsection), "nic/a", 2, 1, MIGCORE_MARK_ANCILLARY | MIGCORE_MARK_VOLATILE, is_needed, part_visit },
        { sizeof(migcore_subsection), "nic/b", 3, 1, 0, NULL, part_visit },
    };
    migcore_observer observer;
    struct seen seen;
    migcore_visitor *v = observer_of(&observer, &seen);
    uint8_t part = 5;

    CHECK_OK(migcore_visit_subsections(v, "nic", table, COUNT_OF(table), &part));
    part = 0;
    CHECK_OK(migcore_visit_subsections(v, "nic", table, COUNT_OF(table), &part));
    CHECK_TEXT(seen.text, "12 nic/a marks 5 instance 0 version 2\n"
                          "1 part kind 2 bits 0x5\n"
                          "13\n"
                          "12 nic/b instance 0 version 3\n"
                          "1 part kind 2 bits 0x5\n"
                          "13\n"
                          "12 nic/b instance 0 version 3\n"
                          "1 part kind 2\n"
                          "13\n");
}

static void the_numbers_are_those_of_the_header(void)
{
    CHECK(MIGCORE_ITEM_SCALAR == 1 && MIGCORE_ITEM_ARRAY == 2 && MIGCORE_ITEM_BYTES == 3 && MIGCORE_ITEM_STRING == 4);
    CHECK(MIGCORE_ITEM_ABSENT == 5 && MIGCORE_ITEM_RAW == 6);
    CHECK(MIGCORE_ITEM_BEGIN_DEVICE == 7 && MIGCORE_ITEM_BEGIN_STRUCT == 8 && MIGCORE_ITEM_BEGIN_LIST == 9);
    CHECK(MIGCORE_ITEM_BEGIN_ELEMENT == 10 && MIGCORE_ITEM_BEGIN_OPTIONAL == 11);
    CHECK(MIGCORE_ITEM_BEGIN_SUBSECTION == 12 && MIGCORE_ITEM_END == 13);
}

static migcore_status stop_at(void *opaque, const migcore_item *item)
{
    unsigned *items = (unsigned *)opaque;

    CHECK_EQUAL(item->size, sizeof *item);
    return ++items[0] == items[1] ? MIGCORE_TOO_LONG : MIGCORE_OK;
}

/* The callback's answer ends the visit, and it is asked no more. */
static void an_answer_ends_the_visit(void)
{
    migcore_observer observer;
    struct seen seen;
    uint8_t value = 1;
    migcore_visitor *v = observer_of(&observer, &seen);

    seen.stop_at = 2;
    seen.answer = MIGCORE_REFUSED;
    CHECK_OK(migcore_visit_u8(v, "first", &value));
    CHECK_STATUS(migcore_visit_u8(v, "second", &value), MIGCORE_REFUSED);
    CHECK_STATUS(migcore_visit_u8(v, "third", &value), MIGCORE_REFUSED);
    CHECK_STATUS(migcore_finish(v), MIGCORE_REFUSED);
    CHECK_EQUAL(seen.items, 2);
    CHECK_TEXT(report_of(v).path, "second");
    CHECK(report_of(v).cause == 0);
}

/* A number that is no code, such as an errno, is a refusal, with the number as its cause. */
static void a_foreign_answer_is_a_refusal(void)
{
    static const migcore_status answers[] = { -22, -5, -1, 1, 22, 99, 1000, INT32_MIN, INT32_MAX };
    migcore_observer observer;
    struct seen seen;
    uint8_t value = 1;
    size_t i;

    for (i = 0; i < COUNT_OF(answers); i++) {
        migcore_visitor *v = observer_of(&observer, &seen);
        migcore_error error;

        check_case("answer %d", (int)answers[i]);
        seen.stop_at = 2;
        seen.answer = answers[i];
        CHECK_OK(migcore_begin_struct(v, "s"));
        CHECK_STATUS(migcore_visit_u8(v, "field", &value), MIGCORE_REFUSED);
        CHECK_STATUS(migcore_end_struct(v), MIGCORE_REFUSED);
        CHECK_STATUS(migcore_finish(v), MIGCORE_REFUSED);
        error = report_of(v);
        CHECK(error.cause == answers[i]);
        CHECK_TEXT(error.path, "s.field");
    }
    check_case("%s", "");
}

/* A whole device, stopped at each of its items. */
static void every_item_may_be_the_last(void)
{
    struct rich *s = rich_new();
    unsigned number = 0;
    bool stopped = true;

    rich_fill(s, 3, true);
    while (stopped) {
        migcore_observer observer;
        unsigned items[2] = { 0, 0 };
        migcore_status status;

        items[1] = ++number;
        check_case("item %u", number);
        CHECK_OK(migcore_observer_init(&observer, sizeof observer, stop_at, items));
        status = rich_visit(&observer.visitor, s);
        stopped = items[0] == number;
        CHECK_STATUS(status, stopped ? MIGCORE_TOO_LONG : MIGCORE_OK);
        CHECK(stopped || items[0] == number - 1);
        CHECK_EQUAL(migcore_position(&observer.visitor), number - 1);
    }
    CHECK(number > 50);
    rich_free(s);
}

static void it_has_nothing_to_load(void)
{
    migcore_observer observer;
    struct seen seen;
    uint8_t byte = 0x77;

    CHECK_STATUS(migcore_get_raw(observer_of(&observer, &seen), &byte, 1, NULL), MIGCORE_WRONG_DIRECTION);
    CHECK_STATUS(migcore_peek_raw(observer_of(&observer, &seen), 0, &byte, 1, NULL), MIGCORE_WRONG_DIRECTION);
    CHECK(byte == 0x77 && seen.items == 0);
}

void test_observer(void)
{
#define RUN_KIND_NUMBER(name, type, constant) kind_of_##name();

    scalars_are_bits_of_their_width();
    EACH_KIND(RUN_KIND_NUMBER)
    values_and_scopes();
    marks_go_with_the_next_item();
    marks_of_what_is_left_out_are_too();
    marks_need_an_item();
    a_framed_version_is_shown();
    tables_show_marks();
    the_numbers_are_those_of_the_header();
    an_answer_ends_the_visit();
    a_foreign_answer_is_a_refusal();
    every_item_may_be_the_last();
    it_has_nothing_to_load();
}
