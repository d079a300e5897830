/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/macros.h - the VMSTATE_* macros of a table's fields. Included by migcore_qemu.h.
 *
 *     macros.h             checks of types and offsets, the end of a table, single values, timers
 *     macros_arrays.h      arrays, and arrays whose length is in a member
 *     macros_structs.h     structs, pointers to structs, arrays of structs
 *     macros_buffers.h     bytes, bitmaps, unused bytes, temporaries, lists, trees
 *
 * A macro is there in the releases that have it, with the arguments of MIGCORE_QEMU_API. All arguments go by one letter:
 *
 *     f  the member            S  the struct it is in        v  version that brought it      t  test, or NULL
 *     T  type of an element    n  number of elements         c  member with that number      m  factor
 *     i  a VMStateInfo         d  a VMStateDescription       b  first element or byte        h  hint, or NULL
 *     z  size, or member with a size                         l  link of an element           K  type of a key
 *
 * A field whose member has another type than the macro says does not compile.
 */
#ifndef MIGCORE_QEMU_MACROS_H
#define MIGCORE_QEMU_MACROS_H

/* -- Checks -------------------------------------------------------------------------------------------------------- */

#ifndef typeof_field
#define typeof_field(S, f) __typeof__(((S *)0)->f)
#endif
#define typeof_elt_of_field(S, f) __typeof__(((S *)0)->f[0])

/* 0, or no program: part of an offset, so that a field cannot do without it. */
#define MIGCORE_QEMU_PRIV_SAME(A, B) \
    MIGCORE_QEMU_PRIV_ZERO_IF(__builtin_types_compatible_p(A, B), "the member has another type than the VMSTATE_ macro says")
#define MIGCORE_QEMU_PRIV_ZERO_IF(good, message) (sizeof(struct { _Static_assert(good, message); char one; }) - 1)

/* An array, which would become a pointer there, is none. */
#define MIGCORE_QEMU_PRIV_POINTER(S, f) \
    (offsetof(S, f) + \
     MIGCORE_QEMU_PRIV_ZERO_IF(__builtin_types_compatible_p(typeof_field(S, f), __typeof__(1 ? ((S *)0)->f : ((S *)0)->f)), \
                               "the member, an array, has another type than the VMSTATE_ macro says: a pointer"))

#define type_check(A, B) MIGCORE_QEMU_PRIV_SAME(A, B)
#define type_check_array(A, B, n) MIGCORE_QEMU_PRIV_SAME(A[n], B)
#define type_check_2darray(A, B, n1, n2) MIGCORE_QEMU_PRIV_SAME(A[n1][n2], B)
#define type_check_pointer(A, B) MIGCORE_QEMU_PRIV_SAME(A *, B)
/* An array of any length; a pointer is none. */
#define type_check_varray(A, S, f) MIGCORE_QEMU_PRIV_SAME(A[], typeof_field(S, f))

#define vmstate_offset_value(S, f, T) (offsetof(S, f) + type_check(T, typeof_field(S, f)))
#define vmstate_offset_pointer(S, f, T) (offsetof(S, f) + type_check_pointer(T, typeof_field(S, f)))
#define vmstate_offset_array(S, f, T, n) (offsetof(S, f) + type_check_array(T, typeof_field(S, f), n))
#define vmstate_offset_2darray(S, f, T, n1, n2) (offsetof(S, f) + type_check_2darray(T, typeof_field(S, f), n1, n2))
#define vmstate_offset_buffer(S, f) vmstate_offset_array(S, f, uint8_t, sizeof(typeof_field(S, f)))
#if MIGCORE_QEMU_API >= 203
#define vmstate_offset_sub_array(S, f, T, b) (offsetof(S, f[b]) + type_check(T, __typeof__(((S *)0)->f[b])))
#else
#define vmstate_offset_sub_array(S, f, T, b) offsetof(S, f[b])
#endif
#if MIGCORE_QEMU_API >= 401
#define vmstate_offset_varray(S, f, T) (offsetof(S, f) + type_check_varray(T, S, f))
#else
#define vmstate_offset_varray(S, f, T) offsetof(S, f)
#endif

/* -- What the other macros are made of ----------------------------------------------------------------------------- */

