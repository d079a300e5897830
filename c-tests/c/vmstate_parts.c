/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What tables meet in a program: values that only the device knows, its timers, visits without a table, a machine, and
 * readers that know less.
 */
#include "vmstate_dev.h"

/* ---- values that only the device knows */

struct digits {
    uint8_t high, low;
};
struct odd {
    struct digits digits;
    struct dev inner;
};

static migcore_status visit_digits(migcore_visitor *v, void *place, size_t size, const migcore_vmstate_field *field)
{
    struct digits *digits = (struct digits *)place;
    uint8_t packed = (uint8_t)(digits->high << 4 | digits->low);

    CHECK_EQUAL(size, 2);
    CHECK(strcmp(field->name, "digits") == 0);
    migcore_visit_u8(v, "packed", &packed);
    digits->high = packed >> 4;
    digits->low = packed & 15;
    return migcore_require(v, "packed", digits->high < 10 && digits->low < 10);
}

/* Visits another table on the same visitor. */
static int visit_inner(void *opaque, migcore_visitor *v, const migcore_vmstate_field *field, void *place, size_t size)
{
    struct vm_host *host = (struct vm_host *)opaque;

    CHECK(size == sizeof(struct dev) && strcmp(field->info->name, "inner") == 0);
    if (host->refuse_at != 0) {
        return host->refuse_at == 1 ? -5 : MIGCORE_BAD_VALUE;
    }
    return migcore_visit_vmstate_struct(v, "dev", &dev_table, 2, place, NULL);
}

