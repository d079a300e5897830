/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * A machine of three parts, which note what is done with them and may refuse; its stream in memory.
 */
#ifndef PARTS_H
#define PARTS_H

#include "sections.h"

#include <stdio.h>

#define PARTS 3
#define REFUSAL (-22)

static char history[2048];

/* A device that notes what is done with it, and may refuse. */
struct part {
    const char *name;
    uint32_t value;
    uint8_t table[32];
    uint32_t forbidden;
    const char *refusing;
};

static inline void note(const struct part *part, const char *what)
{
    size_t used = strlen(history);

    snprintf(history + used, sizeof history - used, "%s.%s ", part->name, what);
}

static inline int32_t hook(const struct part *part, const char *what)
{
    note(part, what);
    return part->refusing && strcmp(part->refusing, what) == 0 ? REFUSAL : 0;
}

static inline migcore_status part_visit(migcore_visitor *v, void *opaque)
{
    struct part *part = (struct part *)opaque;

    note(part, migcore_is_loading(v) ? "load" : "save");
    migcore_visit_u32(v, "value", &part->value);
    if (migcore_is_loading(v) && part->forbidden == part->value)
        return migcore_fail(v, "value", REFUSAL, 0);
    return migcore_visit_u8_array(v, "table", part->table, sizeof part->table);
}

static inline int32_t part_pre_save(void *opaque)
{
    return hook((const struct part *)opaque, "pre_save");
}

static inline int32_t part_post_save(void *opaque)
{
    return hook((const struct part *)opaque, "post_save");
}

static inline int32_t part_pre_load(void *opaque)
{
    return hook((const struct part *)opaque, "pre_load");
}

static inline int32_t part_post_load(void *opaque, uint32_t version)
{
    CHECK(version == 2 || version == 3);
    return hook((const struct part *)opaque, "post_load");
}

static inline int32_t part_load_done(void *opaque)
{
    return hook((const struct part *)opaque, "load_done");
}

static inline int32_t part_on_run(void *opaque)
{
    return hook((const struct part *)opaque, "on_run");
}

static struct part parts[PARTS], scratch_part;

static inline int32_t part_scratch_begin(void *scratch, void *opaque)
{
    struct part *copy = (struct part *)scratch;

    *copy = *(const struct part *)opaque;
    copy->name = "scratch";
    copy->value = 0;
    return hook(copy, "begin");
}

static inline void part_scratch_end(void *scratch, void *opaque)
{
    CHECK(opaque != scratch);
    note((const struct part *)scratch, "end");
}

static migcore_device devices[PARTS];
static migcore_machine machine;
static unsigned char bytes[8192];
static size_t length;

/* Parts with values, in a table that is not in the order of names. */
static inline void set_up(uint32_t first)
{
    static const char *const names[PARTS] = { "rtc", "nic", "apic" };

    memset(devices, 0, sizeof devices);
    for (unsigned at = 0; at < PARTS; at++) {
        migcore_device *device = &devices[at];

        memset(&parts[at], (int)(first + at), sizeof parts[at]);
        parts[at].name = names[at];
        parts[at].value = first + at;
        parts[at].forbidden = UINT32_MAX;
        parts[at].refusing = NULL;
        device->size = sizeof *device;
        device->name = names[at];
        device->version = 3;
        device->minimum_version = 2;
        device->visit = part_visit;
        device->pre_save = part_pre_save;
        device->post_save = part_post_save;
        device->pre_load = part_pre_load;
        device->post_load = part_post_load;
        device->load_done = part_load_done;
        device->on_run = part_on_run;
        device->opaque = &parts[at];
    }
    memset(&machine, 0x5a, sizeof machine);
    CHECK_OK(migcore_machine_init(&machine, sizeof machine, devices, PARTS, NULL));
    history[0] = '\0';
}

static inline migcore_status save(migcore_machine *from)
{
    migcore_chunk_saver saver;
    unsigned char scratch[1024];

    CHECK_OK(migcore_chunk_save_memory(&saver, sizeof saver, bytes, sizeof bytes, scratch, sizeof scratch, NULL, NULL));
    migcore_machine_save(from, &saver.visitor);
    migcore_status status = migcore_finish(&saver.visitor);
    length = (size_t)migcore_position(&saver.visitor);
    return status;
}

static migcore_chunk_loader loader;

static inline migcore_visitor *load_from(const void *stream, size_t size)
{
    CHECK_OK(migcore_chunk_load_memory(&loader, sizeof loader, stream, size, NULL, 0, NULL, NULL));
    return &loader.visitor;
}

static migcore_checked checked;

static inline migcore_status check(const void *stream, size_t size)
{
    memset(&checked, 0x5a, sizeof checked);
    checked.size = sizeof checked;
    return migcore_machine_check(&machine, load_from(stream, size), &checked);
}

/* Both passes; the report is in the loader. */
static inline migcore_status load(const void *stream, size_t size)
{
    migcore_status status = check(stream, size);

    return status ? status : migcore_machine_load(&machine, load_from(stream, size), &checked);
}

static inline void check_error(migcore_status status, const char *path, int cause)
{
    migcore_error error = report_of(&loader.visitor);

    CHECK_STATUS(error.status, status);
    CHECK_TEXT(error.path, path);
    CHECK_EQUAL(error.cause, cause);
}

static inline int have_values(uint32_t first)
{
    int right = 1;

    for (unsigned at = 0; at < PARTS; at++) {
        right &= parts[at].value == first + at;
        for (unsigned place = 0; place < sizeof parts[at].table; place++)
            right &= parts[at].table[place] == (uint8_t)(first + at);
    }
    return right;
}

#endif
