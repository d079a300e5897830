/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_vmstate/arrays.h - fields that are arrays, bytes or bits.
 *
 * Part of migcore_vmstate.h. Each has three forms: NAME, NAME_V, NAME_TEST.
 */
#ifndef MIGCORE_VMSTATE_ARRAYS_H
#define MIGCORE_VMSTATE_ARRAYS_H

#include "field.h"

/* ---- arrays */

/* Of `count` elements of the C type that the name says: the member is an array of just as many. */
#define MIGCORE_VMSTATE_BOOL_ARRAY(member, type, count) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, bool, migcore_vmstate_info_bool, 0, NULL)
#define MIGCORE_VMSTATE_BOOL_ARRAY_V(member, type, count, version) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, bool, migcore_vmstate_info_bool, version, NULL)
#define MIGCORE_VMSTATE_BOOL_ARRAY_TEST(member, type, count, test) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, bool, migcore_vmstate_info_bool, 0, test)
#define MIGCORE_VMSTATE_I8_ARRAY(member, type, count) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, int8_t, migcore_vmstate_info_i8, 0, NULL)
#define MIGCORE_VMSTATE_I8_ARRAY_V(member, type, count, version) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, int8_t, migcore_vmstate_info_i8, version, NULL)
#define MIGCORE_VMSTATE_I8_ARRAY_TEST(member, type, count, test) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, int8_t, migcore_vmstate_info_i8, 0, test)
#define MIGCORE_VMSTATE_I16_ARRAY(member, type, count) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, int16_t, migcore_vmstate_info_i16, 0, NULL)
#define MIGCORE_VMSTATE_I16_ARRAY_V(member, type, count, version) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, int16_t, migcore_vmstate_info_i16, version, NULL)
#define MIGCORE_VMSTATE_I16_ARRAY_TEST(member, type, count, test) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, int16_t, migcore_vmstate_info_i16, 0, test)
#define MIGCORE_VMSTATE_I32_ARRAY(member, type, count) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, int32_t, migcore_vmstate_info_i32, 0, NULL)
#define MIGCORE_VMSTATE_I32_ARRAY_V(member, type, count, version) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, int32_t, migcore_vmstate_info_i32, version, NULL)
#define MIGCORE_VMSTATE_I32_ARRAY_TEST(member, type, count, test) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, int32_t, migcore_vmstate_info_i32, 0, test)
#define MIGCORE_VMSTATE_I64_ARRAY(member, type, count) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, int64_t, migcore_vmstate_info_i64, 0, NULL)
#define MIGCORE_VMSTATE_I64_ARRAY_V(member, type, count, version) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, int64_t, migcore_vmstate_info_i64, version, NULL)
#define MIGCORE_VMSTATE_I64_ARRAY_TEST(member, type, count, test) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, int64_t, migcore_vmstate_info_i64, 0, test)
#define MIGCORE_VMSTATE_U8_ARRAY(member, type, count) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, uint8_t, migcore_vmstate_info_u8, 0, NULL)
#define MIGCORE_VMSTATE_U8_ARRAY_V(member, type, count, version) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, uint8_t, migcore_vmstate_info_u8, version, NULL)
#define MIGCORE_VMSTATE_U8_ARRAY_TEST(member, type, count, test) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, uint8_t, migcore_vmstate_info_u8, 0, test)
#define MIGCORE_VMSTATE_U16_ARRAY(member, type, count) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, uint16_t, migcore_vmstate_info_u16, 0, NULL)
#define MIGCORE_VMSTATE_U16_ARRAY_V(member, type, count, version) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, uint16_t, migcore_vmstate_info_u16, version, NULL)
#define MIGCORE_VMSTATE_U16_ARRAY_TEST(member, type, count, test) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, uint16_t, migcore_vmstate_info_u16, 0, test)
#define MIGCORE_VMSTATE_U32_ARRAY(member, type, count) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, uint32_t, migcore_vmstate_info_u32, 0, NULL)
#define MIGCORE_VMSTATE_U32_ARRAY_V(member, type, count, version) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, uint32_t, migcore_vmstate_info_u32, version, NULL)
#define MIGCORE_VMSTATE_U32_ARRAY_TEST(member, type, count, test) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, uint32_t, migcore_vmstate_info_u32, 0, test)
#define MIGCORE_VMSTATE_U64_ARRAY(member, type, count) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, uint64_t, migcore_vmstate_info_u64, 0, NULL)
#define MIGCORE_VMSTATE_U64_ARRAY_V(member, type, count, version) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, uint64_t, migcore_vmstate_info_u64, version, NULL)
#define MIGCORE_VMSTATE_U64_ARRAY_TEST(member, type, count, test) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, uint64_t, migcore_vmstate_info_u64, 0, test)
#define MIGCORE_VMSTATE_F64_ARRAY(member, type, count) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, double, migcore_vmstate_info_f64, 0, NULL)
#define MIGCORE_VMSTATE_F64_ARRAY_V(member, type, count, version) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, double, migcore_vmstate_info_f64, version, NULL)
#define MIGCORE_VMSTATE_F64_ARRAY_TEST(member, type, count, test) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, double, migcore_vmstate_info_f64, 0, test)

