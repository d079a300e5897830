/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "calls.h"

#include "migcore_vmstate.h"

#include <string.h>

void place_init(struct place *place)
{
    memset(place, 0, sizeof *place);
    memset(place->bytes, 0x11, sizeof place->bytes);
    memcpy(place->text, "text", 5);
    place->count = 2;
    place->list_count = 2;
    place->version = 0x77777777;
    place->present = true;
    place->found = true;
    place->has = true;
    place->more = true;
    place->head.size = sizeof place->head;
}

void place_refuse(struct place *place, const struct call *call, bool loading)
{
    /* What a caller goes on by is told also when there is nothing to go on with. */
    if (strcmp(call->name, "next_subsection") == 0) {
        place->found = false;
    } else if (strcmp(call->name, "has") == 0) {
        place->has = false;
    } else if (strcmp(call->name, "next_device") == 0) {
        place->more = false;
    } else if (loading && strcmp(call->name, "begin_optional") == 0) {
        place->present = false;
    } else if (loading && strcmp(call->name, "begin_varlist") == 0) {
        place->list_count = 0;
    }
}

#define CALLS_OF_KIND(name, type, constant) \
    static migcore_status call_##name(migcore_visitor *v, struct place *p) \
    { \
        return migcore_visit_##name(v, "name", &p->one_##name); \
    } \
    static migcore_status call_##name##_since(migcore_visitor *v, struct place *p) \
    { \
        return migcore_visit_##name##_since(v, "name", &p->one_##name, 100, (type)1); \
    } \
    static migcore_status call_##name##_or(migcore_visitor *v, struct place *p) \
    { \
        return migcore_visit_##name##_or(v, "name", &p->one_##name, (type)1); \
    } \
    static migcore_status call_##name##_array(migcore_visitor *v, struct place *p) \
    { \
        return migcore_visit_##name##_array(v, "name", p->some_##name, 3); \
    } \
    static migcore_status call_##name##_varray(migcore_visitor *v, struct place *p) \
    { \
        return migcore_visit_##name##_varray(v, "name", p->some_##name, 3, &p->count); \
    }

EACH_KIND(CALLS_OF_KIND)

#define CALL(name, expression) \
    static migcore_status call_##name(migcore_visitor *v, struct place *p) \
    { \
        (void)p; \
        return expression; \
    }

CALL(bytes, migcore_visit_bytes(v, "name", p->bytes, sizeof p->bytes))
CALL(varbytes, migcore_visit_varbytes(v, "name", p->bytes, sizeof p->bytes, &p->count))
CALL(string, migcore_visit_string(v, "name", p->text, sizeof p->text))
CALL(absent, migcore_visit_absent(v, "name"))
CALL(mark, migcore_mark(v, MIGCORE_MARK_SECRET))
CALL(has, migcore_has(v, "name", &p->has))
CALL(begin_device, migcore_begin_device(v, "name", 1, 2, 1))
CALL(end_device, migcore_end_device(v))
CALL(begin_struct, migcore_begin_struct(v, "name"))
CALL(begin_versioned_struct, migcore_begin_versioned_struct(v, "name", "description", 2, 1))
CALL(end_struct, migcore_end_struct(v))
CALL(begin_optional, migcore_begin_optional(v, "name", &p->present))
CALL(end_optional, migcore_end_optional(v))
CALL(begin_list, migcore_begin_list(v, "name", 2))
CALL(begin_varlist, migcore_begin_varlist(v, "name", 3, &p->list_count))
CALL(begin_element, migcore_begin_element(v))
CALL(end_element, migcore_end_element(v))
CALL(end_list, migcore_end_list(v))
CALL(begin_subsection, migcore_begin_subsection(v, "name/a", 1))
CALL(next_subsection, migcore_next_subsection(v, "name", p->name, sizeof p->name, &p->version, &p->found))
CALL(skip_subsection, migcore_skip_subsection(v))
CALL(end_subsection, migcore_end_subsection(v))
CALL(put_raw, migcore_put_raw(v, p->bytes, sizeof p->bytes))
CALL(get_raw, migcore_get_raw(v, p->bytes, sizeof p->bytes, NULL))
CALL(peek_raw, migcore_peek_raw(v, 1, p->bytes, sizeof p->bytes, NULL))
CALL(framing_header, migcore_framing_header(v))
CALL(framing_footer, migcore_framing_footer(v, 1))
CALL(framing_skip, migcore_framing_skip(v, 1))
CALL(next_device, migcore_next_device(v, &p->head, &p->more))
CALL(check_device, migcore_check_device(v))
CALL(skip_device, migcore_skip_device(v))
CALL(set_state_version, migcore_set_state_version(v, 2))
CALL(get_status, migcore_get_status(v))
CALL(fail, migcore_fail(v, "name", MIGCORE_TOO_OLD, 1))
CALL(require, migcore_require(v, "name", true))
CALL(flush, migcore_flush(v))
CALL(finish, migcore_finish(v))

static bool needed(void *opaque)
{
    ((struct place *)opaque)->called++;
    return false;
}

static migcore_status visit(migcore_visitor *v, void *opaque)
{
    ((struct place *)opaque)->called++;
    return migcore_get_status(v);
}

static migcore_status call_subsections(migcore_visitor *v, struct place *p)
{
    static const migcore_subsection table[] = {
        { sizeof(migcore_subsection), "name/a", 1, 1, 0, needed, visit },
    };

    return migcore_visit_subsections(v, "name", table, 1, p);
}

static migcore_status call_blob(migcore_visitor *v, struct place *p)
{
    return migcore_visit_blob(v, 0, visit, p);
}

