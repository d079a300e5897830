/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * What is said of tables that are refused and of runs that do not happen: enough to mend them.
 */
#include "compat.h"
#include "sections.h"

#include <stdio.h>
#include <stdlib.h>

static const migcore_step_item wide[] = { MIGCORE_VALUE_MARKED(0, "new", MIGCORE_KIND_U32, 9, MIGCORE_MARK_ANCILLARY),
                                          MIGCORE_VALUE_END() };

/* A history of one step, which a test writes. */
struct word {
    migcore_step steps[2];
    migcore_compat_change changes[4];
    migcore_history histories[2];
    migcore_compat_table table;
};

static void word_init(struct word *word, migcore_step step)
{
    static const migcore_step end = MIGCORE_STEP_END();
    static const migcore_compat_change none = MIGCORE_CHANGE_END();
    static const migcore_history no_history = MIGCORE_HISTORY_END();
    static const migcore_compat_table all = MIGCORE_COMPAT_TABLE(NULL, NULL, MIGCORE_VERDICT_REFUSE, NULL, "suite");

    word->steps[0] = step;
    word->steps[1] = end;
    word->changes[0] = word->changes[1] = word->changes[2] = word->changes[3] = none;
    word->changes[0].from.number = 1;
    word->changes[0].to.number = 2;
    word->changes[0].steps = word->steps;
    word->histories[0] = word->histories[1] = no_history;
    word->histories[0].devices = "disk*";
    word->histories[0].newest.number = 2;
    word->histories[0].changes = word->changes;
    word->table = all;
    word->table.histories = word->histories;
}

static const char *said_of(const migcore_compat_table *table)
{
    static char text[256];
    size_t length = migcore_compat_table_text(table, text, sizeof text);

    CHECK_EQUAL(strlen(text), length);
    return text;
}

static void a_table_that_is_refused_says_where(void)
{
    static const migcore_step rename = MIGCORE_STEP_RENAME(0, "", "a", "b");
    static const migcore_step add = MIGCORE_STEP_ADD(0, "", "other", NULL, wide);
    struct word word;
    migcore_compat compat;
    migcore_compat_failure failure;
    struct plot plot;
    migcore_tree *tree = plot_init(&plot, 1 << 12);
    unsigned char memory[2048];

    word_init(&word, rename);
    CHECK_TEXT(said_of(&word.table), "");
    word.steps[0].mask = 1;
    CHECK_TEXT(said_of(&word.table), "history 0, change 0, step 0: `mask` is not for this kind of step");
    CHECK_EQUAL(migcore_compat_init(&compat, sizeof compat, &word.table, memory, sizeof memory), MIGCORE_BAD_TABLE);
    /* What uses it says the same, and whose error it was. */
    failure.size = sizeof failure;
    CHECK_EQUAL(migcore_compat_run(&compat, tree, NULL, NULL, NULL, &failure), MIGCORE_BAD_TABLE);
    CHECK_TEXT(failure.detail, "migcore_compat_init returned this");
    word.steps[0].mask = 0;
    CHECK_EQUAL(migcore_compat_init(&compat, sizeof compat, &word.table, memory, 8), MIGCORE_NO_SPACE);
    CHECK_EQUAL(migcore_compat_run(&compat, tree, NULL, NULL, NULL, &failure), MIGCORE_NO_SPACE);
    CHECK_OK(migcore_compat_init(&compat, sizeof compat, &word.table, memory, sizeof memory));
    CHECK_OK(migcore_compat_run(&compat, tree, NULL, NULL, NULL, &failure));

    word_init(&word, add);
    CHECK_TEXT(said_of(&word.table),
               "history 0, change 0, step 0: the first of `items` has another name than `place.name`");
    word_init(&word, rename);
    word.changes[1] = word.changes[0];
    CHECK_TEXT(said_of(&word.table), "history 0, change 1: earlier changes lead between the same versions");
    word.changes[0].back = MIGCORE_BACK_NONE;
    CHECK_TEXT(said_of(&word.table), "");
    word.table.otherwise = 9;
    CHECK_TEXT(said_of(&word.table), "the verdict is none of the constants");
    CHECK(migcore_compat_table_text(NULL, NULL, 0) > 0);

    word_init(&word, rename);
    CHECK_OK(migcore_compat_init(&compat, sizeof compat, &word.table, memory, sizeof memory));
    word.steps[0].mask = 1;
    CHECK_EQUAL(migcore_compat_apply(&compat, tree, word.changes, false, memory + 1024, 1024, NULL, NULL, &failure),
                MIGCORE_BAD_TABLE);
    CHECK_TEXT(failure.detail, "change 0, step 0: `mask` is not for this kind of step");
    plot_free(&plot);
}

