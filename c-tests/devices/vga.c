/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A graphics card: as it is on ISA, and with a part of PCI before it. (Its memory goes with the guest's.)
 */
#include "pci.h"

#define VBE_DISPI_INDEX_NB 10

typedef struct VGACommonState {
    uint32_t latch;
    uint8_t sr_index;                           /* groups of registers, and which of each is selected */
    uint8_t sr[256];
    uint8_t gr_index;
    uint8_t gr[256];
    uint8_t ar_index;
    uint8_t ar[21];
    int32_t ar_flip_flop;
    uint8_t cr_index;
    uint8_t cr[256];
    uint8_t msr;
    uint8_t fcr;
    uint8_t st00;
    uint8_t st01;
    uint8_t dac_state;                          /* of colours */
    uint8_t dac_sub_index;
    uint8_t dac_read_index;
    uint8_t dac_write_index;
    uint8_t dac_cache[3];
    uint8_t palette[768];
    int32_t bank_offset;
    uint8_t is_vbe_vmstate;                     /* whether it has large screens: both sides or none */
    uint16_t vbe_index;
    uint16_t vbe_regs[VBE_DISPI_INDEX_NB];
    uint32_t vbe_start_addr;
    uint32_t vbe_line_offset;
    uint32_t vbe_bank_mask;
} VGACommonState;

typedef struct PCIVGAState {
    PCIDevice dev;
    VGACommonState vga;
} PCIVGAState;

static const VMStateDescription vmstate_vga_common = {
    .name = "vga",
    .version_id = 2,
    .minimum_version_id = 2,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(latch, VGACommonState),
        VMSTATE_UINT8(sr_index, VGACommonState),
        VMSTATE_PARTIAL_BUFFER(sr, VGACommonState, 8),
        VMSTATE_UINT8(gr_index, VGACommonState),
        VMSTATE_PARTIAL_BUFFER(gr, VGACommonState, 16),
        VMSTATE_UINT8(ar_index, VGACommonState),
        VMSTATE_BUFFER(ar, VGACommonState),
        VMSTATE_INT32(ar_flip_flop, VGACommonState),
        VMSTATE_UINT8(cr_index, VGACommonState),
        VMSTATE_BUFFER(cr, VGACommonState),
        VMSTATE_UINT8(msr, VGACommonState),
        VMSTATE_UINT8(fcr, VGACommonState),
        VMSTATE_UINT8(st00, VGACommonState),
        VMSTATE_UINT8(st01, VGACommonState),
        VMSTATE_UINT8(dac_state, VGACommonState),
        VMSTATE_UINT8(dac_sub_index, VGACommonState),
        VMSTATE_UINT8(dac_read_index, VGACommonState),
        VMSTATE_UINT8(dac_write_index, VGACommonState),
        VMSTATE_BUFFER(dac_cache, VGACommonState),
        VMSTATE_BUFFER(palette, VGACommonState),
        VMSTATE_INT32(bank_offset, VGACommonState),
        VMSTATE_UINT8_EQUAL(is_vbe_vmstate, VGACommonState, NULL),
        VMSTATE_UINT16(vbe_index, VGACommonState),
        VMSTATE_UINT16_ARRAY(vbe_regs, VGACommonState, VBE_DISPI_INDEX_NB),
        VMSTATE_UINT32(vbe_start_addr, VGACommonState),
        VMSTATE_UINT32(vbe_line_offset, VGACommonState),
        VMSTATE_UINT32(vbe_bank_mask, VGACommonState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_vga_pci = {
    .name = "vga",
    .version_id = 2,
    .minimum_version_id = 2,
    .fields = (VMStateField[]) {
        VMSTATE_PCI_DEVICE(dev, PCIVGAState),
        VMSTATE_STRUCT(vga, PCIVGAState, 0, vmstate_vga_common, VGACommonState),
        VMSTATE_END_OF_LIST()
    },
};

/* A card on PCI has its place on the bus in the name of its section. */
static bool vga_on_isa(const Where *where)
{
    return strchr(where->section, '/') == NULL;
}

static bool vga_on_pci(const Where *where)
{
    return !vga_on_isa(where);
}

/* A machine without PCI has a card that is older. */
static void vga_isa_prepare(void *opaque, const Where *where)
{
    VGACommonState *s = opaque;

    s->is_vbe_vmstate = !machine_is(where, "isapc");
}

static void vga_pci_prepare(void *opaque, const Where *where)
{
    PCIVGAState *s = opaque;

    pci_device_prepare(&s->dev, 0x1234, 0x1111, false);
    vga_isa_prepare(&s->vga, where);
}

const Device vga_isa = {
    .vmsd = &vmstate_vga_common, .size = sizeof(VGACommonState), .here = vga_on_isa, .prepare = vga_isa_prepare
};
const Device vga_pci = {
    .vmsd = &vmstate_vga_pci, .size = sizeof(PCIVGAState), .here = vga_on_pci, .prepare = vga_pci_prepare
};
