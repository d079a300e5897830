/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * The tests that a history has by itself, with states of C: what they find, and what the functions that make the states
 * may do. The history of a whole device is in examples/history.
 */
#include "compat.h"
#include "sections.h"

#include <stdio.h>
#include <stdlib.h>

/* What the functions are to do, and what they saw. */
struct guide {
    /* The tests are of code that loses this. */
    bool forgets;
    /* The only version that can be saved; 0 for all. */
    uint32_t only;
    migcore_status save_status, load_status;
    bool leaves_visitor, checks_again;
    migcore_compat *compat;
    migcore_tree_saver saver;
    unsigned saved, loaded, found;
    migcore_status seen;
    uint64_t first, last;
    char text[128];
};

static migcore_status down(void *opaque, migcore_edit *edit)
{
    struct guide *guide = (struct guide *)opaque;
    migcore_node a;
    migcore_item item = item_scalar("a", MIGCORE_KIND_U32, 0);

    edit->touched = 1;
    if (!guide->forgets)
        return MIGCORE_OK;
    CHECK_OK(migcore_tree_find(edit->tree, edit->scope, "a", &a));
    return migcore_tree_replace(edit->tree, a, &item, NULL);
}

static migcore_status up(void *opaque, migcore_edit *edit)
{
    (void)opaque;
    edit->touched = 1;
    return MIGCORE_OK;
}

static migcore_status save(void *opaque, migcore_tree *tree, const migcore_told_version *version, uint64_t seed)
{
    struct guide *guide = (struct guide *)opaque;
    migcore_item device, a;
    migcore_node uart;
    migcore_status status;

    guide->saved++;
    if (guide->save_status != MIGCORE_OK || (guide->only != 0 && version->number != guide->only))
        return guide->save_status;
    if (guide->checks_again)
        guide->seen = migcore_compat_run(guide->compat, tree, NULL, NULL, NULL, NULL);
    CHECK_EQUAL(migcore_tree_begin_change(tree), MIGCORE_BUSY);
    guide->last = migcore_random(&seed);
    guide->first = guide->first == 0 ? guide->last : guide->first;
    device = item_device("uart", 0, version->number);
    a = item_scalar("a", MIGCORE_KIND_U32, guide->last | 1);
    status = migcore_tree_insert(tree, MIGCORE_AT_END, MIGCORE_ROOT, &device, &uart, NULL);
    return status != MIGCORE_OK ? status : migcore_tree_insert(tree, MIGCORE_AT_END, uart, &a, NULL, NULL);
}

static migcore_status load(void *opaque, migcore_tree *tree, const migcore_told_version *version)
{
    struct guide *guide = (struct guide *)opaque;

    guide->loaded++;
    CHECK_EQUAL(item_at(tree, node_at(tree, "uart/0")).version, version->number);
    if (guide->leaves_visitor)
        return migcore_tree_save(&guide->saver, sizeof guide->saver, tree, MIGCORE_ROOT);
    return guide->load_status;
}

static void found(void *opaque, const migcore_compat_finding *finding)
{
    struct guide *guide = (struct guide *)opaque;
    size_t at = 0, i;

    guide->found++;
    guide->seen = finding->status;
    for (i = 0; i < finding->count; i++)
        at += (size_t)snprintf(guide->text + at, sizeof guide->text - at, "%u ", (unsigned)finding->stops[i].number);
    snprintf(guide->text + at, sizeof guide->text - at, "#%u: %.*s", (unsigned)finding->number, (int)finding->text_length,
             finding->text);
}

/* A history of two versions, with code between them. */
struct tale {
    struct guide guide;
    migcore_step steps[2];
    migcore_compat_change changes[2];
    migcore_history histories[2];
    migcore_compat_table table;
    struct lore lore;
    migcore_compat_states states;
    migcore_compat_checked checked;
    void *memory;
};

enum {
    ROOM = 1 << 14
};

