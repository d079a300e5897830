/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * migcore_vmstate/infos.h - an object for each kind of value that a field can hold.
 *
 * Part of migcore_vmstate.h. They are constants of each file that uses them: the library looks at their kind alone, so
 * that it does not matter how often there is one, and no program depends on data in a shared library.
 */
#ifndef MIGCORE_VMSTATE_INFOS_H
#define MIGCORE_VMSTATE_INFOS_H

#include "../migcore.h"

/* The names are QEMU's, which go into descriptions of a stream. */
#define MIGCORE_VMSTATE_INFO_(object, kind, text) \
    static const migcore_vmstate_info migcore_vmstate_info_##object = { \
        text, NULL, NULL, NULL, NULL, NULL, NULL, NULL, MIGCORE_VMSTATE_KIND_##kind \
    }

MIGCORE_VMSTATE_INFO_(bool, BOOL, "bool");
MIGCORE_VMSTATE_INFO_(i8, I8, "int8");
MIGCORE_VMSTATE_INFO_(i16, I16, "int16");
MIGCORE_VMSTATE_INFO_(i32, I32, "int32");
MIGCORE_VMSTATE_INFO_(i64, I64, "int64");
MIGCORE_VMSTATE_INFO_(u8, U8, "uint8");
MIGCORE_VMSTATE_INFO_(u16, U16, "uint16");
MIGCORE_VMSTATE_INFO_(u32, U32, "uint32");
MIGCORE_VMSTATE_INFO_(u64, U64, "uint64");
MIGCORE_VMSTATE_INFO_(u8_equal, U8_EQUAL, "uint8 equal");
MIGCORE_VMSTATE_INFO_(u16_equal, U16_EQUAL, "uint16 equal");
MIGCORE_VMSTATE_INFO_(i32_equal, I32_EQUAL, "int32 equal");
MIGCORE_VMSTATE_INFO_(u32_equal, U32_EQUAL, "uint32 equal");
MIGCORE_VMSTATE_INFO_(u64_equal, U64_EQUAL, "int64 equal");
MIGCORE_VMSTATE_INFO_(i32_le, I32_LE, "int32 le");
MIGCORE_VMSTATE_INFO_(f64, F64, "float64");
MIGCORE_VMSTATE_INFO_(cpu_double, CPU_DOUBLE, "CPU_Double_U");
MIGCORE_VMSTATE_INFO_(timer, TIMER, "timer");
MIGCORE_VMSTATE_INFO_(buffer, BUFFER, "buffer");
MIGCORE_VMSTATE_INFO_(unused, UNUSED, "unused_buffer");
MIGCORE_VMSTATE_INFO_(bitmap, BITMAP, "bitmap");
MIGCORE_VMSTATE_INFO_(nullptr, NULLPTR, "nullptr");
MIGCORE_VMSTATE_INFO_(tmp, TMP, "tmp");
MIGCORE_VMSTATE_INFO_(tailq, TAILQ, "qtailq");
MIGCORE_VMSTATE_INFO_(list, LIST, "qlist");
MIGCORE_VMSTATE_INFO_(tree, TREE, "gtree");

#undef MIGCORE_VMSTATE_INFO_

#endif
