/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Subsections by table: which go out, what a stream may bring.
 */
#include "sections.h"

#include <stdlib.h>

struct timer {
    uint8_t control;
    uint32_t expiry;
    uint8_t line;
    uint16_t edge;
    /* How often each callback was called. */
    unsigned needed, visits;
    uint32_t version_seen;
    migcore_status returns;
};

static bool expiry_needed(void *opaque)
{
    struct timer *s = (struct timer *)opaque;

    s->needed++;
    return s->expiry != 0;
}

static migcore_status expiry_visit(migcore_visitor *v, void *opaque)
{
    struct timer *s = (struct timer *)opaque;

    s->visits++;
    s->version_seen = migcore_state_version(v);
    CHECK(migcore_get_status(v) == MIGCORE_OK);
    migcore_visit_u32(v, "expiry", &s->expiry);
    return s->returns;
}

static bool edge_needed(void *opaque)
{
    return ((struct timer *)opaque)->edge != 0;
}

static migcore_status edge_visit(migcore_visitor *v, void *opaque)
{
    return migcore_visit_u16(v, "edge", &((struct timer *)opaque)->edge);
}

static const migcore_subsection irq_table[] = {
    { sizeof(migcore_subsection), "timer/irq/edge", 1, 1, 0, edge_needed, edge_visit },
};

static bool irq_needed(void *opaque)
{
    return ((struct timer *)opaque)->line != 0;
}

/* A subsection with subsections of its own. */
static migcore_status irq_visit(migcore_visitor *v, void *opaque)
{
    migcore_visit_u8(v, "line", &((struct timer *)opaque)->line);
    return migcore_visit_subsections(v, "timer/irq", irq_table, COUNT_OF(irq_table), opaque);
}

static const migcore_subsection table[] = {
    { sizeof(migcore_subsection), "timer/expiry", 3, 2, MIGCORE_MARK_ANCILLARY, expiry_needed, expiry_visit },
    { sizeof(migcore_subsection), "timer/irq", 1, 1, 0, irq_needed, irq_visit },
};

static migcore_status visit(migcore_visitor *v, struct timer *s)
{
    CHECK_OK(migcore_begin_device(v, "timer", 0, 9, 1));
    CHECK_OK(migcore_visit_u8(v, "control", &s->control));
    migcore_visit_subsections(v, "timer", table, COUNT_OF(table), s);
    CHECK(migcore_get_status(v) != MIGCORE_OK || migcore_state_version(v) == 9);
    migcore_end_device(v);
    return migcore_finish(v);
}

#define CONTROL 0x2a
#define EXPIRY(version, value) \
    5, 12, 't', 'i', 'm', 'e', 'r', '/', 'e', 'x', 'p', 'i', 'r', 'y', 0, 0, 0, version, 0, 0, 0, value
#define IRQ 5, 9, 't', 'i', 'm', 'e', 'r', '/', 'i', 'r', 'q', 0, 0, 0, 1, 0x21
#define EDGE 5, 14, 't', 'i', 'm', 'e', 'r', '/', 'i', 'r', 'q', '/', 'e', 'd', 'g', 'e', 0, 0, 0, 1, 0x12, 0x34

static const uint8_t all[] = {
    CONTROL,      /* control */
    5,            /* marker of a subsection */
    12,           /* length of its name */
    't', 'i', 'm', 'e', 'r', '/', 'e', 'x', 'p', 'i', 'r', 'y', /* its full name */
    0, 0, 0, 3,   /* its version */
    0, 0, 0, 7,   /* expiry */
    5,            /* marker */
    9,            /* length */
    't', 'i', 'm', 'e', 'r', '/', 'i', 'r', 'q',                /* name */
    0, 0, 0, 1,   /* version */
    0x21,         /* line */
    5,            /* marker of the nested one */
    14,           /* length */
    't', 'i', 'm', 'e', 'r', '/', 'i', 'r', 'q', '/', 'e', 'd', 'g', 'e', /* name */
    0, 0, 0, 1,   /* version */
    0x12, 0x34,   /* edge */
};

static struct timer timer_of(uint32_t expiry, uint8_t line, uint16_t edge)
{
    struct timer s;

