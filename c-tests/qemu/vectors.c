/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The vectors of tables, through QEMU's macros. The bytes are those of core/tests/data/vmstate-vectors.json.
 */
#include "vectors.h"

enum {
    SAVED = 1,
    LOADED = 2,
    CUT = 4 /* of what is loaded: cut short, it is refused */
};

typedef struct Vector {
    const char *id, *hex;
    int operations, version;
    const VMStateDescription *vmsd;
    size_t size;
    /* Makes the object that is saved, or that a load gives; and the one that is loaded into. */
    void (*fill)(void *object), (*blank)(void *object);
    void (*drop)(void *object); /* frees what the object has, or NULL */
} Vector;

#define VECTOR(id, hex, operations, version, vmsd, type, fill, blank, drop) \
    { id, hex, operations, version, &vmsd, sizeof(type), fill, blank, drop }

static const Vector vectors[] = {
    VECTOR("/vmstate/simple/primitive#save",
           "0100820200000111700000000000b8f47c41bf0200fe0000011170fffeee900000000000b8f47cffffffffff470b84",
           SAVED, 1, vmstate_primitive, Primitive, primitive_fill, nothing, NULL),
    VECTOR("/vmstate/simple/primitive#load",
           "0100820200000111700000000000b8f47c41bf0200fe0000011170fffeee900000000000b8f47cffffffffff470b84",
           LOADED | CUT, 1, vmstate_primitive, Primitive, primitive_fill, nothing, NULL),
    VECTOR("/vmstate/simple/array#save", "004200430044",
           SAVED, 1, vmstate_words, Words, words_fill, nothing, NULL),
    VECTOR("/vmstate/simple/array#load", "004200430044",
           LOADED | CUT, 1, vmstate_words, Words, words_fill, nothing, NULL),
    VECTOR("/vmstate/versioned/load/v1", "0000000a0000001e0000000000000028",
           LOADED, 1, vmstate_versioned, Letters, letters_v1, letters_blank, NULL),
    VECTOR("/vmstate/versioned/load/v2", "0000000a000000140000001e000000000000002800000032000000000000003c",
           LOADED, 2, vmstate_versioned, Letters, letters_v2, letters_blank, NULL),
    VECTOR("/vmstate/field_exists/load/noskip", "0000000a000000140000001e000000000000002800000032000000000000003c",
           LOADED, 2, vmstate_skipping, Letters, letters_v2, letters_blank, NULL),
    VECTOR("/vmstate/field_exists/load/skip", "0000000a000000140000000000000028000000000000003c",
           LOADED, 2, vmstate_skipping, Letters, letters_skipped, letters_skipping, NULL),
    VECTOR("/vmstate/field_exists/save/noskip", "0000000100000002000000030000000000000004000000050000000000000006",
           SAVED, 2, vmstate_skipping, Letters, letters_fill, letters_blank, NULL),
    VECTOR("/vmstate/field_exists/save/skip", "000000010000000200000000000000040000000000000006",
           SAVED, 2, vmstate_skipping, Letters, letters_fill_skipping, letters_blank, NULL),
    VECTOR("/vmstate/array/ptr/str/no0/save", "00000000000000010000000200000003",
           SAVED, 1, vmstate_structs, Pointers, pointers_fill, pointers_blank, NULL),
    VECTOR("/vmstate/array/ptr/str/no0/load", "00000000000000010000000200000003",
           LOADED, 1, vmstate_structs, Pointers, pointers_fill, pointers_blank, NULL),
    VECTOR("/vmstate/array/ptr/str/0/save", "00000000300000000200000003",
           SAVED, 1, vmstate_structs, Pointers, pointers_fill_null, pointers_blank_null, NULL),
    VECTOR("/vmstate/array/ptr/str/0/load", "00000000300000000200000003",
           LOADED, 1, vmstate_structs, Pointers, pointers_fill_null, pointers_blank_null, NULL),
    VECTOR("/vmstate/array/ptr/prim/0/save", "00000000300000000200000003",
           SAVED, 1, vmstate_numbers, Pointers, pointers_fill_null, pointers_blank_null, NULL),
    VECTOR("/vmstate/array/ptr/prim/0/load", "00000000300000000200000003",
           LOADED, 1, vmstate_numbers, Pointers, pointers_fill_null, pointers_blank_null, NULL),
    VECTOR("/vmstate/qtailq/save/saveq", "fe000101820100410000011170",
           SAVED, 1, vmstate_queue, Queue, queue_fill, queue_blank, queue_drop),
    VECTOR("/vmstate/qtailq/load/loadq", "fe000101820100410000011170",
           LOADED, 1, vmstate_queue, Queue, queue_fill, queue_blank, queue_drop),
    VECTOR("/vmstate/gtree/save/savedomain",
           "00000006000000020100000000000010000000000000001fff000000000000a000000000010100000000000040000000000000004fff"
           "00000000000e00000000000200",
           SAVED, 1, vmstate_domain, Domain, domain_fill, nothing, domain_drop),
    VECTOR("/vmstate/gtree/load/loaddomain",
           "00000006000000020100000000000010000000000000001fff000000000000a000000000010100000000000040000000000000004fff"
           "00000000000e00000000000200",
           LOADED, 1, vmstate_domain, Domain, domain_fill, nothing, domain_drop),
    VECTOR("/vmstate/gtree/save/saveiommu",
           "000000070000000201000000000000000500000005000000010100000000010000000000000001ffffff000000000f0000000000"
           "00030001000000000000000600000006000000020100000000000010000000000000001fff000000000000a00000000001010000"
           "0000000040000000000000004fff00000000000e0000000000020000",
           SAVED, 1, vmstate_iommu, Iommu, iommu_fill, nothing, iommu_drop),
    VECTOR("/vmstate/gtree/load/loadiommu",
           "000000070000000201000000000000000500000005000000010100000000010000000000000001ffffff000000000f0000000000"
           "00030001000000000000000600000006000000020100000000000010000000000000001fff000000000000a00000000001010000"
           "0000000040000000000000004fff00000000000e0000000000020000",
           LOADED, 1, vmstate_iommu, Iommu, iommu_fill, nothing, iommu_drop),
    VECTOR("/vmstate/qlist/save/saveqlist", "00000001010000000a0100000b0001000c0000010d00000000",
           SAVED, 1, vmstate_container, Container, container_fill, container_blank, container_drop),
    VECTOR("/vmstate/qlist/load/loadqlist", "00000001010000000a0100000b0001000c0000010d00000000",
           LOADED, 1, vmstate_container, Container, container_fill, container_blank, container_drop),
    VECTOR("/vmstate/tmp_struct#save", "00000002000000000000000100000000000000020000000000000008",
           SAVED, 1, vmstate_with_tmp, WithTmp, with_tmp_fill, nothing, NULL),
    VECTOR("/vmstate/tmp_struct#load", "00000002000000000000000100000000000000020000000000000008",
           LOADED | CUT, 1, vmstate_with_tmp, WithTmp, with_tmp_fill, nothing, NULL),
    VECTOR("subsections/none", "00000001",
           SAVED, 1, vmstate_parts, Parts, parts_none, nothing, NULL),
    VECTOR("subsections/a", "0000000105056465762f61000000031234",
           SAVED, 1, vmstate_parts, Parts, parts_a, nothing, NULL),
    VECTOR("subsections/a+b+nested",
           "0000000105056465762f6100000003123405056465762f620000000109050b6465762f622f696e6e65720000000107",
           SAVED, 1, vmstate_parts, Parts, parts_all, nothing, NULL),
    VECTOR("misc/varray+vbuffer+unused+bitmap+timer+double",
           "020001000200000003aabbcc0000000000004180000000000000010000000000000001ffffffffffffffff3ff0000000000000",
           SAVED, 1, vmstate_misc, Misc, misc_fill, misc_blank, NULL),
    VECTOR("struct-vs-vstruct", "010203",
           SAVED, 1, vmstate_outer, Outer, outer_fill, nothing, NULL),
};

