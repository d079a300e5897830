/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * visit_type_* and migcore_qemu_visit_*: the bytes of each, both ways, and how failures reach errp.
 */
#define MIGCORE_QEMU_MALLOC(bytes) test_malloc(bytes)
#include <stdlib.h>

static int memory_is_out;

static inline void *test_malloc(size_t bytes)
{
    return memory_is_out ? NULL : malloc(bytes);
}

#include "migcore_qemu.h"
#include "check.h"

typedef struct Everything {
    bool flag;
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    int8_t i8;
    int16_t i16;
    int32_t i32;
    int64_t i64;
    int64_t plain;
    uint64_t size;
    double number;
    char *text;
} Everything;

static const Everything sample = {
    true, 0x12, 0x3456, 0x789abcde, UINT64_C(0x0123456789abcdef), -1, -2, -3, -4, 5, 6, -1.5, (char *)"hi",
};

static const uint8_t sample_bytes[] = {
    0x01,                                               /* flag */
    0x12,                                               /* u8 */
    0x34, 0x56,                                         /* u16 */
    0x78, 0x9a, 0xbc, 0xde,                             /* u32 */
    0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,     /* u64 */
    0xff,                                               /* i8 -1 */
    0xff, 0xfe,                                         /* i16 -2 */
    0xff, 0xff, 0xff, 0xfd,                             /* i32 -3 */
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfc,     /* i64 -4 */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05,     /* int */
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x06,     /* size */
    0xbf, 0xf8, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,     /* number -1.5 */
    0x02, 'h', 'i',                                     /* str */
};

static void visit_long_names(Visitor *v, Everything *e, Error **errp)
{
    visit_type_bool(v, "flag", &e->flag, errp);
    visit_type_uint8(v, "u8", &e->u8, errp);
    visit_type_uint16(v, "u16", &e->u16, errp);
    visit_type_uint32(v, "u32", &e->u32, errp);
    visit_type_uint64(v, "u64", &e->u64, errp);
    visit_type_int8(v, "i8", &e->i8, errp);
    visit_type_int16(v, "i16", &e->i16, errp);
    visit_type_int32(v, "i32", &e->i32, errp);
    visit_type_int64(v, "i64", &e->i64, errp);
    visit_type_int(v, "plain", &e->plain, errp);
    visit_type_size(v, "size", &e->size, errp);
    visit_type_number(v, "number", &e->number, errp);
    visit_type_str(v, "text", &e->text, errp);
}

static void visit_short_names(Visitor *v, Everything *e, Error **errp)
{
    visit_type_bool(v, "flag", &e->flag, errp);
    visit_type_u8(v, "u8", &e->u8, errp);
    visit_type_u16(v, "u16", &e->u16, errp);
    visit_type_u32(v, "u32", &e->u32, errp);
    visit_type_u64(v, "u64", &e->u64, errp);
    visit_type_i8(v, "i8", &e->i8, errp);
    visit_type_i16(v, "i16", &e->i16, errp);
    visit_type_i32(v, "i32", &e->i32, errp);
    visit_type_i64(v, "i64", &e->i64, errp);
    visit_type_s64(v, "plain", &e->plain, errp);
    visit_type_u64(v, "size", &e->size, errp);
    visit_type_number(v, "number", &e->number, errp);
    visit_type_str(v, "text", &e->text, errp);
}

static void visit_own_names(Visitor *v, Everything *e, Error **errp)
{
    migcore_qemu_visit_bool(v, "flag", &e->flag, errp);
    migcore_qemu_visit_u8(v, "u8", &e->u8, errp);
    migcore_qemu_visit_u16(v, "u16", &e->u16, errp);
    migcore_qemu_visit_u32(v, "u32", &e->u32, errp);
    migcore_qemu_visit_u64(v, "u64", &e->u64, errp);
    visit_type_s8(v, "i8", &e->i8, errp);
    visit_type_s16(v, "i16", &e->i16, errp);
    visit_type_s32(v, "i32", &e->i32, errp);
    migcore_qemu_visit_i64(v, "i64", &e->i64, errp);
    migcore_qemu_visit_i64(v, NULL, &e->plain, errp);
    migcore_qemu_visit_u64(v, NULL, &e->size, errp);
    migcore_qemu_visit_f64(v, NULL, &e->number, errp);
    migcore_qemu_visit_str(v, "text", &e->text, errp);
}

