/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The clock of a PC, with its battery-backed memory.
 */
#include "device.h"

typedef struct RTCState {
    uint8_t cmos_data[128];
    uint8_t cmos_index;             /* the byte that is selected; the top bit masks NMIs */
    uint32_t irq_coalesced;         /* ticks that the guest has yet to see */
    uint32_t period;
    uint64_t base_rtc;              /* the time at the last update, in seconds */
    uint64_t last_update;           /* when that was, in ns */
    int64_t offset;
    QEMUTimer *periodic_timer;
    int64_t next_periodic_time;
    QEMUTimer *update_timer;
    uint64_t next_alarm_time;
    QEMUTimer timers[2];
} RTCState;

static const VMStateDescription vmstate_rtc = {
    .name = "mc146818rtc",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_BUFFER(cmos_data, RTCState),
        VMSTATE_UINT8(cmos_index, RTCState),
        VMSTATE_UNUSED(7 * 4),
        VMSTATE_TIMER_PTR(periodic_timer, RTCState),
        VMSTATE_INT64(next_periodic_time, RTCState),
        VMSTATE_UNUSED(3 * 8),
        VMSTATE_UINT32(irq_coalesced, RTCState),
        VMSTATE_UINT32(period, RTCState),
        VMSTATE_UINT64(base_rtc, RTCState),
        VMSTATE_UINT64(last_update, RTCState),
        VMSTATE_INT64(offset, RTCState),
        VMSTATE_TIMER_PTR(update_timer, RTCState),
        VMSTATE_UINT64(next_alarm_time, RTCState),
        VMSTATE_END_OF_LIST()
    },
};

static void rtc_prepare(void *opaque, const Where *where)
{
    RTCState *s = opaque;

    (void)where;
    s->periodic_timer = &s->timers[0];
    s->update_timer = &s->timers[1];
}

const Device mc146818rtc = { .vmsd = &vmstate_rtc, .size = sizeof(RTCState), .prepare = rtc_prepare };
