/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Byte buffers, strings, optional and absent items, marks.
 */
#include "sections.h"

static const uint8_t expected[] = {
    0x52, 0x54, 0x00,             /* mac: 3 of 3 bytes */
    0x00, 0x00, 0x00, 0x02,       /* packet: length */
    0xca, 0xfe,                   /* packet: 2 of 4 bytes */
    0x06,                         /* label: length in bytes */
    'n', 'a', 0xc3, 0xaf, 'v', 'e', /* label: "naive" with a diaeresis, UTF-8 */
    0x00,                         /* empty: length */
    0x01,                         /* irq: present */
    0x21,                         /* irq: line */
    0x00,                         /* dma: not present */
    0x30,                         /* backend: a null pointer */
};

struct state {
    uint8_t mac[3], packet[4];
    size_t packet_length;
    char label[8], empty[1];
    bool has_irq, has_dma;
    uint8_t irq, dma;
};

static const struct state sample = {
    { 0x52, 0x54, 0x00 }, { 0xca, 0xfe, 9, 9 }, 2, "na\xc3\xafve", "", true, false, 0x21, 7,
};

static migcore_status visit(migcore_visitor *v, struct state *s)
{
    CHECK_OK(migcore_visit_bytes(v, "mac", s->mac, sizeof s->mac));
    CHECK_OK(migcore_visit_varbytes(v, "packet", s->packet, sizeof s->packet, &s->packet_length));
    CHECK_OK(migcore_visit_string(v, "label", s->label, sizeof s->label));
    CHECK_OK(migcore_visit_string(v, "empty", s->empty, sizeof s->empty));
    CHECK_OK(migcore_begin_optional(v, "irq", &s->has_irq));
    if (s->has_irq) {
        CHECK_OK(migcore_visit_u8(v, "line", &s->irq));
    }
    CHECK_OK(migcore_end_optional(v));
    CHECK_OK(migcore_begin_optional(v, "dma", &s->has_dma));
    if (s->has_dma) {
        CHECK_OK(migcore_visit_u8(v, "channel", &s->dma));
    }
    CHECK_OK(migcore_end_optional(v));
    CHECK_OK(migcore_visit_absent(v, "backend"));
    return migcore_finish(v);
}

static void bytes_both_ways(void)
{
    struct memory memory;
    struct state state;
    migcore_visitor *v = memory_save(&memory);

    memcpy(&state, &sample, sizeof state);
    CHECK_OK(visit(v, &state));
    CHECK_BYTES(memory.bytes, migcore_position(v), expected);
    CHECK(memcmp(&state, &sample, sizeof state) == 0);
    memset(&state, 0x77, sizeof state);
    v = memory_load(&memory, expected, sizeof expected);
    CHECK_OK(visit(v, &state));
    CHECK_EQUAL(migcore_position(v), sizeof expected);
    CHECK_MEMORY(state.mac, 3, sample.mac, 3);
    CHECK_EQUAL(state.packet_length, 2);
    CHECK_MEMORY(state.packet, 4, "\xca\xfe\x77\x77", 4);
    CHECK_TEXT(state.label, sample.label);
    CHECK_TEXT(state.empty, "");
    CHECK(state.has_irq && !state.has_dma && state.irq == 0x21 && state.dma == 0x77);
}

/* Loads one string and says how that ended; `text` must be kept when it failed. */
static migcore_status load_string(const void *stream, size_t length, char *text, size_t capacity)
{
    struct memory memory;
    char before[300];
    migcore_status status;

    memset(text, 'k', capacity);
    memset(before, 'k', sizeof before);
    status = migcore_visit_string(memory_load(&memory, stream, length), "text", text, capacity);
    if (status != MIGCORE_OK) {
        CHECK_MEMORY(text, capacity, before, capacity);
    }
    return status;
}

