/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Devices, structs and lists: nesting, balance, depth.
 */
#include "sections.h"

struct ring {
    uint16_t head;
};

struct nic {
    uint8_t control;
    struct ring rings[2], ports[3];
    size_t port_count;
};

static const uint8_t expected[] = {
    0x2a,                   /* control */
    0x00, 0x01, 0x00, 0x02, /* rings[0].head, rings[1].head */
    0x00, 0x00, 0x00, 0x01, /* ports: count */
    0x00, 0x03,             /* ports[0].head */
};

static void rings_visit(migcore_visitor *v, struct ring *rings, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        CHECK_OK(migcore_begin_element(v));
        CHECK_OK(migcore_visit_u16(v, "head", &rings[i].head));
        CHECK_OK(migcore_end_element(v));
    }
    CHECK_OK(migcore_end_list(v));
}

static migcore_status nic_visit(migcore_visitor *v, struct nic *s)
{
    CHECK_OK(migcore_begin_device(v, "nic", 1, 4, 1));
    CHECK_OK(migcore_begin_struct(v, "regs"));
    CHECK_OK(migcore_visit_u8(v, "control", &s->control));
    CHECK_OK(migcore_end_struct(v));
    CHECK_OK(migcore_begin_list(v, "rings", 2));
    rings_visit(v, s->rings, 2);
    CHECK_OK(migcore_begin_varlist(v, "ports", 3, &s->port_count));
    rings_visit(v, s->ports, s->port_count);
    CHECK_OK(migcore_end_device(v));
    return migcore_finish(v);
}

static void scopes_leave_only_counts_on_the_wire(void)
{
    struct memory memory;
    struct nic saved = { 0x2a, { { 1 }, { 2 } }, { { 3 }, { 8 }, { 9 } }, 1 }, loaded;
    migcore_visitor *v = memory_save(&memory);

    CHECK_OK(nic_visit(v, &saved));
    CHECK_BYTES(memory.bytes, migcore_position(v), expected);
    memset(&loaded, 0x77, sizeof loaded);
    v = memory_load(&memory, expected, sizeof expected);
    CHECK_OK(nic_visit(v, &loaded));
    CHECK_EQUAL(migcore_position(v), sizeof expected);
    CHECK_EQUAL(loaded.control, 0x2a);
    CHECK(loaded.rings[0].head == 1 && loaded.rings[1].head == 2);
    CHECK_EQUAL(loaded.port_count, 1);
    CHECK(loaded.ports[0].head == 3 && loaded.ports[1].head == 0x7777);
}

static void a_counted_list_has_bounds(void)
{
    struct memory memory;
    size_t count = 4;
    migcore_visitor *v = memory_save(&memory);

    CHECK_STATUS(migcore_begin_varlist(v, "ports", 3, &count), MIGCORE_INVALID_ARGUMENT);
    CHECK_EQUAL(migcore_position(v), 0);
    CHECK(report_of(v).expected == 3 && report_of(v).found == 4 && count == 4);
    v = memory_load(&memory, "\0\0\0\4", 4);
    count = 77;
    CHECK_STATUS(migcore_begin_varlist(v, "ports", 3, &count), MIGCORE_TOO_MANY);
    CHECK_EQUAL(count, 0);
    CHECK_EQUAL(report_of(v).expected, 3);
    CHECK_EQUAL(report_of(v).found, 4);
    v = memory_load(&memory, "\0\0\0", 3);
    count = 77;
    CHECK_STATUS(migcore_begin_varlist(v, "ports", 3, &count), MIGCORE_TRUNCATED);
    CHECK_EQUAL(count, 0);
    v = memory_load(&memory, "\0\0\0\3", 4);
    CHECK_OK(migcore_begin_varlist(v, "ports", 3, &count));
    CHECK_EQUAL(count, 3);
}

