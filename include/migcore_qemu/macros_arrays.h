/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/macros_arrays.h - VMSTATE_* macros of arrays. Included by migcore_qemu/macros.h, which says what the
 * letters mean.
 */
#ifndef MIGCORE_QEMU_MACROS_ARRAYS_H
#define MIGCORE_QEMU_MACROS_ARRAYS_H

/* -- A fixed number of elements ------------------------------------------------------------------------------------ */

#define VMSTATE_ARRAY(f, S, n, v, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_array(S, f, T, n), v, NULL, .num = (n), .info = &(i), \
                            .size = sizeof(T), .flags = VMS_ARRAY)
#define VMSTATE_SUB_ARRAY(f, S, b, n, v, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_sub_array(S, f, T, b), v, NULL, .num = (n), .info = &(i), \
                            .size = sizeof(T), .flags = VMS_ARRAY)
#if MIGCORE_QEMU_API >= 105
#define VMSTATE_2DARRAY(f, S, n1, n2, v, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_2darray(S, f, T, n1, n2), v, NULL, .num = (n1) * (n2), .info = &(i), \
                            .size = sizeof(T), .flags = VMS_ARRAY)
#endif
#if MIGCORE_QEMU_API < 901
#define VMSTATE_ARRAY_TEST(f, S, n, t, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_array(S, f, T, n), 0, t, .num = (n), .info = &(i), .size = sizeof(T), \
                            .flags = VMS_ARRAY)
#endif

/* Up to 10.2 T is the type of an element, a pointer; from 11.0 on the type that it points to. */
#if MIGCORE_QEMU_API >= 1100
#define VMSTATE_ARRAY_OF_POINTER(f, S, n, v, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_array(S, f, T *, n), v, NULL, .num = (n), .info = &(i), \
                            .size = sizeof(T *), .flags = VMS_ARRAY | VMS_ARRAY_OF_POINTER)
#else
#define VMSTATE_ARRAY_OF_POINTER(f, S, n, v, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_array(S, f, T, n), v, NULL, .num = (n), .info = &(i), \
                            .size = sizeof(T), .flags = VMS_ARRAY | VMS_ARRAY_OF_POINTER)
#endif
#if MIGCORE_QEMU_API >= 200
#define VMSTATE_ARRAY_OF_POINTER_TO_STRUCT(f, S, n, v, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_array(S, f, T *, n), v, NULL, .num = (n), .vmsd = &(d), \
                            .size = sizeof(T *), .flags = VMS_ARRAY | VMS_STRUCT | VMS_ARRAY_OF_POINTER)
#endif

/* -- A fixed number, by type --------------------------------------------------------------------------------------- */

#if MIGCORE_QEMU_API >= 14
#define VMSTATE_BOOL_ARRAY_V(f, S, n, v) VMSTATE_ARRAY(f, S, n, v, vmstate_info_bool, bool)
#define VMSTATE_BOOL_ARRAY(f, S, n) VMSTATE_BOOL_ARRAY_V(f, S, n, 0)
#endif
#define VMSTATE_UINT8_ARRAY_V(f, S, n, v) VMSTATE_ARRAY(f, S, n, v, vmstate_info_uint8, uint8_t)
#define VMSTATE_UINT16_ARRAY_V(f, S, n, v) VMSTATE_ARRAY(f, S, n, v, vmstate_info_uint16, uint16_t)
#define VMSTATE_UINT32_ARRAY_V(f, S, n, v) VMSTATE_ARRAY(f, S, n, v, vmstate_info_uint32, uint32_t)
#define VMSTATE_UINT64_ARRAY_V(f, S, n, v) VMSTATE_ARRAY(f, S, n, v, vmstate_info_uint64, uint64_t)
#define VMSTATE_INT16_ARRAY_V(f, S, n, v) VMSTATE_ARRAY(f, S, n, v, vmstate_info_int16, int16_t)
#define VMSTATE_INT32_ARRAY_V(f, S, n, v) VMSTATE_ARRAY(f, S, n, v, vmstate_info_int32, int32_t)
#define VMSTATE_UINT8_ARRAY(f, S, n) VMSTATE_UINT8_ARRAY_V(f, S, n, 0)
#define VMSTATE_UINT16_ARRAY(f, S, n) VMSTATE_UINT16_ARRAY_V(f, S, n, 0)
#define VMSTATE_UINT32_ARRAY(f, S, n) VMSTATE_UINT32_ARRAY_V(f, S, n, 0)
#define VMSTATE_UINT64_ARRAY(f, S, n) VMSTATE_UINT64_ARRAY_V(f, S, n, 0)
#define VMSTATE_INT16_ARRAY(f, S, n) VMSTATE_INT16_ARRAY_V(f, S, n, 0)
#define VMSTATE_INT32_ARRAY(f, S, n) VMSTATE_INT32_ARRAY_V(f, S, n, 0)
#if MIGCORE_QEMU_API >= 15
#define VMSTATE_INT64_ARRAY_V(f, S, n, v) VMSTATE_ARRAY(f, S, n, v, vmstate_info_int64, int64_t)
#define VMSTATE_INT64_ARRAY(f, S, n) VMSTATE_INT64_ARRAY_V(f, S, n, 0)
#endif
#if MIGCORE_QEMU_API >= 206
#define VMSTATE_CPUDOUBLE_ARRAY_V(f, S, n, v) VMSTATE_ARRAY(f, S, n, v, vmstate_info_cpudouble, CPU_DoubleU)
#define VMSTATE_CPUDOUBLE_ARRAY(f, S, n) VMSTATE_CPUDOUBLE_ARRAY_V(f, S, n, 0)
#endif
#if MIGCORE_QEMU_API >= 105 && MIGCORE_QEMU_API < 502
#define VMSTATE_FLOAT64_ARRAY_V(f, S, n, v) VMSTATE_ARRAY(f, S, n, v, vmstate_info_float64, float64)
#define VMSTATE_FLOAT64_ARRAY(f, S, n) VMSTATE_FLOAT64_ARRAY_V(f, S, n, 0)
#endif