/* The name is the text of the member, with what macros in it stand for. */
#define MIGCORE_QEMU_PRIV_FIELD(f, place, v, t, ...) MIGCORE_QEMU_PRIV_NAMED(#f, place, v, t, __VA_ARGS__)
#define MIGCORE_QEMU_PRIV_NAMED(text, place, v, t, ...) \
    { .name = (text), .offset = (place), .version_id = (v), .field_exists = (t), __VA_ARGS__ }

/* Where the number of elements is, and how: a member of exactly one type, or from 11.0 on any unsigned or signed number. */
#if MIGCORE_QEMU_API >= 1100
#define MIGCORE_QEMU_PRIV_MEMBER(S, c) \
    { .offset = offsetof(S, c) + MIGCORE_QEMU_PRIV_INTEGER(typeof_field(S, c)), .size = sizeof(typeof_field(S, c)) }
#define MIGCORE_QEMU_PRIV_INTEGER(T) \
    MIGCORE_QEMU_PRIV_ZERO_IF(sizeof(T) <= 8 && (T)1.5 == (T)1, "the member that a VMSTATE_ macro counts by is no integer")
#define MIGCORE_QEMU_PRIV_COUNT(S, c, T) .num_indirect = MIGCORE_QEMU_PRIV_MEMBER(S, c)
#define MIGCORE_QEMU_PRIV_SIZE(S, z, T) .size_indirect = MIGCORE_QEMU_PRIV_MEMBER(S, z)
#define MIGCORE_QEMU_PRIV_VARRAY(flag) VMS_VARRAY
#else
#define MIGCORE_QEMU_PRIV_COUNT(S, c, T) .num_offset = MIGCORE_QEMU_PRIV_COUNTER(S, c, T)
#define MIGCORE_QEMU_PRIV_SIZE(S, z, T) .size_offset = MIGCORE_QEMU_PRIV_COUNTER(S, z, T)
#define MIGCORE_QEMU_PRIV_COUNTER(S, c, T) \
    (offsetof(S, c) + \
     MIGCORE_QEMU_PRIV_ZERO_IF(__builtin_types_compatible_p(T, typeof_field(S, c)), \
                               "the member that counts, not the array, has another type than the VMSTATE_ macro says"))
#define MIGCORE_QEMU_PRIV_VARRAY(flag) flag
#endif

/* For how many elements an array in the struct has room, which QEMU does not look at; 0 for one without a length. */
#define MIGCORE_QEMU_PRIV_ROOM(S, f, T) \
    .limit = (uint32_t)(sizeof(struct { T one; typeof_field(S, f) rest; }) / sizeof(T) - 1)

/* -- The end of a table, and constants ----------------------------------------------------------------------------- */

#if MIGCORE_QEMU_API >= 800
#define VMSTATE_END_OF_LIST() { .flags = VMS_END }
#else
#define VMSTATE_END_OF_LIST() { .name = NULL }
#endif

#if MIGCORE_QEMU_API >= 500
#define VMSTATE_INSTANCE_ID_ANY (-1)
#endif

/* -- One value ----------------------------------------------------------------------------------------------------- */

#define VMSTATE_SINGLE_TEST(f, S, t, v, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_value(S, f, T), v, t, .info = &(i), .size = sizeof(T), \
                            .flags = VMS_SINGLE)
#define VMSTATE_SINGLE(f, S, v, i, T) VMSTATE_SINGLE_TEST(f, S, NULL, v, i, T)

#if MIGCORE_QEMU_API >= 1100
#define VMSTATE_SINGLE_FULL(f, S, t, v, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_value(S, f, T), v, t, .info = &(i), .size = sizeof(T), \
                            .flags = VMS_SINGLE)
#elif MIGCORE_QEMU_API >= 210
#define VMSTATE_SINGLE_FULL(f, S, t, v, i, T, h) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_value(S, f, T), v, t, .info = &(i), .size = sizeof(T), \
                            .flags = VMS_SINGLE, .err_hint = (h))
#endif

/* The member is a pointer, and T its type. */
#define VMSTATE_POINTER(f, S, v, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_value(S, f, T), v, NULL, .info = &(i), .size = sizeof(T), \
                            .flags = VMS_SINGLE | VMS_POINTER)
