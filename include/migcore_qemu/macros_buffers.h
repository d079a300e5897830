/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/macros_buffers.h - VMSTATE_* macros of bytes, bitmaps, unused bytes, temporaries, lists and trees. Included
 * by migcore_qemu/macros.h, which says what the letters mean.
 */
#ifndef MIGCORE_QEMU_MACROS_BUFFERS_H
#define MIGCORE_QEMU_MACROS_BUFFERS_H

/* -- Bytes in the struct ------------------------------------------------------------------------------------------- */

/* From byte `b` of the member up to byte `z`. */
#define VMSTATE_STATIC_BUFFER(f, S, v, t, b, z) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_buffer(S, f) + (b), v, t, .size = (z) - (b), \
                            .info = &vmstate_info_buffer, .flags = VMS_BUFFER)
#define VMSTATE_BUFFER_V(f, S, v) VMSTATE_STATIC_BUFFER(f, S, v, NULL, 0, sizeof(typeof_field(S, f)))
#define VMSTATE_BUFFER(f, S) VMSTATE_BUFFER_V(f, S, 0)
#define VMSTATE_PARTIAL_BUFFER(f, S, z) VMSTATE_STATIC_BUFFER(f, S, 0, NULL, 0, z)
#if MIGCORE_QEMU_API >= 207
#define VMSTATE_BUFFER_START_MIDDLE_V(f, S, b, v) VMSTATE_STATIC_BUFFER(f, S, v, NULL, b, sizeof(typeof_field(S, f)))
#define VMSTATE_BUFFER_START_MIDDLE(f, S, b) VMSTATE_BUFFER_START_MIDDLE_V(f, S, b, 0)
#else
#define VMSTATE_BUFFER_START_MIDDLE(f, S, b) VMSTATE_STATIC_BUFFER(f, S, 0, NULL, b, sizeof(typeof_field(S, f)))
#endif
#define VMSTATE_BUFFER_TEST(f, S, t) VMSTATE_STATIC_BUFFER(f, S, 0, t, 0, sizeof(typeof_field(S, f)))

/* `z` bytes of a member of any type. */
#if MIGCORE_QEMU_API >= 204
#define VMSTATE_BUFFER_UNSAFE_INFO_TEST(f, S, t, v, i, z) \
    MIGCORE_QEMU_PRIV_FIELD(f, offsetof(S, f), v, t, .size = (z), .info = &(i), .flags = VMS_BUFFER)
#define VMSTATE_BUFFER_UNSAFE_INFO(f, S, v, i, z) VMSTATE_BUFFER_UNSAFE_INFO_TEST(f, S, NULL, v, i, z)
#else
#define VMSTATE_BUFFER_UNSAFE_INFO(f, S, v, i, z) \
    MIGCORE_QEMU_PRIV_FIELD(f, offsetof(S, f), v, NULL, .size = (z), .info = &(i), .flags = VMS_BUFFER)
#endif
#define VMSTATE_BUFFER_UNSAFE(f, S, v, z) VMSTATE_BUFFER_UNSAFE_INFO(f, S, v, vmstate_info_buffer, z)

/* -- Bytes that the member points to ------------------------------------------------------------------------------- */

#if MIGCORE_QEMU_API >= 105
#define VMSTATE_BUFFER_POINTER_UNSAFE(f, S, v, z) \
    MIGCORE_QEMU_PRIV_FIELD(f, offsetof(S, f), v, NULL, .size = (z), .info = &vmstate_info_buffer, \
                            .flags = VMS_BUFFER | VMS_POINTER)
#endif

#define MIGCORE_QEMU_PRIV_VBUFFER(f, S, v, t, i, member, ...) \
    MIGCORE_QEMU_PRIV_FIELD(f, MIGCORE_QEMU_PRIV_POINTER(S, f), v, t, member, .info = &(i), __VA_ARGS__)

