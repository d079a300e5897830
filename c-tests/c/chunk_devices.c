/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What names in the stream make possible: devices that tell what they are, items in any order, what is missing, of another
 * type, or unknown; over memory and over a stream.
 */
#include "sections.h"
#include "stream.h"

#include <stdio.h>

static const struct mode modes[] = {
    { "memory", true, 0, 0, 0, 0, true },
    { "stream", false, 0, 0, 3, 0, true },
};

static struct chunk_mode chunks = { 2000, 8192, 0, NULL };

static struct channel saved, from;

static migcore_visitor *saving(void)
{
    channel_save_chunks(&saved, &modes[0], &chunks);
    return channel_visitor(&saved);
}

static migcore_visitor *loading(const struct mode *mode)
{
    channel_load_chunks(&from, mode, &chunks, channel_bytes(&saved), channel_length(&saved));
    return channel_visitor(&from);
}

static migcore_chunk_counts counts_of(struct channel *channel)
{
    migcore_chunk_counts counts;

    memset(&counts, 0x5a, sizeof counts);
    counts.size = sizeof counts;
    CHECK_OK(migcore_chunk_get_counts((migcore_chunk_loader *)(void *)channel_visitor(channel), &counts));
    return counts;
}

static void save_three_devices(void)
{
    migcore_visitor *v = saving();
    uint8_t value = 7;

    CHECK_OK(migcore_set_oldest_reader(v, 2));
    CHECK_OK(migcore_begin_device(v, "nic", 4, 5, 1));
    CHECK_OK(migcore_visit_u8(v, "a", &value));
    CHECK_OK(migcore_end_device(v));
    CHECK_OK(migcore_mark(v, MIGCORE_MARK_ANCILLARY | MIGCORE_MARK_SAFE_TO_COPY));
    CHECK_OK(migcore_begin_device(v, "leds", 0, 1, 1));
    CHECK_OK(migcore_visit_u8(v, "b", &value));
    CHECK_OK(migcore_end_device(v));
    CHECK_OK(migcore_set_state_version(v, 2));
    CHECK_OK(migcore_begin_device(v, "disk", 1, 3, 1));
    CHECK_EQUAL(migcore_state_version(v), 2);
    CHECK_OK(migcore_visit_u8_since(v, "c", &value, 2, 0));
    CHECK_OK(migcore_visit_u8_since(v, "d", &value, 3, 0));
    CHECK_OK(migcore_end_device(v));
    CHECK_OK(migcore_finish(v));
}

static void devices_say_what_they_are(const struct mode *mode)
{
    migcore_device_head head, untouched;
    migcore_visitor *v = loading(mode);
    bool more = false;
    uint8_t value = 0;

    head.size = sizeof head;
    CHECK_OK(migcore_next_device(v, &head, &more));
    CHECK(more && head.instance == 4 && head.version == 5 && head.oldest_reader == 2 && head.marks == 0);
    CHECK_TEXT(head.name, "nic");
    /* To look at it again changes nothing. */
    CHECK_OK(migcore_next_device(v, &head, &more));
    CHECK_TEXT(head.name, "nic");
    /* A device that is of version 3 can read this state of version 5. */
    CHECK_OK(migcore_begin_device(v, head.name, head.instance, 3, 1));
    CHECK_EQUAL(migcore_state_version(v), 3);
    CHECK_OK(migcore_visit_u8(v, "a", &value));
    CHECK_EQUAL(value, 7);
    CHECK_OK(migcore_end_device(v));
    CHECK_OK(migcore_next_device(v, &head, &more));
    CHECK(more && head.marks == (MIGCORE_MARK_ANCILLARY | MIGCORE_MARK_SAFE_TO_COPY) && head.oldest_reader == 1);
    CHECK_OK(migcore_check_device(v));
    CHECK_OK(migcore_next_device(v, &head, &more));
    CHECK(more && head.instance == 1 && head.version == 2);
    CHECK_TEXT(head.name, "disk");
    CHECK_OK(migcore_begin_device(v, head.name, head.instance, 3, 1));
    CHECK_EQUAL(migcore_state_version(v), 2);
    value = 0;
    CHECK_OK(migcore_visit_u8_since(v, "c", &value, 2, 0));
    CHECK_EQUAL(value, 7);
    CHECK_OK(migcore_visit_u8_since(v, "d", &value, 3, 9));
    CHECK_EQUAL(value, 9);
    CHECK_OK(migcore_end_device(v));
    untouched = head;
    CHECK_OK(migcore_next_device(v, &head, &more));
    CHECK(!more && memcmp(&head, &untouched, sizeof head) == 0);
    CHECK_OK(migcore_finish(v));
    CHECK_OK(migcore_expect_end(v));
    CHECK_EQUAL(counts_of(&from).searched, 0);
    CHECK_STATUS(migcore_check_device(v), MIGCORE_MISSING);
    channel_free(&from);
}

