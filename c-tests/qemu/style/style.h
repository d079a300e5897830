/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What checks the devices of this folder. Their sources include QEMU's headers, which lie in include/migcore_qemu/compat.
 */
#ifndef STYLE_H
#define STYLE_H

#include "../tables.h"

/* What a pair of functions saves, it loads. */
static inline void handlers(Memory *m, void (*save)(QEMUFile *f, void *opaque),
                            int (*load)(QEMUFile *f, void *opaque, int version_id), void *from, void *to)
{
    migcore_qemu_file_init_save_memory(&m->file, m->bytes, sizeof m->bytes);
    save(&m->file, from);
    m->length = (size_t)migcore_qemu_file_position(&m->file);
    migcore_qemu_file_init_load_memory(&m->file, m->bytes, m->length);
    CHECK_EQUAL(load(&m->file, to, 1), 0);
    CHECK_EQUAL(qemu_file_get_error(&m->file), 0);
    CHECK_EQUAL(migcore_qemu_file_position(&m->file), m->length);
}

#endif