#if MIGCORE_QEMU_API >= 1100
#define VMSTATE_VBUFFER(f, S, v, t, z) \
    MIGCORE_QEMU_PRIV_VBUFFER(f, S, v, t, vmstate_info_buffer, MIGCORE_QEMU_PRIV_SIZE(S, z, ), \
                              .flags = VMS_VBUFFER | VMS_POINTER)
#define VMSTATE_VBUFFER_ALLOC(f, S, v, t, z) \
    MIGCORE_QEMU_PRIV_VBUFFER(f, S, v, t, vmstate_info_buffer, MIGCORE_QEMU_PRIV_SIZE(S, z, ), \
                              .flags = VMS_VBUFFER | VMS_POINTER | VMS_ALLOC)
#define VMSTATE_VBUFFER_UINT32 VMSTATE_VBUFFER
#define VMSTATE_VBUFFER_UINT64 VMSTATE_VBUFFER
#define VMSTATE_VBUFFER_ALLOC_UINT32 VMSTATE_VBUFFER_ALLOC
#elif MIGCORE_QEMU_API >= 209
#define VMSTATE_VBUFFER(f, S, v, t, z) \
    MIGCORE_QEMU_PRIV_VBUFFER(f, S, v, t, vmstate_info_buffer, MIGCORE_QEMU_PRIV_SIZE(S, z, int32_t), \
                              .flags = VMS_VBUFFER | VMS_POINTER)
#define VMSTATE_VBUFFER_UINT32(f, S, v, t, z) \
    MIGCORE_QEMU_PRIV_VBUFFER(f, S, v, t, vmstate_info_buffer, MIGCORE_QEMU_PRIV_SIZE(S, z, uint32_t), \
                              .flags = VMS_VBUFFER | VMS_POINTER)
#define VMSTATE_VBUFFER_ALLOC_UINT32(f, S, v, t, z) \
    MIGCORE_QEMU_PRIV_VBUFFER(f, S, v, t, vmstate_info_buffer, MIGCORE_QEMU_PRIV_SIZE(S, z, uint32_t), \
                              .flags = VMS_VBUFFER | VMS_POINTER | VMS_ALLOC)
#define VMSTATE_PARTIAL_VBUFFER(f, S, z) VMSTATE_VBUFFER(f, S, 0, NULL, z)
#define VMSTATE_PARTIAL_VBUFFER_UINT32(f, S, z) VMSTATE_VBUFFER_UINT32(f, S, 0, NULL, z)
#else
/* Up to 2.8 they begin `b` bytes behind what the member points to. */
#define MIGCORE_QEMU_PRIV_SUB(b) *((b) == 0 ? &vmstate_info_buffer : &migcore_qemu_info_sub_buffer)
#define VMSTATE_VBUFFER(f, S, v, t, b, z) \
    MIGCORE_QEMU_PRIV_VBUFFER(f, S, v, t, MIGCORE_QEMU_PRIV_SUB(b), MIGCORE_QEMU_PRIV_SIZE(S, z, int32_t), \
                              .start = (b), .flags = VMS_VBUFFER | VMS_POINTER)
#define VMSTATE_SUB_VBUFFER(f, S, b, z) VMSTATE_VBUFFER(f, S, 0, NULL, b, z)
#define VMSTATE_PARTIAL_VBUFFER(f, S, z) VMSTATE_VBUFFER(f, S, 0, NULL, 0, z)
#if MIGCORE_QEMU_API >= 14
#define VMSTATE_VBUFFER_UINT32(f, S, v, t, b, z) \
    MIGCORE_QEMU_PRIV_VBUFFER(f, S, v, t, MIGCORE_QEMU_PRIV_SUB(b), MIGCORE_QEMU_PRIV_SIZE(S, z, uint32_t), \
                              .start = (b), .flags = VMS_VBUFFER | VMS_POINTER)
