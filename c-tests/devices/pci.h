/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The part that devices on PCI have in common, a member of theirs and a field of their tables.
 */
#ifndef PCI_H
#define PCI_H

#include "device.h"

#define PCI_CONFIG_SPACE_SIZE 0x100
#define PCIE_CONFIG_SPACE_SIZE 0x1000
#define PCI_NUM_PINS 4
#define PCI_VENDOR_ID_INTEL 0x8086
#define PCI_VENDOR_ID_REDHAT 0x1b36
#define PCI_VENDOR_ID_NEC 0x1033
#define PCI_MSIX_ENTRY_SIZE 16
#define MSIX_MAX_ENTRIES 64

typedef struct PCIDevice {
    int32_t version_id;                         /* the greatest that is loaded */
    bool express;
    uint8_t config[PCIE_CONFIG_SPACE_SIZE];     /* of a device that is not express the first part is used */
    int32_t irq_state[PCI_NUM_PINS];            /* 0 or 1 */
    uint32_t msix_entries_nr;                   /* messages that stand for interrupts: */
    uint8_t msix_table[MSIX_MAX_ENTRIES * PCI_MSIX_ENTRY_SIZE];
    uint8_t msix_pba[MSIX_MAX_ENTRIES / 8];     /* and which of them are pending */
} PCIDevice;

extern const VMStateDescription vmstate_pci_device;
extern const VMStateDescription vmstate_msix;

#define VMSTATE_PCI_DEVICE(_field, _state) {                        \
    .name       = (stringify(_field)),                              \
    .size       = sizeof(PCIDevice),                                \
    .vmsd       = &vmstate_pci_device,                              \
    .flags      = VMS_STRUCT,                                       \
    .offset     = vmstate_offset_value(_state, _field, PCIDevice),  \
}

#define VMSTATE_MSIX(_field, _state) {                              \
    .name       = (stringify(_field)),                              \
    .size       = sizeof(PCIDevice),                                \
    .vmsd       = &vmstate_msix,                                    \
    .flags      = VMS_STRUCT,                                       \
    .offset     = vmstate_offset_value(_state, _field, PCIDevice),  \
}

/* Sets what a device is before it loads: whose it is and which cannot change. */
void pci_device_prepare(PCIDevice *s, uint16_t vendor, uint16_t device, bool express);

#endif