typedef void Visit(Visitor *v, Everything *e, Error **errp);

static bool equal(const Everything *a, const Everything *b)
{
    return a->flag == b->flag && a->u8 == b->u8 && a->u16 == b->u16 && a->u32 == b->u32 && a->u64 == b->u64
        && a->i8 == b->i8 && a->i16 == b->i16 && a->i32 == b->i32 && a->i64 == b->i64 && a->plain == b->plain
        && a->size == b->size && a->number == b->number && strcmp(a->text, b->text) == 0;
}

static void both_ways(Visit *visit)
{
    Everything saved = sample, loaded;
    uint8_t bytes[128];
    Error *err = NULL;
    QEMUFile f;

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    CHECK(!visit_is_input(qemu_file_get_visitor(&f)));
    visit(qemu_file_get_visitor(&f), &saved, &err);
    CHECK(err == NULL);
    CHECK_EQUAL(qemu_fclose(&f), 0);
    CHECK_BYTES(bytes, migcore_qemu_file_position(&f), sample_bytes);

    memset(&loaded, 0, sizeof loaded);
    migcore_qemu_file_init_load_memory(&f, sample_bytes, sizeof sample_bytes);
    CHECK(visit_is_input(qemu_file_get_visitor(&f)));
    visit(qemu_file_get_visitor(&f), &loaded, &err);
    CHECK(err == NULL);
    CHECK_EQUAL(qemu_fclose(&f), 0);
    CHECK(equal(&loaded, &sample));
    free(loaded.text);
}

/* Whatever is cut off: an Error, the file knows, and nothing is stored past the cut. */
static void every_cut_is_an_error(void)
{
    for (size_t length = 0; length < sizeof sample_bytes; length++) {
        Everything loaded = { .text = NULL };
        Error *err = NULL;
        QEMUFile f;

        migcore_qemu_file_init_load_memory(&f, sample_bytes, length);
        visit_long_names(qemu_file_get_visitor(&f), &loaded, &err);
        CHECK(err != NULL);
        CHECK(loaded.text == NULL);
        CHECK_EQUAL(qemu_file_get_error(&f), -EIO);
        error_free(err);
    }
}

static void the_error_names_the_field(void)
{
    Everything loaded = { .text = NULL };
    Error *err = NULL;
    QEMUFile f;

    migcore_qemu_file_init_load_memory(&f, sample_bytes, 3);
    visit_start_struct(qemu_file_get_visitor(&f), "card", NULL, 0, &err);
    visit_long_names(qemu_file_get_visitor(&f), &loaded, &err);
    CHECK(err != NULL && strstr(error_get_pretty(err), "card.u16") != NULL);
    error_free(err);
}

static void an_error_that_is_there_stays(void)
{
    Error *err = NULL;
    uint8_t bytes[8], value = 1;
    QEMUFile f;

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    error_setg(&err, "the first");
    CHECK(!visit_type_u8(qemu_file_get_visitor(&f), "value", &value, &err));
    CHECK_TEXT(error_get_pretty(err), "the first");
    CHECK_EQUAL(migcore_qemu_file_position(&f), 0);
    CHECK_EQUAL(qemu_file_get_error(&f), 0);
    error_free(err);
}

static void no_visitor_is_an_error(void)
{
    Error *err = NULL;
    uint8_t value = 1;

    CHECK(!visit_type_u8(NULL, "value", &value, &err));
    CHECK(err != NULL);
    CHECK_TEXT(error_get_pretty(err), migcore_status_text(MIGCORE_NULL_POINTER));
    error_free(err);
}

