/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The framing of whole QEMU streams, beside the visits of devices.
 */
#include "golden.h"
#include "sections.h"

static migcore_legacy legacy;
static migcore_visitor *const v = &legacy.visitor;
static migcore_record record;
static migcore_configuration configuration;
static migcore_error error;
static uint8_t bytes[2048];

static void set_up(void)
{
    memset(&record, 0, sizeof record);
    record.size = sizeof record;
    memset(&configuration, 0, sizeof configuration);
    configuration.size = sizeof configuration;
    memset(&error, 0, sizeof error);
    error.size = sizeof error;
}

static void save_to(size_t capacity)
{
    set_up();
    CHECK_OK(migcore_legacy_save_memory(&legacy, sizeof legacy, bytes, capacity, NULL));
}

static void load_from(const uint8_t *stream, size_t length)
{
    set_up();
    CHECK_OK(migcore_legacy_load_memory(&legacy, sizeof legacy, stream, length, NULL));
}

static migcore_status next(void)
{
    return migcore_framing_record(v, &record);
}

/* Reads a whole stream; of sections only their payloads' lengths are known here. */
static migcore_status read_none(const uint8_t *stream, size_t length)
{
    static const struct {
        uint32_t kind, section, instance, version;
        const char *name;
        uint64_t payload;
    } expected[] = {
        { MIGCORE_RECORD_START, 2, 0, 4, "ram", 16 },
        { MIGCORE_RECORD_END, 2, 0, 0, "", 8 },
        { MIGCORE_RECORD_FULL, 0, 0, 2, "timer", 24 },
        { MIGCORE_RECORD_FULL, 4, 0, 1, "globalstate", 104 },
    };
    size_t i;

    load_from(stream, length);
    migcore_framing_header(v);
    if (next() == MIGCORE_OK && record.kind == MIGCORE_RECORD_CONFIGURATION) {
        migcore_framing_configuration(v, &configuration);
    }
    for (i = 0; i < COUNT_OF(expected) && next() == MIGCORE_OK; i++) {
        if (record.kind != expected[i].kind || record.section != expected[i].section ||
            record.instance != expected[i].instance || record.version != expected[i].version ||
            strcmp(record.name, expected[i].name) != 0 || record.length != 0 || record.command != 0) {
            return MIGCORE_REFUSED;
        }
        migcore_framing_skip(v, expected[i].payload);
        migcore_framing_footer(v, record.section);
    }
    if (next() == MIGCORE_OK && record.kind != MIGCORE_RECORD_EOF) {
        return MIGCORE_REFUSED;
    }
    if (next() == MIGCORE_OK && record.kind != MIGCORE_RECORD_DESCRIPTION) {
        return MIGCORE_REFUSED;
    }
    migcore_framing_skip(v, record.length);
    return migcore_expect_end(v);
}

static void a_stream_is_read(void)
{
    CHECK_OK(read_none(golden_none, sizeof golden_none));
    CHECK_TEXT(configuration.machine, "none");
    CHECK(configuration.parts == 0 && configuration.capabilities[0] == '\0');
    CHECK_EQUAL(record.length, 486);
    CHECK_OK(migcore_finish(v));
}

static void put_section(uint32_t kind, uint32_t section, const char *name, uint32_t version, const uint8_t *payload,
                        size_t length)
{
    record.kind = kind;
    record.section = section;
    record.version = version;
    memset(record.name, 0x5a, sizeof record.name); /* what is behind the NUL does not count */
    strcpy(record.name, name);
    migcore_framing_record(v, &record);
    migcore_put_raw(v, payload, length);
    migcore_framing_footer(v, section);
}

static void write_none(size_t capacity)
{
    save_to(capacity);
    migcore_framing_header(v);
    record.kind = MIGCORE_RECORD_CONFIGURATION;
    migcore_framing_record(v, &record);
    strcpy(configuration.machine, "none");
    migcore_framing_configuration(v, &configuration);
    put_section(MIGCORE_RECORD_START, 2, "ram", 4, golden_none + 0x22, 16);
    put_section(MIGCORE_RECORD_END, 2, "", 4, golden_none + 0x3c, 8);
    put_section(MIGCORE_RECORD_FULL, 0, "timer", 2, golden_none + 0x5c, 24);
    put_section(MIGCORE_RECORD_FULL, 4, "globalstate", 1, golden_none + 0x92, 104);
    record.kind = MIGCORE_RECORD_EOF;
    migcore_framing_record(v, &record);
    record.kind = MIGCORE_RECORD_DESCRIPTION;
    record.length = 486;
    migcore_framing_record(v, &record);
    migcore_put_raw(v, golden_none + sizeof golden_none - 486, 486);
}

