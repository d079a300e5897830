/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A section by the plan of its table: whatever the walk does, in one call for many fields.
 */
#include "run.h"

migcore_status plan_init(Plan *plan, const VMStateDescription *vmsd)
{
    const migcore_vmstate *table = (const migcore_vmstate *)vmsd;
    size_t size = migcore_vmstate_compile_size(table, vmsd->version_id);

    plan->memory = memory_of(size);
    return migcore_vmstate_compile(&plan->plan, sizeof plan->plan, table, vmsd->version_id, plan->memory, size);
}

void plan_free(Plan *plan)
{
    free(plan->memory);
}

static bool held(const Section *section, const char *what, migcore_status status)
{
    return status == MIGCORE_OK || wrong(section, "by plan, %s: %s", what, migcore_status_text(status));
}

static bool loads(const Section *section, const Plan *plan, void *object)
{
    migcore_legacy legacy;

    migcore_legacy_load_memory(&legacy, sizeof legacy, section->payload.data, section->payload.length, NULL);
    return held(section, "load", visit_by_plan(&legacy.visitor, section, plan, object)) &&
           (migcore_position(&legacy.visitor) == section->payload.length || wrong(section, "by plan: bytes are left"));
}

static bool saves(const Section *section, const Plan *plan, void *object)
{
    uint8_t *out = memory_of(section->payload.length);
    migcore_legacy legacy;
    bool good;

    migcore_legacy_save_memory(&legacy, sizeof legacy, out, section->payload.length, NULL);
    good = held(section, "save", visit_by_plan(&legacy.visitor, section, plan, object)) &&
           ((migcore_position(&legacy.visitor) == section->payload.length &&
             memcmp(out, section->payload.data, section->payload.length) == 0) ||
            wrong(section, "by plan: not the section"));
    free(out);
    return good;
}

/* The chunks of an object are those of the walk; another object comes from them. */
static bool chunks(const Section *section, const Plan *plan, void *object)
{
    static uint8_t scratch[1 << 18];
    size_t room = 2 * section->payload.length + 65536;
    Bytes walked = { memory_of(room), room };
    uint8_t *out = memory_of(room);
    void *other = object_new(section);
    migcore_chunk_saver saver;
    migcore_chunk_loader loader;
    bool good = held(section, "chunks of the walk", save_chunks(section, section->device->vmsd, object, &walked));

    migcore_chunk_save_memory(&saver, sizeof saver, out, room, scratch, sizeof scratch, NULL, NULL);
    good = good && held(section, "to chunks", visit_by_plan(&saver.visitor, section, plan, object)) &&
           ((migcore_position(&saver.visitor) == walked.length && memcmp(out, walked.data, walked.length) == 0) ||
            wrong(section, "by plan: other chunks"));
    migcore_chunk_load_memory(&loader, sizeof loader, walked.data, walked.length, NULL, 0, NULL, NULL);
    good = good && held(section, "from chunks", visit_by_plan(&loader.visitor, section, plan, other)) &&
           saves(section, plan, other);
    object_free(section, other);
    free(walked.data);
    free(out);
    return good;
}

bool check_plan(const Section *section)
{
    void *object = object_new(section);
    Plan plan;
    bool good = held(section, "compile", plan_init(&plan, section->device->vmsd)) && loads(section, &plan, object) &&
                saves(section, &plan, object) && chunks(section, &plan, object);

    object_free(section, object);
    plan_free(&plan);
    return good;
}
