/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Machine profiles: which rows hold, in which order, and what is refused. The rules themselves are tested in Rust.
 */
#include "migcore_profile.h"
#include "sections.h"

static const migcore_profile_row common_rows[] = {
    MIGCORE_PROFILE_FLAG(MIGCORE_RELEASE(7, 2), "e1000e", "migrate-timadj", false),
    MIGCORE_PROFILE_FLAG(MIGCORE_RELEASE(6, 2), "PIIX4_PM", "x-not-migrate-acpi-index", true),
    MIGCORE_PROFILE_NUMBER(MIGCORE_RELEASE(4, 0), "nic", "queues", 4),
    MIGCORE_PROFILE_WIRE(MIGCORE_RELEASE(3, 1), MIGCORE_WIRE_LEGACY),
    MIGCORE_PROFILE_BLOB(MIGCORE_RELEASE(2, 12), "hda-audio"),
    MIGCORE_PROFILE_NUMBER(MIGCORE_RELEASE(2, 9), "nic", "queues", 1),
    MIGCORE_PROFILE_OPTIONAL_TEXT(MIGCORE_RELEASE(2, 4), "nic", "romfile", "efi-old.rom"),
    MIGCORE_PROFILE_END(),
};
static const migcore_profile common = MIGCORE_PROFILE(common_rows);

static const migcore_profile_row pc_rows[] = {
    MIGCORE_PROFILE_OPTIONAL_FLAG(MIGCORE_RELEASE(4, 0), "nic", "filter", true),
    MIGCORE_PROFILE_OPTIONAL_NUMBER(MIGCORE_RELEASE(4, 0), "nic", "queues", 3),
    MIGCORE_PROFILE_TEXT(MIGCORE_RELEASE(2, 4), "pc", "rom", "old"),
    MIGCORE_PROFILE_END(),
};
static const migcore_profile pc = MIGCORE_PROFILE_ON(common, pc_rows);

static uint64_t queues(const migcore_profile *profile, uint32_t machine)
{
    uint64_t number = 16;

    CHECK_OK(migcore_profile_number(profile, machine, "nic", "queues", &number));
    return number;
}

static void the_row_for_the_oldest_version_wins(void)
{
    CHECK_EQUAL(queues(&common, MIGCORE_RELEASE(4, 1)), 16);
    CHECK_EQUAL(queues(&common, MIGCORE_RELEASE(4, 0) + 1), 16);
    CHECK_EQUAL(queues(&common, MIGCORE_RELEASE(4, 0)), 4);
    CHECK_EQUAL(queues(&common, MIGCORE_RELEASE(2, 10)), 4);
    CHECK_EQUAL(queues(&common, MIGCORE_RELEASE(2, 9)), 1);
    CHECK_EQUAL(queues(&common, 0), 1);
    CHECK_EQUAL(queues(&pc, MIGCORE_RELEASE(4, 1)), 16);
    CHECK_EQUAL(queues(&pc, MIGCORE_RELEASE(3, 0)), 3);
    CHECK_EQUAL(queues(&pc, MIGCORE_RELEASE(2, 9)), 1);
}

static void a_place_keeps_the_default_where_no_row_says_something(void)
{
    bool flag = true, stays = true;
    const char *text = "default";
    uint32_t wire = 77;

    CHECK_OK(migcore_profile_flag(&common, MIGCORE_RELEASE(8, 0), "e1000e", "migrate-timadj", &flag));
    CHECK(flag);
    CHECK_OK(migcore_profile_flag(&common, MIGCORE_RELEASE(7, 2), "e1000e", "migrate-timadj", &flag));
    CHECK(!flag);
    CHECK_OK(migcore_profile_flag(&common, MIGCORE_RELEASE(6, 2), "PIIX4_PM", "x-not-migrate-acpi-index", &flag));
    CHECK(flag);
    CHECK_OK(migcore_profile_text(&common, MIGCORE_RELEASE(2, 5), "nic", "romfile", &text));
    CHECK_TEXT(text, "default");
    CHECK_OK(migcore_profile_text(&common, MIGCORE_RELEASE(2, 4), "nic", "romfile", &text));
    CHECK(text == common_rows[6].text);

    /* These two have an answer in any case. */
    CHECK_OK(migcore_profile_blob(&common, MIGCORE_RELEASE(3, 0), "hda-audio", &stays));
    CHECK(!stays);
    CHECK_OK(migcore_profile_blob(&common, MIGCORE_RELEASE(2, 12), "hda-audio", &stays));
    CHECK(stays);
    CHECK_OK(migcore_profile_blob(&common, MIGCORE_RELEASE(2, 12), "nic", &stays));
    CHECK(!stays);
    CHECK_OK(migcore_profile_wire(&common, MIGCORE_RELEASE(4, 0), &wire));
    CHECK_EQUAL(wire, MIGCORE_WIRE_CHUNK);
    CHECK_OK(migcore_profile_wire(&common, MIGCORE_RELEASE(3, 1), &wire));
    CHECK_EQUAL(wire, MIGCORE_WIRE_LEGACY);
}