/* -- Structs, optional members, strings ---------------------------------------------------------------------------- */

static void structs_put_nothing_on_the_wire(void)
{
    static const uint8_t expected[] = { 7 };
    uint8_t value = 7, bytes[8];
    void *object = &value;
    QEMUFile f;
    Visitor *v;

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    v = qemu_file_get_visitor(&f);
    CHECK(visit_start_struct(v, "outer", NULL, 0, NULL));
    CHECK(visit_start_struct(v, "inner", &object, 1, NULL));
    CHECK(visit_type_u8(v, "value", &value, NULL));
    CHECK(visit_check_struct(v, NULL));
    visit_end_struct(v, &object);
    visit_end_struct(v, NULL);
    CHECK_EQUAL(qemu_fclose(&f), 0);
    CHECK_BYTES(bytes, migcore_qemu_file_position(&f), expected);
}

static void a_struct_left_open_is_an_error(void)
{
    uint8_t bytes[8];
    QEMUFile f;

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    CHECK(visit_start_struct(qemu_file_get_visitor(&f), "outer", NULL, 0, NULL));
    CHECK_EQUAL(qemu_fclose(&f), -EINVAL);
    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    visit_end_struct(qemu_file_get_visitor(&f), NULL);
    CHECK_EQUAL(qemu_fclose(&f), -EINVAL);
}

/* A load does not allocate a struct for the device; one that is there is filled in place. */
static void structs_are_not_allocated(void)
{
    static const uint8_t bytes[] = { 7 };
    uint8_t value = 0;
    void *object = &value, *nothing = NULL;
    Error *err = NULL;
    QEMUFile f;

    migcore_qemu_file_init_load_memory(&f, bytes, sizeof bytes);
    CHECK(visit_start_struct(qemu_file_get_visitor(&f), "there", &object, 1, &err));
    CHECK(!visit_start_struct(qemu_file_get_visitor(&f), "not_there", &nothing, 1, &err));
    CHECK(err != NULL && strstr(error_get_pretty(err), "there.not_there") != NULL);
    CHECK_EQUAL(qemu_file_get_error(&f), -ENOTSUP);
    error_free(err);
}

static void optional_members(void)
{
    static const uint8_t expected[] = {
        1, 9,   /* present, value */
        0,      /* not present */
    };
    bool here = true, away = false;
    uint8_t bytes[8], value = 9;
    QEMUFile f;
    Visitor *v;

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    v = qemu_file_get_visitor(&f);
    if (visit_optional(v, "here", &here)) {
        visit_type_u8(v, "value", &value, NULL);
    }
    CHECK(!visit_optional(v, "away", &away));
    CHECK_BYTES(bytes, migcore_qemu_file_position(&f), expected);

    here = false;
    away = true;
    value = 0;
    migcore_qemu_file_init_load_memory(&f, expected, sizeof expected);
    CHECK(visit_optional(v, "here", &here));
    visit_type_u8(v, "value", &value, NULL);
    CHECK(!visit_optional(v, "away", &away));
    CHECK(here && !away);
    CHECK_EQUAL(value, 9);
    here = true;
    CHECK(!visit_optional(v, "cut", &here));
    CHECK_EQUAL(qemu_file_get_error(&f), -EIO);
}

