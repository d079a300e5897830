/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Every kind of scalar: X(name in calls, C type, name in constants).
 */
#ifndef KINDS_H
#define KINDS_H

#include <stdbool.h>
#include <stdint.h>

#define EACH_KIND(X) \
    X(bool, bool, BOOL) \
    EACH_NUMBER(X)

#define EACH_NUMBER(X) \
    X(u8, uint8_t, U8) \
    X(u16, uint16_t, U16) \
    X(u32, uint32_t, U32) \
    X(u64, uint64_t, U64) \
    X(i8, int8_t, I8) \
    X(i16, int16_t, I16) \
    X(i32, int32_t, I32) \
    X(i64, int64_t, I64) \
    X(f32, float, F32) \
    X(f64, double, F64)

#endif