#define VMSTATE_UINT32_SUB_ARRAY(f, S, b, n) VMSTATE_SUB_ARRAY(f, S, b, n, 0, vmstate_info_uint32, uint32_t)
#if MIGCORE_QEMU_API >= 200
#define VMSTATE_UINT8_SUB_ARRAY(f, S, b, n) VMSTATE_SUB_ARRAY(f, S, b, n, 0, vmstate_info_uint8, uint8_t)
#endif
#if MIGCORE_QEMU_API >= 212
#define VMSTATE_UINT64_SUB_ARRAY(f, S, b, n) VMSTATE_SUB_ARRAY(f, S, b, n, 0, vmstate_info_uint64, uint64_t)
#endif
#if MIGCORE_QEMU_API >= 300
#define VMSTATE_BOOL_SUB_ARRAY(f, S, b, n) VMSTATE_SUB_ARRAY(f, S, b, n, 0, vmstate_info_bool, bool)
#endif
#if MIGCORE_QEMU_API >= 301
#define VMSTATE_UINT16_SUB_ARRAY(f, S, b, n) VMSTATE_SUB_ARRAY(f, S, b, n, 0, vmstate_info_uint16, uint16_t)
#endif

#if MIGCORE_QEMU_API >= 105
#define VMSTATE_UINT8_2DARRAY_V(f, S, n1, n2, v) VMSTATE_2DARRAY(f, S, n1, n2, v, vmstate_info_uint8, uint8_t)
#define VMSTATE_UINT8_2DARRAY(f, S, n1, n2) VMSTATE_UINT8_2DARRAY_V(f, S, n1, n2, 0)
#define VMSTATE_UINT16_2DARRAY_V(f, S, n1, n2, v) VMSTATE_2DARRAY(f, S, n1, n2, v, vmstate_info_uint16, uint16_t)
#define VMSTATE_UINT16_2DARRAY(f, S, n1, n2) VMSTATE_UINT16_2DARRAY_V(f, S, n1, n2, 0)
#endif
#if MIGCORE_QEMU_API >= 200
#define VMSTATE_UINT32_2DARRAY_V(f, S, n1, n2, v) VMSTATE_2DARRAY(f, S, n1, n2, v, vmstate_info_uint32, uint32_t)
#define VMSTATE_UINT32_2DARRAY(f, S, n1, n2) VMSTATE_UINT32_2DARRAY_V(f, S, n1, n2, 0)
#endif
#if MIGCORE_QEMU_API >= 207
#define VMSTATE_UINT64_2DARRAY_V(f, S, n1, n2, v) VMSTATE_2DARRAY(f, S, n1, n2, v, vmstate_info_uint64, uint64_t)
#define VMSTATE_UINT64_2DARRAY(f, S, n1, n2) VMSTATE_UINT64_2DARRAY_V(f, S, n1, n2, 0)
#endif

/* -- The number of elements is in a member ------------------------------------------------------------------------- */

