/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Compiled once per release (-DMIGCORE_QEMU_API=...): each name has the type that this release gave it, names that it did
 * not have are free for the program, and the calls that differ from release to release work.
 */
#define MIGCORE_QEMU_MALLOC(bytes) malloc(bytes)
#define MIGCORE_QEMU_TARGET_LONG_BITS 32
#include "migcore_qemu.h"
#include "check.h"

#define RELEASE MIGCORE_QEMU_API

/* -- Names that the release lacks: ours to define ------------------------------------------------------------------- */

#define FREE_NAME(name) \
    static int name(void) { return 1; }

#if RELEASE < 100
FREE_NAME(qemu_file_get_error)
#else
FREE_NAME(qemu_file_has_error)
#endif
#if RELEASE < 200
FREE_NAME(qemu_peek_byte)
FREE_NAME(qemu_peek_buffer)
FREE_NAME(qemu_file_skip)
#endif
#if RELEASE < 204
FREE_NAME(qemu_get_counted_string)
#endif
#if RELEASE < 212
FREE_NAME(qemu_put_counted_string)
#endif
#if RELEASE >= 210
FREE_NAME(qemu_put_ubyte)
FREE_NAME(qemu_get_ubyte)
FREE_NAME(qemu_put_sbuffer)
FREE_NAME(qemu_get_sbuffer)
#endif
#if RELEASE >= 702
FREE_NAME(qemu_ftell)
#endif
#if RELEASE < 702 || RELEASE >= 801
FREE_NAME(qemu_file_total_transferred)
#endif
#if RELEASE < 801
FREE_NAME(qemu_file_transferred)
#endif
#if RELEASE < 402
FREE_NAME(qemu_file_get_error_obj)
#endif
#if RELEASE < 202 || RELEASE >= 801
FREE_NAME(qemu_file_is_writable)
#endif
#if RELEASE >= 201
FREE_NAME(error_is_set)
#endif

static void free_names_are_free(void)
{
    int all = 1;

#if RELEASE < 100
    all &= qemu_file_get_error();
#else
    all &= qemu_file_has_error();
#endif
#if RELEASE < 200
    all &= qemu_peek_byte() & qemu_peek_buffer() & qemu_file_skip();
#endif
#if RELEASE < 204
    all &= qemu_get_counted_string();
#endif
#if RELEASE < 212
    all &= qemu_put_counted_string();
#endif
#if RELEASE >= 210
    all &= qemu_put_ubyte() & qemu_get_ubyte() & qemu_put_sbuffer() & qemu_get_sbuffer();
#endif
#if RELEASE >= 702
    all &= qemu_ftell();
#endif
#if RELEASE < 702 || RELEASE >= 801
    all &= qemu_file_total_transferred();
#endif
#if RELEASE < 801
    all &= qemu_file_transferred();
#endif
#if RELEASE < 402
    all &= qemu_file_get_error_obj();
#endif
#if RELEASE < 202 || RELEASE >= 801
    all &= qemu_file_is_writable();
#endif
#if RELEASE >= 201
    all &= error_is_set();
#endif
    CHECK(all);
}

/* -- Types of what changed ------------------------------------------------------------------------------------------ */

#if RELEASE >= 205
typedef size_t Size;
#else
typedef int Size;
#endif

#if RELEASE >= 501
typedef bool Result;
#else
typedef void Result;
#endif

#if RELEASE >= 206
#define VISIT(type) Result (*)(Visitor *, const char *, type *, Error **)
#else
#define VISIT(type) Result (*)(Visitor *, type *, const char *, Error **)
#endif

#define HAS_TYPE(function, ...) CHECK(__builtin_types_compatible_p(__typeof__(&function), __VA_ARGS__))

