/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A field of every macro: the bytes are those of the same visits by hand, and come back, also over chunks.
 */
#include "vmstate_objects.h"

#include <stdlib.h>

struct inner {
    uint16_t a;
    uint8_t b;
};

struct all {
    bool flag;
    int8_t i8;
    int16_t i16;
    int32_t i32;
    int64_t i64;
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    double f64;
    bool flags[2];
    int8_t i8s[2];
    int16_t i16s[2];
    int32_t i32s[2];
    int64_t i64s[2];
    uint8_t u8s[2];
    uint16_t u16s[2];
    uint32_t u32s[2];
    uint64_t u64s[2];
    double f64s[2];
    uint16_t grid[2][3], part[5];
    uint8_t count;
    uint32_t counted[4], *pointed, *made;
    uint16_t *one, *some[3];
    uint8_t whole[4], slice[6], bytes[8], *bytes_behind;
    uint32_t length;
    void *bytes_made;
    int32_t bits;
    unsigned long map[128 / (8 * sizeof(unsigned long))], *map_behind;
    struct inner inner, inners[2], in_count[4], *behind, *behind_count, *inner_made, *slots[3], **each_made;
};

static bool is_there(void *object, int version)
{
    return version == 3 && object != NULL;
}

static bool is_not_there(void *object, int version)
{
    return !is_there(object, version);
}