#if MIGCORE_QEMU_API >= 15
#define VMSTATE_POINTER_TEST(f, S, t, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_value(S, f, T), 0, t, .info = &(i), .size = sizeof(T), \
                            .flags = VMS_SINGLE | VMS_POINTER)
#endif

/* No bytes: a state for which the test is false is refused. */
#if MIGCORE_QEMU_API >= 201
#define VMSTATE_VALIDATE(text, t) MIGCORE_QEMU_PRIV_NAMED(text, 0, 0, t, .flags = VMS_ARRAY | VMS_MUST_EXIST)
#endif

/* -- One value, by type -------------------------------------------------------------------------------------------- */

#if MIGCORE_QEMU_API >= 14
#define VMSTATE_BOOL_V(f, S, v) VMSTATE_SINGLE(f, S, v, vmstate_info_bool, bool)
#define VMSTATE_BOOL(f, S) VMSTATE_BOOL_V(f, S, 0)
#endif
#define VMSTATE_INT8_V(f, S, v) VMSTATE_SINGLE(f, S, v, vmstate_info_int8, int8_t)
#define VMSTATE_INT16_V(f, S, v) VMSTATE_SINGLE(f, S, v, vmstate_info_int16, int16_t)
#define VMSTATE_INT32_V(f, S, v) VMSTATE_SINGLE(f, S, v, vmstate_info_int32, int32_t)
#define VMSTATE_INT64_V(f, S, v) VMSTATE_SINGLE(f, S, v, vmstate_info_int64, int64_t)
#define VMSTATE_UINT8_V(f, S, v) VMSTATE_SINGLE(f, S, v, vmstate_info_uint8, uint8_t)
#define VMSTATE_UINT16_V(f, S, v) VMSTATE_SINGLE(f, S, v, vmstate_info_uint16, uint16_t)
#define VMSTATE_UINT32_V(f, S, v) VMSTATE_SINGLE(f, S, v, vmstate_info_uint32, uint32_t)
#define VMSTATE_UINT64_V(f, S, v) VMSTATE_SINGLE(f, S, v, vmstate_info_uint64, uint64_t)
#define VMSTATE_INT8(f, S) VMSTATE_INT8_V(f, S, 0)
#define VMSTATE_INT16(f, S) VMSTATE_INT16_V(f, S, 0)
#define VMSTATE_INT32(f, S) VMSTATE_INT32_V(f, S, 0)
#define VMSTATE_INT64(f, S) VMSTATE_INT64_V(f, S, 0)
#define VMSTATE_UINT8(f, S) VMSTATE_UINT8_V(f, S, 0)
#define VMSTATE_UINT16(f, S) VMSTATE_UINT16_V(f, S, 0)
#define VMSTATE_UINT32(f, S) VMSTATE_UINT32_V(f, S, 0)
#define VMSTATE_UINT64(f, S) VMSTATE_UINT64_V(f, S, 0)

/* For members of the types of <linux/types.h>, which who has them includes. */
#if MIGCORE_QEMU_API >= 401 && defined(__linux__)
#define VMSTATE_U8_V(f, S, v) VMSTATE_SINGLE(f, S, v, vmstate_info_uint8, __u8)
#define VMSTATE_U16_V(f, S, v) VMSTATE_SINGLE(f, S, v, vmstate_info_uint16, __u16)
#define VMSTATE_U32_V(f, S, v) VMSTATE_SINGLE(f, S, v, vmstate_info_uint32, __u32)
#define VMSTATE_U64_V(f, S, v) VMSTATE_SINGLE(f, S, v, vmstate_info_uint64, __u64)
#if MIGCORE_QEMU_API < 1100
#define VMSTATE_U8(f, S) VMSTATE_U8_V(f, S, 0)
#endif
#define VMSTATE_U16(f, S) VMSTATE_U16_V(f, S, 0)
#define VMSTATE_U32(f, S) VMSTATE_U32_V(f, S, 0)
#define VMSTATE_U64(f, S) VMSTATE_U64_V(f, S, 0)
#endif

