/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The high precision timers of a PC. QEMU 10.0 saves the number of them in a member of its own.
 */
#include "device.h"

#define HPET_MAX_TIMERS 32
#define HPET_CFG_ENABLE 1

typedef struct HPETTimer {
    uint8_t tn;                 /* its own number */
    QEMUTimer *qemu_timer;
    uint64_t config;
    uint64_t cmp;               /* when it fires, in its own ticks */
    uint64_t fsb;
    uint64_t period;
    uint8_t wrap_flag;
    QEMUTimer timer;
} HPETTimer;

typedef struct HPETState {
    uint64_t config;
    uint64_t isr;
    uint64_t hpet_counter;
    uint64_t hpet_offset;       /* of the counter to the clock, while it counts */
    bool hpet_offset_saved;     /* a switch of the machine */
    uint8_t num_timers;
    uint8_t num_timers_save;    /* the same for QEMU 10.0 */
    HPETTimer timer[HPET_MAX_TIMERS];
} HPETState;

/* Needed only while the counter runs. */
static bool hpet_offset_needed(void *opaque)
{
    HPETState *s = opaque;

    return (s->config & HPET_CFG_ENABLE) && s->hpet_offset_saved;
}

static bool hpet_validate_num_timers(void *opaque, int version_id)
{
    HPETState *s = opaque;

    (void)version_id;
    return s->num_timers >= 3 && s->num_timers <= HPET_MAX_TIMERS;
}

static int hpet_pre_save(void *opaque)
{
    HPETState *s = opaque;

    s->num_timers_save = s->num_timers;
    return 0;
}

static const VMStateDescription vmstate_hpet_offset = {
    .name = "hpet/offset",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = hpet_offset_needed,
    .fields = (VMStateField[]) {
        VMSTATE_UINT64(hpet_offset, HPETState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_hpet_timer = {
    .name = "hpet_timer",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(tn, HPETTimer),
        VMSTATE_UINT64(config, HPETTimer),
        VMSTATE_UINT64(cmp, HPETTimer),
        VMSTATE_UINT64(fsb, HPETTimer),
        VMSTATE_UINT64(period, HPETTimer),
        VMSTATE_UINT8(wrap_flag, HPETTimer),
        VMSTATE_TIMER_PTR(qemu_timer, HPETTimer),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_hpet = {
    .name = "hpet",
    .version_id = 2,
    .minimum_version_id = 2,
    .fields = (VMStateField[]) {
        VMSTATE_UINT64(config, HPETState),
        VMSTATE_UINT64(isr, HPETState),
        VMSTATE_UINT64(hpet_counter, HPETState),
        VMSTATE_UINT8(num_timers, HPETState),
        VMSTATE_VALIDATE("num_timers in range", hpet_validate_num_timers),
        VMSTATE_STRUCT_VARRAY_UINT8(timer, HPETState, num_timers, 0, vmstate_hpet_timer, HPETTimer),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) {
        &vmstate_hpet_offset,
        NULL
    },
};

static const VMStateDescription vmstate_hpet_10_0 = {
    .name = "hpet",
    .version_id = 2,
    .minimum_version_id = 2,
    .pre_save = hpet_pre_save,
    .fields = (VMStateField[]) {
        VMSTATE_UINT64(config, HPETState),
        VMSTATE_UINT64(isr, HPETState),
        VMSTATE_UINT64(hpet_counter, HPETState),
        VMSTATE_UINT8(num_timers_save, HPETState),
        VMSTATE_VALIDATE("num_timers in range", hpet_validate_num_timers),
        VMSTATE_STRUCT_VARRAY_UINT8(timer, HPETState, num_timers, 0, vmstate_hpet_timer, HPETTimer),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) {
        &vmstate_hpet_offset,
        NULL
    },
};

/* Three timers, as the machines here have; a table of QEMU 7.2 reads the number and checks it. */
static void hpet_prepare(void *opaque, const Where *where)
{
    HPETState *s = opaque;

    (void)where;
    s->num_timers = 3;
    s->hpet_offset_saved = true;
    for (unsigned i = 0; i < HPET_MAX_TIMERS; i++) {
        s->timer[i].qemu_timer = &s->timer[i].timer;
    }
}

static bool hpet_of_10_0(const Where *where)
{
    return where->qemu >= 1000;
}

static bool hpet_of_7_2(const Where *where)
{
    return !hpet_of_10_0(where);
}

const Device hpet = {
    .vmsd = &vmstate_hpet, .size = sizeof(HPETState), .here = hpet_of_7_2, .prepare = hpet_prepare
};
const Device hpet_10_0 = {
    .vmsd = &vmstate_hpet_10_0, .size = sizeof(HPETState), .here = hpet_of_10_0, .prepare = hpet_prepare
};
