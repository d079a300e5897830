/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Trees that are begun, or could not be; handles that are good, and those that are not; who may use a tree when.
 */
#include "sections.h"
#include "tree.h"

#include <stdlib.h>

/* A tree of two devices and one of one, each in its own block, with what the calls need. */
struct wood {
    struct plot plots[2];
    struct grove grove;
};

static struct grove *wood_init(struct wood *wood)
{
    struct grove *g = &wood->grove;
    size_t i;

    memset(g, 0, sizeof *g);
    for (i = 0; i < 2; i++) {
        migcore_tree *tree = plot_init(&wood->plots[i], 1 << 14);
        migcore_node device = plant(tree, MIGCORE_ROOT, item_device("dev", (uint32_t)i, 2));

        plant(tree, device, item_scalar("a", MIGCORE_KIND_U16, 5 + i));
        plant(tree, device, item_data(MIGCORE_ITEM_BYTES, "b", "bytes", 5));
    }
    g->tree = &wood->plots[0].tree;
    g->other = &wood->plots[1].tree;
    g->node = node_at(g->tree, "dev/0");
    g->place = node_at(g->other, "dev/1");
    plant(g->tree, MIGCORE_ROOT, item_device("mover", 0, 1));
    return g;
}

static void wood_free(struct wood *wood)
{
    plot_free(&wood->plots[0]);
    plot_free(&wood->plots[1]);
}

static void storage_and_memory_are_checked(void)
{
    static uint64_t room[sizeof(migcore_tree) / 8 + 1], memory[8];
    static const size_t wrong[] = { 0, 1, 4, 8, sizeof(migcore_tree) - 1, sizeof(migcore_tree) + 1, SIZE_MAX };
    migcore_tree *tree = (migcore_tree *)room;
    size_t i;

    CHECK_STATUS(migcore_tree_init(NULL, sizeof *tree, memory, sizeof memory), MIGCORE_NULL_POINTER);
    for (i = 0; i < COUNT_OF(wrong); i++) {
        size_t at;

        check_case("size %lu", (unsigned long)wrong[i]);
        memset(room, 0x5a, sizeof room);
        CHECK_STATUS(migcore_tree_init(tree, wrong[i], memory, sizeof memory), MIGCORE_BAD_SIZE);
        for (at = wrong[i] < 8 ? 0 : 8; at < sizeof room; at++) {
            CHECK(((uint8_t *)room)[at] == 0x5a);
        }
        if (wrong[i] >= 8) {
            CHECK_STATUS(migcore_tree_remove(tree, MIGCORE_ROOT), MIGCORE_BAD_SIZE);
        }
    }
    for (i = 1; i < 4; i++) {
        check_case("%lu bytes off", (unsigned long)i);
        CHECK_STATUS(migcore_tree_init((migcore_tree *)((uint8_t *)room + i), sizeof *tree, memory, sizeof memory),
                     MIGCORE_MISALIGNED);
    }
    check_case("%s", "");
    CHECK_STATUS(migcore_tree_init(tree, sizeof *tree, NULL, 1), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_tree_init(tree, sizeof *tree, memory, SIZE_MAX), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_tree_init(tree, sizeof *tree, NULL, 0), MIGCORE_NO_SPACE);
    for (i = 0; i <= sizeof memory; i++) {
        CHECK_STATUS(migcore_tree_init(tree, sizeof *tree, memory, i),
                     i < MIGCORE_TREE_NODE ? MIGCORE_NO_SPACE : MIGCORE_OK);
        CHECK_EQUAL(migcore_tree_capacity(tree), i < MIGCORE_TREE_NODE ? 0 : i);
    }
}

/* Memory at any address; the object may be moved. */
static void memory_need_not_be_aligned(void)
{
    size_t off;

    for (off = 0; off < 8; off++) {
        uint8_t *memory = (uint8_t *)malloc(1000 + off);
        migcore_tree first, tree;

        CHECK_OK(migcore_tree_init(&first, sizeof first, memory + off, 1000));
        plant(&first, plant(&first, MIGCORE_ROOT, item_device("d", 1, 2)), item_scalar("x", MIGCORE_KIND_I16, 0xfffe));
        tree = first;
        memset(&first, 0xee, sizeof first);
        CHECK_EQUAL(bits_at(&tree, "d/1.x"), 0xfffe);
        CHECK_EQUAL(count_nodes(&tree), 3);
        free(memory);
    }
}

