/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Whole streams of QEMU by registered devices: a machine that has what QEMU's `none` has, tables and a pair of functions
 * side by side. What it writes is what QEMU wrote, and it takes and refuses what QEMU does.
 */
#include "migcore_qemu.h"

#include "check.h"
#include "../c/golden.h"
#include "load_cases.h"

/* -- The machine --------------------------------------------------------------------------------------------------- */

typedef struct Timers {
    int64_t cpu_ticks_offset;
    int64_t cpu_clock_offset;
} Timers;

static const VMStateDescription vmstate_timers = {
    .name = "timer",
    .version_id = 2,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_INT64(cpu_ticks_offset, Timers),
        VMSTATE_UNUSED(8),
        VMSTATE_INT64_V(cpu_clock_offset, Timers, 2),
        VMSTATE_END_OF_LIST(),
    },
};

typedef struct State {
    uint32_t size;
    uint8_t runstate[100];
} State;

static int state_post_load(void *opaque, int version_id)
{
    State *state = opaque;

    (void)version_id;
    return strcmp((const char *)state->runstate, "prelaunch") == 0 ? 0 : -EINVAL;
}

static const VMStateDescription vmstate_state = {
    .name = "globalstate",
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = state_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(size, State),
        VMSTATE_BUFFER(runstate, State),
        VMSTATE_END_OF_LIST(),
    },
};

/* Sends its parts while the machine runs; what is sent here is nothing but the words of an empty memory. */
static int ram_load(QEMUFile *f, void *opaque, int version_id)
{
    uint64_t word;

    (void)opaque;
    if (version_id != 4) {
        return -EINVAL;
    }
    do {
        word = qemu_get_be64(f);
    } while (word == 4 && qemu_file_get_error(f) == 0);
    return word == 0x10 || qemu_file_get_error(f) != 0 ? qemu_file_get_error(f) : -EINVAL;
}

static const SaveVMHandlers ram_handlers = { .load_state = ram_load };
static const SaveVMHandlers nothing;

static Timers timers;
static State state;
static migcore_configuration configuration;
static migcore_qemu_stream stream;
static uint8_t bytes[2048];
static char text[2048];
static migcore_vmdesc description;

/* In QEMU two others are registered between these, which have nothing to send. */
static void set_up(void)
{
    migcore_qemu_registry_clear(&migcore_qemu_devices);
    memset(&configuration, 0, sizeof configuration);
    configuration.size = sizeof configuration;
    strcpy(configuration.machine, "none");
    migcore_qemu_stream_init(&stream, &configuration);
    memset(&timers, 0, sizeof timers);
    memset(&state, 0, sizeof state);
    CHECK_EQUAL(vmstate_register(NULL, 0, &vmstate_timers, &timers), 0);
    CHECK_EQUAL(register_savevm_live("other", 0, 1, &nothing, NULL), 0);
    CHECK_EQUAL(register_savevm_live("ram", 0, 4, &ram_handlers, NULL), 0);
    CHECK_EQUAL(register_savevm_live("other", VMSTATE_INSTANCE_ID_ANY, 1, &nothing, NULL), 0);
    CHECK_EQUAL(vmstate_register(NULL, 0, &vmstate_state, &state), 0);
}

static int load(const uint8_t *from, size_t length, Error **errp)
{
    QEMUFile f;
    int result;

    migcore_qemu_file_init_load_memory(&f, from, length);
    result = migcore_qemu_loadvm(&migcore_qemu_devices, &f, &stream, errp);
    (void)qemu_fclose(&f);
    return result;
}

static int save(size_t capacity, size_t *length)
{
    QEMUFile f;
    int result;

    migcore_qemu_file_init_save_memory(&f, bytes, capacity);
    result = migcore_qemu_savevm(&migcore_qemu_devices, &f, &stream, NULL);
    *length = (size_t)migcore_qemu_file_position(&f);
    if (result == 0) {
        CHECK_EQUAL(qemu_fclose(&f), 0);
    }
    return result;
}

/* -- Tests --------------------------------------------------------------------------------------------------------- */

/* The parts of `ram`, which is live, are the program's own to send. */
static size_t without_ram(uint8_t *expected)
{
    const size_t start = 0x11, end = 0x49;

    memcpy(expected, golden_none, start);
    memcpy(expected + start, golden_none + end, sizeof golden_none - end);
    return sizeof golden_none - (end - start);
}

