/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Prints what its tables say. CHANGE is what this release did to them: 0 nothing, else see below.
 */
#include "migcore_vmstate.h"

#include <stdio.h>

#ifndef CHANGE
#define CHANGE 0
#endif

/* 1: a member became wider. */
#if CHANGE == 1
#define HEAD MIGCORE_VMSTATE_U32
typedef uint32_t head_type;
#else
#define HEAD MIGCORE_VMSTATE_U16
typedef uint16_t head_type;
#endif

struct ring {
    head_type head;
    uint16_t tail;
};

struct nic {
    uint32_t regs[4];
    uint32_t rate;
    struct ring rings[2];
    bool on;
};

static const migcore_vmstate_field ring_fields[] = {
    HEAD(head, struct ring),
    MIGCORE_VMSTATE_U16(tail, struct ring),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate ring_table = MIGCORE_VMSTATE_TABLE("nic/ring", 1, 1, ring_fields);

/* 2: a subsection is gone. */
#if CHANGE == 2
#define SUBSECTIONS NULL
#else
static bool is_on(void *opaque)
{
    return ((struct nic *)opaque)->on;
}

static const migcore_vmstate_field mode_fields[] = {
    MIGCORE_VMSTATE_BOOL(on, struct nic),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate mode_table =
    MIGCORE_VMSTATE_TABLE_WITH("nic/mode", 1, 1, mode_fields, NULL, NULL, NULL, NULL, is_on, NULL, 0);
static const migcore_vmstate *const subsections[] = { &mode_table, NULL };
#define SUBSECTIONS subsections
#endif

static const migcore_vmstate_field nic_fields[] = {
    MIGCORE_VMSTATE_U32_ARRAY(regs, struct nic, 4),
/* 3: a field came without a version of its own; 4: with one; 5: in the place of what was unused. */
#if CHANGE == 3
    MIGCORE_VMSTATE_U32(rate, struct nic),
#elif CHANGE == 4
    MIGCORE_VMSTATE_U32_V(rate, struct nic, 2),
#endif
    MIGCORE_VMSTATE_STRUCT_ARRAY(rings, struct nic, 2, ring_table, struct ring),
#if CHANGE == 5
    MIGCORE_VMSTATE_U32(rate, struct nic),
#else
    MIGCORE_VMSTATE_UNUSED(4),
#endif
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate nic_table = MIGCORE_VMSTATE_TABLE_WITH(
    "nic", CHANGE == 4 ? 2 : 1, 1, nic_fields, NULL, NULL, NULL, NULL, NULL, SUBSECTIONS, 0);

static const migcore_vmstate_type types[] = {
    { "nic", &nic_table },
/* 6: a device is gone. */
#if CHANGE != 6
    { "nic-ring", &ring_table },
#endif
};

static ptrdiff_t print(void *opaque, const void *data, size_t length)
{
    (void)opaque;
    return (ptrdiff_t)fwrite(data, 1, length, stdout);
}

int main(void)
{
    migcore_sink sink = { sizeof sink, print, NULL, NULL };

    return migcore_vmstate_dump("board-1", types, sizeof types / sizeof types[0], &sink) != MIGCORE_OK;
}