static void a_stream_is_written(void)
{
    size_t capacity;

    write_none(sizeof bytes);
    CHECK_OK(migcore_finish(v));
    CHECK_BYTES(bytes, (size_t)migcore_position(v), golden_none);
    for (capacity = 0; capacity < sizeof golden_none; capacity++) {
        write_none(capacity);
        CHECK_STATUS(migcore_finish(v), MIGCORE_NO_SPACE);
    }
}

static void a_stream_is_cut(void)
{
    size_t length;

    for (length = 0; length < sizeof golden_none; length++) {
        migcore_status status = read_none(golden_none, length);

        check_case("%u bytes", (unsigned)length);
        CHECK_STATUS(status, MIGCORE_TRUNCATED);
        CHECK_OK(migcore_get_error(v, &error));
        CHECK(error.offset <= length);
    }
    check_case("%s", "");
}

/* Any bit: found, or within what is not looked at here. */
static void a_stream_is_damaged(void)
{
    size_t bit, unseen = 0;

    memcpy(bytes, golden_none, sizeof golden_none);
    for (bit = 0; bit < 8 * sizeof golden_none; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        unseen += read_none(bytes, sizeof golden_none) == MIGCORE_OK;
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    /* The name of the machine, the payloads, the description. */
    CHECK_EQUAL(unseen, 8 * (4 + 16 + 8 + 24 + 104 + 486));
}

static void commands_are_passed_over(void)
{
    static const uint32_t numbers[] = { MIGCORE_COMMAND_OPEN_RETURN_PATH, MIGCORE_COMMAND_PING,
                                        MIGCORE_COMMAND_POSTCOPY_ADVISE };
    static const uint32_t lengths[] = { 0, 4, 16 };
    size_t i;

    load_from(golden_advise, sizeof golden_advise);
    CHECK_OK(migcore_framing_header(v));
    CHECK_OK(next());
    CHECK_OK(migcore_framing_configuration(v, &configuration));
    for (i = 0; i < COUNT_OF(numbers); i++) {
        CHECK_OK(next());
        CHECK_EQUAL(record.kind, MIGCORE_RECORD_COMMAND);
        CHECK_EQUAL(record.command, numbers[i]);
        CHECK_EQUAL(record.length, lengths[i]);
        CHECK_OK(migcore_framing_skip(v, record.length));
    }
    CHECK_OK(migcore_expect_end(v));

    save_to(sizeof bytes);
    CHECK_OK(migcore_framing_header(v));
    record.kind = MIGCORE_RECORD_CONFIGURATION;
    CHECK_OK(migcore_framing_record(v, &record));
    strcpy(configuration.machine, "none");
    CHECK_OK(migcore_framing_configuration(v, &configuration));
    record.kind = MIGCORE_RECORD_COMMAND;
    for (i = 0; i < COUNT_OF(numbers); i++) {
        record.command = numbers[i];
        record.length = lengths[i];
        CHECK_OK(migcore_framing_record(v, &record));
        CHECK_OK(migcore_put_raw(v, golden_advise + migcore_position(v), lengths[i]));
    }
    CHECK_BYTES(bytes, (size_t)migcore_position(v), golden_advise);
}

static void a_configuration_comes_back(void)
{
    migcore_configuration kept;

    load_from(golden_configuration, sizeof golden_configuration);
    CHECK_OK(migcore_framing_header(v));
    CHECK_OK(next());
    CHECK_OK(migcore_framing_configuration(v, &configuration));
    CHECK_OK(migcore_expect_end(v));
    CHECK_TEXT(configuration.machine, "pc-i440fx-7.2");
    CHECK_EQUAL(configuration.parts, MIGCORE_CONFIGURATION_UUID);
    CHECK(configuration.uuid[1] == 0x11 && configuration.uuid[15] == 0xff);
    CHECK_TEXT(configuration.capabilities, "x-ignore-shared");
    CHECK(configuration.capabilities[16] == '\0');

    kept = configuration;
    save_to(sizeof bytes);
    CHECK_OK(migcore_framing_header(v));
    record.kind = MIGCORE_RECORD_CONFIGURATION;
    CHECK_OK(migcore_framing_record(v, &record));
    CHECK_OK(migcore_framing_configuration(v, &kept));
    CHECK_BYTES(bytes, (size_t)migcore_position(v), golden_configuration);
}

static void bits_and_many_capabilities(void)
{
    size_t i, length;

    save_to(sizeof bytes);
    configuration.parts = MIGCORE_CONFIGURATION_PAGE_BITS;
    configuration.page_bits = 12;
    for (i = 0; i + 16 < sizeof configuration.capabilities; i += 16) {
        memcpy(configuration.capabilities + i, "a-capability-xy", 16);
    }
    CHECK_OK(migcore_framing_configuration(v, &configuration));
    length = (size_t)migcore_position(v);
    load_from(bytes, length);
    CHECK_OK(migcore_framing_configuration(v, &configuration));
    CHECK(configuration.machine[0] == '\0' && configuration.page_bits == 12);
    CHECK_EQUAL(configuration.parts, MIGCORE_CONFIGURATION_PAGE_BITS);
    CHECK_TEXT(configuration.capabilities + 16 * 63, "a-capability-xy");
    CHECK(configuration.capabilities[16 * 64] == '\0');

    /* No end: refused, and nothing is read beyond. */
    save_to(sizeof bytes);
    memset(configuration.capabilities, 'x', sizeof configuration.capabilities);
    CHECK_STATUS(migcore_framing_configuration(v, &configuration), MIGCORE_INVALID_ARGUMENT);
    save_to(sizeof bytes);
    memset(configuration.machine, 'x', sizeof configuration.machine);
    CHECK_STATUS(migcore_framing_configuration(v, &configuration), MIGCORE_INVALID_ARGUMENT);
    save_to(sizeof bytes);
    configuration.parts = 4;
    CHECK_STATUS(migcore_framing_configuration(v, &configuration), MIGCORE_INVALID_ARGUMENT);
}

static migcore_status agree(const migcore_configuration *found, const migcore_configuration *ours)
{
    load_from(golden_none, 0);
    migcore_framing_agree(v, found, ours);
    CHECK_OK(migcore_get_error(v, &error));
    return migcore_get_status(v);
}

static void configurations_agree_or_not(void)
{
    migcore_configuration one, other;

    set_up();
    strcpy(configuration.machine, "pc-7.2");
    one = other = configuration;
    CHECK_OK(agree(&one, &other));
    strcpy(other.machine, "pc-7.20");
    CHECK_STATUS(agree(&one, &other), MIGCORE_BAD_VALUE);
    CHECK_TEXT(error.path, "machine 'pc-7.2', here 'pc-7.20'");
    other = one;
    strcpy(other.capabilities, "mapped-ram");
    CHECK_STATUS(agree(&one, &other), MIGCORE_BAD_VALUE);
    CHECK_TEXT(error.path, "capabilities");
    CHECK_STATUS(agree(NULL, &other), MIGCORE_NULL_POINTER);
    CHECK_STATUS(agree(&one, NULL), MIGCORE_NULL_POINTER);
    other.size = 0;
    CHECK_STATUS(agree(&one, &other), MIGCORE_BAD_SIZE);
    CHECK_STATUS(migcore_framing_agree(NULL, &one, &one), MIGCORE_NULL_POINTER);
}

static void put_and_refused(uint32_t kind, uint32_t command, uint32_t length, const char *name)
{
    save_to(sizeof bytes);
    record.kind = kind;
    record.command = command;
    record.length = length;
    strcpy(record.name, name);
    CHECK_STATUS(migcore_framing_record(v, &record), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_get_status(v), MIGCORE_INVALID_ARGUMENT);
}

static void taken_and_refused(const char *stream, size_t length, migcore_status status, uint64_t offset)
{
    load_from((const uint8_t *)stream, length);
    CHECK_STATUS(next(), status);
    CHECK_OK(migcore_get_error(v, &error));
    CHECK_EQUAL(error.offset, offset);
}

static void what_no_reader_takes(void)
{
    put_and_refused(MIGCORE_RECORD_FULL, 0, 0, "");
    put_and_refused(5, 0, 0, "x");
    put_and_refused(0x100, 0, 0, "x");
    put_and_refused(MIGCORE_RECORD_COMMAND, 0, 0, "");
    put_and_refused(MIGCORE_RECORD_COMMAND, 12, 0, "");
    put_and_refused(MIGCORE_RECORD_COMMAND, MIGCORE_COMMAND_PING, 5, "");
    put_and_refused(MIGCORE_RECORD_COMMAND, 0x10001, 0, "");
    save_to(sizeof bytes);
    record.kind = MIGCORE_RECORD_FULL;
    memset(record.name, 'x', sizeof record.name);
    CHECK_STATUS(migcore_framing_record(v, &record), MIGCORE_INVALID_ARGUMENT);

    taken_and_refused("\x05", 1, MIGCORE_UNKNOWN_RECORD, 0);
    taken_and_refused("\x04\0\0\0\1\0", 6, MIGCORE_BAD_VALUE, 5);
    taken_and_refused("\x04\0\0\0\1\3x\0y\0\0\0\0\0\0\0\1", 17, MIGCORE_BAD_TEXT, 5);
    taken_and_refused("\x08\0\0\0\0", 5, MIGCORE_UNKNOWN_COMMAND, 0);
    taken_and_refused("\x08\0\x0c\0\0", 5, MIGCORE_UNKNOWN_COMMAND, 0);
    taken_and_refused("\x08\0\2\0\3", 5, MIGCORE_BAD_VALUE, 0);
    taken_and_refused("", 0, MIGCORE_TRUNCATED, 0);

    load_from((const uint8_t *)"\x7e\0\0\0\2", 5);
    CHECK_STATUS(migcore_framing_footer(v, 3), MIGCORE_BAD_VALUE);
    CHECK_OK(migcore_get_error(v, &error));
    CHECK(error.expected == 3 && error.found == 2);
    load_from((const uint8_t *)"\x01\0\0\0\2", 5);
    CHECK_STATUS(migcore_framing_footer(v, 2), MIGCORE_BAD_ORDER);
    CHECK_OK(migcore_get_error(v, &error));
    CHECK(error.expected == MIGCORE_RECORD_FOOTER && error.found == 1);

    load_from((const uint8_t *)"QEVM\0\0\0\2", 8);
    CHECK_STATUS(migcore_framing_header(v), MIGCORE_OBSOLETE_FORMAT);
    load_from((const uint8_t *)"QEVM\0\0\0\4", 8);
    CHECK_STATUS(migcore_framing_header(v), MIGCORE_UNKNOWN_FORMAT);
    load_from((const uint8_t *)"QEVN\0\0\0\3", 8);
    CHECK_STATUS(migcore_framing_header(v), MIGCORE_BAD_MAGIC);
    load_from((const uint8_t *)"\0\0\0\2x\0", 6);
    CHECK_STATUS(migcore_framing_configuration(v, &configuration), MIGCORE_BAD_TEXT);
    load_from(golden_none, 4);
    CHECK_STATUS(migcore_framing_skip(v, UINT64_MAX), MIGCORE_TRUNCATED);
}

static void misused(void)
{
    CHECK_STATUS(migcore_framing_header(NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_framing_footer(NULL, 0), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_framing_skip(NULL, 0), MIGCORE_NULL_POINTER);
    set_up();
    CHECK_STATUS(migcore_framing_record(NULL, &record), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_framing_configuration(NULL, &configuration), MIGCORE_NULL_POINTER);
    save_to(sizeof bytes);
    CHECK_STATUS(migcore_framing_record(v, NULL), MIGCORE_NULL_POINTER);
    save_to(sizeof bytes);
    record.size = 1;
    CHECK_STATUS(migcore_framing_record(v, &record), MIGCORE_BAD_SIZE);
    save_to(sizeof bytes);
    CHECK_STATUS(migcore_framing_configuration(v, NULL), MIGCORE_NULL_POINTER);
    save_to(sizeof bytes);
    configuration.size = 1;
    CHECK_STATUS(migcore_framing_configuration(v, &configuration), MIGCORE_BAD_SIZE);
    save_to(sizeof bytes);
    CHECK_STATUS(migcore_framing_skip(v, 1), MIGCORE_WRONG_DIRECTION);
    CHECK_STATUS(migcore_framing_header(v), MIGCORE_WRONG_DIRECTION); /* the first error stays */
    CHECK_EQUAL(migcore_position(v), 0);
}

void test_framing(void)
{
    a_stream_is_read();
    a_stream_is_written();
    a_stream_is_cut();
    a_stream_is_damaged();
    commands_are_passed_over();
    a_configuration_comes_back();
    bits_and_many_capabilities();
    configurations_agree_or_not();
    what_no_reader_takes();
    misused();
}