static void values_have_their_types(void)
{
    HAS_TYPE(qemu_put_buffer, void (*)(QEMUFile *, const uint8_t *, Size));
    HAS_TYPE(qemu_get_buffer, Size (*)(QEMUFile *, uint8_t *, Size));
    HAS_TYPE(qemu_put_byte, void (*)(QEMUFile *, int));
    HAS_TYPE(qemu_get_byte, int (*)(QEMUFile *));
    HAS_TYPE(qemu_put_be16, void (*)(QEMUFile *, unsigned int));
    HAS_TYPE(qemu_get_be16, unsigned int (*)(QEMUFile *));
    HAS_TYPE(qemu_put_be32, void (*)(QEMUFile *, unsigned int));
    HAS_TYPE(qemu_get_be32, unsigned int (*)(QEMUFile *));
    HAS_TYPE(qemu_put_be64, void (*)(QEMUFile *, uint64_t));
    HAS_TYPE(qemu_get_be64, uint64_t (*)(QEMUFile *));
    HAS_TYPE(qemu_put_sbe16, void (*)(QEMUFile *, int));
    HAS_TYPE(qemu_get_sbe16, int (*)(QEMUFile *));
    HAS_TYPE(qemu_put_sbe32, void (*)(QEMUFile *, int));
    HAS_TYPE(qemu_get_sbe32, int (*)(QEMUFile *));
    HAS_TYPE(qemu_put_sbe64, void (*)(QEMUFile *, int64_t));
    HAS_TYPE(qemu_get_sbe64, int64_t (*)(QEMUFile *));
    HAS_TYPE(qemu_put_8s, void (*)(QEMUFile *, const uint8_t *));
    HAS_TYPE(qemu_get_be64s, void (*)(QEMUFile *, uint64_t *));
    HAS_TYPE(qemu_put_sbe32s, void (*)(QEMUFile *, const int32_t *));
    HAS_TYPE(qemu_get_betl, unsigned int (*)(QEMUFile *));
    HAS_TYPE(qemu_put_betls, void (*)(QEMUFile *, const uint32_t *));
#if RELEASE < 210
    HAS_TYPE(qemu_put_ubyte, void (*)(QEMUFile *, unsigned int));
    HAS_TYPE(qemu_get_ubyte, unsigned int (*)(QEMUFile *));
    HAS_TYPE(qemu_put_sbuffer, void (*)(QEMUFile *, const int8_t *, Size));
    HAS_TYPE(qemu_get_sbuffer, size_t (*)(QEMUFile *, int8_t *, int));
#endif
#if RELEASE >= 204
    HAS_TYPE(qemu_get_counted_string, size_t (*)(QEMUFile *, char *));
#endif
#if RELEASE >= 212
    HAS_TYPE(qemu_put_counted_string, void (*)(QEMUFile *, const char *));
#endif
}

static void file_functions_have_their_types(void)
{
#if RELEASE < 100
    HAS_TYPE(qemu_file_has_error, int (*)(QEMUFile *));
    HAS_TYPE(qemu_file_set_error, void (*)(QEMUFile *));
#else
    HAS_TYPE(qemu_file_get_error, int (*)(QEMUFile *));
    HAS_TYPE(qemu_file_set_error, void (*)(QEMUFile *, int));
#endif
#if RELEASE >= 200
    HAS_TYPE(qemu_peek_byte, int (*)(QEMUFile *, int));
    HAS_TYPE(qemu_file_skip, void (*)(QEMUFile *, int));
#endif
#if RELEASE >= 205
    HAS_TYPE(qemu_peek_buffer, size_t (*)(QEMUFile *, uint8_t **, size_t, size_t));
    HAS_TYPE(qemu_get_buffer_in_place, size_t (*)(QEMUFile *, uint8_t **, size_t));
#elif RELEASE >= 204
    HAS_TYPE(qemu_peek_buffer, int (*)(QEMUFile *, uint8_t **, int, size_t));
#elif RELEASE >= 200
    HAS_TYPE(qemu_peek_buffer, int (*)(QEMUFile *, uint8_t *, int, size_t));
#endif
#if RELEASE < 702
    HAS_TYPE(qemu_ftell, int64_t (*)(QEMUFile *));
#elif RELEASE < 801
    HAS_TYPE(qemu_file_total_transferred, int64_t (*)(QEMUFile *));
#else
    HAS_TYPE(qemu_file_transferred, uint64_t (*)(QEMUFile *));
#endif
#if RELEASE >= 802
    HAS_TYPE(qemu_fflush, int (*)(QEMUFile *));
#else
    HAS_TYPE(qemu_fflush, void (*)(QEMUFile *));
#endif
    HAS_TYPE(qemu_fclose, int (*)(QEMUFile *));
#if RELEASE >= 402
    HAS_TYPE(qemu_file_get_error_obj, int (*)(QEMUFile *, Error **));
    HAS_TYPE(qemu_file_set_error_obj, void (*)(QEMUFile *, int, Error *));
#endif
}

