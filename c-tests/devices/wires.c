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

static void begin(migcore_visitor *v, const Section *section, const VMStateDescription *vmsd)
{
    const Where *where = &section->where;

    if (migcore_is_loading(v)) {
        migcore_set_state_version(v, section->version);
    }
    migcore_begin_device(v, where->section, where->instance, (uint32_t)vmsd->version_id,
                         (uint32_t)vmsd->minimum_version_id);
}

static migcore_status end(migcore_visitor *v)
{
    migcore_end_device(v);
    return migcore_finish(v);
}

migcore_status visit_by_table(migcore_visitor *v, const Section *section, const VMStateDescription *vmsd, void *object)
{
    begin(v, section, vmsd);
    migcore_qemu_visit_vmstate(v, vmsd, object);
    return end(v);
}

migcore_status visit_by_plan(migcore_visitor *v, const Section *section, const Plan *plan, void *object)
{
    const VMStateDescription *vmsd = section->device->vmsd;
    QEMUFile file;
    migcore_qemu_walk walk = { .file = &file, .table = vmsd };
    migcore_vmstate_host host = migcore_qemu_vmstate_host(&walk);

    begin(v, section, vmsd);
    migcore_qemu_file_init_visitor(&file, v);
    migcore_visit_vmstate_plan(v, &plan->plan, object, &host);
    return end(v);
}

migcore_status save_chunks(const Section *section, const VMStateDescription *vmsd, void *object, Bytes *out)
{
    static uint8_t scratch[1 << 18];
    migcore_chunk_saver saver;
    migcore_status status = migcore_chunk_save_memory(&saver, sizeof saver, out->data, out->length, scratch,
                                                      sizeof scratch, NULL, NULL);

    if (status == MIGCORE_OK) {
        status = visit_by_table(&saver.visitor, section, vmsd, object);
        out->length = (size_t)migcore_position(&saver.visitor);
    }
    return status;
}

migcore_status load_chunks(const Section *section, const VMStateDescription *vmsd, void *object, const Bytes *chunks)
{
    migcore_chunk_loader loader;
    migcore_status status = migcore_chunk_load_memory(&loader, sizeof loader, chunks->data, chunks->length, NULL, 0,
                                                      NULL, NULL);

    return status != MIGCORE_OK ? status : visit_by_table(&loader.visitor, section, vmsd, object);
}