static void tale_init(struct tale *tale)
{
    static const migcore_step call = MIGCORE_STEP_CALL(0, up, down, NULL), end = MIGCORE_STEP_END();
    static const migcore_compat_change none = MIGCORE_CHANGE_END();
    static const migcore_history no_history = MIGCORE_HISTORY_END();
    static const migcore_compat_table all = MIGCORE_COMPAT_TABLE(NULL, NULL, MIGCORE_VERDICT_ALLOW, NULL, "suite");

    memset(tale, 0, sizeof *tale);
    tale->steps[0] = call;
    tale->steps[0].opaque = &tale->guide;
    tale->steps[1] = end;
    tale->changes[0] = none;
    tale->changes[0].from.number = 1;
    tale->changes[0].to.number = 2;
    tale->changes[0].steps = tale->steps;
    tale->changes[1] = none;
    tale->histories[0] = no_history;
    tale->histories[0].devices = "uart";
    tale->histories[0].newest.number = 2;
    tale->histories[0].changes = tale->changes;
    tale->histories[1] = no_history;
    tale->table = all;
    tale->table.histories = tale->histories;
    tale->guide.compat = lore_init(&tale->lore, &tale->table);
    tale->states.size = sizeof tale->states;
    tale->states.opaque = &tale->guide;
    tale->states.save = save;
    tale->states.load = load;
    tale->states.found = found;
    tale->states.seed = 1;
    tale->states.cases = 3;
    tale->checked.size = sizeof tale->checked;
    tale->memory = malloc(ROOM);
}

static void tale_free(struct tale *tale)
{
    lore_free(&tale->lore);
    free(tale->memory);
}

static migcore_status run(struct tale *tale)
{
    return migcore_compat_check(tale->guide.compat, 0, &tale->states, tale->memory, ROOM, &tale->checked);
}

static void a_history_of_no_device_is_found(void)
{
    struct tale tale;

    tale_init(&tale);
    lore_free(&tale.lore);
    tale.histories[0].devices = "urat";
    tale.states.load = NULL;
    tale.guide.compat = lore_init(&tale.lore, &tale.table);
    CHECK_OK(run(&tale));
    CHECK_EQUAL(tale.checked.unused, 1);
    CHECK_EQUAL(tale.guide.seen, MIGCORE_MISSING);
    CHECK_EQUAL(strncmp(tale.guide.text, "1 2 #2: no state went this change", 33), 0);
    tale_free(&tale);
}

static void all_that_comes_back_is_counted(void)
{
    struct tale tale;

    tale_init(&tale);
    CHECK_OK(run(&tale));
    CHECK_EQUAL(tale.checked.equal, 3 * 2);
    CHECK_EQUAL(tale.checked.findings, 0);
    CHECK_EQUAL(tale.guide.saved, 3 * 2);
    CHECK_EQUAL(tale.guide.loaded, 3 * 2 * 3);
    CHECK(tale.guide.first != tale.guide.last);
    /* Versions that this program cannot save are made of the newest, and nothing need be loaded or told. */
    tale.guide.only = 2;
    tale.states.load = NULL;
    tale.states.found = NULL;
    CHECK_OK(run(&tale));
    CHECK_EQUAL(tale.checked.equal, 3 * 2);
    tale_free(&tale);
}

