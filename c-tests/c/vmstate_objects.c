/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "vmstate_objects.h"

/* Two structs of numbers, made from zeros: their padding is the same. */
#define SAME(type) \
    bool type##_same(const void *a, const void *b) \
    { \
        return memcmp(a, b, sizeof(type)) == 0; \
    }

static const migcore_vmstate_field primitive_fields[] = {
    MIGCORE_VMSTATE_BOOL(b_1, primitive),  MIGCORE_VMSTATE_BOOL(b_2, primitive),  MIGCORE_VMSTATE_U8(u8_1, primitive),
    MIGCORE_VMSTATE_U16(u16_1, primitive), MIGCORE_VMSTATE_U32(u32_1, primitive), MIGCORE_VMSTATE_U64(u64_1, primitive),
    MIGCORE_VMSTATE_I8(i8_1, primitive),   MIGCORE_VMSTATE_I8(i8_2, primitive),   MIGCORE_VMSTATE_I16(i16_1, primitive),
    MIGCORE_VMSTATE_I16(i16_2, primitive), MIGCORE_VMSTATE_I32(i32_1, primitive), MIGCORE_VMSTATE_I32(i32_2, primitive),
    MIGCORE_VMSTATE_I64(i64_1, primitive), MIGCORE_VMSTATE_I64(i64_2, primitive), MIGCORE_VMSTATE_END(),
};
const migcore_vmstate primitive_table = MIGCORE_VMSTATE_TABLE("simple/primitive", 1, 1, primitive_fields);

void primitive_fill(void *object)
{
    primitive *s = (primitive *)object;

    s->b_1 = true;
    s->u8_1 = 130;
    s->u16_1 = 512;
    s->u32_1 = 70000;
    s->u64_1 = 12121212;
    s->i8_1 = 65;
    s->i8_2 = -65;
    s->i16_1 = 512;
    s->i16_2 = -512;
    s->i32_1 = 70000;
    s->i32_2 = -70000;
    s->i64_1 = 12121212;
    s->i64_2 = -12121212;
}
NOTHING_TO_DO(primitive_blank)
SAME(primitive)

static const migcore_vmstate_field array_fields[] = {
    MIGCORE_VMSTATE_U16_ARRAY(u16_1, array, 3),
    MIGCORE_VMSTATE_END(),
};
const migcore_vmstate array_table = MIGCORE_VMSTATE_TABLE("simple/array", 1, 1, array_fields);

void array_fill(void *object)
{
    array *s = (array *)object;

    s->u16_1[0] = 66;
    s->u16_1[1] = 67;
    s->u16_1[2] = 68;
}
NOTHING_TO_DO(array_blank)
SAME(array)

static bool not_skipped(void *object, int version)
{
    CHECK(version == 1 || version == 2);
    return !((const letters *)object)->skip_c_e;
}

static const migcore_vmstate_field versioned_fields[] = {
    MIGCORE_VMSTATE_U32(a, letters), MIGCORE_VMSTATE_U32_V(b, letters, 2), MIGCORE_VMSTATE_U32(c, letters),
    MIGCORE_VMSTATE_U64(d, letters), MIGCORE_VMSTATE_U32_V(e, letters, 2), MIGCORE_VMSTATE_U64_V(f, letters, 2),
    MIGCORE_VMSTATE_END(),
};
const migcore_vmstate versioned_table = MIGCORE_VMSTATE_TABLE("test/versioned", 2, 1, versioned_fields);

static const migcore_vmstate_field skipping_fields[] = {
    MIGCORE_VMSTATE_U32(a, letters),
    MIGCORE_VMSTATE_U32(b, letters),
    MIGCORE_VMSTATE_U32_TEST(c, letters, not_skipped),
    MIGCORE_VMSTATE_U64(d, letters),
    MIGCORE_VMSTATE_U32_TEST(e, letters, not_skipped),
    MIGCORE_VMSTATE_U64_V(f, letters, 2),
    MIGCORE_VMSTATE_END(),
};
const migcore_vmstate skipping_table = MIGCORE_VMSTATE_TABLE("test/skip", 2, 1, skipping_fields);

static void letters_are(void *object, uint32_t a, uint32_t b, uint32_t c, uint64_t d, uint32_t e, uint64_t f)
{
    letters *s = (letters *)object;

    s->a = a;
    s->b = b;
    s->c = c;
    s->d = d;
    s->e = e;
    s->f = f;
}

void letters_fill(void *object)
{
    letters_are(object, 1, 2, 3, 4, 5, 6);
}

void letters_fill_skipping(void *object)
{
    letters_fill(object);
    ((letters *)object)->skip_c_e = true;
}

void letters_blank(void *object)
{
    letters_are(object, 0, 200, 0, 0, 500, 600);
}

void letters_of_version_1(void *object)
{
    letters_are(object, 10, 200, 30, 40, 500, 600);
}

void letters_of_version_2(void *object)
{
    letters_are(object, 10, 20, 30, 40, 50, 60);
}