static void devices_that_are_refused(const struct mode *mode)
{
    migcore_visitor *v = loading(mode);
    migcore_device_head head;
    bool more = true;

    /* A critical device may not be left; an ancillary one may. */
    CHECK_STATUS(migcore_finish(v), MIGCORE_UNKNOWN_DEVICE);
    channel_free(&from);
    v = loading(mode);
    CHECK_OK(migcore_check_device(v));
    CHECK_OK(migcore_begin_device(v, "disk", 1, 3, 1));
    CHECK_EQUAL(counts_of(&from).skipped_devices, 1);
    head.size = sizeof head;
    CHECK_STATUS(migcore_next_device(v, &head, &more), MIGCORE_UNBALANCED);
    CHECK(!more);
    CHECK_STATUS(migcore_get_status(v), MIGCORE_UNBALANCED);
    channel_free(&from);
    v = loading(mode);
    CHECK(migcore_begin_device(v, "nic", 0, 5, 1) != MIGCORE_OK);
    channel_free(&from);
    v = loading(mode);
    CHECK_STATUS(migcore_begin_device(v, "nic", 4, 1, 1), MIGCORE_TOO_NEW);
    channel_free(&from);
    v = loading(mode);
    CHECK_STATUS(migcore_begin_device(v, "nic", 4, 7, 6), MIGCORE_TOO_OLD);
    channel_free(&from);
    v = loading(mode);
    CHECK_STATUS(migcore_next_device(v, NULL, &more), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_get_status(v), MIGCORE_NULL_POINTER);
    channel_free(&from);
    v = loading(mode);
    CHECK_STATUS(migcore_next_device(v, &head, NULL), MIGCORE_NULL_POINTER);
    channel_free(&from);
    v = loading(mode);
    head.size--;
    more = true;
    CHECK_STATUS(migcore_next_device(v, &head, &more), MIGCORE_BAD_SIZE);
    CHECK(!more);
    channel_free(&from);
}

/* Wires whose devices have no names, and visitors that save. */
static void others_have_no_devices_to_name(void)
{
    struct memory memory;
    migcore_visitor *v = memory_load(&memory, "abc", 3);
    migcore_device_head head;
    migcore_chunk_header header;
    migcore_chunk_counts counts;
    bool more = true;

    head.size = sizeof head;
    header.size = sizeof header;
    counts.size = sizeof counts;
    CHECK_STATUS(migcore_next_device(v, &head, &more), MIGCORE_UNSUPPORTED);
    CHECK(!more);
    CHECK_STATUS(migcore_get_status(v), MIGCORE_UNSUPPORTED);
    v = memory_load(&memory, "abc", 3);
    CHECK_STATUS(migcore_check_device(v), MIGCORE_UNSUPPORTED);
    v = memory_load(&memory, "abc", 3);
    CHECK_STATUS(migcore_chunk_get_header((migcore_chunk_loader *)(void *)v, &header), MIGCORE_UNSUPPORTED);
    v = memory_load(&memory, "abc", 3);
    CHECK_STATUS(migcore_chunk_get_counts((migcore_chunk_loader *)(void *)v, &counts), MIGCORE_UNSUPPORTED);
    v = memory_save(&memory);
    CHECK_STATUS(migcore_next_device(v, &head, &more), MIGCORE_WRONG_DIRECTION);
    v = memory_save(&memory);
    CHECK_STATUS(migcore_check_device(v), MIGCORE_WRONG_DIRECTION);
    v = saving();
    CHECK_STATUS(migcore_check_device(v), MIGCORE_WRONG_DIRECTION);
    channel_free(&saved);
}

#define MANY 200

