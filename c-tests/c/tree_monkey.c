/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Calls on trees in any order, sensible or not, with handles new and old: what the tree promises holds after each.
 */
#include "sections.h"
#include "stream.h"
#include "tree.h"

#include <stdlib.h>

enum {
    HANDLES = 64,
    CALLS = 120
};

struct monkey {
    uint32_t random;
    struct plot plots[2];
    migcore_tree *tree, *other;
    migcore_node handles[HANDLES];
    bool removed, changing;
    /* The tree when the change began. */
    struct digest begun;
    unsigned done, refused;
};

static uint32_t below(struct monkey *m, uint32_t bound)
{
    return random_below(&m->random, bound);
}

static migcore_node some_node(struct monkey *m)
{
    return m->handles[below(m, HANDLES)];
}

static migcore_at some_place(struct monkey *m)
{
    migcore_at at = 1 + below(m, 4);

    return below(m, 40) == 0 ? at + 3 : at;
}

static migcore_item some_item(struct monkey *m)
{
    static const char *const names[] = { "a", "b", "list", "a much longer name", "", "dev" };
    static const uint8_t data[64] = { 1, 2, 3, 'x' };
    migcore_item_type type = 1 + below(m, 13);
    migcore_item item = item_of(type, names[below(m, COUNT_OF(names))]);

    if ((item.item_type == MIGCORE_ITEM_RAW || item.item_type == MIGCORE_ITEM_BEGIN_ELEMENT) && below(m, 8) != 0) {
        item.name_length = 0;
    }
    item.kind = 1 + below(m, 11);
    item.bits = random_next(&m->random);
    item.data = data;
    item.length = below(m, 8) * 8;
    item.instance = below(m, 3);
    item.version = below(m, 5);
    item.marks = below(m, 33);
    item.variable = below(m, 2) != 0;
    return item;
}

/* A save, or a load with what it carries on. */
static migcore_status visit_some(struct monkey *m)
{
    migcore_tree_saver saver;
    migcore_tree_loader loader;
    migcore_status status;
    uint8_t value = 1;

    if (below(m, 2) == 0) {
        status = migcore_tree_save(&saver, sizeof saver, m->tree, some_node(m));
        if (status == MIGCORE_OK) {
            migcore_begin_struct(&saver.visitor, "saved");
            migcore_visit_u8(&saver.visitor, "x", &value);
            if (below(m, 2) == 0) {
                migcore_end_struct(&saver.visitor);
            }
            status = migcore_finish(&saver.visitor);
        }
        return status;
    }
    status = migcore_tree_load(&loader, sizeof loader, m->tree, some_node(m));
    if (status == MIGCORE_OK) {
        migcore_visit_u8_or(&loader.visitor, "b", &value, 0);
        status = migcore_finish(&loader.visitor);
        if (status == MIGCORE_OK) {
            status = migcore_tree_carry(m->tree, &loader, m->other, NULL, NULL);
        }
    }
    return status;
}

/* Begins a change, or ends the one that is open. */
static migcore_status change_some(struct monkey *m)
{
    migcore_status status;

    m->changing = !m->changing;
    if (m->changing) {
        m->begun = digest_of(m->tree, MIGCORE_ROOT, 0);
        return migcore_tree_begin_change(m->tree);
    }
    if (below(m, 2) == 0) {
        return migcore_tree_keep_change(m->tree);
    }
    m->removed = true;
    status = migcore_tree_undo_change(m->tree);
    CHECK(same_digest(m->begun, digest_of(m->tree, MIGCORE_ROOT, 0)));
    return status;
}