/* What is said of a disk that goes over a step: up, or down. */
static const char *said_in(migcore_step step, bool down, migcore_status status)
{
    struct word word;
    struct lore lore;
    struct plot plot;
    migcore_tree *tree = plot_init(&plot, 1 << 13);
    migcore_node disk = plant(tree, MIGCORE_ROOT, item_device("disk", 0, down ? 2 : 1));
    migcore_compat_wanted wanted = { "disk", { 0, NULL } };
    migcore_compat_targets targets = device_targets(&wanted);
    migcore_compat_failure failure;

    wanted.version.number = down ? 1 : 2;
    plant(tree, disk, item_scalar("sector", MIGCORE_KIND_U32, 70000));
    word_init(&word, step);
    failure.size = sizeof failure;
    CHECK_EQUAL(migcore_compat_run(lore_init(&lore, &word.table), tree, &targets, NULL, NULL, &failure), status);
    lore_free(&lore);
    plot_free(&plot);
    return reason_of(&failure);
}

static void a_run_that_does_not_happen_says_why(void)
{
    static const migcore_step wider = MIGCORE_STEP_RETYPE(0, "", "sector", MIGCORE_KIND_U16, MIGCORE_KIND_U32);
    static const migcore_step rename = MIGCORE_STEP_RENAME(0, "", "sektor", "s");
    static const migcore_step add = MIGCORE_STEP_ADD(0, "", "new", "sektor", wide);
    static const migcore_step drop = MIGCORE_STEP_DROP(0, "", "sector", NULL, NULL);

    CHECK_TEXT(said_in(wider, true, MIGCORE_DOES_NOT_FIT),
               "disk/0.sector: the value does not fit the type that it should have "
               "(70000 (0x00011170), u16 has 0 to 65535), in step 0 from 2 to 1");
    CHECK_TEXT(said_in(wider, false, MIGCORE_WRONG_TYPE),
               "disk/0.sector: the item has another type in the stream (expected u16, found u32), in step 0 from 1 to 2");
    CHECK_TEXT(said_in(rename, false, MIGCORE_MISSING),
               "disk/0.sektor: the stream does not hold this item, in step 0 from 1 to 2");
    CHECK_TEXT(said_in(add, false, MIGCORE_MISSING),
               "disk/0.sektor: the stream does not hold this item, in step 0 from 1 to 2");
    CHECK_TEXT(said_in(drop, false, MIGCORE_LOSSY),
               "disk/0.sector: this would lose state that must not be lost "
               "(u32 = 70000 (0x00011170), which the policy refuses), in step 0 from 1 to 2");
}

static void a_wanted_device_that_nobody_has_is_told(void)
{
    static const migcore_step rename = MIGCORE_STEP_RENAME(0, "", "a", "b");
    struct word word;
    struct lore lore;
    struct plot plot;
    migcore_tree *tree = plot_init(&plot, 1 << 13);
    migcore_compat *compat;
    migcore_compat_wanted wanted = { "dsik", { 2, NULL } };
    migcore_compat_targets targets = device_targets(&wanted);
    migcore_compat_failure failure;
    migcore_compat_outcome outcome;

    word_init(&word, rename);
    compat = lore_init(&lore, &word.table);
    failure.size = sizeof failure;
    outcome.size = sizeof outcome;
    plant(tree, MIGCORE_ROOT, item_device("disk", 0, 2));
    CHECK_EQUAL(migcore_compat_run(compat, tree, &targets, NULL, &outcome, &failure), MIGCORE_NO_ROUTE);
    CHECK_TEXT(failure.error.path, "dsik");
    wanted.devices = "disk7";
    CHECK_OK(migcore_compat_run(compat, tree, &targets, NULL, &outcome, &failure));
    CHECK_EQUAL(outcome.unused, 1);
    wanted.devices = "disk";
    wanted.version.number = 9;
    CHECK_EQUAL(migcore_compat_run(compat, tree, &targets, NULL, &outcome, &failure), MIGCORE_NO_ROUTE);
    CHECK_TEXT(reason_of(&failure), "disk/0: no route leads between the versions (known are 1, 2), from 2 to 9");
    lore_free(&lore);
    plot_free(&plot);
}

static migcore_status touch(void *opaque, migcore_edit *edit)
{
    (void)opaque;
    edit->touched = 1;
    return MIGCORE_OK;
}

