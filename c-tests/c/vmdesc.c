/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Descriptions as QEMU writes them, made by the calls; and JSON in general.
 */
#include "sections.h"

#include <stdlib.h>

/* The description of the smallest stream that QEMU 7.2 makes, of a machine without devices. */
static const char golden[] =
    "{\"page_size\": 4096, \"devices\": [{\"name\": \"timer\", \"instance_id\": 0, \"vmsd_name\": \"timer\", "
    "\"version\": 2, \"fields\": [{\"name\": \"cpu_ticks_offset\", \"type\": \"int64\", \"size\": 8}, "
    "{\"name\": \"unused\", \"type\": \"unused_buffer\", \"size\": 8}, {\"name\": \"cpu_clock_offset\", "
    "\"type\": \"int64\", \"size\": 8}]}, {\"name\": \"globalstate\", \"instance_id\": 0, \"vmsd_name\": "
    "\"globalstate\", \"version\": 1, \"fields\": [{\"name\": \"size\", \"type\": \"uint32\", \"size\": 4}, "
    "{\"name\": \"runstate\", \"type\": \"buffer\", \"size\": 100}]}]}";

static void tell_field(migcore_vmdesc *d, const char *name, const char *type, uint64_t size)
{
    CHECK_OK(migcore_vmdesc_begin_object(d, NULL));
    CHECK_OK(migcore_vmdesc_string(d, "name", name));
    CHECK_OK(migcore_vmdesc_string(d, "type", type));
    CHECK_OK(migcore_vmdesc_unsigned(d, "size", size));
    CHECK_OK(migcore_vmdesc_end_object(d));
}

static void tell_table(migcore_vmdesc *d, const char *name, int64_t version)
{
    CHECK_OK(migcore_vmdesc_string(d, "vmsd_name", name));
    CHECK_OK(migcore_vmdesc_signed(d, "version", version));
    CHECK_OK(migcore_vmdesc_begin_array(d, "fields"));
}

static void tell_golden(migcore_vmdesc *d)
{
    CHECK_OK(migcore_vmdesc_begin_stream(d, 4096));
    CHECK_OK(migcore_vmdesc_begin_device(d, "timer", 0));
    tell_table(d, "timer", 2);
    tell_field(d, "cpu_ticks_offset", "int64", 8);
    tell_field(d, "unused", "unused_buffer", 8);
    tell_field(d, "cpu_clock_offset", "int64", 8);
    CHECK_OK(migcore_vmdesc_end_array(d));
    CHECK_OK(migcore_vmdesc_end_device(d));
    CHECK_OK(migcore_vmdesc_begin_device(d, "globalstate", 0));
    tell_table(d, "globalstate", 1);
    tell_field(d, "size", "uint32", 4);
    tell_field(d, "runstate", "buffer", 100);
    CHECK_OK(migcore_vmdesc_end_array(d));
    CHECK_OK(migcore_vmdesc_end_device(d));
    CHECK_OK(migcore_vmdesc_end_stream(d));
}

static void the_text_is_qemu_s(void)
{
    char memory[sizeof golden];
    const char *text = NULL;
    migcore_vmdesc d;
    size_t length = 0;

    CHECK_OK(migcore_vmdesc_init(&d, sizeof d, memory, sizeof memory, 702, false));
    tell_golden(&d);
    CHECK_OK(migcore_vmdesc_finish(&d, &text, &length));
    CHECK(text == memory);
    CHECK_EQUAL(length, sizeof golden - 1);
    CHECK_TEXT(text, golden);
    CHECK_OK(migcore_vmdesc_finish(&d, NULL, NULL));
}

/* In memory of every size; behind it nothing is written, as the sanitizers would see. */
static void too_little_memory_tells_what_is_needed(void)
{
    size_t capacity;

    for (capacity = 0; capacity < sizeof golden; capacity++) {
        char *memory = (char *)malloc(capacity + 1);
        const char *text = "";
        migcore_vmdesc d, moved;
        size_t length = 0;

        memory[capacity] = 'x';
        CHECK_OK(migcore_vmdesc_init(&d, sizeof d, memory, capacity, 702, false));
        memcpy(&moved, &d, sizeof d);
        tell_golden(&moved);
        CHECK_STATUS(migcore_vmdesc_finish(&moved, &text, &length), MIGCORE_NO_SPACE);
        CHECK(text == NULL);
        CHECK_EQUAL(length, sizeof golden - 1);
        CHECK(capacity == 0 || memcmp(memory, golden, capacity - 1) == 0);
        CHECK(memory[capacity] == 'x');
        free(memory);
    }
}

