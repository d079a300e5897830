/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What tables say as text, in the form of QEMU's -dump-vmstate.
 */
#include "vmstate.h"

#include "stream.h"

#define DUMP_BYTES 8192

struct dumped_ring {
    uint16_t head, tail;
};

struct dumped {
    uint64_t base;
    uint32_t regs[4];
    struct dumped_ring rings[2];
    uint8_t mac[6];
    bool on;
    uint8_t count;
    uint16_t some[8];
    struct dumped_ring *more;
    uint8_t *data;
    uint32_t length;
};

static bool is_on(void *opaque, int version)
{
    (void)version;
    return ((struct dumped *)opaque)->on;
}

static const migcore_vmstate_field ring_fields[] = {
    MIGCORE_VMSTATE_U16(head, struct dumped_ring),
    MIGCORE_VMSTATE_U16_V(tail, struct dumped_ring, 2),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate ring_table = MIGCORE_VMSTATE_TABLE("nic/ring", 2, 1, ring_fields);

static const migcore_vmstate_field mode_fields[] = {
    MIGCORE_VMSTATE_U64(base, struct dumped),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate mode_table = MIGCORE_VMSTATE_TABLE("nic/mode", 1, 1, mode_fields);
static const migcore_vmstate *const nic_subsections[] = { &mode_table, NULL };

static const migcore_vmstate_field nic_fields[] = {
    MIGCORE_VMSTATE_U32_ARRAY(regs, struct dumped, 4),
    MIGCORE_VMSTATE_STRUCT_ARRAY(rings, struct dumped, 2, ring_table, struct dumped_ring),
    MIGCORE_VMSTATE_VALIDATE("it is on", is_on),
    MIGCORE_VMSTATE_BUFFER_V(mac, struct dumped, 3),
    MIGCORE_VMSTATE_BOOL_TEST(on, struct dumped, is_on),
    MIGCORE_VMSTATE_U8(count, struct dumped),
    MIGCORE_VMSTATE_VARRAY(some, struct dumped, count, migcore_vmstate_info_u16, uint16_t),
    MIGCORE_VMSTATE_END(),
};
static const migcore_vmstate nic_table =
    MIGCORE_VMSTATE_TABLE_WITH("nic", 3, 1, nic_fields, NULL, NULL, NULL, NULL, NULL, nic_subsections, 0);

/* What is written of nic_table as "e1000", and of ring_table. */
static const char expected[] =
    "{\n"
    "    \"vmschkmachine\": {\n"
    "        \"Name\": \"board-1\"\n"
    "    },\n"
    "    \"e1000\": {\n"
    "        \"Name\": \"e1000\",\n"
    "        \"version_id\": 3,\n"
    "        \"minimum_version_id\": 1,\n"
    "        \"Description\": {\n"
    "            \"name\": \"nic\",\n"
    "            \"version_id\": 3,\n"
    "            \"minimum_version_id\": 1,\n"
    "            \"Fields\": [\n"
#define FIELD(name, since, exists, num, size) \
    "                {\n" \
    "                    \"field\": \"" name "\",\n" \
    "                    \"version_id\": " since ",\n" \
    "                    \"field_exists\": " exists ",\n" num \
    "                    \"size\": " size
#define NUM(number) "                    \"num\": " number ",\n"
    FIELD("regs", "0", "false", NUM("4"), "4") "\n"
    "                },\n"
    FIELD("rings", "0", "false", NUM("2"), "4") ",\n"
    "                    \"Description\": {\n"
    "                        \"name\": \"nic/ring\",\n"
    "                        \"version_id\": 2,\n"
    "                        \"minimum_version_id\": 1,\n"
    "                        \"Fields\": [\n"
    "                            {\n"
    "                                \"field\": \"head\",\n"
    "                                \"version_id\": 0,\n"
    "                                \"field_exists\": false,\n"
    "                                \"size\": 2\n"
    "                            },\n"
    "                            {\n"
    "                                \"field\": \"tail\",\n"
    "                                \"version_id\": 2,\n"
    "                                \"field_exists\": false,\n"
    "                                \"size\": 2\n"
    "                            }\n"
    "                        ]\n"
    "                    }\n"
    "                },\n"
    FIELD("mac", "3", "false", "", "6") "\n"
    "                },\n"
    FIELD("on", "0", "true", "", "1") "\n"
    "                },\n"
    FIELD("count", "0", "false", "", "1") "\n"
    "                },\n"
    FIELD("some", "0", "false", "", "2") "\n"
    "                }\n"
    "            ],\n"
    "            \"Subsections\": [\n"
    "                {\n"
    "                    \"name\": \"nic/mode\",\n"
    "                    \"version_id\": 1,\n"
    "                    \"minimum_version_id\": 1,\n"
    "                    \"Fields\": [\n"
    "                        {\n"
    "                            \"field\": \"base\",\n"
    "                            \"version_id\": 0,\n"
    "                            \"field_exists\": false,\n"
    "                            \"size\": 8\n"
    "                        }\n"
    "                    ]\n"
    "                }\n"
    "            ]\n"
    "        }\n"
    "    },\n"
    "    \"nic/ring\": {\n"
    "        \"Name\": \"nic/ring\",\n"
    "        \"version_id\": 2,\n"
    "        \"minimum_version_id\": 1,\n"
    "        \"Description\": {\n"
    "            \"name\": \"nic/ring\",\n"
    "            \"version_id\": 2,\n"
    "            \"minimum_version_id\": 1,\n"
    "            \"Fields\": [\n"
    FIELD("head", "0", "false", "", "2") "\n"
    "                },\n"
    FIELD("tail", "2", "false", "", "2") "\n"
    "                }\n"
    "            ]\n"
    "        }\n"
    "    }\n"
    "}\n";

static const migcore_vmstate_type types[] = { { "e1000", &nic_table }, { NULL, &ring_table } };

static void the_text_is_that_of_the_tables(void)
{
    uint8_t bytes[DUMP_BYTES];
    struct stream stream = { bytes, sizeof bytes, 0, 0, 0, 0, { 0, 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0, 0 }, NULL, NULL };
    migcore_sink sink = stream_sink(&stream);

    CHECK_OK(migcore_vmstate_dump("board-1", types, COUNT_OF(types), &sink));
    CHECK_MEMORY(bytes, stream.length, expected, sizeof expected - 1);
}

static void pieces_and_failures_of_the_sink_are_passed_on(void)
{
    uint8_t bytes[DUMP_BYTES];
    unsigned calls = 0;

    for (unsigned fail_at = 0; fail_at <= calls; fail_at++) {
        struct stream stream = { bytes, sizeof bytes, 0, 0, 100, 0, { 0, 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0, 0 }, NULL,
                                 NULL };
        migcore_sink sink = stream_sink(&stream);

        check_case("call %u", fail_at);
        stream.moves.fail_at = fail_at;
        stream.moves.fail_with = -5;
        CHECK_STATUS(migcore_vmstate_dump("board-1", types, COUNT_OF(types), &sink),
                     fail_at == 0 ? MIGCORE_OK : MIGCORE_WRITE_FAILED);
        CHECK_EQUAL(stream.moves.after_failure, 0);
        if (fail_at == 0) {
            CHECK_MEMORY(bytes, stream.length, expected, sizeof expected - 1);
            calls = stream.moves.made;
        }
    }
    CHECK(calls > 10);
}

static void a_machine_without_devices_has_a_dump(void)
{
    uint8_t bytes[DUMP_BYTES];
    struct stream stream = { bytes, sizeof bytes, 0, 0, 0, 0, { 0, 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0, 0 }, NULL, NULL };
    migcore_sink sink = stream_sink(&stream);
    static const char empty[] = "{\n    \"vmschkmachine\": {\n        \"Name\": \"\"\n    }\n}\n";

    CHECK_OK(migcore_vmstate_dump(NULL, NULL, 0, &sink));
    CHECK_MEMORY(bytes, stream.length, empty, sizeof empty - 1);
}

struct dumped_node {
    struct dumped_node *next;
};

static void what_is_no_table_is_refused(void)
{
    static migcore_vmstate_field circle_fields[2];
    static const migcore_vmstate circle = MIGCORE_VMSTATE_TABLE("circle", 1, 1, circle_fields);
    static const migcore_vmstate_field node_fields[] = {
        MIGCORE_VMSTATE_STRUCT_POINTER(next, struct dumped_node, circle, struct dumped_node),
        MIGCORE_VMSTATE_END(),
    };
    static const migcore_vmstate_type in_circle = { NULL, &circle };
    static const migcore_vmstate_type none = { "none", NULL };
    uint8_t bytes[DUMP_BYTES];
    struct stream stream = { bytes, sizeof bytes, 0, 0, 0, 0, { 0, 0, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0, 0 }, NULL, NULL };
    migcore_sink sink = stream_sink(&stream), broken = sink;

    circle_fields[0] = node_fields[0];
    circle_fields[1] = node_fields[1];
    CHECK_STATUS(migcore_vmstate_dump("m", &in_circle, 1, &sink), MIGCORE_TOO_DEEP);
    circle_fields[0].vmsd = NULL;
    CHECK_STATUS(migcore_vmstate_dump("m", &in_circle, 1, &sink), MIGCORE_BAD_TABLE);
    CHECK_STATUS(migcore_vmstate_dump("m", &none, 1, &sink), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_vmstate_dump("m", NULL, 1, &sink), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_vmstate_dump("m", types, 1, NULL), MIGCORE_NULL_POINTER);
    broken.write = NULL;
    CHECK_STATUS(migcore_vmstate_dump("m", types, 1, &broken), MIGCORE_NULL_POINTER);
    broken = sink;
    broken.size--;
    CHECK_STATUS(migcore_vmstate_dump("m", types, 1, &broken), MIGCORE_BAD_SIZE);
}

void test_vmstate_dump(void)
{
    the_text_is_that_of_the_tables();
    pieces_and_failures_of_the_sink_are_passed_on();
    a_machine_without_devices_has_a_dump();
    what_is_no_table_is_refused();
}