static void save_many_items(void)
{
    migcore_visitor *v = saving();
    char name[16];
    uint16_t i;

    CHECK_OK(migcore_begin_device(v, "d", 0, 1, 1));
    for (i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "f%u", (unsigned)i);
        CHECK_OK(migcore_visit_u16(v, name, &i));
    }
    CHECK_OK(migcore_end_device(v));
    CHECK_OK(migcore_finish(v));
}

/* From the last to the first: the status of that. */
static migcore_status load_backwards(const struct mode *mode)
{
    migcore_visitor *v = loading(mode);
    char name[16];
    unsigned i;

    CHECK_OK(migcore_begin_device(v, "d", 0, 1, 1));
    for (i = MANY; i-- > 0;) {
        uint16_t value = 0xffff;

        snprintf(name, sizeof name, "f%u", i);
        if (migcore_visit_u16(v, name, &value) == MIGCORE_OK) {
            CHECK_EQUAL(value, i);
        }
    }
    CHECK(migcore_end_device(v) != MIGCORE_OK || counts_of(&from).searched > 0);
    return migcore_finish(v);
}

static void items_in_another_order(const struct mode *mode)
{
    static uint8_t memory[(MANY + 1) * MIGCORE_INDEX_ENTRY + 8];
    migcore_chunk_loader loader;
    size_t at;

    chunks.index = 0;
    CHECK_STATUS(load_backwards(mode), MIGCORE_NEEDS_INDEX);
    CHECK_TEXT(report_of(channel_visitor(&from)).path, "d/0.f199");
    channel_free(&from);
    chunks.index = (MANY + 1) * MIGCORE_INDEX_ENTRY;
    CHECK_OK(load_backwards(mode));
    channel_free(&from);
    chunks.index = 0;
    /* At an odd address some of it is lost; one entry more makes up for it. */
    for (at = 0; at < 8; at++) {
        uint16_t value = 0;

        CHECK_OK(migcore_chunk_load_memory(&loader, sizeof loader, channel_bytes(&saved), channel_length(&saved),
                                           memory + at, sizeof memory - at, NULL, NULL));
        CHECK_OK(migcore_begin_device(&loader.visitor, "d", 0, 1, 1));
        CHECK_OK(migcore_visit_u16(&loader.visitor, "f199", &value));
        CHECK_EQUAL(value, 199);
        CHECK_OK(migcore_visit_u16(&loader.visitor, "f40", &value));
        CHECK_EQUAL(value, 40);
        /* What was not read is critical. */
        CHECK_STATUS(migcore_end_device(&loader.visitor), MIGCORE_UNCONSUMED);
    }
    for (at = 0; at < 3 * MIGCORE_INDEX_ENTRY; at++) {
        CHECK_OK(migcore_chunk_load_memory(&loader, sizeof loader, channel_bytes(&saved), channel_length(&saved),
                                           memory, at, NULL, NULL));
        CHECK_OK(migcore_begin_device(&loader.visitor, "d", 0, 1, 1));
    }
}

static migcore_status known_visit(migcore_visitor *v, void *opaque)
{
    return migcore_visit_u8(v, "k", (uint8_t *)opaque);
}

static void save_marked_items(void)
{
    static const migcore_subsection table[] = {
        { sizeof(migcore_subsection), "d/unknown", 1, 1, MIGCORE_MARK_ANCILLARY, NULL, known_visit },
        { sizeof(migcore_subsection), "d/known", 1, 1, 0, NULL, known_visit },
    };
    migcore_visitor *v = saving();
    uint8_t small = 200;
    int32_t negative = -5;
    float real = 1.5f;
    uint8_t array[3] = { 1, 2, 3 };
    bool has = false;

    CHECK_OK(migcore_begin_device(v, "d", 0, 1, 1));
    CHECK_OK(migcore_has(v, "any", &has));
    CHECK(has);
    CHECK_OK(migcore_visit_u8(v, "small", &small));
    CHECK_OK(migcore_mark(v, MIGCORE_MARK_ANCILLARY | MIGCORE_MARK_SECRET));
    CHECK_OK(migcore_visit_u8(v, "extra", &small));
    CHECK_OK(migcore_visit_i32(v, "negative", &negative));
    CHECK_OK(migcore_mark(v, MIGCORE_MARK_ANCILLARY));
    CHECK_OK(migcore_begin_struct(v, "more"));
    CHECK_OK(migcore_visit_u8(v, "inside", &small));
    CHECK_OK(migcore_end_struct(v));
    CHECK_OK(migcore_visit_f32(v, "real", &real));
    CHECK_OK(migcore_visit_u8_array(v, "array", array, 3));
    CHECK_OK(migcore_visit_subsections(v, "d", table, COUNT_OF(table), &small));
    CHECK_OK(migcore_end_device(v));
    CHECK_OK(migcore_finish(v));
}

