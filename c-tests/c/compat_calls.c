/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Code of C as steps and filters, and what it may do to the tree meanwhile.
 */
#include "compat.h"
#include "sections.h"

static const migcore_compat_version older = MIGCORE_NUMBERED(1), newer = MIGCORE_NUMBERED(2);

/* What code of the caller is to do. */
enum wished {
    WISH_NOTHING,
    /* To keep the lower half of an item alone. */
    WISH_HALVE,
    WISH_FAIL,
    WISH_KEEP,
    WISH_LEAVE_VISITOR,
    WISH_RUN_AGAIN
};

/* That, and what it saw. */
struct wish {
    enum wished wish;
    migcore_compat *compat;
    unsigned calls, told;
    migcore_status seen;
    migcore_tree_saver saver;
    migcore_node scope;
    /* What the code works on, while it runs. */
    migcore_edit *edit;
};

static migcore_tree *example(struct plot *plot)
{
    migcore_tree *tree = plot_init(plot, 1 << 14);
    migcore_node nic = plant(tree, MIGCORE_ROOT, item_device("nic", 3, 1));

    plant(tree, nic, item_scalar("address", MIGCORE_KIND_U32, 0x12345678));
    plant(tree, nic, item_scalar("last", MIGCORE_KIND_U8, 9));
    return tree;
}

static migcore_status up(void *opaque, migcore_edit *edit)
{
    struct wish *wish = (struct wish *)opaque;
    migcore_tree *tree = edit->tree;
    migcore_item item;
    migcore_node address;

    wish->calls++;
    wish->scope = edit->scope;
    wish->edit = edit;
    CHECK_EQUAL(edit->size, sizeof *edit);
    switch (wish->wish) {
    case WISH_HALVE:
        CHECK_OK(migcore_tree_find(tree, edit->scope, "address", &address));
        /* The upper half is lost. */
        CHECK_OK(migcore_edit_lose(edit, address, MIGCORE_LOST_VALUE, false));
        item = item_scalar("address", MIGCORE_KIND_U16, item_at(tree, address).bits & 0xffff);
        CHECK_OK(migcore_tree_replace(tree, address, &item, NULL));
        edit->touched = 1;
        return MIGCORE_OK;
    case WISH_FAIL:
        plant(tree, edit->scope, item_scalar("half", MIGCORE_KIND_U8, 1));
        return -22;
    case WISH_KEEP:
        CHECK_EQUAL(migcore_tree_begin_change(tree), MIGCORE_BUSY);
        CHECK_EQUAL(migcore_tree_keep_change(tree), MIGCORE_BUSY);
        wish->seen = migcore_tree_undo_change(tree);
        CHECK_EQUAL(migcore_edit_lose(edit, edit->scope, MIGCORE_LOST_ORDER, true), MIGCORE_INVALID_ARGUMENT);
        CHECK_EQUAL(migcore_edit_lose(NULL, edit->scope, MIGCORE_LOST_VALUE, true), MIGCORE_NULL_POINTER);
        break;
    case WISH_LEAVE_VISITOR:
        wish->seen = migcore_tree_save(&wish->saver, sizeof wish->saver, tree, edit->scope);
        break;
    case WISH_RUN_AGAIN:
        wish->seen = migcore_compat_run(wish->compat, tree, NULL, NULL, NULL, NULL);
        break;
    case WISH_NOTHING:
        break;
    }
    edit->touched = 1;
    return MIGCORE_OK;
}

static migcore_status down(void *opaque, migcore_edit *edit)
{
    struct wish *wish = (struct wish *)opaque;
    migcore_node address, copy;
    migcore_item item;

    wish->calls++;
    CHECK_OK(migcore_tree_find(edit->tree, edit->scope, "address", &address));
    CHECK_OK(migcore_edit_recover(edit, edit->scope, "address", MIGCORE_LOST_VALUE, &copy));
    item = copy != 0 ? item_at(edit->tree, copy)
                     : item_scalar(NULL, MIGCORE_KIND_U32, item_at(edit->tree, address).bits);
    /* The value may lie in the tree, where that of a scalar does not. */
    item.name = NULL;
    item.name_length = 0;
    CHECK_OK(migcore_tree_replace(edit->tree, address, &item, NULL));
    edit->touched = 1;
    return MIGCORE_OK;
}

