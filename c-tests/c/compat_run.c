/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Histories of C: runs down and up, what is lost and comes back, what is refused.
 */
#include "compat.h"
#include "sections.h"

#include <stdio.h>
#include <stdlib.h>

static const migcore_step_item nine[] = { MIGCORE_VALUE_U32(0, "speed", 9), MIGCORE_VALUE_END() };

static const migcore_step uart_2[] = {
    MIGCORE_STEP_RENAME(0, "", "lvl", "level"),
    MIGCORE_STEP_ADD(0, "", "speed", "level", nine),
    MIGCORE_STEP_END(),
};
static const migcore_step uart_3[] = {
    MIGCORE_STEP_RETYPE(0, "", "level", MIGCORE_KIND_U32, MIGCORE_KIND_U64),
    MIGCORE_STEP_END(),
};
static const migcore_compat_change uart_changes[] = {
    MIGCORE_CHANGE(MIGCORE_NUMBERED(1), MIGCORE_NUMBERED(2), uart_2),
    MIGCORE_CHANGE(MIGCORE_NUMBERED(2), MIGCORE_NUMBERED(3), uart_3),
    MIGCORE_CHANGE_END(),
};
static const migcore_history histories[] = {
    MIGCORE_HISTORY("uart*", MIGCORE_NUMBERED(3), uart_changes),
    MIGCORE_HISTORY_END(),
};
static const migcore_compat_table table = MIGCORE_COMPAT_TABLE(histories, NULL, MIGCORE_VERDICT_ALLOW, NULL, "suite");

/* What a run must not change: it is compared. */
static migcore_tree *example(struct plot *plot)
{
    migcore_tree *tree = plot_init(plot, 1 << 14);
    unsigned i;

    for (i = 0; i < 3; i++) {
        migcore_node uart = plant(tree, MIGCORE_ROOT, item_device(i < 2 ? "uart0" : "uart1", i % 2, 3));
        plant(tree, uart, item_scalar("level", MIGCORE_KIND_U64, 7 + i));
        plant(tree, uart, item_scalar("speed", MIGCORE_KIND_U32, i == 1 ? 50 : 9));
        plant(tree, uart, item_scalar("last", MIGCORE_KIND_U8, i));
    }
    plant(tree, plant(tree, MIGCORE_ROOT, item_device("nic", 0, 4)), item_scalar("level", MIGCORE_KIND_U8, 1));
    return tree;
}

migcore_compat *lore_init(struct lore *lore, const migcore_compat_table *table)
{
    size_t size = 0;

    CHECK_OK(migcore_compat_size(table, &size));
    lore->memory = malloc(size);
    CHECK_OK(migcore_compat_init(&lore->compat, sizeof lore->compat, table, lore->memory, size));
    return &lore->compat;
}

void lore_free(struct lore *lore)
{
    free(lore->memory);
}

migcore_compat_targets machine_targets(const migcore_compat_version *from, const migcore_compat_version *to)
{
    migcore_compat_targets targets;

    memset(&targets, 0, sizeof targets);
    targets.size = sizeof targets;
    targets.from = from;
    targets.machine = to;
    targets.others = MIGCORE_OTHERS_KEEP;
    return targets;
}

migcore_compat_targets device_targets(const migcore_compat_wanted *wanted)
{
    migcore_compat_targets targets = machine_targets(NULL, NULL);

    targets.devices = wanted;
    targets.count = 1;
    return targets;
}

const char *reason_of(const migcore_compat_failure *failure)
{
    static char text[512];
    size_t length = migcore_compat_failure_text(failure, text, sizeof text);

    CHECK_EQUAL(strlen(text), length);
    return text;
}

struct seen {
    unsigned losses, values, steps, down;
    uint64_t touched;
    bool refused;
    migcore_tree *tree;
    migcore_status busy;
    char text[256];
};