static const migcore_vmstate_field inner_fields[] = {
    MIGCORE_VMSTATE_U16(a, struct inner),
    MIGCORE_VMSTATE_U8_V(b, struct inner, 2),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate inner_table = MIGCORE_VMSTATE_TABLE("inner", 2, 1, inner_fields);

/* Of each macro the field that is always there, two that are there by their version and test, and two that are not. */
#define M_(name) MIGCORE_VMSTATE_##name
#define ONE_OF(name, ...) M_(name)(__VA_ARGS__)
#define FORMS_OF(name, ...) \
    M_(name)(__VA_ARGS__), M_(name##_V)(__VA_ARGS__, 3), M_(name##_V)(__VA_ARGS__, 4), \
        M_(name##_TEST)(__VA_ARGS__, is_there), M_(name##_TEST)(__VA_ARGS__, is_not_there)
#define U16_INFO migcore_vmstate_info_u16, uint16_t
#define U32_INFO migcore_vmstate_info_u32, uint32_t
#define INNER inner_table, struct inner

static const migcore_vmstate_field all_fields[] = {
    FORMS_OF(BOOL, flag, struct all),
    FORMS_OF(I8, i8, struct all),
    FORMS_OF(I16, i16, struct all),
    FORMS_OF(I32, i32, struct all),
    FORMS_OF(I64, i64, struct all),
    FORMS_OF(U8, u8, struct all),
    FORMS_OF(U16, u16, struct all),
    FORMS_OF(U32, u32, struct all),
    FORMS_OF(U64, u64, struct all),
    FORMS_OF(F64, f64, struct all),
    FORMS_OF(BOOL_ARRAY, flags, struct all, 2),
    FORMS_OF(I8_ARRAY, i8s, struct all, 2),
    FORMS_OF(I16_ARRAY, i16s, struct all, 2),
    FORMS_OF(I32_ARRAY, i32s, struct all, 2),
    FORMS_OF(I64_ARRAY, i64s, struct all, 2),
    FORMS_OF(U8_ARRAY, u8s, struct all, 2),
    FORMS_OF(U16_ARRAY, u16s, struct all, 2),
    FORMS_OF(U32_ARRAY, u32s, struct all, 2),
    FORMS_OF(U64_ARRAY, u64s, struct all, 2),
    FORMS_OF(F64_ARRAY, f64s, struct all, 2),
    FORMS_OF(ARRAY_2D, grid, struct all, 2, 3, U16_INFO),
    FORMS_OF(SUB_ARRAY, part, struct all, 1, 3, U16_INFO),
    FORMS_OF(U8, count, struct all),
    FORMS_OF(VARRAY, counted, struct all, count, U32_INFO),
    FORMS_OF(VARRAY_POINTER, pointed, struct all, count, U32_INFO),
    ONE_OF(VARRAY_ALLOC, made, struct all, count, U32_INFO),
    FORMS_OF(POINTER, one, struct all, U16_INFO),
    FORMS_OF(ARRAY_OF_POINTER, some, struct all, 3, U16_INFO),
    FORMS_OF(BUFFER, whole, struct all),
    FORMS_OF(SUB_BUFFER, slice, struct all, 1, 4),
    FORMS_OF(U32, length, struct all),
    FORMS_OF(VBUFFER, bytes, struct all, length),
    FORMS_OF(VBUFFER_POINTER, bytes_behind, struct all, length),
    ONE_OF(VBUFFER_ALLOC, bytes_made, struct all, length),
    FORMS_OF(UNUSED, 3),
    FORMS_OF(I32, bits, struct all),
    FORMS_OF(BITMAP, map, struct all, bits),
    FORMS_OF(BITMAP_POINTER, map_behind, struct all, bits),
    FORMS_OF(STRUCT, inner, struct all, INNER),
    FORMS_OF(VSTRUCT, inner, struct all, INNER, 1),
    FORMS_OF(STRUCT_POINTER, behind, struct all, INNER),
    FORMS_OF(STRUCT_ARRAY, inners, struct all, 2, INNER),
    FORMS_OF(STRUCT_VARRAY, in_count, struct all, count, INNER),
    FORMS_OF(STRUCT_VARRAY_POINTER, behind_count, struct all, count, INNER),
    ONE_OF(STRUCT_VARRAY_ALLOC, inner_made, struct all, count, INNER),
    FORMS_OF(ARRAY_OF_STRUCT_POINTER, slots, struct all, 3, INNER),
    ONE_OF(ARRAY_OF_STRUCT_ALLOC, each_made, struct all, count, INNER),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate all_table = MIGCORE_VMSTATE_TABLE("all", 3, 1, all_fields);

/* What the objects point to, and that is in no block of its own. */
struct behind {
    uint32_t pointed[3];
    uint16_t one, some[3];
    uint8_t bytes[5];
    unsigned long map[128 / (8 * sizeof(unsigned long))];
    struct inner behind, behind_count[3], slots[3], *each_made[3];
};

static void all_links(struct all *s, struct behind *behind)
{
    s->pointed = behind->pointed;
    s->one = &behind->one;
    s->some[0] = &behind->some[0];
    s->some[1] = NULL;
    s->some[2] = &behind->some[2];
    s->bytes_behind = behind->bytes;
    s->map_behind = behind->map;
    s->behind = &behind->behind;
    s->behind_count = behind->behind_count;
    s->slots[0] = NULL;
    s->slots[1] = &behind->slots[1];
    s->slots[2] = &behind->slots[2];
    s->each_made = behind->each_made;
}

static void number_inners(struct inner *inners, size_t count, uint8_t from)
{
    size_t i;

    for (i = 0; i < count; i++) {
        inners[i].a = (uint16_t)(from + i);
        inners[i].b = (uint8_t)(from + 100 + i);
    }
}

static void all_fill(struct all *s, struct behind *behind)
{
    size_t i;

    memset(s, 0, sizeof *s);
    memset(behind, 0, sizeof *behind);
    s->flag = s->flags[1] = true;
    s->i8 = s->i8s[0] = -8;
    s->i16 = s->i16s[0] = -16;
    s->i32 = s->i32s[1] = -32;
    s->i64 = s->i64s[1] = -64;
    s->u8 = 6;
    s->u8s[0] = 8;
    s->u16 = s->u16s[1] = 0x1616;
    s->u32 = s->u32s[1] = 0x32323232;
    s->u64 = s->u64s[0] = 0x6464646464646464;
    s->f64 = s->f64s[1] = 1.5;
    for (i = 0; i < 6; i++) {
        s->grid[i / 3][i % 3] = (uint16_t)(0x100 + i);
        s->slice[i] = (uint8_t)(0x20 + i);
    }
    for (i = 0; i < 5; i++) {
        s->part[i] = (uint16_t)(0x200 + i);
        behind->bytes[i] = (uint8_t)(0x30 + i);
    }
    s->count = 3;
    s->made = (uint32_t *)vm_new(3 * sizeof *s->made);
    s->inner_made = (struct inner *)vm_new(3 * sizeof *s->inner_made);
    for (i = 0; i < 3; i++) {
        s->counted[i] = 0x300 + (uint32_t)i;
        s->made[i] = 0x400 + (uint32_t)i;
        behind->pointed[i] = 0x500 + (uint32_t)i;
        behind->some[i] = (uint16_t)(0x600 + i);
    }
    behind->one = 0x700;
    memcpy(s->whole, "abcd", 4);
    s->length = 5;
    memcpy(s->bytes, "efghi", 5);
    s->bytes_made = vm_new(5);
    memcpy(s->bytes_made, "jklmn", 5);
    s->bits = 70;
    s->map[0] = 5;
    behind->map[0] = 9;
    number_inners(&s->inner, 1, 1);
    number_inners(s->inners, 2, 2);
    number_inners(s->in_count, 3, 4);
    number_inners(s->inner_made, 3, 7);
    number_inners(&behind->behind, 1, 10);
    number_inners(behind->behind_count, 3, 11);
    number_inners(behind->slots, 3, 14);
    behind->each_made[1] = (struct inner *)vm_new(sizeof(struct inner));
    number_inners(behind->each_made[1], 1, 20);
    all_links(s, behind);
}

static void all_drop(struct all *s, struct behind *behind)
{
    size_t i;

    vm_free(s->made);
    vm_free(s->inner_made);
    vm_free(s->bytes_made);
    for (i = 0; i < 3; i++) {
        vm_free(behind->each_made[i]);
    }
}

static bool all_same(const struct all *x, const struct behind *x_behind, const struct all *y,
                     const struct behind *y_behind)
{
    /* Up to where pointers begin, and between them. */
    return memcmp(x, y, offsetof(struct all, part)) == 0 && memcmp(x->part + 1, y->part + 1, 6) == 0 &&
           x->count == y->count && memcmp(x->counted, y->counted, sizeof x->counted) == 0 &&
           memcmp(x->made, y->made, 3 * sizeof *x->made) == 0 && memcmp(x->whole, y->whole, 4) == 0 &&
           memcmp(x->slice + 1, y->slice + 1, 4) == 0 && memcmp(x->bytes, y->bytes, 8) == 0 &&
           x->length == y->length && memcmp(x->bytes_made, y->bytes_made, 5) == 0 && x->bits == y->bits &&
           memcmp(x->map, y->map, sizeof x->map) == 0 && memcmp(&x->inner, &y->inner, sizeof x->inner) == 0 &&
           memcmp(x->inners, y->inners, sizeof x->inners) == 0 &&
           memcmp(x->in_count, y->in_count, sizeof x->in_count) == 0 &&
           memcmp(x->inner_made, y->inner_made, 3 * sizeof *x->inner_made) == 0 &&
           memcmp(x_behind->pointed, y_behind->pointed, sizeof x_behind->pointed) == 0 &&
           x_behind->one == y_behind->one && x_behind->some[0] == y_behind->some[0] &&
           x_behind->some[2] == y_behind->some[2] && memcmp(x_behind->bytes, y_behind->bytes, 5) == 0 &&
           memcmp(x_behind->map, y_behind->map, sizeof x_behind->map) == 0 &&
           x_behind->behind.a == y_behind->behind.a && x_behind->behind.b == y_behind->behind.b &&
           memcmp(x_behind->behind_count, y_behind->behind_count, sizeof x_behind->behind_count) == 0 &&
           memcmp(&x_behind->slots[1], &y_behind->slots[1], 2 * sizeof(struct inner)) == 0 &&
           x_behind->each_made[0] == NULL && y_behind->each_made[0] == NULL && y_behind->each_made[2] == NULL &&
           x_behind->each_made[1]->a == y_behind->each_made[1]->a &&
           x_behind->each_made[1]->b == y_behind->each_made[1]->b;
}

/* ---- the same by calls of a visit; `n` times, as many as of the fields are there */

#define THRICE for (n = 0; n < 3; n++)

static void visit_inner(migcore_visitor *v, struct inner *inner, bool newer)
{
    migcore_visit_u16(v, "a", &inner->a);
    if (newer) {
        migcore_visit_u8(v, "b", &inner->b);
    }
}

static void visit_inners(migcore_visitor *v, struct inner *inners, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        visit_inner(v, &inners[i], true);
    }
}

static void visit_map(migcore_visitor *v, const unsigned long *map)
{
    uint64_t words[2] = { map[0], 0 };

    migcore_visit_u64_array(v, "map", words, 2);
}

static void visit_values(migcore_visitor *v, struct all *s)
{
    int n;

    THRICE migcore_visit_bool(v, "flag", &s->flag);
    THRICE migcore_visit_i8(v, "i8", &s->i8);
    THRICE migcore_visit_i16(v, "i16", &s->i16);
    THRICE migcore_visit_i32(v, "i32", &s->i32);
    THRICE migcore_visit_i64(v, "i64", &s->i64);
    THRICE migcore_visit_u8(v, "u8", &s->u8);
    THRICE migcore_visit_u16(v, "u16", &s->u16);
    THRICE migcore_visit_u32(v, "u32", &s->u32);
    THRICE migcore_visit_u64(v, "u64", &s->u64);
    THRICE migcore_visit_f64(v, "f64", &s->f64);
    THRICE migcore_visit_bool_array(v, "flags", s->flags, 2);
    THRICE migcore_visit_i8_array(v, "i8s", s->i8s, 2);
    THRICE migcore_visit_i16_array(v, "i16s", s->i16s, 2);
    THRICE migcore_visit_i32_array(v, "i32s", s->i32s, 2);
    THRICE migcore_visit_i64_array(v, "i64s", s->i64s, 2);
    THRICE migcore_visit_u8_array(v, "u8s", s->u8s, 2);
    THRICE migcore_visit_u16_array(v, "u16s", s->u16s, 2);
    THRICE migcore_visit_u32_array(v, "u32s", s->u32s, 2);
    THRICE migcore_visit_u64_array(v, "u64s", s->u64s, 2);
    THRICE migcore_visit_f64_array(v, "f64s", s->f64s, 2);
    THRICE migcore_visit_u16_array(v, "grid", s->grid[0], 6);
    THRICE migcore_visit_u16_array(v, "part", s->part + 1, 3);
}

static void visit_counted(migcore_visitor *v, struct all *s)
{
    uint8_t zeros[3] = { 0 };
    int n;

    THRICE migcore_visit_u8(v, "count", &s->count);
    THRICE migcore_visit_u32_array(v, "counted", s->counted, 3);
    THRICE migcore_visit_u32_array(v, "pointed", s->pointed, 3);
    migcore_visit_u32_array(v, "made", s->made, 3);
    THRICE migcore_visit_u16(v, "one", s->one);
    THRICE {
        migcore_visit_u16(v, "some", s->some[0]);
        migcore_visit_absent(v, "some");
        migcore_visit_u16(v, "some", s->some[2]);
    }
    THRICE migcore_visit_bytes(v, "whole", s->whole, 4);
    THRICE migcore_visit_bytes(v, "slice", s->slice + 1, 4);
    THRICE migcore_visit_u32(v, "length", &s->length);
    THRICE migcore_visit_bytes(v, "bytes", s->bytes, 5);
    THRICE migcore_visit_bytes(v, "bytes_behind", s->bytes_behind, 5);
    migcore_visit_bytes(v, "bytes_made", s->bytes_made, 5);
    THRICE migcore_visit_bytes(v, "unused", zeros, 3);
    THRICE migcore_visit_i32(v, "bits", &s->bits);
    THRICE visit_map(v, s->map);
    THRICE visit_map(v, s->map_behind);
}

static void visit_structs(migcore_visitor *v, struct all *s)
{
    uint8_t null = 0x30, not_null = 0x31;
    int n;

    THRICE visit_inner(v, &s->inner, true);
    THRICE visit_inner(v, &s->inner, false);
    THRICE visit_inner(v, s->behind, true);
    THRICE visit_inners(v, s->inners, 2);
    THRICE visit_inners(v, s->in_count, 3);
    THRICE visit_inners(v, s->behind_count, 3);
    visit_inners(v, s->inner_made, 3);
    THRICE {
        migcore_visit_absent(v, "slots");
        visit_inner(v, s->slots[1], true);
        visit_inner(v, s->slots[2], true);
    }
    migcore_visit_u8(v, "each_made", &null);
    migcore_visit_u8(v, "each_made", &not_null);
    visit_inner(v, s->each_made[1], true);
    migcore_visit_u8(v, "each_made", &null);
}

void test_vmstate_fields(void)
{
    static uint8_t bytes[VMSTATE_BYTES], by_hand[VMSTATE_BYTES], chunks[VMSTATE_BYTES];
    struct all *s = (struct all *)calloc(1, sizeof *s), *back = (struct all *)calloc(1, sizeof *back);
    struct behind *behind = (struct behind *)calloc(1, sizeof *behind);
    struct behind *back_behind = (struct behind *)calloc(1, sizeof *back_behind);
    migcore_legacy legacy;
    struct vm_host host;
    size_t length, round;

    vm_host_init(&host);
    all_fill(s, behind);
    CHECK_OK(vm_save(&all_table, s, &host.host, bytes, &length));
    CHECK_OK(migcore_legacy_save_memory(&legacy, sizeof legacy, by_hand, sizeof by_hand, NULL));
    visit_values(&legacy.visitor, s);
    visit_counted(&legacy.visitor, s);
    visit_structs(&legacy.visitor, s);
    CHECK_OK(migcore_finish(&legacy.visitor));
    CHECK_MEMORY(bytes, length, by_hand, (size_t)migcore_position(&legacy.visitor));
    for (round = 0; round < 2; round++) {
        memset(back, 0, sizeof *back);
        memset(back_behind, 0, sizeof *back_behind);
        all_links(back, back_behind);
        if (round == 0) {
            CHECK_OK(vm_load(&all_table, back, &host.host, 3, bytes, length, NULL, NULL));
        } else {
            CHECK_OK(vm_save_chunks(&all_table, s, &host.host, chunks, &length));
            CHECK_OK(vm_load_chunks(&all_table, back, &host.host, chunks, length, NULL));
        }
        CHECK(all_same(s, behind, back, back_behind));
        all_drop(back, back_behind);
    }
    all_drop(s, behind);
    free(back_behind);
    free(behind);
    free(back);
    free(s);
}
