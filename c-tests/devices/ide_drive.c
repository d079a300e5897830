/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A drive: its transfer is a subsection, needed while the drive has data for the guest or waits for some.
 */
#include "ide.h"

static bool ide_drive_pio_state_needed(void *opaque)
{
    IDEState *s = opaque;

    return (s->status & DRQ_STAT) != 0;
}

static bool ide_identify_set(void *opaque, int version_id)
{
    IDEState *s = opaque;

    (void)version_id;
    return s->identify_set != 0;
}

static int ide_drive_pio_pre_save(void *opaque)
{
    IDEState *s = opaque;

    s->cur_io_buffer_offset = (int32_t)(s->data_ptr - s->io_buffer);
    s->cur_io_buffer_len = (int32_t)(s->data_end - s->data_ptr);
    return 0;
}

/* What comes from a stream points into the buffer, or is refused. */
static int ide_drive_pio_post_load(void *opaque, int version_id)
{
    IDEState *s = opaque;
    int32_t offset = s->cur_io_buffer_offset, length = s->cur_io_buffer_len;

    (void)version_id;
    if (offset < 0 || offset > s->io_buffer_total_len || length < 0 || length > s->io_buffer_total_len - offset) {
        return -EINVAL;
    }
    s->data_ptr = s->io_buffer + offset;
    s->data_end = s->data_ptr + length;
    return 0;
}

static const VMStateDescription vmstate_ide_drive_pio_state = {
    .name = "ide_drive/pio_state",
    .version_id = 1,
    .minimum_version_id = 1,
    .pre_save = ide_drive_pio_pre_save,
    .post_load = ide_drive_pio_post_load,
    .needed = ide_drive_pio_state_needed,
    .fields = (VMStateField[]) {
        VMSTATE_INT32(req_nb_sectors, IDEState),
        VMSTATE_VARRAY_INT32(io_buffer, IDEState, io_buffer_total_len, 1, vmstate_info_uint8, uint8_t),
        VMSTATE_INT32(cur_io_buffer_offset, IDEState),
        VMSTATE_INT32(cur_io_buffer_len, IDEState),
        VMSTATE_UINT8(end_transfer_fn_idx, IDEState),
        VMSTATE_INT32(elementary_transfer_size, IDEState),
        VMSTATE_INT32(packet_transfer_size, IDEState),
        VMSTATE_END_OF_LIST()
    },
};

const VMStateDescription vmstate_ide_drive = {
    .name = "ide_drive",
    .version_id = 3,
    .minimum_version_id = 3,
    .fields = (VMStateField[]) {
        VMSTATE_INT32(mult_sectors, IDEState),
        VMSTATE_INT32(identify_set, IDEState),
        VMSTATE_BUFFER_TEST(identify_data, IDEState, ide_identify_set),
        VMSTATE_UINT8(feature, IDEState),
        VMSTATE_UINT8(error, IDEState),
        VMSTATE_UINT32(nsector, IDEState),
        VMSTATE_UINT8(sector, IDEState),
        VMSTATE_UINT8(lcyl, IDEState),
        VMSTATE_UINT8(hcyl, IDEState),
        VMSTATE_UINT8(hob_feature, IDEState),
        VMSTATE_UINT8(hob_sector, IDEState),
        VMSTATE_UINT8(hob_nsector, IDEState),
        VMSTATE_UINT8(hob_lcyl, IDEState),
        VMSTATE_UINT8(hob_hcyl, IDEState),
        VMSTATE_UINT8(select, IDEState),
        VMSTATE_UINT8(status, IDEState),
        VMSTATE_UINT8(lba48, IDEState),
        VMSTATE_UINT8(sense_key, IDEState),
        VMSTATE_UINT8(asc, IDEState),
        VMSTATE_UINT8(cdrom_changed, IDEState),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) {
        &vmstate_ide_drive_pio_state,
        NULL
    },
};

static bool ide_error_needed(void *opaque)
{
    (void)opaque;
    return false;
}

/* What a request that failed is to be tried again with: none of the machines here has one. */
static const VMStateDescription vmstate_ide_bus_error = {
    .name = "ide_bus/error",
    .version_id = 1,
    .minimum_version_id = 1,
    .needed = ide_error_needed,
    .fields = (VMStateField[]) {
        VMSTATE_END_OF_LIST()
    },
};

const VMStateDescription vmstate_ide_bus = {
    .name = "ide_bus",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (VMStateField[]) {
        VMSTATE_UINT8(cmd, IDEBus),
        VMSTATE_UINT8(unit, IDEBus),
        VMSTATE_END_OF_LIST()
    },
    .subsections = (const VMStateDescription *[]) {
        &vmstate_ide_bus_error,
        NULL
    },
};

void ide_bus_prepare(IDEBus *bus)
{
    for (int i = 0; i < 2; i++) {
        IDEState *s = &bus->ifs[i];

        s->io_buffer = s->data_ptr = s->data_end = s->buffer;
        s->io_buffer_total_len = IDE_IO_BUFFER;
    }
}