static void what_is_wrong_is_told(void)
{
    struct tale tale;

    tale_init(&tale);
    tale.guide.forgets = true;
    tale.states.cases = 1;
    CHECK_OK(run(&tale));
    CHECK_EQUAL(tale.checked.findings, 2);
    CHECK_EQUAL(tale.guide.found, 2);
    CHECK_EQUAL(tale.guide.seen, MIGCORE_OK);
    CHECK(strncmp(tale.guide.text, "2 1 2 #0: changed uart/0.a: u32 = ", 34) == 0);
    /* Even to nobody. */
    tale.states.found = NULL;
    CHECK_OK(run(&tale));
    CHECK_EQUAL(tale.checked.findings, 2);

    tale.states.found = found;
    tale.guide.load_status = MIGCORE_BAD_VALUE;
    CHECK_OK(run(&tale));
    CHECK_EQUAL(tale.guide.seen, MIGCORE_BAD_VALUE);
    CHECK_EQUAL(tale.checked.equal, 0);
    tale.guide.load_status = MIGCORE_OK;

    /* A step that finds nothing: the failure says where. */
    {
        static const migcore_step rename = MIGCORE_STEP_RENAME(0, "", "b", "c");

        tale.steps[0] = rename;
        lore_free(&tale.lore);
        tale.guide.compat = lore_init(&tale.lore, &tale.table);
        CHECK_OK(run(&tale));
        CHECK_EQUAL(tale.guide.seen, MIGCORE_MISSING);
        CHECK(strstr(tale.guide.text, "uart/0") != NULL);
    }
    tale_free(&tale);
}

static void code_that_fails_ends_the_check(void)
{
    struct tale tale;

    tale_init(&tale);
    tale.guide.save_status = -5;
    CHECK_EQUAL(run(&tale), MIGCORE_REFUSED);
    tale.guide.save_status = MIGCORE_OK;
    tale.guide.only = 1;
    CHECK_EQUAL(run(&tale), MIGCORE_INVALID_ARGUMENT);
    tale.guide.only = 0;
    tale.guide.checks_again = true;
    CHECK_OK(run(&tale));
    CHECK_EQUAL(tale.guide.seen, MIGCORE_BUSY);
    tale.guide.leaves_visitor = true;
    CHECK_EQUAL(run(&tale), MIGCORE_UNBALANCED);
    tale.guide.leaves_visitor = false;
    CHECK_OK(run(&tale));
    tale_free(&tale);
}

static void what_is_not_there_is_told(void)
{
    struct tale tale;
    migcore_compat_states none;
    size_t capacity;
    bool enough = false;

    tale_init(&tale);
    memset(&none, 0, sizeof none);
    CHECK_EQUAL(migcore_random(NULL), 0);
    CHECK_EQUAL(migcore_compat_check(NULL, 0, &tale.states, tale.memory, ROOM, &tale.checked), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(migcore_compat_check(tale.guide.compat, 0, NULL, tale.memory, ROOM, &tale.checked), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(migcore_compat_check(tale.guide.compat, 0, &none, tale.memory, ROOM, &tale.checked), MIGCORE_BAD_SIZE);
    none.size = sizeof none;
    CHECK_EQUAL(migcore_compat_check(tale.guide.compat, 0, &none, tale.memory, ROOM, &tale.checked), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(migcore_compat_check(tale.guide.compat, 1, &tale.states, tale.memory, ROOM, &tale.checked),
                MIGCORE_INVALID_ARGUMENT);
    CHECK_EQUAL(migcore_compat_check(tale.guide.compat, 0, &tale.states, NULL, ROOM, &tale.checked), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(migcore_compat_check(tale.guide.compat, 0, &tale.states, tale.memory, ROOM, NULL), MIGCORE_NULL_POINTER);
    for (capacity = 0; capacity < ROOM && !enough; capacity += 37) {
        void *memory = malloc(capacity + 1);
        migcore_status status =
            migcore_compat_check(tale.guide.compat, 0, &tale.states, memory, capacity, &tale.checked);

        check_case("%lu bytes", (unsigned long)capacity);
        /* What does not fit is an error, or a run that failed for want of room. */
        CHECK(status == MIGCORE_NO_SPACE || status == MIGCORE_OK);
        enough = status == MIGCORE_OK && tale.checked.findings == 0;
        free(memory);
    }
    CHECK(enough);
    tale.checked.size = 1;
    CHECK_EQUAL(run(&tale), MIGCORE_BAD_SIZE);
    tale_free(&tale);
}

void test_compat_history(void)
{
    all_that_comes_back_is_counted();
    a_history_of_no_device_is_found();
    what_is_wrong_is_told();
    code_that_fails_ends_the_check();
    what_is_not_there_is_told();
}