static void on_loss(void *opaque, const migcore_loss *loss)
{
    struct seen *seen = (struct seen *)opaque;
    size_t used;

    seen->losses++;
    seen->values += loss->is_value;
    seen->refused |= !loss->allowed;
    snprintf(seen->text, sizeof seen->text, "%.*s/%u.%.*s from %u to %u, step %u, what %u", (int)loss->device_length,
             loss->device, (unsigned)loss->instance, (int)loss->path_length, loss->path, (unsigned)loss->from.number,
             (unsigned)loss->to.number, (unsigned)loss->step, (unsigned)loss->what);
    used = migcore_tree_used(seen->tree);
    seen->busy = used == 0 ? MIGCORE_BUSY : MIGCORE_OK;
}

static void on_step(void *opaque, const migcore_compat_stage *stage)
{
    struct seen *seen = (struct seen *)opaque;

    seen->steps++;
    seen->down += stage->down;
    seen->touched += stage->touched;
    CHECK_EQUAL(stage->device_length, 5);
    CHECK(stage->text_length > 0);
}

static migcore_compat_observer looking(struct seen *seen, migcore_tree *tree)
{
    migcore_compat_observer observer = { sizeof observer, NULL, on_loss, on_step };

    memset(seen, 0, sizeof *seen);
    seen->tree = tree;
    observer.opaque = seen;
    return observer;
}

/* The tree of a run, the same as it was before, and what is seen. */
struct scene {
    struct plot plot, other;
    struct lore lore;
    struct seen seen;
    migcore_tree *before;
    migcore_compat *compat;
    migcore_compat_observer observer;
};

static migcore_tree *scene_init(struct scene *scene, const migcore_compat_table *table)
{
    migcore_tree *tree = example(&scene->plot);

    scene->before = example(&scene->other);
    scene->compat = lore_init(&scene->lore, table);
    scene->observer = looking(&scene->seen, tree);
    return tree;
}

static void scene_free(struct scene *scene)
{
    lore_free(&scene->lore);
    plot_free(&scene->plot);
    plot_free(&scene->other);
}

static void count_loss(void *opaque, const migcore_loss *loss)
{
    struct seen *seen = (struct seen *)opaque;
    migcore_item item = item_at(seen->tree, loss->node);

    seen->losses++;
    CHECK_EQUAL(item.bits, 50);
}

static void a_run_down_and_up_gives_back_what_was_lost(void)
{
    static const migcore_compat_wanted wanted = { "uart*", MIGCORE_NUMBERED(1) };
    migcore_compat_targets targets = device_targets(&wanted);
    migcore_compat_outcome outcome;
    struct scene scene;
    migcore_tree *tree = scene_init(&scene, &table), *before = scene.before;
    migcore_compat *compat = scene.compat;
    migcore_node gone;

    outcome.size = sizeof outcome;
    CHECK_OK(migcore_compat_run(compat, tree, &targets, &scene.observer, &outcome, NULL));
    CHECK_EQUAL(outcome.legs, 6);
    CHECK_EQUAL(outcome.losses, 1);
    CHECK_EQUAL(scene.seen.losses, 1);
    CHECK_EQUAL(scene.seen.values, 1);
    CHECK_EQUAL(scene.seen.busy, MIGCORE_BUSY);
    CHECK_TEXT(scene.seen.text, "uart0/1.speed from 2 to 1, step 1, what 4");
    CHECK_EQUAL(scene.seen.down, scene.seen.steps);
    CHECK_EQUAL(bits_at(tree, "uart0/1.lvl"), 8);
    CHECK_EQUAL(item_at(tree, node_at(tree, "uart1/0")).version, 1);
    CHECK_EQUAL(migcore_tree_find(tree, MIGCORE_ROOT, "uart0/0.speed", &gone), MIGCORE_MISSING);
    scene.seen.losses = 0;
    CHECK_OK(migcore_tree_each_loss(tree, count_loss, &scene.seen));
    CHECK_EQUAL(scene.seen.losses, 1);

    CHECK_OK(migcore_compat_run(compat, tree, NULL, NULL, &outcome, NULL));
    CHECK_EQUAL(outcome.restored, 1);
    CHECK_EQUAL(bits_at(tree, "uart0/1.speed"), 50);
    CHECK(same_digest(digest_of(tree, node_at(tree, "uart0/1"), 0), digest_of(before, node_at(before, "uart0/1"), 0)));
    CHECK(same_digest(digest_of(tree, node_at(tree, "uart1/0"), 0), digest_of(before, node_at(before, "uart1/0"), 0)));
    scene_free(&scene);
}

