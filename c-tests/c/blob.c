/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * One state as bytes without names, as code that puts and gets leaves it, and as fields.
 */
#include "sections.h"

struct clock {
    uint32_t base;
    uint16_t lines[3];
    bool has_alarm;
    uint64_t alarm;
};

static const struct clock set = { 0x01020304, { 7, 8, 9 }, true, 11 };

static bool alarm_needed(void *opaque)
{
    return ((const struct clock *)opaque)->has_alarm;
}

static migcore_status alarm_visit(migcore_visitor *v, void *opaque)
{
    struct clock *clock = (struct clock *)opaque;

    clock->has_alarm = true;
    return migcore_visit_u64(v, "at", &clock->alarm);
}

static migcore_subsection subsections[1];

/* Version 6 describes the clock. */
static migcore_status clock_visit(migcore_visitor *v, void *opaque)
{
    struct clock *clock = (struct clock *)opaque;

    migcore_visit_u32(v, "base", &clock->base);
    migcore_begin_struct(v, "wires");
    migcore_visit_u16_array(v, "lines", clock->lines, COUNT_OF(clock->lines));
    migcore_end_struct(v);
    return migcore_visit_subsections(v, "clock", subsections, COUNT_OF(subsections), clock);
}

/* Version 5 puts and gets bytes. */
struct handlers {
    uint8_t bytes[64];
    size_t length;
};

static migcore_status handlers_visit(migcore_visitor *v, void *opaque)
{
    struct handlers *handlers = (struct handlers *)opaque;
    size_t at, got = 1;

    if (!migcore_is_loading(v)) {
        for (at = 0; at < handlers->length; at++) {
            migcore_put_raw(v, handlers->bytes + at, 1);
        }
        return migcore_get_status(v);
    }
    handlers->length = 0;
    while (migcore_peek_raw(v, 0, handlers->bytes + handlers->length, 1, &got) == MIGCORE_OK && got == 1) {
        migcore_get_raw(v, handlers->bytes + handlers->length++, 1, NULL);
    }
    return migcore_get_status(v);
}

static migcore_device device;
static migcore_machine machine;
static migcore_error error;
static uint8_t stream[1024];
static size_t length;

static void describe(migcore_visit_function visit, void *opaque, uint32_t version, migcore_blob_function blob)
{
    memset(&device, 0, sizeof device);
    device.size = sizeof device;
    device.name = "clock";
    device.version = version;
    device.minimum_version = 5;
    device.visit = visit;
    device.blob = blob;
    device.fields_since = 6;
    device.opaque = opaque;
    CHECK_OK(migcore_machine_init(&machine, sizeof machine, &device, 1, NULL));
}

static migcore_status save(void)
{
    static uint8_t scratch[MIGCORE_CHUNK_SCRATCH];
    migcore_chunk_saver saver;
    migcore_status status;

    migcore_chunk_save_memory(&saver, sizeof saver, stream, sizeof stream, scratch, sizeof scratch, NULL, NULL);
    migcore_machine_save(&machine, &saver.visitor);
    status = migcore_finish(&saver.visitor);
    length = (size_t)migcore_position(&saver.visitor);
    return status;
}

static migcore_status load(void)
{
    static migcore_chunk_loader loader;
    migcore_checked checked;
    migcore_status status;

    memset(&checked, 0, sizeof checked);
    checked.size = sizeof checked;
    memset(&error, 0, sizeof error);
    error.size = sizeof error;
    migcore_chunk_load_memory(&loader, sizeof loader, stream, length, NULL, 0, NULL, NULL);
    status = migcore_machine_check(&machine, &loader.visitor, &checked);
    if (status == MIGCORE_OK) {
        migcore_chunk_load_memory(&loader, sizeof loader, stream, length, NULL, 0, NULL, NULL);
        status = migcore_machine_load(&machine, &loader.visitor, &checked);
    }
    CHECK_STATUS(migcore_get_error(&loader.visitor, &error), MIGCORE_OK);
    return status;
}

static bool same(const struct clock *clock)
{
    return clock->base == set.base && memcmp(clock->lines, set.lines, sizeof set.lines) == 0 &&
           clock->has_alarm == set.has_alarm && clock->alarm == set.alarm;
}

/* The bytes that QEMU's wire has for the clock. */
static void put(struct handlers *handlers)
{
    migcore_legacy legacy;
    struct clock clock = set;

    migcore_legacy_save_memory(&legacy, sizeof legacy, handlers->bytes, sizeof handlers->bytes, NULL);
    migcore_begin_device(&legacy.visitor, "clock", 0, 6, 6);
    clock_visit(&legacy.visitor, &clock);
    migcore_end_device(&legacy.visitor);
    CHECK_OK(migcore_finish(&legacy.visitor));
    handlers->length = (size_t)migcore_position(&legacy.visitor);
}