/* What a callback was given, and what it returns for which row. */
struct given {
    const migcore_profile_row *rows[16];
    size_t count, refuse_at;
    migcore_status refusal;
};

static migcore_status take(void *opaque, const migcore_profile_row *row)
{
    struct given *given = (struct given *)opaque;

    given->rows[given->count++] = row;
    return given->count == given->refuse_at ? given->refusal : MIGCORE_OK;
}

static struct given refusing(size_t at, migcore_status refusal)
{
    struct given given;

    memset(&given, 0, sizeof given);
    given.refuse_at = at;
    given.refusal = refusal;
    return given;
}

static void rows_come_in_the_order_in_which_they_apply(void)
{
    struct given given = refusing(0, MIGCORE_OK);

    CHECK_OK(migcore_profile_walk(&pc, MIGCORE_RELEASE(3, 1), take, &given));
    CHECK_EQUAL(given.count, 6);
    CHECK(given.rows[0] == &common_rows[0] && given.rows[1] == &common_rows[1] && given.rows[2] == &common_rows[2]);
    CHECK(given.rows[3] == &pc_rows[0] && given.rows[4] == &pc_rows[1] && given.rows[5] == &common_rows[3]);

    given = refusing(2, MIGCORE_MISSING);
    CHECK_STATUS(migcore_profile_walk(&pc, MIGCORE_RELEASE(3, 1), take, &given), MIGCORE_MISSING);
    CHECK_EQUAL(given.count, 2);
    given = refusing(1, -22);
    CHECK_STATUS(migcore_profile_walk(&pc, MIGCORE_RELEASE(3, 1), take, &given), MIGCORE_REFUSED);
}

static void a_device_gets_its_properties_and_may_lack_optional_ones(void)
{
    struct given given = refusing(2, MIGCORE_MISSING);

    /* queues of the common table, filter, queues of the upper one. */
    CHECK_OK(migcore_profile_apply(&pc, MIGCORE_RELEASE(3, 1), "nic", take, &given));
    CHECK_EQUAL(given.count, 3);
    CHECK(given.rows[0] == &common_rows[2] && given.rows[1] == &pc_rows[0] && given.rows[2] == &pc_rows[1]);
    given = refusing(1, MIGCORE_MISSING);
    CHECK_STATUS(migcore_profile_apply(&pc, MIGCORE_RELEASE(3, 1), "nic", take, &given), MIGCORE_MISSING);
    CHECK_EQUAL(given.count, 1);
    given = refusing(2, MIGCORE_WRONG_TYPE);
    CHECK_STATUS(migcore_profile_apply(&pc, MIGCORE_RELEASE(3, 1), "nic", take, &given), MIGCORE_WRONG_TYPE);
    given = refusing(1, -1);
    CHECK_STATUS(migcore_profile_apply(&pc, MIGCORE_RELEASE(3, 1), "nic", take, &given), MIGCORE_REFUSED);
    given = refusing(1, MIGCORE_MISSING);
    CHECK_OK(migcore_profile_apply(&pc, MIGCORE_RELEASE(3, 1), "hda-audio", take, &given));
    CHECK_EQUAL(given.count, 0);
}

