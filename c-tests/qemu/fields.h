/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Each VMSTATE_ macro of the release, and the field that it makes. Included by macros.c.
 */
#if RELEASE < 15
    CASE(VMSTATE_TIMER_V(timer_ptr, D, 3),
         AT(timer_ptr, 0), OF(QEMUTimer *), INFO(timer), .flags = VMS_SINGLE | VMS_POINTER, V3)
#endif
#if RELEASE < 105
    CASE(VMSTATE_BUFFER_MULTIPLY(u8_array, D, 3, present, 4, n_u32, 2),
         AT(u8_array, 0), .size = 2, SIZE(n_u32), .start = 4, INFO(buffer), .flags = VMS_VBUFFER | VMS_MULTIPLY, V3,
         TESTED)
#endif
#if RELEASE < 200
    CASE(VMSTATE_STRUCT_POINTER(in_ptr, D, vmstate_in, In *),
         AT(in_ptr, 0), OF(void *), .vmsd = &vmstate_in, .flags = VMS_STRUCT | VMS_POINTER)
    CASE(VMSTATE_STRUCT_POINTER_TEST(in_ptr, D, present, vmstate_in, In *),
         AT(in_ptr, 0), OF(void *), .vmsd = &vmstate_in, .flags = VMS_STRUCT | VMS_POINTER, TESTED)
#endif
#if RELEASE < 201
    CASE(VMSTATE_INT32_LE(i32, D), AT(i32, 0), OF(int32_t), INFO(int32_le), .flags = VMS_SINGLE)
#endif
#if RELEASE < 203
    CASE(VMSTATE_TIMER(timer_ptr, D), AT(timer_ptr, 0), OF(QEMUTimer *), INFO(timer), .flags = VMS_SINGLE | VMS_POINTER)
    CASE(VMSTATE_TIMER_ARRAY(timer_ptr_array, D, 6),
         AT(timer_ptr_array, 0), OF(QEMUTimer *), .num = 6, INFO(timer), .flags = VMS_ARRAY | VMS_ARRAY_OF_POINTER)
#endif
#if RELEASE < 209
    CASE(VMSTATE_VBUFFER(u8_ptr, D, 3, present, 4, n_i32),
         AT(u8_ptr, 0), SIZE(n_i32), .start = 4, SUB_BUFFER, .flags = VMS_VBUFFER | VMS_POINTER, V3, TESTED)
    CASE(VMSTATE_SUB_VBUFFER(u8_ptr, D, 4, n_i32),
         AT(u8_ptr, 0), SIZE(n_i32), .start = 4, SUB_BUFFER, .flags = VMS_VBUFFER | VMS_POINTER)
#endif
#if RELEASE < 210
    CASE(VMSTATE_UINT8_EQUAL(u8, D), AT(u8, 0), OF(uint8_t), INFO(uint8_equal), .flags = VMS_SINGLE)
    CASE(VMSTATE_UINT16_EQUAL(u16, D), AT(u16, 0), OF(uint16_t), INFO(uint16_equal), .flags = VMS_SINGLE)
    CASE(VMSTATE_UINT16_EQUAL_V(u16, D, 3), AT(u16, 0), OF(uint16_t), INFO(uint16_equal), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_INT32_EQUAL(i32, D), AT(i32, 0), OF(int32_t), INFO(int32_equal), .flags = VMS_SINGLE)
#endif
#if RELEASE < 901
    CASE(VMSTATE_ARRAY_TEST(u32_array, D, 6, present, vmstate_info_uint32, uint32_t),
         AT(u32_array, 0), OF(uint32_t), .num = 6, INFO(uint32), .flags = VMS_ARRAY, TESTED)
#endif
#if RELEASE < 1100
    CASE(VMSTATE_ARRAY_OF_POINTER(u32_ptr_array, D, 6, 3, vmstate_info_uint32, uint32_t *),
         AT(u32_ptr_array, 0), OF(uint32_t *), .num = 6, INFO(uint32), .flags = VMS_ARRAY | VMS_ARRAY_OF_POINTER, V3)
    CASE(VMSTATE_PARTIAL_VBUFFER(u8_ptr, D, n_i32),
         AT(u8_ptr, 0), SIZE(n_i32), INFO(buffer), .flags = VMS_VBUFFER | VMS_POINTER)
