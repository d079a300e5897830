/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Devices saved into trees and loaded from them; and what becomes of the tree when a visit ends.
 */
#include "calls.h"
#include "rich.h"
#include "sections.h"
#include "tree.h"

static migcore_visitor *saver_of(migcore_tree_saver *saver, migcore_tree *tree)
{
    memset(saver, 0x5a, sizeof *saver);
    CHECK_OK(migcore_tree_save(saver, sizeof *saver, tree, MIGCORE_ROOT));
    return &saver->visitor;
}

static migcore_visitor *loader_of(migcore_tree_loader *loader, migcore_tree *tree)
{
    memset(loader, 0x5a, sizeof *loader);
    CHECK_OK(migcore_tree_load(loader, sizeof *loader, tree, MIGCORE_ROOT));
    return &loader->visitor;
}

static void no_difference(migcore_tree *a, migcore_tree *b)
{
    CHECK(same_state(a, b));
    CHECK_TEXT(printed(a, MIGCORE_ROOT), printed(b, MIGCORE_ROOT));
}

/* Every kind of item: to a tree, to a device, to the legacy wire and to another tree. */
static void everything_comes_back(uint32_t seed, bool everything)
{
    struct rich *saved = rich_new(), *loaded = rich_new();
    struct plot plot, other;
    migcore_tree *tree = plot_init(&plot, 1 << 14), *copy = plot_init(&other, 1 << 14);
    migcore_tree_saver saver;
    migcore_tree_loader loader;
    struct memory direct, replayed;
    uint64_t skipped = 7, searched = 7;
    migcore_visitor *v;

    check_case("seed %u", (unsigned)seed);
    rich_fill(saved, seed, everything);
    CHECK_OK(rich_visit(saver_of(&saver, tree), saved));
    CHECK_OK(rich_visit(loader_of(&loader, tree), loaded));
    CHECK(rich_same(saved, loaded));
    CHECK_OK(migcore_tree_loader_counts(&loader, &skipped, &searched));
    CHECK(skipped == 0 && searched == 0);

    v = memory_save(&direct);
    CHECK_OK(rich_visit(v, saved));
    CHECK_OK(migcore_tree_replay(tree, MIGCORE_ROOT, memory_save(&replayed)));
    CHECK_MEMORY(replayed.bytes, (size_t)migcore_position(&replayed.legacy.visitor), direct.bytes,
                 (size_t)migcore_position(v));
    CHECK_OK(migcore_tree_replay_inside(tree, node_at(tree, "rich/0"), memory_save(&replayed)));
    CHECK_MEMORY(replayed.bytes, (size_t)migcore_position(&replayed.legacy.visitor), direct.bytes,
                 (size_t)migcore_position(v));

    CHECK_OK(migcore_tree_replay(tree, node_at(tree, "rich/0"), saver_of(&saver, copy)));
    CHECK_OK(migcore_finish(&saver.visitor));
    no_difference(tree, copy);
    rich_free(saved);
    rich_free(loaded);
    plot_free(&plot);
    plot_free(&other);
}