#if MIGCORE_QEMU_API >= 1100
#define VMSTATE_VARRAY(f, S, c, v, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_pointer(S, f, T), v, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, ), \
                            .info = &(i), .size = sizeof(T), .flags = VMS_VARRAY | VMS_POINTER)
#define VMSTATE_VARRAY_ALLOC(f, S, c, v, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_pointer(S, f, T), v, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, ), \
                            .info = &(i), .size = sizeof(T), .flags = VMS_VARRAY | VMS_POINTER | VMS_ALLOC)
#define VMSTATE_VARRAY_UNSAFE(f, S, c, v, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_varray(S, f, T), v, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, ), \
                            MIGCORE_QEMU_PRIV_ROOM(S, f, T), .info = &(i), \
                            .size = sizeof(T), .flags = VMS_VARRAY)
#define VMSTATE_VARRAY_OF_POINTER(f, S, c, v, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_pointer(S, f, T *), v, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, ), \
                            .info = &(i), .size = sizeof(T *), .flags = VMS_VARRAY | VMS_ARRAY_OF_POINTER | VMS_POINTER)
/* Which of the pointers are NULL is in the stream; a load allocates what the others point to. */
#define VMSTATE_VARRAY_OF_POINTER_TO_STRUCT_ALLOC(f, S, c, v, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_pointer(S, f, T *), v, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, ), \
                            .vmsd = &(d), .size = sizeof(T), .flags = VMS_POINTER | VMS_VARRAY | VMS_ARRAY_OF_POINTER | \
                            VMS_STRUCT | VMS_ARRAY_OF_POINTER_AUTO_ALLOC)
#define VMSTATE_VARRAY_INT32 VMSTATE_VARRAY
#define VMSTATE_VARRAY_UINT32 VMSTATE_VARRAY
#define VMSTATE_VARRAY_INT32_ALLOC VMSTATE_VARRAY_ALLOC
#define VMSTATE_VARRAY_UINT32_ALLOC VMSTATE_VARRAY_ALLOC
#define VMSTATE_VARRAY_UINT16_ALLOC VMSTATE_VARRAY_ALLOC
#define VMSTATE_VARRAY_UINT16_UNSAFE VMSTATE_VARRAY_UNSAFE
#define VMSTATE_VARRAY_OF_POINTER_UINT32 VMSTATE_VARRAY_OF_POINTER
#define VMSTATE_VARRAY_OF_POINTER_TO_STRUCT_UINT8_ALLOC VMSTATE_VARRAY_OF_POINTER_TO_STRUCT_ALLOC
#define VMSTATE_VARRAY_OF_POINTER_TO_STRUCT_UINT32_ALLOC VMSTATE_VARRAY_OF_POINTER_TO_STRUCT_ALLOC
#else
#define VMSTATE_VARRAY_INT32(f, S, c, v, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_pointer(S, f, T), v, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, int32_t), \
                            .info = &(i), .size = sizeof(T), .flags = VMS_VARRAY_INT32 | VMS_POINTER)
#define VMSTATE_VARRAY_UINT16_UNSAFE(f, S, c, v, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_varray(S, f, T), v, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, uint16_t), \
                            MIGCORE_QEMU_PRIV_ROOM(S, f, T), .info = &(i), .size = sizeof(T), \
                            .flags = VMS_VARRAY_UINT16)
#if MIGCORE_QEMU_API >= 15
#define VMSTATE_ARRAY_INT32_UNSAFE(f, S, c, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_varray(S, f, T), 0, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, int32_t), \
                            MIGCORE_QEMU_PRIV_ROOM(S, f, T), .info = &(i), .size = sizeof(T), .flags = VMS_VARRAY_INT32)
#define VMSTATE_VARRAY_UINT32(f, S, c, v, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_pointer(S, f, T), v, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, uint32_t), \
                            .info = &(i), .size = sizeof(T), .flags = VMS_VARRAY_UINT32 | VMS_POINTER)
#endif
#if MIGCORE_QEMU_API >= 206
#define VMSTATE_VARRAY_MULTIPLY(f, S, c, m, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_varray(S, f, T), 0, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, uint32_t), \
                            MIGCORE_QEMU_PRIV_ROOM(S, f, T), .num = (m), .info = &(i), .size = sizeof(T), \
                            .flags = VMS_VARRAY_UINT32 | VMS_MULTIPLY_ELEMENTS)
#endif
#if MIGCORE_QEMU_API >= 207
#define VMSTATE_VARRAY_UINT32_ALLOC(f, S, c, v, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_pointer(S, f, T), v, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, uint32_t), \
                            .info = &(i), .size = sizeof(T), .flags = VMS_VARRAY_UINT32 | VMS_POINTER | VMS_ALLOC)