static void what_is_saved_is_what_qemu_wrote(void)
{
    uint8_t expected[sizeof golden_none];
    size_t length, whole = without_ram(expected), capacity;

    set_up();
    CHECK_EQUAL(load(golden_none, sizeof golden_none, NULL), 0);
    CHECK(strcmp((const char *)state.runstate, "prelaunch") == 0);
    migcore_vmdesc_init(&description, sizeof description, text, sizeof text, 702, false);
    stream.description = &description;
    CHECK_EQUAL(save(sizeof bytes, &length), 0);
    CHECK_EQUAL(length, whole);
    CHECK(memcmp(bytes, expected, whole) == 0);
    for (capacity = 0; capacity < whole; capacity++) {
        migcore_vmdesc_init(&description, sizeof description, text, sizeof text, 702, false);
        CHECK_EQUAL(save(capacity, &length), -ENOSPC);
    }
    migcore_vmdesc_init(&description, sizeof description, text, 100, 702, false);
    CHECK_EQUAL(save(sizeof bytes, &length), -ENOSPC);
}

/* QEMU 10.0 with mapped-ram, up to the devices; that with other parts is by the rules of any table. */
static void newer_releases_describe_the_configuration(void)
{
    static const char with_capability[] =
        "{\"configuration\": {\"vmsd_name\": \"configuration\", \"version\": 1, \"fields\": [{\"name\": \"len\", \"type\": "
        "\"uint32\", \"size\": 4}, {\"name\": \"name\", \"type\": \"buffer\", \"size\": 14}], \"subsections\": [{\"vmsd_name\": "
        "\"configuration/capabilities\", \"version\": 1, \"fields\": [{\"name\": \"caps_count\", \"type\": \"uint32\", \"size\": "
        "4}, {\"name\": \"capabilities\", \"type\": \"capability\", \"size\": 11}]}]}, \"page_size\": 4096, \"devices\": [";
    size_t length;

    set_up();
    strcpy(configuration.machine, "pc-i440fx-10.0");
    strcpy(configuration.capabilities, "mapped-ram");
    stream.configuration_described = true;
    migcore_vmdesc_init(&description, sizeof description, text, sizeof text, 1000, false);
    stream.description = &description;
    CHECK_EQUAL(save(sizeof bytes, &length), 0);
    CHECK(strncmp(text, with_capability, strlen(with_capability)) == 0);

    configuration.parts = MIGCORE_CONFIGURATION_PAGE_BITS | MIGCORE_CONFIGURATION_UUID;
    memcpy(configuration.capabilities, "xbzrle\0mapped-ram", 18);
    migcore_vmdesc_init(&description, sizeof description, text, sizeof text, 1000, false);
    CHECK_EQUAL(save(sizeof bytes, &length), 0);
    CHECK(strstr(text, "{\"name\": \"target_page_bits\", \"type\": \"uint32\", \"size\": 4}]}, ") != NULL);
    CHECK(strstr(text, "{\"name\": \"capabilities\", \"array_len\": 2, \"type\": \"capability\", \"size\": 7}]}, ") != NULL);
    CHECK(strstr(text, "{\"name\": \"uuid.data\", \"array_len\": 16, \"type\": \"uint8\", \"size\": 1}]}]}, ") != NULL);
}

static size_t unhex(const char *hex, uint8_t *to)
{
    size_t length = strlen(hex) / 2;

    for (size_t i = 0; i < length; i++) {
        unsigned byte = 0;

        sscanf(hex + 2 * i, "%2x", &byte);
        to[i] = (uint8_t)byte;
    }
    return length;
}

/* Where this library is another: a machine whose type only begins with that of the stream is refused, and a second section
   of a table; commands are passed over, whatever was said before. */
static int expected_of(const struct load_case *each)
{
    if (strncmp(each->name, "machine ", 8) == 0 || strcmp(each->name, "duplicate timer") == 0) {
        return -EINVAL;
    }
    return strcmp(each->name, "PING no RP") == 0 ? 0 : each->result;
}