/* Two devices, of which one is loaded alone, with its scope and without. */
static void one_device_of_two(void)
{
    struct plot plot;
    migcore_tree *tree = plot_init(&plot, 4096);
    migcore_tree_saver saver;
    migcore_tree_loader loader;
    migcore_visitor *v = saver_of(&saver, tree);
    uint32_t i, x;

    for (i = 0; i < 2; i++) {
        x = 70 + i;
        migcore_set_oldest_reader(v, 3 + i);
        migcore_begin_device(v, "dev", i, 5, 1);
        migcore_visit_u32(v, "x", &x);
        migcore_end_device(v);
    }
    CHECK_EQUAL(migcore_position(v), 4);
    CHECK_OK(migcore_finish(v));
    for (i = 0; i < 2; i++) {
        migcore_node device;
        uint32_t oldest = 0;
        char path[] = "dev/0";

        path[4] = (char)('0' + i);
        device = node_at(tree, path);
        CHECK_OK(migcore_tree_oldest_reader(tree, device, &oldest));
        CHECK_EQUAL(oldest, 3 + i);
        CHECK_OK(migcore_tree_load(&loader, sizeof loader, tree, device));
        CHECK_OK(migcore_visit_u32(&loader.visitor, "x", &x));
        CHECK_OK(migcore_finish(&loader.visitor));
        CHECK_EQUAL(x, 70 + i);
        CHECK_OK(migcore_tree_load_only(&loader, sizeof loader, tree, device));
        v = &loader.visitor;
        CHECK_OK(migcore_begin_device(v, "dev", i, 3 + i, 1));
        CHECK_EQUAL(migcore_state_version(v), 3 + i);
        CHECK_OK(migcore_visit_u32(v, "x", &x));
        CHECK_OK(migcore_end_device(v));
        CHECK_OK(migcore_finish(v));
    }
    CHECK_STATUS(migcore_tree_load_only(&loader, sizeof loader, tree, MIGCORE_ROOT), MIGCORE_INVALID_ARGUMENT);
    /* The first is not asked for. */
    v = loader_of(&loader, tree);
    CHECK_OK(migcore_begin_device(v, "dev", 1, 5, 1));
    CHECK_OK(migcore_visit_u32(v, "x", &x));
    CHECK_OK(migcore_end_device(v));
    CHECK_STATUS(migcore_finish(v), MIGCORE_UNKNOWN_DEVICE);
    CHECK_TEXT(report_of(v).path, "dev");
    plot_free(&plot);
}