#endif
    CASE(VMSTATE_SINGLE_TEST(u32, D, present, 3, vmstate_info_uint32, uint32_t),
         AT(u32, 0), OF(uint32_t), INFO(uint32), .flags = VMS_SINGLE, V3, TESTED)
    CASE(VMSTATE_POINTER(u32_ptr, D, 3, vmstate_info_uint32, uint32_t *),
         AT(u32_ptr, 0), OF(uint32_t *), INFO(uint32), .flags = VMS_SINGLE | VMS_POINTER, V3)
    CASE(VMSTATE_SINGLE(u32, D, 3, vmstate_info_uint32, uint32_t),
         AT(u32, 0), OF(uint32_t), INFO(uint32), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_INT8_V(i8, D, 3), AT(i8, 0), OF(int8_t), INFO(int8), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_INT16_V(i16, D, 3), AT(i16, 0), OF(int16_t), INFO(int16), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_INT32_V(i32, D, 3), AT(i32, 0), OF(int32_t), INFO(int32), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_INT64_V(i64, D, 3), AT(i64, 0), OF(int64_t), INFO(int64), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_UINT8_V(u8, D, 3), AT(u8, 0), OF(uint8_t), INFO(uint8), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_UINT16_V(u16, D, 3), AT(u16, 0), OF(uint16_t), INFO(uint16), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_UINT32_V(u32, D, 3), AT(u32, 0), OF(uint32_t), INFO(uint32), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_UINT64_V(u64, D, 3), AT(u64, 0), OF(uint64_t), INFO(uint64), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_INT8(i8, D), AT(i8, 0), OF(int8_t), INFO(int8), .flags = VMS_SINGLE)
    CASE(VMSTATE_INT16(i16, D), AT(i16, 0), OF(int16_t), INFO(int16), .flags = VMS_SINGLE)
    CASE(VMSTATE_INT32(i32, D), AT(i32, 0), OF(int32_t), INFO(int32), .flags = VMS_SINGLE)
    CASE(VMSTATE_INT64(i64, D), AT(i64, 0), OF(int64_t), INFO(int64), .flags = VMS_SINGLE)
    CASE(VMSTATE_UINT8(u8, D), AT(u8, 0), OF(uint8_t), INFO(uint8), .flags = VMS_SINGLE)
    CASE(VMSTATE_UINT16(u16, D), AT(u16, 0), OF(uint16_t), INFO(uint16), .flags = VMS_SINGLE)
    CASE(VMSTATE_UINT32(u32, D), AT(u32, 0), OF(uint32_t), INFO(uint32), .flags = VMS_SINGLE)
    CASE(VMSTATE_UINT64(u64, D), AT(u64, 0), OF(uint64_t), INFO(uint64), .flags = VMS_SINGLE)
    CASE(VMSTATE_UINT16_TEST(u16, D, present), AT(u16, 0), OF(uint16_t), INFO(uint16), .flags = VMS_SINGLE, TESTED)
    CASE(VMSTATE_UINT32_TEST(u32, D, present), AT(u32, 0), OF(uint32_t), INFO(uint32), .flags = VMS_SINGLE, TESTED)
    CASE(VMSTATE_ARRAY(u32_array, D, 6, 3, vmstate_info_uint32, uint32_t),
         AT(u32_array, 0), OF(uint32_t), .num = 6, INFO(uint32), .flags = VMS_ARRAY, V3)
    CASE(VMSTATE_SUB_ARRAY(u32_array, D, 1, 6, 3, vmstate_info_uint32, uint32_t),
         AT(u32_array, sizeof(((D *)0)->u32_array[0])), OF(uint32_t), .num = 6, INFO(uint32), .flags = VMS_ARRAY, V3)
    CASE(VMSTATE_UINT16_ARRAY_V(u16_array, D, 6, 3),
         AT(u16_array, 0), OF(uint16_t), .num = 6, INFO(uint16), .flags = VMS_ARRAY, V3)
    CASE(VMSTATE_UINT16_ARRAY(u16_array, D, 6),
         AT(u16_array, 0), OF(uint16_t), .num = 6, INFO(uint16), .flags = VMS_ARRAY)
    CASE(VMSTATE_UINT8_ARRAY_V(u8_array, D, 6, 3),
         AT(u8_array, 0), OF(uint8_t), .num = 6, INFO(uint8), .flags = VMS_ARRAY, V3)
    CASE(VMSTATE_UINT8_ARRAY(u8_array, D, 6), AT(u8_array, 0), OF(uint8_t), .num = 6, INFO(uint8), .flags = VMS_ARRAY)
    CASE(VMSTATE_UINT32_ARRAY_V(u32_array, D, 6, 3),
         AT(u32_array, 0), OF(uint32_t), .num = 6, INFO(uint32), .flags = VMS_ARRAY, V3)
    CASE(VMSTATE_UINT32_ARRAY(u32_array, D, 6),
         AT(u32_array, 0), OF(uint32_t), .num = 6, INFO(uint32), .flags = VMS_ARRAY)
    CASE(VMSTATE_UINT32_SUB_ARRAY(u32_array, D, 1, 6),
         AT(u32_array, sizeof(((D *)0)->u32_array[0])), OF(uint32_t), .num = 6, INFO(uint32), .flags = VMS_ARRAY)
    CASE(VMSTATE_UINT64_ARRAY_V(u64_array, D, 6, 3),
         AT(u64_array, 0), OF(uint64_t), .num = 6, INFO(uint64), .flags = VMS_ARRAY, V3)
    CASE(VMSTATE_UINT64_ARRAY(u64_array, D, 6),
         AT(u64_array, 0), OF(uint64_t), .num = 6, INFO(uint64), .flags = VMS_ARRAY)
    CASE(VMSTATE_INT16_ARRAY_V(i16_array, D, 6, 3),
         AT(i16_array, 0), OF(int16_t), .num = 6, INFO(int16), .flags = VMS_ARRAY, V3)
    CASE(VMSTATE_INT16_ARRAY(i16_array, D, 6), AT(i16_array, 0), OF(int16_t), .num = 6, INFO(int16), .flags = VMS_ARRAY)
    CASE(VMSTATE_INT32_ARRAY_V(i32_array, D, 6, 3),
         AT(i32_array, 0), OF(int32_t), .num = 6, INFO(int32), .flags = VMS_ARRAY, V3)
    CASE(VMSTATE_INT32_ARRAY(i32_array, D, 6), AT(i32_array, 0), OF(int32_t), .num = 6, INFO(int32), .flags = VMS_ARRAY)
    CASE(VMSTATE_VARRAY_INT32(u32_ptr, D, n_i32, 3, vmstate_info_uint32, uint32_t),
         AT(u32_ptr, 0), OF(uint32_t), COUNT(n_i32), INFO(uint32), .flags = VMS_VARRAY_INT32 | VMS_POINTER, V3)
    CASE(VMSTATE_VARRAY_UINT16_UNSAFE(u32_array, D, n_u16, 3, vmstate_info_uint32, uint32_t),
         AT(u32_array, 0), OF(uint32_t), COUNT(n_u16), INFO(uint32), .flags = VMS_VARRAY_UINT16, V3, .limit = 6)
    CASE(VMSTATE_STRUCT_TEST(in, D, present, 3, vmstate_in, In),
         AT(in, 0), OF(In), .vmsd = &vmstate_in, .flags = VMS_STRUCT, V3, TESTED)
    CASE(VMSTATE_STRUCT(in, D, 3, vmstate_in, In), AT(in, 0), OF(In), .vmsd = &vmstate_in, .flags = VMS_STRUCT, V3)
    CASE(VMSTATE_STRUCT_ARRAY(in_array, D, 6, 3, vmstate_in, In),
         AT(in_array, 0), OF(In), .num = 6, .vmsd = &vmstate_in, .flags = VMS_STRUCT | VMS_ARRAY, V3)
    CASE(VMSTATE_STATIC_BUFFER(u8_array, D, 3, present, 1, 5),
         AT(u8_array, 1), .size = 4, INFO(buffer), .flags = VMS_BUFFER, V3, TESTED)
    CASE(VMSTATE_BUFFER_UNSAFE_INFO(any, D, 3, vmstate_info_buffer, 5),
         AT(any, 0), .size = 5, INFO(buffer), .flags = VMS_BUFFER, V3)
    CASE(VMSTATE_BUFFER_V(u8_array, D, 3), AT(u8_array, 0), .size = 6, INFO(buffer), .flags = VMS_BUFFER, V3)
    CASE(VMSTATE_BUFFER(u8_array, D), AT(u8_array, 0), .size = 6, INFO(buffer), .flags = VMS_BUFFER)
    CASE(VMSTATE_PARTIAL_BUFFER(u8_array, D, 5), AT(u8_array, 0), .size = 5, INFO(buffer), .flags = VMS_BUFFER)
    CASE(VMSTATE_BUFFER_START_MIDDLE(u8_array, D, 1), AT(u8_array, 1), .size = 5, INFO(buffer), .flags = VMS_BUFFER)
    CASE(VMSTATE_BUFFER_TEST(u8_array, D, present),
         AT(u8_array, 0), .size = 6, INFO(buffer), .flags = VMS_BUFFER, TESTED)
    CASE(VMSTATE_BUFFER_UNSAFE(any, D, 3, 5), AT(any, 0), .size = 5, INFO(buffer), .flags = VMS_BUFFER, V3)
    CASE(VMSTATE_UNUSED_BUFFER(present, 3, 5),
         .name = "unused", .size = 5, INFO(unused_buffer), .flags = VMS_BUFFER, V3, TESTED)
    CASE(VMSTATE_UNUSED_V(3, 5), .name = "unused", .size = 5, INFO(unused_buffer), .flags = VMS_BUFFER, V3)
    CASE(VMSTATE_UNUSED(5), .name = "unused", .size = 5, INFO(unused_buffer), .flags = VMS_BUFFER)
    CASE(VMSTATE_UNUSED_TEST(present, 5), .name = "unused", .size = 5, INFO(unused_buffer), .flags = VMS_BUFFER, TESTED)
    CASE(VMSTATE_UINTTL(u64, D), AT(u64, 0), OF(uint64_t), INFO(uinttl), .flags = VMS_SINGLE)
    CASE(VMSTATE_UINTTL_ARRAY(u64_array, D, 6),
         AT(u64_array, 0), OF(uint64_t), .num = 6, INFO(uinttl), .flags = VMS_ARRAY)
    CASE(VMSTATE_UINTTL_V(u64, D, 3), AT(u64, 0), OF(uint64_t), INFO(uinttl), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_UINTTL_ARRAY_V(u64_array, D, 6, 3),
         AT(u64_array, 0), OF(uint64_t), .num = 6, INFO(uinttl), .flags = VMS_ARRAY, V3)
