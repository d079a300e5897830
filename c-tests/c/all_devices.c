/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * All devices of a machine: saved, checked, loaded, taken back; a stream changes all of them or none.
 */
#include "sections.h"

#include <stdio.h>

#define PARTS 3
#define REFUSAL (-22)

static char history[2048];

/* A device that notes what is done with it, and may refuse. */
struct part {
    const char *name;
    uint32_t value;
    uint8_t table[32];
    uint32_t forbidden;
    const char *refusing;
};

static void note(const struct part *part, const char *what)
{
    size_t used = strlen(history);

    snprintf(history + used, sizeof history - used, "%s.%s ", part->name, what);
}

static int32_t hook(const struct part *part, const char *what)
{
    note(part, what);
    return part->refusing && strcmp(part->refusing, what) == 0 ? REFUSAL : 0;
}

static migcore_status part_visit(migcore_visitor *v, void *opaque)
{
    struct part *part = (struct part *)opaque;

    note(part, migcore_is_loading(v) ? "load" : "save");
    migcore_visit_u32(v, "value", &part->value);
    if (migcore_is_loading(v) && part->forbidden == part->value)
        return migcore_fail(v, "value", REFUSAL, 0);
    return migcore_visit_u8_array(v, "table", part->table, sizeof part->table);
}

static int32_t part_pre_save(void *opaque)
{
    return hook((const struct part *)opaque, "pre_save");
}

static int32_t part_post_save(void *opaque)
{
    return hook((const struct part *)opaque, "post_save");
}

static int32_t part_pre_load(void *opaque)
{
    return hook((const struct part *)opaque, "pre_load");
}

static int32_t part_post_load(void *opaque, uint32_t version)
{
    CHECK(version == 2 || version == 3);
    return hook((const struct part *)opaque, "post_load");
}

static int32_t part_on_run(void *opaque)
{
    return hook((const struct part *)opaque, "on_run");
}

static struct part parts[PARTS], scratch_part;

static int32_t part_scratch_begin(void *scratch, void *opaque)
{
    struct part *copy = (struct part *)scratch;

    *copy = *(const struct part *)opaque;
    copy->name = "scratch";
    copy->value = 0;
    return hook(copy, "begin");
}

static void part_scratch_end(void *scratch, void *opaque)
{
    CHECK(opaque != scratch);
    note((const struct part *)scratch, "end");
}

static migcore_device devices[PARTS];
static migcore_machine machine;
static unsigned char bytes[8192];
static size_t length;

/* Parts with values, in a table that is not in the order of names. */
static void set_up(uint32_t first)
{
    static const char *const names[PARTS] = { "rtc", "nic", "apic" };

    memset(devices, 0, sizeof devices);
    for (unsigned at = 0; at < PARTS; at++) {
        migcore_device *device = &devices[at];

        memset(&parts[at], (int)(first + at), sizeof parts[at]);
        parts[at].name = names[at];
        parts[at].value = first + at;
        parts[at].forbidden = UINT32_MAX;
        parts[at].refusing = NULL;
        device->size = sizeof *device;
        device->name = names[at];
        device->version = 3;
        device->minimum_version = 2;
        device->visit = part_visit;
        device->pre_save = part_pre_save;
        device->post_save = part_post_save;
        device->pre_load = part_pre_load;
        device->post_load = part_post_load;
        device->on_run = part_on_run;
        device->opaque = &parts[at];
    }
    memset(&machine, 0x5a, sizeof machine);
    CHECK_OK(migcore_machine_init(&machine, sizeof machine, devices, PARTS, NULL));
    history[0] = '\0';
}

static migcore_status save(migcore_machine *from)
{
    migcore_chunk_saver saver;
    unsigned char scratch[1024];

    CHECK_OK(migcore_chunk_save_memory(&saver, sizeof saver, bytes, sizeof bytes, scratch, sizeof scratch, NULL, NULL));
    migcore_machine_save(from, &saver.visitor);
    migcore_status status = migcore_finish(&saver.visitor);
    length = (size_t)migcore_position(&saver.visitor);
    return status;
}

static migcore_chunk_loader loader;

static migcore_visitor *load_from(const void *stream, size_t size)
{
    CHECK_OK(migcore_chunk_load_memory(&loader, sizeof loader, stream, size, NULL, 0, NULL, NULL));
    return &loader.visitor;
}

static migcore_checked checked;