static void changes_between_the_same_versions_each_lead_a_way_of_their_own(void)
{
    static const migcore_step up[] = { MIGCORE_STEP_CALL(0, touch, NULL, NULL), MIGCORE_STEP_END() };
    static const migcore_step down[] = { MIGCORE_STEP_CALL(0, NULL, touch, NULL), MIGCORE_STEP_END() };
    static const migcore_step both[] = { MIGCORE_STEP_CALL(0, touch, touch, NULL), MIGCORE_STEP_END() };
    static const struct {
        const migcore_step *steps[3];
        uint32_t back[3];
        /* The first that is never gone. */
        const char *refused;
    } rows[] = { { { up, down, NULL }, { 0 }, NULL },
                 { { down, up, NULL }, { 0 }, NULL },
                 { { up, both, NULL }, { 0 }, NULL },
                 { { down, both, NULL }, { 0 }, NULL },
                 { { both, both, NULL }, { MIGCORE_BACK_NONE }, NULL },
                 { { up, up, NULL }, { 0 }, "1" },
                 { { down, down, NULL }, { 0 }, "1" },
                 { { both, up, NULL }, { 0 }, "1" },
                 { { both, down, NULL }, { 0 }, "1" },
                 { { both, both, NULL }, { MIGCORE_BACK_NONE, MIGCORE_BACK_NONE }, "1" },
                 { { up, down, both }, { 0 }, "2" } };
    migcore_compat_wanted wanted = { "disk", { 2, NULL } };
    migcore_compat_targets targets = device_targets(&wanted);
    migcore_compat_outcome outcome;
    unsigned char memory[2048];
    migcore_compat made;
    struct word word;
    struct lore lore;
    size_t at, change;

    outcome.size = sizeof outcome;
    for (at = 0; at < sizeof rows / sizeof rows[0]; at++) {
        struct plot plot;
        migcore_tree *tree = plot_init(&plot, 1 << 13);
        migcore_compat *compat;

        plant(tree, MIGCORE_ROOT, item_device("disk", 0, 1));
        word_init(&word, up[1]);
        for (change = 0; change < 3 && rows[at].steps[change]; change++) {
            word.changes[change] = word.changes[0];
            word.changes[change].steps = rows[at].steps[change];
            word.changes[change].back = rows[at].back[change];
        }
        if (!rows[at].refused) {
            CHECK_TEXT(said_of(&word.table), "");
            compat = lore_init(&lore, &word.table);
            for (wanted.version.number = 2; wanted.version.number > 0; wanted.version.number--) {
                CHECK_OK(migcore_compat_run(compat, tree, &targets, NULL, &outcome, NULL));
                CHECK_EQUAL(outcome.legs, 1);
            }
            lore_free(&lore);
        } else {
            char text[80];

            snprintf(text, sizeof text, "history 0, change %s: earlier changes lead between the same versions", rows[at].refused);
            CHECK_TEXT(said_of(&word.table), text);
            CHECK_EQUAL(migcore_compat_init(&made, sizeof made, &word.table, memory, sizeof memory), MIGCORE_BAD_TABLE);
        }
        plot_free(&plot);
    }
}

static void what_no_route_would_go_is_applied_without_a_history(void)
{
    static const migcore_step rename = MIGCORE_STEP_RENAME(0, "disk/0", "a", "b");
    static const migcore_step again[] = { MIGCORE_STEP_RENAME(0, "disk/0", "b", "c"), MIGCORE_STEP_END() };
    migcore_compat_outcome outcome;
    migcore_compat_failure failure;
    struct word word;
    struct lore lore;
    struct plot plot;
    migcore_tree *tree = plot_init(&plot, 1 << 13);
    migcore_node disk = plant(tree, MIGCORE_ROOT, item_device("disk", 0, 1));
    migcore_compat *compat;
    size_t size = 0;
    void *memory;

    plant(tree, disk, item_scalar("a", MIGCORE_KIND_U32, 7));
    outcome.size = sizeof outcome;
    failure.size = sizeof failure;
    word_init(&word, rename);
    compat = lore_init(&lore, &word.table);
    word.changes[1] = word.changes[0];
    word.changes[1].steps = again;
    /* In a history the second would never be gone. Here all are. */
    CHECK(migcore_compat_table_text(&word.table, NULL, 0) > 0);
    CHECK_OK(migcore_compat_size(&word.table, &size));
    memory = malloc(size);
    CHECK_OK(migcore_compat_apply(compat, tree, word.changes, false, memory, size, NULL, &outcome, &failure));
    CHECK_EQUAL(outcome.legs, 2);
    CHECK_EQUAL(bits_at(tree, "disk/0.c"), 7);
    CHECK_OK(migcore_compat_apply(compat, tree, word.changes, true, memory, size, NULL, &outcome, &failure));
    CHECK_EQUAL(bits_at(tree, "disk/0.a"), 7);
    /* Without versions there may be any number, in a table as well. */
    word.changes[0].from.number = word.changes[0].to.number = 0;
    word.changes[1].from.number = word.changes[1].to.number = 0;
    CHECK_TEXT(said_of(&word.table), "");
    CHECK_OK(migcore_compat_apply(compat, tree, word.changes, false, memory, size, NULL, &outcome, &failure));
    CHECK_EQUAL(bits_at(tree, "disk/0.c"), 7);
    free(memory);
    lore_free(&lore);
    plot_free(&plot);
}

void test_compat_words(void)
{
    a_table_that_is_refused_says_where();
    a_run_that_does_not_happen_says_why();
    a_wanted_device_that_nobody_has_is_told();
    changes_between_the_same_versions_each_lead_a_way_of_their_own();
    what_no_route_would_go_is_applied_without_a_history();
}