    memset(&s, 0, sizeof s);
    s.control = CONTROL;
    s.expiry = expiry;
    s.line = line;
    s.edge = edge;
    return s;
}

static void save_gives(struct timer s, const void *expected, size_t length)
{
    struct memory memory;
    migcore_visitor *v = memory_save(&memory);

    CHECK_OK(visit(v, &s));
    CHECK_MEMORY(memory.bytes, migcore_position(v), expected, length);
    CHECK_EQUAL(s.needed, 1);
}

/* Loads a stream whole and compares with what is given. */
static void load_gives(const void *bytes, size_t length, uint32_t expiry, uint8_t line, uint16_t edge)
{
    struct memory memory;
    struct timer s = timer_of(100, 101, 102);
    migcore_visitor *v = memory_load(&memory, bytes, length);

    s.control = 0;
    CHECK_OK(visit(v, &s));
    CHECK_EQUAL(migcore_position(v), length);
    CHECK_EQUAL(s.control, CONTROL);
    CHECK_EQUAL(s.expiry, expiry);
    CHECK_EQUAL(s.line, line);
    CHECK_EQUAL(s.edge, edge);
    CHECK_EQUAL(s.needed, 0);
}

#define SAVE_GIVES(s, ...) \
    do { \
        static const uint8_t save_expected[] = { __VA_ARGS__ }; \
        save_gives(s, save_expected, sizeof save_expected); \
    } while (0)

#define LOAD_GIVES(expiry, line, edge, ...) \
    do { \
        static const uint8_t load_stream[] = { __VA_ARGS__ }; \
        load_gives(load_stream, sizeof load_stream, expiry, line, edge); \
    } while (0)

static void what_is_needed_goes_out_in_order(void)
{
    save_gives(timer_of(7, 0x21, 0x1234), all, sizeof all);
    SAVE_GIVES(timer_of(0, 0, 0x1234), CONTROL);
    SAVE_GIVES(timer_of(0, 0x21, 0), CONTROL, IRQ);
    SAVE_GIVES(timer_of(7, 0, 0x1234), CONTROL, EXPIRY(3, 7));
    SAVE_GIVES(timer_of(0, 0x21, 0x1234), CONTROL, IRQ, EDGE);
}

/* 100, 101 and 102 are what the state held before: what the stream does not bring stays. */
static void the_stream_says_which_and_in_what_order(void)
{
    load_gives(all, sizeof all, 7, 0x21, 0x1234);
    LOAD_GIVES(100, 101, 102, CONTROL);
    LOAD_GIVES(7, 101, 102, CONTROL, EXPIRY(3, 7));
    LOAD_GIVES(100, 0x21, 102, CONTROL, IRQ);
    LOAD_GIVES(7, 0x21, 102, CONTROL, IRQ, EXPIRY(3, 7));
    LOAD_GIVES(7, 0x21, 0x1234, CONTROL, IRQ, EDGE, EXPIRY(3, 7));
    LOAD_GIVES(8, 101, 102, CONTROL, EXPIRY(3, 7), EXPIRY(3, 8));
    LOAD_GIVES(8, 0x21, 102, CONTROL, EXPIRY(3, 7), IRQ, EXPIRY(2, 8));
}

static void a_part_has_its_own_version(void)
{
    static const uint8_t version_2[] = { CONTROL, EXPIRY(2, 7) };
    struct memory memory;
    struct timer s = timer_of(0, 0, 0);

    CHECK_OK(visit(memory_load(&memory, version_2, sizeof version_2), &s));
    CHECK_EQUAL(s.version_seen, 2);
    CHECK_OK(visit(memory_save(&memory), &s));
    CHECK_EQUAL(s.version_seen, 3);
}

/* Loads a stream that must be refused, and gives the report. */
static migcore_error refused(const void *bytes, size_t length, migcore_status status)
{
    struct memory memory;
    struct timer s = timer_of(100, 101, 102);
    migcore_visitor *v = memory_load(&memory, bytes, length);

    CHECK_STATUS(visit(v, &s), status);
    CHECK(s.expiry == 100 && s.edge == 102);
    return report_of(v);
}

