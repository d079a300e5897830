/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Sections that were cut or altered: a load says so or not, and what comes of it can be saved or is refused; by the table
 * and by its plan the same.
 */
#include "run.h"

#define CUTS 12
#define FLIPS 24
#define SUBSECTION 0x05     /* the byte that one begins with */

/* What a load came to, and what was made of the object if it came to an end. */
typedef struct Outcome {
    migcore_error error;
    size_t used;
    Bytes saved;
} Outcome;

/* Numbers that are the same in every run. */
static uint32_t next_number(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* By the plan, or by the table without one. */
static Outcome load_and_save(const Section *section, const Plan *plan, const Bytes *bytes)
{
    const VMStateDescription *vmsd = section->device->vmsd;
    Outcome outcome = { .error = { .size = sizeof outcome.error } };
    void *object = object_new(section);
    migcore_legacy legacy;
    migcore_status status;

    migcore_legacy_load_memory(&legacy, sizeof legacy, bytes->data, bytes->length, NULL);
    status = plan != NULL ? visit_by_plan(&legacy.visitor, section, plan, object)
                          : visit_by_table(&legacy.visitor, section, vmsd, object);
    outcome.used = (size_t)migcore_position(&legacy.visitor);
    migcore_get_error(&legacy.visitor, &outcome.error);
    if (status == MIGCORE_OK) {
        outcome.saved = (Bytes) { memory_of(bytes->length + 64), bytes->length + 64 };
        (void)save_legacy(vmsd, object, NULL, &outcome.saved);
    }
    object_free(section, object);
    return outcome;
}

static bool same(const Outcome *a, const Outcome *b)
{
    return a->error.status == b->error.status && a->error.cause == b->error.cause &&
           a->error.offset == b->error.offset && a->error.expected == b->error.expected &&
           a->error.found == b->error.found && strcmp(a->error.path, b->error.path) == 0 && a->used == b->used &&
           a->saved.length == b->saved.length &&
           (a->saved.length == 0 || memcmp(a->saved.data, b->saved.data, a->saved.length) == 0);
}

/* Both ways; the outcome of the first. */
static bool both(const Section *section, const Plan *plan, const Bytes *bytes, Outcome *outcome)
{
    Outcome by_table = load_and_save(section, NULL, bytes), by_plan = load_and_save(section, plan, bytes);
    bool held = same(&by_table, &by_plan) ||
                wrong(section, "by table %s at %s, byte %zu; by plan %s at %s, byte %zu",
                      migcore_status_text(by_table.error.status), by_table.error.path, by_table.used,
                      migcore_status_text(by_plan.error.status), by_plan.error.path, by_plan.used);

    free(by_table.saved.data);
    free(by_plan.saved.data);
    *outcome = by_table;
    return held;
}

/* What is cut is refused, but in the name of a subsection, which then is left for others, or just before one. */
static bool cut(const Section *section, const Plan *plan, size_t length)
{
    Bytes bytes = { memory_of(length), length };
    Outcome outcome;
    bool held;

    memcpy(bytes.data, section->payload.data, length);
    held = both(section, plan, &bytes, &outcome);
    free(bytes.data);
    return held && (outcome.error.status != MIGCORE_OK ||
                    (outcome.used < section->payload.length && section->payload.data[outcome.used] == SUBSECTION) ||
                    wrong(section, "cut to %zu of %zu bytes: it loads", length, section->payload.length));
}

static bool flip(const Section *section, const Plan *plan, uint32_t bit)
{
    Bytes bytes = { memory_of(section->payload.length), section->payload.length };
    Outcome outcome;
    bool held;

    memcpy(bytes.data, section->payload.data, bytes.length);
    bytes.data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    held = both(section, plan, &bytes, &outcome);
    free(bytes.data);
    return held;
}

/* The first cut takes all bytes, the last one of them. */
bool check_damage(const Section *section)
{
    size_t length = section->payload.length;
    uint32_t state = (uint32_t)length;
    Plan plan;
    bool held = plan_init(&plan, section->device->vmsd) == MIGCORE_OK;

    for (unsigned i = 0; held && i < CUTS; i++) {
        held = cut(section, &plan, i + 1 < CUTS ? length * i / CUTS : length - 1);
    }
    for (unsigned i = 0; held && i < FLIPS; i++) {
        held = flip(section, &plan, next_number(&state) % (uint32_t)(length * 8));
    }
    plan_free(&plan);
    return held;
}