static void usage_is_told(void)
{
    struct plot plot;
    migcore_tree *tree = plot_init(&plot, 1000);
    migcore_node node;

    CHECK_EQUAL(migcore_tree_used(tree), MIGCORE_TREE_NODE);
    node = plant(tree, MIGCORE_ROOT, item_data(MIGCORE_ITEM_BYTES, "name", "12345", 5));
    CHECK_EQUAL(migcore_tree_used(tree), 2 * MIGCORE_TREE_NODE + 21 + 4 + 5);
    CHECK_OK(migcore_tree_remove(tree, node));
    CHECK_EQUAL(migcore_tree_used(tree), MIGCORE_TREE_NODE + 21 + 4 + 5);
    CHECK_EQUAL(migcore_tree_high_water(tree), 2 * MIGCORE_TREE_NODE + 21 + 4 + 5);
    CHECK_EQUAL(migcore_tree_capacity(tree), 1000);
    plot_free(&plot);
}

/* Every call on `tree` returns `status`, and so does every call that copies from it or to it. */
static void every_call_returns(struct grove *g, migcore_status status)
{
    migcore_item item = item_of(0, NULL);
    size_t i;

    for (i = 0; i < tree_call_count; i++) {
        check_case("%s", tree_calls[i].name);
        g->found = 77;
        CHECK_STATUS(tree_calls[i].run(g), status);
        CHECK(g->found == 77 || g->found == 0);
    }
    CHECK_STATUS(migcore_tree_get(g->tree, MIGCORE_ROOT, &item), status);
    CHECK_STATUS(migcore_tree_copy(g->other, g->place, g->tree, MIGCORE_AT_END, MIGCORE_ROOT, NULL, NULL), status);
    CHECK_STATUS(migcore_tree_compact(g->other, g->tree, NULL), status);
    CHECK_STATUS(migcore_tree_merge(g->other, MIGCORE_ROOT, g->tree, NULL, NULL, NULL), status);
    CHECK_EQUAL(migcore_tree_used(g->tree), 0);
    CHECK_EQUAL(migcore_tree_high_water(g->tree), 0);
    CHECK_EQUAL(migcore_tree_capacity(g->tree), 0);
    check_case("%s", "");
}

static void what_is_no_tree_is_refused(void)
{
    struct wood wood;
    struct grove *g = wood_init(&wood);
    migcore_tree no_tree;

    g->tree = NULL;
    every_call_returns(g, MIGCORE_NULL_POINTER);
    g->tree = &no_tree;
    memset(&no_tree, 0, sizeof no_tree);
    every_call_returns(g, MIGCORE_BAD_OBJECT);
    memset(&no_tree, 0xff, sizeof no_tree);
    every_call_returns(g, MIGCORE_BAD_OBJECT);
    /* A visitor is none. */
    CHECK_OK(migcore_legacy_save_memory(&g->legacy, sizeof g->legacy, g->bytes, sizeof g->bytes, NULL));
    memcpy(&no_tree, &g->legacy, sizeof no_tree);
    every_call_returns(g, MIGCORE_BAD_OBJECT);
    CHECK_STATUS(migcore_tree_init(&no_tree, sizeof no_tree, g->bytes, 10), MIGCORE_NO_SPACE);
    every_call_returns(g, MIGCORE_NO_SPACE);
    CHECK_EQUAL(count_nodes(g->other), 4);
    wood_free(&wood);
}

static void good_calls_are_good(void)
{
    size_t i;

    for (i = 0; i < tree_call_count; i++) {
        struct wood wood;
        struct grove *g = wood_init(&wood);

        check_case("%s", tree_calls[i].name);
        CHECK_OK(tree_calls[i].run(g));
        wood_free(&wood);
    }
    check_case("%s", "");
}