/* A scope: what is inside has a path through it, and an end that is missing is told. */
static void optional_scopes(void)
{
    static const uint8_t expected[] = { 1, 9, 0 };
    bool here = true, away = false;
    uint8_t bytes[8], value = 9;
    Error *err = NULL;
    QEMUFile f;
    Visitor *v;

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    v = qemu_file_get_visitor(&f);
    CHECK(migcore_qemu_begin_optional(v, "here", &here, NULL));
    CHECK(visit_type_u8(v, "value", &value, NULL));
    CHECK(migcore_qemu_end_optional(v, NULL));
    CHECK(migcore_qemu_begin_optional(v, "away", &away, NULL));
    CHECK(migcore_qemu_end_optional(v, NULL));
    CHECK_EQUAL(qemu_fclose(&f), 0);
    CHECK_BYTES(bytes, migcore_qemu_file_position(&f), expected);

    migcore_qemu_file_init_load_memory(&f, expected, 1);
    v = qemu_file_get_visitor(&f);
    CHECK(migcore_qemu_begin_optional(v, "here", &here, &err));
    CHECK(!visit_type_u8(v, "value", &value, &err));
    CHECK(err != NULL && strstr(error_get_pretty(err), "here.value") != NULL);
    error_free(err);
    here = true;
    CHECK(!migcore_qemu_begin_optional(v, "again", &here, NULL));
    CHECK(!here);

    migcore_qemu_file_init_load_memory(&f, expected, sizeof expected);
    CHECK(migcore_qemu_begin_optional(qemu_file_get_visitor(&f), "here", &here, NULL));
    CHECK_EQUAL(qemu_fclose(&f), -EINVAL);
}

/* The owner opens the device, with the version that its framing told. */
static void devices(void)
{
    static const uint8_t bytes[] = { 7 };
    static const int errors[] = { -EINVAL, 0, 0, -EINVAL };

    for (uint32_t version = 1; version <= 4; version++) {
        uint8_t value = 0;
        Error *err = NULL;
        QEMUFile f;
        Visitor *v;

        migcore_qemu_file_init_load_memory(&f, bytes, sizeof bytes);
        v = qemu_file_get_visitor(&f);
        migcore_set_state_version(migcore_qemu_native(v), version);
        migcore_qemu_begin_device(v, "card", 2, 3, 2, &err);
        visit_type_u8(v, "value", &value, &err);
        CHECK(err != NULL || migcore_state_version(migcore_qemu_native(v)) == version);
        migcore_qemu_end_device(v, &err);
        CHECK_EQUAL(qemu_fclose(&f), errors[version - 1]);
        CHECK_EQUAL(value, errors[version - 1] == 0 ? 7 : 0);
        CHECK((err != NULL) == (errors[version - 1] != 0));
        CHECK(err == NULL || strstr(error_get_pretty(err), "card/2") != NULL);
        error_free(err);
    }
}

static void strings(void)
{
    static const uint8_t empty[] = { 0 };
    uint8_t bytes[300];
    char *text = NULL;
    char long_text[257];
    Error *err = NULL;
    QEMUFile f;

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    CHECK(visit_type_str(qemu_file_get_visitor(&f), "none", &text, NULL)); /* as an empty text */
    CHECK_BYTES(bytes, migcore_qemu_file_position(&f), empty);
    memset(long_text, 'x', 256);
    long_text[256] = '\0';
    text = long_text;
    CHECK(!visit_type_str(qemu_file_get_visitor(&f), "long", &text, &err));
    CHECK(err != NULL);
    error_free(err);

    err = NULL;
    text = NULL;
    memory_is_out = 1;
    migcore_qemu_file_init_load_memory(&f, empty, sizeof empty);
    CHECK(!visit_type_str(qemu_file_get_visitor(&f), "text", &text, &err));
    memory_is_out = 0;
    CHECK_EQUAL(qemu_file_get_error(&f), -ENOMEM);
    error_free(err);
}

/* -- What QEMU's visitors lack ------------------------------------------------------------------------------------- */

typedef struct Arrays {
    bool flags[2];
    uint16_t u16[2];
    uint32_t u32[2];
    int64_t i64[1];
    uint8_t mac[3];
    uint8_t fifo[4];
    size_t used;
    char name[8];
    uint8_t pairs[2];
} Arrays;