static void versions_out_of_range_are_refused(void)
{
    static const uint8_t newer[] = { CONTROL, EXPIRY(4, 7) }, older[] = { CONTROL, EXPIRY(1, 7) };
    static const uint8_t wide[] = { CONTROL, 5, 9, 't', 'i', 'm', 'e', 'r', '/', 'i', 'r', 'q', 0, 0, 1, 1, 0x21 };
    migcore_error error = refused(newer, sizeof newer, MIGCORE_TOO_NEW);

    CHECK(error.expected == 3 && error.found == 4);
    CHECK_TEXT(error.path, "timer/0.timer/expiry");
    error = refused(older, sizeof older, MIGCORE_TOO_OLD);
    CHECK(error.expected == 2 && error.found == 1);
    /* QEMU would read this one as 1. */
    error = refused(wide, sizeof wide, MIGCORE_TOO_NEW);
    CHECK_EQUAL(error.found, 0x101);
}

static void unknown_parts_are_refused(void)
{
    static const uint8_t unknown[] = { CONTROL, 5, 8, 't', 'i', 'm', 'e', 'r', '/', 'x', 'y', 0, 0, 0, 1 };
    static const uint8_t nested[] = { CONTROL, IRQ, 5, 11, 't', 'i', 'm', 'e', 'r', '/', 'i', 'r', 'q', '/', 'x',
                                      0, 0, 0, 1 };
    /* It is the irq's by prefix, but the irq is not there. */
    static const uint8_t orphan[] = { CONTROL, EDGE };

    refused(unknown, sizeof unknown, MIGCORE_UNKNOWN_SUBSECTION);
    CHECK_TEXT(refused(nested, sizeof nested, MIGCORE_UNKNOWN_SUBSECTION).path, "timer/0.timer/irq.timer/irq/x");
    refused(orphan, sizeof orphan, MIGCORE_UNKNOWN_SUBSECTION);
}

/* A stream of which only the first byte is this device's. */
static void leaves_alone(const void *bytes, size_t length)
{
    struct memory memory;
    struct timer s = timer_of(100, 101, 102);
    migcore_visitor *v = memory_load(&memory, bytes, length);

    CHECK_OK(visit(v, &s));
    CHECK_EQUAL(migcore_position(v), 1);
    CHECK_EQUAL(s.visits, 0);
}

#define LEAVES_ALONE(...) \
    do { \
        static const uint8_t left_stream[] = { CONTROL, __VA_ARGS__ }; \
        leaves_alone(left_stream, sizeof left_stream); \
    } while (0)

static void what_is_no_part_of_it_is_left_for_others(void)
{
    /* Of another device; of its owner's owner, whose name is shorter; with the very name of this one. */
    LEAVES_ALONE(5, 5, 'n', 'i', 'c', '/', 'x', 0, 0, 0, 1);
    LEAVES_ALONE(5, 3, 't', 'i', 'm', 0, 0, 0, 1);
    LEAVES_ALONE(5, 5, 't', 'i', 'm', 'e', 'r', 0, 0, 0, 1);
    /* Data that begins with 05; with 05 and a length that the stream has not; the end after each byte of a head. */
    LEAVES_ALONE(5, 5, 5, 5, 5, 5, 5, 5, 5, 5);
    LEAVES_ALONE(5, 0, 0, 0, 0, 0, 0);
    LEAVES_ALONE(5, 255, 't', 'i', 'm', 'e', 'r', '/', 'i', 'r', 'q');
    LEAVES_ALONE(5);
    LEAVES_ALONE(5, 9);
    LEAVES_ALONE(5, 9, 't', 'i', 'm', 'e', 'r', '/', 'i', 'r');
    LEAVES_ALONE(4, 9, 't', 'i', 'm', 'e', 'r', '/', 'i', 'r', 'q', 0, 0, 0, 1, 1);
}

