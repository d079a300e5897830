/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The stages over the QEMUFile of migcore_qemu.h. This is also the one file of the program that makes what exists once.
 */
#define MIGCORE_QEMU_DEFINE
#include "stage.h"

static const NicStage *const stages[STAGES] = {
    &NIC_STAGE(0), &NIC_STAGE(1), &NIC_STAGE(2), &NIC_STAGE(3), &NIC_STAGE(4),
};

static int64_t own_save(unsigned stage, NicState *s, uint8_t *bytes, size_t capacity)
{
    QEMUFile file;
    int error;

    migcore_qemu_file_init_save_memory(&file, bytes, capacity);
    stages[stage]->save(&file, s);
    error = qemu_fclose(&file);
    return error != 0 ? error : (int64_t)migcore_qemu_file_position(&file);
}

static int own_load(unsigned stage, NicState *s, int version_id, const uint8_t *bytes, size_t length, size_t *used)
{
    QEMUFile file;
    int error;

    migcore_qemu_file_init_load_memory(&file, bytes, length);
    error = stages[stage]->load(&file, s, version_id);
    *used = migcore_qemu_file_position(&file);
    return error != 0 ? error : qemu_fclose(&file);
}

const NicPort own_port = { "migcore's QEMUFile", own_save, own_load };
