/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A section into its device and back, on both wires, and what the table says of itself.
 */
#include "run.h"

static bool same(const Section *section, const char *what, const Bytes *found, const Bytes *expected)
{
    size_t at = 0;

    while (at < found->length && at < expected->length && found->data[at] == expected->data[at]) {
        at++;
    }
    return (at == found->length && at == expected->length) ||
           wrong(section, "%s: %zu bytes, %zu expected, the first %zu are the same", what, found->length,
                 expected->length, at);
}

/* The section in an object; NULL: it does not load. */
static void *loaded(const Section *section)
{
    const VMStateDescription *vmsd = section->device->vmsd;
    void *object = object_new(section);
    size_t used;
    int result = load_legacy(vmsd, object, section->version, section->payload.data, section->payload.length, &used);

    if (result == 0 && used == section->payload.length) {
        return object;
    }
    wrong(section, "load: %d, %zu bytes of %zu", result, used, section->payload.length);
    object_free(section, object);
    return NULL;
}

bool check_load(const Section *section)
{
    void *object = loaded(section);

    if (object != NULL) {
        object_free(section, object);
    }
    return object != NULL;
}

/* The object saved is the section. */
static bool saves(const Section *section, void *object, const char *what)
{
    Bytes out = { memory_of(section->payload.length), section->payload.length };
    int result = save_legacy(section->device->vmsd, object, NULL, &out);
    bool held = result == 0 ? same(section, what, &out, &section->payload)
                            : wrong(section, "%s: %d at byte %zu", what, result, out.length);

    free(out.data);
    return held;
}

bool check_save(const Section *section)
{
    void *object = loaded(section);
    bool held = object != NULL && saves(section, object, "save");

    if (object != NULL) {
        object_free(section, object);
    }
    return held;
}

/* The first place where two texts differ, with what stands there. */
static bool same_text(const Section *section, const char *found, size_t length, const Bytes *expected)
{
    size_t at = 0, from;

    while (at < length && at < expected->length && found[at] == (char)expected->data[at]) {
        at++;
    }
    if (at == length && at == expected->length) {
        return true;
    }
    from = at > 60 ? at - 60 : 0;
    return wrong(section, "description, at %zu:\n    found    %.*s\n    expected %.*s", at,
                 (int)MIN(length - from, 110), found + from, (int)MIN(expected->length - from, 110),
                 (const char *)expected->data + from);
}

/* What the walk says of itself while it saves is QEMU's text, in the manner of the QEMU that wrote it. */
bool check_description(const Section *section)
{
    size_t room = 2 * section->description.length + 4096, length = 0;
    char *memory = memory_of(room);
    Bytes out = { memory_of(section->payload.length), section->payload.length };
    void *object = loaded(section);
    const char *text = NULL;
    JSONWriter json;
    bool held = object != NULL;

    migcore_qemu_json_init(&json, false, memory, room);
    migcore_vmdesc_init(&json.vmdesc, sizeof json.vmdesc, memory, room, (uint32_t)section->where.qemu, false);
    if (held) {
        migcore_vmdesc_begin_stream(&json.vmdesc, 4096);
        migcore_vmdesc_begin_device(&json.vmdesc, section->where.section, section->where.instance);
        held = save_legacy(section->device->vmsd, object, &json, &out) == 0 || wrong(section, "described: it fails");
        migcore_vmdesc_end_device(&json.vmdesc);
        migcore_vmdesc_end_stream(&json.vmdesc);
        object_free(section, object);
    }
    if (held) {
        migcore_status status = migcore_vmdesc_finish(&json.vmdesc, &text, &length);

        held = status == MIGCORE_OK ? same_text(section, text, length, &section->description)
                                    : wrong(section, "description: %s", migcore_status_text(status));
    }
    free(out.data);
    free(memory);
    return held;
}

/* Chunks of an object: those that its description makes of the section, and back into another object. */
static bool through_chunks(const Section *section, void *object)
{
    Bytes chunks = { memory_of(2 * section->payload.length + 65536), 2 * section->payload.length + 65536 };
    migcore_status status = save_chunks(section, section->device->vmsd, object, &chunks);
    void *other = object_new(section);
    bool held = status == MIGCORE_OK || wrong(section, "to chunks: %s", migcore_status_text(status));

    if (held && !section->private) {
        held = same(section, "chunks", &chunks, &section->chunks);
    }
    if (held) {
        status = load_chunks(section, section->device->vmsd, other, &chunks);
        held = status == MIGCORE_OK || wrong(section, "from chunks: %s", migcore_status_text(status));
    }
    held = held && saves(section, other, "from chunks");
    object_free(section, other);
    free(chunks.data);
    return held;
}

/* The chunks that the section becomes by its description load, and are the section again. */
static bool from_description(const Section *section)
{
    void *object = object_new(section);
    migcore_status status = load_chunks(section, section->device->vmsd, object, &section->chunks);
    bool held = status == MIGCORE_OK ? saves(section, object, "from chunks of the description")
                                     : wrong(section, "chunks of the description: %s", migcore_status_text(status));

    object_free(section, object);
    return held;
}

bool check_chunks(const Section *section)
{
    void *object = loaded(section);
    bool held = object != NULL && through_chunks(section, object) && from_description(section);

    if (object != NULL) {
        object_free(section, object);
    }
    return held;
}
