/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Tables of C that tell what they save.
 */
#include "sections.h"

#include "migcore_vmstate.h"

struct part {
    uint8_t a, b;
};

struct board {
    int64_t ticks;
    uint32_t values[3];
    struct part parts[2];
    struct part odd[2];
    struct part *pointers[4];
    uint8_t own;
    bool odd_there;
};

static bool odd_is_there(void *opaque, int version)
{
    return version > 0 && ((struct board *)opaque)->odd_there;
}

static bool odd_is_needed(void *opaque)
{
    return ((struct board *)opaque)->odd_there;
}

/* What a field tells of itself goes where the walk is. */
static migcore_vmdesc description;

static migcore_status own_visit(migcore_visitor *v, void *place, size_t size, const migcore_vmstate_field *field)
{
    CHECK_EQUAL(size, 1);
    CHECK_TEXT(field->name, "own");
    CHECK_OK(migcore_vmdesc_unsigned(&description, "twice", 2U * *(uint8_t *)place));
    return migcore_put_raw(v, place, size);
}

static const migcore_vmstate_info own_info = { "own type", NULL, NULL, NULL, NULL, NULL, NULL, own_visit,
                                               MIGCORE_VMSTATE_KIND_CUSTOM };

static const migcore_vmstate_field part_fields[] = {
    MIGCORE_VMSTATE_U8(a, struct part),
    MIGCORE_VMSTATE_U8(b, struct part),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate part_table = MIGCORE_VMSTATE_TABLE("part", 1, 1, part_fields);

static const migcore_vmstate_field board_fields[] = {
    MIGCORE_VMSTATE_I64(ticks, struct board),
    MIGCORE_VMSTATE_U32_ARRAY(values, struct board, 3),
    MIGCORE_VMSTATE_STRUCT_ARRAY(parts, struct board, 2, part_table, struct part),
    MIGCORE_VMSTATE_STRUCT_ARRAY_TEST(odd, struct board, 2, part_table, struct part, odd_is_there),
    MIGCORE_VMSTATE_ARRAY_OF_STRUCT_POINTER(pointers, struct board, 4, part_table, struct part),
    MIGCORE_VMSTATE_CUSTOM(own, struct board, own_info, uint8_t),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate_field odd_fields[] = {
    MIGCORE_VMSTATE_BOOL(odd_there, struct board),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate odd_table =
    MIGCORE_VMSTATE_TABLE_WITH("board/odd", 3, 1, odd_fields, NULL, NULL, NULL, NULL, odd_is_needed, NULL, 0);
static const migcore_vmstate *const board_parts[] = { &odd_table, NULL };
static const migcore_vmstate board_table =
    MIGCORE_VMSTATE_TABLE_WITH("board", 2, 1, board_fields, NULL, NULL, NULL, NULL, NULL, board_parts, 0);

#define PART(of) "\"vmsd_name\": \"part\", \"version\": 1, \"fields\": [{\"name\": \"a\", \"type\": \"uint8\", \"size\": 1}, " \
    "{\"name\": \"b\", \"type\": \"uint8\", \"size\": 1}]}, \"size\": 2}" of
#define BEGINS "{\"page_size\": 1, \"devices\": [{\"name\": \"b\", \"instance_id\": 7, \"vmsd_name\": \"board\", \"version\": 2, " \
    "\"fields\": [{\"name\": \"ticks\", \"type\": \"int64\", \"size\": 8}, {\"name\": \"values\", \"array_len\": 3, \"type\": " \
    "\"uint32\", \"size\": 4}, {\"name\": \"parts\", \"array_len\": 2, \"type\": \"struct\", \"struct\": {" PART(", ")
#define ODD_FIRST "{\"name\": \"odd\", \"index\": 0, \"type\": \"struct\", \"struct\": {" PART(", ")
#define ENDS "{\"name\": \"own\", \"type\": \"own type\", \"twice\": 10, \"size\": 1}], \"subsections\": [{\"vmsd_name\": " \
    "\"board/odd\", \"version\": 3, \"fields\": [{\"name\": \"odd_there\", \"type\": \"bool\", \"size\": 1}]}]}]}"

/* Only the first of the pointers is told, which leads somewhere. */
static const char told_702[] = BEGINS ODD_FIRST
    "{\"name\": \"odd\", \"index\": 1, \"type\": \"struct\", \"struct\": {" PART(", ")
    "{\"name\": \"pointers\", \"array_len\": 4, \"type\": \"struct\", \"struct\": {" PART(", ") ENDS;
static const char told_1000[] = BEGINS ODD_FIRST
    "{\"name\": \"odd\", \"type\": \"struct\", \"struct\": {" PART(", ")
    "{\"name\": \"pointers\", \"type\": \"struct\", \"struct\": {" PART(", ")
    "{\"name\": \"pointers\", \"array_len\": 2, \"type\": \"nullptr\", \"size\": 1}, "
    "{\"name\": \"pointers\", \"type\": \"struct\", \"struct\": {" PART(", ") ENDS;

/* Saves a board that tells of itself, and gives how long its bytes are. */
static uint64_t save(char *text, size_t capacity, uint32_t release)
{
    static struct part some = { 1, 2 };
    struct board board;
    migcore_vmstate_host host;
    migcore_legacy legacy;
    uint8_t bytes[100];

    memset(&board, 0, sizeof board);
    board.pointers[0] = board.pointers[3] = &some;
    board.own = 5;
    board.odd_there = true;
    memset(&host, 0, sizeof host);
    host.size = sizeof host;
    host.description = &description;
    CHECK_OK(migcore_vmdesc_init(&description, sizeof description, text, capacity, release, false));
    CHECK_OK(migcore_legacy_save_memory(&legacy, sizeof legacy, bytes, sizeof bytes, NULL));
    CHECK_OK(migcore_vmdesc_begin_stream(&description, 1));
    CHECK_OK(migcore_vmdesc_begin_device(&description, "b", 7));
    CHECK_OK(migcore_visit_vmstate(&legacy.visitor, &board_table, &board, &host));
    CHECK_OK(migcore_vmdesc_end_device(&description));
    CHECK_OK(migcore_vmdesc_end_stream(&description));
    CHECK_OK(migcore_finish(&legacy.visitor));
    return migcore_position(&legacy.visitor);
}

static void a_save_tells(const char *expected, uint32_t release)
{
    char text[2048];
    size_t needed = 0, capacity;
    const char *told = NULL;
    uint64_t length = save(text, sizeof text, release);

    CHECK_OK(migcore_vmdesc_finish(&description, &told, &needed));
    CHECK_TEXT(told, expected);
    for (capacity = 0; capacity <= needed; capacity += 7) {
        size_t again = 0;

        CHECK_EQUAL(save(text, capacity, release), length);
        CHECK_STATUS(migcore_vmdesc_finish(&description, NULL, &again), MIGCORE_NO_SPACE);
        CHECK_EQUAL(again, needed);
    }
}

/* What cannot be told is told by the description; the bytes do not suffer. */
static void a_description_that_is_none_is_left_alone(void)
{
    static struct part some = { 3, 4 };
    migcore_vmstate_host host;
    migcore_vmdesc none;
    migcore_legacy legacy;
    uint8_t bytes[2];

    memset(&none, 0, sizeof none);
    memset(&host, 0, sizeof host);
    host.size = sizeof host;
    host.description = &none;
    CHECK_OK(migcore_legacy_save_memory(&legacy, sizeof legacy, bytes, sizeof bytes, NULL));
    CHECK_OK(migcore_visit_vmstate(&legacy.visitor, &part_table, &some, &host));
    CHECK_OK(migcore_finish(&legacy.visitor));
    CHECK(memcmp(bytes, &some, 2) == 0);
    CHECK_STATUS(migcore_vmdesc_finish(&none, NULL, NULL), MIGCORE_BAD_OBJECT);
}

void test_vmdesc_tables(void)
{
    a_save_tells(told_702, 702);
    a_save_tells(told_1000, 1000);
    a_description_that_is_none_is_left_alone();
}
