/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The part that devices on PCI have in common: two of its fields have a type of their own.
 */
#include "pci.h"

/* Its first four bytes say whose device it is: they are the same on both sides. */
#define PCI_IDS 4

static int get_pci_config_device(QEMUFile *f, void *pv, size_t size, const VMStateField *field)
{
    uint8_t *config = pv;
    uint8_t loaded[PCIE_CONFIG_SPACE_SIZE];

    (void)field;
    if (size > sizeof(loaded)) {
        return -EINVAL;
    }
    qemu_get_buffer(f, loaded, size);
    if (qemu_file_get_error(f) || memcmp(loaded, config, PCI_IDS) != 0) {
        return -EINVAL;
    }
    memcpy(config, loaded, size);
    return 0;
}

static int put_pci_config_device(QEMUFile *f, void *pv, size_t size, const VMStateField *field, JSONWriter *vmdesc)
{
    (void)field;
    (void)vmdesc;
    qemu_put_buffer(f, pv, size);
    return 0;
}

static const VMStateInfo vmstate_info_pci_config = {
    .name = "pci config",
    .get = get_pci_config_device,
    .put = put_pci_config_device,
};

static int get_pci_irq_state(QEMUFile *f, void *pv, size_t size, const VMStateField *field)
{
    int32_t *state = pv;
    uint32_t loaded[PCI_NUM_PINS];

    (void)size;
    (void)field;
    for (int i = 0; i < PCI_NUM_PINS; i++) {
        loaded[i] = qemu_get_be32(f);
        if (loaded[i] > 1) {
            return -EINVAL;
        }
    }
    for (int i = 0; i < PCI_NUM_PINS; i++) {
        state[i] = (int32_t)loaded[i];
    }
    return 0;
}

static int put_pci_irq_state(QEMUFile *f, void *pv, size_t size, const VMStateField *field, JSONWriter *vmdesc)
{
    const int32_t *state = pv;

    (void)size;
    (void)field;
    (void)vmdesc;
    for (int i = 0; i < PCI_NUM_PINS; i++) {
        qemu_put_be32(f, (uint32_t)state[i]);
    }
    return 0;
}

static const VMStateInfo vmstate_info_pci_irq_state = {
    .name = "pci irq state",
    .get = get_pci_irq_state,
    .put = put_pci_irq_state,
};

static bool migrate_is_pcie(void *opaque, int version_id)
{
    (void)version_id;
    return ((PCIDevice *)opaque)->express;
}

static bool migrate_is_not_pcie(void *opaque, int version_id)
{
    return !migrate_is_pcie(opaque, version_id);
}

const VMStateDescription vmstate_pci_device = {
    .name = "PCIDevice",
    .version_id = 2,
    .minimum_version_id = 2,
    .fields = (VMStateField[]) {
        VMSTATE_INT32_POSITIVE_LE(version_id, PCIDevice),
        VMSTATE_BUFFER_UNSAFE_INFO_TEST(config, PCIDevice, migrate_is_not_pcie, 0, vmstate_info_pci_config,
                                        PCI_CONFIG_SPACE_SIZE),
        VMSTATE_BUFFER_UNSAFE_INFO_TEST(config, PCIDevice, migrate_is_pcie, 0, vmstate_info_pci_config,
                                        PCIE_CONFIG_SPACE_SIZE),
        VMSTATE_BUFFER_UNSAFE_INFO(irq_state, PCIDevice, 0, vmstate_info_pci_irq_state,
                                   PCI_NUM_PINS * sizeof(int32_t)),
        VMSTATE_END_OF_LIST()
    },
};

static size_t msix_pba_size(const PCIDevice *s)
{
    return DIV_ROUND_UP(s->msix_entries_nr, 8);
}

static int get_msix_state(QEMUFile *f, void *pv, size_t size, const VMStateField *field)
{
    PCIDevice *s = pv;

    (void)size;
    (void)field;
    qemu_get_buffer(f, s->msix_table, s->msix_entries_nr * PCI_MSIX_ENTRY_SIZE);
    qemu_get_buffer(f, s->msix_pba, msix_pba_size(s));
    return 0;
}

static int put_msix_state(QEMUFile *f, void *pv, size_t size, const VMStateField *field, JSONWriter *vmdesc)
{
    PCIDevice *s = pv;

    (void)size;
    (void)field;
    (void)vmdesc;
    qemu_put_buffer(f, s->msix_table, s->msix_entries_nr * PCI_MSIX_ENTRY_SIZE);
    qemu_put_buffer(f, s->msix_pba, msix_pba_size(s));
    return 0;
}

static const VMStateInfo vmstate_info_msix = {
    .name = "msix state",
    .get = get_msix_state,
    .put = put_msix_state,
};

/* Its only field is the device itself, whose type knows how much there is. */
const VMStateDescription vmstate_msix = {
    .name = "msix",
    .fields = (VMStateField[]) {
        {
            .name = "msix",
            .info = &vmstate_info_msix,
            .flags = VMS_SINGLE,
        },
        VMSTATE_END_OF_LIST()
    },
};

void pci_device_prepare(PCIDevice *s, uint16_t vendor, uint16_t device, bool express)
{
    s->version_id = 2;
    s->express = express;
    s->config[0] = (uint8_t)vendor;
    s->config[1] = (uint8_t)(vendor >> 8);
    s->config[2] = (uint8_t)device;
    s->config[3] = (uint8_t)(device >> 8);
}