/* Handles of nodes that were removed, alone or with a scope around them, also when their places were given to others. */
static void stale_handles_are_refused(void)
{
    size_t i, how;

    for (i = 0; i < tree_call_count; i++) {
        for (how = 0; how < 6; how++) {
            struct wood wood;
            struct grove *g = wood_init(&wood);
            struct digest before;

            check_case("%s, %lu", tree_calls[i].name, (unsigned long)how);
            if ((how == 0 && strcmp(tree_calls[i].name, "difference_text") == 0) || !(tree_calls[i].flags & TREE_NODE)) {
                wood_free(&wood);
                continue;
            }
            if (how == 2) {
                g->node = node_at(g->tree, "dev/0.b");
            }
            if (how > 0) {
                CHECK_OK(migcore_tree_remove(g->tree, node_at(g->tree, "dev/0")));
            } else {
                g->node = 0;
            }
            if (how == 3) {
                /* Three nodes are free. */
                plant(g->tree, MIGCORE_ROOT, item_device("new", 0, 1));
                plant(g->tree, MIGCORE_ROOT, item_device("new", 1, 1));
                plant(g->tree, MIGCORE_ROOT, item_device("new", 2, 1));
            } else if (how == 4) {
                g->node = UINT64_MAX;
            } else if (how == 5) {
                g->node = MIGCORE_ROOT | 1000000;
            }
            before = digest_of(g->tree, MIGCORE_ROOT, 0);
            g->found = 77;
            CHECK_STATUS(tree_calls[i].run(g), MIGCORE_STALE_HANDLE);
            CHECK(g->found == 77 || g->found == 0);
            CHECK(same_digest(before, digest_of(g->tree, MIGCORE_ROOT, 0)));
            wood_free(&wood);
        }
    }
    check_case("%s", "");
}

/* A handle of another tree is stale or one of this tree's; nothing breaks. */
static void handles_of_other_trees_are_harmless(void)
{
    size_t i, more;

    for (i = 0; i < tree_call_count; i++) {
        for (more = 0; more < 6; more++) {
            struct wood wood;
            struct grove *g = wood_init(&wood);
            size_t at;

            for (at = 0; at < more; at++) {
                g->node = plant(g->other, MIGCORE_ROOT, item_device("far", (uint32_t)at, 1));
            }
            check_case("%s, %lu", tree_calls[i].name, (unsigned long)more);
            CHECK(strcmp(migcore_status_text(tree_calls[i].run(g)), "unknown status") != 0);
            if (!(tree_calls[i].flags & TREE_LENDS)) {
                CHECK(count_nodes(g->tree) >= 2);
            }
            wood_free(&wood);
        }
    }
    check_case("%s", "");
}

static void a_tree_at_work_is_busy(void)
{
    struct wood wood;
    struct grove *g = wood_init(&wood);
    migcore_tree_saver saver;
    migcore_tree_loader loader;
    uint8_t value = 9;
    uint16_t a = 0;
    struct digest before = digest_of(g->tree, MIGCORE_ROOT, 0);

    CHECK_OK(migcore_tree_save(&saver, sizeof saver, g->tree, MIGCORE_ROOT));
    every_call_returns(g, MIGCORE_BUSY);
    CHECK_OK(migcore_visit_u8(&saver.visitor, "new", &value));
    every_call_returns(g, MIGCORE_BUSY);
    CHECK_OK(migcore_finish(&saver.visitor));
    CHECK_EQUAL(bits_at(g->tree, "new"), 9);
    CHECK_OK(migcore_tree_remove(g->tree, node_at(g->tree, "new")));
    CHECK_OK(migcore_tree_load(&loader, sizeof loader, g->tree, g->node));
    every_call_returns(g, MIGCORE_BUSY);
    CHECK_OK(migcore_visit_u16(&loader.visitor, "a", &a));
    every_call_returns(g, MIGCORE_BUSY);
    CHECK_EQUAL(a, 5);
    CHECK_STATUS(migcore_finish(&loader.visitor), MIGCORE_UNCONSUMED);
    CHECK(same_digest(before, digest_of(g->tree, MIGCORE_ROOT, 0)));
    wood_free(&wood);
}

struct intruder {
    struct grove grove;
    unsigned tried;
};

