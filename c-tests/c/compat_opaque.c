/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Opaque fields of virtio devices, opened and closed: by calls, and by steps.
 */
#include "compat.h"
#include "sections.h"

/* A device on registers in memory, as machines before the specification's version 1 have it: one queue, and the bits of all
 * features. */
static const uint8_t rng[] = {
    0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 12, 0x0f, 1, 0, 0, 0x30, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
    0, 0, 0, 8, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0x12, 0x30, 0, 0, 7,
    5, 21, 'v', 'i', 'r', 't', 'i', 'o', '/', '6', '4', 'b', 'i', 't', '_', 'f', 'e', 'a', 't', 'u', 'r', 'e', 's',
    0, 0, 0, 1, 0, 0, 1, 1, 0x30, 0, 0, 0,
};

static migcore_tree *example(struct plot *plot, const char *device, size_t length)
{
    migcore_tree *tree = plot_init(plot, 1 << 14);
    migcore_item item = item_data(MIGCORE_ITEM_BYTES, "virtio", rng, length);

    item.marks = MIGCORE_MARK_OPAQUE;
    plant(tree, plant(tree, MIGCORE_ROOT, item_device(device, 0, 1)), item);
    return tree;
}

static void a_field_is_opened_and_closed(void)
{
    struct plot plot, other;
    migcore_tree *tree = example(&plot, "0000:00:03.0/virtio-rng", sizeof rng);
    migcore_tree *before = example(&other, "0000:00:03.0/virtio-rng", sizeof rng);
    migcore_node field = node_at(tree, "0000:00:03.0/virtio-rng/0.virtio");

    CHECK_OK(migcore_tree_open(tree, field, NULL, NULL));
    CHECK_EQUAL(bits_at(tree, "0000:00:03.0/virtio-rng/0.virtio.queues[0].last_avail_idx"), 7);
    CHECK_EQUAL(item_at(tree, field).item_type, MIGCORE_ITEM_BEGIN_STRUCT);
    CHECK_OK(migcore_tree_close(tree, field, NULL));
    CHECK(same_state(tree, before));
    CHECK_EQUAL(item_at(tree, field).marks, MIGCORE_MARK_OPAQUE);
    CHECK_OK(migcore_tree_open(tree, field, "virtio-rng", NULL));
    CHECK_OK(migcore_tree_close(tree, field, NULL));
    CHECK(same_state(tree, before));
    plot_free(&plot);
    plot_free(&other);
}

