/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What visitors over chunks are given: scratch memory, settings, limits, an index. What is too small tells what is needed.
 */
#include "machine.h"
#include "sections.h"

#include <stdlib.h>

static migcore_chunk_saver saver;
static migcore_chunk_loader loader;
static uint8_t bytes[MACHINE_LONGEST], scratch[4096];

static migcore_status save_with(const migcore_chunk_settings *settings, size_t scratch_size)
{
    return migcore_chunk_save_memory(&saver, sizeof saver, bytes, sizeof bytes, scratch, scratch_size, settings, NULL);
}

static migcore_status load_with(const migcore_chunk_limits *limits, size_t length)
{
    return migcore_chunk_load_memory(&loader, sizeof loader, bytes, length, NULL, 0, limits, NULL);
}

static void reported(migcore_visitor *v, migcore_status status, uint64_t expected, uint64_t found)
{
    migcore_error error;

    memset(&error, 0x5a, sizeof error);
    error.size = sizeof error;
    CHECK(migcore_get_error(v, &error) == MIGCORE_OK || migcore_finish(v) == status);
    CHECK_STATUS(error.status, status);
    CHECK_EQUAL(error.expected, expected);
    CHECK_EQUAL(error.found, found);
}

static void scratch_that_is_too_small(void)
{
    char name[256];
    size_t size;
    uint8_t value = 1;

    CHECK_EQUAL(migcore_chunk_scratch(0), MIGCORE_CHUNK_SCRATCH);
    CHECK_EQUAL(migcore_chunk_scratch(64), MIGCORE_CHUNK_SCRATCH);
    CHECK_EQUAL(migcore_chunk_scratch(255), 4 * 255);
    for (size = 0; size < MIGCORE_CHUNK_SCRATCH; size++) {
        check_case("scratch of %lu", (unsigned long)size);
        CHECK_STATUS(save_with(NULL, size), MIGCORE_NO_SPACE);
        reported(&saver.visitor, MIGCORE_NO_SPACE, MIGCORE_CHUNK_SCRATCH, size);
        CHECK_STATUS(migcore_begin_device(&saver.visitor, "d", 0, 1, 1), MIGCORE_NO_SPACE);
    }
    /* For each length of a name, what is told to be enough is. */
    for (size = 1; size < sizeof name; size++) {
        size_t enough = migcore_chunk_scratch(size);

        check_case("name of %lu", (unsigned long)size);
        memset(name, 'n', size);
        name[size] = '\0';
        CHECK_OK(save_with(NULL, enough));
        migcore_begin_device(&saver.visitor, name, 0, 1, 1);
        migcore_begin_versioned_struct(&saver.visitor, name, name, 1, 1);
        migcore_visit_u8(&saver.visitor, name, &value);
        migcore_end_struct(&saver.visitor);
        migcore_end_device(&saver.visitor);
        CHECK_OK(migcore_finish(&saver.visitor));
        if (enough > MIGCORE_CHUNK_SCRATCH) {
            migcore_error error;

            CHECK_OK(save_with(NULL, MIGCORE_CHUNK_SCRATCH));
            migcore_begin_device(&saver.visitor, "d", 0, 1, 1);
            migcore_begin_versioned_struct(&saver.visitor, name, name, 1, 1);
            error = report_of(&saver.visitor);
            CHECK(error.status == MIGCORE_OK || (error.expected > error.found && error.found == MIGCORE_CHUNK_SCRATCH));
        }
    }
    check_case("%s", "");
}

static void settings_are_checked(void)
{
    static char long_text[300];
    migcore_chunk_settings settings;

    memset(&settings, 0, sizeof settings);
    CHECK_STATUS(save_with(&settings, 256), MIGCORE_BAD_SIZE);
    settings.size = sizeof settings + 1;
    CHECK_STATUS(save_with(&settings, 256), MIGCORE_BAD_SIZE);
    settings.size = sizeof settings;
    CHECK_OK(save_with(&settings, 256));
    settings.slots = 33;
    CHECK_STATUS(save_with(&settings, 256), MIGCORE_INVALID_ARGUMENT);
    reported(&saver.visitor, MIGCORE_INVALID_ARGUMENT, 32, 33);
    settings.slots = 0x10000;
    CHECK_STATUS(save_with(&settings, 256), MIGCORE_INVALID_ARGUMENT);
    settings.slots = 0;
    memset(long_text, 'm', 256);
    settings.machine = long_text;
    CHECK_STATUS(save_with(&settings, 256), MIGCORE_NAME_TOO_LONG);
    reported(&saver.visitor, MIGCORE_NAME_TOO_LONG, 255, 256);
    long_text[255] = '\0';
    CHECK_OK(save_with(&settings, 256));
    settings.machine = NULL;
    settings.writer = "\xff";
    CHECK_STATUS(save_with(&settings, 256), MIGCORE_BAD_TEXT);
    reported(&saver.visitor, MIGCORE_BAD_TEXT, 0, 0);
}

