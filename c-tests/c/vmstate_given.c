/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What a program gives to a visit by a table: NULL and other impossible arguments, tables that make no sense, and such
 * that lead back to themselves.
 */
#include "vmstate_objects.h"

#include <stdlib.h>

struct small {
    uint32_t a;
    struct small *self;
    void *nothing;
};

static const migcore_vmstate_field small_fields[] = { MIGCORE_VMSTATE_U32(a, struct small), MIGCORE_VMSTATE_END() };
static const migcore_vmstate small_table = MIGCORE_VMSTATE_TABLE("small", 1, 1, small_fields);

/* Both directions, over enough bytes: the first error of the visit is `expected`. */
static void both_fail(const migcore_vmstate *table, void *object, const migcore_vmstate_host *host,
                      migcore_status expected)
{
    static const uint8_t stream[64] = { 0, 0, 0, 1 };
    struct memory memory;
    int loading;

    for (loading = 0; loading < 2; loading++) {
        migcore_visitor *v = loading ? memory_load(&memory, stream, sizeof stream) : memory_save(&memory);

        CHECK_STATUS(migcore_visit_vmstate(v, table, object, host), expected);
        CHECK_STATUS(migcore_get_status(v), expected);
        CHECK_STATUS(migcore_finish(v), expected);
    }
}

static migcore_status save_once(const migcore_vmstate *table, void *object, const migcore_vmstate_host *host)
{
    struct memory memory;

    return migcore_visit_vmstate(memory_save(&memory), table, object, host);
}

