/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The stages over the QEMUFile of migcore_qemu.h. This is also the one file of the program that makes what exists once.
 */
#define MIGCORE_QEMU_DEFINE
#include "owner.h"

static int64_t own_save(unsigned stage, NicState *s, uint8_t *bytes, size_t capacity)
{
    QEMUFile file;
    int error;

    migcore_qemu_file_init_save_memory(&file, bytes, capacity);
    owner_save(&file, stage, s, 0);
    error = qemu_fclose(&file);
    return error != 0 ? error : (int64_t)migcore_qemu_file_position(&file);
}

static int own_load(unsigned stage, NicState *s, int version_id, const uint8_t *bytes, size_t length, size_t *used)
{
    QEMUFile file;
    int error;

    migcore_qemu_file_init_load_memory(&file, bytes, length);
    error = owner_load(&file, stage, s, 0, version_id);
    *used = migcore_qemu_file_position(&file);
    return error != 0 ? error : qemu_fclose(&file);
}

const NicPort own_port = { "migcore's QEMUFile", own_save, own_load };