/* What an inner struct leaves, its device takes. */
static void a_foreign_part_waits_for_the_outer_level(void)
{
    static const uint8_t stream[] = { 0x2a, EXPIRY(3, 7) };
    struct memory memory;
    struct timer s = timer_of(100, 101, 102);
    migcore_visitor *v = memory_load(&memory, stream, sizeof stream);

    CHECK_OK(migcore_begin_device(v, "timer", 0, 1, 1));
    CHECK_OK(migcore_begin_versioned_struct(v, "core", "ptimer", 1, 1));
    CHECK_OK(migcore_visit_u8(v, "control", &s.control));
    CHECK_OK(migcore_visit_subsections(v, "ptimer", NULL, 0, NULL));
    CHECK_OK(migcore_end_struct(v));
    CHECK_EQUAL(migcore_position(v), 1);
    CHECK_OK(migcore_visit_subsections(v, "timer", table, COUNT_OF(table), &s));
    CHECK_OK(migcore_end_device(v));
    CHECK_OK(migcore_finish(v));
    CHECK_EQUAL(s.expiry, 7);
}

static void a_part_that_fails_ends_the_visit(void)
{
    struct memory memory;
    int loading;

    for (loading = 0; loading < 2; loading++) {
        struct timer s = timer_of(7, 0x21, 0);
        migcore_visitor *v = loading ? memory_load(&memory, all, sizeof all) : memory_save(&memory);
        migcore_error error;

        s.returns = MIGCORE_BAD_VALUE;
        CHECK_STATUS(visit(v, &s), MIGCORE_BAD_VALUE);
        error = report_of(v);
        CHECK(error.cause == 0);
        CHECK_TEXT(error.path, "timer/0.timer/expiry");
        CHECK_EQUAL(s.visits, 1);
        v = loading ? memory_load(&memory, all, sizeof all) : memory_save(&memory);
        s.returns = -22;
        CHECK_STATUS(visit(v, &s), MIGCORE_REFUSED);
        error = report_of(v);
        CHECK(error.cause == -22);
        CHECK_TEXT(message_of(&error),
                   "timer/0.timer/expiry: the device refused (error -22), at byte 23 of the stream");
    }
}

/* The codes are themselves, without a cause; every other number is a cause. */
static void what_a_part_may_return(void)
{
    static const migcore_status codes[] = { MIGCORE_TRUNCATED, MIGCORE_TOO_NEW, MIGCORE_INVALID_ARGUMENT, MIGCORE_REFUSED };
    static const migcore_status numbers[] = { -1, -22, -104, 1, 22, 100, 199, 699, 1000, INT32_MIN, INT32_MAX };
    struct memory memory;
    size_t i;
    int loading;

    for (i = 0; i < COUNT_OF(codes) + COUNT_OF(numbers); i++) {
        for (loading = 0; loading < 2; loading++) {
            bool code = i < COUNT_OF(codes);
            struct timer s = timer_of(7, 0x21, 0);
            migcore_visitor *v = loading ? memory_load(&memory, all, sizeof all) : memory_save(&memory);

            s.returns = code ? codes[i] : numbers[i - COUNT_OF(codes)];
            check_case("returns %d", (int)s.returns);
            CHECK_STATUS(visit(v, &s), code ? s.returns : MIGCORE_REFUSED);
            CHECK(report_of(v).cause == (code ? 0 : s.returns));
            CHECK_EQUAL(report_of(v).offset, 23);
        }
    }
    check_case("%s", "");
}

/* What a part returns does not hide what its visit found before. */
static void the_first_error_of_a_part_stays(void)
{
    struct memory memory;
    struct timer s = timer_of(7, 0x21, 0);
    migcore_visitor *v = memory_load(&memory, all, 20);

    s.returns = -22;
    CHECK_STATUS(visit(v, &s), MIGCORE_TRUNCATED);
    CHECK(report_of(v).cause == 0);
    CHECK_TEXT(report_of(v).path, "timer/0.timer/expiry.expiry");
}

/* `visit` returns OK, but its visitor knows better. */
static void an_error_that_a_part_ignores_is_kept(void)
{
    struct memory memory;
    struct timer s = timer_of(7, 0x21, 0);
    migcore_visitor *v = memory_load(&memory, all, 20);

    CHECK_STATUS(visit(v, &s), MIGCORE_TRUNCATED);
    CHECK_TEXT(report_of(v).path, "timer/0.timer/expiry.expiry");
}

