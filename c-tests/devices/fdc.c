/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Floppy disks: the controller of a PC and two drives.
 */
#include "device.h"

#define FD_SECTOR_LEN 512
#define MAX_FD 2

typedef struct FDrive {
    uint8_t head;
    uint8_t track;
    uint8_t sect;
    uint8_t media_rate;
    bool media_validated;
} FDrive;

typedef struct FDCtrl {
    uint8_t sra;                    /* registers */
    uint8_t srb;
    uint8_t dor;
    uint8_t dor_vmstate;            /* the one above as it is saved */
    uint8_t tdr;
    uint8_t dsr;
    uint8_t msr;
    uint8_t status0;                /* of the last command */
    uint8_t status1;
    uint8_t status2;
    uint8_t fifo[FD_SECTOR_LEN];
    uint32_t data_pos;
    uint32_t data_len;
    uint8_t data_state;
    uint8_t data_dir;
    uint8_t eot;
    uint8_t timer0;
    uint8_t timer1;
    uint8_t precomp_trk;
    uint8_t config;
    uint8_t lock;
    uint8_t pwrd;
    uint8_t num_floppies;           /* both sides have as many */
    FDrive drives[MAX_FD];
} FDCtrl;

typedef struct FDCtrlISABus {
    uint32_t iobase;
    FDCtrl state;
} FDCtrlISABus;

static const VMStateDescription vmstate_fdrive_media_rate = {
    .name = "fdrive/media_rate",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(media_rate, FDrive),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_fdrive = {
    .name = "fdrive",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(head, FDrive),
        VMSTATE_UINT8(track, FDrive),
        VMSTATE_UINT8(sect, FDrive),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) {
        &vmstate_fdrive_media_rate,
        NULL
    },
};

static int fdc_pre_save(void *opaque)
{
    FDCtrl *s = opaque;

    s->dor_vmstate = s->dor;
    return 0;
}

static int fdc_post_load(void *opaque, int version_id)
{
    FDCtrl *s = opaque;

    (void)version_id;
    s->dor = s->dor_vmstate;
    return 0;
}

static const VMStateDescription vmstate_fdc = {
    .name = "fdc",
    .version_id = 2,
    .minimum_version_id = 2,
    .pre_save = fdc_pre_save,
    .post_load = fdc_post_load,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(sra, FDCtrl),
        VMSTATE_UINT8(srb, FDCtrl),
        VMSTATE_UINT8(dor_vmstate, FDCtrl),
        VMSTATE_UINT8(tdr, FDCtrl),
        VMSTATE_UINT8(dsr, FDCtrl),
        VMSTATE_UINT8(msr, FDCtrl),
        VMSTATE_UINT8(status0, FDCtrl),
        VMSTATE_UINT8(status1, FDCtrl),
        VMSTATE_UINT8(status2, FDCtrl),
        VMSTATE_UINT8_ARRAY(fifo, FDCtrl, FD_SECTOR_LEN),
        VMSTATE_UINT32(data_pos, FDCtrl),
        VMSTATE_UINT32(data_len, FDCtrl),
        VMSTATE_UINT8(data_state, FDCtrl),
        VMSTATE_UINT8(data_dir, FDCtrl),
        VMSTATE_UINT8(eot, FDCtrl),
        VMSTATE_UINT8(timer0, FDCtrl),
        VMSTATE_UINT8(timer1, FDCtrl),
        VMSTATE_UINT8(precomp_trk, FDCtrl),
        VMSTATE_UINT8(config, FDCtrl),
        VMSTATE_UINT8(lock, FDCtrl),
        VMSTATE_UINT8(pwrd, FDCtrl),
        VMSTATE_UINT8_EQUAL(num_floppies, FDCtrl, NULL),
        VMSTATE_STRUCT_ARRAY(drives, FDCtrl, MAX_FD, 1, vmstate_fdrive, FDrive),
        VMSTATE_END_OF_LIST()
    },
};

static const VMStateDescription vmstate_isa_fdc = {
    .name = "fdc",
    .version_id = 2,
    .minimum_version_id = 2,
    .fields = (VMStateField[]) {
        VMSTATE_STRUCT(state, FDCtrlISABus, 0, vmstate_fdc, FDCtrl),
        VMSTATE_END_OF_LIST()
    },
};

static void fdc_prepare(void *opaque, const Where *where)
{
    FDCtrlISABus *s = opaque;

    (void)where;
    s->state.num_floppies = MAX_FD;
}

const Device fdc = { .vmsd = &vmstate_isa_fdc, .size = sizeof(FDCtrlISABus), .prepare = fdc_prepare };