#endif
#if MIGCORE_QEMU_API >= 501
#define VMSTATE_VARRAY_UINT16_ALLOC(f, S, c, v, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_pointer(S, f, T), v, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, uint16_t), \
                            .info = &(i), .size = sizeof(T), .flags = VMS_VARRAY_UINT16 | VMS_POINTER | VMS_ALLOC)
#endif
/* T is the type of an element, a pointer. */
#if MIGCORE_QEMU_API >= 1002
#define VMSTATE_VARRAY_OF_POINTER_UINT32(f, S, c, v, i, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_pointer(S, f, T), v, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, uint32_t), \
                            .info = &(i), .size = sizeof(T), \
                            .flags = VMS_VARRAY_UINT32 | VMS_ARRAY_OF_POINTER | VMS_POINTER)
#endif
#endif

/* -- Numbers as long as a register of the target ------------------------------------------------------------------- */

#ifdef MIGCORE_QEMU_TARGET_LONG_BITS
#if MIGCORE_QEMU_TARGET_LONG_BITS == 64
#define vmstate_info_uinttl vmstate_info_uint64
#define VMSTATE_UINTTL_V(f, S, v) VMSTATE_UINT64_V(f, S, v)
#define VMSTATE_UINTTL_ARRAY_V(f, S, n, v) VMSTATE_UINT64_ARRAY_V(f, S, n, v)
#if MIGCORE_QEMU_API >= 208
#define VMSTATE_UINTTL_TEST(f, S, t) VMSTATE_UINT64_TEST(f, S, t)
#endif
#if MIGCORE_QEMU_API >= 210
#define VMSTATE_UINTTL_2DARRAY_V(f, S, n1, n2, v) VMSTATE_UINT64_2DARRAY_V(f, S, n1, n2, v)
#endif
#if MIGCORE_QEMU_API >= 105 && MIGCORE_QEMU_API < 210
#define VMSTATE_UINTTL_EQUAL_V(f, S, v) VMSTATE_UINT64_EQUAL_V(f, S, v)
#endif
#if MIGCORE_QEMU_API >= 1100
#define VMSTATE_UINTTL_SUB_ARRAY(f, S, b, n) VMSTATE_UINT64_SUB_ARRAY(f, S, b, n)
#endif
#else
#define vmstate_info_uinttl vmstate_info_uint32
#define VMSTATE_UINTTL_V(f, S, v) VMSTATE_UINT32_V(f, S, v)
#define VMSTATE_UINTTL_ARRAY_V(f, S, n, v) VMSTATE_UINT32_ARRAY_V(f, S, n, v)
#if MIGCORE_QEMU_API >= 208
#define VMSTATE_UINTTL_TEST(f, S, t) VMSTATE_UINT32_TEST(f, S, t)
#endif
#if MIGCORE_QEMU_API >= 210
#define VMSTATE_UINTTL_2DARRAY_V(f, S, n1, n2, v) VMSTATE_UINT32_2DARRAY_V(f, S, n1, n2, v)
#endif
#if MIGCORE_QEMU_API >= 105 && MIGCORE_QEMU_API < 210
#define VMSTATE_UINTTL_EQUAL_V(f, S, v) VMSTATE_UINT32_EQUAL_V(f, S, v)
#endif
#if MIGCORE_QEMU_API >= 1100
#define VMSTATE_UINTTL_SUB_ARRAY(f, S, b, n) VMSTATE_UINT32_SUB_ARRAY(f, S, b, n)
#endif
#endif
#define VMSTATE_UINTTL(f, S) VMSTATE_UINTTL_V(f, S, 0)
#define VMSTATE_UINTTL_ARRAY(f, S, n) VMSTATE_UINTTL_ARRAY_V(f, S, n, 0)
#if MIGCORE_QEMU_API >= 210
#define VMSTATE_UINTTL_2DARRAY(f, S, n1, n2) VMSTATE_UINTTL_2DARRAY_V(f, S, n1, n2, 0)
#endif
/* From 2.10 to 10.1 the name is there, with too few arguments for what it stands for: nobody can use it. */
#if MIGCORE_QEMU_API >= 105 && MIGCORE_QEMU_API < 210
#define VMSTATE_UINTTL_EQUAL(f, S) VMSTATE_UINTTL_EQUAL_V(f, S, 0)
#endif
#endif

#endif /* MIGCORE_QEMU_MACROS_ARRAYS_H */
