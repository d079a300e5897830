/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Timers of boards with Arm: two in one package, those of each processor, and that in the core of a microcontroller.
 */
#include "ptimer.h"

typedef struct arm_timer_state {
    ptimer_state *timer;
    uint32_t control;
    uint32_t limit;
    int32_t int_level;          /* the interrupt */
    ptimer_state its_timer;
} arm_timer_state;

typedef struct SP804State {
    int32_t level[2];           /* interrupts of the two timers, which have sections of their own */
} SP804State;

typedef struct TimerBlock {
    uint32_t control;
    uint32_t status;
    ptimer_state *timer;
    ptimer_state its_timer;
} TimerBlock;

#define ARM_MPTIMER_MAX_CPUS 4

typedef struct ARMMPTimerState {
    uint32_t num_cpu;           /* as many as the board has */
    TimerBlock timerblock[ARM_MPTIMER_MAX_CPUS];
} ARMMPTimerState;

typedef struct SysTickState {
    uint32_t control;
    int64_t tick;
    Clock *refclk;
    Clock *cpuclk;
    ptimer_state *ptimer;
    ptimer_state its_timer;
    Clock clocks[2];
} SysTickState;

static const VMStateDescription vmstate_arm_timer = {
    .name = "arm_timer",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(control, arm_timer_state),
        VMSTATE_UINT32(limit, arm_timer_state),
        VMSTATE_INT32(int_level, arm_timer_state),
        VMSTATE_PTIMER(timer, arm_timer_state),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_sp804 = {
    .name = "sp804",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_INT32_ARRAY(level, SP804State, 2),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_timerblock = {
    .name = "arm_mptimer_timerblock",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(control, TimerBlock),
        VMSTATE_UINT32(status, TimerBlock),
        VMSTATE_PTIMER(timer, TimerBlock),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_arm_mptimer = {
    .name = "arm_mptimer",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_STRUCT_VARRAY_UINT32(timerblock, ARMMPTimerState, num_cpu, 3, vmstate_timerblock, TimerBlock),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_systick = {
    .name = "armv7m_systick",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_CLOCK(refclk, SysTickState),
        VMSTATE_CLOCK(cpuclk, SysTickState),
        VMSTATE_UINT32(control, SysTickState),
        VMSTATE_INT64(tick, SysTickState),
        VMSTATE_PTIMER(ptimer, SysTickState),
        VMSTATE_END_OF_LIST()
    },
};

static void arm_timer_prepare(void *opaque, const Where *where)
{
    arm_timer_state *s = opaque;

    (void)where;
    s->timer = ptimer_prepare(&s->its_timer);
}

static void arm_mptimer_prepare(void *opaque, const Where *where)
{
    ARMMPTimerState *s = opaque;

    s->num_cpu = where->cpus;
    for (int i = 0; i < ARM_MPTIMER_MAX_CPUS; i++) {
        s->timerblock[i].timer = ptimer_prepare(&s->timerblock[i].its_timer);
    }
}

static void systick_prepare(void *opaque, const Where *where)
{
    SysTickState *s = opaque;

    (void)where;
    s->ptimer = ptimer_prepare(&s->its_timer);
    s->refclk = &s->clocks[0];
    s->cpuclk = &s->clocks[1];
}

const Device arm_timer = {
    .vmsd = &vmstate_arm_timer, .size = sizeof(arm_timer_state), .prepare = arm_timer_prepare
};
const Device sp804 = { .vmsd = &vmstate_sp804, .size = sizeof(SP804State) };
const Device arm_mptimer = {
    .vmsd = &vmstate_arm_mptimer, .size = sizeof(ARMMPTimerState), .prepare = arm_mptimer_prepare
};
const Device systick = { .vmsd = &vmstate_systick, .size = sizeof(SysTickState), .prepare = systick_prepare };