static void another_order_is_found_and_counted(void)
{
    struct plot plot;
    migcore_tree *tree = plot_init(&plot, 1 << 14);
    migcore_tree_saver saver;
    migcore_tree_loader loader;
    migcore_visitor *v = saver_of(&saver, tree);
    uint64_t skipped, searched;
    uint16_t value;
    char name[2] = "a";

    for (; name[0] <= 'z'; name[0]++) {
        value = (uint16_t)name[0];
        migcore_mark(v, MIGCORE_MARK_ANCILLARY);
        migcore_visit_u16(v, name, &value);
    }
    CHECK_OK(migcore_finish(v));
    v = loader_of(&loader, tree);
    for (name[0] = 'z'; name[0] > 'c'; name[0]--) {
        uint32_t wider = 0;

        CHECK_OK(migcore_visit_u32(v, name, &wider));
        CHECK_EQUAL(wider, name[0]);
    }
    CHECK_OK(migcore_tree_loader_counts(&loader, &skipped, &searched));
    CHECK(skipped == 0 && searched > 20 && searched < 400);
    CHECK_OK(migcore_finish(v));
    CHECK_OK(migcore_tree_loader_counts(&loader, &skipped, NULL));
    CHECK_EQUAL(skipped, 3);
    CHECK_STATUS(migcore_tree_loader_counts(NULL, NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_tree_load(&loader, 1, tree, MIGCORE_ROOT), MIGCORE_BAD_SIZE);
    plot_free(&plot);
}

/* The tree has one item before; after the visit it has that alone, and may be used. */
static void given_back_as_it_was(migcore_tree *tree)
{
    CHECK_TEXT(printed(tree, MIGCORE_ROOT), "root\n  before: u8 = 1\n");
    CHECK_EQUAL(count_nodes(tree), 2);
}

/* A visit that fails takes out what it saved, whoever found the error. */
static void a_failed_save_leaves_nothing(void)
{
    static const char *const ways[] = { "unbalanced", "refused", "direction", "wrong end", "mark", "name" };
    size_t way;

    for (way = 0; way < COUNT_OF(ways); way++) {
        struct plot plot;
        migcore_tree *tree = plot_init(&plot, 4096);
        migcore_tree_saver saver;
        migcore_visitor *v;
        migcore_status status = MIGCORE_OK;
        char long_name[MIGCORE_MAX_NAME + 2];
        uint8_t value = 3;

        check_case("%s", ways[way]);
        plant(tree, MIGCORE_ROOT, item_scalar("before", MIGCORE_KIND_U8, 1));
        v = saver_of(&saver, tree);
        migcore_begin_device(v, "dev", 0, 1, 1);
        migcore_begin_struct(v, "inside");
        CHECK_OK(migcore_visit_u8(v, "value", &value));
        switch (way) {
        case 0:
            status = migcore_finish(v);
            CHECK_STATUS(status, MIGCORE_UNBALANCED);
            break;
        case 1:
            status = migcore_fail(v, "value", -22, 0);
            CHECK_STATUS(status, MIGCORE_REFUSED);
            CHECK(report_of(v).cause == -22);
            break;
        case 2:
            status = migcore_get_raw(v, &value, 1, NULL);
            CHECK_STATUS(status, MIGCORE_WRONG_DIRECTION);
            break;
        case 3:
            status = migcore_end_device(v);
            CHECK_STATUS(status, MIGCORE_UNBALANCED);
            break;
        case 4:
            migcore_mark(v, MIGCORE_MARK_SECRET);
            status = migcore_end_struct(v);
            CHECK_STATUS(status, MIGCORE_INVALID_ARGUMENT);
            break;
        default:
            memset(long_name, 'n', sizeof long_name - 1);
            long_name[sizeof long_name - 1] = '\0';
            status = migcore_visit_u8(v, long_name, &value);
            CHECK_STATUS(status, MIGCORE_NAME_TOO_LONG);
        }
        given_back_as_it_was(tree);
        /* The visitor keeps its error, and has no tree any more. */
        CHECK_STATUS(migcore_visit_u8(v, "more", &value), status);
        CHECK_STATUS(migcore_finish(v), status);
        CHECK_STATUS(migcore_get_status(v), status);
        CHECK_EQUAL(migcore_position(v), 3);
        CHECK(strncmp(report_of(v).path, "dev/0.inside", 12) == 0);
        given_back_as_it_was(tree);
        plot_free(&plot);
    }
    check_case("%s", "");
}

static void a_finished_visit_is_over(void)
{
    struct plot plot;
    migcore_tree *tree = plot_init(&plot, 4096);
    migcore_tree_saver saver;
    migcore_tree_loader loader;
    migcore_visitor *v = saver_of(&saver, tree);
    uint8_t value = 1, raw[2] = { 0, 0 };
    bool has = true;

    CHECK(!migcore_is_loading(v));
    CHECK_OK(migcore_visit_u8(v, "before", &value));
    CHECK_OK(migcore_finish(v));
    CHECK_OK(migcore_finish(v));
    CHECK_OK(migcore_flush(v));
    CHECK_OK(migcore_get_status(v));
    CHECK_EQUAL(migcore_position(v), 1);
    CHECK_STATUS(migcore_visit_u8(v, "more", &value), MIGCORE_UNBALANCED);
    CHECK_TEXT(report_of(v).path, "more");
    given_back_as_it_was(tree);

    v = loader_of(&loader, tree);
    CHECK(migcore_is_loading(v));
    CHECK_OK(migcore_visit_u8(v, "before", &value));
    CHECK_OK(migcore_expect_end(v));
    CHECK_OK(migcore_finish(v));
    CHECK_OK(migcore_finish(v));
    CHECK_OK(migcore_expect_end(v));
    CHECK_EQUAL(migcore_position(v), 1);
    CHECK_STATUS(migcore_has(v, "before", &has), MIGCORE_UNBALANCED);
    CHECK(!has);
    CHECK_STATUS(migcore_get_raw(v, raw, 2, NULL), MIGCORE_UNBALANCED);
    given_back_as_it_was(tree);

    /* A load that fails gives it back too. */
    v = loader_of(&loader, tree);
    CHECK_STATUS(migcore_visit_u8(v, "after", &value), MIGCORE_MISSING);
    CHECK_TEXT(report_of(v).path, "after");
    given_back_as_it_was(tree);
    CHECK_STATUS(migcore_finish(v), MIGCORE_MISSING);
    plot_free(&plot);
}

/* Every call of a visit that is over: none reaches the tree, or writes anything that a refused call does not. */
static void every_call_after_the_end(bool loading)
{
    struct plot plot;
    migcore_tree *tree = plot_init(&plot, 1 << 14);
    size_t i;

    plant(tree, MIGCORE_ROOT, item_scalar("before", MIGCORE_KIND_U8, 1));
    for (i = 0; i < call_count; i++) {
        migcore_tree_saver saver;
        migcore_tree_loader loader;
        struct place place, untouched;
        uint8_t value;
        migcore_status status;
        migcore_visitor *v = loading ? loader_of(&loader, tree) : saver_of(&saver, tree);

        check_case("%s, %s", calls[i].name, loading ? "load" : "save");
        if (loading) {
            CHECK_OK(migcore_visit_u8(v, "before", &value));
        }
        CHECK_OK(migcore_finish(v));
        place_init(&place);
        place_init(&untouched);
        status = calls[i].run(v, &place);
        if (strcmp(calls[i].name, "fail") == 0) {
            CHECK_STATUS(status, MIGCORE_TOO_OLD);
        } else if (strncmp(calls[i].name, "ram_", 4) == 0) {
            CHECK_STATUS(status, loading ? MIGCORE_WRONG_DIRECTION : MIGCORE_UNSUPPORTED);
        } else {
            CHECK(status == MIGCORE_OK || status == MIGCORE_UNBALANCED || status == MIGCORE_WRONG_DIRECTION);
        }
        CHECK_STATUS(migcore_finish(v), status);
        if (status != MIGCORE_OK) {
            place_refuse(&untouched, &calls[i], loading);
            CHECK(memcmp(&place, &untouched, sizeof place) == 0);
        }
        given_back_as_it_was(tree);
    }
    check_case("%s", "");
    plot_free(&plot);
}

/* The visitor may be moved at any time, the tree when it is not lent. */
static void visitors_may_be_moved(void)
{
    struct rich *saved = rich_new(), *loaded = rich_new();
    struct plot plot;
    migcore_tree *tree = plot_init(&plot, 1 << 14);
    migcore_tree_saver first, second;
    migcore_tree_loader one, two;

    rich_fill(saved, 3, true);
    CHECK_OK(migcore_tree_save(&first, sizeof first, tree, MIGCORE_ROOT));
    second = first;
    memset(&first, 0xee, sizeof first);
    CHECK_OK(rich_visit(&second.visitor, saved));
    CHECK_OK(migcore_tree_load(&one, sizeof one, tree, MIGCORE_ROOT));
    two = one;
    memset(&one, 0xee, sizeof one);
    CHECK_OK(rich_visit(&two.visitor, loaded));
    CHECK(rich_same(saved, loaded));
    rich_free(saved);
    rich_free(loaded);
    plot_free(&plot);
}

/* At every size of memory, a save is done whole or not at all. */
static void every_size_of_memory(void)
{
    struct rich *saved = rich_new(), *loaded = rich_new();
    size_t capacity, step = percent >= 50 ? 1 : 97;
    unsigned refused = 0;
    bool enough = false;

    rich_fill(saved, 5, true);
    for (capacity = 2 * MIGCORE_TREE_NODE + 27; !enough && capacity < 8192; capacity += step) {
        struct plot plot;
        migcore_tree *tree = plot_init(&plot, capacity);
        migcore_tree_saver saver;
        migcore_status status;

        check_case("%lu bytes", (unsigned long)capacity);
        plant(tree, MIGCORE_ROOT, item_scalar("before", MIGCORE_KIND_U8, 1));
        status = rich_visit(saver_of(&saver, tree), saved);
        enough = status == MIGCORE_OK;
        if (enough) {
            migcore_tree_loader loader;

            CHECK_OK(migcore_tree_load_only(&loader, sizeof loader, tree, node_at(tree, "rich/0")));
            CHECK_OK(rich_visit(&loader.visitor, loaded));
            CHECK(rich_same(saved, loaded));
            CHECK(migcore_tree_high_water(tree) <= capacity && migcore_tree_high_water(tree) + step > capacity);
        } else {
            migcore_error error = report_of(&saver.visitor);

            refused++;
            CHECK_STATUS(status, MIGCORE_NO_SPACE);
            CHECK(error.expected > error.found && error.found < capacity);
            CHECK(strncmp(error.path, "rich", 4) == 0);
            given_back_as_it_was(tree);
        }
        plot_free(&plot);
    }
    check_case("%s", "");
    CHECK(enough && refused > 20);
    rich_free(saved);
    rich_free(loaded);
}

static void what_cannot_begin_lends_nothing(void)
{
    struct plot plot;
    migcore_tree *tree = plot_init(&plot, 200);
    migcore_tree_saver saver;
    migcore_tree_loader loader;
    uint8_t value = 0;

    plant(tree, MIGCORE_ROOT, item_scalar("before", MIGCORE_KIND_U8, 1));
    CHECK_STATUS(migcore_tree_save(NULL, sizeof saver, tree, MIGCORE_ROOT), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_tree_save(&saver, sizeof saver + 1, tree, MIGCORE_ROOT), MIGCORE_BAD_SIZE);
    CHECK_STATUS(migcore_visit_u8(&saver.visitor, "a", &value), MIGCORE_BAD_SIZE);
    CHECK_STATUS(migcore_tree_save(&saver, sizeof saver, tree, 5), MIGCORE_STALE_HANDLE);
    CHECK_STATUS(migcore_finish(&saver.visitor), MIGCORE_STALE_HANDLE);
    CHECK_STATUS(migcore_tree_load((migcore_tree_loader *)((char *)&loader + 1), sizeof loader, tree, MIGCORE_ROOT),
                 MIGCORE_MISALIGNED);
    CHECK_STATUS(migcore_tree_load(&loader, sizeof loader, NULL, MIGCORE_ROOT), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_visit_u8(&loader.visitor, "a", &value), MIGCORE_NULL_POINTER);
    given_back_as_it_was(tree);
    plot_free(&plot);
}

/* Every call of a visit that could not be begun. */
static void every_call_without_a_tree(bool loading)
{
    migcore_tree_saver saver;
    migcore_tree_loader loader;
    struct plot plot;
    migcore_tree *tree = plot_init(&plot, 200);
    migcore_visitor *v = loading ? &loader.visitor : &saver.visitor;
    size_t i;

    if (loading) {
        CHECK_STATUS(migcore_tree_load(&loader, sizeof loader, tree, 5), MIGCORE_STALE_HANDLE);
    } else {
        CHECK_STATUS(migcore_tree_save(&saver, sizeof saver, tree, 5), MIGCORE_STALE_HANDLE);
    }
    for (i = 0; i < call_count; i++) {
        struct place place, untouched;

        check_case("%s, %s", calls[i].name, loading ? "load" : "save");
        place_init(&place);
        place_init(&untouched);
        place_refuse(&untouched, &calls[i], loading);
        CHECK_STATUS(calls[i].run(v, &place), MIGCORE_STALE_HANDLE);
        CHECK(memcmp(&place, &untouched, sizeof place) == 0);
    }
    check_case("%s", "");
    CHECK_EQUAL(migcore_position(v), 0);
    CHECK_EQUAL(migcore_state_version(v), 0);
    plot_free(&plot);
}

/* Errors of a replay are those of the visit. */
static void replays_fail_as_visits_do(void)
{
    struct plot plot;
    migcore_tree *tree = plot_init(&plot, 1000);
    struct memory memory;
    migcore_tree_saver saver;
    migcore_visitor *v = memory_save(&memory);
    migcore_node node = plant(tree, MIGCORE_ROOT, item_scalar("before", MIGCORE_KIND_U8, 1));

    CHECK_STATUS(migcore_tree_replay(NULL, node, v), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_finish(v), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_tree_replay(tree, 9, memory_save(&memory)), MIGCORE_STALE_HANDLE);
    CHECK_STATUS(migcore_finish(&memory.legacy.visitor), MIGCORE_STALE_HANDLE);
    CHECK_STATUS(migcore_tree_replay(tree, node, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_tree_replay(tree, node, memory_load(&memory, "a", 1)), MIGCORE_WRONG_DIRECTION);
    CHECK_OK(migcore_legacy_save_memory(&memory.legacy, sizeof memory.legacy, memory.bytes, 0, NULL));
    CHECK_STATUS(migcore_tree_replay(tree, node, &memory.legacy.visitor), MIGCORE_NO_SPACE);
    CHECK_TEXT(report_of(&memory.legacy.visitor).path, "before");
    /* Into itself. */
    v = saver_of(&saver, tree);
    CHECK_STATUS(migcore_tree_replay(tree, node, v), MIGCORE_BUSY);
    given_back_as_it_was(tree);
    CHECK_STATUS(migcore_finish(v), MIGCORE_BUSY);
    plot_free(&plot);
}

/* What the library keeps of a state goes where a reader can pass over it. */
static void what_is_the_librarys_own(void)
{
    static const uint8_t device[] = { 0, 0, 0, 7 };
    struct plot plots[2];
    migcore_tree *tree = plot_init(&plots[0], 4096), *copy = plot_init(&plots[1], 4096);
    migcore_node nic = plant(tree, MIGCORE_ROOT, item_device("nic", 0, 1)), kept;
    migcore_tree_saver saver;
    struct memory memory;

    plant(tree, nic, item_scalar("x", MIGCORE_KIND_U32, 7));
    kept = plant(tree, MIGCORE_ROOT, item_device("migcore.losses", 0, 1));
    plant(tree, kept, item_scalar("run", MIGCORE_KIND_U32, 1));
    CHECK_OK(migcore_tree_replay(tree, MIGCORE_ROOT, memory_save(&memory)));
    CHECK_MEMORY(memory.bytes, (size_t)migcore_position(&memory.legacy.visitor), device, sizeof device);
    CHECK_OK(migcore_tree_replay_inside(tree, MIGCORE_ROOT, memory_save(&memory)));
    CHECK_MEMORY(memory.bytes, (size_t)migcore_position(&memory.legacy.visitor), device, sizeof device);
    CHECK_OK(migcore_tree_replay(tree, MIGCORE_ROOT, saver_of(&saver, copy)));
    CHECK_OK(migcore_finish(&saver.visitor));
    no_difference(tree, copy);
    plot_free(&plots[0]);
    plot_free(&plots[1]);
}

void test_tree_visits(void)
{
    uint32_t seed;

    for (seed = 1; seed <= 1 + 40 * percent / 100; seed++) {
        everything_comes_back(seed, seed == 1);
    }
    check_case("%s", "");
    one_device_of_two();
    another_order_is_found_and_counted();
    a_failed_save_leaves_nothing();
    a_finished_visit_is_over();
    every_call_after_the_end(false);
    every_call_after_the_end(true);
    visitors_may_be_moved();
    every_size_of_memory();
    what_cannot_begin_lends_nothing();
    every_call_without_a_tree(false);
    every_call_without_a_tree(true);
    replays_fail_as_visits_do();
    what_is_the_librarys_own();
}