/* What was expected, what was found, of which section, and where. */
static const struct words {
    const char *name, *words;
} words_of[] = {
    { "bad magic", "header: this is not a QEMU stream, which begins with QEVM, or it was damaged, at byte 0 of the stream" },
    { "no config section", "a configuration (type 7) was expected, and type 1 found at byte 8 of the stream" },
    { "machine pc", "machine 'pc', here 'none': the stream holds a value that is not allowed here, at byte 15 of the stream" },
    { "tpb subsection 13", "page_bits: the stream holds a value that is not allowed here (expected 12, found 13), at byte 57 of "
                           "the stream" },
    { "unknown section", "Unknown section or instance 'foo' 0, section 9 at byte 73 of the stream" },
    { "version 3 of timer v2", "unsupported version 3 for 'timer' v2, instance 0, section 0 at byte 73 of the stream" },
    { "footer id mismatch", "'timer' 0: footer of section 0: the stream holds a value that is not allowed here (expected 0, found "
                            "7), at byte 116 of the stream" },
    { "footer missing", "'timer' 0: footer of section 0: a part of the stream is missing, repeated or out of place (expected 126, "
                        "found 4), at byte 116 of the stream" },
    { "part unknown id", "Unknown section 99: a part of it, at byte 73 of the stream, without its beginning" },
    { "unknown section type 0x55", "record: no record of a QEMU stream begins with this byte (found 85), at byte 73 of the stream" },
    { "misplaced", "a section, a command or the end was expected, and a footer (type 126) found at byte 50 of the stream: was it "
                   "saved with footers?" },
    { "truncated before EOF", "record: the stream ends inside this item (bytes needed 1, there 0), at byte 255 of the stream" },
};

static void check_words(const char *name, const char *found)
{
    for (size_t i = 0; i < sizeof words_of / sizeof words_of[0]; i++) {
        if (strcmp(words_of[i].name, name) == 0) {
            if (strcmp(words_of[i].words, found) != 0) {
                printf("%s: %s\n", name, found);
            }
            CHECK(strcmp(words_of[i].words, found) == 0);
        }
    }
}

/* Footers where none are expected. */
static void a_record_out_of_place_is_named(void)
{
    Error *err = NULL;

    set_up();
    stream.footers = false;
    CHECK_EQUAL(load(golden_none, sizeof golden_none, &err), -EINVAL);
    check_words("misplaced", error_get_pretty(err));
    error_free(err);
}

static void what_qemu_refuses_is_refused(void)
{
    for (size_t i = 0; i < sizeof load_cases / sizeof load_cases[0]; i++) {
        const struct load_case *each = &load_cases[i];
        uint8_t changed[1024];
        size_t length = each->start;
        Error *err = NULL;
        int result;

        memcpy(changed, golden_none, each->start);
        length += unhex(each->hex, changed + length);
        memcpy(changed + length, golden_none + each->end, sizeof golden_none - each->end);
        length += sizeof golden_none - each->end;
        set_up();
        if (strncmp(each->name, "tpb ", 4) == 0) {
            configuration.parts = MIGCORE_CONFIGURATION_PAGE_BITS;
            configuration.page_bits = 12;
        }
        result = load(changed, length, &err);
        if (result != expected_of(each) || (err == NULL) != (result == 0)) {
            printf("%s: %d, %s\n", each->name, result, err != NULL ? error_get_pretty(err) : "no words");
        }
        CHECK_EQUAL(result, expected_of(each));
        CHECK((err == NULL) == (result == 0));
        if (err != NULL) {
            check_words(each->name, error_get_pretty(err));
        }
        error_free(err);
    }
}

static void a_cut_stream_is_refused(void)
{
    /* Behind the end there may be no description, or a part of one. */
    for (size_t length = 0; length < 0x100; length++) {
        set_up();
        CHECK_EQUAL(load(golden_none, length, NULL), -EIO);
    }
    CHECK_EQUAL(golden_none[0xff], QEMU_VM_EOF);
    set_up();
    CHECK_EQUAL(load(golden_none, 0x100, NULL), 0);
}