static void items_are_found_by_name(const struct mode *mode)
{
    static const migcore_subsection table[] = {
        { sizeof(migcore_subsection), "d/other", 1, 1, 0, NULL, known_visit },
        { sizeof(migcore_subsection), "d/known", 1, 1, 0, NULL, known_visit },
    };
    migcore_visitor *v = loading(mode);
    uint64_t wide = 0;
    int64_t negative = 0;
    double real = 0;
    uint32_t array[3] = { 0 };
    uint8_t known = 0, missing = 0;
    bool has = true;

    CHECK_OK(migcore_begin_device(v, "d", 0, 1, 1));
    CHECK_OK(migcore_has(v, "missing", &has));
    CHECK(!has);
    CHECK_OK(migcore_has(v, "small", &has));
    CHECK(has);
    CHECK_OK(migcore_visit_u8_or(v, "missing", &missing, 77));
    CHECK_EQUAL(missing, 77);
    CHECK_OK(migcore_visit_u64(v, "small", &wide));
    CHECK_EQUAL(wide, 200);
    CHECK_OK(migcore_visit_i64(v, "negative", &negative));
    CHECK(negative == -5);
    CHECK_OK(migcore_visit_f64(v, "real", &real));
    CHECK(real > 1.4 && real < 1.6);
    CHECK_OK(migcore_visit_u32_array(v, "array", array, 3));
    CHECK(array[0] == 1 && array[2] == 3);
    CHECK_OK(migcore_visit_subsections(v, "d", table, COUNT_OF(table), &known));
    CHECK_EQUAL(known, 200);
    CHECK_OK(migcore_end_device(v));
    CHECK_OK(migcore_finish(v));
    /* The item, the struct and the subsection that nobody asked for. */
    CHECK_EQUAL(counts_of(&from).skipped_items, 3);
    CHECK(counts_of(&from).searched > 0);
    channel_free(&from);
}

static void items_that_are_refused(const struct mode *mode)
{
    migcore_visitor *v = loading(mode);
    uint8_t byte = 9;
    uint16_t array[3] = { 9, 9, 9 };

    CHECK_OK(migcore_begin_device(v, "d", 0, 1, 1));
    CHECK_STATUS(migcore_visit_u8(v, "absent", &byte), MIGCORE_MISSING);
    CHECK_TEXT(report_of(v).path, "d/0.absent");
    channel_free(&from);
    v = loading(mode);
    CHECK_OK(migcore_begin_device(v, "d", 0, 1, 1));
    CHECK_STATUS(migcore_visit_u8(v, "negative", &byte), MIGCORE_WRONG_TYPE);
    channel_free(&from);
    v = loading(mode);
    CHECK_OK(migcore_begin_device(v, "d", 0, 1, 1));
    CHECK(migcore_visit_u16_array(v, "array", array, 2) != MIGCORE_OK);
    CHECK(byte == 9 && array[0] == 9);
    channel_free(&from);
    v = loading(mode);
    CHECK_OK(migcore_begin_device(v, "d", 0, 1, 1));
    CHECK_STATUS(migcore_end_device(v), MIGCORE_UNCONSUMED);
    CHECK_TEXT(report_of(v).path, "d/0.small");
    channel_free(&from);
    /* Nothing stands outside of a device. */
    v = loading(mode);
    CHECK_STATUS(migcore_visit_u8(v, "small", &byte), MIGCORE_UNBALANCED);
    channel_free(&from);
}

