/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Every call on a tree that returns a status, with good arguments as far as trees and nodes are good.
 */
#include "tree.h"

#include "check.h"

static migcore_visitor *legacy_of(struct grove *g)
{
    CHECK_OK(migcore_legacy_save_memory(&g->legacy, sizeof g->legacy, g->bytes, sizeof g->bytes, NULL));
    return &g->legacy.visitor;
}

static ptrdiff_t take_all(void *opaque, const void *data, size_t length)
{
    (void)opaque;
    (void)data;
    return (ptrdiff_t)length;
}

static migcore_status count_difference(void *opaque, const migcore_difference *difference)
{
    CHECK_EQUAL(difference->size, sizeof *difference);
    ((struct grove *)opaque)->called++;
    return MIGCORE_OK;
}

static void on_loss(void *opaque, const migcore_loss *loss)
{
    (void)loss;
    ((struct grove *)opaque)->called++;
}

static void on_hop(void *opaque, const migcore_hop *hop)
{
    (void)hop;
    ((struct grove *)opaque)->called++;
}

#define CALL(name, expression) \
    static migcore_status call_##name(struct grove *g) \
    { \
        return expression; \
    }

CALL(parent, migcore_tree_parent(g->tree, g->node, &g->found))
CALL(first_child, migcore_tree_first_child(g->tree, g->node, &g->found))
CALL(next_sibling, migcore_tree_next_sibling(g->tree, g->node, &g->found))
CALL(previous_sibling, migcore_tree_previous_sibling(g->tree, g->node, &g->found))
CALL(child, migcore_tree_child(g->tree, g->node, "a", 0, &g->found))
CALL(find, migcore_tree_find(g->tree, g->node, "", &g->found))
CALL(path, migcore_tree_path(g->tree, g->node, g->text, sizeof g->text))
CALL(rename, migcore_tree_rename(g->tree, g->node, "a", NULL))
CALL(set_marks, migcore_tree_set_marks(g->tree, g->node, MIGCORE_MARK_SECRET))
CALL(set_oldest_reader, migcore_tree_set_oldest_reader(g->tree, g->node, 1))
CALL(remove, migcore_tree_remove(g->tree, g->node))
CALL(move, migcore_tree_move(g->tree, g->node, MIGCORE_AT_END, MIGCORE_ROOT, NULL))
CALL(copy, migcore_tree_copy(g->tree, g->node, g->other, MIGCORE_AT_END, MIGCORE_ROOT, &g->found, NULL))
CALL(copy_within, migcore_tree_copy_within(g->tree, g->node, MIGCORE_AT_AFTER, g->node, &g->found, NULL))
CALL(copy_to, migcore_tree_copy(g->other, g->place, g->tree, MIGCORE_AT_BEFORE, g->node, &g->found, NULL))
CALL(merge, migcore_tree_merge(g->tree, g->node, g->other, NULL, NULL, NULL))
CALL(diff_left, migcore_tree_diff(g->tree, g->node, g->other, g->place, NULL, 0, count_difference, g))
CALL(diff_right, migcore_tree_diff(g->other, g->place, g->tree, g->node, NULL, 0, count_difference, g))
CALL(replay, migcore_tree_replay(g->tree, g->node, legacy_of(g)))
CALL(replay_inside, migcore_tree_replay_inside(g->tree, g->node, legacy_of(g)))
CALL(save, migcore_tree_save(&g->saver, sizeof g->saver, g->tree, g->node))
CALL(load, migcore_tree_load(&g->loader, sizeof g->loader, g->tree, g->node))
CALL(each_loss, migcore_tree_each_loss(g->tree, on_loss, g))
CALL(each_hop, migcore_tree_each_hop(g->tree, on_hop, g, NULL))
CALL(set_tag, migcore_tree_set_tag(g->tree, g->node, "tag"))
CALL(load_only, migcore_tree_load_only(&g->loader, sizeof g->loader, g->tree, g->node))

static migcore_status call_get(struct grove *g)
{
    migcore_item item = item_of(0, NULL);

    return migcore_tree_get(g->tree, g->node, &item);
}

static migcore_status call_oldest_reader(struct grove *g)
{
    uint32_t version;

    return migcore_tree_oldest_reader(g->tree, g->node, &version);
}

static migcore_status call_insert(struct grove *g)
{
    migcore_item item = item_scalar("a", MIGCORE_KIND_U8, 1);

    return migcore_tree_insert(g->tree, MIGCORE_AT_AFTER, g->node, &item, &g->found, NULL);
}

static migcore_status call_replace(struct grove *g)
{
    migcore_item item = item_device(NULL, 7, 7);

    return migcore_tree_replace(g->tree, g->node, &item, NULL);
}