static const uint8_t array_bytes[] = {
    1, 0,                                               /* flags */
    0x12, 0x34, 0x56, 0x78,                             /* u16 */
    0x00, 0x00, 0x00, 0x01, 0xff, 0xff, 0xff, 0xff,     /* u32 */
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,     /* i64 */
    0xa0, 0xa1, 0xa2,                                   /* mac */
    0x00, 0x00, 0x00, 0x02, 0xf0, 0xf1,                 /* fifo: length, bytes */
    0x03, 'n', 'i', 'c',                                /* name */
    0x0a, 0x0b,                                         /* pairs: a list of structs, the count is not there */
};

static void visit_arrays(Visitor *v, Arrays *a, Error **errp)
{
    migcore_qemu_visit_bool_array(v, "flags", a->flags, 2, errp);
    migcore_qemu_visit_u16_array(v, "u16", a->u16, 2, errp);
    migcore_qemu_visit_u32_array(v, "u32", a->u32, 2, errp);
    migcore_qemu_visit_i64_array(v, "i64", a->i64, 1, errp);
    migcore_qemu_visit_bytes(v, "mac", a->mac, sizeof a->mac, errp);
    migcore_qemu_visit_varbytes(v, "fifo", a->fifo, sizeof a->fifo, &a->used, errp);
    migcore_qemu_visit_string(v, "name", a->name, sizeof a->name, errp);
    migcore_qemu_begin_list(v, "pairs", 2, errp);
    for (int i = 0; i < 2; i++) {
        migcore_qemu_begin_element(v, errp);
        visit_type_u8(v, "value", &a->pairs[i], errp);
        migcore_qemu_end_element(v, errp);
    }
    migcore_qemu_end_list(v, errp);
}

static void arrays(void)
{
    Arrays saved = { { true, false }, { 0x1234, 0x5678 }, { 1, 0xffffffff }, { -1 }, { 0xa0, 0xa1, 0xa2 },
                     { 0xf0, 0xf1, 9, 9 }, 2, "nic", { 10, 11 } };
    Arrays loaded;
    uint8_t bytes[128];
    Error *err = NULL;
    QEMUFile f;

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    visit_arrays(qemu_file_get_visitor(&f), &saved, &err);
    CHECK(err == NULL);
    CHECK_EQUAL(qemu_fclose(&f), 0);
    CHECK_BYTES(bytes, migcore_qemu_file_position(&f), array_bytes);

    memset(&loaded, 0, sizeof loaded);
    loaded.fifo[2] = loaded.fifo[3] = 9; /* beyond the length nothing is stored */
    migcore_qemu_file_init_load_memory(&f, array_bytes, sizeof array_bytes);
    visit_arrays(qemu_file_get_visitor(&f), &loaded, &err);
    CHECK(err == NULL);
    CHECK_EQUAL(qemu_fclose(&f), 0);
    CHECK(loaded.flags[0] && !loaded.flags[1]);
    CHECK(memcmp(loaded.u16, saved.u16, sizeof saved.u16) == 0);
    CHECK(memcmp(loaded.u32, saved.u32, sizeof saved.u32) == 0);
    CHECK_EQUAL(loaded.i64[0], -1);
    CHECK(memcmp(loaded.mac, saved.mac, sizeof saved.mac) == 0);
    CHECK(memcmp(loaded.fifo, saved.fifo, sizeof saved.fifo) == 0);
    CHECK_EQUAL(loaded.used, 2);
    CHECK_TEXT(loaded.name, "nic");
    CHECK(memcmp(loaded.pairs, saved.pairs, sizeof saved.pairs) == 0);
}

