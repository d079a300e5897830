/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Clocks that tell the time: of boards with Arm, and one of an emulated telephone, for boards with RISC-V and m68k.
 */
#include "device.h"

typedef struct PL031State {
    uint32_t tick_offset_vmstate;   /* the offset as it was saved once, against a clock that not every host has */
    uint32_t tick_offset;
    uint32_t mr;                    /* the alarm */
    uint32_t lr;                    /* the time as it was set */
    uint32_t cr;
    uint32_t im;
    uint32_t is;
    bool migrate_tick_offset;       /* a switch of the machine: the subsection is sent */
} PL031State;

typedef struct GoldfishRTCState {
    uint64_t tick_offset_vmstate;
    uint64_t tick_offset;
    uint64_t alarm_next;
    uint32_t alarm_running;
    uint32_t irq_pending;
    uint32_t irq_enabled;
    uint32_t time_high;
} GoldfishRTCState;

static bool pl031_tick_offset_needed(void *opaque)
{
    PL031State *s = opaque;

    return s->migrate_tick_offset;
}

static const VMStateDescription vmstate_pl031_tick_offset = {
    .name = "pl031/tick-offset",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = pl031_tick_offset_needed,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(tick_offset, PL031State),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_pl031 = {
    .name = "pl031",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(tick_offset_vmstate, PL031State),
        VMSTATE_UINT32(mr, PL031State),
        VMSTATE_UINT32(lr, PL031State),
        VMSTATE_UINT32(cr, PL031State),
        VMSTATE_UINT32(im, PL031State),
        VMSTATE_UINT32(is, PL031State),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) {
        &vmstate_pl031_tick_offset,
        NULL
    },
};

static const VMStateDescription vmstate_goldfish_rtc = {
    .name = "goldfish_rtc",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_UINT64(tick_offset_vmstate, GoldfishRTCState),
        VMSTATE_UINT64(alarm_next, GoldfishRTCState),
        VMSTATE_UINT32(alarm_running, GoldfishRTCState),
        VMSTATE_UINT32(irq_pending, GoldfishRTCState),
        VMSTATE_UINT32(irq_enabled, GoldfishRTCState),
        VMSTATE_UINT32(time_high, GoldfishRTCState),
        VMSTATE_UINT64(tick_offset, GoldfishRTCState),
        VMSTATE_END_OF_LIST()
    },
};

static void pl031_prepare(void *opaque, const Where *where)
{
    PL031State *s = opaque;

    (void)where;
    s->migrate_tick_offset = true;
}

const Device pl031 = { .vmsd = &vmstate_pl031, .size = sizeof(PL031State), .prepare = pl031_prepare };
const Device goldfish_rtc = { .vmsd = &vmstate_goldfish_rtc, .size = sizeof(GoldfishRTCState) };
