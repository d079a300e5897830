/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Controllers of disks: on PCI, with two buses and DMA, and on ISA, with one.
 */
#include "ide.h"
#include "pci.h"

typedef struct BMDMAState {
    uint8_t cmd;
    uint8_t status;
    uint8_t migration_compat_status;        /* the status as it is saved */
    uint32_t addr;                          /* of the list of pieces of memory */
    int64_t migration_retry_sector_num;     /* a request that is to be tried again */
    uint32_t migration_retry_nsector;
    uint8_t migration_retry_unit;
} BMDMAState;

typedef struct PCIIDEState {
    PCIDevice parent_obj;
    IDEBus bus[2];
    BMDMAState bmdma[2];
} PCIIDEState;

typedef struct ISAIDEState {
    IDEBus bus;
    uint32_t iobase;
} ISAIDEState;

static int bmdma_pre_save(void *opaque)
{
    BMDMAState *s = opaque;

    s->migration_compat_status = s->status;
    return 0;
}

static int bmdma_post_load(void *opaque, int version_id)
{
    BMDMAState *s = opaque;

    (void)version_id;
    s->status = s->migration_compat_status;
    return 0;
}

static bool never(void *opaque)
{
    (void)opaque;
    return false;
}

/* A request that is under way, which no machine here was caught with: what is in it is not known. */
static const VMStateDescription vmstate_bmdma_current = {
    .name = "ide bmdma_current",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = never,
    .fields = (VMStateField[]) {
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_bmdma = {
    .name = "ide bmdma",
    .version_id = 3,
    .minimum_version_id = 3,
    .pre_save = bmdma_pre_save,
    .post_load = bmdma_post_load,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(cmd, BMDMAState),
        VMSTATE_UINT8(migration_compat_status, BMDMAState),
        VMSTATE_UINT32(addr, BMDMAState),
        VMSTATE_INT64(migration_retry_sector_num, BMDMAState),
        VMSTATE_UINT32(migration_retry_nsector, BMDMAState),
        VMSTATE_UINT8(migration_retry_unit, BMDMAState),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) {
        &vmstate_bmdma_current,
        NULL
    },
};

static const VMStateDescription vmstate_ide_pci = {
    .name = "ide",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_PCI_DEVICE(parent_obj, PCIIDEState),
        VMSTATE_STRUCT_ARRAY(bmdma, PCIIDEState, 2, 0, vmstate_bmdma, BMDMAState),
        VMSTATE_IDE_BUS_ARRAY(bus, PCIIDEState, 2),
        VMSTATE_IDE_DRIVES(bus[0].ifs, PCIIDEState),
        VMSTATE_IDE_DRIVES(bus[1].ifs, PCIIDEState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_ide_isa = {
    .name = "isa-ide",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_IDE_BUS(bus, ISAIDEState),
        VMSTATE_IDE_DRIVES(bus.ifs, ISAIDEState),
        VMSTATE_END_OF_LIST()
    },
};

/* PIIX3 on a PC, PIIX4 on a Malta board. */
static void ide_pci_prepare(void *opaque, const Where *where)
{
    PCIIDEState *s = opaque;

    pci_device_prepare(&s->parent_obj, PCI_VENDOR_ID_INTEL, machine_is(where, "malta") ? 0x7111 : 0x7010, false);
    ide_bus_prepare(&s->bus[0]);
    ide_bus_prepare(&s->bus[1]);
}

static void ide_isa_prepare(void *opaque, const Where *where)
{
    ISAIDEState *s = opaque;

    (void)where;
    ide_bus_prepare(&s->bus);
}

const Device ide_pci = { .vmsd = &vmstate_ide_pci, .size = sizeof(PCIIDEState), .prepare = ide_pci_prepare };
const Device ide_isa = { .vmsd = &vmstate_ide_isa, .size = sizeof(ISAIDEState), .prepare = ide_isa_prepare };
