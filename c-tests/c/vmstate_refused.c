/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What is refused half-way: elements that cannot be loaded, with all that was made for them, nodes that a tree does not
 * take, and tables that a later library would understand.
 */
#include "vmstate_objects.h"

/* ---- an element with memory of its own */

struct label {
    struct {
        struct label *next, **previous;
    } link;
    uint8_t length;
    uint8_t *text;
};
struct packet {
    struct {
        struct packet *next, **previous;
    } link;
    uint32_t length;
    uint8_t *bytes;
    struct {
        struct label *first;
    } labels;
    uint32_t id;
};
struct packets {
    struct {
        struct packet *first, **last;
    } all;
    uint32_t behind;
};

static const migcore_vmstate_field label_fields[] = {
    MIGCORE_VMSTATE_U8(length, struct label),
    MIGCORE_VMSTATE_VBUFFER_ALLOC(text, struct label, length),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate label_table = MIGCORE_VMSTATE_TABLE("label", 1, 1, label_fields);
static const migcore_vmstate_field packet_fields[] = {
    MIGCORE_VMSTATE_U32(length, struct packet),
    MIGCORE_VMSTATE_VBUFFER_ALLOC(bytes, struct packet, length),
    MIGCORE_VMSTATE_LIST(labels, struct packet, label_table, struct label, link, 1),
    MIGCORE_VMSTATE_U32(id, struct packet),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate packet_table = MIGCORE_VMSTATE_TABLE("packet", 1, 1, packet_fields);
static const migcore_vmstate_field packets_fields[] = {
    MIGCORE_VMSTATE_TAILQ(all, struct packets, packet_table, struct packet, link, 1),
    MIGCORE_VMSTATE_U32(behind, struct packets),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate packets_table = MIGCORE_VMSTATE_TABLE("packets", 1, 1, packets_fields);

static void packets_drop(struct packets *s)
{
    while (s->all.first != NULL) {
        struct packet *packet = s->all.first;

        while (packet->labels.first != NULL) {
            struct label *label = packet->labels.first;

            packet->labels.first = label->link.next;
            vm_free(label->text);
            vm_free(label);
        }
        s->all.first = packet->link.next;
        vm_free(packet->bytes);
        vm_free(packet);
    }
}

/* Each cut leaves the packets that are whole, and nothing of the one that is not. */
static void an_element_leaves_nothing(void)
{
    static const uint8_t stream[] = {
        1, 0, 0, 0, 3, 'a', 'b', 'c', 1, 2, 'x', 'y', 1, 1, 'z', 0, 0, 0, 0, 1, /* a packet with two labels */
        1, 0, 0, 0, 2, 'd', 'e', 1, 0, 1, 1, 'w', 0, 0, 0, 0, 2,              /* another, one of them without text */
        0, 0, 0, 0, 9,
    };
    size_t cut;

    for (cut = 0; cut <= sizeof stream; cut++) {
        struct packets s;
        struct vm_host host;

        check_case("cut %lu", (unsigned long)cut);
        memset(&s, 0, sizeof s);
        s.all.last = &s.all.first;
        vm_host_init(&host);
        CHECK_STATUS(vm_load(&packets_table, &s, &host.host, 1, stream, cut, NULL, NULL),
                     cut == sizeof stream ? MIGCORE_OK : MIGCORE_TRUNCATED);
        CHECK_EQUAL(host.blocks, cut < 20 ? 0 : cut < 37 ? 6 : 11);
        packets_drop(&s);
    }
    check_case("%s", "");
}

/* ---- a tree that refuses */

static int refuse_with;

static int refuse(void *opaque, void *tree, void *key, void *value)
{
    (void)opaque;
    CHECK(tree != NULL && key != NULL && value != NULL);
    return refuse_with;
}

/* The report has the number, and the library takes back what the tree did not take. */
static void a_tree_refuses(void)
{
    static const int numbers[] = { -12, 7 };
    static uint8_t bytes[VMSTATE_BYTES];
    migcore_vmstate_tree refusing = vm_tree_functions;
    struct vm_host host;
    size_t length, i;
    domain s, back;

    refusing.insert = refuse;
    vm_host_init(&host);
    domain_fill(&s);
    CHECK_OK(vm_save(&domain_table, &s, &host.host, bytes, &length));
    host.host.tree = &refusing;
    for (i = 0; i < COUNT_OF(numbers); i++) {
        migcore_error error;

        refuse_with = numbers[i];
        memset(&back, 0, sizeof back);
        CHECK_STATUS(vm_load(&domain_table, &back, &host.host, 1, bytes, length, &error, NULL), MIGCORE_REFUSED);
        CHECK_EQUAL(error.cause, numbers[i]);
        CHECK_EQUAL(host.blocks, 0);
        domain_drop(&back);
    }
    domain_drop(&s);
}

/* ---- tables of a later library */

struct small {
    uint8_t value;
};

static void what_is_to_come_is_refused(void)
{
    static const migcore_vmstate_field fields[] = { MIGCORE_VMSTATE_U8(value, struct small), MIGCORE_VMSTATE_END() };
    static const migcore_vmstate good = MIGCORE_VMSTATE_TABLE("small", 1, 1, fields);
    uint8_t bytes[VMSTATE_BYTES];
    struct small s = { 5 };
    size_t length, i;

    CHECK_OK(vm_save(&good, &s, NULL, bytes, &length));
    for (i = 0; i < 7; i++) {
        migcore_vmstate_field changed[2];
        migcore_vmstate table = good;

        memcpy(changed, fields, sizeof changed);
        table.fields = changed;
        switch (i) {
        case 0:
            table.marks = 0x80000000;
            break;
        case 1:
        case 2:
            changed[0].reserved[i - 1] = 1;
            break;
        default:
            table.reserved[i - 3] = 1;
            break;
        }
        CHECK_STATUS(vm_save(&table, &s, NULL, bytes, &length), MIGCORE_BAD_TABLE);
        CHECK_STATUS(vm_load(&table, &s, NULL, 1, bytes, 1, NULL, NULL), MIGCORE_BAD_TABLE);
    }
}

/* ---- a limit */

struct pages {
    int32_t number;
    uint8_t bytes[8];
};

/* It is in bytes, also where the object counts pages of them. */
static void a_limit_is_behind_the_factor(void)
{
    migcore_vmstate_field fields[] = {
        MIGCORE_VMSTATE_I32(number, struct pages),
        MIGCORE_VMSTATE_BUFFER(bytes, struct pages),
        MIGCORE_VMSTATE_END(),
    };
    const migcore_vmstate table = MIGCORE_VMSTATE_TABLE("pages", 1, 1, fields);
    uint8_t stream[12] = { 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8 };
    migcore_error error;
    struct pages s;

    fields[1].flags = MIGCORE_VMSTATE_FLAG_VBUFFER | MIGCORE_VMSTATE_FLAG_MULTIPLY;
    fields[1].size = 4;
    fields[1].size_offset = offsetof(struct pages, number);
    fields[1].limit = sizeof s.bytes;
    CHECK_OK(vm_load(&table, &s, NULL, 1, stream, sizeof stream, NULL, NULL));
    CHECK_MEMORY(s.bytes, sizeof s.bytes, stream + 4, 8);
    stream[3] = 3;
    CHECK_STATUS(vm_load(&table, &s, NULL, 1, stream, sizeof stream, &error, NULL), MIGCORE_TOO_MANY);
    CHECK_EQUAL(error.expected, 8);
}

void test_vmstate_refused(void)
{
    an_element_leaves_nothing();
    a_tree_refuses();
    what_is_to_come_is_refused();
    a_limit_is_behind_the_factor();
}
