/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Lines of boards with Arm, the key that turns such a machine off, and a memory that keeps its contents.
 */
#include "device.h"

typedef struct PL061State {
    uint32_t locked;            /* registers, a bit for a line */
    uint32_t data;
    uint32_t old_out_data;
    uint32_t old_in_data;
    uint32_t dir;
    uint32_t isense;            /* interrupts: level or edge, which edge, */
    uint32_t ibe;
    uint32_t iev;
    uint32_t im;                /* masked, pending */
    uint32_t istate;
    uint32_t afsel;
    uint32_t dr2r;              /* strength of the lines */
    uint32_t dr4r;
    uint32_t dr8r;
    uint32_t odr;
    uint32_t pur;
    uint32_t pdr;
    uint32_t slr;
    uint32_t den;
    uint32_t cr;
    uint32_t amsel;
} PL061State;

typedef struct GPIOKeyState {
    QEMUTimer *timer;           /* the key is let go when it fires */
    QEMUTimer its_timer;
} GPIOKeyState;

typedef struct PFlashCFI01 {
    uint8_t wcycle;             /* of the command that is being written */
    uint8_t cmd;
    uint8_t status;
    uint64_t counter;
} PFlashCFI01;

static const VMStateDescription vmstate_pl061 = {
    .name = "pl061",
    .version_id = 4,
    .minimum_version_id = 4,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(locked, PL061State),
        VMSTATE_UINT32(data, PL061State),
        VMSTATE_UINT32(old_out_data, PL061State),
        VMSTATE_UINT32(old_in_data, PL061State),
        VMSTATE_UINT32(dir, PL061State),
        VMSTATE_UINT32(isense, PL061State),
        VMSTATE_UINT32(ibe, PL061State),
        VMSTATE_UINT32(iev, PL061State),
        VMSTATE_UINT32(im, PL061State),
        VMSTATE_UINT32(istate, PL061State),
        VMSTATE_UINT32(afsel, PL061State),
        VMSTATE_UINT32(dr2r, PL061State),
        VMSTATE_UINT32(dr4r, PL061State),
        VMSTATE_UINT32(dr8r, PL061State),
        VMSTATE_UINT32(odr, PL061State),
        VMSTATE_UINT32(pur, PL061State),
        VMSTATE_UINT32(pdr, PL061State),
        VMSTATE_UINT32(slr, PL061State),
        VMSTATE_UINT32(den, PL061State),
        VMSTATE_UINT32(cr, PL061State),
        VMSTATE_UINT32(amsel, PL061State),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_gpio_key = {
    .name = "gpio-key",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_TIMER_PTR(timer, GPIOKeyState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_pflash = {
    .name = "pflash_cfi01",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(wcycle, PFlashCFI01),
        VMSTATE_UINT8(cmd, PFlashCFI01),
        VMSTATE_UINT8(status, PFlashCFI01),
        VMSTATE_UINT64(counter, PFlashCFI01),
        VMSTATE_END_OF_LIST()
    },
};

static void gpio_key_prepare(void *opaque, const Where *where)
{
    GPIOKeyState *s = opaque;

    (void)where;
    s->timer = &s->its_timer;
}

const Device pl061 = { .vmsd = &vmstate_pl061, .size = sizeof(PL061State) };
const Device gpio_key = { .vmsd = &vmstate_gpio_key, .size = sizeof(GPIOKeyState), .prepare = gpio_key_prepare };
const Device pflash_cfi01 = { .vmsd = &vmstate_pflash, .size = sizeof(PFlashCFI01) };