static const migcore_vmstate_info digits_info = {
    "digits", NULL, NULL, NULL, NULL, NULL, NULL, visit_digits, MIGCORE_VMSTATE_KIND_CUSTOM
};
static const migcore_vmstate_info inner_info = {
    "inner", NULL, NULL, NULL, NULL, NULL, NULL, NULL, MIGCORE_VMSTATE_KIND_CUSTOM
};
static const migcore_vmstate_field odd_fields[] = {
    MIGCORE_VMSTATE_CUSTOM(digits, struct odd, digits_info, struct digits),
    MIGCORE_VMSTATE_CUSTOM(inner, struct odd, inner_info, struct dev),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate odd_table = MIGCORE_VMSTATE_TABLE("odd", 1, 1, odd_fields);

static void a_device_has_values_of_its_own(void)
{
    static uint8_t bytes[VMSTATE_BYTES];
    struct vm_host host;
    struct odd s, back;
    migcore_error error;
    size_t length;

    vm_host_init(&host);
    host.host.custom = visit_inner;
    dev_init(&s.inner);
    s.digits.high = 4;
    s.digits.low = 2;
    CHECK_OK(vm_save(&odd_table, &s, &host.host, bytes, &length));
    CHECK(length == 1 + sizeof dev_bytes && bytes[0] == 0x42);
    CHECK_MEMORY(bytes + 1, length - 1, dev_bytes, sizeof dev_bytes);
    memset(&back, 0, sizeof back);
    CHECK_OK(vm_load(&odd_table, &back, &host.host, 1, bytes, length, NULL, NULL));
    CHECK(back.digits.high == 4 && back.digits.low == 2 && back.inner.part == 3);
    CHECK_OK(vm_save_chunks(&odd_table, &s, &host.host, bytes, &length));
    memset(&back, 0, sizeof back);
    CHECK_OK(vm_load_chunks(&odd_table, &back, &host.host, bytes, length, NULL));
    CHECK(back.digits.high == 4 && back.digits.low == 2 && back.inner.part == 3);
    /* Its own errors, and the way to them. */
    bytes[0] = 0x4a;
    CHECK_STATUS(vm_load(&odd_table, &back, &host.host, 1, bytes, 1, &error, NULL), MIGCORE_REFUSED);
    CHECK_TEXT(error.path, "odd/0.digits.packed");
    host.refuse_at = 1;
    bytes[0] = 0x42;
    CHECK_STATUS(vm_load(&odd_table, &back, &host.host, 1, bytes, 1, &error, NULL), MIGCORE_REFUSED);
    CHECK_EQUAL(error.cause, -5);
    CHECK_TEXT(error.path, "odd/0.inner");
    host.refuse_at = 2;
    CHECK_STATUS(vm_save(&odd_table, &s, &host.host, bytes, &length), MIGCORE_BAD_VALUE);
    host.host.custom = NULL;
    CHECK_STATUS(vm_save(&odd_table, &s, &host.host, bytes, &length), MIGCORE_UNSUPPORTED);
}

/* The same from chunks that a description led to: what it does not tell is bytes. */
static void values_of_its_own_come_from_buffers(void)
{
    static uint8_t bytes[VMSTATE_BYTES], scratch[MIGCORE_CHUNK_SCRATCH + 4096];
    static const uint8_t packed[] = { 0x42, 0 };
    struct vm_host host;
    struct odd back;
    migcore_error error;
    migcore_chunk_saver saver;
    size_t i;

    for (i = 0; i < 3; i++) {
        uint8_t inner[sizeof dev_bytes];
        size_t digits = i == 1 ? 2 : 1, rest = sizeof dev_bytes - (i == 2);

        vm_host_init(&host);
        host.host.custom = visit_inner;
        memset(&back, 0, sizeof back);
        memcpy(inner, dev_bytes, sizeof inner);
        CHECK_OK(migcore_chunk_save_memory(&saver, sizeof saver, bytes, sizeof bytes, scratch, sizeof scratch, NULL, NULL));
        migcore_begin_device(&saver.visitor, "odd", 0, 1, 1);
        migcore_mark(&saver.visitor, MIGCORE_MARK_OPAQUE);
        migcore_visit_bytes(&saver.visitor, "digits", (uint8_t *)packed, digits);
        migcore_mark(&saver.visitor, MIGCORE_MARK_OPAQUE);
        migcore_visit_bytes(&saver.visitor, "inner", inner, rest);
        migcore_end_device(&saver.visitor);
        CHECK_OK(migcore_finish(&saver.visitor));
        host.refuse_at = 0;
        switch (i) {
        case 0:
            CHECK_OK(vm_load_chunks(&odd_table, &back, &host.host, bytes, (size_t)migcore_position(&saver.visitor), &error));
            CHECK(back.digits.high == 4 && back.digits.low == 2 && back.inner.part == 3);
            host.refuse_at = 1;
            CHECK_STATUS(vm_load_chunks(&odd_table, &back, &host.host, bytes, (size_t)migcore_position(&saver.visitor),
                                        &error), MIGCORE_REFUSED);
            CHECK_EQUAL(error.cause, -5);
            CHECK_TEXT(error.path, "odd/0.inner");
            break;
        case 1:
            CHECK_STATUS(vm_load_chunks(&odd_table, &back, &host.host, bytes, (size_t)migcore_position(&saver.visitor),
                                        &error), MIGCORE_UNCONSUMED);
            CHECK_TEXT(error.path, "odd/0.digits");
            break;
        default:
            CHECK_STATUS(vm_load_chunks(&odd_table, &back, &host.host, bytes, (size_t)migcore_position(&saver.visitor),
                                        &error), MIGCORE_TRUNCATED);
            CHECK(strncmp(error.path, "odd/0.inner.", strlen("odd/0.inner.")) == 0);
        }
    }
}

/* ---- timers of the program */

struct clock {
    bool armed;
    int32_t seconds;
};

static int64_t clock_get(void *opaque, const void *timer)
{
    const struct clock *clock = (const struct clock *)timer;

    ((struct vm_host *)opaque)->calls++;
    return clock->armed ? clock->seconds * 1000000000LL : -1;
}

static void clock_set(void *opaque, void *timer, int64_t expiry)
{
    struct clock *clock = (struct clock *)timer;

    ((struct vm_host *)opaque)->calls++;
    clock->armed = expiry != -1;
    clock->seconds = clock->armed ? (int32_t)(expiry / 1000000000) : 0;
}

struct clocks {
    struct clock one, *other, some[2];
};

static void timers_are_those_of_the_program(void)
{
    static const migcore_vmstate_field fields[] = {
        MIGCORE_VMSTATE_TIMER(one, struct clocks, struct clock),
        MIGCORE_VMSTATE_POINTER(other, struct clocks, migcore_vmstate_info_timer, struct clock),
        MIGCORE_VMSTATE_ARRAY(some, struct clocks, 2, migcore_vmstate_info_timer, struct clock),
        MIGCORE_VMSTATE_END(),
    };
    static const migcore_vmstate table = MIGCORE_VMSTATE_TABLE("clocks", 1, 1, fields);
    static uint8_t bytes[VMSTATE_BYTES];
    static const uint8_t expected[] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0x77, 0x35, 0x94, 0x00, /* one, other */
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xb2, 0xd0, 0x5e, 0x00, /* some */
    };
    struct clock other = { true, 2 }, back_other = { true, 9 };
    struct clocks s, back;
    struct vm_host host;
    size_t length;

    vm_host_init(&host);
    host.host.timer_get = clock_get;
    host.host.timer_set = clock_set;
    memset(&s, 0, sizeof s);
    memset(&back, 0x11, sizeof back);
    s.other = &other;
    back.other = &back_other;
    s.some[1].armed = true;
    s.some[1].seconds = 3;
    CHECK_OK(vm_save(&table, &s, &host.host, bytes, &length));
    CHECK_BYTES(bytes, length, expected);
    CHECK_OK(vm_load(&table, &back, &host.host, 1, bytes, length, NULL, NULL));
    CHECK(!back.one.armed && back_other.armed && back_other.seconds == 2);
    CHECK(!back.some[0].armed && back.some[1].armed && back.some[1].seconds == 3);
    CHECK_EQUAL(host.calls, 8);
}

