/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * One of the two DMA controllers of a PC, and its tables of channels.
 */
#include "device.h"

typedef struct I8257Regs {
    int32_t now[2];         /* address and count */
    uint16_t base[2];       /* where they start again */
    uint8_t mode;
    uint8_t page;           /* the upper bits of the address */
    uint8_t pageh;
    uint8_t dack;
    uint8_t eop;
} I8257Regs;

typedef struct I8257State {
    uint8_t status;
    uint8_t command;
    uint8_t mask;
    uint8_t flip_flop;      /* which byte of a register is next */
    int32_t dshift;         /* 1: the controller of 16 bit channels */
    I8257Regs regs[4];
} I8257State;

static const VMStateDescription vmstate_i8257_regs = {
    .name = "dma_regs",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_INT32_ARRAY(now, I8257Regs, 2),
        VMSTATE_UINT16_ARRAY(base, I8257Regs, 2),
        VMSTATE_UINT8(mode, I8257Regs),
        VMSTATE_UINT8(page, I8257Regs),
        VMSTATE_UINT8(pageh, I8257Regs),
        VMSTATE_UINT8(dack, I8257Regs),
        VMSTATE_UINT8(eop, I8257Regs),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_i8257 = {
    .name = "dma",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(command, I8257State),
        VMSTATE_UINT8(mask, I8257State),
        VMSTATE_UINT8(flip_flop, I8257State),
        VMSTATE_INT32(dshift, I8257State),
        VMSTATE_STRUCT_ARRAY(regs, I8257State, 4, 1, vmstate_i8257_regs, I8257Regs),
        VMSTATE_END_OF_LIST()
    },
};

const Device i8257 = { .vmsd = &vmstate_i8257, .size = sizeof(I8257State) };