#if MIGCORE_QEMU_API >= 400
#define VMSTATE_BOOL_TEST(f, S, t) VMSTATE_SINGLE_TEST(f, S, t, 0, vmstate_info_bool, bool)
#endif
#if MIGCORE_QEMU_API >= 203 && MIGCORE_QEMU_API < 1100
#define VMSTATE_INT8_TEST(f, S, t) VMSTATE_SINGLE_TEST(f, S, t, 0, vmstate_info_int8, int8_t)
#define VMSTATE_INT16_TEST(f, S, t) VMSTATE_SINGLE_TEST(f, S, t, 0, vmstate_info_int16, int16_t)
#define VMSTATE_INT32_TEST(f, S, t) VMSTATE_SINGLE_TEST(f, S, t, 0, vmstate_info_int32, int32_t)
#endif
#if MIGCORE_QEMU_API >= 15
#define VMSTATE_UINT8_TEST(f, S, t) VMSTATE_SINGLE_TEST(f, S, t, 0, vmstate_info_uint8, uint8_t)
#endif
#define VMSTATE_UINT16_TEST(f, S, t) VMSTATE_SINGLE_TEST(f, S, t, 0, vmstate_info_uint16, uint16_t)
#define VMSTATE_UINT32_TEST(f, S, t) VMSTATE_SINGLE_TEST(f, S, t, 0, vmstate_info_uint32, uint32_t)
#if MIGCORE_QEMU_API >= 203
#define VMSTATE_INT64_TEST(f, S, t) VMSTATE_SINGLE_TEST(f, S, t, 0, vmstate_info_int64, int64_t)
#define VMSTATE_UINT64_TEST(f, S, t) VMSTATE_SINGLE_TEST(f, S, t, 0, vmstate_info_uint64, uint64_t)
#endif

/* What the machine of the destination has too, from 0 up to the value there. */
#if MIGCORE_QEMU_API >= 201
#define VMSTATE_INT32_POSITIVE_LE(f, S) VMSTATE_SINGLE(f, S, 0, vmstate_info_int32_le, int32_t)
#else
#define VMSTATE_INT32_LE(f, S) VMSTATE_SINGLE(f, S, 0, vmstate_info_int32_le, int32_t)
#endif

#if MIGCORE_QEMU_API >= 105 && MIGCORE_QEMU_API < 502
#define VMSTATE_FLOAT64_V(f, S, v) VMSTATE_SINGLE(f, S, v, vmstate_info_float64, float64)
#define VMSTATE_FLOAT64(f, S) VMSTATE_FLOAT64_V(f, S, 0)
#endif

#if MIGCORE_QEMU_API >= 1000
#define VMSTATE_FD_V(f, S, v) VMSTATE_SINGLE(f, S, v, vmstate_info_fd, int32_t)
#define VMSTATE_FD(f, S) VMSTATE_FD_V(f, S, 0)
#if MIGCORE_QEMU_API < 1100
#define VMSTATE_FD_TEST(f, S, t) VMSTATE_SINGLE_TEST(f, S, t, 0, vmstate_info_fd, int32_t)
#endif
#endif

/* -- One value, which the destination must have too ---------------------------------------------------------------- */