static migcore_status call_framing_record(migcore_visitor *v, struct place *p)
{
    migcore_record record = { sizeof record, MIGCORE_RECORD_EOF, 0, 0, 0, 0, 0, { 0 } };

    (void)p;
    return migcore_framing_record(v, &record);
}

static migcore_status call_framing_configuration(migcore_visitor *v, struct place *p)
{
    static migcore_configuration configuration;

    (void)p;
    configuration.size = sizeof configuration;
    return migcore_framing_configuration(v, &configuration);
}

static migcore_status call_no_subsections(migcore_visitor *v, struct place *p)
{
    return migcore_visit_subsections(v, "name", NULL, 0, p);
}

static int no_hook(void *object)
{
    ((struct place *)object)->called++;
    return 0;
}

static const migcore_vmstate_field place_fields[] = {
    MIGCORE_VMSTATE_BUFFER(bytes, struct place),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate place_table =
    MIGCORE_VMSTATE_TABLE_WITH("name", 2, 1, place_fields, no_hook, NULL, no_hook, NULL, NULL, NULL, 0);

static migcore_status call_vmstate(migcore_visitor *v, struct place *p)
{
    return migcore_visit_vmstate(v, &place_table, p, NULL);
}

static migcore_status call_vmstate_struct(migcore_visitor *v, struct place *p)
{
    return migcore_visit_vmstate_struct(v, "name", &place_table, 2, p, NULL);
}

static migcore_status call_vmstate_device(migcore_visitor *v, struct place *p)
{
    migcore_vmstate_device device = { sizeof device, &place_table, p, NULL };

    return migcore_visit_vmstate_device(v, &device);
}

/* Of a saver of chunks; any visitor may come along. */
static const uint8_t pages[8] = { 0, 0, 1, 2 };
static const uint8_t bitmap[1] = { 0xff };

static migcore_ram ram_of(migcore_ram_block *block)
{
    migcore_ram ram;

    memset(block, 0, sizeof *block);
    block->size = sizeof *block;
    block->name = "name";
    block->memory = (void *)(uintptr_t)pages;
    block->length = sizeof pages;
    memset(&ram, 0, sizeof ram);
    ram.size = sizeof ram;
    ram.blocks = block;
    ram.count = 1;
    ram.page_size = 2;
    return ram;
}

static migcore_status call_ram_declare(migcore_visitor *v, struct place *p)
{
    migcore_ram_block block;
    migcore_ram ram = ram_of(&block);

    (void)p;
    return migcore_ram_declare((migcore_chunk_saver *)(void *)v, &ram);
}

static migcore_status call_ram_save(migcore_visitor *v, struct place *p)
{
    migcore_ram_block block;
    migcore_ram ram = ram_of(&block);

    (void)p;
    return migcore_ram_save((migcore_chunk_saver *)(void *)v, &ram, 0, 1, pages, 3, NULL);
}

static migcore_status call_ram_save_marked(migcore_visitor *v, struct place *p)
{
    migcore_ram_block block;
    migcore_ram ram = ram_of(&block);

    (void)p;
    return migcore_ram_save_marked((migcore_chunk_saver *)(void *)v, &ram, 0, 1, 3, bitmap, NULL);
}

#define ENTRIES_OF_KIND(name, type, constant) \
    { #name, call_##name, CALL_BOTH }, \
    { #name "_since", call_##name##_since, CALL_BOTH }, \
    { #name "_or", call_##name##_or, CALL_BOTH }, \
    { #name "_array", call_##name##_array, CALL_BOTH }, \
    { #name "_varray", call_##name##_varray, CALL_BOTH },
#define ENTRY(name) { #name, call_##name, CALL_BOTH },

const struct call calls[] = {
    EACH_KIND(ENTRIES_OF_KIND)
    ENTRY(bytes)
    ENTRY(varbytes)
    ENTRY(string)
    ENTRY(absent)
    ENTRY(mark)
    ENTRY(has)
    ENTRY(begin_device)
    ENTRY(end_device)
    ENTRY(begin_struct)
    ENTRY(begin_versioned_struct)
    ENTRY(end_struct)
    ENTRY(begin_optional)
    ENTRY(end_optional)
    ENTRY(begin_list)
    ENTRY(begin_varlist)
    ENTRY(begin_element)
    ENTRY(end_element)
    ENTRY(end_list)
    ENTRY(subsections)
    ENTRY(no_subsections)
    ENTRY(vmstate)
    ENTRY(vmstate_struct)
    ENTRY(vmstate_device)
    { "begin_subsection", call_begin_subsection, CALL_SAVES },
    { "next_subsection", call_next_subsection, CALL_LOADS },
    { "skip_subsection", call_skip_subsection, CALL_LOADS },
    ENTRY(end_subsection)
    { "put_raw", call_put_raw, CALL_SAVES },
    { "get_raw", call_get_raw, CALL_LOADS },
    { "peek_raw", call_peek_raw, CALL_LOADS },
    ENTRY(blob)
    ENTRY(framing_header)
    ENTRY(framing_record)
    ENTRY(framing_configuration)
    ENTRY(framing_footer)
    { "framing_skip", call_framing_skip, CALL_LOADS },
    { "next_device", call_next_device, CALL_LOADS },
    { "check_device", call_check_device, CALL_LOADS },
    { "skip_device", call_skip_device, CALL_LOADS },
    { "ram_declare", call_ram_declare, CALL_SAVES },
    { "ram_save", call_ram_save, CALL_SAVES },
    { "ram_save_marked", call_ram_save_marked, CALL_SAVES },
    ENTRY(set_state_version)
    ENTRY(get_status)
    ENTRY(fail)
    ENTRY(require)
    ENTRY(flush)
    ENTRY(finish)
};

const size_t call_count = sizeof calls / sizeof calls[0];
