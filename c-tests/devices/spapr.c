/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Parts of a POWER machine: tables of addresses for devices, allocated as long as they are, and what the machine agreed
 * on with its guest.
 */
#include "device.h"

#define OV_MAXBITS 2048

typedef struct SpaprTceTable {
    uint32_t liobn;                 /* its number, which its section has too: both sides have the same tables */
    uint32_t mig_nb_table;
    bool bypass;
    uint64_t *mig_table;            /* page by page */
    bool def_win;
    bool is_large;                  /* one that is not at the usual place */
    uint64_t bus_offset;
    uint32_t page_shift;
} SpaprTceTable;

typedef struct PPCTimebase {
    uint64_t guest_timebase;
    int64_t time_of_the_day_ns;
} PPCTimebase;

typedef struct SpaprOptionVector {
    unsigned long *bitmap;
    int32_t bitmap_size;            /* in bits */
    unsigned long its_bitmap[OV_MAXBITS / (8 * sizeof(unsigned long))];
} SpaprOptionVector;

typedef struct SpaprMachineState {
    PPCTimebase tb;
    SpaprOptionVector *ov5_cas;
    struct {
        uint8_t caps[16];
    } mig;
    uint32_t fdt_initial_size;
    uint32_t fdt_size;
    uint8_t *fdt_blob;              /* the tree of devices, as the guest was given it */
    SpaprOptionVector its_ov5_cas;
} SpaprMachineState;

static bool spapr_tce_table_ex_needed(void *opaque)
{
    SpaprTceTable *s = opaque;

    return s->is_large;
}

static int spapr_tce_table_ex_post_load(void *opaque, int version_id)
{
    SpaprTceTable *s = opaque;

    (void)version_id;
    s->is_large = true;
    return 0;
}

static const VMStateDescription vmstate_spapr_tce_table_ex = {
    .name = "spapr_iommu_ex",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = spapr_tce_table_ex_needed,
    .post_load = spapr_tce_table_ex_post_load,
    .fields = (VMStateField[]) {
        VMSTATE_UINT64(bus_offset, SpaprTceTable),
        VMSTATE_UINT32(page_shift, SpaprTceTable),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_spapr_tce_table = {
    .name = "spapr_iommu",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32_EQUAL(liobn, SpaprTceTable, NULL),
        VMSTATE_UINT32(mig_nb_table, SpaprTceTable),
        VMSTATE_BOOL(bypass, SpaprTceTable),
        VMSTATE_VARRAY_UINT32_ALLOC(mig_table, SpaprTceTable, mig_nb_table, 0, vmstate_info_uint64, uint64_t),
        VMSTATE_BOOL(def_win, SpaprTceTable),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) {
        &vmstate_spapr_tce_table_ex,
        NULL
    },
};

static const VMStateDescription vmstate_ppc_timebase = {
    .name = "timebase",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT64(guest_timebase, PPCTimebase),
        VMSTATE_INT64(time_of_the_day_ns, PPCTimebase),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_spapr_ovec = {
    .name = "spapr_option_vector",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_BITMAP(bitmap, SpaprOptionVector, 1, bitmap_size),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_spapr_ov5_cas = {
    .name = "spapr_option_vector_ov5_cas",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_STRUCT_POINTER_V(ov5_cas, SpaprMachineState, 1, vmstate_spapr_ovec, SpaprOptionVector),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_spapr_cap_hpt_maxpagesize = {
    .name = "spapr/cap/hpt_maxpagesize",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(mig.caps[0x06], SpaprMachineState),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_spapr_dtb = {
    .name = "spapr_dtb",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT32(fdt_initial_size, SpaprMachineState),
        VMSTATE_UINT32(fdt_size, SpaprMachineState),
        VMSTATE_VBUFFER_ALLOC_UINT32(fdt_blob, SpaprMachineState, 0, NULL, fdt_size),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_spapr = {
    .name = "spapr",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_STRUCT(tb, SpaprMachineState, 0, vmstate_ppc_timebase, PPCTimebase),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) {
        &vmstate_spapr_ov5_cas,
        &vmstate_spapr_cap_hpt_maxpagesize,
        &vmstate_spapr_dtb,
        NULL
    },
};

static void spapr_tce_table_prepare(void *opaque, const Where *where)
{
    SpaprTceTable *s = opaque;

    s->liobn = where->instance;
}

static void spapr_tce_table_release(void *opaque)
{
    SpaprTceTable *s = opaque;

    free(s->mig_table);
}

static void spapr_prepare(void *opaque, const Where *where)
{
    SpaprMachineState *s = opaque;

    (void)where;
    s->ov5_cas = &s->its_ov5_cas;
    s->ov5_cas->bitmap = s->ov5_cas->its_bitmap;
    s->ov5_cas->bitmap_size = OV_MAXBITS;
}

static void spapr_release(void *opaque)
{
    SpaprMachineState *s = opaque;

    free(s->fdt_blob);
}

const Device spapr_iommu = {
    .vmsd = &vmstate_spapr_tce_table, .size = sizeof(SpaprTceTable),
    .prepare = spapr_tce_table_prepare, .release = spapr_tce_table_release
};
const Device spapr = {
    .vmsd = &vmstate_spapr, .size = sizeof(SpaprMachineState), .prepare = spapr_prepare, .release = spapr_release
};
