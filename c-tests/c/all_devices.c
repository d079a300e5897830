/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * All devices of a machine: saved, checked, loaded; a stream changes all of them or none.
 */
#include "parts.h"

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
    CHECK_EQUAL(checked.unproven, 3);
    CHECK(have_values(50));
    CHECK_OK(migcore_machine_load(&machine, load_from(bytes, length), &checked));
    CHECK_OK(migcore_machine_run(&machine, NULL));
    CHECK_TEXT(history, "rtc.pre_load rtc.load rtc.post_load nic.pre_load nic.load nic.post_load "
                        "apic.pre_load apic.load apic.post_load rtc.load_done nic.load_done apic.load_done "
                        "rtc.on_run nic.on_run apic.on_run ");
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
    static const char *const hooks[] = { "", "pre_load", "post_load", "load_done" };
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
    CHECK_EQUAL(checked.unproven, 2);
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

    /* One for all, which finds there what the last visit left where nothing makes it as new. */
    devices[0].scratch = devices[2].scratch = &scratch_part;
    CHECK_OK(check(bytes, length));
    CHECK_EQUAL(checked.unproven, 0);
    CHECK_EQUAL(scratch_part.value, 12);
}

static migcore_status visit_more(migcore_visitor *v, void *opaque)
{
    struct part *part = (struct part *)opaque;
    uint8_t more = 1;

    part_visit(v, part);
    return migcore_visit_u8(v, "more", &more);
}

/* Without a scratch instance, what the device does not know is found when it is loaded. */
static void proven_or_not(void)
{
    set_up(10);
    devices[1].visit = visit_more;
    CHECK_OK(save(&machine));
    for (unsigned proven = 0; proven < 2; proven++) {
        set_up(50);
        devices[1].scratch = proven ? &scratch_part : NULL;
        devices[1].scratch_begin = part_scratch_begin;
        CHECK_STATUS(check(bytes, length), proven ? MIGCORE_UNCONSUMED : MIGCORE_OK);
        CHECK_STATUS(load(bytes, length), MIGCORE_UNCONSUMED);
        check_error(MIGCORE_UNCONSUMED, "nic/0.more", 0);
        CHECK(migcore_machine_is_dirty(&machine) == !proven);
    }
}

/* The hook at the end of a load, over a wire that is given back then. */
static void refused_at_the_end(void)
{
    static uint64_t memory[4096];
    migcore_tree tree;
    migcore_tree_saver saver;
    migcore_tree_loader of_tree;

    set_up(10);
    CHECK_OK(migcore_tree_init(&tree, sizeof tree, memory, sizeof memory));
    CHECK_OK(migcore_tree_save(&saver, sizeof saver, &tree, MIGCORE_ROOT));
    migcore_machine_save(&machine, &saver.visitor);
    CHECK_OK(migcore_finish(&saver.visitor));
    set_up(50);
    parts[1].refusing = "load_done";
    memset(&checked, 0, sizeof checked);
    checked.size = sizeof checked;
    CHECK_OK(migcore_tree_load(&of_tree, sizeof of_tree, &tree, MIGCORE_ROOT));
    CHECK_OK(migcore_machine_check(&machine, &of_tree.visitor, &checked));
    CHECK_EQUAL(checked.fingerprint, 0);
    CHECK_OK(migcore_tree_load(&of_tree, sizeof of_tree, &tree, MIGCORE_ROOT));
    CHECK_STATUS(migcore_machine_load(&machine, &of_tree.visitor, &checked), MIGCORE_REFUSED);
    migcore_error error = report_of(&of_tree.visitor);
    CHECK_STATUS(error.status, MIGCORE_REFUSED);
    CHECK_TEXT(error.path, "nic/0");
    CHECK_EQUAL(error.cause, REFUSAL);
    CHECK(migcore_machine_is_dirty(&machine));
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
    memset(&checked, 0, sizeof checked);
    checked.size = sizeof checked;
    CHECK_STATUS(migcore_machine_load(&machine, load_from(first, size), &checked), MIGCORE_NOT_CHECKED);
    CHECK(have_values(20) && !migcore_machine_is_dirty(&machine));
    CHECK_STATUS(migcore_machine_save(&machine, load_from(first, size)), MIGCORE_WRONG_DIRECTION);
    CHECK(have_values(20) && !migcore_machine_is_dirty(&machine));
    CHECK_OK(check(first, size));
    CHECK_STATUS(migcore_machine_load(&machine, load_from(bytes, length), &checked), MIGCORE_NOT_CHECKED);
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
    CHECK(migcore_machine_is_dirty(&machine));
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
    WRONG(devices[1].oldest_reader = 3, MIGCORE_INVALID_ARGUMENT, "nic/0");
    WRONG(devices[1].scratch = &parts[1], MIGCORE_INVALID_ARGUMENT, "nic/0");
    WRONG(devices[1].flags = 4, MIGCORE_INVALID_ARGUMENT, "nic/0");
    WRONG(devices[1].marks = 32, MIGCORE_INVALID_ARGUMENT, "nic/0");
    WRONG(devices[0].size = 1, MIGCORE_BAD_SIZE, "");
    WRONG(devices[2].size = 1, MIGCORE_BAD_SIZE, "");
    WRONG(devices[1].name = NULL, MIGCORE_NULL_POINTER, "/0");
    WRONG(devices[1].visit = NULL, MIGCORE_NULL_POINTER, "nic/0");

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
    CHECK(migcore_machine_is_dirty(NULL));
    CHECK(migcore_machine_is_dirty(&none));
    memset(&none, 0x5a, sizeof none);
    CHECK(migcore_machine_is_dirty(&none));

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
    proven_or_not();
    refused_at_the_end();
    exchanged();
    damaged();
    table_that_is_wrong();
    calls_that_are_wrong();
}