struct code {
    struct wish wish;
    migcore_step steps[2];
    migcore_compat_change changes[2];
    migcore_history histories[2];
    migcore_filter filters[2];
    migcore_compat_table table;
    struct lore lore;
};

static migcore_compat *code_init(struct code *code, const char *devices)
{
    static const migcore_step call = MIGCORE_STEP_CALL(0, up, down, NULL), end = MIGCORE_STEP_END();
    static const migcore_compat_change none = MIGCORE_CHANGE_END();
    static const migcore_history no_history = MIGCORE_HISTORY_END();
    static const migcore_filter filter = MIGCORE_FILTER(up, NULL, NULL), no_filter = MIGCORE_FILTER_END();
    static const migcore_compat_table all = MIGCORE_COMPAT_TABLE(NULL, NULL, MIGCORE_VERDICT_ALLOW, NULL, "suite");

    memset(code, 0, sizeof *code);
    code->steps[0] = call;
    code->steps[0].opaque = &code->wish;
    code->steps[1] = end;
    code->changes[0] = code->changes[1] = none;
    code->changes[0].from = older;
    code->changes[0].to = newer;
    code->changes[0].steps = code->steps;
    code->histories[0] = code->histories[1] = no_history;
    code->histories[0].devices = devices;
    code->histories[0].newest = newer;
    code->histories[0].changes = code->changes;
    code->filters[0] = filter;
    code->filters[0].opaque = &code->wish;
    code->filters[1] = no_filter;
    code->table = all;
    code->table.histories = code->histories;
    code->table.filters = code->filters;
    return code->wish.compat = lore_init(&code->lore, &code->table);
}

static void code_edits_the_tree_and_tells_what_is_lost(void)
{
    static const migcore_compat_wanted wanted = { "*", MIGCORE_NUMBERED(1) };
    migcore_compat_targets back = device_targets(&wanted);
    migcore_compat_outcome outcome;
    struct plot plot, other;
    struct code code;
    migcore_tree *tree = example(&plot), *before = example(&other);
    migcore_compat *compat = code_init(&code, "nic");

    outcome.size = sizeof outcome;
    code.wish.wish = WISH_HALVE;
    CHECK_OK(migcore_compat_run(compat, tree, NULL, NULL, &outcome, NULL));
    CHECK_EQUAL(code.wish.calls, 1);
    CHECK_EQUAL(code.wish.scope, node_at(tree, "nic/3"));
    CHECK_EQUAL(outcome.losses, 1);
    /* The item, and the version of the device. */
    CHECK_EQUAL(outcome.touched, 2);
    CHECK_EQUAL(bits_at(tree, "nic/3.address"), 0x5678);
    CHECK_OK(migcore_compat_run(compat, tree, &back, NULL, &outcome, NULL));
    CHECK_EQUAL(outcome.restored, 1);
    CHECK(same_digest(digest_of(tree, node_at(tree, "nic/3"), 0), digest_of(before, node_at(before, "nic/3"), 0)));
    lore_free(&code.lore);
    plot_free(&plot);
    plot_free(&other);
}

/* Is told of a loss while the code tells it. */
static void told(void *opaque, const migcore_loss *loss)
{
    struct wish *wish = (struct wish *)opaque;
    migcore_edit *edit = wish->edit;
    migcore_node copy;
    migcore_item item;

    wish->told++;
    CHECK(loss->allowed);
    item.size = sizeof item;
    CHECK_EQUAL(migcore_tree_get(edit->tree, wish->scope, &item), MIGCORE_BUSY);
    CHECK_EQUAL(migcore_tree_remove(edit->tree, wish->scope), MIGCORE_BUSY);
    CHECK_EQUAL(migcore_edit_lose(edit, wish->scope, MIGCORE_LOST_VALUE, false), MIGCORE_BUSY);
    CHECK_EQUAL(migcore_edit_recover(edit, wish->scope, "address", MIGCORE_LOST_VALUE, &copy), MIGCORE_BUSY);
}

