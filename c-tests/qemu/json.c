/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * JSONWriter and QJSON: the release is set by the Makefile.
 */
#include <stddef.h>
#include <stdlib.h>

static long allocations_left = -1, allocated;

static void *test_malloc(size_t bytes)
{
    if (allocations_left == 0) {
        return NULL;
    }
    allocations_left--;
    allocated++;
    return malloc(bytes);
}

static void test_free(void *memory)
{
    allocated--;
    free(memory);
}

#define MIGCORE_QEMU_MALLOC(bytes) test_malloc(bytes)
#define MIGCORE_QEMU_FREE(memory) test_free(memory)
#include "migcore_qemu.h"
#include "check.h"

#if MIGCORE_QEMU_API >= 600

static const char all[] =
    "{\"a\": {\"b\": [true, null, -1, 18446744073709551615, 0.5, 1.1805916207174113e+21, null, \"\\u00E9\"]}, \"c\": \"d\"}";

static void write_all(JSONWriter *w)
{
    json_writer_start_object(w, NULL);
    json_writer_start_object(w, "a");
    json_writer_start_array(w, "b");
    json_writer_bool(w, NULL, true);
    json_writer_null(w, NULL);
    json_writer_int64(w, NULL, -1);
    json_writer_uint64(w, NULL, UINT64_MAX);
    json_writer_double(w, NULL, 0.5);
    json_writer_double(w, NULL, 1180591620717411303424.0);
    json_writer_double(w, NULL, strtod("inf", NULL));
    json_writer_str(w, NULL, "\xc3\xa9");
    json_writer_end_array(w);
    json_writer_end_object(w);
    json_writer_str(w, "c", "d");
    json_writer_end_object(w);
}

#define WRITER JSONWriter
#define NEW() json_writer_new(false)
#define GET json_writer_get
#define FREE json_writer_free

static void a_pretty_text(void)
{
    JSONWriter *w = json_writer_new(true);

    json_writer_start_object(w, NULL);
    json_writer_int64(w, "a", 1);
    json_writer_end_object(w);
    CHECK_TEXT(json_writer_get(w), "{\n    \"a\": 1\n}");
    json_writer_free(w);
    json_writer_free(NULL);
}

#else

static const char all[] = "{\"a\": {\"b\": [{}, [], {\"c\": -1}]}, \"d\": \"e\\\"\"}";

static void write_inside(QJSON *json)
{
    json_start_object(json, "a");
    json_start_array(json, "b");
    json_start_object(json, NULL);
    json_end_object(json);
    json_start_array(json, NULL);
    json_end_array(json);
    json_start_object(json, NULL);
    json_prop_int(json, "c", -1);
    json_end_object(json);
    json_end_array(json);
    json_end_object(json);
    json_prop_str(json, "d", "e\"");
}

static void write_all(QJSON *json)
{
    json_start_object(json, NULL);
    write_inside(json);
    json_end_object(json);
}

#define WRITER QJSON
#define NEW() migcore_qemu_priv_json_new(false)
#define GET qjson_get_str
#define FREE qjson_destroy

static void a_pretty_text(void)
{
    QJSON *json = qjson_new();

    CHECK(qjson_get_str(json) == NULL);
    write_inside(json);
    qjson_finish(json);
    CHECK_TEXT(qjson_get_str(json), all);
    qjson_destroy(json);
    qjson_destroy(NULL);
}

#endif

static void a_text_grows(void)
{
    WRITER *w = NEW();

    CHECK(GET(w) == NULL);
    write_all(w);
    CHECK_TEXT(GET(w), all);
    FREE(w);
    CHECK_EQUAL(allocated, 0);
}

/* Each allocation fails in its turn: there is no text then, and nothing is lost. */
static void there_may_be_no_memory(void)
{
    long made;

    for (made = 0; made < 20; made++) {
        WRITER *w;
        const char *text;

        allocations_left = made;
        w = NEW();
        CHECK((w == NULL) == (made == 0));
        if (w == NULL) {
            continue;
        }
        write_all(w);
        text = GET(w);
        CHECK(allocations_left > 0 ? text != NULL : text == NULL || strcmp(text, all) == 0);
        FREE(w);
        CHECK_EQUAL(allocated, 0);
    }
    CHECK(allocations_left > 0);
    allocations_left = -1;
}

static void the_memory_may_be_the_caller_s(void)
{
    char memory[sizeof all];
    size_t length, capacity;
    WRITER w;

    for (capacity = 0; capacity < sizeof memory; capacity++) {
        CHECK_EQUAL(migcore_qemu_json_init(&w, false, memory, capacity), MIGCORE_OK);
        write_all(&w);
        CHECK(migcore_qemu_json_text(&w, &length) == NULL);
        CHECK_EQUAL(length, sizeof all - 1);
    }
    CHECK_EQUAL(migcore_qemu_json_init(&w, false, memory, sizeof memory), MIGCORE_OK);
    write_all(&w);
    CHECK_TEXT(GET(&w), all);
    CHECK_EQUAL(allocated, 0);
}

/* What the library describes lies in what the device wrote. */
static void a_writer_has_a_description(void)
{
    char memory[100];
    WRITER w, inner;

    CHECK_EQUAL(migcore_qemu_json_init(&w, false, memory, sizeof memory), MIGCORE_OK);
    CHECK_EQUAL(migcore_vmdesc_begin_stream(migcore_qemu_json_vmdesc(&w), 1), MIGCORE_OK);
    CHECK_EQUAL(migcore_vmdesc_begin_device(&w.vmdesc, "old", 0), MIGCORE_OK);
    CHECK(migcore_qemu_json_over(&inner, &w.vmdesc) == &inner);
    CHECK_EQUAL(migcore_vmdesc_signed(migcore_qemu_json_vmdesc(&inner), "more", 2), MIGCORE_OK);
    CHECK_EQUAL(migcore_vmdesc_end_device(&w.vmdesc), MIGCORE_OK);
    CHECK_EQUAL(migcore_vmdesc_end_stream(&w.vmdesc), MIGCORE_OK);
    CHECK_TEXT(GET(&w), "{\"page_size\": 1, \"devices\": [{\"name\": \"old\", \"instance_id\": 0, \"more\": 2}]}");
    CHECK(migcore_qemu_json_over(&inner, NULL) == NULL);
    CHECK(migcore_qemu_json_vmdesc(NULL) == NULL);
}

/* A description of the program has no more memory than its own: what a writer over it is asked for is not read there. */
static void a_description_of_the_program(void)
{
    char memory[200];
    migcore_vmdesc *bare = (migcore_vmdesc *)malloc(sizeof *bare);
    WRITER over, *w;

    CHECK_EQUAL(migcore_vmdesc_init(bare, sizeof *bare, memory, sizeof memory, MIGCORE_QEMU_API, false), MIGCORE_OK);
    w = migcore_qemu_json_over(&over, bare);
    CHECK(GET(w) == NULL);
    write_all(w);
    CHECK_TEXT(GET(w), all);
    FREE(w);
    CHECK_TEXT(GET(w), all);
    free(bare);
    CHECK_EQUAL(allocated, 0);
}

int main(void)
{
    a_pretty_text();
    a_text_grows();
    there_may_be_no_memory();
    the_memory_may_be_the_caller_s();
    a_writer_has_a_description();
    a_description_of_the_program();
    return checks_report("json");
}