static void visits_have_their_types(void)
{
    HAS_TYPE(visit_type_bool, VISIT(bool));
    HAS_TYPE(visit_type_uint8, VISIT(uint8_t));
    HAS_TYPE(visit_type_u16, VISIT(uint16_t));
    HAS_TYPE(visit_type_uint32, VISIT(uint32_t));
    HAS_TYPE(visit_type_u64, VISIT(uint64_t));
    HAS_TYPE(visit_type_int8, VISIT(int8_t));
    HAS_TYPE(visit_type_s16, VISIT(int16_t));
    HAS_TYPE(visit_type_i32, VISIT(int32_t));
    HAS_TYPE(visit_type_int, VISIT(int64_t));
    HAS_TYPE(visit_type_size, VISIT(uint64_t));
    HAS_TYPE(visit_type_number, VISIT(double));
    HAS_TYPE(visit_type_str, VISIT(char *));
#if RELEASE >= 206
    HAS_TYPE(visit_start_struct, Result (*)(Visitor *, const char *, void **, size_t, Error **));
    HAS_TYPE(visit_optional, bool (*)(Visitor *, const char *, bool *));
#else
    HAS_TYPE(visit_start_struct, Result (*)(Visitor *, void **, const char *, const char *, size_t, Error **));
#endif
#if RELEASE >= 207
    HAS_TYPE(visit_check_struct, Result (*)(Visitor *, Error **));
    HAS_TYPE(visit_end_struct, void (*)(Visitor *, void **));
#else
    HAS_TYPE(visit_end_struct, void (*)(Visitor *, Error **));
#endif
#if RELEASE < 201
    HAS_TYPE(visit_start_optional, void (*)(Visitor *, bool *, const char *, Error **));
    HAS_TYPE(visit_end_optional, void (*)(Visitor *, Error **));
#elif RELEASE < 206
    HAS_TYPE(visit_optional, void (*)(Visitor *, bool *, const char *, Error **));
#endif
}

/* -- Behaviour ------------------------------------------------------------------------------------------------------ */

/* Name and value change places, and nothing else. */
#if RELEASE >= 206
#define NAMED(name, place) (name), (place)
#define START_STRUCT(v, name, errp) visit_start_struct((v), (name), NULL, 0, (errp))
#else
#define NAMED(name, place) (place), (name)
#define START_STRUCT(v, name, errp) visit_start_struct((v), NULL, "Kind", (name), 0, (errp))
#endif
#if RELEASE >= 207
#define END_STRUCT(v, errp) (visit_check_struct((v), (errp)), visit_end_struct((v), NULL))
#else
#define END_STRUCT(v, errp) visit_end_struct((v), (errp))
#endif
#if RELEASE >= 206
#define OPTIONAL(v, name, present, errp) ((void)visit_optional((v), (name), (present)), (void)(errp))
#define END_OPTIONAL(v, errp) ((void)0)
#elif RELEASE >= 201
#define OPTIONAL(v, name, present, errp) visit_optional((v), (present), (name), (errp))
#define END_OPTIONAL(v, errp) ((void)0)
#else
#define OPTIONAL(v, name, present, errp) visit_start_optional((v), (present), (name), (errp))
#define END_OPTIONAL(v, errp) visit_end_optional((v), (errp))
#endif