static void a_refused_run_changes_nothing_and_says_why(void)
{
    static const migcore_policy_row rows[] = { MIGCORE_POLICY("uart0/*", MIGCORE_VERDICT_REFUSE), MIGCORE_POLICY_END() };
    static const migcore_compat_table strict =
        MIGCORE_COMPAT_TABLE(histories, rows, MIGCORE_VERDICT_ALLOW, NULL, "suite");
    static const migcore_compat_wanted first = { "uart*", MIGCORE_NUMBERED(1) };
    static const migcore_compat_wanted none = { "uart1", MIGCORE_TAGGED(2, "acme") };
    migcore_compat_targets targets = device_targets(&first);
    migcore_compat_failure failure;
    struct scene scene;
    migcore_tree *tree = scene_init(&scene, &strict), *before = scene.before;
    migcore_compat *compat = scene.compat;

    failure.size = sizeof failure;
    CHECK_EQUAL(migcore_compat_run(compat, tree, &targets, &scene.observer, NULL, &failure), MIGCORE_LOSSY);
    CHECK(scene.seen.refused);
    CHECK_TEXT(failure.error.path, "uart0/1.speed");
    CHECK(same_state(tree, before));

    targets.devices = &none;
    CHECK_EQUAL(migcore_compat_run(compat, tree, &targets, NULL, NULL, &failure), MIGCORE_NO_ROUTE);
    CHECK_TEXT(failure.from, "3");
    CHECK_TEXT(failure.to, "2+acme");
    CHECK_EQUAL(failure.step, -1);
    CHECK(strstr(reason_of(&failure), "uart1/0") != NULL && strstr(reason_of(&failure), "2+acme") != NULL);
    CHECK(same_state(tree, before));
    scene_free(&scene);
}

static void a_dry_run_and_a_plan_change_nothing(void)
{
    static const migcore_compat_wanted wanted = { "uart0", MIGCORE_NUMBERED(1) };
    migcore_compat_targets targets = device_targets(&wanted);
    migcore_compat_outcome outcome;
    struct scene scene;
    migcore_tree *tree = scene_init(&scene, &table), *before = scene.before;
    migcore_compat *compat = scene.compat;
    size_t used = migcore_tree_used(tree);

    outcome.size = sizeof outcome;
    CHECK_OK(migcore_compat_dry_run(compat, tree, &targets, &scene.observer, &outcome, NULL));
    CHECK_EQUAL(outcome.legs, 4);
    CHECK_EQUAL(scene.seen.losses, 1);
    CHECK(same_state(tree, before));
    CHECK_EQUAL(migcore_tree_used(tree), used);
    CHECK_OK(migcore_compat_plan(compat, tree, &targets, &outcome, NULL));
    CHECK_EQUAL(outcome.legs, 4);
    CHECK_EQUAL(outcome.losses, 0);
    CHECK(same_state(tree, before));
    scene_free(&scene);
}

static void memory_of_each_size_is_enough_or_not(void)
{
    size_t size = 0, capacity;
    migcore_compat compat;

    CHECK_OK(migcore_compat_size(&table, &size));
    CHECK(size > 0 && size < 4096);
    for (capacity = 0; capacity <= size; capacity++) {
        void *memory = malloc(capacity + 1);
        migcore_status status = migcore_compat_init(&compat, sizeof compat, &table, memory, capacity);

        check_case("%lu bytes", (unsigned long)capacity);
        /* What would be wanted for alignment may not be. */
        CHECK(status == MIGCORE_NO_SPACE || (status == MIGCORE_OK && capacity + 16 > size));
        CHECK(status == MIGCORE_OK || capacity < size);
        free(memory);
    }
}