#if RELEASE >= 13
    CASE(VMSTATE_STRUCT_VARRAY_UINT8(in_array, D, n_u8, 3, vmstate_in, In),
         AT(in_array, 0), OF(In), COUNT(n_u8), .vmsd = &vmstate_in, .flags = VMS_STRUCT | VMS_VARRAY_UINT8, V3,
         .limit = 6)
#endif
#if RELEASE >= 14 && RELEASE < 209
    CASE(VMSTATE_VBUFFER_UINT32(u8_ptr, D, 3, present, 4, n_u32),
         AT(u8_ptr, 0), SIZE(n_u32), .start = 4, SUB_BUFFER, .flags = VMS_VBUFFER | VMS_POINTER, V3, TESTED)
#endif
#if RELEASE >= 14 && RELEASE < 1100
    CASE(VMSTATE_PARTIAL_VBUFFER_UINT32(u8_ptr, D, n_u32),
         AT(u8_ptr, 0), SIZE(n_u32), INFO(buffer), .flags = VMS_VBUFFER | VMS_POINTER)
#endif
#if RELEASE >= 14
    CASE(VMSTATE_BOOL_V(b, D, 3), AT(b, 0), OF(bool), INFO(bool), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_BOOL(b, D), AT(b, 0), OF(bool), INFO(bool), .flags = VMS_SINGLE)
    CASE(VMSTATE_BOOL_ARRAY_V(b_array, D, 6, 3), AT(b_array, 0), OF(bool), .num = 6, INFO(bool), .flags = VMS_ARRAY, V3)
    CASE(VMSTATE_BOOL_ARRAY(b_array, D, 6), AT(b_array, 0), OF(bool), .num = 6, INFO(bool), .flags = VMS_ARRAY)
#endif
#if RELEASE >= 15 && RELEASE < 203
    CASE(VMSTATE_TIMER_TEST(timer_ptr, D, present),
         AT(timer_ptr, 0), OF(QEMUTimer *), INFO(timer), .flags = VMS_SINGLE | VMS_POINTER, TESTED)
#endif
#if RELEASE >= 15 && RELEASE < 210
    CASE(VMSTATE_UINT32_EQUAL(u32, D), AT(u32, 0), OF(uint32_t), INFO(uint32_equal), .flags = VMS_SINGLE)
#endif
#if RELEASE >= 15 && RELEASE < 1100
    CASE(VMSTATE_ARRAY_INT32_UNSAFE(u32_array, D, n_i32, vmstate_info_uint32, uint32_t),
         AT(u32_array, 0), OF(uint32_t), COUNT(n_i32), INFO(uint32), .flags = VMS_VARRAY_INT32, .limit = 6)
#endif
#if RELEASE >= 15
    CASE(VMSTATE_POINTER_TEST(u32_ptr, D, present, vmstate_info_uint32, uint32_t *),
         AT(u32_ptr, 0), OF(uint32_t *), INFO(uint32), .flags = VMS_SINGLE | VMS_POINTER, TESTED)
    CASE(VMSTATE_UINT8_TEST(u8, D, present), AT(u8, 0), OF(uint8_t), INFO(uint8), .flags = VMS_SINGLE, TESTED)
    CASE(VMSTATE_INT64_ARRAY_V(i64_array, D, 6, 3),
         AT(i64_array, 0), OF(int64_t), .num = 6, INFO(int64), .flags = VMS_ARRAY, V3)
    CASE(VMSTATE_INT64_ARRAY(i64_array, D, 6), AT(i64_array, 0), OF(int64_t), .num = 6, INFO(int64), .flags = VMS_ARRAY)
    CASE(VMSTATE_VARRAY_UINT32(u32_ptr, D, n_u32, 3, vmstate_info_uint32, uint32_t),
         AT(u32_ptr, 0), OF(uint32_t), COUNT(n_u32), INFO(uint32), .flags = VMS_VARRAY_UINT32 | VMS_POINTER, V3)
    CASE(VMSTATE_STRUCT_ARRAY_TEST(in_array, D, 6, present, 3, vmstate_in, In),
         AT(in_array, 0), OF(In), .num = 6, .vmsd = &vmstate_in, .flags = VMS_STRUCT | VMS_ARRAY, V3, TESTED)
    CASE(VMSTATE_STRUCT_VARRAY_POINTER_INT32(in_ptr, D, n_i32, vmstate_in, In),
         AT(in_ptr, 0), OF(In), COUNT(n_i32), .vmsd = &vmstate_in, .flags = VMS_POINTER | VMS_VARRAY_INT32 | VMS_STRUCT)
    CASE(VMSTATE_STRUCT_VARRAY_POINTER_UINT16(in_ptr, D, n_u16, vmstate_in, In),
         AT(in_ptr, 0), OF(In), COUNT(n_u16), .vmsd = &vmstate_in,
         .flags = VMS_POINTER | VMS_VARRAY_UINT16 | VMS_STRUCT)
    CASE(VMSTATE_STRUCT_VARRAY_INT32(in_array, D, n_i32, 3, vmstate_in, In),
         AT(in_array, 0), OF(In), COUNT(n_i32), .vmsd = &vmstate_in, .flags = VMS_STRUCT | VMS_VARRAY_INT32, V3,
         .limit = 6)
    CASE(VMSTATE_STRUCT_VARRAY_UINT32(in_array, D, n_u32, 3, vmstate_in, In),
         AT(in_array, 0), OF(In), COUNT(n_u32), .vmsd = &vmstate_in, .flags = VMS_STRUCT | VMS_VARRAY_UINT32, V3,
         .limit = 6)
