/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What vmstate_save_state and vmstate_load_state return, and what is on the file afterwards. Compiled for several releases.
 */
#include "qemu/queue.h"
#include "tables.h"

typedef struct Device {
    uint32_t a, b;
    uint8_t words_used;
    uint16_t words[4];
    int ret;            /* what the hooks and infos return */
    bool refused;
} Device;

static const uint8_t wire[] = { 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0 };

/* The result of a load, with the device's `ret`; the file's error has to go with it. */
static int load(const VMStateDescription *vmsd, Device *s, int version)
{
    Memory m;
    int ret = memory_load(&m, vmsd, s, version, wire, sizeof wire);

    CHECK((ret < 0) == (qemu_file_get_error(&m.file) < 0));
    return ret;
}

/* -- Versions ------------------------------------------------------------------------------------------------------ */

static const VMStateField plain_fields[] = {
    VMSTATE_UINT32(a, Device),
    VMSTATE_UINT32_V(b, Device, 3),
    VMSTATE_END_OF_LIST()
};

static const VMStateDescription vmstate_plain = {
    .name = "plain", .version_id = 3, .minimum_version_id = 2, .fields = plain_fields
};

static void versions(void)
{
    Device s = { .b = 7 };

    CHECK_EQUAL(load(&vmstate_plain, &s, 3), 0);
    CHECK_EQUAL(s.b, 2);
    s.b = 7;
    CHECK_EQUAL(load(&vmstate_plain, &s, 2), 0);
    CHECK_EQUAL(s.b, 7);
    CHECK_EQUAL(load(&vmstate_plain, &s, 4), -EINVAL);
    CHECK_EQUAL(load(&vmstate_plain, &s, 1), -EINVAL);
    CHECK_EQUAL(load(&vmstate_plain, &s, 0), -EINVAL);
    CHECK_EQUAL(load(&vmstate_plain, &s, -1), -EINVAL);
}

static const VMStateDescription vmstate_from_0 = { .name = "zero", .version_id = 3, .fields = plain_fields };

/* Version 0 is a version, and not the newest. */
static void version_0(void)
{
    Device s = { .b = 7 };

    CHECK_EQUAL(load(&vmstate_from_0, &s, 0), 0);
    CHECK_EQUAL(s.a, 1);
    CHECK_EQUAL(s.b, 7);
}

/* -- Hooks --------------------------------------------------------------------------------------------------------- */

static int hook_load(void *opaque)
{
    return ((Device *)opaque)->ret;
}

static int hook_post_load(void *opaque, int version_id)
{
    CHECK(version_id <= 3);
    return ((Device *)opaque)->ret;
}

static const VMStateDescription vmstate_pre_load = {
    .name = "pre", .version_id = 3, .minimum_version_id = 1, .pre_load = hook_load, .fields = plain_fields
};
static const VMStateDescription vmstate_post_load = {
    .name = "post", .version_id = 3, .minimum_version_id = 1, .post_load = hook_post_load, .fields = plain_fields
};

static void hooks_that_refuse_a_load(void)
{
    Device s = { .ret = -EPERM };
    Memory m;

    CHECK_EQUAL(load(&vmstate_pre_load, &s, 3), -EPERM);
    CHECK_EQUAL(s.a, 0);
    CHECK_EQUAL(load(&vmstate_post_load, &s, 3), -EPERM);
    CHECK_EQUAL(s.a, 1);
    /* Other than 0 from pre_load; below 0 from post_load, at the top. */
    s.ret = 5;
    CHECK_EQUAL(memory_load(&m, &vmstate_pre_load, &s, 3, wire, sizeof wire), 5);
    CHECK_EQUAL(qemu_file_get_error(&m.file), -EINVAL);
    CHECK_EQUAL(load(&vmstate_post_load, &s, 3), 5);
}

typedef struct Outer {
    Device inner;
    uint32_t last;
} Outer;

static const VMStateDescription vmstate_nested = {
    .name = "nested",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_STRUCT(inner, Outer, 0, vmstate_post_load, Device),
        VMSTATE_UINT32(last, Outer),
        VMSTATE_END_OF_LIST()
    }
};

/* In a struct as at the top: a number above 0 is none. */
static void hooks_of_a_struct(void)
{
    Outer s = { .inner = { .ret = 5 }, .last = 7 };
    Memory m;

    CHECK_EQUAL(memory_load(&m, &vmstate_nested, &s, 1, wire, sizeof wire), 0);
    CHECK_EQUAL(s.inner.b, 2);
    CHECK_EQUAL(s.last, 0);
    s = (Outer) { .inner = { .ret = -EBADMSG }, .last = 7 };
    CHECK_EQUAL(memory_load(&m, &vmstate_nested, &s, 1, wire, sizeof wire), -EBADMSG);
    CHECK_EQUAL(qemu_file_get_error(&m.file), -EBADMSG);
    CHECK_EQUAL(s.last, 7);
}