static void what_is_not_there_is_told(void)
{
    migcore_compat_outcome outcome;
    migcore_compat_failure failure;
    migcore_compat_observer observer = { 0, NULL, NULL, NULL };
    migcore_compat_targets targets = machine_targets(NULL, NULL);
    static const migcore_compat_wanted bad_text = { "\xff", MIGCORE_NUMBERED(1) };
    static const migcore_compat_wanted bad_tag = { "uart0", MIGCORE_TAGGED(1, "\xff") };
    migcore_compat foreign, *compat;
    struct plot plot;
    struct lore lore;
    migcore_tree *tree = example(&plot);

    compat = lore_init(&lore, &table);
    memset(&foreign, 0, sizeof foreign);
    memset(&outcome, 0, sizeof outcome);
    memset(&failure, 0, sizeof failure);
    CHECK_EQUAL(migcore_compat_size(NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(migcore_compat_init(NULL, sizeof foreign, &table, NULL, 0), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(migcore_compat_init(&foreign, 1, &table, NULL, 0), MIGCORE_BAD_SIZE);
    CHECK_EQUAL(migcore_compat_init(&foreign, sizeof foreign, &table, NULL, 10), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(migcore_compat_run(&foreign, tree, NULL, NULL, NULL, NULL), MIGCORE_NULL_POINTER);
    memset(&foreign, 0, sizeof foreign);
    CHECK_EQUAL(migcore_compat_run(&foreign, tree, NULL, NULL, NULL, NULL), MIGCORE_BAD_OBJECT);
    CHECK_EQUAL(migcore_compat_run(NULL, tree, NULL, NULL, NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(migcore_compat_run(compat, NULL, NULL, NULL, NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(migcore_compat_run(compat, tree, NULL, NULL, &outcome, NULL), MIGCORE_BAD_SIZE);
    CHECK_EQUAL(migcore_compat_run(compat, tree, NULL, NULL, NULL, &failure), MIGCORE_BAD_SIZE);
    CHECK_EQUAL(migcore_compat_run(compat, tree, NULL, &observer, NULL, NULL), MIGCORE_BAD_SIZE);
    targets.others = 2;
    CHECK_EQUAL(migcore_compat_run(compat, tree, &targets, NULL, NULL, NULL), MIGCORE_INVALID_ARGUMENT);
    targets.others = 0;
    targets.border = 3;
    CHECK_EQUAL(migcore_compat_run(compat, tree, &targets, NULL, NULL, NULL), MIGCORE_INVALID_ARGUMENT);
    targets.border = 0;
    targets.count = 1;
    CHECK_EQUAL(migcore_compat_run(compat, tree, &targets, NULL, NULL, NULL), MIGCORE_NULL_POINTER);
    targets.devices = &bad_text;
    CHECK_EQUAL(migcore_compat_run(compat, tree, &targets, NULL, NULL, NULL), MIGCORE_BAD_TEXT);
    targets.devices = &bad_tag;
    CHECK_EQUAL(migcore_compat_run(compat, tree, &targets, NULL, NULL, NULL), MIGCORE_BAD_TEXT);
    targets.count = MIGCORE_MAX_WANTED + 1;
    CHECK_EQUAL(migcore_compat_run(compat, tree, &targets, NULL, NULL, NULL), MIGCORE_TOO_MANY);
    CHECK_OK(migcore_tree_begin_change(tree));
    CHECK_EQUAL(migcore_compat_run(compat, tree, NULL, NULL, NULL, NULL), MIGCORE_BUSY);
    CHECK_OK(migcore_tree_undo_change(tree));
    CHECK_EQUAL(migcore_compat_failure_text(NULL, NULL, 0), 0);
    CHECK_EQUAL(migcore_tree_each_loss(tree, NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_OK(migcore_compat_run(compat, tree, NULL, NULL, NULL, NULL));
    lore_free(&lore);
    plot_free(&plot);
}

/* Two items that are first get a scope that is first. */
static uint64_t notes_of_a_wrap(const migcore_step *steps)
{
    migcore_compat_change changes[2] = { MIGCORE_CHANGE(MIGCORE_NUMBERED(4), MIGCORE_NUMBERED(5), NULL), MIGCORE_CHANGE_END() };
    migcore_history wrapped[2] = { MIGCORE_HISTORY("nic", MIGCORE_NUMBERED(5), NULL), MIGCORE_HISTORY_END() };
    migcore_compat_table all = MIGCORE_COMPAT_TABLE(NULL, NULL, MIGCORE_VERDICT_REFUSE, NULL, NULL);
    static const migcore_compat_wanted wanted = { "nic", MIGCORE_NUMBERED(4) };
    migcore_compat_targets back = device_targets(&wanted);
    migcore_compat_outcome outcome;
    struct scene scene;
    migcore_tree *tree, *before;
    migcore_node first;
    uint64_t notes;

    changes[0].steps = steps;
    wrapped[0].changes = changes;
    all.histories = wrapped;
    tree = scene_init(&scene, &all);
    before = scene.before;
    scene.observer.step = NULL;
    CHECK_OK(migcore_tree_set_oldest_reader(tree, node_at(tree, "nic/0"), 4));
    plant(tree, node_at(tree, "nic/0"), item_scalar("last", MIGCORE_KIND_U8, 2));
    CHECK_OK(migcore_tree_set_oldest_reader(before, node_at(before, "nic/0"), 4));
    plant(before, node_at(before, "nic/0"), item_scalar("last", MIGCORE_KIND_U8, 2));
    outcome.size = sizeof outcome;
    CHECK_OK(migcore_compat_run(scene.compat, tree, NULL, &scene.observer, &outcome, NULL));
    notes = outcome.notes;
    CHECK_EQUAL(outcome.losses, 0);
    CHECK_EQUAL(scene.seen.losses, notes);
    CHECK_EQUAL(scene.seen.values, 0);
    CHECK_OK(migcore_tree_first_child(tree, node_at(tree, "nic/0"), &first));
    CHECK_EQUAL(first, node_at(tree, "nic/0.inside"));
    CHECK_OK(migcore_compat_run(scene.compat, tree, &back, NULL, &outcome, NULL));
    CHECK_EQUAL(outcome.restored, notes);
    CHECK(same_digest(digest_of(tree, node_at(tree, "nic/0"), 0), digest_of(before, node_at(before, "nic/0"), 0)));
    scene_free(&scene);
    return notes;
}

static void what_is_no_value_is_noted(void)
{
    static const migcore_step_item inside[] = { MIGCORE_VALUE_STRUCT(0, "inside"), MIGCORE_VALUE_END() };
    static const char *const names[] = { "level", NULL };
    static const migcore_step both_first[] = {
        MIGCORE_STEP_WRAP(MIGCORE_STEP_FIRST | MIGCORE_STEP_TO_FIRST, "", "inside", NULL, inside, names, NULL),
        MIGCORE_STEP_END(),
    };
    static const migcore_step after_itself[] = {
        MIGCORE_STEP_WRAP(MIGCORE_STEP_FIRST, "", "inside", NULL, inside, names, "inside"),
        MIGCORE_STEP_END(),
    };

    CHECK_EQUAL(notes_of_a_wrap(after_itself), 0);
    CHECK_EQUAL(notes_of_a_wrap(both_first), 1);
}

/* Rows that are in no table. */
static void changes_that_are_in_no_history_are_applied(void)
{
    static const migcore_step rename[] = {
        MIGCORE_STEP_RENAME(0, "uart0/*", "level", "height"),
        MIGCORE_STEP_DROP(0, "uart0/1", "speed", "height", NULL),
        MIGCORE_STEP_END(),
    };
    static const migcore_step again[] = { MIGCORE_STEP_RENAME(0, "uart0/*", "height", "size"), MIGCORE_STEP_END() };
    static const migcore_compat_change changes[] = {
        MIGCORE_CHANGE(MIGCORE_NAMED("a"), MIGCORE_NAMED("b"), rename),
        MIGCORE_CHANGE(MIGCORE_NAMED("b"), MIGCORE_NAMED("c"), again),
        MIGCORE_CHANGE_END(),
    };
    static const migcore_compat_change one_way[] = {
        MIGCORE_CHANGE_ONE_WAY(MIGCORE_NAMED("b"), MIGCORE_NAMED("c"), again),
        MIGCORE_CHANGE_END(),
    };
    static const migcore_compat_change none[] = { MIGCORE_CHANGE_END() };
    static const migcore_compat_table empty = MIGCORE_COMPAT_TABLE(NULL, NULL, MIGCORE_VERDICT_ALLOW, NULL, "suite");
    static const migcore_history alone[] = { MIGCORE_HISTORY("", MIGCORE_NAMED("c"), changes), MIGCORE_HISTORY_END() };
    static const migcore_compat_table sized = MIGCORE_COMPAT_TABLE(alone, NULL, MIGCORE_VERDICT_ALLOW, NULL, NULL);
    migcore_step bad_steps[2];
    migcore_compat_change bad[2];
    migcore_compat_outcome outcome;
    migcore_compat_failure failure;
    struct scene scene;
    migcore_tree *tree = scene_init(&scene, &empty), *before = scene.before;
    migcore_compat *compat = scene.compat, foreign;
    size_t size = 0, capacity;
    void *memory;

    scene.observer.step = NULL;
    CHECK_OK(migcore_compat_size(&sized, &size));
    memory = malloc(size);
    outcome.size = sizeof outcome;
    failure.size = sizeof failure;
    CHECK_OK(migcore_compat_apply(compat, tree, changes, false, memory, size, &scene.observer, &outcome, &failure));
    CHECK_EQUAL(outcome.legs, 2);
    CHECK_EQUAL(outcome.steps, 3);
    CHECK_EQUAL(outcome.losses, 1);
    CHECK_EQUAL(scene.seen.values, 1);
    CHECK_EQUAL(bits_at(tree, "uart0/1.size"), 8);
    CHECK_EQUAL(bits_at(tree, "uart1/0.level"), 9);
    memset(memory, 0xff, size);
    CHECK_OK(migcore_compat_apply(compat, tree, changes, true, memory, size, NULL, &outcome, &failure));
    CHECK_EQUAL(outcome.restored, 1);
    CHECK(same_digest(digest_of(tree, node_at(tree, "uart0/1"), 0), digest_of(before, node_at(before, "uart0/1"), 0)));
    CHECK_OK(migcore_compat_apply(compat, tree, none, true, NULL, 0, NULL, &outcome, NULL));
    CHECK_EQUAL(outcome.legs, 0);
    plot_free(&scene.plot);
    tree = example(&scene.plot);

    /* The names are those of the newest form. */
    CHECK_EQUAL(migcore_compat_apply(compat, tree, changes, true, memory, size, NULL, &outcome, &failure), MIGCORE_MISSING);
    CHECK_TEXT(failure.from, "c");
    CHECK_EQUAL(migcore_compat_apply(compat, tree, one_way, true, memory, size, NULL, NULL, &failure), MIGCORE_NO_ROUTE);
    for (capacity = 0; capacity + 256 < size; capacity++) {
        CHECK_EQUAL(migcore_compat_apply(compat, tree, changes, false, memory, capacity, NULL, NULL, NULL), MIGCORE_NO_SPACE);
    }
    bad_steps[0] = rename[0];
    bad_steps[0].at = 1;
    bad_steps[1] = again[1];
    bad[0] = changes[0];
    bad[0].steps = bad_steps;
    bad[1] = none[0];
    CHECK_EQUAL(migcore_compat_apply(compat, tree, bad, false, memory, size, NULL, NULL, NULL), MIGCORE_BAD_TABLE);
    CHECK_EQUAL(migcore_compat_apply(compat, tree, NULL, false, memory, size, NULL, NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(migcore_compat_apply(compat, tree, changes, false, NULL, size, NULL, NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(migcore_compat_apply(compat, NULL, changes, false, memory, size, NULL, NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(migcore_compat_apply(NULL, tree, changes, false, memory, size, NULL, NULL, NULL), MIGCORE_NULL_POINTER);
    memset(&foreign, 0, sizeof foreign);
    CHECK_EQUAL(migcore_compat_apply(&foreign, tree, changes, false, memory, size, NULL, NULL, NULL), MIGCORE_BAD_OBJECT);
    outcome.size--;
    CHECK_EQUAL(migcore_compat_apply(compat, tree, changes, false, memory, size, NULL, &outcome, NULL), MIGCORE_BAD_SIZE);
    scene.observer.size--;
    CHECK_EQUAL(migcore_compat_apply(compat, tree, changes, false, memory, size, &scene.observer, NULL, NULL), MIGCORE_BAD_SIZE);
    CHECK_OK(migcore_tree_begin_change(tree));
    CHECK_EQUAL(migcore_compat_apply(compat, tree, changes, false, memory, size, NULL, NULL, NULL), MIGCORE_BUSY);
    CHECK_OK(migcore_tree_undo_change(tree));
    CHECK(same_state(tree, before));
    free(memory);
    scene_free(&scene);
}

struct way {
    unsigned hops;
    char text[64];
};

static void on_hop(void *opaque, const migcore_hop *hop)
{
    struct way *way = (struct way *)opaque;

    way->hops++;
    snprintf(way->text, sizeof way->text, "%.*s %u%.*s %.*s", (int)hop->machine_length, hop->machine,
             (unsigned)hop->version.number, (int)hop->version.tag_length, hop->version.tag, (int)hop->writer_length,
             hop->writer);
}

static void hops_and_tags_are_noted(void)
{
    static const migcore_compat_version versions[] = { MIGCORE_NUMBERED(6), MIGCORE_TAGGED(6, "acme") };
    struct plot plot;
    struct way way = { 0, "" };
    migcore_tree *tree = example(&plot);
    migcore_told_version version;
    uint64_t older = 9;

    CHECK_EQUAL(migcore_tree_machine_version(tree, &version), MIGCORE_MISSING);
    CHECK_EQUAL(version.number, 0);
    CHECK_OK(migcore_tree_note_hop(tree, "board", versions[0], "one"));
    CHECK_OK(migcore_tree_machine_version(tree, &version));
    CHECK_EQUAL(version.number, 6);
    CHECK(version.tag == NULL && version.tag_length == 0);
    CHECK_OK(migcore_tree_note_hop(tree, "board", versions[1], "two"));
    CHECK_OK(migcore_tree_each_hop(tree, on_hop, &way, &older));
    CHECK_EQUAL(way.hops, 2);
    CHECK_EQUAL(older, 0);
    CHECK_TEXT(way.text, "board 6acme two");
    CHECK_OK(migcore_tree_machine_version(tree, &version));
    CHECK_EQUAL(version.number, 6);
    CHECK(version.tag_length == 4 && memcmp(version.tag, "acme", 4) == 0);
    CHECK_EQUAL(migcore_tree_machine_version(tree, NULL), MIGCORE_NULL_POINTER);
    CHECK_OK(migcore_tree_set_tag(tree, node_at(tree, "nic/0"), "acme"));
    CHECK_OK(migcore_tree_device_version(tree, node_at(tree, "nic/0"), &version));
    CHECK_EQUAL(version.number, 4);
    CHECK(version.tag_length == 4 && memcmp(version.tag, "acme", 4) == 0);
    CHECK_OK(migcore_tree_device_version(tree, node_at(tree, "uart0/1"), &version));
    CHECK_EQUAL(version.number, 3);
    CHECK(version.tag == NULL && version.tag_length == 0);
    CHECK_EQUAL(migcore_tree_device_version(tree, node_at(tree, "nic/0.level"), &version), MIGCORE_INVALID_ARGUMENT);
    CHECK_EQUAL(version.number, 0);
    CHECK_EQUAL(migcore_tree_device_version(tree, MIGCORE_ROOT, &version), MIGCORE_INVALID_ARGUMENT);
    CHECK_EQUAL(migcore_tree_device_version(tree, node_at(tree, "nic/0"), NULL), MIGCORE_NULL_POINTER);
    CHECK_OK(migcore_tree_set_tag(tree, node_at(tree, "nic/0"), NULL));
    CHECK_EQUAL(migcore_tree_set_tag(tree, node_at(tree, "nic/0"), "\xff"), MIGCORE_BAD_TEXT);
    CHECK_EQUAL(migcore_tree_note_hop(tree, "board", versions[0], "\xff"), MIGCORE_BAD_TEXT);
    CHECK_EQUAL(migcore_tree_each_hop(tree, NULL, NULL, NULL), MIGCORE_NULL_POINTER);
    plot_free(&plot);
}

void test_compat_run(void)
{
    a_run_down_and_up_gives_back_what_was_lost();
    a_refused_run_changes_nothing_and_says_why();
    a_dry_run_and_a_plan_change_nothing();
    memory_of_each_size_is_enough_or_not();
    what_is_not_there_is_told();
    what_is_no_value_is_noted();
    changes_that_are_in_no_history_are_applied();
    hops_and_tags_are_noted();
}