static void arguments_are_checked(void)
{
    struct small s = { 7, NULL, NULL };
    migcore_vmstate_device device = { sizeof device, &small_table, &s, NULL };
    migcore_vmstate_host host;
    struct memory memory;

    memset(&host, 0, sizeof host);
    both_fail(NULL, &s, NULL, MIGCORE_NULL_POINTER);
    both_fail(&small_table, NULL, NULL, MIGCORE_NULL_POINTER);
    both_fail(&small_table, &s, &host, MIGCORE_BAD_SIZE);
    host.size = sizeof host + 1;
    both_fail(&small_table, &s, &host, MIGCORE_BAD_SIZE);
    CHECK_STATUS(migcore_visit_vmstate_struct(memory_save(&memory), NULL, &small_table, -1, &s, NULL),
                 MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_visit_vmstate_struct(memory_save(&memory), "s", NULL, 1, &s, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_visit_vmstate_struct(memory_save(&memory), "s", &small_table, 1, NULL, NULL),
                 MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_visit_vmstate_device(memory_save(&memory), NULL), MIGCORE_NULL_POINTER);
    CHECK_OK(migcore_visit_vmstate_device(memory_save(&memory), &device));
    device.table = NULL;
    CHECK_STATUS(migcore_visit_vmstate_device(memory_save(&memory), &device), MIGCORE_NULL_POINTER);
    device.size = 0;
    CHECK_STATUS(migcore_visit_vmstate_device(memory_save(&memory), &device), MIGCORE_BAD_SIZE);
    CHECK_EQUAL(s.a, 7);
}

/* A table of one field, and its end. */
static migcore_vmstate table_of(const migcore_vmstate_field *fields)
{
    const migcore_vmstate table = MIGCORE_VMSTATE_TABLE("table", 1, 1, NULL);
    migcore_vmstate made = table;

    made.fields = fields;
    return made;
}

static void fields_make_sense(void)
{
    static const migcore_vmstate_field good = MIGCORE_VMSTATE_U32(a, struct small);
    static const migcore_vmstate_field end = MIGCORE_VMSTATE_END();
    static const uint32_t kinds[] = { MIGCORE_VMSTATE_KIND_TMP,  MIGCORE_VMSTATE_KIND_TAILQ,  MIGCORE_VMSTATE_KIND_LIST,
                                      MIGCORE_VMSTATE_KIND_TREE, MIGCORE_VMSTATE_KIND_FD + 1, 0xffffffff };
    migcore_vmstate_info info = migcore_vmstate_info_u32;
    static migcore_vmstate_field fields[2];
    migcore_vmstate table = table_of(fields);
    struct small s = { 7, NULL, NULL };
    size_t i;

    fields[0] = good;
    fields[1] = end;
    fields[0].info = NULL;
    both_fail(&table, &s, NULL, MIGCORE_BAD_TABLE);
    /* Kinds that need a table, and such that are none. */
    fields[0].info = &info;
    info.name = NULL;
    for (i = 0; i < COUNT_OF(kinds); i++) {
        info.kind = kinds[i];
        both_fail(&table, &s, NULL, MIGCORE_BAD_TABLE);
    }
    info.kind = MIGCORE_VMSTATE_KIND_U32;
    fields[0].flags = MIGCORE_VMSTATE_FLAG_STRUCT;
    both_fail(&table, &s, NULL, MIGCORE_BAD_TABLE);
    fields[0].flags = MIGCORE_VMSTATE_FLAG_VSTRUCT;
    both_fail(&table, &s, NULL, MIGCORE_BAD_TABLE);
    /* Numbers of no width. */
    fields[0].flags = MIGCORE_VMSTATE_FLAG_VARRAY;
    fields[0].num_width = 3;
    both_fail(&table, &s, NULL, MIGCORE_BAD_TABLE);
    fields[0].flags = MIGCORE_VMSTATE_FLAG_VBUFFER;
    fields[0].size_width = 16;
    both_fail(&table, &s, NULL, MIGCORE_BAD_TABLE);
    /* Places outside of memory, and more than fits there. */
    fields[0].flags = MIGCORE_VMSTATE_FLAG_SINGLE;
    fields[0].offset = SIZE_MAX;
    both_fail(&table, &s, NULL, MIGCORE_BAD_TABLE);
    fields[0].flags = MIGCORE_VMSTATE_FLAG_ARRAY;
    fields[0].num = INT32_MAX;
    fields[0].size = SIZE_MAX / 4;
    both_fail(&table, &s, NULL, MIGCORE_TOO_MANY);
    /* Less than none is none. */
    fields[0].num = INT32_MIN;
    CHECK_OK(save_once(&table, &s, NULL));
    CHECK_EQUAL(s.a, 7);
}

/* A null pointer where there must be something. */
static void pointers_lead_somewhere(void)
{
    static const migcore_vmstate_field to_struct[] = {
        MIGCORE_VMSTATE_STRUCT_POINTER(self, struct small, small_table, struct small),
        MIGCORE_VMSTATE_END(),
    };
    static const migcore_vmstate_field to_tree[] = {
        MIGCORE_VMSTATE_TREE_DIRECT(nothing, struct small, small_table, struct small, 1),
        MIGCORE_VMSTATE_END(),
    };
    migcore_vmstate structs = table_of(to_struct), trees = table_of(to_tree);
    migcore_vmstate_tree functions = vm_tree_functions;
    struct small s = { 7, NULL, NULL };
    struct vm_tree tree;
    struct vm_host host;

    vm_host_init(&host);
    both_fail(&structs, &s, &host.host, MIGCORE_NULL_POINTER);
    CHECK_STATUS(save_once(&trees, &s, &host.host), MIGCORE_NULL_POINTER);
    CHECK_STATUS(save_once(&trees, &s, NULL), MIGCORE_UNSUPPORTED);
    memset(&tree, 0, sizeof tree);
    s.nothing = &tree;
    host.host.tree = &functions;
    functions.size = 3;
    CHECK_STATUS(save_once(&trees, &s, &host.host), MIGCORE_BAD_SIZE);
    functions = vm_tree_functions;
    functions.count = NULL;
    CHECK_STATUS(save_once(&trees, &s, &host.host), MIGCORE_NULL_POINTER);
    functions = vm_tree_functions;
    functions.each = NULL;
    CHECK_STATUS(save_once(&trees, &s, &host.host), MIGCORE_NULL_POINTER);
    functions = vm_tree_functions;
    CHECK_OK(save_once(&trees, &s, &host.host));
}

/* Tables and objects that lead back to themselves end where no visit goes deeper. */
static void loops_end(void)
{
    static const migcore_vmstate_field end = MIGCORE_VMSTATE_END();
    static migcore_vmstate_field fields[2];
    migcore_vmstate table = table_of(fields);
    const migcore_vmstate *parts[] = { &table, NULL };
    struct small s = { 7, NULL, NULL };
    struct vm_host host;

    vm_host_init(&host);
    s.self = &s;
    memset(&fields[0], 0, sizeof fields[0]);
    fields[0].name = "self";
    fields[0].vmsd = &table;
    fields[0].offset = offsetof(struct small, self);
    fields[0].size = sizeof s;
    fields[1] = end;
    fields[0].flags = MIGCORE_VMSTATE_FLAG_STRUCT | MIGCORE_VMSTATE_FLAG_POINTER;
    both_fail(&table, &s, &host.host, MIGCORE_TOO_DEEP);
    fields[0].flags |= MIGCORE_VMSTATE_FLAG_VARRAY_I32;
    s.a = 2;
    both_fail(&table, &s, &host.host, MIGCORE_TOO_DEEP);
    fields[0].flags = 0;
    fields[0].info = &migcore_vmstate_info_tmp;
    table.minimum_version_id = 0;
    both_fail(&table, &s, &host.host, MIGCORE_TOO_DEEP);
    CHECK_EQUAL(host.blocks, 0);
    /* A subsection has a longer name than its owner. */
    fields[0] = end;
    table.subsections = parts;
    CHECK_STATUS(save_once(&table, &s, &host.host), MIGCORE_INVALID_ARGUMENT);
}

/* A list whose elements go round has no end; a head that nobody made is no queue. */
static void lists_end(void)
{
    queue s;
    struct q_element element;
    struct memory memory;
    static const uint8_t stream[] = { 0, 0, 1, 1, 7, 0, 0, 0, 0, 0 };
    struct vm_host host;

    vm_host_init(&host);
    memset(&s, 0, sizeof s);
    memset(&element, 0, sizeof element);
    s.q.first = &element;
    element.link.next = &element;
    CHECK_STATUS(save_once(&queue_table, &s, &host.host), MIGCORE_BAD_TABLE);
    memset(&s, 0, sizeof s);
    CHECK_STATUS(migcore_visit_vmstate(memory_load(&memory, stream, sizeof stream), &queue_table, &s, &host.host),
                 MIGCORE_NULL_POINTER);
    CHECK_EQUAL(host.blocks, 0);
    CHECK_EQUAL(host.calls, 1);
}

/* Neither objects nor tables need be aligned. */
static void nothing_need_be_aligned(void)
{
    static const struct {
        migcore_vmstate_field fields[2];
    } made = { { MIGCORE_VMSTATE_U32(a, struct small), MIGCORE_VMSTATE_END() } };
    struct {
        char odd;
        uint8_t table[sizeof small_table], fields[sizeof made], object[sizeof(struct small)];
    } odd;
    migcore_vmstate table = small_table;
    static uint8_t bytes[VMSTATE_BYTES];
    const uint32_t a = 0x01020304;
    size_t length;

    table.fields = (const migcore_vmstate_field *)(void *)odd.fields;
    memcpy(odd.table, &table, sizeof table);
    memcpy(odd.fields, &made, sizeof made);
    memcpy(odd.object, &a, sizeof a);
    CHECK_OK(vm_save((const migcore_vmstate *)(void *)odd.table, odd.object, NULL, bytes, &length));
    CHECK_MEMORY(bytes, length, "\1\2\3\4", 4);
}

/* A table without fields, subsections or hooks. */
static void an_empty_table_has_no_state(void)
{
    static uint8_t bytes[VMSTATE_BYTES];
    migcore_vmstate table;
    struct small s = { 7, NULL, NULL };
    size_t length;

    memset(&table, 0, sizeof table);
    table.name = "empty";
    CHECK_OK(vm_save(&table, &s, NULL, bytes, &length));
    CHECK_EQUAL(length, 0);
    CHECK_OK(vm_load(&table, &s, NULL, 0, bytes, 0, NULL, NULL));
}

void test_vmstate_given(void)
{
    arguments_are_checked();
    fields_make_sense();
    pointers_lead_somewhere();
    loops_end();
    lists_end();
    nothing_need_be_aligned();
    an_empty_table_has_no_state();
}
