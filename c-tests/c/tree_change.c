/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Several edits of a tree as one: kept, or undone.
 */
#include "sections.h"
#include "tree.h"

static const uint8_t bytes[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

enum {
    /* Edits of `change`. */
    EDITS = 9
};

static migcore_tree *example(struct plot *plot, size_t capacity)
{
    migcore_tree *tree = plot_init(plot, capacity);
    migcore_node nic = plant(tree, MIGCORE_ROOT, item_device("nic", 0, 1));
    migcore_node ring = plant(tree, nic, item_of(MIGCORE_ITEM_BEGIN_STRUCT, "ring"));

    plant(tree, ring, item_scalar("head", MIGCORE_KIND_U32, 3));
    plant(tree, ring, item_scalar("tail", MIGCORE_KIND_U32, 4));
    plant(tree, nic, item_data(MIGCORE_ITEM_BYTES, "mac", bytes, 6));
    plant(tree, MIGCORE_ROOT, item_device("uart", 0, 2));
    return tree;
}

/* One edit of each kind; the nodes are those of the example. */
static migcore_status edit(migcore_tree *tree, const migcore_node *nodes, unsigned which)
{
    migcore_node nic = nodes[0], ring = nodes[1], head = nodes[2], mac = nodes[3], uart = nodes[4];
    migcore_item item = item_data(MIGCORE_ITEM_BYTES, NULL, bytes + 8, 6);
    migcore_node copy;

    switch (which) {
    case 0:
        return migcore_tree_rename(tree, head, "first", NULL);
    case 1:
        return migcore_tree_replace(tree, mac, &item, NULL);
    case 2:
        return migcore_tree_move(tree, mac, MIGCORE_AT_START, uart, NULL);
    case 3:
        return migcore_tree_set_marks(tree, ring, MIGCORE_MARK_SECRET);
    case 4:
        item = item_scalar("new", MIGCORE_KIND_U8, 1);
        return migcore_tree_insert(tree, MIGCORE_AT_BEFORE, nic, &item, NULL, NULL);
    case 5:
        return migcore_tree_copy_within(tree, ring, MIGCORE_AT_END, uart, &copy, NULL);
    case 6:
        return migcore_tree_set_oldest_reader(tree, uart, 1);
    case 7:
        return migcore_tree_remove(tree, head);
    default:
        return migcore_tree_remove(tree, nic);
    }
}

static void find_nodes(migcore_tree *tree, migcore_node *nodes)
{
    static const char *const paths[] = { "nic/0", "nic/0.ring", "nic/0.ring.head", "nic/0.mac", "uart/0" };
    size_t i;

    for (i = 0; i < COUNT_OF(paths); i++) {
        nodes[i] = node_at(tree, paths[i]);
    }
}

/* The first of the edits that fails, and its status. */
static migcore_status change(migcore_tree *tree, const migcore_node *nodes, unsigned count)
{
    migcore_status status = MIGCORE_OK;
    unsigned i;

    for (i = 0; i < count && status == MIGCORE_OK; i++) {
        status = edit(tree, nodes, i);
    }
    return status;
}

static void what_is_undone_never_was(void)
{
    struct plot plot, other;
    migcore_tree *tree = example(&plot, 4096), *twin = example(&other, 4096);
    migcore_node nodes[5], again[5];
    size_t used = migcore_tree_used(tree);
    unsigned count;

    find_nodes(tree, nodes);
    for (count = 0; count <= EDITS; count++) {
        check_case("%u edits", count);
        CHECK_OK(migcore_tree_begin_change(tree));
        CHECK_OK(change(tree, nodes, count));
        CHECK(count == 0 || !same_state(tree, twin));
        CHECK_OK(migcore_tree_undo_change(tree));
        CHECK(same_state(tree, twin));
        CHECK_EQUAL(migcore_tree_used(tree), used);
        find_nodes(tree, again);
        CHECK_MEMORY(again, sizeof again, nodes, sizeof nodes);
    }
    check_case("%s", "");
    plot_free(&plot);
    plot_free(&other);
}

static void what_is_kept_is_there(void)
{
    struct plot plot, other;
    migcore_tree *tree = example(&plot, 4096), *twin = example(&other, 4096);
    migcore_node nodes[5], gone;

    find_nodes(tree, nodes);
    CHECK_OK(migcore_tree_begin_change(tree));
    CHECK_OK(change(tree, nodes, EDITS));
    CHECK_OK(migcore_tree_keep_change(tree));
    CHECK_OK(change(twin, nodes, EDITS));
    CHECK(same_state(tree, twin));
    CHECK_STATUS(migcore_tree_parent(tree, nodes[0], &gone), MIGCORE_STALE_HANDLE);
    CHECK_EQUAL(bits_at(tree, "uart/0.ring.first"), 3);
    plot_free(&plot);
    plot_free(&other);
}

static void changes_are_one_after_the_other(void)
{
    struct plot plot;
    migcore_tree *tree = example(&plot, 4096);
    migcore_tree_saver saver;
    uint8_t value = 7;

    CHECK_STATUS(migcore_tree_keep_change(tree), MIGCORE_UNBALANCED);
    CHECK_STATUS(migcore_tree_undo_change(tree), MIGCORE_UNBALANCED);
    CHECK_OK(migcore_tree_begin_change(tree));
    CHECK_STATUS(migcore_tree_begin_change(tree), MIGCORE_BUSY);

    /* What a visitor saves belongs to the change; while it is at work, the change does not end. */
    CHECK_OK(migcore_tree_save(&saver, sizeof saver, tree, node_at(tree, "uart/0")));
    CHECK_OK(migcore_visit_u8(&saver.visitor, "level", &value));
    CHECK_STATUS(migcore_tree_undo_change(tree), MIGCORE_BUSY);
    CHECK_STATUS(migcore_tree_keep_change(tree), MIGCORE_BUSY);
    CHECK_OK(migcore_finish(&saver.visitor));
    CHECK_EQUAL(bits_at(tree, "uart/0.level"), 7);
    CHECK_OK(migcore_tree_undo_change(tree));
    CHECK_EQUAL(count_nodes(tree), 7);
    CHECK_STATUS(migcore_tree_undo_change(tree), MIGCORE_UNBALANCED);
    plot_free(&plot);
}

static void without_room_nothing_is_left(void)
{
    struct plot plot, other;
    migcore_tree *twin = example(&other, 4096);
    size_t capacity = migcore_tree_high_water(twin);
    migcore_status status = MIGCORE_NO_SPACE;

    for (; status != MIGCORE_OK && capacity < 4096; capacity++) {
        migcore_tree *tree = example(&plot, capacity);
        migcore_node nodes[5];

        check_case("%lu bytes", (unsigned long)capacity);
        find_nodes(tree, nodes);
        CHECK_OK(migcore_tree_begin_change(tree));
        status = change(tree, nodes, EDITS);
        if (status == MIGCORE_OK) {
            CHECK_EQUAL(migcore_tree_high_water(tree), capacity);
            CHECK_OK(migcore_tree_keep_change(tree));
        } else {
            CHECK_STATUS(status, MIGCORE_NO_SPACE);
            CHECK_OK(migcore_tree_undo_change(tree));
            CHECK(same_state(tree, twin));
        }
        plot_free(&plot);
    }
    check_case("%s", "");
    CHECK_OK(status);
    plot_free(&other);
}

static void copies_within_a_tree(void)
{
    struct plot plot;
    migcore_tree *tree = example(&plot, 4096);
    migcore_node nic = node_at(tree, "nic/0"), ring = node_at(tree, "nic/0.ring"), copy = 1;
    migcore_error error;

    error.size = sizeof error;
    CHECK_OK(migcore_tree_copy_within(tree, ring, MIGCORE_AT_BEFORE, nic, &copy, &error));
    CHECK_EQUAL(count_nodes(tree), 10);
    CHECK(same_digest(digest_of(tree, copy, 0), digest_of(tree, ring, 0)));
    CHECK_STATUS(migcore_tree_copy_within(tree, nic, MIGCORE_AT_END, ring, &copy, &error), MIGCORE_INVALID_ARGUMENT);
    CHECK_EQUAL(copy, 0);
    CHECK_TEXT(error.path, "nic/0");
    CHECK_STATUS(migcore_tree_copy_within(tree, MIGCORE_ROOT, MIGCORE_AT_END, nic, NULL, NULL),
                 MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_tree_copy_within(tree, ring, 9, nic, NULL, NULL), MIGCORE_INVALID_ARGUMENT);
    CHECK_EQUAL(count_nodes(tree), 10);
    plot_free(&plot);
}

void test_tree_change(void)
{
    what_is_undone_never_was();
    what_is_kept_is_there();
    changes_are_one_after_the_other();
    without_room_nothing_is_left();
    copies_within_a_tree();
}