static void old_program_to_new_one(const struct handlers *bytes)
{
    struct handlers handlers = *bytes;
    struct clock clock = { 0, { 0 }, false, 0 };

    describe(handlers_visit, &handlers, 5, NULL);
    CHECK_OK(save());
    describe(clock_visit, &clock, 6, migcore_visit_blob);
    CHECK_OK(load());
    CHECK(same(&clock));
}

static void new_program_to_itself(void)
{
    struct clock clock = set, loaded = { 0, { 0 }, false, 0 };
    uint8_t fields[sizeof stream];
    size_t fields_length;

    describe(clock_visit, &clock, 6, migcore_visit_blob);
    CHECK_OK(save());
    memcpy(fields, stream, length);
    fields_length = length;
    describe(clock_visit, &clock, 6, NULL);
    CHECK_OK(save());
    CHECK_MEMORY(stream, length, fields, fields_length);
    describe(clock_visit, &loaded, 6, migcore_visit_blob);
    CHECK_OK(load());
    CHECK(same(&loaded));
}

static void new_program_to_old_one(const struct handlers *bytes)
{
    struct clock clock = set;
    struct handlers handlers = *bytes, loaded;
    uint8_t blob[sizeof stream];
    size_t blob_length;

    describe(handlers_visit, &handlers, 5, NULL);
    CHECK_OK(save());
    memcpy(blob, stream, length);
    blob_length = length;
    describe(clock_visit, &clock, 5, migcore_visit_blob);
    CHECK_OK(save());
    CHECK_MEMORY(stream, length, blob, blob_length);
    describe(handlers_visit, &loaded, 5, NULL);
    CHECK_OK(load());
    CHECK_MEMORY(loaded.bytes, loaded.length, bytes->bytes, bytes->length);
}

static void other_lengths(const struct handlers *bytes)
{
    struct handlers handlers = *bytes;
    size_t cut;

    handlers.bytes[bytes->length] = 0; /* for what is longer */
    for (cut = 1; cut <= bytes->length + 1; cut++) {
        struct clock clock = { 0, { 0 }, false, 0 };
        migcore_status status;

        check_case("%u bytes", (unsigned)cut);
        handlers.length = cut;
        describe(handlers_visit, &handlers, 5, NULL);
        CHECK_OK(save());
        describe(clock_visit, &clock, 6, migcore_visit_blob);
        status = load();
        if (cut == 10 || cut == bytes->length) {
            CHECK_OK(status); /* at 10 the subsection is not there */
        } else if (cut > bytes->length || (cut > 10 && cut < 23)) {
            CHECK_STATUS(status, MIGCORE_UNCONSUMED);
            CHECK_TEXT(error.path, "clock/0");
        } else {
            CHECK_STATUS(status, MIGCORE_TRUNCATED);
            CHECK_TEXT(error.path, cut < 4 ? "clock/0.base" : cut < 10 ? "clock/0.wires.lines" :
                                   cut < 27 ? "clock/0" : "clock/0.clock/alarm.at");
            CHECK(error.offset > 0 && error.offset < length);
        }
    }
    check_case("%s", "");
}

/* Alone, over a tree, and over QEMU's bytes, where both are the same. */
static migcore_status visit_alone(migcore_visitor *v, uint32_t since, struct clock *clock)
{
    migcore_begin_device(v, "clock", 0, 5, 5);
    migcore_visit_blob(v, since, clock_visit, clock);
    migcore_end_device(v);
    return migcore_finish(v);
}

static void over_a_tree(void)
{
    static const uint32_t since[] = { 0, 5, 6, MIGCORE_ALWAYS_BLOB };
    static uint64_t memory[512];
    size_t i;

    for (i = 0; i < COUNT_OF(since); i++) {
        struct clock clock = set, loaded = { 0, { 0 }, false, 0 };
        migcore_tree tree;
        migcore_tree_saver saver;
        migcore_tree_loader loader;

        CHECK_OK(migcore_tree_init(&tree, sizeof tree, memory, sizeof memory));
        CHECK_OK(migcore_tree_save(&saver, sizeof saver, &tree, MIGCORE_ROOT));
        CHECK_OK(visit_alone(&saver.visitor, since[i], &clock));
        CHECK_OK(migcore_tree_load(&loader, sizeof loader, &tree, MIGCORE_ROOT));
        CHECK_OK(visit_alone(&loader.visitor, 0, &loaded));
        CHECK(same(&loaded));
    }
}