#define VMSTATE_PARTIAL_VBUFFER_UINT32(f, S, z) VMSTATE_VBUFFER_UINT32(f, S, 0, NULL, 0, z)
#endif
#if MIGCORE_QEMU_API >= 202
#define VMSTATE_VBUFFER_ALLOC_UINT32(f, S, v, t, b, z) \
    MIGCORE_QEMU_PRIV_VBUFFER(f, S, v, t, vmstate_info_buffer, MIGCORE_QEMU_PRIV_SIZE(S, z, uint32_t), \
                              .start = MIGCORE_QEMU_PRIV_ZERO_IF((b) == 0, "what a load allocates begins at its beginning"), \
                              .flags = VMS_VBUFFER | VMS_POINTER | VMS_ALLOC)
#endif
#endif

/* The size in the member counts units of `m` bytes. Up to 1.4 the bytes lie in the struct. */
#if MIGCORE_QEMU_API >= 209
#define VMSTATE_VBUFFER_MULTIPLY(f, S, v, t, z, m) \
    MIGCORE_QEMU_PRIV_VBUFFER(f, S, v, t, vmstate_info_buffer, MIGCORE_QEMU_PRIV_SIZE(S, z, uint32_t), \
                              .size = (m), .flags = VMS_VBUFFER | VMS_POINTER | VMS_MULTIPLY)
#elif MIGCORE_QEMU_API >= 105
#define VMSTATE_VBUFFER_MULTIPLY(f, S, v, t, b, z, m) \
    MIGCORE_QEMU_PRIV_VBUFFER(f, S, v, t, MIGCORE_QEMU_PRIV_SUB(b), MIGCORE_QEMU_PRIV_SIZE(S, z, uint32_t), \
                              .size = (m), .start = (b), .flags = VMS_VBUFFER | VMS_POINTER | VMS_MULTIPLY)
#else
#define VMSTATE_BUFFER_MULTIPLY(f, S, v, t, b, z, m) \
    MIGCORE_QEMU_PRIV_FIELD(f, offsetof(S, f), v, t, MIGCORE_QEMU_PRIV_SIZE(S, z, uint32_t), .info = &vmstate_info_buffer, \
                            .size = (m), .start = (b), .flags = VMS_VBUFFER | VMS_MULTIPLY)
#endif

/* The size in the member counts bits; the member points to unsigned longs. */
#if MIGCORE_QEMU_API >= 800
#define VMSTATE_BITMAP_TEST(f, S, t, v, z) \
    MIGCORE_QEMU_PRIV_VBUFFER(f, S, v, t, vmstate_info_bitmap, MIGCORE_QEMU_PRIV_SIZE(S, z, int32_t), \
                              .flags = VMS_VBUFFER | VMS_POINTER)
#define VMSTATE_BITMAP(f, S, v, z) VMSTATE_BITMAP_TEST(f, S, NULL, v, z)
#elif MIGCORE_QEMU_API >= 103
#define VMSTATE_BITMAP(f, S, v, z) \
    MIGCORE_QEMU_PRIV_VBUFFER(f, S, v, NULL, vmstate_info_bitmap, MIGCORE_QEMU_PRIV_SIZE(S, z, int32_t), \
                              .flags = VMS_VBUFFER | VMS_POINTER)
#endif

/* A GByteArray of GLib. */
#if MIGCORE_QEMU_API >= 1100
#define VMSTATE_GBYTEARRAY(f, S, v) \
    MIGCORE_QEMU_PRIV_FIELD(f, vmstate_offset_pointer(S, f, GByteArray), v, NULL, .info = &vmstate_info_g_byte_array, \
                            .size = sizeof(GByteArray), .flags = VMS_SINGLE)
#endif

/* -- Bytes of the stream that no struct has ------------------------------------------------------------------------ */

#define VMSTATE_UNUSED_BUFFER(t, v, z) \
    MIGCORE_QEMU_PRIV_NAMED("unused", 0, v, t, .size = (z), .info = &vmstate_info_unused_buffer, .flags = VMS_BUFFER)
