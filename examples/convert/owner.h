/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The part of a program that owns the devices: it frames each one, which tells the version, and calls what the device has
 * registered. Compiled over both kinds of file, as the stages are.
 */
#ifndef OWNER_H
#define OWNER_H

#include "nic_visit.h"
#include "stage.h"

static const NicStage *const nic_pairs[STAGES - 1] = { &NIC_STAGE(0), &NIC_STAGE(1), &NIC_STAGE(2), &NIC_STAGE(3) };

/* A card that has a visit function. The wire says no version, so the frame's is told before the device begins: the stream's
   on load, on save the one to write. Errors of migcore.h's calls go to the file by way of migcore_qemu_check(). */
static inline int owner_visit(QEMUFile *f, NicState *s, uint32_t instance, int version)
{
    Visitor *v = qemu_file_get_visitor(f);
    migcore_visitor *native = migcore_qemu_native(v);

    if (version < 1) {
        qemu_file_set_error(f, -EINVAL); /* 0 would say that nobody knows */
        return -EINVAL;
    }
    migcore_set_state_version(native, version);
    migcore_begin_device(native, "nic", instance, NIC_VERSION, 1);
    nic_visit(native, s);
    migcore_qemu_check(v, migcore_end_device(native), NULL);
    return qemu_file_get_error(f);
}

static inline void owner_save(QEMUFile *f, unsigned stage, NicState *s, uint32_t instance)
{
    if (stage < STAGES - 1) {
        nic_pairs[stage]->save(f, s);
    } else {
        owner_visit(f, s, instance, s->save_version);
    }
}

static inline int owner_load(QEMUFile *f, unsigned stage, NicState *s, uint32_t instance, int version_id)
{
    if (stage < STAGES - 1) {
        return nic_pairs[stage]->load(f, s, version_id);
    }
    return owner_visit(f, s, instance, version_id);
}

#endif