#if MIGCORE_QEMU_API >= 210 && MIGCORE_QEMU_API < 1100
#define VMSTATE_UINT8_EQUAL(f, S, h) VMSTATE_SINGLE_FULL(f, S, 0, 0, vmstate_info_uint8_equal, uint8_t, h)
#define VMSTATE_UINT16_EQUAL(f, S, h) VMSTATE_SINGLE_FULL(f, S, 0, 0, vmstate_info_uint16_equal, uint16_t, h)
#define VMSTATE_UINT16_EQUAL_V(f, S, v, h) VMSTATE_SINGLE_FULL(f, S, 0, v, vmstate_info_uint16_equal, uint16_t, h)
#define VMSTATE_INT32_EQUAL(f, S, h) VMSTATE_SINGLE_FULL(f, S, 0, 0, vmstate_info_int32_equal, int32_t, h)
#define VMSTATE_UINT32_EQUAL_V(f, S, v, h) VMSTATE_SINGLE_FULL(f, S, 0, v, vmstate_info_uint32_equal, uint32_t, h)
#define VMSTATE_UINT32_EQUAL(f, S, h) VMSTATE_UINT32_EQUAL_V(f, S, 0, h)
#define VMSTATE_UINT64_EQUAL_V(f, S, v, h) VMSTATE_SINGLE_FULL(f, S, 0, v, vmstate_info_uint64_equal, uint64_t, h)
#define VMSTATE_UINT64_EQUAL(f, S, h) VMSTATE_UINT64_EQUAL_V(f, S, 0, h)
#else
#define VMSTATE_UINT8_EQUAL(f, S) VMSTATE_SINGLE(f, S, 0, vmstate_info_uint8_equal, uint8_t)
#define VMSTATE_UINT16_EQUAL(f, S) VMSTATE_SINGLE(f, S, 0, vmstate_info_uint16_equal, uint16_t)
#define VMSTATE_UINT16_EQUAL_V(f, S, v) VMSTATE_SINGLE(f, S, v, vmstate_info_uint16_equal, uint16_t)
#define VMSTATE_INT32_EQUAL(f, S) VMSTATE_SINGLE(f, S, 0, vmstate_info_int32_equal, int32_t)
#if MIGCORE_QEMU_API >= 15
#define VMSTATE_UINT32_EQUAL(f, S) VMSTATE_SINGLE(f, S, 0, vmstate_info_uint32_equal, uint32_t)
#endif
#if MIGCORE_QEMU_API >= 105
#define VMSTATE_UINT32_EQUAL_V(f, S, v) VMSTATE_SINGLE(f, S, v, vmstate_info_uint32_equal, uint32_t)
#define VMSTATE_UINT64_EQUAL_V(f, S, v) VMSTATE_SINGLE(f, S, v, vmstate_info_uint64_equal, uint64_t)
#define VMSTATE_UINT64_EQUAL(f, S) VMSTATE_UINT64_EQUAL_V(f, S, 0)
#endif
#endif

/* -- Timers -------------------------------------------------------------------------------------------------------- */

/* Up to 2.2 a device has pointers to timers, later either. */
#if MIGCORE_QEMU_API >= 203
#define VMSTATE_TIMER_PTR_V(f, S, v) VMSTATE_POINTER(f, S, v, vmstate_info_timer, QEMUTimer *)
#define VMSTATE_TIMER_PTR(f, S) VMSTATE_TIMER_PTR_V(f, S, 0)
#define VMSTATE_TIMER_V(f, S, v) VMSTATE_SINGLE(f, S, v, vmstate_info_timer, QEMUTimer)
#define VMSTATE_TIMER(f, S) VMSTATE_TIMER_V(f, S, 0)
#define VMSTATE_TIMER_ARRAY(f, S, n) VMSTATE_ARRAY(f, S, n, 0, vmstate_info_timer, QEMUTimer)
#if MIGCORE_QEMU_API < 1100
#define VMSTATE_TIMER_PTR_TEST(f, S, t) VMSTATE_POINTER_TEST(f, S, t, vmstate_info_timer, QEMUTimer *)
#define VMSTATE_TIMER_PTR_ARRAY(f, S, n) VMSTATE_ARRAY_OF_POINTER(f, S, n, 0, vmstate_info_timer, QEMUTimer *)
#define VMSTATE_TIMER_TEST(f, S, t) VMSTATE_SINGLE_TEST(f, S, t, 0, vmstate_info_timer, QEMUTimer)
#else
#define VMSTATE_TIMER_PTR_ARRAY(f, S, n) VMSTATE_ARRAY_OF_POINTER(f, S, n, 0, vmstate_info_timer, QEMUTimer)
#endif
#else
#if MIGCORE_QEMU_API >= 15
#define VMSTATE_TIMER_TEST(f, S, t) VMSTATE_POINTER_TEST(f, S, t, vmstate_info_timer, QEMUTimer *)
#define VMSTATE_TIMER(f, S) VMSTATE_TIMER_TEST(f, S, NULL)
#else
#define VMSTATE_TIMER_V(f, S, v) VMSTATE_POINTER(f, S, v, vmstate_info_timer, QEMUTimer *)
#define VMSTATE_TIMER(f, S) VMSTATE_TIMER_V(f, S, 0)
#endif
#define VMSTATE_TIMER_ARRAY(f, S, n) VMSTATE_ARRAY_OF_POINTER(f, S, n, 0, vmstate_info_timer, QEMUTimer *)
#endif

#include "macros_arrays.h"
#include "macros_structs.h"
#include "macros_buffers.h"

#endif /* MIGCORE_QEMU_MACROS_H */