static void a_tree_is_busy_while_its_observer_is_told(void)
{
    migcore_compat_observer observer;
    struct plot plot;
    struct code code;
    migcore_tree *tree = example(&plot);
    migcore_compat *compat = code_init(&code, "nic");

    memset(&observer, 0, sizeof observer);
    observer.size = sizeof observer;
    observer.opaque = &code.wish;
    observer.lost = told;
    code.wish.wish = WISH_HALVE;
    CHECK_OK(migcore_compat_run(compat, tree, NULL, &observer, NULL, NULL));
    CHECK_EQUAL(code.wish.told, 1);
    CHECK_EQUAL(bits_at(tree, "nic/3.address"), 0x5678);
    lore_free(&code.lore);
    plot_free(&plot);
}

static void code_that_fails_leaves_nothing_behind(void)
{
    migcore_compat_failure failure;
    struct plot plot, other;
    struct code code;
    migcore_tree *tree = example(&plot), *before = example(&other);
    migcore_compat *compat = code_init(&code, "nic");

    failure.size = sizeof failure;
    code.wish.wish = WISH_FAIL;
    CHECK_EQUAL(migcore_compat_run(compat, tree, NULL, NULL, NULL, &failure), MIGCORE_REFUSED);
    CHECK_TEXT(failure.from, "1");
    CHECK_EQUAL(failure.step, 0);
    CHECK(same_state(tree, before));
    lore_free(&code.lore);
    plot_free(&plot);
    plot_free(&other);
}

static void changes_of_a_run_are_its_own(void)
{
    struct plot plot, other;
    struct code code;
    migcore_tree *tree = example(&plot), *before = example(&other);
    migcore_compat *compat = code_init(&code, "nic");

    code.wish.wish = WISH_KEEP;
    CHECK_OK(migcore_compat_run(compat, tree, NULL, NULL, NULL, NULL));
    CHECK_EQUAL(code.wish.seen, MIGCORE_BUSY);
    code.wish.wish = WISH_RUN_AGAIN;
    plot_free(&plot);
    tree = example(&plot);
    CHECK_OK(migcore_compat_run(compat, tree, NULL, NULL, NULL, NULL));
    CHECK_EQUAL(code.wish.seen, MIGCORE_BUSY);
    /* Outside of the run all is as ever. */
    CHECK_EQUAL(migcore_tree_keep_change(tree), MIGCORE_UNBALANCED);
    CHECK_EQUAL(bits_at(tree, "nic/3.address"), bits_at(before, "nic/3.address"));
    lore_free(&code.lore);
    plot_free(&plot);
    plot_free(&other);
}

static void a_visitor_that_is_left_keeps_the_tree(void)
{
    struct plot plot, other;
    struct code code;
    migcore_tree *tree = example(&plot), *before = example(&other);
    migcore_compat *compat = code_init(&code, "nic");
    uint8_t value = 1;

    code.wish.wish = WISH_LEAVE_VISITOR;
    CHECK_EQUAL(migcore_compat_run(compat, tree, NULL, NULL, NULL, NULL), MIGCORE_UNBALANCED);
    CHECK_OK(code.wish.seen);
    /* It goes on, and the change is open until it has ended. */
    CHECK_EQUAL(migcore_tree_undo_change(tree), MIGCORE_BUSY);
    CHECK_OK(migcore_visit_u8(&code.wish.saver.visitor, "more", &value));
    CHECK_OK(migcore_finish(&code.wish.saver.visitor));
    CHECK_EQUAL(bits_at(tree, "nic/3.more"), 1);
    CHECK_OK(migcore_tree_undo_change(tree));
    CHECK(same_state(tree, before));
    code.wish.wish = WISH_NOTHING;
    CHECK_OK(migcore_compat_run(compat, tree, NULL, NULL, NULL, NULL));
    lore_free(&code.lore);
    plot_free(&plot);
    plot_free(&other);
}