#endif
#if RELEASE >= 103
    CASE(VMSTATE_BITMAP(bits, D, 3, n_i32),
         AT(bits, 0), SIZE(n_i32), INFO(bitmap), .flags = VMS_VBUFFER | VMS_POINTER, V3)
#endif
#if RELEASE >= 105 && RELEASE < 209
    CASE(VMSTATE_VBUFFER_MULTIPLY(u8_ptr, D, 3, present, 4, n_u32, 2),
         AT(u8_ptr, 0), .size = 2, SIZE(n_u32), .start = 4, SUB_BUFFER,
         .flags = VMS_VBUFFER | VMS_POINTER | VMS_MULTIPLY, V3, TESTED)
#endif
#if RELEASE >= 105 && RELEASE < 210
    CASE(VMSTATE_UINT32_EQUAL_V(u32, D, 3), AT(u32, 0), OF(uint32_t), INFO(uint32_equal), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_UINT64_EQUAL_V(u64, D, 3), AT(u64, 0), OF(uint64_t), INFO(uint64_equal), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_UINT64_EQUAL(u64, D), AT(u64, 0), OF(uint64_t), INFO(uint64_equal), .flags = VMS_SINGLE)
    CASE(VMSTATE_UINTTL_EQUAL(u64, D), AT(u64, 0), OF(uint64_t), INFO(uint64_equal), .flags = VMS_SINGLE)
    CASE(VMSTATE_UINTTL_EQUAL_V(u64, D, 3), AT(u64, 0), OF(uint64_t), INFO(uint64_equal), .flags = VMS_SINGLE, V3)
#endif
#if RELEASE >= 105 && RELEASE < 502
    CASE(VMSTATE_FLOAT64(f64, D), AT(f64, 0), OF(float64), INFO(float64), .flags = VMS_SINGLE)
    CASE(VMSTATE_FLOAT64_ARRAY(f64_array, D, 6),
         AT(f64_array, 0), OF(float64), .num = 6, INFO(float64), .flags = VMS_ARRAY)
    CASE(VMSTATE_FLOAT64_V(f64, D, 3), AT(f64, 0), OF(float64), INFO(float64), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_FLOAT64_ARRAY_V(f64_array, D, 6, 3),
         AT(f64_array, 0), OF(float64), .num = 6, INFO(float64), .flags = VMS_ARRAY, V3)
#endif
#if RELEASE >= 105
    CASE(VMSTATE_2DARRAY(u32_2d, D, 2, 3, 3, vmstate_info_uint32, uint32_t),
         AT(u32_2d, 0), OF(uint32_t), .num = 6, INFO(uint32), .flags = VMS_ARRAY, V3)
    CASE(VMSTATE_UINT16_2DARRAY_V(u16_2d, D, 2, 3, 3),
         AT(u16_2d, 0), OF(uint16_t), .num = 6, INFO(uint16), .flags = VMS_ARRAY, V3)
    CASE(VMSTATE_UINT16_2DARRAY(u16_2d, D, 2, 3),
         AT(u16_2d, 0), OF(uint16_t), .num = 6, INFO(uint16), .flags = VMS_ARRAY)
    CASE(VMSTATE_UINT8_2DARRAY_V(u8_2d, D, 2, 3, 3),
         AT(u8_2d, 0), OF(uint8_t), .num = 6, INFO(uint8), .flags = VMS_ARRAY, V3)
    CASE(VMSTATE_UINT8_2DARRAY(u8_2d, D, 2, 3), AT(u8_2d, 0), OF(uint8_t), .num = 6, INFO(uint8), .flags = VMS_ARRAY)
    CASE(VMSTATE_STRUCT_VARRAY_POINTER_UINT32(in_ptr, D, n_u32, vmstate_in, In),
         AT(in_ptr, 0), OF(In), COUNT(n_u32), .vmsd = &vmstate_in, .flags = VMS_POINTER | VMS_VARRAY_INT32 | VMS_STRUCT)
    CASE(VMSTATE_BUFFER_POINTER_UNSAFE(u8_ptr, D, 3, 5),
         AT(u8_ptr, 0), .size = 5, INFO(buffer), .flags = VMS_BUFFER | VMS_POINTER, V3)
#endif
#if RELEASE >= 107 && RELEASE < 200
    CASE(VMSTATE_STRUCT_POINTER_V(in_ptr, D, 3, vmstate_in, In *),
         AT(in_ptr, 0), OF(void *), .vmsd = &vmstate_in, .flags = VMS_STRUCT | VMS_POINTER, V3)
    CASE(VMSTATE_STRUCT_POINTER_TEST_V(in_ptr, D, present, 3, vmstate_in, In *),
         AT(in_ptr, 0), OF(void *), .vmsd = &vmstate_in, .flags = VMS_STRUCT | VMS_POINTER, V3, TESTED)