#define VMSTATE_UNUSED_V(v, z) VMSTATE_UNUSED_BUFFER(NULL, v, z)
#define VMSTATE_UNUSED(z) VMSTATE_UNUSED_V(0, z)
#define VMSTATE_UNUSED_TEST(t, z) VMSTATE_UNUSED_BUFFER(t, 0, z)
/* As many times `z` bytes as a member says. */
#if MIGCORE_QEMU_API >= 1100
#define VMSTATE_UNUSED_VARRAY(S, t, v, c, z) \
    MIGCORE_QEMU_PRIV_NAMED("unused", 0, v, t, MIGCORE_QEMU_PRIV_COUNT(S, c, ), .size = (z), \
                            .info = &vmstate_info_unused_buffer, .flags = VMS_VARRAY | VMS_BUFFER)
#define VMSTATE_UNUSED_VARRAY_UINT32 VMSTATE_UNUSED_VARRAY
#elif MIGCORE_QEMU_API >= 209
#define VMSTATE_UNUSED_VARRAY_UINT32(S, t, v, c, z) \
    MIGCORE_QEMU_PRIV_NAMED("unused", 0, v, t, MIGCORE_QEMU_PRIV_COUNT(S, c, uint32_t), .size = (z), \
                            .info = &vmstate_info_unused_buffer, .flags = VMS_VARRAY_UINT32 | VMS_BUFFER)
#endif

/* -- Temporaries, lists, trees ------------------------------------------------------------------------------------- */

/* A scratch object of type X, whose first member is `S *parent`. */
#define MIGCORE_QEMU_PRIV_TMP(S, X) \
    (sizeof(X) + type_check_pointer(S, typeof_field(X, parent)) + \
     MIGCORE_QEMU_PRIV_ZERO_IF(offsetof(X, parent) == 0, "`parent` is not the first member"))

#if MIGCORE_QEMU_API >= 800
#define VMSTATE_WITH_TMP_TEST(S, t, X, d) \
    MIGCORE_QEMU_PRIV_NAMED("tmp", 0, 0, t, .size = MIGCORE_QEMU_PRIV_TMP(S, X), .vmsd = &(d), \
                            .info = &vmstate_info_tmp)
#define VMSTATE_WITH_TMP(S, X, d) VMSTATE_WITH_TMP_TEST(S, NULL, X, d)
#elif MIGCORE_QEMU_API >= 209
#define VMSTATE_WITH_TMP(S, X, d) \
    MIGCORE_QEMU_PRIV_NAMED("tmp", 0, 0, NULL, .size = MIGCORE_QEMU_PRIV_TMP(S, X), .vmsd = &(d), \
                            .info = &vmstate_info_tmp)
#endif

#if MIGCORE_QEMU_API >= 209
#define VMSTATE_QTAILQ_V(f, S, v, d, T, l) \
    MIGCORE_QEMU_PRIV_FIELD(f, offsetof(S, f), v, NULL, .vmsd = &(d), .size = sizeof(T), .start = offsetof(T, l), \
                            .info = &vmstate_info_qtailq)
#endif
#if MIGCORE_QEMU_API >= 500
#define VMSTATE_QLIST_V(f, S, v, d, T, l) \
    MIGCORE_QEMU_PRIV_FIELD(f, offsetof(S, f), v, NULL, .vmsd = &(d), .size = sizeof(T), .start = offsetof(T, l), \
                            .info = &vmstate_info_qlist)
#endif
/* `d` is an array of two tables, of a value and of a key; with keys that are pointers, the address of one. */
#if MIGCORE_QEMU_API >= 402
#define VMSTATE_GTREE_V(f, S, v, d, K, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, offsetof(S, f), v, NULL, .vmsd = (d), .size = sizeof(T), .start = sizeof(K), \
                            .info = &vmstate_info_gtree)
#define VMSTATE_GTREE_DIRECT_KEY_V(f, S, v, d, T) \
    MIGCORE_QEMU_PRIV_FIELD(f, offsetof(S, f), v, NULL, .vmsd = (d), .size = sizeof(T), .start = 0, \
                            .info = &vmstate_info_gtree)
#endif

#endif /* MIGCORE_QEMU_MACROS_BUFFERS_H */