/* ---- a table among calls of a visit, and as a device of a machine */

static migcore_status visit_around(migcore_visitor *v, void *opaque)
{
    struct dev *s = (struct dev *)opaque;
    uint16_t before = 0x1111, behind = 0x2222;

    migcore_visit_u16(v, "before", &before);
    migcore_visit_vmstate_struct(v, "dev", &dev_table, 2, s, NULL);
    migcore_visit_vmstate_struct(v, NULL, &part_table, 1, s, NULL);
    migcore_visit_vmstate(v, &part_table, s, NULL);
    migcore_visit_u16(v, "behind", &behind);
    CHECK(migcore_get_status(v) != MIGCORE_OK || (before == 0x1111 && behind == 0x2222));
    return migcore_get_status(v);
}

static migcore_vmstate_device dev_device;

static migcore_status visit_device(migcore_visitor *v, void *opaque)
{
    return migcore_visit_vmstate_device(v, opaque);
}

static void a_table_is_a_part_of_a_visit(void)
{
    static uint8_t bytes[VMSTATE_BYTES], scratch[4096], index[64 * MIGCORE_INDEX_ENTRY];
    migcore_chunk_saver saver;
    migcore_chunk_loader loader;
    migcore_checked checked;
    migcore_machine machine;
    migcore_device devices[2];
    struct dev s[2], tried;
    size_t length;
    int round;

    memset(devices, 0, sizeof devices);
    dev_device.size = sizeof dev_device;
    dev_device.table = &dev_table;
    dev_device.object = &s[1];
    devices[0].size = devices[1].size = sizeof devices[0];
    devices[0].name = "around";
    devices[0].version = devices[0].minimum_version = 1;
    devices[0].visit = visit_around;
    devices[0].opaque = &s[0];
    devices[0].scratch = &tried;
    devices[1].name = "dev";
    devices[1].version = 2;
    devices[1].minimum_version = 1;
    devices[1].visit = visit_device;
    devices[1].opaque = &dev_device;
    dev_init(&s[0]);
    dev_init(&s[1]);
    s[1].a = 77;
    memset(&tried, 0, sizeof tried);
    CHECK_OK(migcore_machine_init(&machine, sizeof machine, devices, 2, NULL));
    CHECK_OK(migcore_chunk_save_memory(&saver, sizeof saver, bytes, sizeof bytes, scratch, sizeof scratch, NULL, NULL));
    CHECK_OK(migcore_machine_save(&machine, &saver.visitor));
    CHECK_OK(migcore_finish(&saver.visitor));
    length = (size_t)migcore_position(&saver.visitor);
    memset(s, 0, sizeof s);
    checked.size = sizeof checked;
    for (round = 0; round < 2; round++) {
        CHECK_OK(migcore_chunk_load_memory(&loader, sizeof loader, bytes, length, index, sizeof index, NULL, NULL));
        if (round == 0) {
            CHECK_OK(migcore_machine_check(&machine, &loader.visitor, &checked));
            CHECK(checked.devices == 2 && checked.unproven == 1 && tried.b == 2 && s[0].b == 0);
        } else {
            CHECK_OK(migcore_machine_load(&machine, &loader.visitor, &checked));
        }
    }
    CHECK(s[0].a == 1 && s[0].part == 3 && s[1].a == 77 && s[1].b == 2 && s[1].part == 3);
    CHECK_TEXT(s[1].log, "ltPL");
}

/* A table that knows less passes over what is ancillary, and refuses what is not. */
static void marks_are_those_of_the_table(void)
{
    static uint8_t bytes[VMSTATE_BYTES];
    migcore_vmstate table = dev_table, part = part_table, older = dev_table;
    const migcore_vmstate *parts[] = { &part, NULL };
    migcore_error error;
    struct dev s;
    size_t length;
    int ancillary;

    table.subsections = parts;
    older.subsections = NULL;
    for (ancillary = 0; ancillary < 2; ancillary++) {
        part.marks = ancillary ? MIGCORE_MARK_ANCILLARY : 0;
        dev_init(&s);
        CHECK_OK(vm_save_chunks(&table, &s, NULL, bytes, &length));
        memset(&s, 0, sizeof s);
        CHECK_STATUS(vm_load_chunks(&older, &s, NULL, bytes, length, &error),
                     ancillary ? MIGCORE_OK : MIGCORE_UNKNOWN_SUBSECTION);
        CHECK(s.a == 1 && s.b == 2 && s.part == 0);
    }
}