void letters_skipping(void *object)
{
    letters_are(object, 0, 0, 300, 0, 500, 0);
    ((letters *)object)->skip_c_e = true;
}

void letters_skipped(void *object)
{
    letters_are(object, 10, 20, 300, 40, 500, 60);
    ((letters *)object)->skip_c_e = true;
}
SAME(letters)

static const migcore_vmstate_field tst_fields[] = {
    MIGCORE_VMSTATE_I32(i, struct tst),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate tst_table = MIGCORE_VMSTATE_TABLE("test/tst", 1, 1, tst_fields);

static const migcore_vmstate_field structs_fields[] = {
    MIGCORE_VMSTATE_ARRAY_OF_STRUCT_POINTER(ar, pointers, 4, tst_table, struct tst),
    MIGCORE_VMSTATE_END(),
};
const migcore_vmstate structs_table = MIGCORE_VMSTATE_TABLE("test/arps", 1, 1, structs_fields);

static const migcore_vmstate_field numbers_fields[] = {
    MIGCORE_VMSTATE_ARRAY_OF_POINTER(numbers, pointers, 4, migcore_vmstate_info_i32, int32_t),
    MIGCORE_VMSTATE_END(),
};
const migcore_vmstate numbers_table = MIGCORE_VMSTATE_TABLE("test/arps", 1, 1, numbers_fields);

/* `null` is the slot without a pointer, or none; its value stays as it is. */
static void pointers_are(void *object, int null, int32_t step)
{
    pointers *s = (pointers *)object;
    int i;

    for (i = 0; i < 4; i++) {
        s->values[i].i = i == null ? 42 : i * step;
        s->ar[i] = i == null ? NULL : &s->values[i];
        s->numbers[i] = i == null ? NULL : &s->values[i].i;
    }
}

void pointers_fill(void *object)
{
    pointers_are(object, -1, 1);
}

void pointers_blank(void *object)
{
    pointers_are(object, -1, 0);
}

void pointers_fill_null(void *object)
{
    pointers_are(object, 1, 1);
}

void pointers_blank_null(void *object)
{
    pointers_are(object, 1, 0);
}

bool pointers_same(const void *a, const void *b)
{
    const pointers *x = (const pointers *)a, *y = (const pointers *)b;
    bool same = memcmp(x->values, y->values, sizeof x->values) == 0;
    int i;

    for (i = 0; i < 4; i++) {
        same = same && (x->ar[i] == NULL) == (y->ar[i] == NULL) && (x->numbers[i] == NULL) == (y->numbers[i] == NULL);
    }
    return same;
}

/* ---- scratch objects: what is saved is the difference */

struct tmp {
    with_tmp *parent;
    int64_t diff;
};

static int tmp_pre_save(void *object)
{
    struct tmp *s = (struct tmp *)object;

    s->diff = s->parent->b - s->parent->a;
    return 0;
}

static int tmp_post_load(void *object, int version)
{
    struct tmp *s = (struct tmp *)object;

    CHECK_EQUAL(version, 0);
    s->parent->b = (uint32_t)(s->parent->a + s->diff);
    return 0;
}

static const migcore_vmstate_field tmp_parent_fields[] = {
    MIGCORE_VMSTATE_U64(f, with_tmp),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate tmp_parent_table = MIGCORE_VMSTATE_TABLE("test/tmp_child_parent", 0, 0, tmp_parent_fields);

static const migcore_vmstate_field tmp_fields[] = {
    MIGCORE_VMSTATE_I64(diff, struct tmp),
    MIGCORE_VMSTATE_STRUCT_POINTER(parent, struct tmp, tmp_parent_table, with_tmp),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate tmp_table = MIGCORE_VMSTATE_TABLE_WITH("test/tmp_child", 0, 0, tmp_fields, NULL,
                                                                    tmp_post_load, tmp_pre_save, NULL, NULL, NULL, 0);

static const migcore_vmstate_field with_tmp_fields[] = {
    MIGCORE_VMSTATE_U32(a, with_tmp),
    MIGCORE_VMSTATE_U64(d, with_tmp),
    MIGCORE_VMSTATE_TMP(with_tmp, tmp_table, struct tmp),
    MIGCORE_VMSTATE_END(),
};
const migcore_vmstate with_tmp_table = MIGCORE_VMSTATE_TABLE("test/with_tmp", 1, 0, with_tmp_fields);

void with_tmp_fill(void *object)
{
    with_tmp *s = (with_tmp *)object;

    s->a = 2;
    s->b = 4;
    s->d = 1;
    s->f = 8;
}
NOTHING_TO_DO(with_tmp_blank)
SAME(with_tmp)

/* ---- subsections */

static bool a_needed(void *object)
{
    return ((parts *)object)->has_a;
}

static bool b_needed(void *object)
{
    return ((parts *)object)->has_b;
}

static int a_loaded(void *object, int version)
{
    CHECK(version == 2 || version == 3);
    ((parts *)object)->has_a = true;
    return 0;
}

static int b_loaded(void *object, int version)
{
    CHECK_EQUAL(version, 1);
    ((parts *)object)->has_b = true;
    return 0;
}

static const migcore_vmstate_field a_fields[] = { MIGCORE_VMSTATE_U16(x, parts), MIGCORE_VMSTATE_END() };
static const migcore_vmstate a_table = MIGCORE_VMSTATE_TABLE_WITH("dev/a", 3, 2, a_fields, NULL, a_loaded, NULL, NULL,
                                                                  a_needed, NULL, 0);

static const migcore_vmstate_field inner_fields[] = { MIGCORE_VMSTATE_U8(z, parts), MIGCORE_VMSTATE_END() };
static const migcore_vmstate inner_table = MIGCORE_VMSTATE_TABLE("dev/b/inner", 1, 1, inner_fields);
static const migcore_vmstate *const parts_of_b[] = { &inner_table, NULL };

static const migcore_vmstate_field b_fields[] = { MIGCORE_VMSTATE_U8(y, parts), MIGCORE_VMSTATE_END() };
static const migcore_vmstate b_table = MIGCORE_VMSTATE_TABLE_WITH("dev/b", 1, 1, b_fields, NULL, b_loaded, NULL, NULL,
                                                                  b_needed, parts_of_b, 0);
static const migcore_vmstate *const parts_of_dev[] = { &a_table, &b_table, NULL };

static const migcore_vmstate_field parts_fields[] = { MIGCORE_VMSTATE_U32(v, parts), MIGCORE_VMSTATE_END() };
const migcore_vmstate parts_table = MIGCORE_VMSTATE_TABLE_WITH("dev", 1, 1, parts_fields, NULL, NULL, NULL, NULL, NULL,
                                                               parts_of_dev, 0);

void parts_none(void *object)
{
    ((parts *)object)->v = 1;
}

void parts_a(void *object)
{
    parts_none(object);
    ((parts *)object)->has_a = true;
    ((parts *)object)->x = 4660;
}

void parts_all(void *object)
{
    parts_a(object);
    ((parts *)object)->has_b = true;
    ((parts *)object)->y = 9;
    ((parts *)object)->z = 7;
}
NOTHING_TO_DO(parts_blank)
SAME(parts)

/* ---- numbers of elements, of bytes and of bits; a timer */

static const migcore_vmstate_field misc_fields[] = {
    MIGCORE_VMSTATE_U8(n, misc),
    MIGCORE_VMSTATE_VARRAY(arr, misc, n, migcore_vmstate_info_u16, uint16_t),
    MIGCORE_VMSTATE_U32(len, misc),
    MIGCORE_VMSTATE_VBUFFER(buf, misc, len),
    MIGCORE_VMSTATE_UNUSED(3),
    MIGCORE_VMSTATE_I32(nbits, misc),
    MIGCORE_VMSTATE_BITMAP(bm, misc, nbits),
    MIGCORE_VMSTATE_TIMER(t, misc, int64_t),
    MIGCORE_VMSTATE_F64(cd, misc),
    MIGCORE_VMSTATE_END(),
};
const migcore_vmstate misc_table = MIGCORE_VMSTATE_TABLE("misc", 1, 1, misc_fields);

void misc_fill(void *object)
{
    static const int bits[] = { 0, 63, 64 };
    const size_t width = 8 * sizeof(unsigned long);
    misc *s = (misc *)object;
    size_t i;

    s->n = 2;
    s->arr[0] = 1;
    s->arr[1] = 2;
    s->len = 3;
    memcpy(s->buf, "\xaa\xbb\xcc", 3);
    s->nbits = 65;
    for (i = 0; i < COUNT_OF(bits); i++) {
        s->bm[(size_t)bits[i] / width] |= 1UL << (size_t)bits[i] % width;
    }
    s->t = -1;
    s->cd = 1.0;
}
NOTHING_TO_DO(misc_blank)
SAME(misc)

/* ---- versions of structs */

static const migcore_vmstate_field vs_fields[] = {
    MIGCORE_VMSTATE_U8(p, struct vs),
    MIGCORE_VMSTATE_U8_V(q, struct vs, 2),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate vs_table = MIGCORE_VMSTATE_TABLE("vs", 2, 1, vs_fields);

static const migcore_vmstate_field outer_fields[] = {
    MIGCORE_VMSTATE_STRUCT(s1, outer, vs_table, struct vs),
    MIGCORE_VMSTATE_VSTRUCT(s2, outer, vs_table, struct vs, 1),
    MIGCORE_VMSTATE_END(),
};
const migcore_vmstate outer_table = MIGCORE_VMSTATE_TABLE("outer", 1, 1, outer_fields);

void outer_fill(void *object)
{
    outer *s = (outer *)object;

    s->s1.p = 1;
    s->s1.q = 2;
    s->s2.p = 3;
    s->s2.q = 4;
}

/* What is not in the stream is the same before. */
void outer_blank(void *object)
{
    ((outer *)object)->s2.q = 4;
}
SAME(outer)