static void a_part_without_needed_is_always_there(void)
{
    static const migcore_subsection always[] = {
        { sizeof(migcore_subsection), "timer/irq/edge", 1, 1, 0, NULL, edge_visit },
    };
    static const uint8_t expected[] = { 5, 14, 't', 'i', 'm', 'e', 'r', '/', 'i', 'r', 'q', '/', 'e', 'd', 'g', 'e',
                                        0, 0, 0, 1, 0, 0 };
    struct memory memory;
    struct timer s = timer_of(0, 0, 0);
    migcore_visitor *v = memory_save(&memory);

    CHECK_OK(migcore_visit_subsections(v, "timer/irq", always, 1, &s));
    CHECK_BYTES(memory.bytes, migcore_position(v), expected);
}

/* No load of `owner` would ever find these: they are refused instead of written. */
static void names_that_are_not_the_owners(void)
{
    static const char *const names[] = { "clock/edge", "timer", "time", "" };
    struct memory memory;
    struct timer s = timer_of(0, 0, 1);
    size_t i;
    int loading;

    for (i = 0; i < COUNT_OF(names); i++) {
        for (loading = 0; loading < 2; loading++) {
            migcore_subsection foreign = { sizeof(migcore_subsection), "", 1, 1, 0, NULL, edge_visit };
            migcore_visitor *v = loading ? memory_load(&memory, all, sizeof all) : memory_save(&memory);

            check_case("name '%s'%s", names[i], loading ? ", load" : "");
            foreign.name = names[i];
            CHECK_STATUS(migcore_visit_subsections(v, "timer", &foreign, 1, &s), MIGCORE_INVALID_ARGUMENT);
            CHECK_EQUAL(migcore_position(v), 0);
        }
    }
}

/* What has no name has no parts that a load could find; so none are saved. */
static void a_table_needs_an_owner(void)
{
    struct memory memory;
    int loading, null;

    for (loading = 0; loading < 2; loading++) {
        for (null = 0; null < 2; null++) {
            struct timer s = timer_of(7, 0, 0);
            migcore_visitor *v = loading ? memory_load(&memory, all, sizeof all) : memory_save(&memory);

            check_case("%s, %s", loading ? "load" : "save", null ? "NULL" : "empty");
            CHECK_STATUS(migcore_visit_subsections(v, null ? NULL : "", table, 1, &s), MIGCORE_INVALID_ARGUMENT);
            CHECK_EQUAL(migcore_position(v), 0);
            CHECK_EQUAL(s.visits, 0);
            CHECK_STATUS(migcore_finish(v), MIGCORE_INVALID_ARGUMENT);
        }
    }
    check_case("%s", "");
}

/* Of a table of another release, there may be no more than a size. */
static void short_tables_are_not_read_on(void)
{
    size_t *block = (size_t *)malloc(sizeof *block);
    struct memory memory;

    *block = sizeof *block;
    CHECK_STATUS(migcore_visit_subsections(memory_save(&memory), "n", (const migcore_subsection *)(const void *)block, 1,
                                           NULL),
                 MIGCORE_BAD_SIZE);
    free(block);
}

static void a_version_that_the_wire_cannot_carry(void)
{
    migcore_subsection wide = { sizeof(migcore_subsection), "timer/wide", 256, 1, 0, NULL, edge_visit };
    struct memory memory;
    struct timer s = timer_of(0, 0, 1);
    migcore_visitor *v = memory_save(&memory);

    CHECK_STATUS(migcore_visit_subsections(v, "timer", &wide, 1, &s), MIGCORE_TOO_NEW);
    CHECK_EQUAL(report_of(v).expected, 255);
}

void test_subsection_table(void)
{
    what_is_needed_goes_out_in_order();
    the_stream_says_which_and_in_what_order();
    a_part_has_its_own_version();
    versions_out_of_range_are_refused();
    unknown_parts_are_refused();
    what_is_no_part_of_it_is_left_for_others();
    a_foreign_part_waits_for_the_outer_level();
    a_part_that_fails_ends_the_visit();
    what_a_part_may_return();
    the_first_error_of_a_part_stays();
    an_error_that_a_part_ignores_is_kept();
    a_part_without_needed_is_always_there();
    names_that_are_not_the_owners();
    a_table_needs_an_owner();
    short_tables_are_not_read_on();
    a_version_that_the_wire_cannot_carry();
}
