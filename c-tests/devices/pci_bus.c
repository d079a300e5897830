/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A bus of PCI: how many devices pull each of the lines that it has, which those behind a bridge do not have; and the
 * device that stands for a bus on boards with Arm and RISC-V.
 */
#include "pci.h"

#define PCI_BUS_MAX_IRQS 64

typedef struct PCIBus {
    int32_t nirq;                   /* both sides have as many */
    int32_t *irq_count;
    int32_t its_irq_count[PCI_BUS_MAX_IRQS];
} PCIBus;

typedef struct GPEXRootState {
    PCIDevice parent_obj;
} GPEXRootState;

static const VMStateDescription vmstate_pcibus = {
    .name = "PCIBUS",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_INT32_EQUAL(nirq, PCIBus, NULL),
        VMSTATE_VARRAY_INT32(irq_count, PCIBus, nirq, 0, vmstate_info_int32, int32_t),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_gpex_root = {
    .name = "gpex_root",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_PCI_DEVICE(parent_obj, GPEXRootState),
        VMSTATE_END_OF_LIST()
    },
};

static int32_t pci_bus_irqs(const Where *where)
{
    if (where->instance > 0) {
        return 0;
    }
    if (machine_is(where, "s390-ccw-virtio")) {
        return 64;
    }
    return machine_is(where, "pc-q35") ? 8 : 4;
}

static void pci_bus_prepare(void *opaque, const Where *where)
{
    PCIBus *s = opaque;

    s->nirq = pci_bus_irqs(where);
    s->irq_count = s->its_irq_count;
}

static void gpex_root_prepare(void *opaque, const Where *where)
{
    GPEXRootState *s = opaque;

    (void)where;
    pci_device_prepare(&s->parent_obj, PCI_VENDOR_ID_REDHAT, 0x0008, false);
}

const Device pci_bus = { .vmsd = &vmstate_pcibus, .size = sizeof(PCIBus), .prepare = pci_bus_prepare };
const Device gpex_root = { .vmsd = &vmstate_gpex_root, .size = sizeof(GPEXRootState), .prepare = gpex_root_prepare };
