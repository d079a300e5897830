/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Plans of tables: the same bytes, values and errors as by the tables alone, over both wires and where streams end.
 */
#include "vmstate.h"

#define RINGS 3

struct ring {
    uint64_t base;
    uint16_t head, tail;
    bool full;
};

struct part {
    uint8_t page[40];
    uint32_t lock;
};

struct planned {
    uint32_t control;
    uint8_t link;
    uint16_t phy;
    bool enabled;
    int32_t weight;
    uint64_t counters[6];
    struct part part;
    struct ring rings[RINGS];
    uint32_t not_in_the_table;
    uint16_t tested;
    bool flags[9];
    uint32_t *pointer;
    uint32_t behind, pointed;
};

static bool is_enabled(void *object, int version)
{
    (void)version;
    return ((struct planned *)object)->enabled;
}

static const migcore_vmstate_field ring_fields[] = {
    MIGCORE_VMSTATE_U64(base, struct ring),
    MIGCORE_VMSTATE_U16(head, struct ring),
    MIGCORE_VMSTATE_U16(tail, struct ring),
    MIGCORE_VMSTATE_BOOL(full, struct ring),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate ring_table = MIGCORE_VMSTATE_TABLE("ring", 1, 1, ring_fields);

static const migcore_vmstate_field part_fields[] = {
    MIGCORE_VMSTATE_BUFFER(page, struct part),
    MIGCORE_VMSTATE_U32(lock, struct part),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate part_table = MIGCORE_VMSTATE_TABLE("part", 1, 1, part_fields);

static const migcore_vmstate_field planned_fields[] = {
    MIGCORE_VMSTATE_U32(control, struct planned),
    MIGCORE_VMSTATE_U8(link, struct planned),
    MIGCORE_VMSTATE_U16(phy, struct planned),
    MIGCORE_VMSTATE_BOOL(enabled, struct planned),
    MIGCORE_VMSTATE_I32_V(weight, struct planned, 2),
    MIGCORE_VMSTATE_U64_ARRAY(counters, struct planned, 6),
    MIGCORE_VMSTATE_STRUCT(part, struct planned, part_table, struct part),
    MIGCORE_VMSTATE_STRUCT_ARRAY(rings, struct planned, RINGS, ring_table, struct ring),
    MIGCORE_VMSTATE_UNUSED(3),
    MIGCORE_VMSTATE_U16_TEST(tested, struct planned, is_enabled),
    MIGCORE_VMSTATE_BOOL_ARRAY(flags, struct planned, 9),
    MIGCORE_VMSTATE_POINTER(pointer, struct planned, migcore_vmstate_info_u32, uint32_t),
    MIGCORE_VMSTATE_U32(behind, struct planned),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate planned_table = MIGCORE_VMSTATE_TABLE("planned", 2, 1, planned_fields);

static void fill(struct planned *p)
{
    uint8_t *bytes = (uint8_t *)p;
    size_t i;

    for (i = 0; i < sizeof *p; i++) {
        bytes[i] = (uint8_t)(i * 37 + 11);
    }
    p->enabled = true;
    for (i = 0; i < RINGS; i++) {
        p->rings[i].full = i & 1;
    }
    for (i = 0; i < COUNT_OF(p->flags); i++) {
        p->flags[i] = i % 3 == 0;
    }
    p->pointer = &p->pointed;
}

static void blank(struct planned *p)
{
    memset(p, 0, sizeof *p);
    p->enabled = true;
    p->not_in_the_table = 0xabcdef;
    p->pointer = &p->pointed;
}

/* Each member by itself: bytes between them are nobody's. */
static bool same(const struct planned *a, const struct planned *b)
{
    size_t i;

    for (i = 0; i < RINGS; i++) {
        if (a->rings[i].base != b->rings[i].base || a->rings[i].head != b->rings[i].head ||
            a->rings[i].tail != b->rings[i].tail || a->rings[i].full != b->rings[i].full) {
            return false;
        }
    }
    return a->control == b->control && a->link == b->link && a->phy == b->phy && a->enabled == b->enabled &&
           a->weight == b->weight && memcmp(a->counters, b->counters, sizeof a->counters) == 0 &&
           memcmp(a->part.page, b->part.page, sizeof a->part.page) == 0 && a->part.lock == b->part.lock &&
           a->tested == b->tested && memcmp(a->flags, b->flags, sizeof a->flags) == 0 &&
           a->pointed == b->pointed && a->behind == b->behind;
}

/* Ways of a visit: by the table where there is no plan. */
static migcore_status visit(migcore_visitor *v, const migcore_vmstate_plan *plan, struct planned *p)
{
    if (plan == NULL) {
        return migcore_visit_vmstate(v, &planned_table, p, NULL);
    }
    return migcore_visit_vmstate_plan(v, plan, p, NULL);
}

/* Three devices in one stream: in chunks, the first teaches the form of the others. */
static migcore_status visit_all(migcore_visitor *v, const migcore_vmstate_plan *plan, uint32_t version,
                                struct planned *objects)
{
    uint32_t i;

    for (i = 0; i < 3; i++) {
        migcore_set_state_version(v, version);
        migcore_begin_device(v, "planned", i, 2, 1);
        visit(v, plan, &objects[i]);
        migcore_end_device(v);
    }
    return migcore_finish(v);
}

static migcore_status save(int chunks, const migcore_vmstate_plan *plan, uint32_t version,
                           uint8_t bytes[VMSTATE_BYTES], size_t *length)
{
    uint8_t scratch[2048];
    struct planned objects[3];
    migcore_legacy legacy;
    migcore_chunk_saver saver;
    migcore_visitor *v = chunks ? &saver.visitor : &legacy.visitor;
    migcore_status done;
    size_t i;

    for (i = 0; i < 3; i++) {
        fill(&objects[i]);
        objects[i].control += (uint32_t)i;
    }
    if (chunks) {
        migcore_chunk_save_memory(&saver, sizeof saver, bytes, VMSTATE_BYTES, scratch, sizeof scratch, NULL, NULL);
    } else {
        migcore_legacy_save_memory(&legacy, sizeof legacy, bytes, VMSTATE_BYTES, NULL);
    }
    done = visit_all(v, plan, version, objects);
    *length = (size_t)migcore_position(v);
    return done;
}

/* Loads into `objects`, and says in `error` how that ended. */
static migcore_status load(int chunks, const migcore_vmstate_plan *plan, uint32_t version, const uint8_t *bytes,
                           size_t length, struct planned *objects, migcore_error *error)
{
    migcore_legacy legacy;
    migcore_chunk_loader loader;
    migcore_visitor *v = chunks ? &loader.visitor : &legacy.visitor;
    migcore_status done;
    size_t i;

    for (i = 0; i < 3; i++) {
        blank(&objects[i]);
    }
    if (chunks) {
        migcore_chunk_load_memory(&loader, sizeof loader, bytes, length, NULL, 0, NULL, NULL);
    } else {
        migcore_legacy_load_memory(&legacy, sizeof legacy, bytes, length, NULL);
    }
    done = visit_all(v, plan, version, objects);
    memset(error, 0, sizeof *error);
    error->size = sizeof *error;
    migcore_get_error(v, error);
    return done;
}

static void both_load(int chunks, const migcore_vmstate_plan *plan, uint32_t version, const uint8_t *bytes,
                      size_t length)
{
    struct planned walked[3], moved[3];
    migcore_error one, other;
    size_t i;

    CHECK_STATUS(load(chunks, plan, version, bytes, length, moved, &one),
                 load(chunks, NULL, version, bytes, length, walked, &other));
    CHECK_EQUAL(one.offset, other.offset);
    CHECK_TEXT(one.path, other.path);
    for (i = 0; i < 3; i++) {
        CHECK(same(&moved[i], &walked[i]));
        CHECK_EQUAL(moved[i].not_in_the_table, 0xabcdef);
    }
}

static void both_ways_are_the_same(const migcore_vmstate_plan *plan)
{
    static uint8_t walked[VMSTATE_BYTES], moved[VMSTATE_BYTES];
    size_t length, other, end;
    uint32_t version;
    int chunks;

    for (chunks = 0; chunks < 2; chunks++) {
        for (version = 1; version <= 2; version++) {
            check_case("chunks %d, version %u", chunks, (unsigned)version);
            CHECK_OK(save(chunks, NULL, version, walked, &length));
            CHECK_OK(save(chunks, plan, version, moved, &other));
            CHECK_MEMORY(moved, other, walked, length);
            for (end = 0; end <= length; end += 1 + chunks * 6) {
                both_load(chunks, plan, version, walked, end);
            }
            both_load(chunks, plan, version, walked, length);
            memset(moved, 0x55, length);
            both_load(chunks, plan, version, moved, length);
        }
    }
}

static void arguments_are_checked(const void *memory, size_t size)
{
    static uint8_t few[16];
    migcore_vmstate_plan plan;
    migcore_legacy legacy;
    uint8_t bytes[16];
    struct planned p;

    blank(&p);
    CHECK_EQUAL(migcore_vmstate_compile_size(NULL, 2), 0);
    CHECK_EQUAL(migcore_vmstate_compile_size(&planned_table, -1), 0);
    CHECK_STATUS(migcore_vmstate_compile(NULL, sizeof plan, &planned_table, 2, few, sizeof few), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_vmstate_compile(&plan, sizeof plan, NULL, 2, few, sizeof few), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_vmstate_compile(&plan, 1, &planned_table, 2, few, sizeof few), MIGCORE_BAD_SIZE);
    CHECK_STATUS(migcore_vmstate_compile(&plan, sizeof plan, &planned_table, -1, few, sizeof few),
                 MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_vmstate_compile(&plan, sizeof plan, &planned_table, 2, NULL, 16), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_vmstate_compile(&plan, sizeof plan, &planned_table, 2, (void *)memory, size - 1),
                 MIGCORE_NO_SPACE);
    migcore_legacy_save_memory(&legacy, sizeof legacy, bytes, sizeof bytes, NULL);
    CHECK_STATUS(migcore_visit_vmstate_plan(&legacy.visitor, NULL, &p, NULL), MIGCORE_NULL_POINTER);
    plan.size = 0;
    migcore_legacy_save_memory(&legacy, sizeof legacy, bytes, sizeof bytes, NULL);
    CHECK_STATUS(migcore_visit_vmstate_plan(&legacy.visitor, &plan, &p, NULL), MIGCORE_BAD_SIZE);
}

void test_vmstate_plan(void)
{
    static uint8_t memory[4096];
    migcore_vmstate_plan plan;
    size_t size = migcore_vmstate_compile_size(&planned_table, 2);

    CHECK(size > 0 && size <= sizeof memory);
    arguments_are_checked(memory, size);
    CHECK_OK(migcore_vmstate_compile(&plan, sizeof plan, &planned_table, 2, memory, size));
    CHECK_EQUAL(plan.length, size);
    both_ways_are_the_same(&plan);
}