/* The same for any info. */
#define MIGCORE_VMSTATE_ARRAY(member, type, count, info, T) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, T, info, 0, NULL)
#define MIGCORE_VMSTATE_ARRAY_V(member, type, count, info, T, version) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, T, info, version, NULL)
#define MIGCORE_VMSTATE_ARRAY_TEST(member, type, count, info, T, test) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [count], count, T, info, 0, test)

/* `rows` times `columns`, row after row. */
#define MIGCORE_VMSTATE_ARRAY_2D(member, type, rows, columns, info, T) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [rows][columns], (rows) * (columns), T, info, 0, NULL)
#define MIGCORE_VMSTATE_ARRAY_2D_V(member, type, rows, columns, info, T, version) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [rows][columns], (rows) * (columns), T, info, version, NULL)
#define MIGCORE_VMSTATE_ARRAY_2D_TEST(member, type, rows, columns, info, T, test) \
    MIGCORE_VMSTATE_ROW_(#member, member, type, [rows][columns], (rows) * (columns), T, info, 0, test)

/* `count` elements of an array, from `first` on. */
#define MIGCORE_VMSTATE_SUB_ARRAY_(name, member, type, first, count, info, T, version, test) \
    MIGCORE_VMSTATE_FIXED_(name, MIGCORE_VMSTATE_PART_(type, member, T, first, count), count, &(info), \
                           MIGCORE_VMSTATE_FLAG_ARRAY, NULL, version, 0, test)
#define MIGCORE_VMSTATE_SUB_ARRAY(member, type, first, count, info, T) \
    MIGCORE_VMSTATE_SUB_ARRAY_(#member, member, type, first, count, info, T, 0, NULL)
#define MIGCORE_VMSTATE_SUB_ARRAY_V(member, type, first, count, info, T, version) \
    MIGCORE_VMSTATE_SUB_ARRAY_(#member, member, type, first, count, info, T, version, NULL)
#define MIGCORE_VMSTATE_SUB_ARRAY_TEST(member, type, first, count, info, T, test) \
    MIGCORE_VMSTATE_SUB_ARRAY_(#member, member, type, first, count, info, T, 0, test)

/* As many elements of an array as the member `count` says, which comes before. */
#define MIGCORE_VMSTATE_VARRAY_(name, member, type, count, info, T, version, test) \
    MIGCORE_VMSTATE_COUNTED_(name, MIGCORE_VMSTATE_ANY_(type, member, T), type, count, &(info), \
                             MIGCORE_VMSTATE_FLAG_VARRAY, MIGCORE_VMSTATE_ROOM_(type, member, T), NULL, version, \
                             test)
#define MIGCORE_VMSTATE_VARRAY(member, type, count, info, T) \
    MIGCORE_VMSTATE_VARRAY_(#member, member, type, count, info, T, 0, NULL)
#define MIGCORE_VMSTATE_VARRAY_V(member, type, count, info, T, version) \
    MIGCORE_VMSTATE_VARRAY_(#member, member, type, count, info, T, version, NULL)
#define MIGCORE_VMSTATE_VARRAY_TEST(member, type, count, info, T, test) \
    MIGCORE_VMSTATE_VARRAY_(#member, member, type, count, info, T, 0, test)

/* The member is a `T *` to as many elements as the member `count` says. There must be room for them: a VALIDATE of
 * `count` comes before, or an _EQUAL, or a load allocates them. */
#define MIGCORE_VMSTATE_VARRAY_POINTER_(name, member, type, count, info, T, version, test) \
    MIGCORE_VMSTATE_COUNTED_(name, MIGCORE_VMSTATE_POINTS_(type, member, T), type, count, &(info), \
                             MIGCORE_VMSTATE_FLAG_VARRAY | MIGCORE_VMSTATE_FLAG_POINTER, 0, NULL, version, test)
#define MIGCORE_VMSTATE_VARRAY_POINTER(member, type, count, info, T) \
    MIGCORE_VMSTATE_VARRAY_POINTER_(#member, member, type, count, info, T, 0, NULL)
#define MIGCORE_VMSTATE_VARRAY_POINTER_V(member, type, count, info, T, version) \
    MIGCORE_VMSTATE_VARRAY_POINTER_(#member, member, type, count, info, T, version, NULL)
#define MIGCORE_VMSTATE_VARRAY_POINTER_TEST(member, type, count, info, T, test) \
    MIGCORE_VMSTATE_VARRAY_POINTER_(#member, member, type, count, info, T, 0, test)

/* The same, and a load allocates them. What the member pointed to before is not released. */
#define MIGCORE_VMSTATE_VARRAY_ALLOC_(name, member, type, count, info, T, version, test) \
    MIGCORE_VMSTATE_COUNTED_(name, MIGCORE_VMSTATE_POINTS_(type, member, T), type, count, &(info), \
                             MIGCORE_VMSTATE_FLAG_VARRAY | MIGCORE_VMSTATE_FLAG_POINTER | MIGCORE_VMSTATE_FLAG_ALLOC, \
                             0, NULL, version, test)
#define MIGCORE_VMSTATE_VARRAY_ALLOC(member, type, count, info, T) \
    MIGCORE_VMSTATE_VARRAY_ALLOC_(#member, member, type, count, info, T, 0, NULL)
#define MIGCORE_VMSTATE_VARRAY_ALLOC_V(member, type, count, info, T, version) \
    MIGCORE_VMSTATE_VARRAY_ALLOC_(#member, member, type, count, info, T, version, NULL)
#define MIGCORE_VMSTATE_VARRAY_ALLOC_TEST(member, type, count, info, T, test) \
    MIGCORE_VMSTATE_VARRAY_ALLOC_(#member, member, type, count, info, T, 0, test)

/* The member is an array of `count` `T *`. What is NULL is NULL on both sides. */
#define MIGCORE_VMSTATE_ARRAY_OF_POINTER_(name, member, type, count, info, T, version, test) \
    MIGCORE_VMSTATE_FIXED_(name, MIGCORE_VMSTATE_POINTERS_(type, member, T, count), count, &(info), \
                           MIGCORE_VMSTATE_FLAG_ARRAY | MIGCORE_VMSTATE_FLAG_ARRAY_OF_POINTER, NULL, version, 0, \
                           test)
#define MIGCORE_VMSTATE_ARRAY_OF_POINTER(member, type, count, info, T) \
    MIGCORE_VMSTATE_ARRAY_OF_POINTER_(#member, member, type, count, info, T, 0, NULL)
#define MIGCORE_VMSTATE_ARRAY_OF_POINTER_V(member, type, count, info, T, version) \
    MIGCORE_VMSTATE_ARRAY_OF_POINTER_(#member, member, type, count, info, T, version, NULL)
#define MIGCORE_VMSTATE_ARRAY_OF_POINTER_TEST(member, type, count, info, T, test) \
    MIGCORE_VMSTATE_ARRAY_OF_POINTER_(#member, member, type, count, info, T, 0, test)

/* ---- bytes and bits */

/* All bytes of a member that is an array of them. */
#define MIGCORE_VMSTATE_BUFFER_(name, member, type, version, test) \
    MIGCORE_VMSTATE_FIXED_(name, MIGCORE_VMSTATE_WHOLE_(type, member), 0, &migcore_vmstate_info_buffer, \
                           MIGCORE_VMSTATE_FLAG_BUFFER, NULL, version, 0, test)
#define MIGCORE_VMSTATE_BUFFER(member, type) MIGCORE_VMSTATE_BUFFER_(#member, member, type, 0, NULL)
#define MIGCORE_VMSTATE_BUFFER_V(member, type, version) MIGCORE_VMSTATE_BUFFER_(#member, member, type, version, NULL)
#define MIGCORE_VMSTATE_BUFFER_TEST(member, type, test) MIGCORE_VMSTATE_BUFFER_(#member, member, type, 0, test)

/* `length` bytes of it, from `first` on. */
#define MIGCORE_VMSTATE_SUB_BUFFER_(name, member, type, first, length, version, test) \
    MIGCORE_VMSTATE_FIXED_(name, MIGCORE_VMSTATE_SLICE_(type, member, first, length), 0, \
                           &migcore_vmstate_info_buffer, MIGCORE_VMSTATE_FLAG_BUFFER, NULL, version, 0, test)
#define MIGCORE_VMSTATE_SUB_BUFFER(member, type, first, length) \
    MIGCORE_VMSTATE_SUB_BUFFER_(#member, member, type, first, length, 0, NULL)
#define MIGCORE_VMSTATE_SUB_BUFFER_V(member, type, first, length, version) \
    MIGCORE_VMSTATE_SUB_BUFFER_(#member, member, type, first, length, version, NULL)
#define MIGCORE_VMSTATE_SUB_BUFFER_TEST(member, type, first, length, test) \
    MIGCORE_VMSTATE_SUB_BUFFER_(#member, member, type, first, length, 0, test)

/* As many bytes of it as the member `length` says, which comes before. */
#define MIGCORE_VMSTATE_VBUFFER_(name, member, type, length, version, test) \
    MIGCORE_VMSTATE_SIZED_(name, MIGCORE_VMSTATE_BYTES_(type, member), type, length, &migcore_vmstate_info_buffer, \
                           MIGCORE_VMSTATE_FLAG_VBUFFER, MIGCORE_VMSTATE_ROOM_(type, member, char), version, test)
#define MIGCORE_VMSTATE_VBUFFER(member, type, length) MIGCORE_VMSTATE_VBUFFER_(#member, member, type, length, 0, NULL)
#define MIGCORE_VMSTATE_VBUFFER_V(member, type, length, version) \
    MIGCORE_VMSTATE_VBUFFER_(#member, member, type, length, version, NULL)
#define MIGCORE_VMSTATE_VBUFFER_TEST(member, type, length, test) \
    MIGCORE_VMSTATE_VBUFFER_(#member, member, type, length, 0, test)

/* The member is a pointer, `void *` by custom, to as many bytes. There must be room for them. */
#define MIGCORE_VMSTATE_VBUFFER_POINTER_(name, member, type, length, version, test) \
    MIGCORE_VMSTATE_SIZED_(name, MIGCORE_VMSTATE_LEADS_(type, member), type, length, &migcore_vmstate_info_buffer, \
                           MIGCORE_VMSTATE_FLAG_VBUFFER | MIGCORE_VMSTATE_FLAG_POINTER, 0, version, test)
#define MIGCORE_VMSTATE_VBUFFER_POINTER(member, type, length) \
    MIGCORE_VMSTATE_VBUFFER_POINTER_(#member, member, type, length, 0, NULL)
#define MIGCORE_VMSTATE_VBUFFER_POINTER_V(member, type, length, version) \
    MIGCORE_VMSTATE_VBUFFER_POINTER_(#member, member, type, length, version, NULL)
#define MIGCORE_VMSTATE_VBUFFER_POINTER_TEST(member, type, length, test) \
    MIGCORE_VMSTATE_VBUFFER_POINTER_(#member, member, type, length, 0, test)

/* The same, and a load allocates them. */
#define MIGCORE_VMSTATE_VBUFFER_ALLOC_(name, member, type, length, version, test) \
    MIGCORE_VMSTATE_SIZED_(name, MIGCORE_VMSTATE_LEADS_(type, member), type, length, &migcore_vmstate_info_buffer, \
                           MIGCORE_VMSTATE_FLAG_VBUFFER | MIGCORE_VMSTATE_FLAG_POINTER | MIGCORE_VMSTATE_FLAG_ALLOC, \
                           0, version, test)
#define MIGCORE_VMSTATE_VBUFFER_ALLOC(member, type, length) \
    MIGCORE_VMSTATE_VBUFFER_ALLOC_(#member, member, type, length, 0, NULL)
#define MIGCORE_VMSTATE_VBUFFER_ALLOC_V(member, type, length, version) \
    MIGCORE_VMSTATE_VBUFFER_ALLOC_(#member, member, type, length, version, NULL)
#define MIGCORE_VMSTATE_VBUFFER_ALLOC_TEST(member, type, length, test) \
    MIGCORE_VMSTATE_VBUFFER_ALLOC_(#member, member, type, length, 0, test)

/* As many bits of an array of `unsigned long` as the member `length` says, which comes before. */
#define MIGCORE_VMSTATE_BITMAP_(name, member, type, length, version, test) \
    MIGCORE_VMSTATE_SIZED_(name, \
                           MIGCORE_VMSTATE_AT_(type, member, MIGCORE_VMSTATE_HAS_ROOM_(type, member, unsigned long)), \
                           type, length, &migcore_vmstate_info_bitmap, MIGCORE_VMSTATE_FLAG_VBUFFER, \
                           8 * MIGCORE_VMSTATE_ROOM_(type, member, char), version, test)
#define MIGCORE_VMSTATE_BITMAP(member, type, length) MIGCORE_VMSTATE_BITMAP_(#member, member, type, length, 0, NULL)
#define MIGCORE_VMSTATE_BITMAP_V(member, type, length, version) \
    MIGCORE_VMSTATE_BITMAP_(#member, member, type, length, version, NULL)
#define MIGCORE_VMSTATE_BITMAP_TEST(member, type, length, test) \
    MIGCORE_VMSTATE_BITMAP_(#member, member, type, length, 0, test)

/* The member is an `unsigned long *` to them. There must be room for them. */
#define MIGCORE_VMSTATE_BITMAP_POINTER_(name, member, type, length, version, test) \
    MIGCORE_VMSTATE_SIZED_(name, \
                           MIGCORE_VMSTATE_AT_(type, member, MIGCORE_VMSTATE_HAS_(type, member, unsigned long *)), \
                           type, length, &migcore_vmstate_info_bitmap, \
                           MIGCORE_VMSTATE_FLAG_VBUFFER | MIGCORE_VMSTATE_FLAG_POINTER, 0, version, test)
#define MIGCORE_VMSTATE_BITMAP_POINTER(member, type, length) \
    MIGCORE_VMSTATE_BITMAP_POINTER_(#member, member, type, length, 0, NULL)
#define MIGCORE_VMSTATE_BITMAP_POINTER_V(member, type, length, version) \
    MIGCORE_VMSTATE_BITMAP_POINTER_(#member, member, type, length, version, NULL)
#define MIGCORE_VMSTATE_BITMAP_POINTER_TEST(member, type, length, test) \
    MIGCORE_VMSTATE_BITMAP_POINTER_(#member, member, type, length, 0, test)

/* `size` bytes of the stream that mean nothing: zeros, and not looked at on load. */
#define MIGCORE_VMSTATE_UNUSED_(size, version, test) \
    MIGCORE_VMSTATE_FIXED_("unused", MIGCORE_VMSTATE_NOWHERE_(size), 0, &migcore_vmstate_info_unused, \
                           MIGCORE_VMSTATE_FLAG_BUFFER, NULL, version, 0, test)
#define MIGCORE_VMSTATE_UNUSED(size) MIGCORE_VMSTATE_UNUSED_(size, 0, NULL)
#define MIGCORE_VMSTATE_UNUSED_V(size, version) MIGCORE_VMSTATE_UNUSED_(size, version, NULL)
#define MIGCORE_VMSTATE_UNUSED_TEST(size, test) MIGCORE_VMSTATE_UNUSED_(size, 0, test)

#endif