#endif
#if RELEASE >= 200
    CASE(VMSTATE_ARRAY_OF_POINTER_TO_STRUCT(in_ptr_array, D, 6, 3, vmstate_in, In),
         AT(in_ptr_array, 0), OF(void *), .num = 6, .vmsd = &vmstate_in,
         .flags = VMS_ARRAY | VMS_STRUCT | VMS_ARRAY_OF_POINTER, V3)
    CASE(VMSTATE_UINT8_SUB_ARRAY(u8_array, D, 1, 6),
         AT(u8_array, sizeof(((D *)0)->u8_array[0])), OF(uint8_t), .num = 6, INFO(uint8), .flags = VMS_ARRAY)
    CASE(VMSTATE_UINT32_2DARRAY_V(u32_2d, D, 2, 3, 3),
         AT(u32_2d, 0), OF(uint32_t), .num = 6, INFO(uint32), .flags = VMS_ARRAY, V3)
    CASE(VMSTATE_UINT32_2DARRAY(u32_2d, D, 2, 3),
         AT(u32_2d, 0), OF(uint32_t), .num = 6, INFO(uint32), .flags = VMS_ARRAY)
    CASE(VMSTATE_STRUCT_POINTER_V(in_ptr, D, 3, vmstate_in, In),
         AT(in_ptr, 0), OF(void *), .vmsd = &vmstate_in, .flags = VMS_STRUCT | VMS_POINTER, V3)
    CASE(VMSTATE_STRUCT_POINTER_TEST_V(in_ptr, D, present, 3, vmstate_in, In),
         AT(in_ptr, 0), OF(void *), .vmsd = &vmstate_in, .flags = VMS_STRUCT | VMS_POINTER, V3, TESTED)
    CASE(VMSTATE_STRUCT_POINTER(in_ptr, D, vmstate_in, In),
         AT(in_ptr, 0), OF(void *), .vmsd = &vmstate_in, .flags = VMS_STRUCT | VMS_POINTER)
    CASE(VMSTATE_STRUCT_POINTER_TEST(in_ptr, D, present, vmstate_in, In),
         AT(in_ptr, 0), OF(void *), .vmsd = &vmstate_in, .flags = VMS_STRUCT | VMS_POINTER, TESTED)
#endif
#if RELEASE >= 201
    CASE(VMSTATE_VALIDATE("text", present), .name = "text", .flags = VMS_ARRAY | VMS_MUST_EXIST, TESTED)
    CASE(VMSTATE_INT32_POSITIVE_LE(i32, D), AT(i32, 0), OF(int32_t), INFO(int32_le), .flags = VMS_SINGLE)
    CASE(VMSTATE_STRUCT_VARRAY_ALLOC(in_ptr, D, n_i32, 3, vmstate_in, In),
         AT(in_ptr, 0), OF(In), COUNT(n_i32), .vmsd = &vmstate_in,
         .flags = VMS_STRUCT | VMS_VARRAY_INT32 | VMS_ALLOC | VMS_POINTER, V3)
#endif
#if RELEASE >= 202 && RELEASE < 209
    CASE(VMSTATE_VBUFFER_ALLOC_UINT32(u8_ptr, D, 3, present, 0, n_u32),
         AT(u8_ptr, 0), SIZE(n_u32), INFO(buffer), .flags = VMS_VBUFFER | VMS_POINTER | VMS_ALLOC, V3,
         TESTED)
#endif
#if RELEASE >= 203 && RELEASE < 1100
    CASE(VMSTATE_INT8_TEST(i8, D, present), AT(i8, 0), OF(int8_t), INFO(int8), .flags = VMS_SINGLE, TESTED)
    CASE(VMSTATE_INT16_TEST(i16, D, present), AT(i16, 0), OF(int16_t), INFO(int16), .flags = VMS_SINGLE, TESTED)
    CASE(VMSTATE_INT32_TEST(i32, D, present), AT(i32, 0), OF(int32_t), INFO(int32), .flags = VMS_SINGLE, TESTED)
    CASE(VMSTATE_TIMER_PTR_TEST(timer_ptr, D, present),
         AT(timer_ptr, 0), OF(QEMUTimer *), INFO(timer), .flags = VMS_SINGLE | VMS_POINTER, TESTED)
    CASE(VMSTATE_TIMER_TEST(timer, D, present), AT(timer, 0), OF(QEMUTimer), INFO(timer), .flags = VMS_SINGLE, TESTED)
#endif
#if RELEASE >= 203
    CASE(VMSTATE_INT64_TEST(i64, D, present), AT(i64, 0), OF(int64_t), INFO(int64), .flags = VMS_SINGLE, TESTED)
    CASE(VMSTATE_UINT64_TEST(u64, D, present), AT(u64, 0), OF(uint64_t), INFO(uint64), .flags = VMS_SINGLE, TESTED)
    CASE(VMSTATE_TIMER_PTR_V(timer_ptr, D, 3),
         AT(timer_ptr, 0), OF(QEMUTimer *), INFO(timer), .flags = VMS_SINGLE | VMS_POINTER, V3)
    CASE(VMSTATE_TIMER_PTR(timer_ptr, D),
         AT(timer_ptr, 0), OF(QEMUTimer *), INFO(timer), .flags = VMS_SINGLE | VMS_POINTER)
    CASE(VMSTATE_TIMER_PTR_ARRAY(timer_ptr_array, D, 6),
         AT(timer_ptr_array, 0), OF(QEMUTimer *), .num = 6, INFO(timer), .flags = VMS_ARRAY | VMS_ARRAY_OF_POINTER)
    CASE(VMSTATE_TIMER_V(timer, D, 3), AT(timer, 0), OF(QEMUTimer), INFO(timer), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_TIMER(timer, D), AT(timer, 0), OF(QEMUTimer), INFO(timer), .flags = VMS_SINGLE)
    CASE(VMSTATE_TIMER_ARRAY(timer_array, D, 6),
         AT(timer_array, 0), OF(QEMUTimer), .num = 6, INFO(timer), .flags = VMS_ARRAY)
    CASE(VMSTATE_STRUCT_SUB_ARRAY(in_array, D, 1, 6, 3, vmstate_in, In),
         AT(in_array, sizeof(((D *)0)->in_array[0])), OF(In), .num = 6, .vmsd = &vmstate_in,
         .flags = VMS_STRUCT | VMS_ARRAY, V3)
#endif
#if RELEASE >= 204
    CASE(VMSTATE_BUFFER_UNSAFE_INFO_TEST(any, D, present, 3, vmstate_info_buffer, 5),
         AT(any, 0), .size = 5, INFO(buffer), .flags = VMS_BUFFER, V3, TESTED)
#endif
#if RELEASE >= 206 && RELEASE < 1100
    CASE(VMSTATE_VARRAY_MULTIPLY(u32_array, D, n_u32, 2, vmstate_info_uint32, uint32_t),
         AT(u32_array, 0), OF(uint32_t), .num = 2, COUNT(n_u32), INFO(uint32),
         .flags = VMS_VARRAY_UINT32 | VMS_MULTIPLY_ELEMENTS, .limit = 6)
#endif
#if RELEASE >= 206
    CASE(VMSTATE_CPUDOUBLE_ARRAY_V(cpu_array, D, 6, 3),
         AT(cpu_array, 0), OF(CPU_DoubleU), .num = 6, INFO(cpudouble), .flags = VMS_ARRAY, V3)
    CASE(VMSTATE_CPUDOUBLE_ARRAY(cpu_array, D, 6),
         AT(cpu_array, 0), OF(CPU_DoubleU), .num = 6, INFO(cpudouble), .flags = VMS_ARRAY)
    CASE(VMSTATE_STRUCT_VARRAY_POINTER_KNOWN(in_ptr, D, 6, 3, vmstate_in, In),
         AT(in_ptr, 0), OF(In), .num = 6, .vmsd = &vmstate_in, .flags = VMS_STRUCT | VMS_ARRAY | VMS_POINTER, V3)
