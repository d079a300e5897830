/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_vmstate/values.h - fields that are one value.
 *
 * Part of migcore_vmstate.h. Each has three forms: NAME, NAME_V, NAME_TEST.
 */
#ifndef MIGCORE_VMSTATE_VALUES_H
#define MIGCORE_VMSTATE_VALUES_H

#include "field.h"

/* Of the C type that the name says. */
#define MIGCORE_VMSTATE_BOOL(member, type) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, bool, migcore_vmstate_info_bool, 0, NULL)
#define MIGCORE_VMSTATE_BOOL_V(member, type, version) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, bool, migcore_vmstate_info_bool, version, NULL)
#define MIGCORE_VMSTATE_BOOL_TEST(member, type, test) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, bool, migcore_vmstate_info_bool, 0, test)
#define MIGCORE_VMSTATE_I8(member, type) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, int8_t, migcore_vmstate_info_i8, 0, NULL)
#define MIGCORE_VMSTATE_I8_V(member, type, version) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, int8_t, migcore_vmstate_info_i8, version, NULL)
#define MIGCORE_VMSTATE_I8_TEST(member, type, test) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, int8_t, migcore_vmstate_info_i8, 0, test)
#define MIGCORE_VMSTATE_I16(member, type) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, int16_t, migcore_vmstate_info_i16, 0, NULL)
#define MIGCORE_VMSTATE_I16_V(member, type, version) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, int16_t, migcore_vmstate_info_i16, version, NULL)
#define MIGCORE_VMSTATE_I16_TEST(member, type, test) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, int16_t, migcore_vmstate_info_i16, 0, test)
#define MIGCORE_VMSTATE_I32(member, type) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, int32_t, migcore_vmstate_info_i32, 0, NULL)
#define MIGCORE_VMSTATE_I32_V(member, type, version) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, int32_t, migcore_vmstate_info_i32, version, NULL)
#define MIGCORE_VMSTATE_I32_TEST(member, type, test) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, int32_t, migcore_vmstate_info_i32, 0, test)
#define MIGCORE_VMSTATE_I64(member, type) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, int64_t, migcore_vmstate_info_i64, 0, NULL)
#define MIGCORE_VMSTATE_I64_V(member, type, version) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, int64_t, migcore_vmstate_info_i64, version, NULL)
#define MIGCORE_VMSTATE_I64_TEST(member, type, test) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, int64_t, migcore_vmstate_info_i64, 0, test)
#define MIGCORE_VMSTATE_U8(member, type) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, uint8_t, migcore_vmstate_info_u8, 0, NULL)
#define MIGCORE_VMSTATE_U8_V(member, type, version) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, uint8_t, migcore_vmstate_info_u8, version, NULL)
#define MIGCORE_VMSTATE_U8_TEST(member, type, test) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, uint8_t, migcore_vmstate_info_u8, 0, test)
#define MIGCORE_VMSTATE_U16(member, type) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, uint16_t, migcore_vmstate_info_u16, 0, NULL)
#define MIGCORE_VMSTATE_U16_V(member, type, version) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, uint16_t, migcore_vmstate_info_u16, version, NULL)
#define MIGCORE_VMSTATE_U16_TEST(member, type, test) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, uint16_t, migcore_vmstate_info_u16, 0, test)
#define MIGCORE_VMSTATE_U32(member, type) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, uint32_t, migcore_vmstate_info_u32, 0, NULL)
#define MIGCORE_VMSTATE_U32_V(member, type, version) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, uint32_t, migcore_vmstate_info_u32, version, NULL)
#define MIGCORE_VMSTATE_U32_TEST(member, type, test) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, uint32_t, migcore_vmstate_info_u32, 0, test)
#define MIGCORE_VMSTATE_U64(member, type) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, uint64_t, migcore_vmstate_info_u64, 0, NULL)
#define MIGCORE_VMSTATE_U64_V(member, type, version) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, uint64_t, migcore_vmstate_info_u64, version, NULL)
#define MIGCORE_VMSTATE_U64_TEST(member, type, test) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, uint64_t, migcore_vmstate_info_u64, 0, test)
#define MIGCORE_VMSTATE_F64(member, type) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, double, migcore_vmstate_info_f64, 0, NULL)
#define MIGCORE_VMSTATE_F64_V(member, type, version) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, double, migcore_vmstate_info_f64, version, NULL)
#define MIGCORE_VMSTATE_F64_TEST(member, type, test) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, double, migcore_vmstate_info_f64, 0, test)

/* A load does not change it: the stream must have the same. `hint`, which may be NULL, is for the program: the
   library does not look at it. */