/* ---- values that must be the same on both sides */

struct fixed {
    uint16_t id;
    int32_t most;
};

static void values_may_be_fixed(void)
{
    static const migcore_vmstate_field fields[] = {
        MIGCORE_VMSTATE_U16_EQUAL(id, struct fixed, "another card"),
        MIGCORE_VMSTATE_I32_LE(most, struct fixed),
        MIGCORE_VMSTATE_END(),
    };
    static const migcore_vmstate table = MIGCORE_VMSTATE_TABLE("fixed", 1, 1, fields);
    static const uint8_t less[] = { 0x12, 0x34, 0, 0, 0, 4 }, more[] = { 0x12, 0x34, 0, 0, 0, 6 };
    static const uint8_t below[] = { 0x12, 0x34, 0xff, 0xff, 0xff, 0xff }, other[] = { 0x12, 0x35, 0, 0, 0, 4 };
    struct fixed s = { 0x1234, 5 };
    migcore_error error;

    CHECK_STATUS(vm_load(&table, &s, NULL, 1, more, sizeof more, &error, NULL), MIGCORE_BAD_VALUE);
    CHECK_TEXT(error.path, "fixed/0.most");
    CHECK_STATUS(vm_load(&table, &s, NULL, 1, below, sizeof below, NULL, NULL), MIGCORE_BAD_VALUE);
    CHECK_STATUS(vm_load(&table, &s, NULL, 1, other, sizeof other, &error, NULL), MIGCORE_VALUE_DIFFERS);
    CHECK(error.expected == 0x1234 && error.found == 0x1235);
    CHECK(s.id == 0x1234 && s.most == 5);
    CHECK_OK(vm_load(&table, &s, NULL, 1, less, sizeof less, NULL, NULL));
    CHECK(s.id == 0x1234 && s.most == 4);
}

/* ---- a save that describes itself */

static void a_save_describes_itself(void)
{
    static const char expected[] =
        "{\"vmsd_name\": \"dev\", \"version\": 2, \"fields\": [{\"name\": \"a\", \"type\": \"uint32\", \"size\": 4}, "
        "{\"name\": \"b\", \"type\": \"uint32\", \"size\": 4}], \"subsections\": [{\"vmsd_name\": \"dev/part\", "
        "\"version\": 1, \"fields\": [{\"name\": \"part\", \"type\": \"uint8\", \"size\": 1}]}]}";
    static char memory[1024];
    static uint8_t bytes[VMSTATE_BYTES];
    migcore_vmdesc description;
    struct vm_host host;
    struct dev s;
    const char *text = NULL;
    size_t length = 0;

    vm_host_init(&host);
    host.host.description = &description;
    dev_init(&s);
    CHECK_OK(migcore_vmdesc_init(&description, sizeof description, memory, sizeof memory, 702, false));
    CHECK_OK(migcore_vmdesc_begin_object(&description, NULL));
    CHECK_OK(vm_save(&dev_table, &s, &host.host, bytes, &length));
    CHECK_BYTES(bytes, length, dev_bytes);
    CHECK_OK(migcore_vmdesc_end_object(&description));
    CHECK_OK(migcore_vmdesc_finish(&description, &text, &length));
    CHECK_TEXT(text, expected);
    /* A load has nothing to tell. */
    CHECK_OK(migcore_vmdesc_init(&description, sizeof description, memory, sizeof memory, 702, false));
    CHECK_OK(vm_load(&dev_table, &s, &host.host, 2, dev_bytes, sizeof dev_bytes, NULL, NULL));
    CHECK_OK(migcore_vmdesc_begin_object(&description, NULL));
    CHECK_OK(migcore_vmdesc_end_object(&description));
    CHECK_OK(migcore_vmdesc_finish(&description, &text, &length));
    CHECK_TEXT(text, "{}");
}

void test_vmstate_parts(void)
{
    a_save_describes_itself();
    a_device_has_values_of_its_own();
    values_of_its_own_come_from_buffers();
    timers_are_those_of_the_program();
    a_table_is_a_part_of_a_visit();
    marks_are_those_of_the_table();
    values_may_be_fixed();
}
