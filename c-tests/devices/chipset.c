/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Bridges of a PC that have little to say: the two of the older one, and that to memory of the newer.
 */
#include "pci.h"

typedef struct PCII440FXState {
    PCIDevice parent_obj;
} PCII440FXState;

typedef struct PIIXState {
    PCIDevice dev;
    int32_t pci_irq_levels_vmstate[PCI_NUM_PINS];
} PIIXState;

typedef struct MCHPCIState {
    PCIDevice parent_obj;
} MCHPCIState;

static const VMStateDescription vmstate_i440fx = {
    .name = "I440FX",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_PCI_DEVICE(parent_obj, PCII440FXState),
        VMSTATE_UNUSED(1),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_piix3 = {
    .name = "PIIX3",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_PCI_DEVICE(dev, PIIXState),
        VMSTATE_INT32_ARRAY(pci_irq_levels_vmstate, PIIXState, PCI_NUM_PINS),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_mch = {
    .name = "mch",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_PCI_DEVICE(parent_obj, MCHPCIState),
        VMSTATE_UNUSED(1),
        VMSTATE_END_OF_LIST()
    },
};

static void i440fx_prepare(void *opaque, const Where *where)
{
    PCII440FXState *s = opaque;

    (void)where;
    pci_device_prepare(&s->parent_obj, PCI_VENDOR_ID_INTEL, 0x1237, false);
}

static void piix3_prepare(void *opaque, const Where *where)
{
    PIIXState *s = opaque;

    (void)where;
    pci_device_prepare(&s->dev, PCI_VENDOR_ID_INTEL, 0x7000, false);
}

static void mch_prepare(void *opaque, const Where *where)
{
    MCHPCIState *s = opaque;

    (void)where;
    pci_device_prepare(&s->parent_obj, PCI_VENDOR_ID_INTEL, 0x29c0, false);
}

const Device i440fx = { .vmsd = &vmstate_i440fx, .size = sizeof(PCII440FXState), .prepare = i440fx_prepare };
const Device piix3 = { .vmsd = &vmstate_piix3, .size = sizeof(PIIXState), .prepare = piix3_prepare };
const Device mch = { .vmsd = &vmstate_mch, .size = sizeof(MCHPCIState), .prepare = mch_prepare };