static void the_header_tells_the_settings(void)
{
    migcore_chunk_settings settings;
    migcore_chunk_header header;
    size_t length;

    memset(&settings, 0, sizeof settings);
    settings.size = sizeof settings;
    settings.machine = "pc \xc3\xa9";
    settings.writer = "a test";
    settings.slots = 3;
    settings.fragment_limit = 5000;
    CHECK_OK(save_with(&settings, sizeof scratch));
    CHECK_OK(migcore_finish(&saver.visitor));
    length = (size_t)migcore_position(&saver.visitor);
    CHECK_OK(load_with(NULL, length));
    header.size = sizeof header;
    CHECK_OK(migcore_chunk_get_header(&loader, &header));
    CHECK_TEXT(header.machine, "pc \xc3\xa9");
    CHECK_TEXT(header.writer, "a test");
    CHECK_EQUAL(header.slots, 3);
    CHECK_EQUAL(header.fragment_limit, 5000);
    CHECK(header.shape_limit > 256 && header.size == sizeof header);
    CHECK_OK(migcore_finish(&loader.visitor));
    /* Asked again, it is the same. */
    CHECK_OK(migcore_chunk_get_header(&loader, &header));
    CHECK_TEXT(header.machine, "pc \xc3\xa9");
    header.size--;
    CHECK_STATUS(migcore_chunk_get_header(&loader, &header), MIGCORE_BAD_SIZE);
    CHECK_STATUS(migcore_finish(&loader.visitor), MIGCORE_BAD_SIZE);
    CHECK_OK(load_with(NULL, length));
    CHECK_STATUS(migcore_chunk_get_header(&loader, NULL), MIGCORE_NULL_POINTER);
    /* A header that is damaged fails the visit. */
    bytes[20] ^= 1;
    header.size = sizeof header;
    CHECK_OK(load_with(NULL, length));
    CHECK_STATUS(migcore_chunk_get_header(&loader, &header), MIGCORE_BAD_CRC);
    CHECK_STATUS(migcore_get_status(&loader.visitor), MIGCORE_BAD_CRC);
    CHECK_EQUAL(report_of(&loader.visitor).offset, 8);
}

static migcore_status load_limited(const migcore_chunk_limits *limits, size_t length)
{
    static struct machine loaded;
    migcore_status status = load_with(limits, length);

    return status != MIGCORE_OK ? status : machine_visit(&loader.visitor, &loaded);
}

static void limits_hold(void)
{
    static struct machine source;
    migcore_chunk_limits limits;
    size_t length;

    machine_fill(&source, 3);
    CHECK_OK(save_with(NULL, sizeof scratch));
    CHECK_OK(machine_visit(&saver.visitor, &source));
    length = (size_t)migcore_position(&saver.visitor);
    memset(&limits, 0, sizeof limits);
    CHECK_STATUS(load_limited(&limits, length), MIGCORE_BAD_SIZE);
    limits.size = sizeof limits;
    CHECK_OK(load_limited(&limits, length));
    limits.slots = 100000;
    CHECK_OK(load_limited(&limits, length));
    limits.slots = 1;
    CHECK_OK(load_limited(&limits, length));
    limits.shape = 64;
    CHECK(load_limited(&limits, length) != MIGCORE_OK);
    reported(&loader.visitor, migcore_get_status(&loader.visitor), report_of(&loader.visitor).expected,
             report_of(&loader.visitor).found);
    CHECK(migcore_chunk_check(bytes, length, &limits, NULL, NULL, NULL) == migcore_get_status(&loader.visitor));
    limits.shape = 0;
    limits.chunk = 64;
    CHECK(load_limited(&limits, length) != MIGCORE_OK);
    limits.chunk = 0;
    limits.work = 10000;
    CHECK_OK(load_limited(&limits, length));
    limits.work = 1;
    CHECK_STATUS(migcore_chunk_check(bytes, length, &limits, NULL, NULL, NULL), MIGCORE_TOO_MUCH_WORK);
}

