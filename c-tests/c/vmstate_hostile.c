/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Streams that were made to do harm: numbers of elements, of bytes and of bits, memory that is asked for, memory that
 * there is none of, and every cut and every flipped bit of states that are good. Objects are blocks of just their size.
 */
#include "vmstate_objects.h"

#include <stdlib.h>

/* Arrays with what must not be touched behind them. */
struct rooms {
    uint32_t n;
    uint16_t some[3];
    uint16_t canary_1;
    uint64_t m;
    struct tst structs[2];
    uint32_t canary_2;
    uint16_t length;
    uint8_t bytes[5];
    uint8_t canary_3;
    int32_t bits;
    unsigned long map[1];
    unsigned long canary_4;
};

static const migcore_vmstate_field tst_fields[] = { MIGCORE_VMSTATE_I32(i, struct tst), MIGCORE_VMSTATE_END() };
static const migcore_vmstate tst_table = MIGCORE_VMSTATE_TABLE("tst", 1, 1, tst_fields);

static const migcore_vmstate_field rooms_fields[] = {
    MIGCORE_VMSTATE_U32(n, struct rooms),
    MIGCORE_VMSTATE_VARRAY(some, struct rooms, n, migcore_vmstate_info_u16, uint16_t),
    MIGCORE_VMSTATE_U64(m, struct rooms),
    MIGCORE_VMSTATE_STRUCT_VARRAY(structs, struct rooms, m, tst_table, struct tst),
    MIGCORE_VMSTATE_U16(length, struct rooms),
    MIGCORE_VMSTATE_VBUFFER(bytes, struct rooms, length),
    MIGCORE_VMSTATE_I32(bits, struct rooms),
    MIGCORE_VMSTATE_BITMAP(map, struct rooms, bits),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate rooms_table = MIGCORE_VMSTATE_TABLE("rooms", 1, 1, rooms_fields);

/* A number of a stream of zeros, and what is in a report that refuses it. */
struct number {
    size_t at, width;
    uint64_t value, room;
};

static void an_array_is_not_overrun(void)
{
    const uint64_t bits = 8 * sizeof(unsigned long);
    const struct number numbers[] = {
        { 0, 4, 4, 3 },           { 0, 4, 0x7fffffff, 3 },  { 0, 4, 0x80000000, 3 },
        { 0, 4, 0xffffffff, 3 },  { 4, 8, 3, 2 },           { 4, 8, 0x100000001, 2 },
        { 4, 8, UINT64_MAX, 2 },  { 12, 2, 6, 5 },          { 12, 2, 0xffff, 5 },
        { 14, 4, bits + 1, bits }, { 14, 4, 0x7fffffff, bits },
    };
    static uint8_t stream[1 << 16];
    size_t i;

    for (i = 0; i < COUNT_OF(numbers); i++) {
        const struct number *number = &numbers[i];
        struct rooms *s = (struct rooms *)calloc(1, sizeof *s), *before = (struct rooms *)calloc(1, sizeof *s);
        migcore_error error;
        size_t byte;

        check_case("number %lu", (unsigned long)i);
        memset(s, 0x5a, sizeof *s);
        memset(stream, 0, sizeof stream);
        for (byte = 0; byte < number->width; byte++) {
            stream[number->at + byte] = (uint8_t)(number->value >> 8 * (number->width - 1 - byte));
        }
        *before = *s;
        CHECK_STATUS(vm_load(&rooms_table, s, NULL, 1, stream, sizeof stream, &error, NULL), MIGCORE_TOO_MANY);
        CHECK_EQUAL(error.expected, number->room);
        CHECK_EQUAL(error.found, number->value);
        CHECK(memcmp(s->some, before->some, sizeof s->some + sizeof s->canary_1) == 0);
        CHECK(s->canary_2 == before->canary_2 && s->canary_3 == before->canary_3 && s->canary_4 == before->canary_4);
        /* Nor is it read beyond its end; there it is the caller's own number. */
        CHECK_STATUS(vm_save(&rooms_table, s, NULL, stream, &byte), MIGCORE_INVALID_ARGUMENT);
        free(before);
        free(s);
    }
    check_case("%s", "");
}

/* As much as there is room for, and all of it. */
static void an_array_may_be_full(void)
{
    static uint8_t bytes[VMSTATE_BYTES];
    struct rooms *s = (struct rooms *)calloc(2, sizeof *s);
    size_t length;

    memset(s, 0x11, sizeof *s);
    s->n = 3;
    s->m = 2;
    s->length = 5;
    s->bits = 8 * sizeof(unsigned long);
    CHECK_OK(vm_save(&rooms_table, s, NULL, bytes, &length));
    CHECK_EQUAL(length, 4 + 6 + 8 + 8 + 2 + 5 + 4 + 8);
    CHECK_OK(vm_load(&rooms_table, s + 1, NULL, 1, bytes, length, NULL, NULL));
    CHECK(memcmp(s[1].some, s->some, sizeof s->some) == 0 && s[1].canary_1 == 0);
    CHECK(memcmp(s[1].structs, s->structs, sizeof s->structs) == 0 && s[1].canary_2 == 0);
    CHECK(memcmp(s[1].bytes, s->bytes, sizeof s->bytes) == 0 && s[1].canary_3 == 0);
    CHECK(s[1].map[0] == s->map[0] && s[1].canary_4 == 0);
    free(s);
}

/* ---- memory that a stream asks for */

struct asks {
    uint32_t n;
    uint64_t *numbers;
    uint64_t m;
    struct tst *structs;
    uint32_t length;
    uint8_t *bytes;
};

static const migcore_vmstate_field asks_fields[] = {
    MIGCORE_VMSTATE_U32(n, struct asks),
    MIGCORE_VMSTATE_VARRAY_ALLOC(numbers, struct asks, n, migcore_vmstate_info_u64, uint64_t),
    MIGCORE_VMSTATE_U64(m, struct asks),
    MIGCORE_VMSTATE_STRUCT_VARRAY_ALLOC(structs, struct asks, m, tst_table, struct tst),
    MIGCORE_VMSTATE_U32(length, struct asks),
    MIGCORE_VMSTATE_VBUFFER_ALLOC(bytes, struct asks, length),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate asks_table = MIGCORE_VMSTATE_TABLE("asks", 1, 1, asks_fields);

static void asks_drop(struct asks *s)
{
    vm_free(s->numbers);
    vm_free(s->structs);
    vm_free(s->bytes);
    memset(s, 0, sizeof *s);
}

static migcore_status asks_load(struct asks *s, struct vm_host *host, const uint8_t *stream, size_t length)
{
    migcore_status status;

    memset(s, 0, sizeof *s);
    host->blocks = host->bytes = host->calls = 0;
    status = vm_load(&asks_table, s, &host->host, 1, stream, length, NULL, NULL);
    CHECK_EQUAL(host->blocks, (s->numbers != NULL) + (s->structs != NULL) + (s->bytes != NULL));
    return status;
}

/* 2 numbers, 3 structs, 4 bytes. */
static const uint8_t asked[] = {
    0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2,    /* n, numbers */
    0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 10, 0, 0, 0, 11, 0, 0, 0, 12, /* m, structs */
    0, 0, 0, 4, 0xaa, 0xbb, 0xcc, 0xdd,                            /* length, bytes */
};

static void memory_is_made(void)
{
    struct vm_host host;
    struct asks s;

    vm_host_init(&host);
    CHECK_OK(asks_load(&s, &host, asked, sizeof asked));
    CHECK_EQUAL(host.bytes, 2 * 8 + 3 * sizeof(struct tst) + 4);
    CHECK(s.numbers[0] == 1 && s.numbers[1] == 2 && s.structs[0].i == 10 && s.structs[2].i == 12);
    CHECK(memcmp(s.bytes, "\xaa\xbb\xcc\xdd", 4) == 0);
    asks_drop(&s);
    /* Nothing is made of nothing. */
    CHECK_OK(asks_load(&s, &host, (const uint8_t *)"\0\0\0\0" "\0\0\0\0\0\0\0\0" "\0\0\0\0", 16));
    CHECK_EQUAL(host.calls, 0);
    /* No host has memory, no memory is left, or as much as there is. */
    CHECK_STATUS(vm_load(&asks_table, &s, NULL, 1, asked, sizeof asked, NULL, NULL), MIGCORE_NO_SPACE);
    for (host.refuse_at = 1; host.refuse_at <= 3; host.refuse_at++) {
        CHECK_STATUS(asks_load(&s, &host, asked, sizeof asked), MIGCORE_NO_SPACE);
        CHECK_EQUAL(host.calls, host.refuse_at);
        asks_drop(&s);
    }
    host.refuse_at = 0;
    for (host.host.allocation_limit = 1; host.host.allocation_limit < 32; host.host.allocation_limit++) {
        CHECK_STATUS(asks_load(&s, &host, asked, sizeof asked), MIGCORE_TOO_MUCH_MEMORY);
        CHECK(host.bytes <= host.host.allocation_limit);
        asks_drop(&s);
    }
    CHECK_OK(asks_load(&s, &host, asked, sizeof asked));
    asks_drop(&s);
}

/* Numbers that ask for more than one visit may have, or than there can be. */
static void memory_has_a_limit(void)
{
    static const struct number numbers[] = {
        { 0, 4, 0x00200001, 0 }, { 0, 4, 0x7fffffff, 0 },         { 0, 4, 0x80000000, 0 },
        { 0, 4, 0xffffffff, 0 }, { 20, 8, 0x0000000000400001, 0 }, { 20, 8, 0x4000000000000001, 0 },
        { 20, 8, UINT64_MAX, 0 }, { 40, 4, 0x01000001, 0 },        { 40, 4, 0xffffffff, 0 },
    };
    struct vm_host host;
    struct asks s;
    size_t i;

    vm_host_init(&host);
    for (i = 0; i < COUNT_OF(numbers); i++) {
        uint8_t stream[sizeof asked];
        migcore_status status;
        size_t byte;

        check_case("number %lu", (unsigned long)i);
        memcpy(stream, asked, sizeof stream);
        for (byte = 0; byte < numbers[i].width; byte++) {
            stream[numbers[i].at + byte] = (uint8_t)(numbers[i].value >> 8 * (numbers[i].width - 1 - byte));
        }
        status = asks_load(&s, &host, stream, sizeof stream);
        CHECK(status == MIGCORE_TOO_MUCH_MEMORY || status == MIGCORE_TOO_MANY);
        CHECK(host.bytes < 100);
        asks_drop(&s);
    }
    check_case("%s", "");
}

/* A list that goes on as long as the stream does. */
static void a_list_has_a_limit(void)
{
    static uint8_t stream[4096];
    struct vm_host host;
    size_t limit;

    memset(stream, 1, sizeof stream);
    for (limit = sizeof(struct q_element); limit < 10 * sizeof(struct q_element); limit += sizeof(struct q_element)) {
        queue s;

        memset(&s, 0, sizeof s);
        queue_blank(&s);
        vm_host_init(&host);
        host.host.allocation_limit = limit;
        CHECK_STATUS(vm_load(&queue_table, &s, &host.host, 1, stream, sizeof stream, NULL, NULL),
                     MIGCORE_TOO_MUCH_MEMORY);
        CHECK_EQUAL(host.blocks, limit / sizeof(struct q_element));
        CHECK(queue_same(&s, &s));
        queue_drop(&s);
    }
}

/* A tree that says that it has nodes which it has not, or has not the nodes that it has; and one that is full. */
static void a_tree_has_its_nodes(void)
{
    static uint8_t bytes[VMSTATE_BYTES];
    static const uint8_t counts[][4] = { { 0, 0, 0, 0 }, { 0, 0, 0, 1 }, { 0, 0, 0, 3 }, { 0xff, 0xff, 0xff, 0xff } };
    struct vm_host host;
    size_t length, i;
    domain s, back;

    vm_host_init(&host);
    domain_fill(&s);
    CHECK_OK(vm_save(&domain_table, &s, &host.host, bytes, &length));
    for (i = 0; i < COUNT_OF(counts); i++) {
        migcore_status status;

        memcpy(bytes + 4, counts[i], 4);
        memset(&back, 0, sizeof back);
        status = vm_load(&domain_table, &back, &host.host, 1, bytes, length, NULL, NULL);
        CHECK(status == MIGCORE_BAD_VALUE || status == MIGCORE_TOO_LONG);
        domain_drop(&back);
    }
    memcpy(bytes + 4, "\0\0\0\2", 4);
    host.blocks = 0;
    for (host.refuse_at = host.calls + 1, i = 1; i <= 4; i++, host.refuse_at = host.calls + i) {
        size_t nodes;

        memset(&back, 0, sizeof back);
        CHECK_STATUS(vm_load(&domain_table, &back, &host.host, 1, bytes, length, NULL, NULL), MIGCORE_NO_SPACE);
        nodes = back.mappings->count;
        CHECK_EQUAL(host.blocks, 2 * nodes);
        host.blocks = 0;
        domain_drop(&back);
    }
    domain_drop(&s);
}

/* ---- every cut and every bit of what is good */

static const struct good {
    const char *name;
    const migcore_vmstate *table;
    size_t size;
    void (*fill)(void *object), (*blank)(void *object), (*drop)(void *object);
} goods[] = {
    { "primitive", &primitive_table, sizeof(primitive), primitive_fill, primitive_blank, NULL },
    { "pointers", &structs_table, sizeof(pointers), pointers_fill_null, pointers_blank_null, NULL },
    { "numbers", &numbers_table, sizeof(pointers), pointers_fill_null, pointers_blank_null, NULL },
    { "queue", &queue_table, sizeof(queue), queue_fill, queue_blank, queue_drop },
    { "list", &container_table, sizeof(container), container_fill, container_blank, container_drop },
    { "domain", &domain_table, sizeof(domain), domain_fill, domain_blank, domain_drop },
    { "iommu", &iommu_table, sizeof(iommu), iommu_fill, iommu_blank, iommu_drop },
    { "scratch", &with_tmp_table, sizeof(with_tmp), with_tmp_fill, with_tmp_blank, NULL },
    { "subsections", &parts_table, sizeof(parts), parts_all, parts_blank, NULL },
    { "misc", &misc_table, sizeof(misc), misc_fill, misc_blank, NULL },
    { "outer", &outer_table, sizeof(outer), outer_fill, outer_blank, NULL },
};

typedef migcore_status (*load_call)(const struct good *good, void *object, const migcore_vmstate_host *host,
                                    const uint8_t *bytes, size_t length);

static migcore_status load_legacy(const struct good *good, void *object, const migcore_vmstate_host *host,
                                  const uint8_t *bytes, size_t length)
{
    return vm_load(good->table, object, host, (uint32_t)good->table->version_id, bytes, length, NULL, NULL);
}

static migcore_status load_chunks(const struct good *good, void *object, const migcore_vmstate_host *host,
                                  const uint8_t *bytes, size_t length)
{
    return vm_load_chunks(good->table, object, host, bytes, length, NULL);
}

static migcore_status load_into_a_new_one(const struct good *good, load_call load, const uint8_t *bytes, size_t length)
{
    void *object = calloc(1, good->size);
    struct vm_host host;
    migcore_status status;

    vm_host_init(&host);
    /* What hooks of an element made that cannot be loaded is in it when it is taken back. */
    host.drop = domain_drop;
    host.drop_size = sizeof(domain);
    good->blank(object);
    status = load(good, object, &host.host, bytes, length);
    if (good->drop != NULL) {
        good->drop(object);
    }
    free(object);
    return status;
}

static void cut_and_flip(const struct good *good, load_call load, uint8_t *bytes, size_t length)
{
    size_t cut, bit;

    CHECK_OK(load_into_a_new_one(good, load, bytes, length));
    for (cut = 0; cut < length; cut++) {
        migcore_status status = load_into_a_new_one(good, load, bytes, cut);

        /* Where only a subsection is missing, nothing is. */
        CHECK(status == MIGCORE_TRUNCATED || good->table == &parts_table || load == load_chunks);
    }
    for (bit = 0; bit < 8 * length; bit += 1 + 99 / percent) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        load_into_a_new_one(good, load, bytes, length);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void damage_does_no_harm(void)
{
    static uint8_t bytes[VMSTATE_BYTES];
    size_t i, length;

    for (i = 0; i < COUNT_OF(goods); i++) {
        const struct good *good = &goods[i];
        void *object = calloc(1, good->size);
        struct vm_host host;

        check_case("%s", good->name);
        vm_host_init(&host);
        good->fill(object);
        CHECK_OK(vm_save(good->table, object, &host.host, bytes, &length));
        cut_and_flip(good, load_legacy, bytes, length);
        CHECK_OK(vm_save_chunks(good->table, object, &host.host, bytes, &length));
        cut_and_flip(good, load_chunks, bytes, length);
        if (good->drop != NULL) {
            good->drop(object);
        }
        free(object);
    }
    check_case("%s", "");
}

void test_vmstate_hostile(void)
{
    an_array_is_not_overrun();
    an_array_may_be_full();
    memory_is_made();
    memory_has_a_limit();
    a_list_has_a_limit();
    a_tree_has_its_nodes();
    damage_does_no_harm();
}