static void strings_that_are_refused(void)
{
    char text[300];
    uint8_t longest[256];

    memset(longest, 'x', sizeof longest);
    longest[0] = 255;
    CHECK_OK(load_string("\3abc", 4, text, 4));
    CHECK_TEXT(text, "abc");
    CHECK_STATUS(load_string("\3abc", 4, text, 3), MIGCORE_TOO_MANY);
    CHECK_STATUS(load_string("\3abc", 3, text, 9), MIGCORE_TRUNCATED);
    CHECK_STATUS(load_string("", 0, text, 9), MIGCORE_TRUNCATED);
    CHECK_OK(load_string("\0", 1, text, 1));
    CHECK_OK(load_string(longest, sizeof longest, text, 256));
    CHECK_EQUAL(strlen(text), 255);
    CHECK_STATUS(load_string(longest, sizeof longest, text, 255), MIGCORE_TOO_MANY);
    CHECK_STATUS(load_string("\3a\0b", 4, text, 9), MIGCORE_BAD_TEXT);
    CHECK_STATUS(load_string("\1\0", 2, text, 9), MIGCORE_BAD_TEXT);
    CHECK_STATUS(load_string("\2\xc3(", 3, text, 9), MIGCORE_BAD_TEXT);
    CHECK_STATUS(load_string("\1\xff", 2, text, 9), MIGCORE_BAD_TEXT);
    CHECK_STATUS(load_string("\3\xed\xa0\x80", 4, text, 9), MIGCORE_BAD_TEXT);
    CHECK_STATUS(load_string("\1x", 2, text, 0), MIGCORE_INVALID_ARGUMENT);
}

static void strings_that_cannot_be_saved(void)
{
    static char text[300];
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);

    memset(text, 'x', sizeof text);
    CHECK_STATUS(migcore_visit_string(v, "no end", text, 20), MIGCORE_INVALID_ARGUMENT);
    CHECK_EQUAL(migcore_position(v), 0);
    text[255] = '\0';
    v = memory_save(&memory);
    CHECK_OK(migcore_visit_string(v, "longest", text, sizeof text));
    CHECK_EQUAL(migcore_position(v), 256);
    text[255] = 'x';
    text[256] = '\0';
    v = memory_save(&memory);
    CHECK_STATUS(migcore_visit_string(v, "too long", text, sizeof text), MIGCORE_TOO_LONG);
    CHECK_EQUAL(report_of(v).expected, 255);
    CHECK_EQUAL(report_of(v).found, 256);
    text[0] = '\xff';
    text[1] = '\0';
    v = memory_save(&memory);
    CHECK_STATUS(migcore_visit_string(v, "no text", text, sizeof text), MIGCORE_BAD_TEXT);
    v = memory_save(&memory);
    CHECK_STATUS(migcore_visit_string(v, "no room", text, 0), MIGCORE_INVALID_ARGUMENT);
}

/* What lies behind the NUL is nobody's business. */
static void a_string_ends_at_its_nul(void)
{
    struct memory memory;
    char text[8] = { 'a', '\0', '\xff', 'b', 'c', 'd', 'e', 'f' };
    migcore_visitor *v = memory_save(&memory);

    CHECK_OK(migcore_visit_string(v, "text", text, sizeof text));
    CHECK_MEMORY(memory.bytes, migcore_position(v), "\1a", 2);
    v = memory_load(&memory, "\2xy", 3);
    CHECK_OK(migcore_visit_string(v, "text", text, sizeof text));
    CHECK_MEMORY(text, sizeof text, "xy\0bcdef", 8);
}

