/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A timer that counts down, as boards with Arm have them: devices point to theirs. And a clock that drives a device.
 */
#ifndef PTIMER_H
#define PTIMER_H

#include "device.h"

typedef struct ptimer_state {
    uint8_t enabled;        /* 2: once */
    uint64_t limit;         /* where it starts again */
    uint64_t delta;
    uint32_t period_frac;   /* of a tick: parts of a nanosecond, */
    int64_t period;         /* and nanoseconds */
    int64_t last_event;
    int64_t next_event;
    QEMUTimer *timer;
    QEMUTimer its_timer;
} ptimer_state;

typedef struct Clock {
    uint64_t period;        /* in parts of a nanosecond: 2 to the power of 32 of them are one */
} Clock;

extern const VMStateDescription vmstate_ptimer;
extern const VMStateDescription vmstate_clock;

#define VMSTATE_PTIMER(_field, _state) VMSTATE_STRUCT_POINTER_V(_field, _state, 1, vmstate_ptimer, ptimer_state)
#define VMSTATE_CLOCK(_field, _state) VMSTATE_STRUCT_POINTER(_field, _state, vmstate_clock, Clock)

/* Has a pointer to a timer point to this one. */
static inline ptimer_state *ptimer_prepare(ptimer_state *timer)
{
    timer->timer = &timer->its_timer;
    return timer;
}

#endif