typedef struct Device {
    uint32_t control;
    int16_t level;
    bool has_extra;
    uint8_t extra;
    char *label;
} Device;

static void device_visit(Visitor *v, Device *d, Error **errp)
{
    START_STRUCT(v, "device", errp);
    visit_type_uint32(v, NAMED("control", &d->control), errp);
    visit_type_s16(v, NAMED("level", &d->level), errp);
    OPTIONAL(v, "extra", &d->has_extra, errp);
    if (d->has_extra) {
        visit_type_u8(v, NAMED("extra", &d->extra), errp);
    }
    END_OPTIONAL(v, errp);
    visit_type_str(v, NAMED("label", &d->label), errp);
    END_STRUCT(v, errp);
}

static const uint8_t device_bytes[] = {
    0x80, 0x00, 0x00, 0x01,     /* control */
    0xff, 0xfe,                 /* level -2 */
    0x01, 0x07,                 /* extra: present, value */
    0x03, 'e', 't', 'h',        /* label */
    'r', 'a', 'w',              /* put, not visited */
};

static void saves_and_loads(void)
{
    Device saved = { 0x80000001, -2, true, 7, (char *)"eth" }, loaded = { .label = NULL };
    uint8_t bytes[32], raw[4] = "";
    Error *err = NULL;
    QEMUFile f;

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    device_visit(qemu_file_get_visitor(&f), &saved, &err);
    qemu_put_buffer(&f, (const uint8_t *)"raw", 3);
    CHECK(err == NULL);
    CHECK_EQUAL(qemu_fclose(&f), 0);
    CHECK_BYTES(bytes, migcore_qemu_file_position(&f), device_bytes);

    migcore_qemu_file_init_load_memory(&f, device_bytes, sizeof device_bytes);
    device_visit(qemu_file_get_visitor(&f), &loaded, &err);
    CHECK_EQUAL(qemu_get_buffer(&f, raw, 3), 3);
    CHECK(err == NULL);
    CHECK_EQUAL(qemu_fclose(&f), 0);
    CHECK_EQUAL(loaded.control, 0x80000001);
    CHECK_EQUAL(loaded.level, -2);
    CHECK_EQUAL(loaded.extra, 7);
    CHECK_TEXT(loaded.label, "eth");
    CHECK_TEXT((const char *)raw, "raw");
    free(loaded.label);
}

static void errors_are_found(void)
{
    Device loaded = { .label = NULL };
    Error *err = NULL;
    QEMUFile f;

    migcore_qemu_file_init_load_memory(&f, device_bytes, 7);
    device_visit(qemu_file_get_visitor(&f), &loaded, &err);
    CHECK(err != NULL);
#if RELEASE < 100
    CHECK_EQUAL(qemu_file_has_error(&f), 1);
#else
    CHECK_EQUAL(qemu_file_get_error(&f), -EIO);
#endif
#if RELEASE < 201
    CHECK(error_is_set(&err));
#endif
    error_free(err);
    migcore_qemu_file_init_load_memory(&f, device_bytes, 7);
#if RELEASE < 100
    CHECK_EQUAL(qemu_file_has_error(&f), 0);
    qemu_file_set_error(&f);
    CHECK_EQUAL(qemu_file_has_error(&f), 1);
#else
    qemu_file_set_error(&f, -EPERM);
    CHECK_EQUAL(qemu_file_get_error(&f), -EPERM);
#endif
    CHECK_EQUAL(qemu_get_be32(&f), 0);
}

