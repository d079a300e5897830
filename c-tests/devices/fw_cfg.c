/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What hands files to the firmware.
 */
#include "device.h"

typedef struct FWCfgState {
    uint16_t cur_entry;         /* the file that is selected */
    uint32_t cur_offset;        /* and the place in it */
    bool dma_enabled;           /* switches of the machine: the subsections are sent */
    bool acpi_mr_restore;
    uint64_t dma_addr;
    uint64_t table_mr_size;     /* of the files that ACPI is in */
    uint64_t linker_mr_size;
    uint64_t rsdp_mr_size;
} FWCfgState;

static bool fw_cfg_dma_enabled(void *opaque)
{
    FWCfgState *s = opaque;

    return s->dma_enabled;
}

static bool fw_cfg_acpi_mr_restore(void *opaque)
{
    FWCfgState *s = opaque;

    return s->acpi_mr_restore;
}

/* Version 1 had an offset of 16 bits: the first of two fields of one name. */
static bool is_version_1(void *opaque, int version_id)
{
    (void)opaque;
    return version_id == 1;
}

static bool is_version_2(void *opaque, int version_id)
{
    return !is_version_1(opaque, version_id);
}

/* What is 16 bits on the wire and 32 in memory. */
static int get_uint32_as_uint16(QEMUFile *f, void *pv, size_t size, const VMStateField *field)
{
    uint32_t *v = pv;

    (void)size;
    (void)field;
    *v = qemu_get_be16(f);
    return 0;
}

static int put_unused(QEMUFile *f, void *pv, size_t size, const VMStateField *field, JSONWriter *vmdesc)
{
    (void)f;
    (void)pv;
    (void)size;
    (void)field;
    (void)vmdesc;
    return -EINVAL;
}

static const VMStateInfo vmstate_hack_uint32_as_uint16 = {
    .name = "int32_as_uint16",
    .get = get_uint32_as_uint16,
    .put = put_unused,
};

#define VMSTATE_UINT16_HACK(_f, _s, _t) VMSTATE_SINGLE_TEST(_f, _s, _t, 0, vmstate_hack_uint32_as_uint16, uint32_t)

static const VMStateDescription vmstate_fw_cfg_dma = {
    .name = "fw_cfg/dma",
    .needed = fw_cfg_dma_enabled,
    .fields = (VMStateField[]) {
        VMSTATE_UINT64(dma_addr, FWCfgState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_fw_cfg_acpi_mr = {
    .name = "fw_cfg/acpi_mr",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = fw_cfg_acpi_mr_restore,
    .fields = (VMStateField[]) {
        VMSTATE_UINT64(table_mr_size, FWCfgState),
        VMSTATE_UINT64(linker_mr_size, FWCfgState),
        VMSTATE_UINT64(rsdp_mr_size, FWCfgState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_fw_cfg = {
    .name = "fw_cfg",
    .version_id = 2,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT16(cur_entry, FWCfgState),
        VMSTATE_UINT16_HACK(cur_offset, FWCfgState, is_version_1),
        VMSTATE_UINT32_TEST(cur_offset, FWCfgState, is_version_2),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) {
        &vmstate_fw_cfg_dma,
        &vmstate_fw_cfg_acpi_mr,
        NULL
    },
};

/* The DMA came between the machines 2.4 and 2.8, the sizes between 2.8 and 5.0, where the machine has ACPI. */
static void fw_cfg_prepare(void *opaque, const Where *where)
{
    FWCfgState *s = opaque;
    bool acpi = !machine_is(where, "isapc") && !machine_is(where, "riscv-virt");

    s->dma_enabled = machine_since(where, 205);
    s->acpi_mr_restore = acpi && machine_since(where, 500);
}

const Device fw_cfg = { .vmsd = &vmstate_fw_cfg, .size = sizeof(FWCfgState), .prepare = fw_cfg_prepare };
