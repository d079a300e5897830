/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/macros_structs.h - VMSTATE_* macros of structs that have a table of their own. Included by
 * migcore_qemu/macros.h, which says what the letters mean.
 */
#ifndef MIGCORE_QEMU_MACROS_STRUCTS_H
#define MIGCORE_QEMU_MACROS_STRUCTS_H

/* -- One struct ---------------------------------------------------------------------------------------------------- */

#define VMSTATE_STRUCT_TEST(f, S, t, v, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_value(S, f, T), v, t, .vmsd = &(d), .size = sizeof(T), \
                            .flags = VMS_STRUCT)
#define VMSTATE_STRUCT(f, S, v, d, T) VMSTATE_STRUCT_TEST(f, S, NULL, v, d, T)

/* Its table is followed at version `sv`, not at the newest. */
#if MIGCORE_QEMU_API >= 300
#define VMSTATE_VSTRUCT_TEST(f, S, t, v, d, T, sv) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_value(S, f, T), v, t, .vmsd = &(d), .size = sizeof(T), \
                            .struct_version_id = (sv), .flags = VMS_VSTRUCT)
#define VMSTATE_VSTRUCT_V(f, S, v, d, T, sv) VMSTATE_VSTRUCT_TEST(f, S, NULL, v, d, T, sv)
#define VMSTATE_VSTRUCT(f, S, d, T, sv) VMSTATE_VSTRUCT_TEST(f, S, NULL, 0, d, T, sv)
#endif

/* Up to 1.7 T is the type of the member, a pointer; later the type that it points to. */
#if MIGCORE_QEMU_API >= 200
#define MIGCORE_QEMU_PRIV_STRUCT_POINTER(f, S, t, v, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_pointer(S, f, T), v, t, .vmsd = &(d), .size = sizeof(T *), \
                            .flags = VMS_STRUCT | VMS_POINTER)
#else
#define MIGCORE_QEMU_PRIV_STRUCT_POINTER(f, S, t, v, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_value(S, f, T), v, t, .vmsd = &(d), .size = sizeof(T), \
                            .flags = VMS_STRUCT | VMS_POINTER)
#endif
#if MIGCORE_QEMU_API >= 107
#define VMSTATE_STRUCT_POINTER_V(f, S, v, d, T) MIGCORE_QEMU_PRIV_STRUCT_POINTER(f, S, NULL, v, d, T)
#define VMSTATE_STRUCT_POINTER_TEST_V(f, S, t, v, d, T) MIGCORE_QEMU_PRIV_STRUCT_POINTER(f, S, t, v, d, T)
#define VMSTATE_STRUCT_POINTER(f, S, d, T) VMSTATE_STRUCT_POINTER_V(f, S, 0, d, T)
#define VMSTATE_STRUCT_POINTER_TEST(f, S, t, d, T) VMSTATE_STRUCT_POINTER_TEST_V(f, S, t, 0, d, T)
#else
#define VMSTATE_STRUCT_POINTER(f, S, d, T) MIGCORE_QEMU_PRIV_STRUCT_POINTER(f, S, NULL, 0, d, T)
#define VMSTATE_STRUCT_POINTER_TEST(f, S, t, d, T) MIGCORE_QEMU_PRIV_STRUCT_POINTER(f, S, t, 0, d, T)
#endif

/* -- A fixed number of structs ------------------------------------------------------------------------------------- */

#define MIGCORE_QEMU_PRIV_STRUCT_ARRAY(f, S, n, t, v, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_array(S, f, T, n), v, t, .num = (n), .vmsd = &(d), .size = sizeof(T), \
                            .flags = VMS_STRUCT | VMS_ARRAY)
#if MIGCORE_QEMU_API >= 15
#define VMSTATE_STRUCT_ARRAY_TEST(f, S, n, t, v, d, T) MIGCORE_QEMU_PRIV_STRUCT_ARRAY(f, S, n, t, v, d, T)
#define VMSTATE_STRUCT_ARRAY(f, S, n, v, d, T) VMSTATE_STRUCT_ARRAY_TEST(f, S, n, NULL, v, d, T)
#else
#define VMSTATE_STRUCT_ARRAY(f, S, n, v, d, T) MIGCORE_QEMU_PRIV_STRUCT_ARRAY(f, S, n, NULL, v, d, T)
#endif
#if MIGCORE_QEMU_API >= 203
#define VMSTATE_STRUCT_SUB_ARRAY(f, S, b, n, v, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_sub_array(S, f, T, b), v, NULL, .num = (n), .vmsd = &(d), \
                            .size = sizeof(T), .flags = VMS_STRUCT | VMS_ARRAY)
#endif
/* The member points to them; its type is not checked. */
#if MIGCORE_QEMU_API >= 206
#define VMSTATE_STRUCT_VARRAY_POINTER_KNOWN(f, S, n, v, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, offsetof(S, f), v, NULL, .num = (n), .vmsd = &(d), .size = sizeof(T), \
                            .flags = VMS_STRUCT | VMS_ARRAY | VMS_POINTER)
#endif
#if MIGCORE_QEMU_API >= 210
#define VMSTATE_STRUCT_2DARRAY_TEST(f, S, n1, n2, t, v, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_2darray(S, f, T, n1, n2), v, t, .num = (n1) * (n2), .vmsd = &(d), \
                            .size = sizeof(T), .flags = VMS_STRUCT | VMS_ARRAY)
