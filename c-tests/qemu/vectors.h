/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The objects of the vectors, with their tables in QEMU's macros.
 */
#ifndef VECTORS_H
#define VECTORS_H

#include "qemu/queue.h"
#include "tables.h"

typedef union CPU_DoubleU {
    double d;
    uint64_t u;
} CPU_DoubleU;

#if RELEASE >= 1100
#define POINTED(type) type
#else
#define POINTED(type) type *
#endif

static inline void nothing(void *object)
{
    (void)object;
}

/* -- Numbers ------------------------------------------------------------------------------------------------------- */

typedef struct Primitive {
    bool b_1, b_2;
    uint8_t u8_1;
    uint16_t u16_1;
    uint32_t u32_1;
    uint64_t u64_1;
    int8_t i8_1, i8_2;
    int16_t i16_1, i16_2;
    int32_t i32_1, i32_2;
    int64_t i64_1, i64_2;
} Primitive;

static const VMStateDescription vmstate_primitive = {
    .name = "simple/primitive",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(b_1, Primitive),
        VMSTATE_BOOL(b_2, Primitive),
        VMSTATE_UINT8(u8_1, Primitive),
        VMSTATE_UINT16(u16_1, Primitive),
        VMSTATE_UINT32(u32_1, Primitive),
        VMSTATE_UINT64(u64_1, Primitive),
        VMSTATE_INT8(i8_1, Primitive),
        VMSTATE_INT8(i8_2, Primitive),
        VMSTATE_INT16(i16_1, Primitive),
        VMSTATE_INT16(i16_2, Primitive),
        VMSTATE_INT32(i32_1, Primitive),
        VMSTATE_INT32(i32_2, Primitive),
        VMSTATE_INT64(i64_1, Primitive),
        VMSTATE_INT64(i64_2, Primitive),
        VMSTATE_END_OF_LIST()
    }
};

static inline void primitive_fill(void *object)
{
    Primitive *s = object;

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

typedef struct Words {
    uint16_t u16_1[3];
} Words;

static const VMStateDescription vmstate_words = {
    .name = "simple/array",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT16_ARRAY(u16_1, Words, 3),
        VMSTATE_END_OF_LIST()
    }
};

static inline void words_fill(void *object)
{
    Words *s = object;

    for (uint16_t i = 0; i < 3; i++) {
        s->u16_1[i] = 66 + i;
    }
}

/* -- Fields that come with a version, or when a test says so ------------------------------------------------------- */

typedef struct Letters {
    uint32_t a, b, c;
    uint64_t d;
    uint32_t e;
    uint64_t f;
    bool skip_c_e;
} Letters;

static bool not_skipped(void *opaque, int version_id)
{
    const Letters *s = opaque;

    return version_id > 0 && !s->skip_c_e;
}

static const VMStateDescription vmstate_versioned = {
    .name = "test/versioned",
    .version_id = 2,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(a, Letters),
        VMSTATE_UINT32_V(b, Letters, 2),
        VMSTATE_UINT32(c, Letters),
        VMSTATE_UINT64(d, Letters),
        VMSTATE_UINT32_V(e, Letters, 2),
        VMSTATE_UINT64_V(f, Letters, 2),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_skipping = {
    .name = "test/skip",
    .version_id = 2,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(a, Letters),
        VMSTATE_UINT32(b, Letters),
        VMSTATE_UINT32_TEST(c, Letters, not_skipped),
        VMSTATE_UINT64(d, Letters),
        VMSTATE_UINT32_TEST(e, Letters, not_skipped),
        VMSTATE_UINT64_V(f, Letters, 2),
        VMSTATE_END_OF_LIST()
    }
};

#define LETTERS(name, a_is, b_is, c_is, d_is, e_is, f_is, skip_is) \
    static inline void name(void *object) \
    { \
        Letters *s = object; \
        s->a = a_is; \
        s->b = b_is; \
        s->c = c_is; \
        s->d = d_is; \
        s->e = e_is; \
        s->f = f_is; \
        s->skip_c_e = skip_is; \
    }

LETTERS(letters_fill, 1, 2, 3, 4, 5, 6, false)
LETTERS(letters_fill_skipping, 1, 2, 3, 4, 5, 6, true)
LETTERS(letters_blank, 0, 200, 0, 0, 500, 600, false)
LETTERS(letters_v1, 10, 200, 30, 40, 500, 600, false)
LETTERS(letters_v2, 10, 20, 30, 40, 50, 60, false)
LETTERS(letters_skipping, 0, 0, 300, 0, 500, 0, true)
LETTERS(letters_skipped, 10, 20, 300, 40, 500, 60, true)

/* -- Arrays of pointers -------------------------------------------------------------------------------------------- */