/* The bytes, and the one that ends a stream behind them. */
static uint8_t *bytes_of(const char *hex, size_t *length)
{
    uint8_t *bytes = malloc(strlen(hex) / 2 + 1);

    *length = strlen(hex) / 2;
    for (size_t i = 0; i < *length; i++) {
        char digits[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

        bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    bytes[*length] = 0;
    return bytes;
}

static void *made(const Vector *vector, void (*make)(void *object))
{
    void *object = calloc(1, vector->size);

    make(object);
    return object;
}

static void drop(const Vector *vector, void *object)
{
    if (vector->drop != NULL) {
        vector->drop(object);
    }
    free(object);
}

static void check_vector(const Vector *vector, bool good)
{
    check_at(__FILE__, __LINE__, good, vector->id);
}

static bool saves(const Vector *vector, void *object, const uint8_t *wire, size_t length)
{
    Memory m;

    return memory_save(&m, vector->vmsd, object) == 0 && qemu_file_get_error(&m.file) == 0 && m.length == length &&
           memcmp(m.bytes, wire, length) == 0;
}

/* What is loaded is what is expected: it saves to the same bytes, and objects without pointers are alike. */
static void loads(const Vector *vector, void *expected, const uint8_t *wire, size_t length)
{
    void *object = made(vector, vector->blank);
    Memory m, all;

    check_vector(vector, memory_load(&m, vector->vmsd, object, vector->version, wire, length + 1) == 0);
    check_vector(vector, qemu_file_get_error(&m.file) == 0 && qemu_get_byte(&m.file) == 0);
    check_vector(vector, migcore_qemu_file_position(&m.file) == length + 1);
    check_vector(vector, memory_save(&all, vector->vmsd, expected) == 0);
    check_vector(vector, saves(vector, object, all.bytes, all.length));
    check_vector(vector, vector->drop != NULL || vector->blank == pointers_blank ||
                             vector->blank == pointers_blank_null || memcmp(object, expected, vector->size) == 0);
    drop(vector, object);
}

static void is_refused(const Vector *vector, const uint8_t *wire, size_t length)
{
    void *object = made(vector, vector->blank);
    uint8_t *exact = malloc(length + (length == 0)); /* so that a read behind it is seen */
    Memory m;

    memcpy(exact, wire, length);
    check_vector(vector, memory_load(&m, vector->vmsd, object, vector->version, exact, length) == -EIO);
    check_vector(vector, qemu_file_get_error(&m.file) == -EIO);
    free(exact);
    drop(vector, object);
}

static void run(const Vector *vector)
{
    void *object = made(vector, vector->fill);
    size_t length;
    uint8_t *wire = bytes_of(vector->hex, &length);
    size_t whole = length + 1;

    if (vector->operations & SAVED) {
        check_vector(vector, saves(vector, object, wire, length));
    }
    if (vector->operations & LOADED) {
        loads(vector, object, wire, length);
    }
    if (vector->operations & CUT) {
        is_refused(vector, wire, 0);
        is_refused(vector, wire, whole - 2);
        is_refused(vector, wire, whole / 2);
        is_refused(vector, wire + whole / 2, whole - whole / 2);
    }
    free(wire);
    drop(vector, object);
}

int main(void)
{
    char name[40];

    for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
        run(&vectors[i]);
    }
    CHECK_EQUAL(ARRAY_SIZE(vectors), 31);
    snprintf(name, sizeof name, "vectors-%d", RELEASE);
    return checks_report(name);
}