#define VMSTATE_STRUCT_2DARRAY(f, S, n1, n2, v, d, T) VMSTATE_STRUCT_2DARRAY_TEST(f, S, n1, n2, NULL, v, d, T)
#endif

/* -- The number of structs is in a member -------------------------------------------------------------------------- */

#if MIGCORE_QEMU_API >= 1100
#define VMSTATE_STRUCT_VARRAY(f, S, c, v, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_varray(S, f, T), v, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, ), \
                            MIGCORE_QEMU_PRIV_ROOM(S, f, T), .vmsd = &(d), \
                            .size = sizeof(T), .flags = VMS_STRUCT | VMS_VARRAY)
#define VMSTATE_STRUCT_VARRAY_POINTER(f, S, c, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_pointer(S, f, T), 0, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, ), \
                            .vmsd = &(d), .size = sizeof(T), .flags = VMS_POINTER | VMS_VARRAY | VMS_STRUCT)
#define VMSTATE_STRUCT_VARRAY_ALLOC(f, S, c, v, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_pointer(S, f, T), v, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, ), \
                            .vmsd = &(d), .size = sizeof(T), .flags = VMS_STRUCT | VMS_VARRAY | VMS_ALLOC | VMS_POINTER)
#define VMSTATE_STRUCT_VARRAY_UINT8 VMSTATE_STRUCT_VARRAY
#define VMSTATE_STRUCT_VARRAY_INT32 VMSTATE_STRUCT_VARRAY
#define VMSTATE_STRUCT_VARRAY_UINT32 VMSTATE_STRUCT_VARRAY
#define VMSTATE_STRUCT_VARRAY_POINTER_INT32 VMSTATE_STRUCT_VARRAY_POINTER
#define VMSTATE_STRUCT_VARRAY_POINTER_UINT32 VMSTATE_STRUCT_VARRAY_POINTER
#define VMSTATE_STRUCT_VARRAY_POINTER_UINT16 VMSTATE_STRUCT_VARRAY_POINTER
#else
#if MIGCORE_QEMU_API >= 15
#define VMSTATE_STRUCT_VARRAY_UINT8(f, S, c, v, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_varray(S, f, T), v, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, uint8_t), \
                            MIGCORE_QEMU_PRIV_ROOM(S, f, T), .vmsd = &(d), .size = sizeof(T), .flags = VMS_STRUCT | \
                            VMS_VARRAY_UINT8)
#define VMSTATE_STRUCT_VARRAY_INT32(f, S, c, v, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_varray(S, f, T), v, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, int32_t), \
                            MIGCORE_QEMU_PRIV_ROOM(S, f, T), .vmsd = &(d), .size = sizeof(T), .flags = VMS_STRUCT | \
                            VMS_VARRAY_INT32)
#define VMSTATE_STRUCT_VARRAY_UINT32(f, S, c, v, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_varray(S, f, T), v, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, uint32_t), \
                            MIGCORE_QEMU_PRIV_ROOM(S, f, T), .vmsd = &(d), .size = sizeof(T), .flags = VMS_STRUCT | \
                            VMS_VARRAY_UINT32)
#define VMSTATE_STRUCT_VARRAY_POINTER_INT32(f, S, c, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_pointer(S, f, T), 0, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, int32_t), \
                            .vmsd = &(d), .size = sizeof(T), .flags = VMS_POINTER | VMS_VARRAY_INT32 | VMS_STRUCT)
#define VMSTATE_STRUCT_VARRAY_POINTER_UINT16(f, S, c, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_pointer(S, f, T), 0, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, uint16_t), \
                            .vmsd = &(d), .size = sizeof(T), .flags = VMS_POINTER | VMS_VARRAY_UINT16 | VMS_STRUCT)
#elif MIGCORE_QEMU_API >= 13
/* 0.13 reads an int32_t where the macro checks for a uint8_t, which only a struct with 0 behind it survives. */
#define VMSTATE_STRUCT_VARRAY_UINT8(f, S, c, v, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_varray(S, f, T), v, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, uint8_t), \
                            MIGCORE_QEMU_PRIV_ROOM(S, f, T), .vmsd = &(d), .size = sizeof(T), .flags = VMS_STRUCT | \
                            VMS_VARRAY_UINT8)
#endif
/* The member is a uint32_t; that it is read as an int32_t is QEMU's, and shows from 2^31 on: no elements. For VMS_ALLOC that is a failure. */
#if MIGCORE_QEMU_API >= 105
#define VMSTATE_STRUCT_VARRAY_POINTER_UINT32(f, S, c, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_pointer(S, f, T), 0, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, uint32_t), \
                            .vmsd = &(d), .size = sizeof(T), .flags = VMS_POINTER | VMS_VARRAY_INT32 | VMS_STRUCT)
#endif
#if MIGCORE_QEMU_API >= 201
#define VMSTATE_STRUCT_VARRAY_ALLOC(f, S, c, v, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_pointer(S, f, T), v, NULL, MIGCORE_QEMU_PRIV_COUNT(S, c, int32_t), \
                            .vmsd = &(d), .size = sizeof(T), \
                            .flags = VMS_STRUCT | VMS_VARRAY_INT32 | VMS_ALLOC | VMS_POINTER)
#endif
#endif

#endif /* MIGCORE_QEMU_MACROS_STRUCTS_H */
