/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What an old program does not know goes through it, and comes back to the new one.
 */
#include "sections.h"
#include "tree.h"

#define KEPT (MIGCORE_MARK_ANCILLARY | MIGCORE_MARK_SAFE_TO_COPY)

/* A device as the new program knows it; the old one knows neither hints nor the part. */
struct nic {
    uint8_t base;
    uint16_t heads[2];
    uint32_t hint, ring_hints[2], lost;
    uint64_t packets;
};

static migcore_status part_visit(migcore_visitor *v, void *opaque)
{
    return migcore_visit_u64(v, "packets", &((struct nic *)opaque)->packets);
}

static const migcore_subsection parts[] = {
    { sizeof(migcore_subsection), "nic/counters", 1, 1, KEPT, NULL, part_visit },
};

static migcore_status visit(migcore_visitor *v, uint32_t instance, struct nic *s, bool is_new)
{
    size_t i;

    migcore_begin_device(v, "nic", instance, 1, 1);
    migcore_visit_u8(v, "base", &s->base);
    if (is_new) {
        migcore_mark(v, KEPT);
        migcore_visit_u32_or(v, "hint", &s->hint, 0);
        /* Not safe to copy: it is skipped. */
        migcore_mark(v, MIGCORE_MARK_ANCILLARY);
        migcore_visit_u32_or(v, "lost", &s->lost, 0);
    }
    migcore_begin_list(v, "rings", 2);
    for (i = 0; i < 2; i++) {
        migcore_begin_element(v);
        migcore_visit_u16(v, "head", &s->heads[i]);
        if (is_new) {
            migcore_mark(v, KEPT);
            migcore_visit_u32_or(v, "hint", &s->ring_hints[i], 0);
        }
        migcore_end_element(v);
    }
    migcore_end_list(v);
    migcore_visit_subsections(v, "nic", parts, is_new ? 1 : 0, s);
    return migcore_end_device(v);
}

static void save(migcore_tree *tree, struct nic *nics, bool is_new)
{
    migcore_tree_saver saver;
    uint32_t i;

    CHECK_OK(migcore_tree_save(&saver, sizeof saver, tree, MIGCORE_ROOT));
    for (i = 0; i < 2; i++) {
        CHECK_OK(visit(&saver.visitor, i, &nics[i], is_new));
    }
    CHECK_OK(migcore_finish(&saver.visitor));
}

static void load(migcore_tree_loader *loader, migcore_tree *tree, struct nic *nics, bool is_new)
{
    uint32_t i;

    memset(nics, 0, 2 * sizeof *nics);
    CHECK_OK(migcore_tree_load(loader, sizeof *loader, tree, MIGCORE_ROOT));
    for (i = 0; i < 2; i++) {
        CHECK_OK(visit(&loader->visitor, i, &nics[i], is_new));
    }
    CHECK_OK(migcore_finish(&loader->visitor));
}

/* Hint, two of rings and the part, of two devices. */
#define CARRIED 8

static const struct nic fresh[2] = {
    { 1, { 2, 3 }, 4, { 5, 6 }, 7, 8 },
    { 11, { 12, 13 }, 14, { 15, 16 }, 17, 18 },
};

static void there_and_back(void)
{
    struct plot plots[4];
    migcore_tree *tree[4];
    migcore_tree_loader loader;
    struct nic nics[2];
    uint64_t count = 0, skipped = 0, placed = 0, lost = 9;
    size_t i;

    for (i = 0; i < 4; i++) {
        tree[i] = plot_init(&plots[i], 1 << 13);
    }
    memcpy(nics, fresh, sizeof nics);
    save(tree[0], nics, true);
    load(&loader, tree[0], nics, false);
    CHECK(nics[1].base == 11 && nics[1].hint == 0 && nics[0].packets == 0);
    CHECK_OK(migcore_tree_loader_counts(&loader, &skipped, NULL));
    CHECK_EQUAL(skipped, CARRIED + 2);
    CHECK_OK(migcore_tree_carry(tree[0], &loader, tree[1], &count, NULL));
    CHECK_EQUAL(count, CARRIED);

    save(tree[2], nics, false);
    CHECK_OK(migcore_tree_merge(tree[2], MIGCORE_ROOT, tree[1], &placed, &lost, NULL));
    CHECK(placed == CARRIED && lost == 0);
    load(&loader, tree[2], nics, true);
    for (i = 0; i < 2; i++) {
        struct nic expected = fresh[i];

        expected.lost = 0;
        CHECK(memcmp(&nics[i], &expected, sizeof expected) == 0);
    }
    /* Into one device, what is its own. */
    save(tree[3], nics, false);
    CHECK_OK(migcore_tree_merge(tree[3], node_at(tree[3], "nic/1"), tree[1], &placed, NULL, NULL));
    CHECK_EQUAL(placed, CARRIED / 2);
    CHECK_EQUAL(bits_at(tree[3], "nic/1.rings[1].hint"), 16);
    CHECK_STATUS(migcore_tree_merge(tree[3], node_at(tree[3], "nic/1.base"), tree[1], &placed, &lost, NULL),
                 MIGCORE_INVALID_ARGUMENT);
    CHECK(placed == 0 && lost == 0);
    /* Nowhere to go. */
    CHECK_OK(migcore_tree_remove(tree[3], node_at(tree[3], "nic/0")));
    CHECK_OK(migcore_tree_merge(tree[3], MIGCORE_ROOT, tree[1], &placed, &lost, NULL));
    CHECK(placed == CARRIED / 2 && lost == CARRIED / 2);
    for (i = 0; i < 4; i++) {
        plot_free(&plots[i]);
    }
}