static void what_does_not_fit_stays(void)
{
    struct plot plot, other;
    migcore_tree *tree = example(&plot, "nic", sizeof rng - 1), *before = example(&other, "nic", sizeof rng - 1);
    migcore_node field = node_at(tree, "nic/0.virtio"), status;
    migcore_error error;

    error.size = sizeof error;
    CHECK_EQUAL(migcore_tree_open(tree, field, NULL, &error), MIGCORE_UNSUPPORTED);
    CHECK_EQUAL(migcore_tree_open(tree, field, "virtio-pump", &error), MIGCORE_UNSUPPORTED);
    CHECK_EQUAL(migcore_tree_open(tree, field, "virtio-rng", &error), MIGCORE_BAD_VALUE);
    CHECK_TEXT(error.path, "nic/0.virtio");
    CHECK_EQUAL(migcore_tree_open(tree, node_at(tree, "nic/0"), "virtio-rng", &error), MIGCORE_WRONG_TYPE);
    CHECK_EQUAL(migcore_tree_close(tree, field, &error), MIGCORE_WRONG_TYPE);
    CHECK_EQUAL(migcore_tree_open(NULL, field, NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(migcore_tree_close(NULL, field, NULL), MIGCORE_NULL_POINTER);
    CHECK(same_state(tree, before));
    plot_free(&plot);
    tree = example(&plot, "nic", sizeof rng);
    field = node_at(tree, "nic/0.virtio");
    CHECK_OK(migcore_tree_open(tree, field, "virtio-rng", NULL));
    status = node_at(tree, "nic/0.virtio.status");
    CHECK_OK(migcore_tree_rename(tree, status, "state", NULL));
    CHECK_EQUAL(migcore_tree_close(tree, field, &error), MIGCORE_BAD_VALUE);
    CHECK_OK(migcore_tree_rename(tree, status, "status", NULL));
    CHECK_OK(migcore_tree_close(tree, field, &error));
    plot_free(&plot);
    plot_free(&other);
}

static void a_feature_is_cleared_by_steps(void)
{
    static const migcore_compat_version v7_2 = MIGCORE_NAMED("pc-7.2"), v6_2 = MIGCORE_NAMED("pc-6.2");
    static const migcore_step steps[] = {
        MIGCORE_STEP_OPEN(0, "*/virtio-rng/*", "virtio", NULL),
        MIGCORE_STEP_ALLOW(0, "*/virtio-rng/*.virtio.virtio/64bit_features", "guest_features", 0, (uint64_t)1 << 40),
        MIGCORE_STEP_CLOSE(0, "*/virtio-rng/*", "virtio", NULL),
        MIGCORE_STEP_END(),
    };
    static const migcore_compat_change changes[] = {
        MIGCORE_CHANGE(MIGCORE_NAMED("pc-6.2"), MIGCORE_NAMED("pc-7.2"), steps),
        MIGCORE_CHANGE_END(),
    };
    static const migcore_history histories[] = {
        MIGCORE_MACHINE_HISTORY(MIGCORE_NAMED("pc-7.2"), changes),
        MIGCORE_HISTORY_END(),
    };
    static const migcore_compat_table table = MIGCORE_COMPAT_TABLE(histories, NULL, MIGCORE_VERDICT_ALLOW, NULL, NULL);
    migcore_compat_targets down = machine_targets(&v7_2, &v6_2), up = machine_targets(&v6_2, &v7_2);
    migcore_compat_outcome outcome;
    struct plot plot, other;
    struct lore lore;
    migcore_tree *tree = example(&plot, "0/virtio-rng", sizeof rng);
    migcore_tree *before = example(&other, "0/virtio-rng", sizeof rng);
    migcore_compat *compat = lore_init(&lore, &table);
    migcore_node field = node_at(tree, "0/virtio-rng/0.virtio");
    migcore_item item;
    uint8_t bytes[sizeof rng];

    CHECK_EQUAL(migcore_opaque_feature("virtio-rng", "VIRTIO_F_RING_RESET"), 40);
    CHECK_EQUAL(migcore_opaque_feature("virtio-net", "VIRTIO_NET_F_MQ"), 22);
    CHECK_EQUAL(migcore_opaque_feature("virtio-rng", "VIRTIO_NET_F_MQ"), MIGCORE_NO_FEATURE);
    CHECK_EQUAL(migcore_opaque_feature(NULL, NULL), MIGCORE_NO_FEATURE);
    outcome.size = sizeof outcome;
    CHECK_OK(migcore_compat_run(compat, tree, &down, NULL, &outcome, NULL));
    CHECK_EQUAL(outcome.losses, 1);
    memcpy(bytes, rng, sizeof rng);
    bytes[sizeof rng - 6] ^= 1;
    item = item_at(tree, field);
    CHECK_MEMORY(item.data, item.length, bytes, sizeof bytes);
    CHECK_OK(migcore_compat_run(compat, tree, &up, NULL, &outcome, NULL));
    CHECK_EQUAL(outcome.restored, 1);
    item = item_at(tree, field);
    CHECK_MEMORY(item.data, item.length, rng, sizeof rng);
    CHECK(same_digest(digest_of(tree, node_at(tree, "0/virtio-rng/0"), 0),
                      digest_of(before, node_at(before, "0/virtio-rng/0"), 0)));
    lore_free(&lore);
    plot_free(&plot);
    plot_free(&other);
}

void test_compat_opaque(void)
{
    a_field_is_opened_and_closed();
    what_does_not_fit_stays();
    a_feature_is_cleared_by_steps();
}