#endif
#if RELEASE >= 207
    CASE(VMSTATE_UINT64_2DARRAY(u64_2d, D, 2, 3),
         AT(u64_2d, 0), OF(uint64_t), .num = 6, INFO(uint64), .flags = VMS_ARRAY)
    CASE(VMSTATE_UINT64_2DARRAY_V(u64_2d, D, 2, 3, 3),
         AT(u64_2d, 0), OF(uint64_t), .num = 6, INFO(uint64), .flags = VMS_ARRAY, V3)
    CASE(VMSTATE_VARRAY_UINT32_ALLOC(u32_ptr, D, n_u32, 3, vmstate_info_uint32, uint32_t),
         AT(u32_ptr, 0), OF(uint32_t), COUNT(n_u32), INFO(uint32),
         .flags = VMS_VARRAY_UINT32 | VMS_POINTER | VMS_ALLOC, V3)
    CASE(VMSTATE_BUFFER_START_MIDDLE_V(u8_array, D, 1, 3),
         AT(u8_array, 1), .size = 5, INFO(buffer), .flags = VMS_BUFFER, V3)
#endif
#if RELEASE >= 208
    CASE(VMSTATE_UINTTL_TEST(u64, D, present), AT(u64, 0), OF(uint64_t), INFO(uinttl), .flags = VMS_SINGLE, TESTED)
#endif
#if RELEASE >= 209
    CASE(VMSTATE_VBUFFER_MULTIPLY(u8_ptr, D, 3, present, n_u32, 2),
         AT(u8_ptr, 0), .size = 2, SIZE(n_u32), INFO(buffer), .flags = VMS_VBUFFER | VMS_POINTER | VMS_MULTIPLY, V3,
         TESTED)
    CASE(VMSTATE_VBUFFER(u8_ptr, D, 3, present, n_i32),
         AT(u8_ptr, 0), SIZE(n_i32), INFO(buffer), .flags = VMS_VBUFFER | VMS_POINTER, V3, TESTED)
    CASE(VMSTATE_VBUFFER_UINT32(u8_ptr, D, 3, present, n_u32),
         AT(u8_ptr, 0), SIZE(n_u32), INFO(buffer), .flags = VMS_VBUFFER | VMS_POINTER, V3, TESTED)
    CASE(VMSTATE_VBUFFER_ALLOC_UINT32(u8_ptr, D, 3, present, n_u32),
         AT(u8_ptr, 0), SIZE(n_u32), INFO(buffer), .flags = VMS_VBUFFER | VMS_POINTER | VMS_ALLOC, V3, TESTED)
    CASE(VMSTATE_UNUSED_VARRAY_UINT32(D, present, 3, n_u32, 5),
         .name = "unused", .size = 5, COUNT(n_u32), INFO(unused_buffer), .flags = VMS_VARRAY_UINT32 | VMS_BUFFER, V3,
         TESTED)
    CASE(VMSTATE_WITH_TMP(D, Tmp, vmstate_tmp), .name = "tmp", OF(Tmp), INFO(tmp), .vmsd = &vmstate_tmp)
    CASE(VMSTATE_QTAILQ_V(tailq, D, 3, vmstate_node, Node, link),
         AT(tailq, 0), OF(Node), .start = offsetof(Node, link), INFO(qtailq), .vmsd = &vmstate_node, V3)
#endif
#if RELEASE >= 210 && RELEASE < 1100
    CASE(VMSTATE_SINGLE_FULL(u32, D, present, 3, vmstate_info_uint32, uint32_t, "a hint"),
         AT(u32, 0), OF(uint32_t), HINT, INFO(uint32), .flags = VMS_SINGLE, V3, TESTED)
    CASE(VMSTATE_UINT8_EQUAL(u8, D, "a hint"), AT(u8, 0), OF(uint8_t), HINT, INFO(uint8_equal), .flags = VMS_SINGLE)
    CASE(VMSTATE_UINT16_EQUAL(u16, D, "a hint"),
         AT(u16, 0), OF(uint16_t), HINT, INFO(uint16_equal), .flags = VMS_SINGLE)
    CASE(VMSTATE_UINT16_EQUAL_V(u16, D, 3, "a hint"),
         AT(u16, 0), OF(uint16_t), HINT, INFO(uint16_equal), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_INT32_EQUAL(i32, D, "a hint"), AT(i32, 0), OF(int32_t), HINT, INFO(int32_equal), .flags = VMS_SINGLE)
    CASE(VMSTATE_UINT32_EQUAL_V(u32, D, 3, "a hint"),
         AT(u32, 0), OF(uint32_t), HINT, INFO(uint32_equal), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_UINT32_EQUAL(u32, D, "a hint"),
         AT(u32, 0), OF(uint32_t), HINT, INFO(uint32_equal), .flags = VMS_SINGLE)
    CASE(VMSTATE_UINT64_EQUAL_V(u64, D, 3, "a hint"),
         AT(u64, 0), OF(uint64_t), HINT, INFO(uint64_equal), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_UINT64_EQUAL(u64, D, "a hint"),
         AT(u64, 0), OF(uint64_t), HINT, INFO(uint64_equal), .flags = VMS_SINGLE)
#endif
#if RELEASE >= 210
    CASE(VMSTATE_STRUCT_2DARRAY_TEST(in_2d, D, 2, 3, present, 3, vmstate_in, In),
         AT(in_2d, 0), OF(In), .num = 6, .vmsd = &vmstate_in, .flags = VMS_STRUCT | VMS_ARRAY, V3, TESTED)
    CASE(VMSTATE_STRUCT_2DARRAY(in_2d, D, 2, 3, 3, vmstate_in, In),
         AT(in_2d, 0), OF(In), .num = 6, .vmsd = &vmstate_in, .flags = VMS_STRUCT | VMS_ARRAY, V3)
    CASE(VMSTATE_UINTTL_2DARRAY(u64_2d, D, 2, 3),
         AT(u64_2d, 0), OF(uint64_t), .num = 6, INFO(uinttl), .flags = VMS_ARRAY)
    CASE(VMSTATE_UINTTL_2DARRAY_V(u64_2d, D, 2, 3, 3),
         AT(u64_2d, 0), OF(uint64_t), .num = 6, INFO(uinttl), .flags = VMS_ARRAY, V3)