typedef struct Tst {
    int32_t i;
} Tst;

typedef struct Pointers {
    Tst *ar[4];
    int32_t *numbers[4];
    Tst values[4];
} Pointers;

static const VMStateDescription vmstate_tst = {
    .name = "test/tst",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_INT32(i, Tst),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_structs = {
    .name = "test/arps",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_ARRAY_OF_POINTER_TO_STRUCT(ar, Pointers, 4, 0, vmstate_tst, Tst),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_numbers = {
    .name = "test/arps",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_ARRAY_OF_POINTER(numbers, Pointers, 4, 0, vmstate_info_int32, POINTED(int32_t)),
        VMSTATE_END_OF_LIST()
    }
};

static inline void pointers_blank(void *object)
{
    Pointers *s = object;

    for (int i = 0; i < 4; i++) {
        s->ar[i] = &s->values[i];
        s->numbers[i] = &s->values[i].i;
    }
}

static inline void pointers_blank_null(void *object)
{
    Pointers *s = object;

    pointers_blank(s);
    s->ar[1] = NULL;
    s->numbers[1] = NULL;
}

static inline void pointers_fill(void *object)
{
    Pointers *s = object;

    pointers_blank(s);
    for (int i = 0; i < 4; i++) {
        s->values[i].i = i;
    }
}

static inline void pointers_fill_null(void *object)
{
    pointers_fill(object);
    pointers_blank_null(object);
}

/* -- The others ---------------------------------------------------------------------------------------------------- */

typedef struct Misc {
    uint8_t n;
    uint16_t *arr, words[4];
    uint32_t len;
    uint8_t *buf, bytes[5];
    int32_t nbits;
    unsigned long *bm, bits[128 / (8 * sizeof(unsigned long))];
    QEMUTimer t;
    CPU_DoubleU cd[1];
} Misc;

/* A number of elements in a uint8_t has no macro for scalars up to 10.2: such fields are filled in by hand. */
#if RELEASE >= 1100
#define MISC_ARR VMSTATE_VARRAY(arr, Misc, n, 0, vmstate_info_uint16, uint16_t)
#else
#define MISC_ARR \
    { \
        .name = "arr", \
        .version_id = 0, \
        .num_offset = offsetof(Misc, n), \
        .info = &vmstate_info_uint16, \
        .size = sizeof(uint16_t), \
        .flags = VMS_VARRAY_UINT8 | VMS_POINTER, \
        .offset = vmstate_offset_pointer(Misc, arr, uint16_t), \
    }
#endif

static const VMStateDescription vmstate_misc = {
    .name = "misc",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8(n, Misc),
        MISC_ARR,
        VMSTATE_UINT32(len, Misc),
        VMSTATE_VBUFFER_UINT32(buf, Misc, 0, NULL, len),
        VMSTATE_UNUSED(3),
        VMSTATE_INT32(nbits, Misc),
        VMSTATE_BITMAP(bm, Misc, 0, nbits),
        VMSTATE_TIMER(t, Misc),
        VMSTATE_CPUDOUBLE_ARRAY(cd, Misc, 1),
        VMSTATE_END_OF_LIST()
    }
};

static inline void misc_blank(void *object)
{
    Misc *s = object;

    s->arr = s->words;
    s->buf = s->bytes;
    s->bm = s->bits;
}

static inline void misc_fill(void *object)
{
    Misc *s = object;
    const size_t word = 8 * sizeof(unsigned long);
    static const size_t set[] = { 0, 63, 64 };

    misc_blank(s);
    s->n = 2;
    s->words[0] = 1;
    s->words[1] = 2;
    s->len = 3;
    memcpy(s->bytes, "\xaa\xbb\xcc", 3);
    s->nbits = 65;
    for (size_t i = 0; i < ARRAY_SIZE(set); i++) {
        s->bits[set[i] / word] |= 1UL << (set[i] % word);
    }
    s->t.expire_time = -1;
    s->cd[0].d = 1.0;
}

typedef struct Inner {
    uint8_t p, q;
} Inner;

typedef struct Outer {
    Inner s1, s2;
} Outer;

static const VMStateDescription vmstate_inner = {
    .name = "vs",
    .version_id = 2,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT8(p, Inner),
        VMSTATE_UINT8_V(q, Inner, 2),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_outer = {
    .name = "outer",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT(s1, Outer, 0, vmstate_inner, Inner),
        VMSTATE_VSTRUCT(s2, Outer, vmstate_inner, Inner, 1),
        VMSTATE_END_OF_LIST()
    }
};

static inline void outer_fill(void *object)
{
    Outer *s = object;

    s->s1 = (Inner) { 1, 2 };
    s->s2 = (Inner) { 3, 4 };
}

#include "vectors_linked.h"

#endif