/* A subsection that is not known, taken by hand. */
static void subsections_by_hand(const struct mode *mode)
{
    migcore_visitor *v = loading(mode);
    char name[MIGCORE_NAME_SIZE];
    uint32_t version;
    bool found;
    uint8_t known = 0;

    CHECK_OK(migcore_begin_device(v, "d", 0, 1, 1));
    CHECK_OK(migcore_next_subsection(v, "d", name, sizeof name, &version, &found));
    CHECK(found && strcmp(name, "d/unknown") == 0);
    CHECK_OK(migcore_skip_subsection(v));
    CHECK_OK(migcore_next_subsection(v, "d", name, sizeof name, &version, &found));
    CHECK(found && strcmp(name, "d/known") == 0);
    CHECK_OK(migcore_visit_u8(v, "k", &known));
    CHECK_EQUAL(known, 200);
    CHECK_OK(migcore_end_subsection(v));
    CHECK_OK(migcore_next_subsection(v, "d", name, sizeof name, &version, &found));
    CHECK(!found);
    channel_free(&from);
    v = loading(mode);
    CHECK_OK(migcore_begin_device(v, "d", 0, 1, 1));
    CHECK_OK(migcore_next_subsection(v, "d", name, sizeof name, &version, &found));
    CHECK_STATUS(migcore_end_subsection(v), MIGCORE_UNCONSUMED);
    channel_free(&from);
}

/* Chunks of a type that this library does not know, behind the header. */
static void unknown_chunks(const struct mode *mode)
{
    static const struct {
        const char *kind;
        bool skipped;
    } types[] = { { "abCd", true }, { "zzZZ", true }, { "ABCD", false }, { "Zzzz", false }, { "a1CD", false } };
    uint8_t bytes[200];
    migcore_kernels kernels;
    size_t i, k;

    CHECK_OK(migcore_kernels_detect(&kernels, sizeof kernels));
    for (i = 0; i < COUNT_OF(types) && kernels.crc32 != NULL; i++) {
        uint8_t chunk[15] = { 0, 0, 0, 3 }, end[20] = { 0, 0, 0, 8, 'M', 'E', 'N', 'D', 0, 0, 0, 2 };
        migcore_visitor *v = saving();
        uint32_t crc;

        check_case("%s, %s", mode->name, types[i].kind);
        CHECK_OK(migcore_finish(v));
        /* Signature, header and end of a stream without devices; the header takes 30 bytes. */
        CHECK_EQUAL(channel_length(&saved), 8 + 30 + 20);
        memcpy(bytes, channel_bytes(&saved), 38);
        memcpy(chunk + 4, types[i].kind, 4);
        memcpy(chunk + 8, "xyz", 3);
        crc = kernels.crc32(0, chunk + 4, 7);
        for (k = 0; k < 4; k++) {
            chunk[11 + k] = (uint8_t)(crc >> (24 - 8 * k));
        }
        memcpy(bytes + 38, chunk, sizeof chunk);
        crc = kernels.crc32(kernels.crc32(0, bytes + 34, 4), chunk + 11, 4);
        for (k = 0; k < 4; k++) {
            end[12 + k] = (uint8_t)(crc >> (24 - 8 * k));
        }
        crc = kernels.crc32(0, end + 4, 12);
        for (k = 0; k < 4; k++) {
            end[16 + k] = (uint8_t)(crc >> (24 - 8 * k));
        }
        memcpy(bytes + 38 + sizeof chunk, end, sizeof end);
        channel_free(&saved);
        channel_load_chunks(&from, mode, &chunks, bytes, 38 + sizeof chunk + sizeof end);
        CHECK_STATUS(migcore_finish(channel_visitor(&from)), types[i].skipped ? MIGCORE_OK : MIGCORE_UNKNOWN_CHUNK);
        CHECK_EQUAL(counts_of(&from).skipped_chunks, types[i].skipped);
        CHECK(!types[i].skipped || counts_of(&from).chunks == 2);
        channel_free(&from);
    }
}

void test_chunk_devices(void)
{
    size_t m;

    for (m = 0; m < COUNT_OF(modes); m++) {
        check_case("%s", modes[m].name);
        save_three_devices();
        devices_say_what_they_are(&modes[m]);
        devices_that_are_refused(&modes[m]);
        channel_free(&saved);
        save_many_items();
        items_in_another_order(&modes[m]);
        channel_free(&saved);
        save_marked_items();
        items_are_found_by_name(&modes[m]);
        items_that_are_refused(&modes[m]);
        subsections_by_hand(&modes[m]);
        channel_free(&saved);
        unknown_chunks(&modes[m]);
    }
    check_case("%s", "");
    others_have_no_devices_to_name();
}
