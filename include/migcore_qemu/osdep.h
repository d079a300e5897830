/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_qemu/osdep.h - what QEMU's qemu/osdep.h brings along that sources with tables use. Not included by migcore_qemu.h,
 * as these names are common ones, but by the headers in migcore_qemu/compat/. What is defined already stays.
 */
#ifndef MIGCORE_QEMU_OSDEP_H
#define MIGCORE_QEMU_OSDEP_H

#include <assert.h>
#include <inttypes.h>
#include <limits.h>

#include "../migcore_qemu.h"
#include "glib.h"

#ifndef stringify
#define stringify(s) migcore_qemu_priv_stringify(s)
#define migcore_qemu_priv_stringify(s) #s
#endif
#ifndef glue
#define glue(a, b) migcore_qemu_priv_glue(a, b)
#define migcore_qemu_priv_glue(a, b) a##b
#endif
#ifndef container_of
#define container_of(pointer, type, member) \
    __extension__({ \
        const __typeof__(((type *)0)->member) *migcore_member = (pointer); \
        (type *)(uintptr_t)((const char *)migcore_member - offsetof(type, member)); \
    })
#endif
#ifndef DO_UPCAST
#define DO_UPCAST(type, member, pointer) container_of(pointer, type, member)
#endif
#ifndef MIN
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#endif
#ifndef MAX
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#endif
#ifndef DIV_ROUND_UP
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#endif
#ifndef QEMU_IS_ARRAY
#define QEMU_IS_ARRAY(x) (!__builtin_types_compatible_p(__typeof__(x), __typeof__(&(x)[0])))
#endif
#ifndef QEMU_BUILD_BUG_ON
#define QEMU_BUILD_BUG_ON(x) _Static_assert(!(x), "not expecting: " #x)
#endif
/* 0, or no program. */
#ifndef QEMU_BUILD_BUG_ON_ZERO
#define QEMU_BUILD_BUG_ON_ZERO(x) (sizeof(struct { _Static_assert(!(x), "not expecting: " #x); char one; }) - 1)
#endif
#ifndef ARRAY_SIZE
#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]) + QEMU_BUILD_BUG_ON_ZERO(!QEMU_IS_ARRAY(x)))
#endif
#ifndef QEMU_PACKED
#define QEMU_PACKED __attribute__((packed))
#endif
#ifndef G_GNUC_PRINTF
#define G_GNUC_PRINTF(text, first) MIGCORE_QEMU_PRINTF(text, first)
#endif

/* Whether the machine at hand is big-endian: always defined from 7.0 on, else only where it is. */
#if MIGCORE_QEMU_API >= 700
#ifndef HOST_BIG_ENDIAN
#define HOST_BIG_ENDIAN (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
#endif
#elif __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ && !defined(HOST_WORDS_BIGENDIAN)
#define HOST_WORDS_BIGENDIAN 1
#endif

#endif /* MIGCORE_QEMU_OSDEP_H */