/* Who goes on by what a load told goes nowhere after an error, whenever it was. */
static void outputs_after_an_error(void)
{
    static const uint8_t stream[] = { 1, 0, 0, 0, 1, 5, 3, 's', '/', 'a', 0, 0, 0, 1 };
    struct memory memory;
    migcore_visitor *v = memory_load(&memory, stream, sizeof stream);
    char name[256];
    uint32_t version;
    size_t count = SIZE_MAX;
    bool present = true, found = true, has = true;

    CHECK_STATUS(migcore_fail(v, "x", MIGCORE_REFUSED, 0), MIGCORE_REFUSED);
    CHECK_STATUS(migcore_begin_optional(v, "o", &present), MIGCORE_REFUSED);
    CHECK(!present);
    CHECK_STATUS(migcore_begin_varlist(v, "l", SIZE_MAX, &count), MIGCORE_REFUSED);
    CHECK_EQUAL(count, 0);
    CHECK_STATUS(migcore_next_subsection(v, "s", name, sizeof name, &version, &found), MIGCORE_REFUSED);
    CHECK(!found);
    CHECK_STATUS(migcore_has(v, "h", &has), MIGCORE_REFUSED);
    CHECK(!has);
    v = memory_load(&memory, "", 0);
    present = true;
    CHECK_STATUS(migcore_begin_optional(v, "o", &present), MIGCORE_TRUNCATED);
    CHECK(!present);
    /* On save they are the caller's. */
    v = memory_save(&memory);
    count = 3;
    present = true;
    CHECK_STATUS(migcore_fail(v, "x", MIGCORE_REFUSED, 0), MIGCORE_REFUSED);
    CHECK_STATUS(migcore_begin_optional(v, "o", &present), MIGCORE_REFUSED);
    CHECK_STATUS(migcore_begin_varlist(v, "l", 3, &count), MIGCORE_REFUSED);
    CHECK(present && count == 3);
}

/* What is optional is a scope: its items are inside, and it ends also when it is not there. */
static void what_is_optional_is_a_scope(void)
{
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);
    bool present = true, absent = false;
    uint8_t line = 7;

    CHECK_OK(migcore_begin_device(v, "nic", 0, 3, 1));
    CHECK_OK(migcore_begin_optional(v, "irq", &present));
    CHECK_EQUAL(migcore_state_version(v), 3);
    CHECK_OK(migcore_visit_u8(v, "line", &line));
    CHECK_OK(migcore_begin_optional(v, "inner", &absent));
    CHECK_OK(migcore_end_optional(v));
    CHECK_OK(migcore_end_optional(v));
    CHECK_OK(migcore_end_device(v));
    CHECK_OK(migcore_finish(v));
    CHECK_MEMORY(memory.bytes, migcore_position(v), "\1\7\0", 3);
    CHECK(present && !absent);
    v = memory_load(&memory, "\1\7\0", 3);
    present = false;
    absent = true;
    line = 0;
    CHECK_OK(migcore_begin_device(v, "nic", 0, 3, 1));
    CHECK_OK(migcore_begin_optional(v, "irq", &present));
    CHECK(present);
    CHECK_OK(migcore_visit_u8(v, "line", &line));
    CHECK_EQUAL(line, 7);
    CHECK_OK(migcore_begin_optional(v, "inner", &absent));
    CHECK(!absent);
    CHECK_OK(migcore_end_optional(v));
    CHECK_STATUS(migcore_visit_u8(v, "line", &line), MIGCORE_TRUNCATED);
    CHECK_TEXT(report_of(v).path, "nic/0.irq.line");
}

static void a_list_is_no_longer_than_the_wire_can_say(void)
{
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);
    size_t most = UINT32_MAX, count = most;

    CHECK_OK(migcore_begin_list(v, "l", most));
    v = memory_save(&memory);
    CHECK_OK(migcore_begin_varlist(v, "l", most, &count));
    if (sizeof(size_t) > 4) {
        v = memory_save(&memory);
        CHECK_STATUS(migcore_begin_list(v, "l", SIZE_MAX), MIGCORE_TOO_LONG);
        v = memory_save(&memory);
        count = most + 1;
        CHECK_STATUS(migcore_begin_varlist(v, "l", SIZE_MAX, &count), MIGCORE_TOO_LONG);
        CHECK_EQUAL(migcore_position(v), 0);
    }
}

typedef migcore_status end_call(migcore_visitor *v);

static end_call *const ends[] = {
    migcore_end_device,  migcore_end_struct,     migcore_end_list,
    migcore_end_element, migcore_end_subsection, migcore_end_optional,
};

/* Opens a scope that the end of this number closes; a list without its elements. */
static void open_scope(migcore_visitor *v, size_t end, bool loading)
{
    char name[256];
    uint32_t version;
    bool found, present = true;

    if (end == 0) {
        CHECK_OK(migcore_begin_device(v, "d", 0, 1, 1));
    } else if (end == 1) {
        CHECK_OK(migcore_begin_struct(v, "s"));
    } else if (end == 2 || end == 3) {
        CHECK_OK(migcore_begin_list(v, "l", end == 3));
        if (end == 3) {
            CHECK_OK(migcore_begin_element(v));
        }
    } else if (end == 5) {
        CHECK_OK(migcore_begin_optional(v, "o", &present));
    } else if (loading) {
        CHECK_OK(migcore_next_subsection(v, "s", name, sizeof name, &version, &found));
        CHECK(found);
    } else {
        CHECK_OK(migcore_begin_subsection(v, "s/a", 1));
    }
}