/* A sink that takes little at once, and fails at a call of its own. */
struct slow {
    char text[sizeof golden];
    size_t length, calls, fail_at;
    migcore_vmdesc *d;
};

static ptrdiff_t slow_write(void *opaque, const void *data, size_t length)
{
    struct slow *slow = (struct slow *)opaque;

    slow->calls++;
    if (slow->calls == slow->fail_at || slow->length == sizeof slow->text) {
        return -5;
    }
    if (slow->calls % 3 == 0) {
        return MIGCORE_IO_RETRY;
    }
    CHECK_STATUS(migcore_vmdesc_null(slow->d, "reentered"), MIGCORE_BUSY);
    slow->text[slow->length++] = *(const char *)data;
    return length > 0 ? 1 : 0;
}

static migcore_sink slow_sink(struct slow *slow, migcore_vmdesc *d, size_t fail_at)
{
    migcore_sink sink;

    memset(slow, 0, sizeof *slow);
    slow->fail_at = fail_at;
    slow->d = d;
    memset(&sink, 0, sizeof sink);
    sink.size = sizeof sink;
    sink.write = slow_write;
    sink.opaque = slow;
    return sink;
}

static void a_sink_gets_the_text(void)
{
    struct slow slow;
    const char *text = "";
    migcore_vmdesc d;
    migcore_sink sink = slow_sink(&slow, &d, 0);
    size_t length = 0;

    CHECK_OK(migcore_vmdesc_init_sink(&d, sizeof d, &sink, 702, false));
    tell_golden(&d);
    CHECK_OK(migcore_vmdesc_finish(&d, &text, &length));
    CHECK(text == NULL);
    CHECK_EQUAL(length, sizeof golden - 1);
    CHECK_MEMORY(slow.text, slow.length, golden, sizeof golden - 1);

    sink = slow_sink(&slow, &d, 4);
    CHECK_OK(migcore_vmdesc_init_sink(&d, sizeof d, &sink, 702, false));
    CHECK_STATUS(migcore_vmdesc_string(&d, NULL, "long"), MIGCORE_WRITE_FAILED);
    CHECK_EQUAL(slow.calls, 4);
    CHECK_STATUS(migcore_vmdesc_finish(&d, NULL, NULL), MIGCORE_WRITE_FAILED);
    CHECK_EQUAL(slow.calls, 4);
}

static void every_value_is_written(void)
{
    static const char expected[] =
        "{\n    \"configuration\": {\n        \"vmsd_name\": \"c\"\n    },\n    \"page_size\": 1,\n    \"devices\": [\n"
        "        {\n            \"name\": \"old\",\n            \"instance_id\": 4294967295,\n            \"size\": 7,\n"
        "            \"fields\": [\n                {\n                    \"name\": \"data\",\n"
        "                    \"size\": 7,\n                    \"type\": \"buffer\"\n                }\n            ]\n"
        "        },\n        {\n            \"name\": \"\\u00E9\\\"\\uFFFD\",\n            \"instance_id\": 0,\n"
        "            \"a\": [\n                true,\n                false,\n                null,\n                -1,\n"
        "                18446744073709551615,\n                -1.5e3\n            ]\n        }\n    ]\n}";
    char memory[1024];
    const char *text = NULL;
    migcore_vmdesc d;

    CHECK_OK(migcore_vmdesc_init(&d, sizeof d, memory, sizeof memory, 1000, true));
    CHECK_OK(migcore_vmdesc_begin_stream(&d, 1));
    CHECK_OK(migcore_vmdesc_begin_configuration(&d));
    CHECK_OK(migcore_vmdesc_string(&d, "vmsd_name", "c"));
    CHECK_OK(migcore_vmdesc_end_configuration(&d));
    CHECK_OK(migcore_vmdesc_handler(&d, "old", 0xffffffffU, 7));
    CHECK_OK(migcore_vmdesc_begin_device(&d, "\xc3\xa9\"\xff", 0));
    CHECK(!migcore_vmdesc_is_muted(&d));
    CHECK_OK(migcore_vmdesc_begin_array(&d, "a"));
    CHECK_OK(migcore_vmdesc_boolean(&d, NULL, true));
    CHECK_OK(migcore_vmdesc_boolean(&d, NULL, false));
    CHECK_OK(migcore_vmdesc_null(&d, NULL));
    CHECK_OK(migcore_vmdesc_signed(&d, NULL, -1));
    CHECK_OK(migcore_vmdesc_unsigned(&d, NULL, UINT64_MAX));
    CHECK_OK(migcore_vmdesc_number(&d, NULL, "-1.5e3"));
    CHECK_OK(migcore_vmdesc_end_array(&d));
    CHECK_OK(migcore_vmdesc_end_device(&d));
    CHECK_OK(migcore_vmdesc_end_stream(&d));
    CHECK_OK(migcore_vmdesc_finish(&d, &text, NULL));
    CHECK_TEXT(text, expected);
}

