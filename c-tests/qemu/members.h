/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A struct with members of all types that the VMSTATE_ macros know, for macros.c and misuse.list.
 */
#ifndef MEMBERS_H
#define MEMBERS_H

#ifdef __linux__
#include <linux/types.h>
#endif

#define MIGCORE_QEMU_TARGET_LONG_BITS 64
#include "migcore_qemu.h"

#define RELEASE MIGCORE_QEMU_API
#define UNUSED __attribute__((unused))

typedef union CPU_DoubleU {
    double d;
    uint64_t u;
} CPU_DoubleU;
typedef uint64_t float64;
typedef struct GByteArray GByteArray;
struct GByteArray {
    uint8_t *data;
    unsigned len;
};

typedef struct In {
    uint32_t x;
} In;

typedef struct Node Node;
struct Node {
    uint32_t x;
    QTAILQ_ENTRY(Node) link;
    QLIST_ENTRY(Node) entry;
};

typedef struct D {
    bool b, b_array[6];
    int8_t i8;
    int16_t i16, i16_array[6];
    int32_t i32, i32_array[6];
    int64_t i64, i64_array[6];
    uint8_t u8, u8_array[6], u8_2d[2][3], *u8_ptr;
    uint16_t u16, u16_array[6], u16_2d[2][3];
    uint32_t u32, u32_array[6], u32_2d[2][3], *u32_ptr, *u32_ptr_array[6], **u32_ptr_ptr;
    uint64_t u64, u64_array[6], u64_2d[2][3];
#ifdef __linux__
    __u8 k8;
    __u16 k16;
    __u32 k32;
    __u64 k64;
#endif
    float64 f64, f64_array[6];
    CPU_DoubleU cpu_array[6];
    QEMUTimer timer, timer_array[6], *timer_ptr, *timer_ptr_array[6];
    In in, in_array[6], in_2d[2][3], *in_ptr, *in_ptr_array[6], **in_ptr_ptr;
    unsigned long *bits;
    struct { uint8_t bytes[5]; } any;
    GByteArray *bytes;
    void *tree;
    QTAILQ_HEAD(NodeQueue, Node) tailq;
    QLIST_HEAD(NodeList, Node) list;
    uint8_t n_u8;
    uint16_t n_u16;
    int32_t n_i32;
    uint32_t n_u32;
} D;

typedef struct Tmp {
    D *parent;
    uint32_t x;
} Tmp;

static bool UNUSED present(void *opaque, int version_id)
{
    return opaque != NULL && version_id > 0;
}

static const VMStateDescription UNUSED vmstate_in = { .name = "in", .version_id = 1, .minimum_version_id = 1 };
#if RELEASE >= 209
static const VMStateDescription UNUSED vmstate_node = { .name = "node", .version_id = 1, .minimum_version_id = 1 };
static const VMStateDescription UNUSED vmstate_tmp = { .name = "tmp", .version_id = 1, .minimum_version_id = 1 };
#endif
#if RELEASE >= 402
static const VMStateDescription UNUSED vmstate_pair[2] = { { .name = "value" }, { .name = "key" } };
#endif

#endif
