/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Objects on both wires.
 */
#include "run.h"

void *object_new(const Section *section)
{
    void *object = memory_of(section->device->size);

    memset(object, 0, section->device->size);
    if (section->device->prepare != NULL) {
        section->device->prepare(object, &section->where);
    }
    return object;
}

void object_free(const Section *section, void *object)
{
    if (section->device->release != NULL) {
        section->device->release(object);
    }
    free(object);
}

int save_legacy(const VMStateDescription *vmsd, void *object, JSONWriter *json, Bytes *out)
{
    QEMUFile file;
    int result;

    migcore_qemu_file_init_save_memory(&file, out->data, out->length);
    result = vmstate_save_state(&file, vmsd, object, json);
    out->length = (size_t)migcore_qemu_file_position(&file);
    return result != 0 ? result : qemu_file_get_error(&file);
}

int load_legacy(const VMStateDescription *vmsd, void *object, unsigned version, const uint8_t *bytes, size_t length,
                size_t *used)
{
    QEMUFile file;
    int result;

    migcore_qemu_file_init_load_memory(&file, bytes, length);
    result = vmstate_load_state(&file, vmsd, object, (int)version);
    *used = (size_t)migcore_qemu_file_position(&file);
    return result < 0 ? result : qemu_file_get_error(&file);
}

/* A device of the section's name, as a program that has no machine makes it. */
static migcore_status visit_in_device(migcore_visitor *v, const Section *section, const VMStateDescription *vmsd,
                                      void *object)
{
    const Where *where = &section->where;
    uint32_t version = (uint32_t)vmsd->version_id, minimum = (uint32_t)vmsd->minimum_version_id;

    migcore_begin_device(v, where->section, where->instance, version, minimum);
    migcore_qemu_visit_vmstate(v, vmsd, object);
    migcore_end_device(v);
    return migcore_finish(v);
}

migcore_status save_chunks(const Section *section, const VMStateDescription *vmsd, void *object, Bytes *out)
{
    static uint8_t scratch[1 << 18];
    migcore_chunk_saver saver;
    migcore_status status = migcore_chunk_save_memory(&saver, sizeof saver, out->data, out->length, scratch,
                                                      sizeof scratch, NULL, NULL);

    if (status == MIGCORE_OK) {
        status = visit_in_device(&saver.visitor, section, vmsd, object);
        out->length = (size_t)migcore_position(&saver.visitor);
    }
    return status;
}

migcore_status load_chunks(const Section *section, const VMStateDescription *vmsd, void *object, const Bytes *chunks)
{
    migcore_chunk_loader loader;
    migcore_status status = migcore_chunk_load_memory(&loader, sizeof loader, chunks->data, chunks->length, NULL, 0,
                                                      NULL, NULL);

    return status != MIGCORE_OK ? status : visit_in_device(&loader.visitor, section, vmsd, object);
}