#endif
#if RELEASE >= 212
    CASE(VMSTATE_UINT64_SUB_ARRAY(u64_array, D, 1, 6),
         AT(u64_array, sizeof(((D *)0)->u64_array[0])), OF(uint64_t), .num = 6, INFO(uint64), .flags = VMS_ARRAY)
#endif
#if RELEASE >= 300
    CASE(VMSTATE_BOOL_SUB_ARRAY(b_array, D, 1, 6),
         AT(b_array, sizeof(((D *)0)->b_array[0])), OF(bool), .num = 6, INFO(bool), .flags = VMS_ARRAY)
    CASE(VMSTATE_VSTRUCT_TEST(in, D, present, 3, vmstate_in, In, 5),
         AT(in, 0), OF(In), .struct_version_id = 5, .vmsd = &vmstate_in, .flags = VMS_VSTRUCT, V3, TESTED)
    CASE(VMSTATE_VSTRUCT(in, D, vmstate_in, In, 5),
         AT(in, 0), OF(In), .struct_version_id = 5, .vmsd = &vmstate_in, .flags = VMS_VSTRUCT)
    CASE(VMSTATE_VSTRUCT_V(in, D, 3, vmstate_in, In, 5),
         AT(in, 0), OF(In), .struct_version_id = 5, .vmsd = &vmstate_in, .flags = VMS_VSTRUCT, V3)
#endif
#if RELEASE >= 301
    CASE(VMSTATE_UINT16_SUB_ARRAY(u16_array, D, 1, 6),
         AT(u16_array, sizeof(((D *)0)->u16_array[0])), OF(uint16_t), .num = 6, INFO(uint16), .flags = VMS_ARRAY)
#endif
#if RELEASE >= 400
    CASE(VMSTATE_BOOL_TEST(b, D, present), AT(b, 0), OF(bool), INFO(bool), .flags = VMS_SINGLE, TESTED)
#endif
#if RELEASE >= 401 && RELEASE < 1100 && defined(__linux__)
    CASE(VMSTATE_U8(k8, D), AT(k8, 0), OF(__u8), INFO(uint8), .flags = VMS_SINGLE)
#endif
#if RELEASE >= 401 && defined(__linux__)
    CASE(VMSTATE_U8_V(k8, D, 3), AT(k8, 0), OF(__u8), INFO(uint8), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_U16_V(k16, D, 3), AT(k16, 0), OF(__u16), INFO(uint16), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_U32_V(k32, D, 3), AT(k32, 0), OF(__u32), INFO(uint32), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_U64_V(k64, D, 3), AT(k64, 0), OF(__u64), INFO(uint64), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_U16(k16, D), AT(k16, 0), OF(__u16), INFO(uint16), .flags = VMS_SINGLE)
    CASE(VMSTATE_U32(k32, D), AT(k32, 0), OF(__u32), INFO(uint32), .flags = VMS_SINGLE)
    CASE(VMSTATE_U64(k64, D), AT(k64, 0), OF(__u64), INFO(uint64), .flags = VMS_SINGLE)
#endif
#if RELEASE >= 402
    CASE(VMSTATE_GTREE_V(tree, D, 3, vmstate_pair, uint64_t, In),
         AT(tree, 0), OF(In), .start = sizeof(uint64_t), INFO(gtree), .vmsd = vmstate_pair, V3)
    CASE(VMSTATE_GTREE_DIRECT_KEY_V(tree, D, 3, &vmstate_in, In),
         AT(tree, 0), OF(In), INFO(gtree), .vmsd = &vmstate_in, V3)
#endif
#if RELEASE >= 500
    CASE(VMSTATE_QLIST_V(list, D, 3, vmstate_node, Node, entry),
         AT(list, 0), OF(Node), .start = offsetof(Node, entry), INFO(qlist), .vmsd = &vmstate_node, V3)
#endif
#if RELEASE >= 501
    CASE(VMSTATE_VARRAY_UINT16_ALLOC(u32_ptr, D, n_u16, 3, vmstate_info_uint32, uint32_t),
         AT(u32_ptr, 0), OF(uint32_t), COUNT(n_u16), INFO(uint32),
         .flags = VMS_VARRAY_UINT16 | VMS_POINTER | VMS_ALLOC, V3)
#endif
#if RELEASE >= 800
    CASE(VMSTATE_WITH_TMP_TEST(D, present, Tmp, vmstate_tmp),
         .name = "tmp", OF(Tmp), INFO(tmp), .vmsd = &vmstate_tmp, TESTED)
    CASE(VMSTATE_BITMAP_TEST(bits, D, present, 3, n_i32),
         AT(bits, 0), SIZE(n_i32), INFO(bitmap), .flags = VMS_VBUFFER | VMS_POINTER, V3, TESTED)
#endif
#if RELEASE >= 1000 && RELEASE < 1100
    CASE(VMSTATE_FD_TEST(i32, D, present), AT(i32, 0), OF(int32_t), INFO(fd), .flags = VMS_SINGLE, TESTED)
#endif
#if RELEASE >= 1000
    CASE(VMSTATE_FD(i32, D), AT(i32, 0), OF(int32_t), INFO(fd), .flags = VMS_SINGLE)
    CASE(VMSTATE_FD_V(i32, D, 3), AT(i32, 0), OF(int32_t), INFO(fd), .flags = VMS_SINGLE, V3)
#endif
#if RELEASE >= 1002 && RELEASE < 1100
    CASE(VMSTATE_VARRAY_OF_POINTER_UINT32(u32_ptr_ptr, D, n_u32, 3, vmstate_info_uint32, uint32_t *),
         AT(u32_ptr_ptr, 0), OF(uint32_t *), COUNT(n_u32), INFO(uint32),
         .flags = VMS_VARRAY_UINT32 | VMS_ARRAY_OF_POINTER | VMS_POINTER, V3)