static void a_length_beyond_the_place_is_an_error(void)
{
    static const uint8_t bytes[] = { 0, 0, 0, 5, 1, 2, 3, 4, 5 };
    uint8_t place[4] = { 0, 0, 0, 0 };
    size_t used = 3;
    Error *err = NULL;
    QEMUFile f;

    migcore_qemu_file_init_load_memory(&f, bytes, sizeof bytes);
    CHECK(!migcore_qemu_visit_varbytes(qemu_file_get_visitor(&f), "fifo", place, sizeof place, &used, &err));
    CHECK_EQUAL(used, 3);
    CHECK_EQUAL(place[0], 0);
    CHECK(err != NULL && strstr(error_get_pretty(err), "fifo") != NULL);
    CHECK_EQUAL(qemu_file_get_error(&f), -EINVAL);
    error_free(err);
}

/* -- Subsections ---------------------------------------------------------------------------------------------------- */

typedef struct Parts {
    uint16_t a, b;
    bool a_needed, b_needed;
} Parts;

static bool a_is_needed(void *opaque)
{
    return ((Parts *)opaque)->a_needed;
}

static bool b_is_needed(void *opaque)
{
    return ((Parts *)opaque)->b_needed;
}

static migcore_status visit_a(migcore_visitor *v, void *opaque)
{
    return migcore_visit_u16(v, "a", &((Parts *)opaque)->a);
}

static migcore_status visit_b(migcore_visitor *v, void *opaque)
{
    return migcore_visit_u16(v, "b", &((Parts *)opaque)->b);
}

static const migcore_subsection parts_table[] = {
    { .size = sizeof(migcore_subsection), .name = "dev/a", .version = 3, .minimum_version = 2, .needed = a_is_needed,
      .visit = visit_a },
    { .size = sizeof(migcore_subsection), .name = "dev/b", .version = 1, .minimum_version = 1, .needed = b_is_needed,
      .visit = visit_b },
};

static const uint8_t parts_bytes[] = {
    0x05, 5, 'd', 'e', 'v', '/', 'a', 0, 0, 0, 3,   /* marker, name, version */
    0x12, 0x34,                                     /* a */
    0x05, 5, 'd', 'e', 'v', '/', 'b', 0, 0, 0, 1,
    0x56, 0x78,                                     /* b */
};

static void subsections(void)
{
    Parts saved = { 0x1234, 0x5678, true, true }, loaded = { 0, 0, false, false };
    uint8_t bytes[64];
    Error *err = NULL;
    QEMUFile f;

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    CHECK(migcore_qemu_visit_subsections(qemu_file_get_visitor(&f), "dev", parts_table, 2, &saved, &err));
    CHECK_BYTES(bytes, migcore_qemu_file_position(&f), parts_bytes);

    memcpy(bytes, parts_bytes + 13, 13); /* in the other order */
    memcpy(bytes + 13, parts_bytes, 13);
    bytes[26] = 0x77;
    migcore_qemu_file_init_load_memory(&f, bytes, 27);
    CHECK(migcore_qemu_visit_subsections(qemu_file_get_visitor(&f), "dev", parts_table, 2, &loaded, &err));
    CHECK_EQUAL(loaded.a, 0x1234);
    CHECK_EQUAL(loaded.b, 0x5678);
    CHECK_EQUAL(qemu_get_byte(&f), 0x77);

    bytes[6] = 'c'; /* dev/c, which nobody knows */
    migcore_qemu_file_init_load_memory(&f, bytes, 27);
    CHECK(!migcore_qemu_visit_subsections(qemu_file_get_visitor(&f), "dev", parts_table, 2, &loaded, &err));
    CHECK_EQUAL(qemu_file_get_error(&f), -ENOENT);
    error_free(err);
}

int main(void)
{
    both_ways(visit_long_names);
    both_ways(visit_short_names);
    both_ways(visit_own_names);
    every_cut_is_an_error();
    the_error_names_the_field();
    an_error_that_is_there_stays();
    no_visitor_is_an_error();
    structs_put_nothing_on_the_wire();
    a_struct_left_open_is_an_error();
    structs_are_not_allocated();
    optional_members();
    optional_scopes();
    devices();
    strings();
    arrays();
    a_length_beyond_the_place_is_an_error();
    subsections();
    return checks_report("qemu/visits");
}