/* -- Fields that refuse -------------------------------------------------------------------------------------------- */

static void a_stream_that_ends(void)
{
    Device s = { .a = 9 };

    for (size_t length = 0; length < 8; length++) {
        Memory m;

        CHECK_EQUAL(memory_load(&m, &vmstate_plain, &s, 3, wire, length), -EIO);
        CHECK_EQUAL(qemu_file_get_error(&m.file), -EIO);
    }
}

static void a_file_that_has_an_error(void)
{
    Device s = { .a = 9 };
    Memory m;

    migcore_qemu_file_init_load_memory(&m.file, wire, sizeof wire);
    qemu_file_set_error(&m.file, -ENXIO);
    CHECK_EQUAL(table_load(&m.file, &vmstate_plain, &s, 3), -ENXIO);
    CHECK_EQUAL(s.a, 9);
    migcore_qemu_file_init_load_memory(&m.file, wire, sizeof wire);
    CHECK(table_save(&m.file, &vmstate_plain, &s) == -EINVAL);
    CHECK_EQUAL(qemu_file_get_error(&m.file), -EINVAL);
    CHECK_EQUAL(migcore_qemu_file_position(&m.file), 0);
}

static const VMStateDescription vmstate_equal = {
    .name = "equal",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
#if RELEASE >= 210 && RELEASE < 1100
        VMSTATE_UINT16_EQUAL(words[0], Device, "the same words"),
        VMSTATE_INT32_EQUAL(ret, Device, NULL),
#else
        VMSTATE_UINT16_EQUAL(words[0], Device),
        VMSTATE_INT32_EQUAL(ret, Device),
#endif
        VMSTATE_END_OF_LIST()
    }
};

static void what_must_be_equal(void)
{
    static const uint8_t bytes[] = { 0x12, 0x34, 0, 0, 0, 5, 0 };
    Device s = { .words = { 0x1234 }, .ret = 5 };
    Memory m;

    CHECK_EQUAL(memory_load(&m, &vmstate_equal, &s, 1, bytes, sizeof bytes), 0);
    s.ret = 6;
    CHECK_EQUAL(memory_load(&m, &vmstate_equal, &s, 1, bytes, sizeof bytes), -EINVAL);
    CHECK_EQUAL(s.ret, 6);
}

static const VMStateDescription vmstate_le = {
    .name = "le",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
#if RELEASE >= 201
        VMSTATE_INT32_POSITIVE_LE(ret, Device),
#else
        VMSTATE_INT32_LE(ret, Device),
#endif
        VMSTATE_END_OF_LIST()
    }
};

static void what_must_not_be_more(void)
{
    static const uint8_t five[] = { 0, 0, 0, 5, 0 }, minus[] = { 0xff, 0xff, 0xff, 0xff, 0 };
    Device s = { .ret = 6 };
    Memory m;

    CHECK_EQUAL(memory_load(&m, &vmstate_le, &s, 1, five, sizeof five), 0);
    CHECK_EQUAL(s.ret, 5);
    s.ret = 4;
    CHECK_EQUAL(memory_load(&m, &vmstate_le, &s, 1, five, sizeof five), -EINVAL);
    CHECK_EQUAL(memory_load(&m, &vmstate_le, &s, 1, minus, sizeof minus), -EINVAL);
    CHECK_EQUAL(s.ret, 4);
}

#if RELEASE >= 201
static bool is_valid(void *opaque, int version_id)
{
    return version_id == 1 && !((Device *)opaque)->refused;
}

static const VMStateDescription vmstate_valid = {
    .name = "valid",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32(a, Device),
        VMSTATE_VALIDATE("a is good", is_valid),
        VMSTATE_UINT32(b, Device),
        VMSTATE_END_OF_LIST()
    }
};

static void what_is_not_valid(void)
{
    Device s = { .refused = false };
    Memory m;

    CHECK_EQUAL(load(&vmstate_valid, &s, 1), 0);
    CHECK_EQUAL(memory_save(&m, &vmstate_valid, &s), 0);
    CHECK_BYTES(m.bytes, m.length, ((const uint8_t[]) { 0, 0, 0, 1, 0, 0, 0, 2 }));
    s = (Device) { .refused = true };
    CHECK_EQUAL(load(&vmstate_valid, &s, 1), -1);
    CHECK_EQUAL(s.a, 1);
    CHECK_EQUAL(s.b, 0);
    CHECK(memory_save(&m, &vmstate_valid, &s) < 0);
    CHECK(qemu_file_get_error(&m.file) < 0);
}
#endif

