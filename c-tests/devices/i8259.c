/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * One of the two interrupt controllers of a PC.
 */
#include "device.h"

typedef struct PICCommonState {
    uint8_t last_irr;                       /* the lines, for edges */
    uint8_t irr;                            /* requests */
    uint8_t imr;                            /* masked */
    uint8_t isr;                            /* in service */
    uint8_t priority_add;                   /* the highest line */
    uint8_t irq_base;                       /* the first vector */
    uint8_t read_reg_select;
    uint8_t poll;
    uint8_t special_mask;
    uint8_t init_state;                     /* the command word that is next */
    uint8_t auto_eoi;
    uint8_t rotate_on_auto_eoi;
    uint8_t special_fully_nested_mode;
    uint8_t init4;
    uint8_t single_mode;
    uint8_t elcr;                           /* which lines are levels */
    uint8_t elcr_mask;
    bool master;
} PICCommonState;

static const VMStateDescription vmstate_pic_common = {
    .name = "i8259",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(last_irr, PICCommonState),
        VMSTATE_UINT8(irr, PICCommonState),
        VMSTATE_UINT8(imr, PICCommonState),
        VMSTATE_UINT8(isr, PICCommonState),
        VMSTATE_UINT8(priority_add, PICCommonState),
        VMSTATE_UINT8(irq_base, PICCommonState),
        VMSTATE_UINT8(read_reg_select, PICCommonState),
        VMSTATE_UINT8(poll, PICCommonState),
        VMSTATE_UINT8(special_mask, PICCommonState),
        VMSTATE_UINT8(init_state, PICCommonState),
        VMSTATE_UINT8(auto_eoi, PICCommonState),
        VMSTATE_UINT8(rotate_on_auto_eoi, PICCommonState),
        VMSTATE_UINT8(special_fully_nested_mode, PICCommonState),
        VMSTATE_UINT8(init4, PICCommonState),
        VMSTATE_UINT8(single_mode, PICCommonState),
        VMSTATE_UINT8(elcr, PICCommonState),
        VMSTATE_END_OF_LIST()
    },
};

const Device i8259 = { .vmsd = &vmstate_pic_common, .size = sizeof(PICCommonState) };
