/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A device of a version that does not exist yet has a further subsection: who does not know it refuses it, but for one
 * that is marked ancillary, which is passed over on a wire that has such marks.
 */
#include "run.h"

#define MAX_SUBSECTIONS 16

/* The tables of that version, made of those of this one. The field is the object's first byte. */
typedef struct Newer {
    char name[300];
    VMStateField fields[2];
    VMStateDescription subsection;
    const VMStateDescription *subsections[MAX_SUBSECTIONS + 2];
    VMStateDescription table;
} Newer;

static void newer_init(Newer *newer, const VMStateDescription *vmsd, uint32_t marks)
{
    size_t count = 0;

    memset(newer, 0, sizeof *newer);
    snprintf(newer->name, sizeof newer->name, "%s/newer", vmsd->name);
    newer->fields[0] = (VMStateField) {
        .name = "first", .info = &vmstate_info_uint8, .size = 1, .flags = VMS_SINGLE,
    };
    newer->subsection.name = newer->name;
    newer->subsection.version_id = 1;
    newer->subsection.minimum_version_id = 1;
    newer->subsection.fields = newer->fields;
    newer->subsection.marks = marks;
    while (vmsd->subsections != NULL && vmsd->subsections[count] != NULL && count < MAX_SUBSECTIONS) {
        newer->subsections[count] = vmsd->subsections[count];
        count++;
    }
    newer->subsections[count] = &newer->subsection;
    newer->table = *vmsd;
    newer->table.subsections = newer->subsections;
}

/* Refused as QEMU does, whatever the marks. */
static bool refused_on_legacy(const Section *section, const Newer *newer, void *object)
{
    Bytes out = { memory_of(section->payload.length + 400), section->payload.length + 400 };
    void *other = object_new(section);
    int result = save_legacy(&newer->table, object, NULL, &out);
    bool held = result == 0 || wrong(section, "save of a newer version: %d", result);
    size_t used;

    if (held) {
        result = load_legacy(section->device->vmsd, other, section->version, out.data, out.length, &used);
        held = result == -ENOENT || wrong(section, "a newer subsection: %d", result);
    }
    object_free(section, other);
    free(out.data);
    return held;
}

/* What of a newer version comes through chunks, if it comes. */
static bool over_chunks(const Section *section, const Newer *newer, void *object, migcore_status expected)
{
    const VMStateDescription *vmsd = section->device->vmsd;
    Bytes chunks = { memory_of(2 * section->payload.length + 65536), 2 * section->payload.length + 65536 };
    Bytes out = { memory_of(section->payload.length), section->payload.length };
    void *other = object_new(section);
    migcore_status status = save_chunks(section, &newer->table, object, &chunks);
    bool held = status == MIGCORE_OK || wrong(section, "newer, to chunks: %s", migcore_status_text(status));

    if (held) {
        status = load_chunks(section, vmsd, other, &chunks);
        held = status == expected || wrong(section, "newer, from chunks: %s", migcore_status_text(status));
    }
    if (held && status == MIGCORE_OK) {
        held = save_legacy(vmsd, other, NULL, &out) == 0 && out.length == section->payload.length &&
               memcmp(out.data, section->payload.data, out.length) == 0;
        held = held || wrong(section, "newer, from chunks: not what was saved");
    }
    object_free(section, other);
    free(chunks.data);
    free(out.data);
    return held;
}

bool check_newer(const Section *section)
{
    void *object = object_new(section);
    Newer critical, ancillary;
    size_t used;
    bool held = load_legacy(section->device->vmsd, object, section->version, section->payload.data,
                            section->payload.length, &used) == 0;

    newer_init(&critical, section->device->vmsd, 0);
    newer_init(&ancillary, section->device->vmsd, MIGCORE_MARK_ANCILLARY);
    held = held && refused_on_legacy(section, &critical, object);
    held = held && refused_on_legacy(section, &ancillary, object);
    held = held && over_chunks(section, &critical, object, MIGCORE_UNKNOWN_SUBSECTION);
    held = held && over_chunks(section, &ancillary, object, MIGCORE_OK);
    object_free(section, object);
    return held;
}