static migcore_status check(const void *stream, size_t size)
{
    memset(&checked, 0x5a, sizeof checked);
    checked.size = sizeof checked;
    return migcore_machine_check(&machine, load_from(stream, size), &checked);
}

/* Both passes; the report is in the loader. */
static migcore_status load(const void *stream, size_t size)
{
    migcore_status status = check(stream, size);

    return status ? status : migcore_machine_load(&machine, load_from(stream, size), &checked);
}

static void check_error(migcore_status status, const char *path, int cause)
{
    migcore_error error = report_of(&loader.visitor);

    CHECK_STATUS(error.status, status);
    CHECK_TEXT(error.path, path);
    CHECK_EQUAL(error.cause, cause);
}

static int have_values(uint32_t first)
{
    int right = 1;

    for (unsigned at = 0; at < PARTS; at++) {
        right &= parts[at].value == first + at;
        for (unsigned place = 0; place < sizeof parts[at].table; place++)
            right &= parts[at].table[place] == (uint8_t)(first + at);
    }
    return right;
}

static void saved_and_loaded(void)
{
    set_up(10);
    CHECK_OK(save(&machine));
    CHECK_TEXT(history, "rtc.pre_save rtc.save rtc.post_save nic.pre_save nic.save nic.post_save "
                        "apic.pre_save apic.save apic.post_save ");
    set_up(50);
    CHECK_OK(check(bytes, length));
    CHECK_TEXT(history, "");
    CHECK_EQUAL(checked.devices, 3);
    CHECK_EQUAL(checked.skipped, 0);
    CHECK(have_values(50));
    CHECK_OK(migcore_machine_load(&machine, load_from(bytes, length), &checked));
    CHECK_OK(migcore_machine_run(&machine, NULL));
    CHECK_TEXT(history, "rtc.pre_load rtc.load rtc.post_load nic.pre_load nic.load nic.post_load "
                        "apic.pre_load apic.load apic.post_load rtc.on_run nic.on_run apic.on_run ");
    CHECK(have_values(10));
    CHECK(!migcore_machine_is_dirty(&machine));
}

/* A machine of two of the devices, in another order. */
static void part_of_a_machine(void)
{
    migcore_device two[2];

    set_up(10);
    CHECK_OK(save(&machine));
    two[0] = devices[2];
    two[1] = devices[0];
    CHECK_OK(migcore_machine_init(&machine, sizeof machine, two, 2, NULL));
    CHECK_STATUS(load(bytes, length), MIGCORE_UNKNOWN_DEVICE);
    check_error(MIGCORE_UNKNOWN_DEVICE, "nic/0", 0);

    devices[1].marks = MIGCORE_MARK_ANCILLARY;
    devices[0].flags = MIGCORE_DEVICE_OLDER_READERS;
    devices[0].oldest_reader = 1;
    CHECK_OK(migcore_machine_init(&machine, sizeof machine, devices, PARTS, NULL));
    CHECK_OK(save(&machine));
    parts[0].value = parts[2].value = 0;
    two[1].version = 2; /* that it can read the state, the stream says */
    CHECK_OK(migcore_machine_init(&machine, sizeof machine, two, 2, NULL));
    CHECK_OK(load(bytes, length));
    CHECK_EQUAL(checked.devices, 2);
    CHECK_EQUAL(checked.skipped, 1);
    CHECK(have_values(10));

    two[0].version = 2;
    CHECK_OK(migcore_machine_init(&machine, sizeof machine, two, 2, NULL));
    CHECK_STATUS(load(bytes, length), MIGCORE_TOO_NEW);
    check_error(MIGCORE_TOO_NEW, "apic/0", 0);

    CHECK_OK(migcore_machine_init(&machine, sizeof machine, two + 1, 1, NULL));
    CHECK_OK(save(&machine));
    CHECK_OK(migcore_machine_init(&machine, sizeof machine, devices, PARTS, NULL));
    CHECK_STATUS(load(bytes, length), MIGCORE_MISSING);
    check_error(MIGCORE_MISSING, "nic/0", 0);
    devices[1].flags = devices[2].flags = MIGCORE_DEVICE_OPTIONAL;
    CHECK_OK(load(bytes, length));
    CHECK(have_values(10));
}