/* The first thing that cannot be is told by every call that follows. */
static void faults_are_kept(void)
{
    char memory[64];
    migcore_vmdesc d;
    size_t length;
    int i;

    CHECK_OK(migcore_vmdesc_init(&d, sizeof d, memory, sizeof memory, 702, false));
    CHECK_STATUS(migcore_vmdesc_finish(&d, NULL, &length), MIGCORE_UNBALANCED);
    CHECK_OK(migcore_vmdesc_begin_object(&d, NULL));
    CHECK_STATUS(migcore_vmdesc_finish(&d, NULL, &length), MIGCORE_UNBALANCED);
    CHECK_STATUS(migcore_vmdesc_null(&d, NULL), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_vmdesc_end_array(&d), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_vmdesc_finish(&d, NULL, &length), MIGCORE_INVALID_ARGUMENT);

    CHECK_OK(migcore_vmdesc_init(&d, sizeof d, memory, sizeof memory, 702, false));
    CHECK_STATUS(migcore_vmdesc_string(&d, NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_vmdesc_finish(&d, NULL, NULL), MIGCORE_NULL_POINTER);

    CHECK_OK(migcore_vmdesc_init(&d, sizeof d, memory, sizeof memory, 702, false));
    CHECK_STATUS(migcore_vmdesc_number(&d, NULL, "1,5"), MIGCORE_INVALID_ARGUMENT);
    CHECK_OK(migcore_vmdesc_init(&d, sizeof d, memory, sizeof memory, 702, false));
    CHECK_STATUS(migcore_vmdesc_end_object(&d), MIGCORE_UNBALANCED);

    CHECK_OK(migcore_vmdesc_init(&d, sizeof d, memory, sizeof memory, 702, false));
    for (i = 0; i < 128; i++) {
        CHECK_OK(migcore_vmdesc_begin_array(&d, NULL));
    }
    CHECK_STATUS(migcore_vmdesc_begin_array(&d, NULL), MIGCORE_TOO_DEEP);
}

static void what_is_no_description_is_refused(void)
{
    char memory[8];
    migcore_vmdesc d;
    migcore_sink sink;
    const char *text = memory;
    size_t length = 5;

    memset(&d, 0x5a, sizeof d);
    memset(&sink, 0, sizeof sink);
    CHECK_STATUS(migcore_vmdesc_null(NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK(!migcore_vmdesc_is_muted(NULL));
    CHECK_STATUS(migcore_vmdesc_finish(&d, &text, &length), MIGCORE_BAD_OBJECT);
    CHECK(text == NULL);
    CHECK_EQUAL(length, 0);
    CHECK_STATUS(migcore_vmdesc_init(NULL, sizeof d, memory, sizeof memory, 702, false), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_vmdesc_init(&d, sizeof d - 1, memory, sizeof memory, 702, false), MIGCORE_BAD_SIZE);
    CHECK_STATUS(migcore_vmdesc_null(&d, NULL), MIGCORE_BAD_SIZE);
    CHECK_STATUS(migcore_vmdesc_init(&d, sizeof d, NULL, 1, 702, false), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_vmdesc_begin_device(&d, "a", 0), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_vmdesc_init_sink(&d, sizeof d, NULL, 702, false), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_vmdesc_init_sink(&d, sizeof d, &sink, 702, false), MIGCORE_BAD_SIZE);
    CHECK_STATUS(migcore_vmdesc_end_stream(&d), MIGCORE_BAD_SIZE);
    sink.size = sizeof sink;
    CHECK_STATUS(migcore_vmdesc_init_sink(&d, sizeof d, &sink, 702, false), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_vmdesc_handler(&d, "a", 0, 1), MIGCORE_NULL_POINTER);
}

void test_vmdesc(void)
{
    the_text_is_qemu_s();
    too_little_memory_tells_what_is_needed();
    a_sink_gets_the_text();
    every_value_is_written();
    faults_are_kept();
    what_is_no_description_is_refused();
}
