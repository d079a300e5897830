/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The vectors of tables, through tables in C: bytes that QEMU's own test of tables has, and some that follow from its
 * rules. tests/vectors.rs holds them against core/tests/data/vmstate-vectors.json.
 */
#include "vmstate_objects.h"

#include <stdlib.h>

/* What happens with a vector. */
enum {
    SAVED = 1,
    LOADED = 2,
    /* Of what is loaded: cut short, it is refused. */
    CUT = 4
};

struct vector {
    const char *id, *hex;
    int operations;
    uint32_t version;
    const migcore_vmstate *table;
    size_t size;
    /* Makes the object that is saved, or that a load gives; and the one that is loaded into. */
    void (*fill)(void *object), (*blank)(void *object);
    bool (*same)(const void *a, const void *b);
    /* Frees what the object has; NULL: nothing. */
    void (*drop)(void *object);
};

/* A vector whose objects have no memory of their own and are compared as they lie. */
#define PLAIN(id, hex, operations, version, table, type, fill, blank) \
    { id, hex, operations, version, &table, sizeof(type), fill, blank, type##_same, NULL }
#define RICH(id, hex, operations, version, table, type, fill, blank) \
    { id, hex, operations, version, &table, sizeof(type), fill, blank, type##_same, type##_drop }

static const struct vector vectors[] = {
    PLAIN("/vmstate/simple/primitive#save",
          "0100820200000111700000000000b8f47c41bf0200fe0000011170fffeee900000000000b8f47cffffffffff470b84", SAVED, 1,
          primitive_table, primitive, primitive_fill, primitive_blank),
    PLAIN("/vmstate/simple/primitive#load",
          "0100820200000111700000000000b8f47c41bf0200fe0000011170fffeee900000000000b8f47cffffffffff470b84",
          LOADED | CUT, 1, primitive_table, primitive, primitive_fill, primitive_blank),
    PLAIN("/vmstate/simple/array#save", "004200430044", SAVED, 1, array_table, array, array_fill, array_blank),
    PLAIN("/vmstate/simple/array#load", "004200430044", LOADED | CUT, 1, array_table, array, array_fill, array_blank),
    PLAIN("/vmstate/versioned/load/v1", "0000000a0000001e0000000000000028", LOADED, 1, versioned_table, letters,
          letters_of_version_1, letters_blank),
    PLAIN("/vmstate/versioned/load/v2", "0000000a000000140000001e000000000000002800000032000000000000003c", LOADED, 2,
          versioned_table, letters, letters_of_version_2, letters_blank),
    PLAIN("/vmstate/field_exists/load/noskip", "0000000a000000140000001e000000000000002800000032000000000000003c",
          LOADED, 2, skipping_table, letters, letters_of_version_2, letters_blank),
    PLAIN("/vmstate/field_exists/load/skip", "0000000a000000140000000000000028000000000000003c", LOADED, 2,
          skipping_table, letters, letters_skipped, letters_skipping),
    PLAIN("/vmstate/field_exists/save/noskip", "0000000100000002000000030000000000000004000000050000000000000006",
          SAVED, 2, skipping_table, letters, letters_fill, letters_blank),
    PLAIN("/vmstate/field_exists/save/skip", "000000010000000200000000000000040000000000000006", SAVED, 2,
          skipping_table, letters, letters_fill_skipping, letters_fill_skipping),
    PLAIN("/vmstate/array/ptr/str/no0/save", "00000000000000010000000200000003", SAVED, 1, structs_table, pointers,
          pointers_fill, pointers_blank),
    PLAIN("/vmstate/array/ptr/str/no0/load", "00000000000000010000000200000003", LOADED, 1, structs_table, pointers,
          pointers_fill, pointers_blank),
    PLAIN("/vmstate/array/ptr/str/0/save", "00000000300000000200000003", SAVED, 1, structs_table, pointers,
          pointers_fill_null, pointers_blank_null),
    PLAIN("/vmstate/array/ptr/str/0/load", "00000000300000000200000003", LOADED, 1, structs_table, pointers,
          pointers_fill_null, pointers_blank_null),
    PLAIN("/vmstate/array/ptr/prim/0/save", "00000000300000000200000003", SAVED, 1, numbers_table, pointers,
          pointers_fill_null, pointers_blank_null),
    PLAIN("/vmstate/array/ptr/prim/0/load", "00000000300000000200000003", LOADED, 1, numbers_table, pointers,
          pointers_fill_null, pointers_blank_null),
    RICH("/vmstate/qtailq/save/saveq", "fe000101820100410000011170", SAVED, 1, queue_table, queue, queue_fill,
         queue_blank),
    RICH("/vmstate/qtailq/load/loadq", "fe000101820100410000011170", LOADED, 1, queue_table, queue, queue_fill,
         queue_blank),
    RICH("/vmstate/gtree/save/savedomain",
         "00000006000000020100000000000010000000000000001fff000000000000a000000000010100000000000040000000000000004fff"
         "00000000000e00000000000200",
         SAVED, 1, domain_table, domain, domain_fill, domain_blank),
    RICH("/vmstate/gtree/load/loaddomain",
         "00000006000000020100000000000010000000000000001fff000000000000a000000000010100000000000040000000000000004fff"
         "00000000000e00000000000200",
         LOADED, 1, domain_table, domain, domain_fill, domain_blank),
    RICH("/vmstate/gtree/save/saveiommu",
         "000000070000000201000000000000000500000005000000010100000000010000000000000001ffffff000000000f0000000000"
         "00030001000000000000000600000006000000020100000000000010000000000000001fff000000000000a00000000001010000"
         "0000000040000000000000004fff00000000000e0000000000020000",
         SAVED, 1, iommu_table, iommu, iommu_fill, iommu_blank),
    RICH("/vmstate/gtree/load/loadiommu",
         "000000070000000201000000000000000500000005000000010100000000010000000000000001ffffff000000000f0000000000"
         "00030001000000000000000600000006000000020100000000000010000000000000001fff000000000000a00000000001010000"
         "0000000040000000000000004fff00000000000e0000000000020000",
         LOADED, 1, iommu_table, iommu, iommu_fill, iommu_blank),
    RICH("/vmstate/qlist/save/saveqlist", "00000001010000000a0100000b0001000c0000010d00000000", SAVED, 1,
         container_table, container, container_fill, container_blank),
    RICH("/vmstate/qlist/load/loadqlist", "00000001010000000a0100000b0001000c0000010d00000000", LOADED, 1,
         container_table, container, container_fill, container_blank),
    PLAIN("/vmstate/tmp_struct#save", "00000002000000000000000100000000000000020000000000000008", SAVED, 1,
          with_tmp_table, with_tmp, with_tmp_fill, with_tmp_blank),
    PLAIN("/vmstate/tmp_struct#load", "00000002000000000000000100000000000000020000000000000008", LOADED | CUT, 1,
          with_tmp_table, with_tmp, with_tmp_fill, with_tmp_blank),
    PLAIN("subsections/none", "00000001", SAVED, 1, parts_table, parts, parts_none, parts_blank),
    PLAIN("subsections/a", "0000000105056465762f61000000031234", SAVED, 1, parts_table, parts, parts_a, parts_blank),
    PLAIN("subsections/a+b+nested",
          "0000000105056465762f6100000003123405056465762f620000000109050b6465762f622f696e6e65720000000107", SAVED, 1,
          parts_table, parts, parts_all, parts_blank),
    PLAIN("misc/varray+vbuffer+unused+bitmap+timer+double",
          "020001000200000003aabbcc0000000000004180000000000000010000000000000001ffffffffffffffff3ff0000000000000",
          SAVED, 1, misc_table, misc, misc_fill, misc_blank),
    PLAIN("struct-vs-vstruct", "010203", SAVED, 1, outer_table, outer, outer_fill, outer_blank),
};

static uint8_t *bytes_of(const char *hex, size_t *length)
{
    uint8_t *bytes = (uint8_t *)malloc(strlen(hex) / 2 + 1);
    size_t at;

    *length = strlen(hex) / 2;
    for (at = 0; at < *length; at++) {
        char digits[3] = { hex[2 * at], hex[2 * at + 1], '\0' };

        bytes[at] = (uint8_t)strtoul(digits, NULL, 16);
    }
    bytes[*length] = 0;
    return bytes;
}

static void drop(const struct vector *vector, void *object)
{
    if (vector->drop != NULL) {
        vector->drop(object);
    }
    free(object);
}

static void *made(const struct vector *vector, void (*make)(void *object))
{
    void *object = calloc(1, vector->size);

    make(object);
    return object;
}

static void saves(const struct vector *vector, void *object, const uint8_t *wire, size_t length)
{
    static uint8_t bytes[VMSTATE_BYTES];
    struct vm_host host;
    size_t saved = 0;

    vm_host_init(&host);
    CHECK_OK(vm_save(vector->table, object, &host.host, bytes, &saved));
    CHECK_MEMORY(bytes, saved, wire, length);
    /* Scratch objects alone. */
    CHECK_EQUAL(host.blocks, 0);
}

/* What is saved is there again after a way over chunks. */
static void goes_over_chunks(const struct vector *vector, void *object, const uint8_t *wire, size_t length)
{
    static uint8_t bytes[VMSTATE_BYTES];
    void *back = made(vector, vector->blank);
    struct vm_host host;
    size_t saved = 0;

    vm_host_init(&host);
    CHECK_OK(vm_save_chunks(vector->table, object, &host.host, bytes, &saved));
    CHECK_OK(vm_load_chunks(vector->table, back, &host.host, bytes, saved, NULL));
    CHECK(vector->same(back, object));
    saves(vector, back, wire, length);
    drop(vector, back);
}

static void loads(const struct vector *vector, const void *expected, const uint8_t *wire, size_t length)
{
    void *object = made(vector, vector->blank);
    struct vm_host host;
    size_t used = 0;

    vm_host_init(&host);
    /* One byte more, which stays. */
    CHECK_OK(vm_load(vector->table, object, &host.host, vector->version, wire, length + 1, NULL, &used));
    CHECK_EQUAL(used, length);
    CHECK(vector->same(object, expected));
    drop(vector, object);
}

static void is_refused(const struct vector *vector, const uint8_t *wire, size_t length)
{
    void *object = made(vector, vector->blank);
    migcore_error error;
    struct vm_host host;

    vm_host_init(&host);
    CHECK_STATUS(vm_load(vector->table, object, &host.host, vector->version, wire, length, &error, NULL),
                 MIGCORE_TRUNCATED);
    CHECK_STATUS(error.status, MIGCORE_TRUNCATED);
    CHECK_EQUAL(host.blocks, 0);
    drop(vector, object);
}

void test_vmstate_vectors(void)
{
    size_t i;

    CHECK_EQUAL(COUNT_OF(vectors), 31);
    for (i = 0; i < COUNT_OF(vectors); i++) {
        const struct vector *vector = &vectors[i];
        void *object = made(vector, vector->fill);
        size_t length, whole;
        uint8_t *wire = bytes_of(vector->hex, &length);

        check_case("%s", vector->id);
        if (vector->operations & SAVED) {
            saves(vector, object, wire, length);
            goes_over_chunks(vector, object, wire, length);
        }
        if (vector->operations & LOADED) {
            loads(vector, object, wire, length);
        }
        if (vector->operations & CUT) {
            whole = length + 1;
            is_refused(vector, wire, 0);
            is_refused(vector, wire, whole - 2);
            is_refused(vector, wire, whole / 2);
            is_refused(vector, wire + whole / 2, whole - whole / 2);
        }
        free(wire);
        drop(vector, object);
    }
    check_case("%s", "");
}