static void counted_bytes_have_bounds(void)
{
    struct memory memory;
    uint8_t data[4] = { 1, 2, 3, 4 };
    size_t length = 5;
    migcore_visitor *v = memory_save(&memory);

    CHECK_STATUS(migcore_visit_varbytes(v, "data", data, 4, &length), MIGCORE_INVALID_ARGUMENT);
    CHECK(report_of(v).expected == 4 && report_of(v).found == 5);
    v = memory_load(&memory, "\0\0\0\5abcde", 9);
    length = 77;
    CHECK_STATUS(migcore_visit_varbytes(v, "data", data, 4, &length), MIGCORE_TOO_MANY);
    CHECK_MEMORY(data, 4, "\1\2\3\4", 4);
    v = memory_load(&memory, "\0\0\0\4abc", 7);
    CHECK_STATUS(migcore_visit_varbytes(v, "data", data, 4, &length), MIGCORE_TRUNCATED);
    CHECK_EQUAL(length, 77);
    v = memory_load(&memory, "abc", 3);
    CHECK_STATUS(migcore_visit_bytes(v, "data", data, 4), MIGCORE_TRUNCATED);
    v = memory_load(&memory, "\0\0\0\0", 4);
    CHECK_OK(migcore_visit_varbytes(v, "data", NULL, 0, &length));
    CHECK_EQUAL(length, 0);
    CHECK_OK(migcore_visit_bytes(v, "data", NULL, 0));
    CHECK_EQUAL(migcore_position(v), 4);
}

static void a_null_pointer_is_only_0x30(void)
{
    struct memory memory;
    unsigned byte;

    for (byte = 0; byte < 256; byte++) {
        uint8_t stream = (uint8_t)byte;
        migcore_visitor *v = memory_load(&memory, &stream, 1);

        if (byte == 0x30) {
            CHECK_OK(migcore_visit_absent(v, "backend"));
        } else {
            CHECK_STATUS(migcore_visit_absent(v, "backend"), MIGCORE_BAD_VALUE);
            CHECK_EQUAL(report_of(v).expected, 0x30);
            CHECK_EQUAL(report_of(v).found, byte);
        }
    }
    CHECK_STATUS(migcore_visit_absent(memory_load(&memory, "", 0), "backend"), MIGCORE_TRUNCATED);
}

/* A wire without names has every item, and so has every save; asking moves nothing. */
static void this_wire_has_every_item(void)
{
    struct memory memory;
    migcore_visitor *v;
    int loading;

    for (loading = 0; loading < 2; loading++) {
        bool has = false;

        v = loading ? memory_load(&memory, "", 0) : memory_save(&memory);
        CHECK_OK(migcore_has(v, "a", &has));
        CHECK(has);
        CHECK_OK(migcore_begin_struct(v, "s"));
        has = false;
        CHECK_OK(migcore_has(v, NULL, &has));
        CHECK(has);
        CHECK_EQUAL(migcore_position(v), 0);
        CHECK_STATUS(migcore_fail(v, "x", MIGCORE_REFUSED, 0), MIGCORE_REFUSED);
        CHECK_STATUS(migcore_has(v, "a", &has), MIGCORE_REFUSED);
        CHECK(!has);
    }
}

static void marks_leave_no_bytes(void)
{
    struct memory memory;
    uint8_t value = 9;
    int loading;

    for (loading = 0; loading < 2; loading++) {
        migcore_visitor *v = loading ? memory_load(&memory, "\11", 1) : memory_save(&memory);

        CHECK_OK(migcore_mark(v, MIGCORE_MARK_ANCILLARY | MIGCORE_MARK_SECRET | MIGCORE_MARK_VOLATILE |
                                 MIGCORE_MARK_SAFE_TO_COPY | MIGCORE_MARK_OPAQUE));
        CHECK_OK(migcore_mark(v, 0));
        CHECK_OK(migcore_visit_u8(v, "value", &value));
        CHECK_EQUAL(migcore_position(v), 1);
        CHECK_STATUS(migcore_mark(v, 32), MIGCORE_INVALID_ARGUMENT);
        CHECK_STATUS(migcore_finish(v), MIGCORE_INVALID_ARGUMENT);
    }
}

void test_values(void)
{
    bytes_both_ways();
    strings_that_are_refused();
    strings_that_cannot_be_saved();
    a_string_ends_at_its_nul();
    counted_bytes_have_bounds();
    a_null_pointer_is_only_0x30();
    this_wire_has_every_item();
    marks_leave_no_bytes();
}
