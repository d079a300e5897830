/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A program of release 3 that runs as machines of version 1, 2 and 3, beside the programs of the releases 1 and 2: what
 * each leaves out of its stream, which wire it is written to, and which device is a blob.
 */
#include "migcore_profile.h"
#include "migcore_vmstate.h"
#include "sections.h"

static const migcore_profile_row rows[] = {
    MIGCORE_PROFILE_FLAG(2, "nic", "saves-coalescing", false),
    MIGCORE_PROFILE_BLOB(2, "rtc"),
    MIGCORE_PROFILE_FLAG(1, "nic", "saves-index", true),
    MIGCORE_PROFILE_FLAG(1, "rtc", "saves-century", false),
    MIGCORE_PROFILE_WIRE(1, MIGCORE_WIRE_LEGACY),
    MIGCORE_PROFILE_END(),
};
static const migcore_profile profile = MIGCORE_PROFILE(rows);

/* The network card of all releases. What release 3 asks the profile for is at its end, and is no state. */
struct nic {
    uint32_t control;
    uint32_t index;      /* in the streams of release 1, which no longer matters */
    uint32_t coalescing; /* since release 3 */
    bool saves_index, saves_coalescing;
};

#define COALESCING 100

static const migcore_vmstate_field nic1_fields[] = {
    MIGCORE_VMSTATE_U32(control, struct nic),
    MIGCORE_VMSTATE_U32(index, struct nic),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate nic1_table = MIGCORE_VMSTATE_TABLE("nic", 1, 1, nic1_fields);

static const migcore_vmstate_field nic2_fields[] = {
    MIGCORE_VMSTATE_U32(control, struct nic),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate nic2_table = MIGCORE_VMSTATE_TABLE("nic", 1, 1, nic2_fields);

static bool saves_index(void *opaque, int version)
{
    (void)version;
    return ((const struct nic *)opaque)->saves_index;
}

static bool coalescing_needed(void *opaque)
{
    const struct nic *nic = (const struct nic *)opaque;

    return nic->saves_coalescing && nic->coalescing != COALESCING;
}

static const migcore_vmstate_field coalescing_fields[] = {
    MIGCORE_VMSTATE_U32(coalescing, struct nic),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate coalescing_table = MIGCORE_VMSTATE_TABLE_WITH(
    "nic/coalescing", 1, 1, coalescing_fields, NULL, NULL, NULL, NULL, coalescing_needed, NULL, 0);
static const migcore_vmstate *const nic3_parts[] = { &coalescing_table, NULL };

static const migcore_vmstate_field nic3_fields[] = {
    MIGCORE_VMSTATE_U32(control, struct nic),
    MIGCORE_VMSTATE_U32_TEST(index, struct nic, saves_index),
    MIGCORE_VMSTATE_END(),
};

/* What a stream may leave out has its default before each load. */
static int nic3_pre_load(void *opaque)
{
    struct nic *nic = (struct nic *)opaque;

    nic->index = 0;
    nic->coalescing = COALESCING;
    return 0;
}

static const migcore_vmstate nic3_table = MIGCORE_VMSTATE_TABLE_WITH("nic", 1, 1, nic3_fields, nic3_pre_load, NULL, NULL,
                                                                     NULL, NULL, nic3_parts, 0);

/* The clock: of the releases 1 and 2 a pair of functions, which puts bytes; release 3 visits it. */
struct rtc {
    uint32_t base;
    uint16_t alarm;
    uint8_t century; /* since release 2 */
    bool saves_century;
};

static migcore_status rtc_put_and_get(migcore_visitor *v, void *opaque)
{
    struct rtc *rtc = (struct rtc *)opaque;
    size_t length = rtc->saves_century ? 7 : 6;
    uint8_t bytes[7];
    int i;

    if (!migcore_is_loading(v)) {
        for (i = 0; i < 4; i++) {
            bytes[i] = (uint8_t)(rtc->base >> (24 - 8 * i));
        }
        bytes[4] = (uint8_t)(rtc->alarm >> 8);
        bytes[5] = (uint8_t)rtc->alarm;
        bytes[6] = rtc->century;
        return migcore_put_raw(v, bytes, length);
    }
    if (migcore_get_raw(v, bytes, length, NULL) == MIGCORE_OK) {
        rtc->base = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
        rtc->alarm = (uint16_t)(bytes[4] << 8 | bytes[5]);
        rtc->century = rtc->saves_century ? bytes[6] : 20;
    }
    return migcore_get_status(v);
}

static migcore_status rtc_visit(migcore_visitor *v, void *opaque)
{
    struct rtc *rtc = (struct rtc *)opaque;

    migcore_visit_u32(v, "base", &rtc->base);
    migcore_visit_u16(v, "alarm", &rtc->alarm);
    if (rtc->saves_century) {
        migcore_visit_u8(v, "century", &rtc->century);
    }
    return migcore_get_status(v);
}

static int32_t rtc_pre_load(void *opaque)
{
    ((struct rtc *)opaque)->century = 20;
    return 0;
}

/* A program that runs as a machine of some version. */
struct program {
    struct nic nic;
    struct rtc rtc;
    migcore_vmstate_device nic_device;
    migcore_device devices[2];
    migcore_machine machine;
    uint32_t wire;
    uint8_t stream[1024];
    size_t length;
};

static void program_init(struct program *program, const migcore_vmstate *nic_table)
{
    const migcore_vmstate_device nic_device = { sizeof(migcore_vmstate_device), nic_table, &program->nic, NULL };
    migcore_device *nic = &program->devices[0], *rtc = &program->devices[1];

    memset(program, 0, sizeof *program);
    program->nic_device = nic_device;
    nic->size = rtc->size = sizeof *nic;
    nic->name = "nic";
    rtc->name = "rtc";
    nic->version = nic->minimum_version = rtc->version = rtc->minimum_version = 1;
    nic->visit = migcore_visit_vmstate_device;
    nic->opaque = &program->nic_device;
    rtc->opaque = &program->rtc;
}

/* The programs of the releases 1 and 2, which know nothing of profiles, and one machine. */
static void old_program(struct program *program, uint32_t release)
{
    program_init(program, release == 1 ? &nic1_table : &nic2_table);
    program->wire = release == 1 ? MIGCORE_WIRE_LEGACY : MIGCORE_WIRE_CHUNK;
    program->devices[1].visit = rtc_put_and_get;
    program->rtc.saves_century = release == 2;
    CHECK_OK(migcore_machine_init(&program->machine, sizeof program->machine, program->devices, 2, NULL));
}

/* Release 3 as a machine of this version: what it must know of that, the profile tells. */
static void new_program(struct program *program, uint32_t machine)
{
    struct nic *nic = &program->nic;
    migcore_device *rtc = &program->devices[1];
    bool stays = false;

    program_init(program, &nic3_table);
    nic->coalescing = COALESCING;
    nic->saves_index = false;
    nic->saves_coalescing = program->rtc.saves_century = true;
    CHECK_OK(migcore_profile_flag(&profile, machine, "nic", "saves-index", &nic->saves_index));
    CHECK_OK(migcore_profile_flag(&profile, machine, "nic", "saves-coalescing", &nic->saves_coalescing));
    CHECK_OK(migcore_profile_flag(&profile, machine, "rtc", "saves-century", &program->rtc.saves_century));
    CHECK_OK(migcore_profile_wire(&profile, machine, &program->wire));
    CHECK_OK(migcore_profile_blob(&profile, machine, "rtc", &stays));
    rtc->visit = rtc_visit;
    rtc->blob = migcore_visit_blob;
    rtc->fields_since = 2;
    rtc->version = stays ? 1 : 2;
    rtc->pre_load = rtc_pre_load;
    CHECK_OK(migcore_machine_init(&program->machine, sizeof program->machine, program->devices, 2, NULL));
}

/* On a wire without names devices follow each other. */
static migcore_status visit_in_turn(struct program *program, migcore_visitor *v)
{
    size_t i;

    for (i = 0; i < COUNT_OF(program->devices); i++) {
        migcore_device *device = &program->devices[i];

        migcore_begin_device(v, device->name, device->instance, device->version, device->minimum_version);
        device->visit(v, device->opaque);
        migcore_end_device(v);
    }
    return migcore_finish(v);
}

static void save(struct program *program)
{
    static uint8_t scratch[1024];
    migcore_chunk_saver saver;
    migcore_legacy legacy;

    if (program->wire == MIGCORE_WIRE_LEGACY) {
        migcore_legacy_save_memory(&legacy, sizeof legacy, program->stream, sizeof program->stream, NULL);
        CHECK_OK(visit_in_turn(program, &legacy.visitor));
        program->length = (size_t)migcore_position(&legacy.visitor);
        return;
    }
    migcore_chunk_save_memory(&saver, sizeof saver, program->stream, sizeof program->stream, scratch, sizeof scratch, NULL,
                              NULL);
    migcore_machine_save(&program->machine, &saver.visitor);
    CHECK_OK(migcore_finish(&saver.visitor));
    program->length = (size_t)migcore_position(&saver.visitor);
}

static migcore_status load(struct program *program, const struct program *from)
{
    migcore_chunk_loader loader;
    migcore_checked checked;
    migcore_legacy legacy;
    migcore_status status;

    if (program->wire == MIGCORE_WIRE_LEGACY) {
        migcore_legacy_load_memory(&legacy, sizeof legacy, from->stream, from->length, NULL);
        if (program->devices[1].pre_load) {
            CHECK_EQUAL(program->devices[1].pre_load(&program->rtc), 0);
        }
        return visit_in_turn(program, &legacy.visitor);
    }
    checked.size = sizeof checked;
    migcore_chunk_load_memory(&loader, sizeof loader, from->stream, from->length, NULL, 0, NULL, NULL);
    status = migcore_machine_check(&program->machine, &loader.visitor, &checked);
    if (status != MIGCORE_OK) {
        return status;
    }
    migcore_chunk_load_memory(&loader, sizeof loader, from->stream, from->length, NULL, 0, NULL, NULL);
    return migcore_machine_load(&program->machine, &loader.visitor, &checked);
}

static void set(struct program *program)
{
    program->nic.control = 0x41;
    program->nic.index = 7;
    program->nic.coalescing = 50;
    program->rtc.base = 0x01020304;
    program->rtc.alarm = 0x0506;
    program->rtc.century = 19;
}

/* What was there before, and what a stream brings, is told apart by that. */
static void fill(struct program *program)
{
    program->nic.control = program->nic.index = program->nic.coalescing = program->rtc.base = 0xeeeeeeee;
    program->rtc.alarm = 0xeeee;
    program->rtc.century = 0xee;
}

static struct program source, target;

/* Machine 1 is written as release 1 writes it, to the byte: with what no longer matters, without what is new. */
static void elements_that_exist_are_left_out_of_older_machines(void)
{
    static const uint8_t bytes[] = { 0, 0, 0, 0x41, 0, 0, 0, 7, 1, 2, 3, 4, 5, 6 };

    old_program(&source, 1);
    set(&source);
    save(&source);
    CHECK_BYTES(source.stream, source.length, bytes);
    new_program(&target, 1);
    fill(&target);
    CHECK_OK(load(&target, &source));
    CHECK_EQUAL(target.nic.control, 0x41);
    CHECK_EQUAL(target.nic.index, 7);
    CHECK_EQUAL(target.nic.coalescing, COALESCING);
    CHECK_EQUAL(target.rtc.base, 0x01020304);
    CHECK_EQUAL(target.rtc.alarm, 0x0506);
    CHECK_EQUAL(target.rtc.century, 20);

    new_program(&source, 1);
    set(&source);
    save(&source);
    CHECK_BYTES(source.stream, source.length, bytes);
    old_program(&target, 1);
    fill(&target);
    CHECK_OK(load(&target, &source));
    CHECK_EQUAL(target.nic.index, 7);
    CHECK_EQUAL(target.rtc.alarm, 0x0506);
}

/* Machine 3 has a subsection, and only if it is needed; what is not sent has its default. */
static void a_new_subsection_is_sent_by_new_machines_alone(void)
{
    size_t without;

    new_program(&source, 3);
    set(&source);
    save(&source);
    new_program(&target, 3);
    fill(&target);
    CHECK_OK(load(&target, &source));
    CHECK_EQUAL(target.nic.control, 0x41);
    CHECK_EQUAL(target.nic.index, 0);
    CHECK_EQUAL(target.nic.coalescing, 50);
    CHECK_EQUAL(target.rtc.century, 19);

    without = source.length;
    source.nic.coalescing = COALESCING;
    save(&source);
    CHECK(source.length < without);
    fill(&target);
    CHECK_OK(load(&target, &source));
    CHECK_EQUAL(target.nic.coalescing, COALESCING);

    /* Release 2 refuses the one, and does not get the other. */
    set(&source);
    source.devices[1].version = 1;
    save(&source);
    old_program(&target, 2);
    CHECK_STATUS(load(&target, &source), MIGCORE_UNKNOWN_SUBSECTION);
    new_program(&source, 2);
    set(&source);
    save(&source);
    old_program(&target, 2);
    CHECK_OK(load(&target, &source));
    CHECK_EQUAL(target.nic.control, 0x41);
}

/* The clock is bytes in machine 2, for release 2, and is described from machine 3 on. Both load the bytes. */
static void a_device_stays_a_blob_for_an_older_machine(void)
{
    uint32_t machine;

    old_program(&source, 2);
    set(&source);
    save(&source);
    for (machine = 2; machine <= 3; machine++) {
        new_program(&target, machine);
        fill(&target);
        CHECK_OK(load(&target, &source));
        CHECK_EQUAL(target.rtc.base, 0x01020304);
        CHECK_EQUAL(target.rtc.alarm, 0x0506);
        CHECK_EQUAL(target.rtc.century, 19);
        CHECK_EQUAL(target.nic.coalescing, COALESCING);
    }

    new_program(&source, 2);
    set(&source);
    save(&source);
    old_program(&target, 2);
    fill(&target);
    CHECK_OK(load(&target, &source));
    CHECK_EQUAL(target.rtc.base, 0x01020304);
    CHECK_EQUAL(target.rtc.century, 19);
    save(&target);
    CHECK_MEMORY(target.stream, target.length, source.stream, source.length);
}

/* A clock that is still a pair of functions in release 3: what they put and get is decided by the same property. */
static void handlers_ask_the_profile(void)
{
    uint32_t machine;

    for (machine = 1; machine <= 2; machine++) {
        new_program(&source, machine);
        source.devices[1].visit = rtc_put_and_get;
        source.devices[1].blob = NULL;
        source.devices[1].fields_since = 0;
        set(&source);
        save(&source);
        old_program(&target, machine);
        fill(&target);
        CHECK_OK(load(&target, &source));
        CHECK_EQUAL(target.rtc.alarm, 0x0506);
        CHECK_EQUAL(target.rtc.century, machine == 1 ? 20 : 19);
        save(&target);
        CHECK_MEMORY(target.stream, target.length, source.stream, source.length);
    }
}

static void the_profile_chooses_the_wire(void)
{
    uint32_t machine;

    for (machine = 1; machine <= 3; machine++) {
        new_program(&source, machine);
        set(&source);
        save(&source);
        CHECK(machine == 1 ? source.stream[0] == 0 : memcmp(source.stream, "\x89MIG", 4) == 0);
        new_program(&target, machine);
        CHECK_OK(load(&target, &source));
        CHECK_EQUAL(target.nic.control, 0x41);
    }
}

void test_profile_devices(void)
{
    elements_that_exist_are_left_out_of_older_machines();
    a_new_subsection_is_sent_by_new_machines_alone();
    a_device_stays_a_blob_for_an_older_machine();
    handlers_ask_the_profile();
    the_profile_chooses_the_wire();
}
