/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A load that fails is taken back, and what was put back is compared.
 */
#include "parts.h"

static migcore_error undo_error;

static migcore_status load_atomic(void *image, size_t size)
{
    unsigned char scratch[256];
    migcore_undo undo = { sizeof undo, image, size, scratch, sizeof scratch, NULL, &undo_error };

    memset(&undo_error, 0x5a, sizeof undo_error);
    undo_error.size = sizeof undo_error;
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
        CHECK_OK(undo_error.status);
    }
    set_up(50);
    parts[1].forbidden = 11;
    parts[2].refusing = "load_done";
    CHECK_STATUS(load_atomic(image, sizeof image), MIGCORE_REFUSED);
    CHECK(migcore_machine_is_dirty(&machine));
    check_error(MIGCORE_REFUSED, "nic/0.value", REFUSAL);
    CHECK_STATUS(undo_error.status, MIGCORE_REFUSED);
    CHECK_TEXT(undo_error.path, "apic/0");
    CHECK_EQUAL(undo_error.cause, REFUSAL);

    /* What could not be put back is not loaded over. */
    set_up(50);
    devices[1].scratch = &scratch_part;
    devices[1].scratch_begin = part_scratch_begin;
    parts[1].forbidden = 51;
    CHECK_STATUS(load_atomic(image, sizeof image), MIGCORE_REFUSED);
    check_error(MIGCORE_REFUSED, "nic/0.value", REFUSAL);
    CHECK(have_values(50) && !migcore_machine_is_dirty(&machine));

    set_up(50);
    CHECK_STATUS(load_atomic(image, 10), MIGCORE_NO_SPACE);
    migcore_error error = report_of(&loader.visitor);
    CHECK_EQUAL(error.found, 10);
    CHECK(have_values(50) && !migcore_machine_is_dirty(&machine));
    CHECK_STATUS(load_atomic(image, (size_t)error.expected - 1), MIGCORE_NO_SPACE);
    CHECK_OK(load_atomic(image, (size_t)error.expected));
    CHECK(have_values(10));

    migcore_undo undo = { sizeof undo, image, sizeof image, image, 10, NULL, NULL };
    CHECK_OK(check(bytes, length));
    CHECK_STATUS(migcore_machine_load_atomic(&machine, load_from(bytes, length), &checked, &undo), MIGCORE_NO_SPACE);
    error = report_of(&loader.visitor);
    CHECK(error.expected == MIGCORE_CHUNK_SCRATCH && error.found == 10);
    undo.error = &error;
    error.size = 1;
    CHECK_STATUS(migcore_machine_load_atomic(&machine, load_from(bytes, length), &checked, &undo), MIGCORE_BAD_SIZE);
    undo.size = 3;
    CHECK_STATUS(migcore_machine_load_atomic(&machine, load_from(bytes, length), &checked, &undo), MIGCORE_BAD_SIZE);
    CHECK_STATUS(migcore_machine_load_atomic(&machine, load_from(bytes, length), &checked, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_machine_load_atomic(&machine, load_from(bytes, length), NULL, &undo), MIGCORE_NULL_POINTER);
    CHECK(have_values(10));
}

/* A part with state that is saved only where it is needed, and that it resets before a load, or not. */
static int resets;

static bool is_needed(void *opaque)
{
    return ((const struct part *)opaque)->table[0] != 0;
}

static migcore_status visit_table(migcore_visitor *v, void *opaque)
{
    struct part *part = (struct part *)opaque;

    return migcore_visit_u8(v, "first", &part->table[0]);
}

static migcore_status visit_in_two(migcore_visitor *v, void *opaque)
{
    struct part *part = (struct part *)opaque;
    migcore_subsection table;

    memset(&table, 0, sizeof table);
    table.size = sizeof table;
    table.name = "part/table";
    table.version = table.minimum_version = 1;
    table.needed = is_needed;
    table.visit = visit_table;
    migcore_visit_u32(v, "value", &part->value);
    return migcore_visit_subsections(v, "part", &table, 1, part);
}

static int32_t reset_table(void *opaque)
{
    if (resets)
        ((struct part *)opaque)->table[0] = 0;
    return 0;
}

static void put_back_is_compared(void)
{
    unsigned char image[2048];

    set_up(10);
    devices[0].visit = visit_in_two;
    CHECK_OK(save(&machine));
    for (resets = 0; resets < 2; resets++) {
        set_up(50);
        devices[0].visit = visit_in_two;
        devices[0].pre_load = reset_table;
        parts[0].table[0] = 0;
        parts[1].forbidden = 11;
        CHECK_STATUS(load_atomic(image, sizeof image), MIGCORE_REFUSED);
        check_error(MIGCORE_REFUSED, "nic/0.value", REFUSAL);
        CHECK_EQUAL(parts[0].table[0], resets ? 0 : 10);
        CHECK(migcore_machine_is_dirty(&machine) == !resets);
        CHECK_STATUS(undo_error.status, resets ? MIGCORE_OK : MIGCORE_DIRTY);
        CHECK((undo_error.expected == undo_error.found) == !!resets);
    }
}

void test_all_devices_undo(void)
{
    taken_back();
    put_back_is_compared();
}