/* What a loader over a stream needs is told, and just that is enough. */
static void memory_of_a_stream(void)
{
    static struct machine source, loaded;
    migcore_chunk_header header;
    struct stream stream;
    migcore_source from;
    size_t needed = 0, size, round;
    uint8_t *memory;

    machine_fill(&source, 3);
    memset(&stream, 0, sizeof stream);
    stream.bytes = bytes;
    stream.length = machine_save(&source, bytes, sizeof bytes);
    from = stream_source(&stream, false);
    for (round = 0; round < 3; round++) {
        size = round == 0 ? 0 : round == 1 ? needed - 1 : needed;
        memory = (uint8_t *)malloc(size == 0 ? 1 : size);
        stream.at = 0;
        CHECK_OK(migcore_chunk_load_stream(&loader, sizeof loader, &from, NULL, 0, size == 0 ? NULL : memory, size, NULL,
                                           0, NULL, NULL));
        machine_wipe(&loaded);
        machine_visit(&loader.visitor, &loaded);
        if (round < 2) {
            migcore_error error = report_of(&loader.visitor);

            CHECK_STATUS(error.status, MIGCORE_NO_SPACE);
            CHECK_EQUAL(error.found, size);
            CHECK(machine_is_untouched(&loaded));
            needed = (size_t)error.expected;
        } else {
            CHECK_OK(migcore_get_status(&loader.visitor));
            CHECK(machine_same(&loaded, &source));
            header.size = sizeof header;
            CHECK_OK(migcore_chunk_get_header(&loader, &header));
            CHECK_EQUAL(needed, (size_t)header.slots * header.shape_limit + header.fragment_limit);
        }
        free(memory);
    }
}

/* Memory for what is saved, at every size. */
static void memory_that_is_too_small(void)
{
    uint32_t values[9] = { 1, 2, 3 };
    size_t size, length = 0;

    for (size = 400; size-- > 0;) {
        uint8_t *memory = (uint8_t *)malloc(size == 0 ? 1 : size);
        migcore_status status;

        CHECK_OK(migcore_chunk_save_memory(&saver, sizeof saver, memory, size, scratch, 256, NULL, NULL));
        migcore_begin_device(&saver.visitor, "d", 0, 1, 1);
        migcore_visit_u32_array(&saver.visitor, "values", values, 9);
        migcore_end_device(&saver.visitor);
        status = migcore_finish(&saver.visitor);
        if (length == 0) {
            CHECK_OK(status);
            length = (size_t)migcore_position(&saver.visitor);
        }
        CHECK_STATUS(status, size >= length ? MIGCORE_OK : MIGCORE_NO_SPACE);
        free(memory);
    }
}

/* Through the least scratch memory goes an array that is thousands of times as large. */
static void a_mebibyte_through_the_least_scratch(void)
{
    static uint32_t large[1 << 18], back[1 << 18];
    static uint8_t room[3 << 20];
    migcore_chunk_summary summary;
    size_t i, length;

    for (i = 0; i < COUNT_OF(large); i++) {
        large[i] = (uint32_t)i * 2654435761u;
    }
    CHECK_OK(migcore_chunk_save_memory(&saver, sizeof saver, room, sizeof room, scratch, MIGCORE_CHUNK_SCRATCH, NULL, NULL));
    CHECK_OK(migcore_begin_device(&saver.visitor, "ram", 0, 1, 1));
    CHECK_OK(migcore_visit_u32_array(&saver.visitor, "words", large, COUNT_OF(large)));
    CHECK_OK(migcore_end_device(&saver.visitor));
    CHECK_OK(migcore_finish(&saver.visitor));
    length = (size_t)migcore_position(&saver.visitor);
    summary.size = sizeof summary;
    CHECK_OK(migcore_chunk_check(room, length, NULL, NULL, &summary, NULL));
    CHECK(summary.devices == 1 && summary.chunks > 5000);
    CHECK_OK(migcore_chunk_load_checked(&loader, sizeof loader, room, length, NULL, 0, NULL, NULL));
    CHECK_OK(migcore_begin_device(&loader.visitor, "ram", 0, 1, 1));
    CHECK_OK(migcore_visit_u32_array(&loader.visitor, "words", back, COUNT_OF(back)));
    CHECK_OK(migcore_end_device(&loader.visitor));
    CHECK_OK(migcore_finish(&loader.visitor));
    CHECK(memcmp(large, back, sizeof large) == 0);
}

void test_chunk_begin(void)
{
    scratch_that_is_too_small();
    settings_are_checked();
    the_header_tells_the_settings();
    limits_hold();
    memory_of_a_stream();
    memory_that_is_too_small();
    a_mebibyte_through_the_least_scratch();
}
