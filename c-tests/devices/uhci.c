/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A controller of USB.
 */
#include "pci.h"

#define NB_PORTS 2

typedef struct UHCIPort {
    uint16_t ctrl;
} UHCIPort;

typedef struct UHCIState {
    PCIDevice dev;
    uint16_t cmd;
    uint16_t status;
    uint16_t intr;
    uint16_t frnum;                 /* the frame that it is at */
    uint32_t fl_base_addr;          /* of the list of frames */
    uint8_t sof_timing;
    uint8_t status2;
    int64_t expire_time;
    QEMUTimer *frame_timer;
    uint32_t pending_int_mask;
    uint8_t num_ports_vmstate;      /* both sides have as many */
    UHCIPort ports[NB_PORTS];
    QEMUTimer timer;
} UHCIState;

static const VMStateDescription vmstate_uhci_port = {
    .name = "uhci port",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT16(ctrl, UHCIPort),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_uhci = {
    .name = "uhci",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_PCI_DEVICE(dev, UHCIState),
        VMSTATE_UINT8_EQUAL(num_ports_vmstate, UHCIState, NULL),
        VMSTATE_STRUCT_ARRAY(ports, UHCIState, NB_PORTS, 1, vmstate_uhci_port, UHCIPort),
        VMSTATE_UINT16(cmd, UHCIState),
        VMSTATE_UINT16(status, UHCIState),
        VMSTATE_UINT16(intr, UHCIState),
        VMSTATE_UINT16(frnum, UHCIState),
        VMSTATE_UINT32(fl_base_addr, UHCIState),
        VMSTATE_UINT8(sof_timing, UHCIState),
        VMSTATE_UINT8(status2, UHCIState),
        VMSTATE_TIMER_PTR(frame_timer, UHCIState),
        VMSTATE_INT64(expire_time, UHCIState),
        VMSTATE_UINT32(pending_int_mask, UHCIState),
        VMSTATE_END_OF_LIST()
    },
};

/* PIIX3 on the older PC, PIIX4 on a Malta board, ICH9 on the newer. */
static uint16_t uhci_device_id(const Where *where)
{
    unsigned function = 0;

    if (machine_is(where, "pc-q35")) {
        sscanf(where->section, "%*4x:%*2x:%*2x.%u", &function);
        return (uint16_t)(0x2934 + function);
    }
    return machine_is(where, "malta") ? 0x7112 : 0x7020;
}

static void uhci_prepare(void *opaque, const Where *where)
{
    UHCIState *s = opaque;

    pci_device_prepare(&s->dev, PCI_VENDOR_ID_INTEL, uhci_device_id(where), false);
    s->frame_timer = &s->timer;
    s->num_ports_vmstate = NB_PORTS;
}

const Device uhci = { .vmsd = &vmstate_uhci, .size = sizeof(UHCIState), .prepare = uhci_prepare };