/* What a callback of a call on the tree may do: read. */
static void intrude(void *opaque)
{
    struct intruder *intruder = (struct intruder *)opaque;
    struct grove *g = &intruder->grove;
    size_t i;

    if (intruder->tried++ > 0) {
        return;
    }
    for (i = 0; i < tree_call_count; i++) {
        migcore_status expected = MIGCORE_OK;

        if (tree_calls[i].flags & (TREE_CHANGES | TREE_CHANGES_OTHER)) {
            expected = MIGCORE_BUSY;
        }
        CHECK_STATUS(tree_calls[i].run(g), expected);
        CHECK(migcore_tree_used(g->tree) > 0);
    }
}

static ptrdiff_t intruding_write(void *opaque, const void *data, size_t length)
{
    (void)data;
    intrude(opaque);
    return (ptrdiff_t)length;
}

static migcore_status intruding_report(void *opaque, const migcore_difference *difference)
{
    struct grove *g = &((struct intruder *)opaque)->grove;

    CHECK_OK(migcore_difference_text(difference, g->tree, g->other, g->text, sizeof g->text, NULL));
    intrude(opaque);
    return MIGCORE_OK;
}

static migcore_status intruding_observe(void *opaque, const migcore_item *item)
{
    (void)item;
    intrude(opaque);
    return MIGCORE_OK;
}

/* Both trees are being read when they are compared; else the other one may be changed. */
static void callbacks_may_read(void)
{
    struct wood wood;
    struct grove *g = wood_init(&wood);
    struct intruder intruder;
    migcore_sink sink = { sizeof sink, intruding_write, NULL, NULL };
    migcore_observer observer;
    struct digest before = digest_of(g->tree, MIGCORE_ROOT, 0);
    size_t i;

    sink.opaque = &intruder;
    for (i = 0; i < 3; i++) {
        intruder.grove = *g;
        intruder.tried = 0;
        if (i > 0) {
            /* Then what changes the other tree is refused because it is this one. */
            intruder.grove.other = g->tree;
            intruder.grove.place = g->node;
        }
        switch (i) {
        case 0:
            CHECK_OK(migcore_tree_diff(g->tree, g->node, g->other, g->place, NULL, 0, intruding_report, &intruder));
            break;
        case 1:
            CHECK_OK(migcore_tree_print(g->tree, MIGCORE_ROOT, &sink, NULL));
            break;
        default:
            CHECK_OK(migcore_observer_init(&observer, sizeof observer, intruding_observe, &intruder));
            CHECK_OK(migcore_tree_replay(g->tree, MIGCORE_ROOT, &observer.visitor));
        }
        CHECK(intruder.tried > 0);
        CHECK(same_digest(before, digest_of(g->tree, MIGCORE_ROOT, 0)));
    }
    /* Afterwards it may be changed again. */
    CHECK_OK(migcore_tree_remove(g->tree, g->node));
    wood_free(&wood);
}

static void one_tree_is_not_two(void)
{
    struct wood wood;
    struct grove *g = wood_init(&wood);
    migcore_tree_loader loader;

    memset(&loader, 0, sizeof loader);
    CHECK_STATUS(migcore_tree_copy(g->tree, g->node, g->tree, MIGCORE_AT_END, MIGCORE_ROOT, NULL, NULL),
                 MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_tree_compact(g->tree, g->tree, NULL), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_tree_merge(g->tree, MIGCORE_ROOT, g->tree, NULL, NULL, NULL), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_tree_carry(g->tree, &loader, g->tree, NULL, NULL), MIGCORE_INVALID_ARGUMENT);
    /* Only read, it may be. */
    CHECK_OK(migcore_tree_diff(g->tree, g->node, g->tree, g->node, NULL, 0, intruding_report, NULL));
    wood_free(&wood);
}

void test_tree_begin(void)
{
    storage_and_memory_are_checked();
    memory_need_not_be_aligned();
    usage_is_told();
    what_is_no_tree_is_refused();
    good_calls_are_good();
    stale_handles_are_refused();
    handles_of_other_trees_are_harmless();
    a_tree_at_work_is_busy();
    callbacks_may_read();
    one_tree_is_not_two();
}
