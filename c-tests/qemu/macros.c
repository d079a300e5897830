/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Compiled once per release (-DMIGCORE_QEMU_API=...): what each VMSTATE_ macro makes of its arguments. The Makefile checks
 * that fields.h uses every macro that the release has.
 */
#include "members.h"
#include "check.h"

/* -- What is expected ---------------------------------------------------------------------------------------------- */

#define AT(member, further) .name = #member, .offset = offsetof(D, member) + (further)
#define OF(type) .size = sizeof(type)
#define INFO(text) .info = &vmstate_info_##text
#define SUB_BUFFER .info = &migcore_qemu_info_sub_buffer
#define V3 .version_id = 3
#define TESTED .field_exists = present
#define HINT .err_hint = "a hint"
#if RELEASE >= 1100
/* The names that a width had are other names of one flag. */
#define VMS_VARRAY_INT32 VMS_VARRAY
#define VMS_VARRAY_UINT8 VMS_VARRAY
#define VMS_VARRAY_UINT16 VMS_VARRAY
#define VMS_VARRAY_UINT32 VMS_VARRAY
#define COUNT(member) .num_indirect = { offsetof(D, member), sizeof(((D *)0)->member) }
#define SIZE(member) .size_indirect = { offsetof(D, member), sizeof(((D *)0)->member) }
#else
#define COUNT(member) .num_offset = offsetof(D, member)
#define SIZE(member) .size_offset = offsetof(D, member)
#endif

typedef struct Case {
    const char *text;
    VMStateField made, expected;
} Case;

#define CASE(macro, ...) { #macro, macro, { __VA_ARGS__ } },

static const Case cases[] = {
#include "fields.h"
};

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void compare(const Case *c)
{
    const migcore_vmstate_field *a = (const migcore_vmstate_field *)(const void *)&c->made;
    const migcore_vmstate_field *b = (const migcore_vmstate_field *)(const void *)&c->expected;
    bool same = same_text(a->name, b->name) && same_text(a->err_hint, b->err_hint) && a->offset == b->offset &&
                a->size == b->size && a->start == b->start && a->num == b->num && a->num_offset == b->num_offset &&
                a->num_width == b->num_width && a->size_offset == b->size_offset && a->size_width == b->size_width &&
                a->info == b->info && a->flags == b->flags && a->limit == b->limit && a->vmsd == b->vmsd &&
                a->version_id == b->version_id && a->struct_version_id == b->struct_version_id &&
                a->field_exists == b->field_exists;

    check_at(__FILE__, __LINE__, same, c->text);
}

/* -- What is no field ---------------------------------------------------------------------------------------------- */

static void the_end_of_a_table(void)
{
    static const VMStateField end = VMSTATE_END_OF_LIST();

    CHECK(end.name == NULL && end.info == NULL && end.vmsd == NULL);
#if RELEASE >= 800
    CHECK_EQUAL(end.flags, VMS_END);
#else
    CHECK_EQUAL(end.flags, 0);
#endif
#if RELEASE >= 500
    CHECK_EQUAL(VMSTATE_INSTANCE_ID_ANY, -1);
#endif
}

static void offsets_alone(void)
{
    CHECK_EQUAL(vmstate_offset_value(D, u32, uint32_t), offsetof(D, u32));
    CHECK_EQUAL(vmstate_offset_pointer(D, u8_ptr, uint8_t), offsetof(D, u8_ptr));
    CHECK_EQUAL(vmstate_offset_array(D, u16_array, uint16_t, 6), offsetof(D, u16_array));
    CHECK_EQUAL(vmstate_offset_2darray(D, in_2d, In, 2, 3), offsetof(D, in_2d));
    CHECK_EQUAL(vmstate_offset_sub_array(D, u64_array, uint64_t, 2), offsetof(D, u64_array[2]));
    CHECK_EQUAL(vmstate_offset_buffer(D, u8_array), offsetof(D, u8_array));
    CHECK_EQUAL(vmstate_offset_varray(D, u32_array, uint32_t), offsetof(D, u32_array));
}

/* An array at the end of a struct, whose length only the allocation knows. */
typedef struct Open {
    uint16_t n;
    uint16_t words[];
} Open;

static void an_array_without_a_length_has_no_limit(void)
{
    static const VMStateField words = VMSTATE_VARRAY_UINT16_UNSAFE(words, Open, n, 0, vmstate_info_uint16, uint16_t);

    CHECK_EQUAL(words.offset, offsetof(Open, words));
    CHECK_EQUAL(words.limit, 0);
}

#define THIRD 2

/* As in QEMU's streams: a constant in the member is a number in the name. */
static void names_with_constants(void)
{
    static const VMStateField element = VMSTATE_SINGLE_TEST(u32_array[THIRD], D, NULL, 0, vmstate_info_uint32, uint32_t);
    static const VMStateField structure = VMSTATE_STRUCT(in_2d[1][THIRD], D, 0, vmstate_in, In);

    CHECK_TEXT(element.name, "u32_array[2]");
    CHECK_TEXT(structure.name, "in_2d[1][2]");
    CHECK_EQUAL(element.offset, offsetof(D, u32_array[2]));
}

int main(void)
{
    char name[40];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        compare(&cases[i]);
    }
    the_end_of_a_table();
    offsets_alone();
    names_with_constants();
    an_array_without_a_length_has_no_limit();
    snprintf(name, sizeof name, "macros-%d", RELEASE);
    return checks_report(name);
}