#endif
#if RELEASE >= 1100
    CASE(VMSTATE_SINGLE_FULL(u32, D, present, 3, vmstate_info_uint32, uint32_t),
         AT(u32, 0), OF(uint32_t), INFO(uint32), .flags = VMS_SINGLE, V3, TESTED)
    CASE(VMSTATE_UINT8_EQUAL(u8, D), AT(u8, 0), OF(uint8_t), INFO(uint8_equal), .flags = VMS_SINGLE)
    CASE(VMSTATE_UINT16_EQUAL(u16, D), AT(u16, 0), OF(uint16_t), INFO(uint16_equal), .flags = VMS_SINGLE)
    CASE(VMSTATE_UINT16_EQUAL_V(u16, D, 3), AT(u16, 0), OF(uint16_t), INFO(uint16_equal), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_INT32_EQUAL(i32, D), AT(i32, 0), OF(int32_t), INFO(int32_equal), .flags = VMS_SINGLE)
    CASE(VMSTATE_UINT32_EQUAL_V(u32, D, 3), AT(u32, 0), OF(uint32_t), INFO(uint32_equal), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_UINT32_EQUAL(u32, D), AT(u32, 0), OF(uint32_t), INFO(uint32_equal), .flags = VMS_SINGLE)
    CASE(VMSTATE_UINT64_EQUAL_V(u64, D, 3), AT(u64, 0), OF(uint64_t), INFO(uint64_equal), .flags = VMS_SINGLE, V3)
    CASE(VMSTATE_UINT64_EQUAL(u64, D), AT(u64, 0), OF(uint64_t), INFO(uint64_equal), .flags = VMS_SINGLE)
    CASE(VMSTATE_ARRAY_OF_POINTER(u32_ptr_array, D, 6, 3, vmstate_info_uint32, uint32_t),
         AT(u32_ptr_array, 0), OF(uint32_t *), .num = 6, INFO(uint32), .flags = VMS_ARRAY | VMS_ARRAY_OF_POINTER, V3)
    CASE(VMSTATE_UINTTL_SUB_ARRAY(u64_array, D, 1, 6),
         AT(u64_array, sizeof(((D *)0)->u64_array[0])), OF(uint64_t), .num = 6, INFO(uinttl), .flags = VMS_ARRAY)
    CASE(VMSTATE_VARRAY(u32_ptr, D, n_u8, 3, vmstate_info_uint32, uint32_t),
         AT(u32_ptr, 0), OF(uint32_t), COUNT(n_u8), INFO(uint32), .flags = VMS_VARRAY | VMS_POINTER, V3)
    CASE(VMSTATE_VARRAY_ALLOC(u32_ptr, D, n_u8, 3, vmstate_info_uint32, uint32_t),
         AT(u32_ptr, 0), OF(uint32_t), COUNT(n_u8), INFO(uint32), .flags = VMS_VARRAY | VMS_POINTER | VMS_ALLOC, V3)
    CASE(VMSTATE_VARRAY_INT32_ALLOC(u32_ptr, D, n_u8, 3, vmstate_info_uint32, uint32_t),
         AT(u32_ptr, 0), OF(uint32_t), COUNT(n_u8), INFO(uint32), .flags = VMS_VARRAY | VMS_POINTER | VMS_ALLOC, V3)
    CASE(VMSTATE_VARRAY_UNSAFE(u32_array, D, n_u8, 3, vmstate_info_uint32, uint32_t),
         AT(u32_array, 0), OF(uint32_t), COUNT(n_u8), INFO(uint32), .flags = VMS_VARRAY, V3, .limit = 6)
    CASE(VMSTATE_VARRAY_OF_POINTER(u32_ptr_ptr, D, n_u32, 3, vmstate_info_uint32, uint32_t),
         AT(u32_ptr_ptr, 0), OF(uint32_t *), COUNT(n_u32), INFO(uint32),
         .flags = VMS_VARRAY | VMS_ARRAY_OF_POINTER | VMS_POINTER, V3)
    CASE(VMSTATE_VARRAY_OF_POINTER_UINT32(u32_ptr_ptr, D, n_u32, 3, vmstate_info_uint32, uint32_t),
         AT(u32_ptr_ptr, 0), OF(uint32_t *), COUNT(n_u32), INFO(uint32),
         .flags = VMS_VARRAY | VMS_ARRAY_OF_POINTER | VMS_POINTER, V3)
    CASE(VMSTATE_VARRAY_OF_POINTER_TO_STRUCT_ALLOC(in_ptr_ptr, D, n_u8, 3, vmstate_in, In),
         AT(in_ptr_ptr, 0), OF(In), COUNT(n_u8), .vmsd = &vmstate_in,
         .flags = VMS_POINTER | VMS_VARRAY | VMS_ARRAY_OF_POINTER | VMS_STRUCT | VMS_ARRAY_OF_POINTER_AUTO_ALLOC, V3)
    CASE(VMSTATE_VARRAY_OF_POINTER_TO_STRUCT_UINT8_ALLOC(in_ptr_ptr, D, n_u8, 3, vmstate_in, In),
         AT(in_ptr_ptr, 0), OF(In), COUNT(n_u8), .vmsd = &vmstate_in,
         .flags = VMS_POINTER | VMS_VARRAY | VMS_ARRAY_OF_POINTER | VMS_STRUCT | VMS_ARRAY_OF_POINTER_AUTO_ALLOC, V3)
    CASE(VMSTATE_VARRAY_OF_POINTER_TO_STRUCT_UINT32_ALLOC(in_ptr_ptr, D, n_u8, 3, vmstate_in, In),
         AT(in_ptr_ptr, 0), OF(In), COUNT(n_u8), .vmsd = &vmstate_in,
         .flags = VMS_POINTER | VMS_VARRAY | VMS_ARRAY_OF_POINTER | VMS_STRUCT | VMS_ARRAY_OF_POINTER_AUTO_ALLOC, V3)
    CASE(VMSTATE_STRUCT_VARRAY(in_array, D, n_u16, 3, vmstate_in, In),
         AT(in_array, 0), OF(In), COUNT(n_u16), .vmsd = &vmstate_in, .flags = VMS_STRUCT | VMS_VARRAY, V3, .limit = 6)
    CASE(VMSTATE_STRUCT_VARRAY_POINTER(in_ptr, D, n_u16, vmstate_in, In),
         AT(in_ptr, 0), OF(In), COUNT(n_u16), .vmsd = &vmstate_in, .flags = VMS_STRUCT | VMS_VARRAY | VMS_POINTER)
    CASE(VMSTATE_VBUFFER_ALLOC(u8_ptr, D, 3, present, n_u16),
         AT(u8_ptr, 0), SIZE(n_u16), INFO(buffer), .flags = VMS_VBUFFER | VMS_POINTER | VMS_ALLOC, V3, TESTED)
    CASE(VMSTATE_VBUFFER_UINT64(u8_ptr, D, 3, present, u64),
         AT(u8_ptr, 0), SIZE(u64), INFO(buffer), .flags = VMS_VBUFFER | VMS_POINTER, V3, TESTED)
    CASE(VMSTATE_UNUSED_VARRAY(D, present, 3, n_u8, 5),
         .name = "unused", .size = 5, COUNT(n_u8), INFO(unused_buffer), .flags = VMS_VARRAY | VMS_BUFFER, V3, TESTED)
    CASE(VMSTATE_GBYTEARRAY(bytes, D, 3), AT(bytes, 0), OF(GByteArray), INFO(g_byte_array), .flags = VMS_SINGLE, V3)
#endif