static void only_a_finished_load_is_carried(void)
{
    struct plot plot, second;
    migcore_tree *tree = plot_init(&plot, 4096), *carried = plot_init(&second, 4096);
    migcore_tree_loader loader;
    struct nic nics[2];
    uint64_t count = 7;
    uint8_t value;

    memcpy(nics, fresh, sizeof nics);
    save(tree, nics, true);
    CHECK_STATUS(migcore_tree_carry(tree, NULL, carried, &count, NULL), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(count, 0);
    memset(&loader, 0, sizeof loader);
    CHECK_STATUS(migcore_tree_carry(tree, &loader, carried, &count, NULL), MIGCORE_BAD_OBJECT);
    CHECK_OK(migcore_tree_load(&loader, sizeof loader, tree, MIGCORE_ROOT));
    CHECK_STATUS(migcore_tree_carry(tree, &loader, carried, &count, NULL), MIGCORE_UNBALANCED);
    CHECK_STATUS(migcore_visit_u8(&loader.visitor, "no", &value), MIGCORE_MISSING);
    CHECK_STATUS(migcore_tree_carry(tree, &loader, carried, &count, NULL), MIGCORE_UNBALANCED);
    CHECK_STATUS(migcore_tree_load(&loader, sizeof loader, tree, 1), MIGCORE_STALE_HANDLE);
    CHECK_STATUS(migcore_tree_carry(tree, &loader, carried, &count, NULL), MIGCORE_STALE_HANDLE);
    load(&loader, tree, nics, false);
    CHECK_STATUS(migcore_tree_carry(NULL, &loader, carried, &count, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_tree_carry(tree, &loader, NULL, &count, NULL), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(count_nodes(carried), 1);
    CHECK_OK(migcore_tree_carry(tree, &loader, carried, NULL, NULL));
    /* What was loaded is gone. */
    CHECK_OK(migcore_tree_load(&loader, sizeof loader, tree, node_at(tree, "nic/0.rings[0]")));
    CHECK_OK(migcore_visit_u16(&loader.visitor, "head", nics[0].heads));
    CHECK_OK(migcore_finish(&loader.visitor));
    CHECK_OK(migcore_tree_remove(tree, node_at(tree, "nic/0")));
    CHECK_STATUS(migcore_tree_carry(tree, &loader, carried, NULL, NULL), MIGCORE_STALE_HANDLE);
    plot_free(&plot);
    plot_free(&second);
}

/* At every size of memory, everything is carried and put back, or nothing. */
static void every_size_of_memory(void)
{
    struct plot plot, second, whole;
    migcore_tree *tree = plot_init(&plot, 8192), *carried = plot_init(&whole, 8192);
    migcore_tree_loader loader;
    struct nic nics[2];
    size_t capacity;
    bool enough = false;
    uint64_t count, placed, lost;

    memcpy(nics, fresh, sizeof nics);
    save(tree, nics, true);
    load(&loader, tree, nics, false);
    CHECK_OK(migcore_tree_carry(tree, &loader, carried, NULL, NULL));
    for (capacity = MIGCORE_TREE_NODE; !enough && capacity < 8192; capacity += 5) {
        migcore_tree *other = plot_init(&second, capacity);
        migcore_error error;

        check_case("carry, %lu bytes", (unsigned long)capacity);
        error.size = sizeof error;
        enough = migcore_tree_carry(tree, &loader, other, &count, &error) == MIGCORE_OK;
        CHECK_EQUAL(count, enough ? CARRIED : 0);
        CHECK(enough ? same_state(other, carried) : count_nodes(other) == 1 && error.expected > error.found);
        plot_free(&second);
    }
    CHECK(enough);
    enough = false;
    for (capacity = 1000; !enough && capacity < 8192; capacity += 5) {
        migcore_tree *other = plot_init(&second, capacity);
        migcore_tree_saver saver;
        struct digest before;

        check_case("merge, %lu bytes", (unsigned long)capacity);
        CHECK_OK(migcore_tree_save(&saver, sizeof saver, other, MIGCORE_ROOT));
        visit(&saver.visitor, 0, &nics[0], false);
        visit(&saver.visitor, 1, &nics[1], false);
        if (migcore_finish(&saver.visitor) == MIGCORE_OK) {
            before = digest_of(other, MIGCORE_ROOT, 0);
            enough = migcore_tree_merge(other, MIGCORE_ROOT, carried, &placed, &lost, NULL) == MIGCORE_OK;
            CHECK(placed == (enough ? CARRIED : 0) && lost == 0);
            CHECK(enough || same_digest(before, digest_of(other, MIGCORE_ROOT, 0)));
        }
        plot_free(&second);
    }
    CHECK(enough);
    check_case("%s", "");
    plot_free(&plot);
    plot_free(&whole);
}

void test_tree_carry(void)
{
    there_and_back();
    only_a_finished_load_is_carried();
    every_size_of_memory();
}