static void arguments_are_checked(void)
{
    migcore_profile other = MIGCORE_PROFILE(common_rows);
    struct given given = refusing(0, MIGCORE_OK);
    migcore_error error;
    uint64_t number = 5;
    uint32_t wire = 5;
    bool flag = true;
    const char *text = NULL;

    CHECK_STATUS(migcore_profile_number(NULL, 0, "nic", "queues", &number), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_profile_number(&common, 0, NULL, "queues", &number), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_profile_number(&common, 0, "nic", NULL, &number), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_profile_number(&common, 0, "nic", "queues", NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_profile_number(&common, 0, "nic", "romfile", &number), MIGCORE_WRONG_TYPE);
    CHECK_STATUS(migcore_profile_number(&common, 0, "\xff", "queues", &number), MIGCORE_BAD_TEXT);
    CHECK_EQUAL(number, 5);
    CHECK_STATUS(migcore_profile_flag(&common, 0, "nic", "queues", &flag), MIGCORE_WRONG_TYPE);
    CHECK_STATUS(migcore_profile_flag(&common, 0, "nic", "queues", NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_profile_text(&common, 0, "nic", "queues", &text), MIGCORE_WRONG_TYPE);
    CHECK_STATUS(migcore_profile_text(&common, 0, "nic", "queues", NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_profile_blob(&common, 0, NULL, &flag), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_profile_blob(&common, 0, "nic", NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_profile_wire(&common, 0, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_profile_wire(NULL, 0, &wire), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_profile_walk(&common, 0, NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_profile_walk(NULL, 0, take, &given), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_profile_apply(&common, 0, "nic", NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_profile_apply(&common, 0, NULL, take, &given), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_profile_check(NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(given.count, 0);
    CHECK(flag && !text && wire == 5);

    other.size++;
    CHECK_STATUS(migcore_profile_wire(&other, 0, &wire), MIGCORE_BAD_SIZE);
    other.size--;
    other.below = &other;
    CHECK_STATUS(migcore_profile_wire(&other, 0, &wire), MIGCORE_TOO_MANY);
    other.below = NULL;
    other.rows = NULL;
    CHECK_OK(migcore_profile_wire(&other, 0, &wire));
    CHECK_EQUAL(wire, MIGCORE_WIRE_CHUNK);
    CHECK_OK(migcore_profile_check(&other, NULL));
    error.size = 3;
    CHECK_STATUS(migcore_profile_check(&other, &error), MIGCORE_BAD_SIZE);
}

/* What a profile of this row and others is refused as. */
static void refused(migcore_profile_row row, migcore_status expected, const char *path)
{
    const migcore_profile_row end = MIGCORE_PROFILE_END();
    const migcore_profile_row first = MIGCORE_PROFILE_FLAG(8, "nic", "filter", true);
    migcore_profile_row rows[3];
    migcore_profile profile = MIGCORE_PROFILE(NULL);
    migcore_error error;
    uint32_t wire;

    rows[0] = first;
    rows[1] = row;
    rows[2] = end;
    profile.rows = rows;
    error.size = sizeof error;
    CHECK_STATUS(migcore_profile_check(&profile, &error), expected);
    CHECK_STATUS(error.status, expected);
    CHECK_TEXT(error.path, path);
    /* What is found only by a look at all rows does not keep the others from being used. */
    CHECK_STATUS(migcore_profile_wire(&profile, 0, &wire), path[0] ? MIGCORE_OK : expected);
}

static void rows_make_sense(void)
{
    const migcore_profile_row good = MIGCORE_PROFILE_FLAG(7, "nic", "filter", false);
    const migcore_profile_row wire = MIGCORE_PROFILE_WIRE(7, MIGCORE_WIRE_LEGACY);
    migcore_profile_row row = good;

    CHECK_OK(migcore_profile_check(&pc, NULL));
    refused(good, MIGCORE_OK, "");
    refused(wire, MIGCORE_OK, "");
    row.until = 8;
    refused(row, MIGCORE_BAD_TABLE, "nic.filter");
    row.until = 9;
    refused(row, MIGCORE_BAD_TABLE, "");
    row = good;
    row.kind = MIGCORE_PROFILE_KIND_NUMBER;
    refused(row, MIGCORE_WRONG_TYPE, "nic.filter");
    row.kind = 6;
    refused(row, MIGCORE_BAD_TABLE, "");
    row = good;
    row.number = 2;
    refused(row, MIGCORE_BAD_TABLE, "");
    row.kind = MIGCORE_PROFILE_KIND_BLOB;
    refused(row, MIGCORE_BAD_TABLE, "");
    row = good;
    row.flags = 2;
    refused(row, MIGCORE_BAD_TABLE, "");
    row = good;
    row.reserved[2] = 1;
    refused(row, MIGCORE_BAD_TABLE, "");
    row = good;
    row.device = NULL;
    refused(row, MIGCORE_BAD_TABLE, "");
    row = good;
    row.property = "\xff";
    refused(row, MIGCORE_BAD_TABLE, "");
    row = good;
    row.kind = MIGCORE_PROFILE_KIND_TEXT;
    refused(row, MIGCORE_BAD_TABLE, "");
    row = wire;
    row.number = 3;
    refused(row, MIGCORE_BAD_TABLE, "");
    row = wire;
    row.device = "nic";
    refused(row, MIGCORE_BAD_TABLE, "");
}

void test_profile(void)
{
    the_row_for_the_oldest_version_wins();
    a_place_keeps_the_default_where_no_row_says_something();
    rows_come_in_the_order_in_which_they_apply();
    a_device_gets_its_properties_and_may_lack_optional_ones();
    arguments_are_checked();
    rows_make_sense();
}
