/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Saving and loading by tables, in the signatures of each release.
 */
#ifndef TABLES_H
#define TABLES_H

#include "qemu/osdep.h"
#include "migration/vmstate.h"
#include "migration/qemu-file-types.h"
#include "check.h"

#define RELEASE MIGCORE_QEMU_API

/* A file over memory: what was saved, or what is to be loaded. */
typedef struct Memory {
    QEMUFile file;
    uint8_t bytes[4096];
    size_t length;
} Memory;

static inline int table_save(QEMUFile *f, const VMStateDescription *vmsd, void *object)
{
#if RELEASE >= 1002
    return vmstate_save_state(f, vmsd, object, NULL, NULL);
#elif RELEASE >= 211
    return vmstate_save_state(f, vmsd, object, NULL);
#elif RELEASE >= 203
    vmstate_save_state(f, vmsd, object, NULL);
    return qemu_file_get_error(f);
#else
    vmstate_save_state(f, vmsd, object);
    return qemu_file_get_error(f);
#endif
}

static inline int table_load(QEMUFile *f, const VMStateDescription *vmsd, void *object, int version)
{
#if RELEASE >= 1002
    return vmstate_load_state(f, vmsd, object, version, NULL);
#else
    return vmstate_load_state(f, vmsd, object, version);
#endif
}

/* Saves an object into memory; what the table returned. */
static inline int memory_save(Memory *m, const VMStateDescription *vmsd, void *object)
{
    int ret;

    migcore_qemu_file_init_save_memory(&m->file, m->bytes, sizeof m->bytes);
    ret = table_save(&m->file, vmsd, object);
    m->length = (size_t)migcore_qemu_file_position(&m->file);
    return ret;
}

/* Loads from bytes, which must be behind what is loaded too. */
static inline int memory_load(Memory *m, const VMStateDescription *vmsd, void *object, int version, const void *bytes,
                              size_t length)
{
    migcore_qemu_file_init_load_memory(&m->file, bytes, length);
    return table_load(&m->file, vmsd, object, version);
}

#endif