static migcore_status call_move_to(struct grove *g)
{
    migcore_node mover;
    migcore_status status = migcore_tree_find(g->tree, MIGCORE_ROOT, "mover/0", &mover);

    return status == MIGCORE_OK ? migcore_tree_move(g->tree, mover, MIGCORE_AT_AFTER, g->node, NULL) : status;
}

static migcore_status change_and(struct grove *g, migcore_status (*end)(migcore_tree *))
{
    migcore_status status = migcore_tree_begin_change(g->tree);

    return status == MIGCORE_OK ? end(g->tree) : status;
}

static migcore_status call_change_undone(struct grove *g)
{
    return change_and(g, migcore_tree_undo_change);
}

static migcore_status call_change_kept(struct grove *g)
{
    return change_and(g, migcore_tree_keep_change);
}

static migcore_status call_note_hop(struct grove *g)
{
    static const migcore_compat_version version = { 3, "tag" };

    return migcore_tree_note_hop(g->tree, "machine", version, "writer");
}

static migcore_status call_machine_version(struct grove *g)
{
    migcore_told_version version;
    migcore_status status = migcore_tree_machine_version(g->tree, &version);

    /* Nothing tells. */
    return status == MIGCORE_MISSING ? MIGCORE_OK : status;
}

static migcore_status call_device_version(struct grove *g)
{
    migcore_told_version version;

    return migcore_tree_device_version(g->tree, g->node, &version);
}

static migcore_status call_manifest_begin(struct grove *g)
{
    migcore_about about = { sizeof about, "writer", NULL, NULL, 0, 0 };

    return migcore_manifest_begin(g->tree, &about, &g->found, NULL);
}

static migcore_status call_compact(struct grove *g)
{
    migcore_status status = migcore_tree_compact(g->tree, g->other, NULL);

    /* The other tree is not empty. */
    return status == MIGCORE_INVALID_ARGUMENT ? MIGCORE_OK : status;
}

static migcore_status call_digest(struct grove *g)
{
    struct digest digest;

    return migcore_tree_digest(g->tree, g->node, 0, digest.bytes);
}

static migcore_status call_print(struct grove *g)
{
    migcore_sink sink = { sizeof sink, take_all, NULL, NULL };

    return migcore_tree_print(g->tree, g->node, &sink, NULL);
}

static migcore_status call_difference_text(struct grove *g)
{
    migcore_difference difference = { sizeof difference, MIGCORE_CHANGE_REMOVED, 0, 0, 0 };

    difference.left = g->node;
    return migcore_difference_text(&difference, g->tree, g->other, g->text, sizeof g->text, NULL);
}

#define READS(name, flags) { #name, call_##name, TREE_READS | (flags) }
#define CHANGES(name, flags) { #name, call_##name, TREE_CHANGES | (flags) }

const struct tree_call tree_calls[] = {
    READS(get, TREE_NODE),
    READS(oldest_reader, TREE_NODE),
    READS(parent, TREE_NODE),
    READS(first_child, TREE_NODE),
    READS(next_sibling, TREE_NODE),
    READS(previous_sibling, TREE_NODE),
    READS(child, TREE_NODE),
    READS(find, TREE_NODE),
    READS(path, TREE_NODE),
    READS(digest, TREE_NODE),
    READS(print, TREE_NODE),
    READS(replay, TREE_NODE),
    READS(replay_inside, TREE_NODE),
    READS(diff_left, TREE_NODE | TREE_OTHER),
    READS(diff_right, TREE_NODE | TREE_OTHER),
    READS(difference_text, TREE_NODE | TREE_OTHER),
    READS(copy, TREE_NODE | TREE_OTHER | TREE_CHANGES_OTHER),
    READS(compact, TREE_OTHER | TREE_CHANGES_OTHER),
    READS(each_loss, 0),
    READS(each_hop, 0),
    READS(machine_version, 0),
    READS(device_version, TREE_NODE),
    CHANGES(insert, TREE_NODE),
    CHANGES(replace, TREE_NODE),
    CHANGES(rename, TREE_NODE),
    CHANGES(set_marks, TREE_NODE),
    CHANGES(set_oldest_reader, TREE_NODE),
    CHANGES(move, TREE_NODE),
    CHANGES(move_to, TREE_NODE),
    CHANGES(note_hop, 0),
    CHANGES(set_tag, TREE_NODE),
    CHANGES(manifest_begin, 0),
    CHANGES(change_undone, 0),
    CHANGES(change_kept, 0),
    CHANGES(copy_within, TREE_NODE),
    CHANGES(copy_to, TREE_NODE | TREE_OTHER),
    CHANGES(merge, TREE_NODE | TREE_OTHER),
    CHANGES(save, TREE_NODE | TREE_LENDS),
    CHANGES(load, TREE_NODE | TREE_LENDS),
    CHANGES(load_only, TREE_NODE | TREE_LENDS),
    CHANGES(remove, TREE_NODE),
};

const size_t tree_call_count = COUNT_OF(tree_calls);