static migcore_status some_call(struct monkey *m)
{
    migcore_item item = some_item(m);
    migcore_node node = some_node(m), *into = &m->handles[1 + below(m, HANDLES - 1)];
    migcore_node place = some_node(m), made = 0;
    migcore_at at = some_place(m);
    migcore_status status;

    switch (below(m, 14)) {
    case 0:
        m->removed = true;
        return below(m, 3) == 0 ? migcore_tree_remove(m->tree, node) : MIGCORE_OK;
    case 1:
        return migcore_tree_replace(m->tree, node, &item, NULL);
    case 2:
        return migcore_tree_rename(m->tree, node, below(m, 2) == 0 ? "renamed" : NULL, NULL);
    case 3:
        return migcore_tree_set_marks(m->tree, node, item.marks);
    case 4:
        return migcore_tree_move(m->tree, node, at, place, NULL);
    case 5:
        return migcore_tree_copy(m->tree, node, m->other, MIGCORE_AT_END, MIGCORE_ROOT, NULL, NULL);
    case 6:
        return migcore_tree_copy(m->other, node, m->tree, at, place, NULL, NULL);
    case 7:
        return visit_some(m);
    case 8:
        return migcore_tree_merge(m->tree, MIGCORE_ROOT, m->other, NULL, NULL, NULL);
    case 9:
        return change_some(m);
    case 10:
        return migcore_tree_copy_within(m->tree, node, at, place, NULL, NULL);
    default:
        status = migcore_tree_insert(m->tree, at, node, &item, &made, NULL);
        if (status == MIGCORE_OK) {
            *into = made;
        }
        return status;
    }
}

/* The links are those of a tree, a compact copy is the same, and says the same of itself. */
static void promises_hold(struct monkey *m)
{
    struct plot plot;
    migcore_tree *copy = plot_init(&plot, migcore_tree_capacity(m->tree));
    size_t i, good = 0, count = count_nodes(m->tree);

    CHECK(migcore_tree_used(m->tree) <= migcore_tree_high_water(m->tree));
    CHECK(migcore_tree_high_water(m->tree) <= migcore_tree_capacity(m->tree));
    CHECK_OK(migcore_tree_compact(m->tree, copy, NULL));
    CHECK(same_state(m->tree, copy));
    CHECK_EQUAL(count_nodes(copy), count);
    CHECK(migcore_tree_used(copy) <= migcore_tree_used(m->tree));
    CHECK(count > 100 || strcmp(printed(m->tree, MIGCORE_ROOT), printed(copy, MIGCORE_ROOT)) == 0);
    for (i = 0; i < HANDLES; i++) {
        migcore_item item = item_of(0, NULL);
        migcore_status status = migcore_tree_get(m->tree, m->handles[i], &item);

        CHECK(status == MIGCORE_OK || status == MIGCORE_STALE_HANDLE);
        good += status == MIGCORE_OK;
    }
    CHECK(m->removed || good == HANDLES);
    plot_free(&plot);
}

static void run(struct monkey *m, uint32_t seed)
{
    size_t i;

    memset(m, 0, sizeof *m);
    m->random = seed * 2 + 1;
    m->tree = plot_init(&m->plots[0], 100 + below(m, 3000));
    m->other = plot_init(&m->plots[1], 100 + below(m, 1000));
    for (i = 0; i < HANDLES; i++) {
        m->handles[i] = MIGCORE_ROOT;
    }
    for (i = 0; i < CALLS; i++) {
        struct digest before = digest_of(m->tree, MIGCORE_ROOT, 0);
        migcore_status status = some_call(m);

        check_case("seed %u, call %u", (unsigned)seed, (unsigned)i);
        if (status == MIGCORE_OK) {
            m->done++;
        } else {
            m->refused++;
            CHECK(strcmp(migcore_status_text(status), "unknown status") != 0);
            CHECK(status != MIGCORE_BUSY && status != MIGCORE_BAD_OBJECT);
            CHECK(same_digest(before, digest_of(m->tree, MIGCORE_ROOT, 0)));
        }
        if (i % 8 == 7) {
            promises_hold(m);
        }
    }
    plot_free(&m->plots[0]);
    plot_free(&m->plots[1]);
}

void test_tree_monkey(void)
{
    static struct monkey monkey;
    unsigned long done = 0, refused = 0;
    uint32_t seed;

    for (seed = 1; seed <= 1 + 4 * percent; seed++) {
        run(&monkey, seed);
        done += monkey.done;
        refused += monkey.refused;
    }
    check_case("%s", "");
    /* They get somewhere, and not everywhere. */
    CHECK(done > 400 * percent / 5 && refused > 400 * percent / 5);
}