/* Of every kind of scope: only its own end closes it, and finish finds it open. */
static void ends_fit_their_begins(void)
{
    static const uint8_t subsection[] = { 5, 3, 's', '/', 'a', 0, 0, 0, 1 };
    struct memory memory;
    size_t begin, end;
    int loading;

    for (begin = 0; begin <= COUNT_OF(ends); begin++) {
        for (end = 0; end <= COUNT_OF(ends); end++) {
            for (loading = 0; loading < 2; loading++) {
                migcore_visitor *v =
                    loading ? memory_load(&memory, subsection, sizeof subsection) : memory_save(&memory);
                bool open = begin < COUNT_OF(ends), closes = end < COUNT_OF(ends);

                check_case("begin %lu, end %lu", (unsigned long)begin, (unsigned long)end);
                if (open) {
                    open_scope(v, begin, loading);
                }
                if (closes) {
                    CHECK_STATUS(ends[end](v), begin == end ? MIGCORE_OK : MIGCORE_UNBALANCED);
                }
                if (begin == end) {
                    /* An element was closed, but its list is open. */
                    CHECK_STATUS(migcore_finish(v), begin == 3 ? MIGCORE_UNBALANCED : MIGCORE_OK);
                } else {
                    CHECK_STATUS(migcore_finish(v), MIGCORE_UNBALANCED);
                }
            }
        }
    }
}

/* A list has as many elements as it said. */
static void elements_are_counted(void)
{
    struct memory memory;
    size_t count, begun, i;
    int loading, counted;

    for (count = 0; count < 4; count++) {
        for (begun = 0; begun <= count + 1; begun++) {
            for (loading = 0; loading < 2; loading++) {
                for (counted = 0; counted < 2; counted++) {
                    uint8_t bytes[4] = { 0 };
                    size_t held = count;
                    migcore_visitor *v = loading ? memory_load(&memory, bytes, 4) : memory_save(&memory);

                    check_case("%lu of %lu elements", (unsigned long)begun, (unsigned long)count);
                    bytes[3] = (uint8_t)count;
                    CHECK_OK(counted ? migcore_begin_varlist(v, "l", 3, &held) : migcore_begin_list(v, "l", count));
                    for (i = 0; i < begun && i < count; i++) {
                        CHECK_OK(migcore_begin_element(v));
                        CHECK_OK(migcore_end_element(v));
                    }
                    if (begun > count) {
                        CHECK_STATUS(migcore_begin_element(v), MIGCORE_UNBALANCED);
                    }
                    CHECK_STATUS(migcore_end_list(v), begun == count ? MIGCORE_OK : MIGCORE_UNBALANCED);
                    CHECK_STATUS(migcore_finish(v), begun == count ? MIGCORE_OK : MIGCORE_UNBALANCED);
                }
            }
        }
    }
}

static void elements_belong_to_lists(void)
{
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);

    CHECK_STATUS(migcore_begin_element(v), MIGCORE_UNBALANCED);
    v = memory_save(&memory);
    CHECK_OK(migcore_begin_struct(v, "s"));
    CHECK_STATUS(migcore_begin_element(v), MIGCORE_UNBALANCED);
    v = memory_save(&memory);
    CHECK_OK(migcore_begin_list(v, "l", 2));
    CHECK_OK(migcore_begin_element(v));
    CHECK_STATUS(migcore_begin_element(v), MIGCORE_UNBALANCED);
    v = memory_save(&memory);
    CHECK_OK(migcore_begin_list(v, "l", 2));
    CHECK_OK(migcore_begin_element(v));
    CHECK_STATUS(migcore_end_list(v), MIGCORE_UNBALANCED);
}

