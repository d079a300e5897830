/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The stages over the host's QEMUFile. This is all that a host program has to write: a table of its own functions, and an
 * attach and a detach where a migration begins and ends.
 */
#define CONVERT_OVER_HOST
#include "owner.h"

static const migcore_qemu_host host = {
    .size = sizeof host,
    .write = qemu_put_buffer,
    .read = qemu_get_buffer,
    .peek = qemu_peek_buffer,
    .position = qemu_file_total_transferred,
    .get_error = qemu_file_get_error,
    .set_error = qemu_file_set_error,
};

static int64_t host_save(unsigned stage, NicState *s, uint8_t *bytes, size_t capacity)
{
    QEMUFile file;
    migcore_qemu_foreign slot;

    host_file_open_output(&file, bytes, capacity);
    if (migcore_qemu_attach_save(&slot, &file, &host) != MIGCORE_OK) {
        return -EINVAL;
    }
    owner_save(&file, stage, s, 0);
    migcore_qemu_detach(&slot);
    return host_file_close_output(&file);
}

static int host_load(unsigned stage, NicState *s, int version_id, const uint8_t *bytes, size_t length, size_t *used)
{
    QEMUFile file;
    migcore_qemu_foreign slot;
    int error;

    host_file_open_input(&file, bytes, length);
    if (migcore_qemu_attach_load(&slot, &file, &host) != MIGCORE_OK) {
        return -EINVAL;
    }
    error = owner_load(&file, stage, s, 0, version_id);
    *used = (size_t)qemu_file_total_transferred(&file);
    migcore_qemu_detach(&slot);
    return error != 0 ? error : qemu_file_get_error(&file);
}

const NicPort host_port = { "the host's QEMUFile", host_save, host_load };