#define MIGCORE_VMSTATE_I32_EQUAL(member, type, hint) \
    MIGCORE_VMSTATE_VALUE_(#member, hint, member, type, int32_t, migcore_vmstate_info_i32_equal, 0, NULL)
#define MIGCORE_VMSTATE_I32_EQUAL_V(member, type, hint, version) \
    MIGCORE_VMSTATE_VALUE_(#member, hint, member, type, int32_t, migcore_vmstate_info_i32_equal, version, NULL)
#define MIGCORE_VMSTATE_I32_EQUAL_TEST(member, type, hint, test) \
    MIGCORE_VMSTATE_VALUE_(#member, hint, member, type, int32_t, migcore_vmstate_info_i32_equal, 0, test)
#define MIGCORE_VMSTATE_U8_EQUAL(member, type, hint) \
    MIGCORE_VMSTATE_VALUE_(#member, hint, member, type, uint8_t, migcore_vmstate_info_u8_equal, 0, NULL)
#define MIGCORE_VMSTATE_U8_EQUAL_V(member, type, hint, version) \
    MIGCORE_VMSTATE_VALUE_(#member, hint, member, type, uint8_t, migcore_vmstate_info_u8_equal, version, NULL)
#define MIGCORE_VMSTATE_U8_EQUAL_TEST(member, type, hint, test) \
    MIGCORE_VMSTATE_VALUE_(#member, hint, member, type, uint8_t, migcore_vmstate_info_u8_equal, 0, test)
#define MIGCORE_VMSTATE_U16_EQUAL(member, type, hint) \
    MIGCORE_VMSTATE_VALUE_(#member, hint, member, type, uint16_t, migcore_vmstate_info_u16_equal, 0, NULL)
#define MIGCORE_VMSTATE_U16_EQUAL_V(member, type, hint, version) \
    MIGCORE_VMSTATE_VALUE_(#member, hint, member, type, uint16_t, migcore_vmstate_info_u16_equal, version, NULL)
#define MIGCORE_VMSTATE_U16_EQUAL_TEST(member, type, hint, test) \
    MIGCORE_VMSTATE_VALUE_(#member, hint, member, type, uint16_t, migcore_vmstate_info_u16_equal, 0, test)
#define MIGCORE_VMSTATE_U32_EQUAL(member, type, hint) \
    MIGCORE_VMSTATE_VALUE_(#member, hint, member, type, uint32_t, migcore_vmstate_info_u32_equal, 0, NULL)
#define MIGCORE_VMSTATE_U32_EQUAL_V(member, type, hint, version) \
    MIGCORE_VMSTATE_VALUE_(#member, hint, member, type, uint32_t, migcore_vmstate_info_u32_equal, version, NULL)
#define MIGCORE_VMSTATE_U32_EQUAL_TEST(member, type, hint, test) \
    MIGCORE_VMSTATE_VALUE_(#member, hint, member, type, uint32_t, migcore_vmstate_info_u32_equal, 0, test)
#define MIGCORE_VMSTATE_U64_EQUAL(member, type, hint) \
    MIGCORE_VMSTATE_VALUE_(#member, hint, member, type, uint64_t, migcore_vmstate_info_u64_equal, 0, NULL)
#define MIGCORE_VMSTATE_U64_EQUAL_V(member, type, hint, version) \
    MIGCORE_VMSTATE_VALUE_(#member, hint, member, type, uint64_t, migcore_vmstate_info_u64_equal, version, NULL)
#define MIGCORE_VMSTATE_U64_EQUAL_TEST(member, type, hint, test) \
    MIGCORE_VMSTATE_VALUE_(#member, hint, member, type, uint64_t, migcore_vmstate_info_u64_equal, 0, test)

/* An int32_t that a load lets become smaller, down to 0, but not larger. */
#define MIGCORE_VMSTATE_I32_LE(member, type) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, int32_t, migcore_vmstate_info_i32_le, 0, NULL)
#define MIGCORE_VMSTATE_I32_LE_V(member, type, version) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, int32_t, migcore_vmstate_info_i32_le, version, NULL)
#define MIGCORE_VMSTATE_I32_LE_TEST(member, type, test) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, int32_t, migcore_vmstate_info_i32_le, 0, test)

/* A timer of the program, of type T; where the host has none, an int64_t: when it expires, or -1. */
#define MIGCORE_VMSTATE_TIMER(member, type, T) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, T, migcore_vmstate_info_timer, 0, NULL)
#define MIGCORE_VMSTATE_TIMER_V(member, type, T, version) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, T, migcore_vmstate_info_timer, version, NULL)
#define MIGCORE_VMSTATE_TIMER_TEST(member, type, T, test) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, T, migcore_vmstate_info_timer, 0, test)

/* A T that `info` visits: one of infos.h, or of the program. */
#define MIGCORE_VMSTATE_CUSTOM(member, type, info, T) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, T, info, 0, NULL)
#define MIGCORE_VMSTATE_CUSTOM_V(member, type, info, T, version) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, T, info, version, NULL)
#define MIGCORE_VMSTATE_CUSTOM_TEST(member, type, info, T, test) \
    MIGCORE_VMSTATE_VALUE_(#member, NULL, member, type, T, info, 0, test)

/* The member is a `T *` to it, which must not be NULL. */
#define MIGCORE_VMSTATE_POINTER_(name, member, type, info, T, version, test) \
    MIGCORE_VMSTATE_FIXED_(name, MIGCORE_VMSTATE_POINTS_(type, member, T), 0, &(info), MIGCORE_VMSTATE_FLAG_POINTER, \
                           NULL, version, 0, test)
#define MIGCORE_VMSTATE_POINTER(member, type, info, T) \
    MIGCORE_VMSTATE_POINTER_(#member, member, type, info, T, 0, NULL)
#define MIGCORE_VMSTATE_POINTER_V(member, type, info, T, version) \
    MIGCORE_VMSTATE_POINTER_(#member, member, type, info, T, version, NULL)
#define MIGCORE_VMSTATE_POINTER_TEST(member, type, info, T, test) \
    MIGCORE_VMSTATE_POINTER_(#member, member, type, info, T, 0, test)

#endif