/* An array in the struct that is shorter than the stream says: nothing behind it is written. */
static const VMStateDescription vmstate_words = {
    .name = "words",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
#if RELEASE >= 1100
        VMSTATE_UINT8(words_used, Device),
        VMSTATE_VARRAY_UNSAFE(words, Device, words_used, 0, vmstate_info_uint16, uint16_t),
#else
        VMSTATE_INT32(ret, Device),
        VMSTATE_ARRAY_INT32_UNSAFE(words, Device, ret, vmstate_info_uint16, uint16_t),
#endif
        VMSTATE_END_OF_LIST()
    }
};

static void more_elements_than_room(void)
{
    uint8_t bytes[24] = { 0 };
    Device s = { .b = 7 };
    Memory m;

    for (uint8_t n = 0; n < 8; n++) {
        bytes[RELEASE >= 1100 ? 0 : 3] = n;
        CHECK_EQUAL(memory_load(&m, &vmstate_words, &s, 1, bytes, sizeof bytes), n <= 4 ? 0 : -EINVAL);
    }
}

/* -- Subsections --------------------------------------------------------------------------------------------------- */

static bool is_needed(void *opaque)
{
    return ((Device *)opaque)->refused;
}

static const VMStateDescription vmstate_part = {
    .name = "dev/part",
    .version_id = 2,
    .minimum_version_id = 2,
#if RELEASE >= 204
    .needed = is_needed,
#endif
    .post_load = hook_post_load,
    .fields = plain_fields
};

static const VMStateDescription vmstate_whole = {
    .name = "dev",
    .version_id = 2,
    .minimum_version_id = 2,
    .fields = plain_fields,
#if RELEASE >= 204
    .subsections = (const VMStateDescription *[]) {
        &vmstate_part,
        NULL
    }
#else
    .subsections = (const VMStateSubsection[]) {
        { .vmsd = &vmstate_part, .needed = is_needed },
        { .vmsd = NULL }
    }
#endif
};

static void subsections(void)
{
    static const uint8_t part[] = { 0, 0, 0, 1, 5, 8, 'd', 'e', 'v', '/', 'p', 'a', 'r', 't', 0, 0, 0, 2, 0, 0, 0, 9 };
    static const struct {
        size_t at;
        uint8_t byte;
        int ret;
        uint64_t used;
    } changes[] = {
        { 4, 5, 0, 22 },                /* as it was */
        { 4, 6, 0, 4 },                 /* something else follows */
        { 13, 'x', -ENOENT, 0 },        /* a part that is not known */
        { 6, 'x', 0, 4 },               /* somebody else's */
        { 17, 3, -EINVAL, 0 },          /* too new */
        { 17, 1, -EINVAL, 0 },          /* too old */
    };
    Device s = { .a = 1 };
    Memory m;

    CHECK_EQUAL(memory_save(&m, &vmstate_whole, &s), 0);
    CHECK_BYTES(m.bytes, m.length, ((const uint8_t[]) { 0, 0, 0, 1 }));
    s.refused = true;
    CHECK_EQUAL(memory_save(&m, &vmstate_whole, &s), 0);
    for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
        uint8_t bytes[sizeof part + 1] = { 0 };
        int ret;

        memcpy(bytes, part, sizeof part);
        bytes[changes[i].at] = changes[i].byte;
        ret = memory_load(&m, &vmstate_whole, &s, 2, bytes, sizeof bytes);
        CHECK_EQUAL(ret, changes[i].ret);
        CHECK_EQUAL(qemu_file_get_error(&m.file), changes[i].ret);
        if (ret == 0) {
            CHECK_EQUAL(migcore_qemu_file_position(&m.file), changes[i].used);
        }
    }
    /* Other than 0 from a subsection's post_load. */
    s.ret = -ERANGE;
    CHECK_EQUAL(memory_load(&m, &vmstate_whole, &s, 2, part, sizeof part), -ERANGE);
    s.ret = 3;
    CHECK(memory_load(&m, &vmstate_whole, &s, 2, part, sizeof part) != 0);
    CHECK_EQUAL(qemu_file_get_error(&m.file), -EINVAL);
}

int main(void)
{
    char name[40];

    versions();
    version_0();
    hooks_that_refuse_a_load();
    hooks_of_a_struct();
    a_stream_that_ends();
    a_file_that_has_an_error();
    what_must_be_equal();
    what_must_not_be_more();
#if RELEASE >= 201
    what_is_not_valid();
#endif
    more_elements_than_room();
    subsections();
    snprintf(name, sizeof name, "tables-%d", RELEASE);
    return checks_report(name);
}