static void refused_half_way(void)
{
    static const char *const hooks[] = { "", "pre_load", "post_load" };
    unsigned char kept[sizeof bytes];

    set_up(10);
    CHECK_OK(save(&machine));
    memcpy(kept, bytes, length);
    for (unsigned at = 0; at < COUNT_OF(hooks); at++) {
        check_case("refused by %s", at ? hooks[at] : "the visit");
        set_up(50);
        parts[1].refusing = hooks[at];
        parts[1].forbidden = at ? 0 : 11;
        size_t whole = length;
        CHECK_STATUS(load(kept, whole), MIGCORE_REFUSED);
        check_error(MIGCORE_REFUSED, at ? "nic/0" : "nic/0.value", REFUSAL);
        CHECK(migcore_machine_is_dirty(&machine));
        CHECK_STATUS(save(&machine), MIGCORE_DIRTY);
        CHECK_STATUS(migcore_machine_run(&machine, NULL), MIGCORE_DIRTY);
        CHECK_STATUS(load(kept, whole), MIGCORE_DIRTY);
        CHECK_OK(migcore_machine_reset_done(&machine));
        CHECK(!migcore_machine_is_dirty(&machine));
        parts[1].refusing = NULL;
        parts[1].forbidden = UINT32_MAX;
        CHECK_OK(load(kept, whole));
        CHECK(have_values(10));
        length = whole;
    }
}

static void tried_on_scratch(void)
{
    set_up(10);
    CHECK_OK(save(&machine));
    set_up(50);
    devices[1].scratch = &scratch_part;
    devices[1].scratch_begin = part_scratch_begin;
    devices[1].scratch_end = part_scratch_end;
    CHECK_OK(check(bytes, length));
    CHECK_TEXT(history, "scratch.begin scratch.load scratch.end ");
    history[0] = '\0';
    parts[1].forbidden = 11;
    CHECK_STATUS(load(bytes, length), MIGCORE_REFUSED);
    check_error(MIGCORE_REFUSED, "nic/0.value", REFUSAL);
    CHECK_TEXT(history, "scratch.begin scratch.load scratch.end ");
    history[0] = '\0';
    parts[1].refusing = "begin";
    CHECK_STATUS(load(bytes, length), MIGCORE_REFUSED);
    check_error(MIGCORE_REFUSED, "nic/0", REFUSAL);
    CHECK_TEXT(history, "scratch.begin ");
    CHECK(have_values(50) && !migcore_machine_is_dirty(&machine));
    parts[1].refusing = NULL;
    devices[1].scratch_begin = NULL;
    devices[1].scratch_end = NULL;
    parts[1].forbidden = scratch_part.forbidden = UINT32_MAX;
    CHECK_OK(load(bytes, length));
    CHECK(have_values(10));
}

static migcore_status load_atomic(void *image, size_t size)
{
    unsigned char scratch[256];
    migcore_undo undo = { sizeof undo, image, size, scratch, sizeof scratch, NULL };

    CHECK_OK(check(bytes, length));
    return migcore_machine_load_atomic(&machine, load_from(bytes, length), &checked, &undo);
}