/* One scope of each kind in turn, as deep as it goes; lists with an element open, which does not count. */
static void scopes_nest_16_deep(void)
{
    struct memory memory;
    size_t depth, extra;

    for (extra = 0; extra < 5; extra++) {
        migcore_visitor *v = memory_save(&memory);
        size_t count = 1;
        bool present = true;

        check_case("one more: %lu", (unsigned long)extra);
        for (depth = 0; depth < MIGCORE_MAX_DEPTH; depth++) {
            open_scope(v, depth % COUNT_OF(ends), false);
        }
        CHECK_OK(migcore_get_status(v));
        CHECK_STATUS(extra == 0   ? migcore_begin_struct(v, "s")
                     : extra == 1 ? migcore_begin_device(v, "d", 0, 1, 1)
                     : extra == 2 ? migcore_begin_varlist(v, "l", 1, &count)
                     : extra == 3 ? migcore_begin_optional(v, "o", &present)
                                  : migcore_begin_subsection(v, "s/a", 1),
                     MIGCORE_TOO_DEEP);
        CHECK_STATUS(migcore_finish(v), MIGCORE_TOO_DEEP);
    }
}

static void all_16_close_again(void)
{
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);
    int round;
    size_t depth;

    for (round = 0; round < 3; round++) {
        for (depth = 0; depth < MIGCORE_MAX_DEPTH; depth++) {
            open_scope(v, depth % COUNT_OF(ends), false);
        }
        for (depth = MIGCORE_MAX_DEPTH; depth-- > 0;) {
            CHECK_OK(ends[depth % COUNT_OF(ends)](v));
            if (depth % COUNT_OF(ends) == 3) {
                CHECK_OK(migcore_end_list(v));
            }
        }
        CHECK_OK(migcore_finish(v));
    }
}

static void a_subsection_too_deep_on_load(void)
{
    static const uint8_t subsection[] = { 5, 3, 's', '/', 'a', 0, 0, 0, 1 };
    struct memory memory;
    migcore_visitor *v = memory_load(&memory, subsection, sizeof subsection);
    char name[256];
    uint32_t version;
    bool found;
    size_t depth;

    for (depth = 0; depth < MIGCORE_MAX_DEPTH; depth++) {
        CHECK_OK(migcore_begin_struct(v, "s"));
    }
    CHECK_STATUS(migcore_next_subsection(v, "s", name, sizeof name, &version, &found), MIGCORE_TOO_DEEP);
}

static void names_are_bounded(void)
{
    static char name[MIGCORE_MAX_NAME + 2];
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);
    size_t count = 0;
    bool present = false;
    int kind;

    memset(name, 'n', sizeof name - 1);
    name[MIGCORE_MAX_NAME] = '\0';
    CHECK_OK(migcore_begin_device(v, name, 0, 1, 1));
    CHECK_OK(migcore_begin_struct(v, name));
    CHECK_OK(migcore_begin_varlist(v, name, 0, &count));
    CHECK_OK(migcore_begin_subsection(v, name, 1));
    CHECK_OK(migcore_begin_optional(v, name, &present));
    name[MIGCORE_MAX_NAME] = 'n';
    for (kind = 0; kind < 7; kind++) {
        v = memory_save(&memory);
        CHECK_STATUS(kind == 0   ? migcore_begin_device(v, name, 0, 1, 1)
                     : kind == 1 ? migcore_begin_struct(v, name)
                     : kind == 2 ? migcore_begin_versioned_struct(v, name, "d", 1, 1)
                     : kind == 3 ? migcore_begin_list(v, name, 0)
                     : kind == 4 ? migcore_begin_varlist(v, name, 0, &count)
                     : kind == 5 ? migcore_begin_optional(v, name, &present)
                                 : migcore_begin_subsection(v, name, 1),
                     MIGCORE_NAME_TOO_LONG);
        CHECK_EQUAL(report_of(v).expected, MIGCORE_MAX_NAME);
        CHECK_EQUAL(report_of(v).found, MIGCORE_MAX_NAME + 1);
    }
}

/* A visitor may go on after finish. */
static void a_finished_visitor_goes_on(void)
{
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);
    uint8_t value = 1;

    CHECK_OK(migcore_visit_u8(v, "a", &value));
    CHECK_OK(migcore_finish(v));
    CHECK_OK(migcore_visit_u8(v, "b", &value));
    CHECK_OK(migcore_finish(v));
    CHECK_EQUAL(migcore_position(v), 2);
}

void test_scopes(void)
{
    scopes_leave_only_counts_on_the_wire();
    a_counted_list_has_bounds();
    outputs_after_an_error();
    what_is_optional_is_a_scope();
    a_list_is_no_longer_than_the_wire_can_say();
    ends_fit_their_begins();
    elements_are_counted();
    elements_belong_to_lists();
    scopes_nest_16_deep();
    all_16_close_again();
    a_subsection_too_deep_on_load();
    names_are_bounded();
    a_finished_visitor_goes_on();
}