#if RELEASE >= 200
static void looks_ahead(void)
{
    uint8_t place[4] = "";
    QEMUFile f;

    migcore_qemu_file_init_load_memory(&f, "abcdef", 6);
#if RELEASE < 204
    CHECK_EQUAL(qemu_peek_buffer(&f, place, 3, 1), 3);
    CHECK_EQUAL(qemu_peek_buffer(&f, place, -1, 1), 0);
#else
    uint8_t *found = NULL;

    CHECK_EQUAL(qemu_peek_buffer(&f, &found, 3, 1), 3);
    memcpy(place, found, 3);
#endif
    CHECK_TEXT((const char *)place, "bcd");
    CHECK_EQUAL(qemu_peek_byte(&f, 5), 'f');
    qemu_file_skip(&f, 3);
    CHECK_EQUAL(qemu_get_byte(&f), 'd');
}
#endif

static void positions_are_told(void)
{
    uint8_t bytes[8];
    QEMUFile f;

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    qemu_put_be32(&f, 1);
#if RELEASE < 702
    CHECK_EQUAL(qemu_ftell(&f), 4);
#elif RELEASE < 801
    CHECK_EQUAL(qemu_file_total_transferred(&f), 4);
#else
    CHECK_EQUAL(qemu_file_transferred(&f), 4);
#endif
#if RELEASE >= 203 && RELEASE < 702
    CHECK_EQUAL(qemu_ftell_fast(&f), 4);
#endif
#if RELEASE >= 802
    CHECK_EQUAL(qemu_fflush(&f), 0);
#else
    qemu_fflush(&f);
#endif
}

static void counted_strings(void)
{
#if RELEASE >= 212
    static const uint8_t expected[] = { 3, 'n', 'i', 'c' };
    uint8_t bytes[8];
    char text[256];
    QEMUFile f;

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    qemu_put_counted_string(&f, "nic");
    CHECK_BYTES(bytes, migcore_qemu_file_position(&f), expected);
    migcore_qemu_file_init_load_memory(&f, expected, sizeof expected);
    CHECK_EQUAL(qemu_get_counted_string(&f, text), 3);
    CHECK_TEXT(text, "nic");
#endif
}

static void target_longs_of_32_bits(void)
{
    static const uint8_t expected[] = {
        0x00, 0x00, 0x00, 0x01,     /* betl */
        0xff, 0xff, 0xff, 0xfe,     /* sbetl -2 */
        0x00, 0x00, 0x00, 0x03,     /* betls */
        0xff, 0xff, 0xff, 0xfc,     /* sbetls -4 */
    };
    uint32_t three = 3;
    int32_t minus_four = -4;
    uint8_t bytes[16];
    QEMUFile f;

    migcore_qemu_file_init_save_memory(&f, bytes, sizeof bytes);
    qemu_put_betl(&f, 1);
    qemu_put_sbetl(&f, -2);
    qemu_put_betls(&f, &three);
    qemu_put_sbetls(&f, &minus_four);
    CHECK_BYTES(bytes, migcore_qemu_file_position(&f), expected);
    three = 0;
    minus_four = 0;
    migcore_qemu_file_init_load_memory(&f, expected, sizeof expected);
    CHECK_EQUAL(qemu_get_betl(&f), 1);
    CHECK_EQUAL(qemu_get_sbetl(&f), -2);
    qemu_get_betls(&f, &three);
    qemu_get_sbetls(&f, &minus_four);
    CHECK_EQUAL(three, 3);
    CHECK_EQUAL(minus_four, -4);
}

int main(void)
{
    char name[40];

    free_names_are_free();
    values_have_their_types();
    file_functions_have_their_types();
    visits_have_their_types();
    saves_and_loads();
    errors_are_found();
#if RELEASE >= 200
    looks_ahead();
#endif
    positions_are_told();
    counted_strings();
    target_longs_of_32_bits();
    snprintf(name, sizeof name, "qemu/release %d.%d", RELEASE / 100, RELEASE % 100);
    return checks_report(name);
}
