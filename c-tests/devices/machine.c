/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What every machine has: the clocks, the state it was in, and what a processor of any kind has.
 */
#include "device.h"

typedef struct TimersState {
    int64_t cpu_ticks_offset;
    int64_t cpu_clock_offset;           /* of the virtual clock: what makes times of timers hold on the other side */
} TimersState;

typedef struct GlobalState {
    uint32_t size;                      /* of the text with its end */
    uint8_t runstate[100];
} GlobalState;

/* As of QEMU 9.0, which took two flags out of the text's room. */
typedef struct GlobalState9 {
    uint32_t size;
    uint8_t runstate[32];
    uint8_t has_vm_was_suspended;
    uint8_t vm_was_suspended;
    uint8_t unused[66];
} GlobalState9;

typedef struct CPUState {
    uint32_t halted;
    uint32_t interrupt_request;
    bool crash_occurred;                /* the guest says that it is lost */
} CPUState;

static const VMStateDescription vmstate_timers = {
    .name = "timer",
    .version_id = 2,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_INT64(cpu_ticks_offset, TimersState),
        VMSTATE_UNUSED(8),
        VMSTATE_INT64_V(cpu_clock_offset, TimersState, 2),
        VMSTATE_END_OF_LIST()
    },
};

static bool size_in_range(void *opaque, int version_id)
{
    GlobalState *s = opaque;

    (void)version_id;
    return s->size <= sizeof(s->runstate);
}

static const VMStateDescription vmstate_globalstate = {
    .name = "globalstate",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(size, GlobalState),
        VMSTATE_VALIDATE("size in range", size_in_range),
        VMSTATE_BUFFER(runstate, GlobalState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_globalstate_9_0 = {
    .name = "globalstate",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(size, GlobalState9),
        VMSTATE_BUFFER(runstate, GlobalState9),
        VMSTATE_UINT8(has_vm_was_suspended, GlobalState9),
        VMSTATE_UINT8(vm_was_suspended, GlobalState9),
        VMSTATE_BUFFER(unused, GlobalState9),
        VMSTATE_END_OF_LIST()
    },
};

static bool globalstate_since_9_0(const Where *where)
{
    return where->qemu >= 900;
}

static bool globalstate_before_9_0(const Where *where)
{
    return !globalstate_since_9_0(where);
}

static bool cpu_crash_occurred_needed(void *opaque)
{
    CPUState *s = opaque;

    return s->crash_occurred;
}

static const VMStateDescription vmstate_cpu_common_crash_occurred = {
    .name = "cpu_common/crash_occurred",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = cpu_crash_occurred_needed,
    .fields = (VMStateField[]) {
        VMSTATE_BOOL(crash_occurred, CPUState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_cpu_common = {
    .name = "cpu_common",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(halted, CPUState),
        VMSTATE_UINT32(interrupt_request, CPUState),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) {
        &vmstate_cpu_common_crash_occurred,
        NULL
    },
};

const Device timers = { .vmsd = &vmstate_timers, .size = sizeof(TimersState) };
const Device globalstate = {
    .vmsd = &vmstate_globalstate, .size = sizeof(GlobalState), .here = globalstate_before_9_0
};
const Device globalstate_9_0 = {
    .vmsd = &vmstate_globalstate_9_0, .size = sizeof(GlobalState9), .here = globalstate_since_9_0
};
const Device cpu_common = { .vmsd = &vmstate_cpu_common, .size = sizeof(CPUState) };