/* Code of a step finds a device that is recorded at its older version alone in a tree. */
static void code_finds_the_device_that_is_recorded(void)
{
    static uint8_t memory[1 << 13];
    struct plot plot;
    struct code code;
    migcore_tree *tree = example(&plot);
    migcore_compat *compat = code_init(&code, "nic");
    migcore_node recorded, item;

    CHECK_OK(migcore_compat_run(compat, tree, NULL, NULL, NULL, NULL));
    code.wish.calls = 0;
    code.steps[0].down = code.steps[0].up;
    lore_free(&code.lore);
    compat = code.wish.compat = lore_init(&code.lore, &code.table);
    code.wish.wish = WISH_HALVE;
    CHECK_OK(migcore_compat_record_older(compat, tree, memory, sizeof memory));
    CHECK_EQUAL(code.wish.calls, 1);
    CHECK_EQUAL(bits_at(tree, "nic/3.address"), 0x12345678);
    CHECK_OK(migcore_tree_next_sibling(tree, node_at(tree, "nic/3"), &recorded));
    while (item_at(tree, recorded).version != 1) {
        CHECK_OK(migcore_tree_next_sibling(tree, recorded, &recorded));
    }
    CHECK_OK(migcore_tree_child(tree, recorded, "address", 0, &item));
    CHECK_EQUAL(item_at(tree, item).bits, 0x5678);
    CHECK_OK(migcore_tree_remove(tree, recorded));

    /* It cannot be made; the run is not at work in this tree; a visitor is left. */
    code.wish.wish = WISH_FAIL;
    CHECK_OK(migcore_compat_record_older(compat, tree, memory, sizeof memory));
    CHECK_EQUAL(code.wish.calls, 2);
    code.wish.wish = WISH_RUN_AGAIN;
    CHECK_OK(migcore_compat_record_older(compat, tree, memory, sizeof memory));
    CHECK_EQUAL(code.wish.seen, MIGCORE_BUSY);
    code.wish.wish = WISH_LEAVE_VISITOR;
    CHECK_EQUAL(migcore_compat_record_older(compat, tree, memory, sizeof memory), MIGCORE_UNBALANCED);
    code.wish.wish = WISH_NOTHING;
    CHECK_OK(migcore_compat_record_older(compat, tree, memory, sizeof memory));
    lore_free(&code.lore);
    plot_free(&plot);
}

static void filters_see_what_leaves(void)
{
    migcore_compat_targets targets = machine_targets(NULL, NULL);
    struct plot plot;
    struct code code;
    migcore_tree *tree = example(&plot);
    migcore_compat *compat = code_init(&code, "pump");

    CHECK_OK(migcore_compat_run(compat, tree, &targets, NULL, NULL, NULL));
    CHECK_EQUAL(code.wish.calls, 0);
    targets.border = MIGCORE_BORDER_ARRIVING;
    CHECK_OK(migcore_compat_run(compat, tree, &targets, NULL, NULL, NULL));
    CHECK_EQUAL(code.wish.calls, 0);
    targets.border = MIGCORE_BORDER_LEAVING;
    CHECK_OK(migcore_compat_run(compat, tree, &targets, NULL, NULL, NULL));
    CHECK_EQUAL(code.wish.calls, 1);
    CHECK_EQUAL(code.wish.scope, MIGCORE_ROOT);
    lore_free(&code.lore);
    plot_free(&plot);
}

void test_compat_calls(void)
{
    code_edits_the_tree_and_tells_what_is_lost();
    a_tree_is_busy_while_its_observer_is_told();
    code_that_fails_leaves_nothing_behind();
    changes_of_a_run_are_its_own();
    a_visitor_that_is_left_keeps_the_tree();
    code_finds_the_device_that_is_recorded();
    filters_see_what_leaves();
}