/* QEMU's own names, over the registry of the program. */
static void by_the_names_of_qemu(void)
{
    QEMUFile f;
    uint8_t expected[sizeof golden_none];
    size_t length, whole = without_ram(expected);

    set_up();
    CHECK_EQUAL(load(golden_none, sizeof golden_none, NULL), 0);
    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    CHECK(!qemu_savevm_state_blocked(NULL));
    CHECK_EQUAL(qemu_savevm_state(&f, NULL), 0);
    length = (size_t)migcore_qemu_file_position(&f);
    /* All but the description, for which there was no memory. */
    CHECK_EQUAL(length, whole - 5 - 486);
    CHECK(memcmp(bytes, expected, length) == 0);
    memset(&state, 0, sizeof state);
    migcore_qemu_file_init_load_memory(&f, bytes, length);
    CHECK_EQUAL(qemu_loadvm_state(&f), 0);
    CHECK_EQUAL(state.size, 10);
    /* Another machine by what the registry says. */
    strcpy(configuration.machine, "other");
    migcore_qemu_devices.stream = &stream;
    migcore_qemu_file_init_load_memory(&f, bytes, length);
    CHECK_EQUAL(qemu_loadvm_state(&f), -EINVAL);
    migcore_qemu_devices.stream = NULL;
}

/* A stream of a machine before 2.4: neither configuration nor footers. */
static void without_configuration_and_footers(void)
{
    size_t length;

    set_up();
    CHECK_EQUAL(load(golden_none, sizeof golden_none, NULL), 0);
    stream.configuration = NULL;
    stream.footers = false;
    CHECK_EQUAL(save(sizeof bytes, &length), 0);
    CHECK_EQUAL(length, 8 + (48 - 5) + (25 + 104) + 1);
    CHECK_EQUAL(bytes[8], QEMU_VM_SECTION_FULL);
    memset(&state, 0, sizeof state);
    CHECK_EQUAL(load(bytes, length, NULL), 0);
    CHECK_EQUAL(state.size, 10);
    CHECK_EQUAL(load(golden_none, sizeof golden_none, NULL), -EINVAL);
}

/* The same devices over chunks, all of them or none. */
static void over_chunks(void)
{
    migcore_device devices[8];
    migcore_machine machine;
    migcore_chunk_saver saver;
    migcore_chunk_loader loader;
    migcore_checked checked = { .size = sizeof checked };
    uint8_t scratch[MIGCORE_CHUNK_SCRATCH], chunks[1024];
    size_t count, length;

    set_up();
    CHECK_EQUAL(load(golden_none, sizeof golden_none, NULL), 0);
    timers.cpu_clock_offset = 5;
    count = migcore_qemu_machine_devices(&migcore_qemu_devices, devices, 8, true);
    CHECK_EQUAL(count, 2);
    CHECK_EQUAL(migcore_machine_init(&machine, sizeof machine, devices, count, NULL), MIGCORE_OK);
    migcore_chunk_save_memory(&saver, sizeof saver, chunks, sizeof chunks, scratch, sizeof scratch, NULL, NULL);
    CHECK_EQUAL(migcore_machine_save(&machine, &saver.visitor), MIGCORE_OK);
    CHECK_EQUAL(migcore_finish(&saver.visitor), MIGCORE_OK);
    length = (size_t)migcore_position(&saver.visitor);

    memset(&state, 0, sizeof state);
    memset(&timers, 0, sizeof timers);
    migcore_chunk_load_memory(&loader, sizeof loader, chunks, length, NULL, 0, NULL, NULL);
    CHECK_EQUAL(migcore_machine_check(&machine, &loader.visitor, &checked), MIGCORE_OK);
    migcore_chunk_load_memory(&loader, sizeof loader, chunks, length, NULL, 0, NULL, NULL);
    CHECK_EQUAL(migcore_machine_load(&machine, &loader.visitor, &checked), MIGCORE_OK);
    CHECK(timers.cpu_clock_offset == 5 && state.size == 10);
    CHECK_EQUAL(migcore_qemu_machine_devices(&migcore_qemu_devices, devices, 0, false), 3);
}

int main(void)
{
    what_is_saved_is_what_qemu_wrote();
    newer_releases_describe_the_configuration();
    what_qemu_refuses_is_refused();
    a_record_out_of_place_is_named();
    a_cut_stream_is_refused();
    by_the_names_of_qemu();
    without_configuration_and_footers();
    over_chunks();
    migcore_qemu_registry_clear(&migcore_qemu_devices);
    return checks_report("qemu/savevm");
}
