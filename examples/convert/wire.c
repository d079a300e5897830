/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "owner.h"
#include "wire.h"

#include <unistd.h>

migcore_status stage_show(unsigned stage, NicState *s, migcore_visitor *visitor)
{
    QEMUFile file;
    migcore_status status = migcore_qemu_file_init_visitor(&file, visitor);

    if (status != MIGCORE_OK) {
        return status;
    }
    owner_save(&file, stage, s, 0);
    qemu_fclose(&file);
    return migcore_finish(visitor);
}

/* read() and write() as migcore wants them: the bytes moved, MIGCORE_IO_RETRY, or a negative errno. */
static ptrdiff_t outcome(ssize_t moved)
{
    if (moved >= 0) {
        return moved;
    }
    return errno == EINTR ? MIGCORE_IO_RETRY : -errno;
}

static ptrdiff_t descriptor_write(void *opaque, const void *data, size_t length)
{
    return outcome(write(*(const int *)opaque, data, length));
}

static ptrdiff_t descriptor_read(void *opaque, void *data, size_t length)
{
    return outcome(read(*(const int *)opaque, data, length));
}

int stage_send(unsigned stage, NicState *s, int descriptor)
{
    migcore_sink sink = { .size = sizeof sink, .write = descriptor_write, .opaque = &descriptor };
    uint8_t buffer[512];
    QEMUFile file;

    migcore_qemu_file_init_save_stream(&file, &sink, buffer, sizeof buffer);
    qemu_put_be32(&file, s->save_version);
    owner_save(&file, stage, s, 0);
    qemu_put_byte(&file, 0); /* the end: a reader that looks for a subsection has to see something else */
    return qemu_fclose(&file);
}

int stage_receive(unsigned stage, NicState *s, int descriptor)
{
    migcore_source source = { .size = sizeof source, .read = descriptor_read, .opaque = &descriptor };
    uint8_t buffer[512];
    QEMUFile file;
    int error;

    migcore_qemu_file_init_load_stream(&file, &source, buffer, sizeof buffer);
    error = owner_load(&file, stage, s, 0, (int)qemu_get_be32(&file));
    if (error == 0 && qemu_get_byte(&file) != 0) {
        error = -EINVAL;
    }
    return error != 0 ? error : qemu_fclose(&file);
}
