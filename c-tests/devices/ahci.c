/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A controller of disks for the newer PC: six ports with a drive each.
 */
#include "ide.h"
#include "pci.h"

#define AHCI_PORTS 6
#define AHCI_MAX_CMDS 32

/* A request of a queue. */
typedef struct NCQTransferState {
    uint32_t sector_count;
    uint64_t lba;
    uint8_t tag;
    uint8_t cmd;
    uint8_t slot;
    bool used;
    bool halt;
} NCQTransferState;

typedef struct AHCIPortRegs {
    uint32_t lst_addr;          /* the list of commands */
    uint32_t lst_addr_hi;
    uint32_t fis_addr;          /* where answers go */
    uint32_t fis_addr_hi;
    uint32_t irq_stat;
    uint32_t irq_mask;
    uint32_t cmd;
    uint32_t tfdata;
    uint32_t sig;
    uint32_t scr_stat;          /* the link */
    uint32_t scr_ctl;
    uint32_t scr_err;
    uint32_t scr_act;
    uint32_t cmd_issue;
} AHCIPortRegs;

typedef struct AHCIDevice {
    IDEBus port;
    uint32_t port_state;
    uint32_t finished;
    AHCIPortRegs port_regs;
    bool done_first_drq;
    int32_t busy_slot;          /* -1: none */
    bool init_d2h_sent;
    NCQTransferState ncq_tfs[AHCI_MAX_CMDS];
} AHCIDevice;

typedef struct AHCIState {
    AHCIDevice *dev;
    struct {
        uint32_t cap;
        uint32_t ghc;
        uint32_t irqstatus;
        uint32_t impl;
        uint32_t version;
    } control_regs;
    uint32_t idp_index;         /* another way to the registers */
    int32_t ports;
    AHCIDevice its_dev[AHCI_PORTS];
} AHCIState;

typedef struct AHCIPCIState {
    PCIDevice parent_obj;
    AHCIState ahci;
} AHCIPCIState;

static const VMStateDescription vmstate_ncq_tfs = {
    .name = "ncq state",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(sector_count, NCQTransferState),
        VMSTATE_UINT64(lba, NCQTransferState),
        VMSTATE_UINT8(tag, NCQTransferState),
        VMSTATE_UINT8(cmd, NCQTransferState),
        VMSTATE_UINT8(slot, NCQTransferState),
        VMSTATE_BOOL(used, NCQTransferState),
        VMSTATE_BOOL(halt, NCQTransferState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_ahci_device = {
    .name = "ahci port",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_IDE_BUS(port, AHCIDevice),
        VMSTATE_IDE_DRIVE(port.ifs[0], AHCIDevice),
        VMSTATE_UINT32(port_state, AHCIDevice),
        VMSTATE_UINT32(finished, AHCIDevice),
        VMSTATE_UINT32(port_regs.lst_addr, AHCIDevice),
        VMSTATE_UINT32(port_regs.lst_addr_hi, AHCIDevice),
        VMSTATE_UINT32(port_regs.fis_addr, AHCIDevice),
        VMSTATE_UINT32(port_regs.fis_addr_hi, AHCIDevice),
        VMSTATE_UINT32(port_regs.irq_stat, AHCIDevice),
        VMSTATE_UINT32(port_regs.irq_mask, AHCIDevice),
        VMSTATE_UINT32(port_regs.cmd, AHCIDevice),
        VMSTATE_UINT32(port_regs.tfdata, AHCIDevice),
        VMSTATE_UINT32(port_regs.sig, AHCIDevice),
        VMSTATE_UINT32(port_regs.scr_stat, AHCIDevice),
        VMSTATE_UINT32(port_regs.scr_ctl, AHCIDevice),
        VMSTATE_UINT32(port_regs.scr_err, AHCIDevice),
        VMSTATE_UINT32(port_regs.scr_act, AHCIDevice),
        VMSTATE_UINT32(port_regs.cmd_issue, AHCIDevice),
        VMSTATE_BOOL(done_first_drq, AHCIDevice),
        VMSTATE_INT32(busy_slot, AHCIDevice),
        VMSTATE_BOOL(init_d2h_sent, AHCIDevice),
        VMSTATE_STRUCT_ARRAY(ncq_tfs, AHCIDevice, AHCI_MAX_CMDS, 1, vmstate_ncq_tfs, NCQTransferState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_ahci = {
    .name = "ahci",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_STRUCT_VARRAY_POINTER_INT32(dev, AHCIState, ports, vmstate_ahci_device, AHCIDevice),
        VMSTATE_UINT32(control_regs.cap, AHCIState),
        VMSTATE_UINT32(control_regs.ghc, AHCIState),
        VMSTATE_UINT32(control_regs.irqstatus, AHCIState),
        VMSTATE_UINT32(control_regs.impl, AHCIState),
        VMSTATE_UINT32(control_regs.version, AHCIState),
        VMSTATE_UINT32(idp_index, AHCIState),
        VMSTATE_INT32_EQUAL(ports, AHCIState, NULL),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_ich9_ahci = {
    .name = "ich9_ahci",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_PCI_DEVICE(parent_obj, AHCIPCIState),
        VMSTATE_STRUCT(ahci, AHCIPCIState, 0, vmstate_ahci, AHCIState),
        VMSTATE_END_OF_LIST()
    },
};

static void ich9_ahci_prepare(void *opaque, const Where *where)
{
    AHCIPCIState *s = opaque;

    (void)where;
    pci_device_prepare(&s->parent_obj, PCI_VENDOR_ID_INTEL, 0x2922, false);
    s->ahci.dev = s->ahci.its_dev;
    s->ahci.ports = AHCI_PORTS;
    for (int i = 0; i < AHCI_PORTS; i++) {
        ide_bus_prepare(&s->ahci.its_dev[i].port);
    }
}

const Device ich9_ahci = { .vmsd = &vmstate_ich9_ahci, .size = sizeof(AHCIPCIState), .prepare = ich9_ahci_prepare };
