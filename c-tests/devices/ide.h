/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Disks, for the controllers on ISA and PCI and for AHCI.
 */
#ifndef IDE_H
#define IDE_H

#include "device.h"

#define IDE_DMA_BUF_SECTORS 256
#define IDE_IO_BUFFER (IDE_DMA_BUF_SECTORS * 512 + 4)
#define DRQ_STAT 0x08

typedef struct IDEState {
    int32_t mult_sectors;           /* of one interrupt */
    int32_t identify_set;           /* whether it was asked what it is; the answer: */
    uint8_t identify_data[512];
    uint8_t feature;
    uint8_t error;
    uint32_t nsector;
    uint8_t sector;
    uint8_t lcyl;
    uint8_t hcyl;
    uint8_t hob_feature;            /* what the registers had before: the upper half of an address of 48 bits */
    uint8_t hob_sector;
    uint8_t hob_nsector;
    uint8_t hob_lcyl;
    uint8_t hob_hcyl;
    uint8_t select;
    uint8_t status;
    uint8_t lba48;
    uint8_t sense_key;              /* of a CD-ROM */
    uint8_t asc;
    uint8_t cdrom_changed;
    int32_t req_nb_sectors;         /* the transfer that goes on */
    uint8_t *io_buffer;
    int32_t io_buffer_total_len;
    uint8_t *data_ptr;              /* where it is in the buffer */
    uint8_t *data_end;
    int32_t cur_io_buffer_offset;   /* the same as it is saved */
    int32_t cur_io_buffer_len;
    uint8_t end_transfer_fn_idx;    /* what follows when it is through */
    int32_t elementary_transfer_size;
    int32_t packet_transfer_size;
    uint8_t buffer[IDE_IO_BUFFER];
} IDEState;

typedef struct IDEBus {
    IDEState ifs[2];
    uint8_t cmd;
    uint8_t unit;                   /* the drive that is selected */
} IDEBus;

extern const VMStateDescription vmstate_ide_bus;
extern const VMStateDescription vmstate_ide_drive;

#define VMSTATE_IDE_BUS(_field, _state) VMSTATE_STRUCT(_field, _state, 1, vmstate_ide_bus, IDEBus)
#define VMSTATE_IDE_BUS_ARRAY(_field, _state, _num) \
    VMSTATE_STRUCT_ARRAY(_field, _state, _num, 1, vmstate_ide_bus, IDEBus)
#define VMSTATE_IDE_DRIVE(_field, _state) VMSTATE_STRUCT(_field, _state, 1, vmstate_ide_drive, IDEState)
#define VMSTATE_IDE_DRIVES(_field, _state) VMSTATE_STRUCT_ARRAY(_field, _state, 2, 3, vmstate_ide_drive, IDEState)

/* Gives the drives of a bus their buffers. */
void ide_bus_prepare(IDEBus *bus);

#endif
