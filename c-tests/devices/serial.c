/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A serial port of the 16550 kind. On the ISA bus and in memory its registers lie in a member of another name.
 */
#include "device.h"

typedef struct SerialState {
    uint16_t divider;       /* of the clock: the rate */
    uint8_t rbr;            /* what was received */
    uint8_t ier;            /* interrupts enabled */
    uint8_t iir;            /* the interrupt that is pending */
    uint8_t lcr;            /* the line: bits, stop bits, parity */
    uint8_t mcr;            /* the modem's control lines */
    uint8_t lsr;            /* state of the line */
    uint8_t msr;            /* state of the modem */
    uint8_t scr;            /* scratch */
    uint8_t fcr;            /* control of the FIFOs, as it works */
    uint8_t fcr_vmstate;    /* the same as it is saved */
} SerialState;

typedef struct ISASerialState {
    uint32_t iobase;
    SerialState state;
} ISASerialState;

typedef struct SerialMM {
    uint8_t regshift;
    SerialState serial;
} SerialMM;

static int serial_pre_save(void *opaque)
{
    SerialState *s = opaque;

    s->fcr_vmstate = s->fcr;
    return 0;
}

static int serial_post_load(void *opaque, int version_id)
{
    SerialState *s = opaque;

    (void)version_id;
    s->fcr = s->fcr_vmstate;
    return 0;
}

static const VMStateDescription vmstate_serial = {
    .name = "serial",
    .version_id = 3,
    .minimum_version_id = 3,
    .pre_save = serial_pre_save,
    .post_load = serial_post_load,
    .fields = (VMStateField[]) {
        VMSTATE_UINT16(divider, SerialState),
        VMSTATE_UINT8(rbr, SerialState),
        VMSTATE_UINT8(ier, SerialState),
        VMSTATE_UINT8(iir, SerialState),
        VMSTATE_UINT8(lcr, SerialState),
        VMSTATE_UINT8(mcr, SerialState),
        VMSTATE_UINT8(lsr, SerialState),
        VMSTATE_UINT8(msr, SerialState),
        VMSTATE_UINT8(scr, SerialState),
        VMSTATE_UINT8(fcr_vmstate, SerialState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_isa_serial = {
    .name = "serial",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_STRUCT(state, ISASerialState, 0, vmstate_serial, SerialState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_serial_mm = {
    .name = "serial",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_STRUCT(serial, SerialMM, 0, vmstate_serial, SerialState),
        VMSTATE_END_OF_LIST()
    },
};

/* A Malta board has the first of its three in memory, a RISC-V one its only one. */
static bool serial_in_memory(const Where *where)
{
    return machine_is(where, "riscv-virt") || (machine_is(where, "malta") && where->instance == 0);
}

static bool serial_on_isa(const Where *where)
{
    return !serial_in_memory(where);
}

const Device serial_isa = { .vmsd = &vmstate_isa_serial, .size = sizeof(ISASerialState), .here = serial_on_isa };
const Device serial_mm = { .vmsd = &vmstate_serial_mm, .size = sizeof(SerialMM), .here = serial_in_memory };
