/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A controller of USB 3.
 */
#include "pci.h"

#define XHCI_MAXPORTS 30
#define XHCI_MAXSLOTS 64
#define XHCI_MAXINTRS 16

typedef struct XHCIPort {
    uint32_t portsc;
} XHCIPort;

typedef struct XHCISlot {
    bool enabled;
    bool addressed;
} XHCISlot;

typedef struct XHCIRing {
    uint64_t dequeue;
    bool ccs;
} XHCIRing;

typedef struct XHCIInterrupter {
    uint32_t iman;
    uint32_t imod;
    uint32_t erstsz;            /* the list of its rings */
    uint32_t erstba_low;
    uint32_t erstba_high;
    uint32_t erdp_low;
    uint32_t erdp_high;
    bool msix_used;
    bool er_pcs;
    uint64_t er_start;
    uint32_t er_size;
    uint32_t er_ep_idx;
    bool er_full_unused;
} XHCIInterrupter;

typedef struct XHCIState {
    uint32_t numports;
    uint32_t numslots;
    uint32_t numintrs;
    uint32_t usbcmd;
    uint32_t usbsts;
    uint32_t dnctrl;
    uint32_t crcr_low;          /* the ring of commands */
    uint32_t crcr_high;
    uint32_t dcbaap_low;        /* what the guest says of the slots */
    uint32_t dcbaap_high;
    uint32_t config;
    int64_t mfindex_start;
    QEMUTimer *mfwrap_timer;
    XHCIPort ports[XHCI_MAXPORTS];
    XHCISlot slots[XHCI_MAXSLOTS];
    XHCIInterrupter intr[XHCI_MAXINTRS];
    XHCIRing cmd_ring;
    QEMUTimer its_timer;
} XHCIState;

typedef struct XHCIPciState {
    PCIDevice parent_obj;
    XHCIState xhci;
} XHCIPciState;

static bool always(void *opaque, int version_id)
{
    (void)opaque;
    (void)version_id;
    return true;
}

static const VMStateDescription vmstate_xhci_ring = {
    .name = "xhci-ring",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT64(dequeue, XHCIRing),
        VMSTATE_BOOL(ccs, XHCIRing),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_xhci_port = {
    .name = "xhci-port",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(portsc, XHCIPort),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_xhci_slot = {
    .name = "xhci-slot",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_BOOL(enabled, XHCISlot),
        VMSTATE_BOOL(addressed, XHCISlot),
        VMSTATE_END_OF_LIST()
    },
};

/* Each of them is described: one of its fields has a test, here the last. */
static const VMStateDescription vmstate_xhci_intr = {
    .name = "xhci-intr",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(iman, XHCIInterrupter),
        VMSTATE_UINT32(imod, XHCIInterrupter),
        VMSTATE_UINT32(erstsz, XHCIInterrupter),
        VMSTATE_UINT32(erstba_low, XHCIInterrupter),
        VMSTATE_UINT32(erstba_high, XHCIInterrupter),
        VMSTATE_UINT32(erdp_low, XHCIInterrupter),
        VMSTATE_UINT32(erdp_high, XHCIInterrupter),
        VMSTATE_BOOL(msix_used, XHCIInterrupter),
        VMSTATE_BOOL(er_pcs, XHCIInterrupter),
        VMSTATE_UINT64(er_start, XHCIInterrupter),
        VMSTATE_UINT32(er_size, XHCIInterrupter),
        VMSTATE_UINT32(er_ep_idx, XHCIInterrupter),
        VMSTATE_BOOL_TEST(er_full_unused, XHCIInterrupter, always),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_xhci = {
    .name = "xhci-core",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_STRUCT_VARRAY_UINT32(ports, XHCIState, numports, 1, vmstate_xhci_port, XHCIPort),
        VMSTATE_STRUCT_VARRAY_UINT32(slots, XHCIState, numslots, 1, vmstate_xhci_slot, XHCISlot),
        VMSTATE_STRUCT_VARRAY_UINT32(intr, XHCIState, numintrs, 1, vmstate_xhci_intr, XHCIInterrupter),
        VMSTATE_UINT32(usbcmd, XHCIState),
        VMSTATE_UINT32(usbsts, XHCIState),
        VMSTATE_UINT32(dnctrl, XHCIState),
        VMSTATE_UINT32(crcr_low, XHCIState),
        VMSTATE_UINT32(crcr_high, XHCIState),
        VMSTATE_UINT32(dcbaap_low, XHCIState),
        VMSTATE_UINT32(dcbaap_high, XHCIState),
        VMSTATE_UINT32(config, XHCIState),
        VMSTATE_INT64(mfindex_start, XHCIState),
        VMSTATE_TIMER_PTR(mfwrap_timer, XHCIState),
        VMSTATE_STRUCT(cmd_ring, XHCIState, 1, vmstate_xhci_ring, XHCIRing),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_xhci_pci = {
    .name = "xhci",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_PCI_DEVICE(parent_obj, XHCIPciState),
        VMSTATE_MSIX(parent_obj, XHCIPciState),
        VMSTATE_STRUCT(xhci, XHCIPciState, 1, vmstate_xhci, XHCIState),
        VMSTATE_END_OF_LIST()
    },
};

/* That of NEC was asked for where it is; four ports of each of the two kinds. */
static void xhci_prepare(void *opaque, const Where *where)
{
    XHCIPciState *s = opaque;

    if (machine_is(where, "pseries")) {
        pci_device_prepare(&s->parent_obj, PCI_VENDOR_ID_NEC, 0x0194, true);
    } else {
        pci_device_prepare(&s->parent_obj, PCI_VENDOR_ID_REDHAT, 0x000d, true);
    }
    s->parent_obj.msix_entries_nr = XHCI_MAXINTRS;
    s->xhci.numports = 8;
    s->xhci.numslots = XHCI_MAXSLOTS;
    s->xhci.numintrs = XHCI_MAXINTRS;
    s->xhci.mfwrap_timer = &s->xhci.its_timer;
}

const Device xhci = { .vmsd = &vmstate_xhci_pci, .size = sizeof(XHCIPciState), .prepare = xhci_prepare };
