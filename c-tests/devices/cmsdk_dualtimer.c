/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Two timers of a board with a microcontroller, with a clock and a timer that are pointed to.
 */
#include "ptimer.h"

#define CMSDK_APB_DUALTIMER_NUM_MODULES 2

typedef struct CMSDKAPBDualTimerModule {
    ptimer_state *timer;
    uint32_t load;
    uint32_t value;
    uint32_t control;
    uint32_t intstatus;
    ptimer_state its_timer;
} CMSDKAPBDualTimerModule;

typedef struct CMSDKAPBDualTimer {
    Clock *timclk;
    CMSDKAPBDualTimerModule timermod[CMSDK_APB_DUALTIMER_NUM_MODULES];
    uint32_t timeritcr;         /* tests of the interrupts */
    uint32_t timeritop;
    Clock its_clock;
} CMSDKAPBDualTimer;

static const VMStateDescription cmsdk_dualtimermod_vmstate = {
    .name = "cmsdk-apb-dualtimer-module",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_PTIMER(timer, CMSDKAPBDualTimerModule),
        VMSTATE_UINT32(load, CMSDKAPBDualTimerModule),
        VMSTATE_UINT32(value, CMSDKAPBDualTimerModule),
        VMSTATE_UINT32(control, CMSDKAPBDualTimerModule),
        VMSTATE_UINT32(intstatus, CMSDKAPBDualTimerModule),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription cmsdk_apb_dualtimer_vmstate = {
    .name = "cmsdk-apb-dualtimer",
    .version_id = 2,
    .minimum_version_id = 2,
    .fields = (VMStateField[]) {
        VMSTATE_CLOCK(timclk, CMSDKAPBDualTimer),
        VMSTATE_STRUCT_ARRAY(timermod, CMSDKAPBDualTimer, CMSDK_APB_DUALTIMER_NUM_MODULES, 1,
                             cmsdk_dualtimermod_vmstate, CMSDKAPBDualTimerModule),
        VMSTATE_UINT32(timeritcr, CMSDKAPBDualTimer),
        VMSTATE_UINT32(timeritop, CMSDKAPBDualTimer),
        VMSTATE_END_OF_LIST()
    },
};

static void cmsdk_dualtimer_prepare(void *opaque, const Where *where)
{
    CMSDKAPBDualTimer *s = opaque;

    (void)where;
    s->timclk = &s->its_clock;
    for (int i = 0; i < CMSDK_APB_DUALTIMER_NUM_MODULES; i++) {
        s->timermod[i].timer = ptimer_prepare(&s->timermod[i].its_timer);
    }
}

const Device cmsdk_dualtimer = {
    .vmsd = &cmsdk_apb_dualtimer_vmstate, .size = sizeof(CMSDKAPBDualTimer), .prepare = cmsdk_dualtimer_prepare
};