static void over_bytes(const struct handlers *bytes)
{
    static const uint32_t since[] = { 0, 6, MIGCORE_ALWAYS_BLOB };
    size_t i;

    for (i = 0; i < COUNT_OF(since); i++) {
        struct clock clock = set, loaded = { 0, { 0 }, false, 0 };
        migcore_legacy legacy;

        migcore_legacy_save_memory(&legacy, sizeof legacy, stream, sizeof stream, NULL);
        CHECK_OK(visit_alone(&legacy.visitor, since[i], &clock));
        CHECK_MEMORY(stream, (size_t)migcore_position(&legacy.visitor), bytes->bytes, bytes->length);
        migcore_legacy_load_memory(&legacy, sizeof legacy, stream, bytes->length, NULL);
        CHECK_OK(visit_alone(&legacy.visitor, since[i], &loaded));
        CHECK(same(&loaded));
    }
}

static migcore_status refuse(migcore_visitor *v, void *opaque)
{
    (void)v;
    (void)opaque;
    return -7;
}

static migcore_status leave_open(migcore_visitor *v, void *opaque)
{
    (void)opaque;
    return migcore_begin_struct(v, "open");
}

static migcore_status no_blob(migcore_visit_function visit)
{
    static uint8_t scratch[MIGCORE_CHUNK_SCRATCH];
    migcore_chunk_saver saver;

    migcore_chunk_save_memory(&saver, sizeof saver, stream, sizeof stream, scratch, sizeof scratch, NULL, NULL);
    migcore_begin_device(&saver.visitor, "clock", 0, 5, 5);
    migcore_visit_blob(&saver.visitor, 6, visit, NULL);
    memset(&error, 0, sizeof error);
    error.size = sizeof error;
    CHECK_OK(migcore_get_error(&saver.visitor, &error));
    return migcore_finish(&saver.visitor);
}

static void refused(void)
{
    CHECK_STATUS(migcore_visit_blob(NULL, 6, clock_visit, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(no_blob(NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(no_blob(refuse), MIGCORE_REFUSED);
    CHECK(error.cause == -7);
    CHECK_TEXT(error.path, "clock/0");
    CHECK_STATUS(no_blob(leave_open), MIGCORE_UNBALANCED);
    CHECK_TEXT(error.path, "clock/0.open");
}

/* As a stream of QEMU has a pair of functions when its description was followed: one opaque buffer. */
static void an_opaque_buffer(const struct handlers *bytes)
{
    static const struct buffer_case {
        const char *name;
        size_t longer;
        uint32_t marks;
        migcore_status status;
        const char *path;
    } cases[] = {
        { "data", 0, MIGCORE_MARK_OPAQUE, MIGCORE_OK, "" },
        { "data", 1, MIGCORE_MARK_OPAQUE, MIGCORE_UNCONSUMED, "clock/0.data" },
        { "data", 0, 0, MIGCORE_MISSING, "clock/0.base" },
        { "other", 0, MIGCORE_MARK_OPAQUE, MIGCORE_MISSING, "clock/0.base" },
    };
    static uint8_t scratch[MIGCORE_CHUNK_SCRATCH];
    size_t i;

    for (i = 0; i < COUNT_OF(cases); i++) {
        struct clock clock = { 0, { 0 }, false, 0 };
        struct handlers handlers = *bytes;
        migcore_chunk_saver saver;

        handlers.bytes[bytes->length] = 0; /* for what is longer */
        migcore_chunk_save_memory(&saver, sizeof saver, stream, sizeof stream, scratch, sizeof scratch, NULL, NULL);
        migcore_begin_device(&saver.visitor, "clock", 0, 5, 5);
        migcore_mark(&saver.visitor, cases[i].marks);
        migcore_visit_bytes(&saver.visitor, cases[i].name, handlers.bytes, handlers.length + cases[i].longer);
        migcore_end_device(&saver.visitor);
        CHECK_OK(migcore_finish(&saver.visitor));
        length = (size_t)migcore_position(&saver.visitor);
        describe(clock_visit, &clock, 6, migcore_visit_blob);
        CHECK_STATUS(load(), cases[i].status);
        CHECK_TEXT(error.path, cases[i].path);
        CHECK(cases[i].status != MIGCORE_OK || same(&clock));
    }
}

void test_blob(void)
{
    struct handlers bytes;

    memset(subsections, 0, sizeof subsections);
    subsections[0].size = sizeof subsections[0];
    subsections[0].name = "clock/alarm";
    subsections[0].version = 1;
    subsections[0].minimum_version = 1;
    subsections[0].needed = alarm_needed;
    subsections[0].visit = alarm_visit;
    put(&bytes);
    CHECK_EQUAL(bytes.length, 35);
    old_program_to_new_one(&bytes);
    new_program_to_itself();
    new_program_to_old_one(&bytes);
    other_lengths(&bytes);
    an_opaque_buffer(&bytes);
    over_a_tree();
    over_bytes(&bytes);
    refused();
}