static void taken_back(void)
{
    unsigned char image[2048];

    set_up(10);
    CHECK_OK(save(&machine));
    set_up(50);
    CHECK_OK(load_atomic(image, sizeof image));
    CHECK(have_values(10));
    for (unsigned at = 0; at < PARTS; at++) {
        set_up(50);
        parts[at].forbidden = 10 + at;
        CHECK_STATUS(load_atomic(image, sizeof image), MIGCORE_REFUSED);
        check_error(MIGCORE_REFUSED, at == 0 ? "rtc/0.value" : at == 1 ? "nic/0.value" : "apic/0.value", REFUSAL);
        CHECK(have_values(50) && !migcore_machine_is_dirty(&machine));
    }
    set_up(50);
    parts[1].refusing = "post_load";
    CHECK_STATUS(load_atomic(image, sizeof image), MIGCORE_REFUSED);
    CHECK(migcore_machine_is_dirty(&machine));

    set_up(50);
    CHECK_STATUS(load_atomic(image, 10), MIGCORE_NO_SPACE);
    migcore_error error = report_of(&loader.visitor);
    CHECK_EQUAL(error.found, 10);
    CHECK(have_values(50) && !migcore_machine_is_dirty(&machine));
    CHECK_STATUS(load_atomic(image, (size_t)error.expected - 1), MIGCORE_NO_SPACE);
    CHECK_OK(load_atomic(image, (size_t)error.expected));
    CHECK(have_values(10));

    migcore_undo undo = { sizeof undo, image, sizeof image, image, 10, NULL };
    CHECK_OK(check(bytes, length));
    CHECK_STATUS(migcore_machine_load_atomic(&machine, load_from(bytes, length), &checked, &undo), MIGCORE_NO_SPACE);
    error = report_of(&loader.visitor);
    CHECK(error.expected == MIGCORE_CHUNK_SCRATCH && error.found == 10);
    undo.size = 3;
    CHECK_STATUS(migcore_machine_load_atomic(&machine, load_from(bytes, length), &checked, &undo), MIGCORE_BAD_SIZE);
    CHECK_STATUS(migcore_machine_load_atomic(&machine, load_from(bytes, length), &checked, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_machine_load_atomic(&machine, load_from(bytes, length), NULL, &undo), MIGCORE_NULL_POINTER);
    CHECK(have_values(10));
}

/* Another stream than the one that was checked. */
static void exchanged(void)
{
    unsigned char first[sizeof bytes];

    set_up(10);
    CHECK_OK(save(&machine));
    memcpy(first, bytes, length);
    size_t size = length;
    set_up(20);
    CHECK_OK(save(&machine));
    CHECK_OK(check(first, size));
    CHECK_STATUS(migcore_machine_load(&machine, load_from(bytes, length), &checked), MIGCORE_BAD_CRC);
    CHECK(migcore_machine_is_dirty(&machine));
}

/* A machine of many devices, whose stream is cut at every byte, and every bit of it flipped. */
static void damaged(void)
{
    enum { MANY = 66 };
    static migcore_device many[MANY];
    size_t step = percent >= 100 ? 1 : 29;

    set_up(10);
    for (unsigned at = 0; at < MANY; at++) {
        many[at] = devices[0];
        many[at].instance = at;
    }
    CHECK_OK(migcore_machine_init(&machine, sizeof machine, many, MANY, NULL));
    CHECK_OK(save(&machine));
    CHECK(length >= 4096);
    set_up(50);
    for (unsigned at = 0; at < MANY; at++)
        many[at].opaque = &parts[0];
    CHECK_OK(migcore_machine_init(&machine, sizeof machine, many, MANY, NULL));
    unsigned long survived = 0;
    for (size_t cut = 0; cut < length; cut += step)
        survived += load(bytes, cut) == MIGCORE_OK;
    for (size_t bit = 0; bit < length * 8; bit += step) {
        bytes[bit / 8] ^= (unsigned char)(1u << (bit % 8));
        survived += load(bytes, length) == MIGCORE_OK;
        bytes[bit / 8] ^= (unsigned char)(1u << (bit % 8));
    }
    CHECK_EQUAL(survived, 0);
    CHECK_TEXT(history, "");
    CHECK(have_values(50) && !migcore_machine_is_dirty(&machine));
    CHECK_OK(load(bytes, length));
    CHECK_EQUAL(parts[0].value, 10);
}

static migcore_status reentering(migcore_visitor *v, void *opaque)
{
    CHECK_STATUS(migcore_machine_save(&machine, v), MIGCORE_BUSY);
    CHECK_STATUS(migcore_machine_reset_done(&machine), MIGCORE_BUSY);
    CHECK_STATUS(migcore_machine_run(&machine, NULL), MIGCORE_BUSY);
    CHECK(!migcore_machine_is_dirty(&machine));
    return part_visit(v, opaque);
}

static void table_that_is_wrong(void)
{
    migcore_error error;

    set_up(10);
    error.size = sizeof error;
#define WRONG(change, code, where)                                                                      \
    do {                                                                                                  \
        set_up(10);                                                                                       \
        change;                                                                                           \
        CHECK_STATUS(migcore_machine_init(&machine, sizeof machine, devices, PARTS, &error), code);       \
        CHECK_STATUS(error.status, code);                                                                 \
        CHECK_TEXT(error.path, where);                                                                    \
    } while (0)
    WRONG(devices[2].name = "rtc", MIGCORE_INVALID_ARGUMENT, "rtc/0");
    WRONG(devices[1].minimum_version = 4, MIGCORE_INVALID_ARGUMENT, "nic/0");
    WRONG((devices[1].flags = MIGCORE_DEVICE_OLDER_READERS, devices[1].oldest_reader = 4), MIGCORE_INVALID_ARGUMENT, "nic/0");
    WRONG(devices[1].flags = 4, MIGCORE_INVALID_ARGUMENT, "");
    WRONG(devices[1].marks = 32, MIGCORE_INVALID_ARGUMENT, "");
    WRONG(devices[0].size = 1, MIGCORE_BAD_SIZE, "");
    WRONG(devices[2].size = 1, MIGCORE_BAD_SIZE, "");
    WRONG(devices[1].name = NULL, MIGCORE_NULL_POINTER, "");
    WRONG(devices[1].visit = NULL, MIGCORE_NULL_POINTER, "");

    char name[MIGCORE_MAX_NAME + 2];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    set_up(10);
    devices[0].name = name;
    CHECK_STATUS(migcore_machine_init(&machine, sizeof machine, devices, PARTS, NULL), MIGCORE_NAME_TOO_LONG);
    name[MIGCORE_MAX_NAME] = '\0';
    CHECK_OK(migcore_machine_init(&machine, sizeof machine, devices, PARTS, NULL));
    CHECK_STATUS(migcore_machine_init(NULL, sizeof machine, devices, PARTS, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_machine_init(&machine, 1, devices, PARTS, NULL), MIGCORE_BAD_SIZE);
    CHECK_STATUS(migcore_machine_init(&machine, sizeof machine, NULL, PARTS, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_machine_init(&machine, sizeof machine, devices, SIZE_MAX / 2, NULL), MIGCORE_INVALID_ARGUMENT);
    error.size = 1;
    CHECK_STATUS(migcore_machine_init(&machine, sizeof machine, devices, PARTS, &error), MIGCORE_BAD_SIZE);
    CHECK_OK(migcore_machine_init(&machine, sizeof machine, NULL, 0, NULL));
    CHECK_OK(save(&machine));
    CHECK_OK(load(bytes, length));
}

static void calls_that_are_wrong(void)
{
    migcore_machine none;

    set_up(10);
    devices[0].visit = reentering;
    CHECK_OK(save(&machine));
    CHECK(have_values(10));

    memset(&none, 0, sizeof none);
    CHECK_STATUS(save(NULL), MIGCORE_OK); /* an empty stream: the error is the machine's, not the visit's */
    CHECK_STATUS(migcore_machine_save(NULL, &loader.visitor), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_machine_save(&none, &loader.visitor), MIGCORE_BAD_OBJECT);
    CHECK_STATUS(migcore_machine_run(&none, NULL), MIGCORE_BAD_OBJECT);
    CHECK_STATUS(migcore_machine_reset_done(NULL), MIGCORE_NULL_POINTER);
    CHECK(!migcore_machine_is_dirty(NULL));

    set_up(10);
    CHECK_STATUS(migcore_machine_save(&machine, NULL), MIGCORE_NULL_POINTER);
    CHECK_OK(save(&machine));
    CHECK_STATUS(migcore_machine_check(&machine, load_from(bytes, length), NULL), MIGCORE_NULL_POINTER);
    checked.size = 1;
    CHECK_STATUS(migcore_machine_check(&machine, load_from(bytes, length), &checked), MIGCORE_BAD_SIZE);
    CHECK_STATUS(migcore_machine_load(&machine, load_from(bytes, length), &checked), MIGCORE_BAD_SIZE);
    CHECK_STATUS(migcore_machine_load(&machine, load_from(bytes, length), NULL), MIGCORE_NULL_POINTER);

    migcore_legacy legacy;
    CHECK_OK(migcore_legacy_load_memory(&legacy, sizeof legacy, bytes, length, NULL));
    checked.size = sizeof checked;
    CHECK_STATUS(migcore_machine_check(&machine, &legacy.visitor, &checked), MIGCORE_UNSUPPORTED);

    parts[2].refusing = "on_run";
    migcore_error error;
    error.size = sizeof error;
    CHECK_STATUS(migcore_machine_run(&machine, &error), MIGCORE_REFUSED);
    CHECK(error.cause == REFUSAL);
    CHECK_TEXT(error.path, "apic/0");
    parts[2].refusing = "pre_save";
    CHECK_STATUS(save(&machine), MIGCORE_REFUSED);
    parts[2].refusing = "post_save";
    CHECK_STATUS(save(&machine), MIGCORE_REFUSED);
    CHECK(!migcore_machine_is_dirty(&machine));
}

void test_all_devices(void)
{
    saved_and_loaded();
    part_of_a_machine();
    refused_half_way();
    tried_on_scratch();
    taken_back();
    exchanged();
    damaged();
    table_that_is_wrong();
    calls_that_are_wrong();
}
