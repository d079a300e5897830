/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Manifests of machines, and whether a receiver loads a state.
 */
#include "check.h"
#include "compat.h"
#include "sections.h"

#include <stdlib.h>

enum { ROOM = 1 << 16 };

/* A serial port as one program or another has it. */
struct port {
    uint32_t level;
    uint8_t speed;
    int has_speed;
};

static migcore_status visit_port(migcore_visitor *v, void *opaque)
{
    struct port *port = (struct port *)opaque;
    migcore_status status = migcore_visit_u32(v, "level", &port->level);

    if (port->has_speed) {
        status = migcore_visit_u8(v, "speed", &port->speed);
    }
    return status;
}

static migcore_status begin_scratch(void *scratch, void *opaque)
{
    *(struct port *)scratch = *(struct port *)opaque;
    return 0;
}

/* A machine of two ports. */
struct board {
    struct port ports[2], scratch;
    migcore_device devices[2];
    migcore_machine machine;
};

static void board_init(struct board *board, uint32_t version, int has_speed)
{
    unsigned at;

    memset(board, 0, sizeof *board);
    for (at = 0; at < 2; at++) {
        migcore_device *device = &board->devices[at];

        board->ports[at].has_speed = has_speed;
        board->ports[at].level = 7;
        device->size = sizeof *device;
        device->name = "port";
        device->instance = at;
        device->version = version;
        device->minimum_version = 1;
        device->visit = visit_port;
        device->opaque = &board->ports[at];
        device->scratch = &board->scratch;
        device->scratch_begin = begin_scratch;
    }
    CHECK_OK(migcore_machine_init(&board->machine, sizeof board->machine, board->devices, 2, NULL));
}

/* Saves the machine to the end of the tree. */
static void board_save(struct board *board, migcore_tree *tree)
{
    migcore_tree_saver saver;

    CHECK_OK(migcore_tree_save(&saver, sizeof saver, tree, MIGCORE_ROOT));
    CHECK_OK(migcore_machine_save(&board->machine, &saver.visitor));
    CHECK_OK(migcore_finish(&saver.visitor));
}

static migcore_about about_board(void)
{
    migcore_about about;

    memset(&about, 0, sizeof about);
    about.size = sizeof about;
    about.writer = "c-tests 1";
    about.machine = "board";
    about.version = 3;
    about.wire = MIGCORE_WIRE_CHUNK;
    return about;
}

/* Says of the second port that a stream may lack it. */
static migcore_status second_is_optional(void *opaque, const char *name, uint32_t instance, migcore_accepts *accepts)
{
    unsigned *asked = (unsigned *)opaque;

    CHECK_TEXT(name, "port");
    CHECK_EQUAL(accepts->oldest, 1);
    CHECK_EQUAL(accepts->known, MIGCORE_KNOWN_ALL);
    ++*asked;
    accepts->optional = instance == 1;
    return MIGCORE_OK;
}

static migcore_status refuse_to_accept(void *opaque, const char *name, uint32_t instance, migcore_accepts *accepts)
{
    unsigned *asked = (unsigned *)opaque;

    (void)name, (void)instance, (void)accepts;
    ++*asked;
    return MIGCORE_NOT_VALID;
}

/* The manifest of a machine of this version, and of the one before it. */
static migcore_tree *manifest_of(struct plot *plot, uint32_t version, int has_speed)
{
    migcore_tree *tree = plot_init(plot, ROOM);
    migcore_about about = about_board();
    migcore_tree_saver saver;
    migcore_tree_loader loader;
    migcore_checked checked;
    migcore_node manifest;
    struct board board;
    unsigned asked = 0;

    board_init(&board, version, has_speed);
    board_save(&board, tree);
    CHECK_OK(migcore_tree_load(&loader, sizeof loader, tree, MIGCORE_ROOT));
    checked.size = sizeof checked;
    CHECK_OK(migcore_machine_check(&board.machine, &loader.visitor, &checked));
    CHECK_OK(migcore_tree_save(&saver, sizeof saver, tree, MIGCORE_ROOT));
    CHECK_OK(migcore_machine_record_older(&board.machine, &saver.visitor, 1));
    CHECK_OK(migcore_finish(&saver.visitor));
    CHECK_OK(migcore_machine_manifest(&board.machine, tree, &about, second_is_optional, &asked, &manifest));
    CHECK_EQUAL(asked, 2);
    CHECK_EQUAL(manifest, node_at(tree, "migcore.manifest/0"));
    /* Values do not go into a manifest. */
    CHECK_EQUAL(bits_at(tree, "migcore.manifest/0.devices[1].port/1.level"), 0);
    return tree;
}

/* What a preflight told. */
struct told {
    unsigned count;
    migcore_finding last;
    migcore_status end_with;
};

static migcore_status tell(void *opaque, const migcore_finding *finding)
{
    struct told *told = (struct told *)opaque;

    CHECK_EQUAL(finding->size, sizeof *finding);
    told->count++;
    told->last = *finding;
    return told->end_with;
}

static uint32_t answer_of(migcore_tree *state, migcore_tree *receiver, struct told *told)
{
    struct digest before = digest_of(state, MIGCORE_ROOT, 0);
    static uint8_t index[ROOM / MIGCORE_TREE_NODE * MIGCORE_TREE_INDEX_ENTRY];
    uint32_t answer = 99;

    memset(told, 0, sizeof *told);
    CHECK_OK(migcore_preflight(state, receiver, 0, index, sizeof index, tell, told, &answer));
    CHECK(same_digest(before, digest_of(state, MIGCORE_ROOT, 0)));
    return answer;
}

static void machines_are_compared(void)
{
    struct plot manifest, state;
    migcore_tree *receiver = manifest_of(&manifest, 3, 0), *tree;
    struct board board;
    struct told told;
    uint32_t version;

    for (version = 1; version <= 4; version++) {
        static const uint32_t answers[] = { MIGCORE_ANSWER_CANNOT_TELL, MIGCORE_ANSWER_LOADS, MIGCORE_ANSWER_LOADS,
                                            MIGCORE_ANSWER_REFUSED };

        check_case("version %u", (unsigned)version);
        tree = plot_init(&state, ROOM);
        board_init(&board, version, 0);
        board_save(&board, tree);
        CHECK_EQUAL(answer_of(tree, receiver, &told), answers[version - 1]);
        plot_free(&state);
    }
    check_case("%s", "");
    CHECK_TEXT(told.last.path, "port/1");
    CHECK_TEXT(told.last.expected, "3");
    CHECK_TEXT(told.last.found, "4");
    CHECK_EQUAL(told.last.reason, MIGCORE_REASON_TOO_NEW);
    CHECK_TEXT(migcore_reason_text(told.last.reason), "newer than the receiver loads");
    CHECK(migcore_reason_help(told.last.reason)[0] != '\0');

    tree = plot_init(&state, ROOM);
    board_init(&board, 3, 1);
    board_save(&board, tree);
    CHECK_EQUAL(answer_of(tree, receiver, &told), MIGCORE_ANSWER_REFUSED);
    CHECK_EQUAL(told.count, 2);
    CHECK_TEXT(told.last.path, "port/1.speed");
    CHECK_TEXT(told.last.found, "u8");
    CHECK_EQUAL(told.last.reason, MIGCORE_REASON_UNKNOWN_ITEM);
    CHECK_TEXT(migcore_reason_text(told.last.reason), "the receiver does not know this item");
    plot_free(&state);

    tree = plot_init(&state, ROOM);
    board_init(&board, 3, 0);
    board_save(&board, tree);
    CHECK_OK(migcore_tree_remove(tree, node_at(tree, "port/1")));
    CHECK_EQUAL(answer_of(tree, receiver, &told), MIGCORE_ANSWER_LOADS);
    plant(tree, MIGCORE_ROOT, item_device("more", 0, 1));
    CHECK_EQUAL(answer_of(tree, receiver, &told), MIGCORE_ANSWER_REFUSED);
    CHECK_TEXT(told.last.path, "more/0");
    CHECK_OK(migcore_tree_set_marks(tree, node_at(tree, "more/0"), MIGCORE_MARK_ANCILLARY));
    CHECK_EQUAL(answer_of(tree, receiver, &told), MIGCORE_ANSWER_LOSSES);
    plot_free(&state);
    plot_free(&manifest);
}

/* A manifest that is put together by hand. */
static void manifests_are_put_together(void)
{
    struct plot plot, state;
    migcore_tree *tree = plot_init(&plot, ROOM), *other = plot_init(&state, ROOM);
    migcore_node device = plant(tree, MIGCORE_ROOT, item_device("nic", 0, 4)), manifest, again, older;
    migcore_about about = about_board();
    migcore_accepts accepts;
    migcore_route_known route;
    migcore_error error;
    struct told told;
    bool has;

    plant(tree, device, item_scalar("rate", MIGCORE_KIND_U32, 9));
    older = plant(tree, MIGCORE_ROOT, item_device("nic", 0, 3));
    memset(&accepts, 0, sizeof accepts);
    accepts.size = sizeof accepts;
    accepts.oldest = 3;
    accepts.known = MIGCORE_KNOWN_ALL;
    memset(&route, 0, sizeof route);
    route.size = sizeof route;
    route.of = "n*";
    route.from = 1;
    route.to = 4;
    error.size = sizeof error;
    CHECK_OK(migcore_manifest_begin(tree, &about, &manifest, &error));
    CHECK_STATUS(migcore_manifest_begin(tree, &about, &again, &error), MIGCORE_OCCUPIED);
    CHECK_EQUAL(again, 0);
    CHECK_STATUS(migcore_manifest_add_older(tree, manifest, older, &error), MIGCORE_UNBALANCED);
    accepts.oldest = 5;
    CHECK_STATUS(migcore_manifest_add_device(tree, manifest, device, &accepts, &error), MIGCORE_INVALID_ARGUMENT);
    accepts.oldest = 3;
    accepts.optional = 7;
    CHECK_STATUS(migcore_manifest_add_device(tree, manifest, device, &accepts, &error), MIGCORE_INVALID_ARGUMENT);
    accepts.optional = 0;
    accepts.blob = 9;
    CHECK_STATUS(migcore_manifest_add_device(tree, manifest, device, &accepts, &error), MIGCORE_INVALID_ARGUMENT);
    accepts.blob = 0;
    CHECK_OK(migcore_manifest_add_device(tree, manifest, device, &accepts, &error));
    CHECK_STATUS(migcore_manifest_add_device(tree, manifest, device, &accepts, &error), MIGCORE_OCCUPIED);
    CHECK_OK(migcore_manifest_add_older(tree, manifest, older, NULL));
    CHECK_STATUS(migcore_manifest_add_older(tree, manifest, older, NULL), MIGCORE_OCCUPIED);
    CHECK_STATUS(migcore_manifest_add_capability(tree, manifest, NULL, NULL), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_manifest_add_capability(tree, manifest, "", NULL), MIGCORE_INVALID_ARGUMENT);
    CHECK_OK(migcore_manifest_add_capability(tree, manifest, "ram", NULL));
    CHECK_OK(migcore_manifest_add_route(tree, manifest, &route, NULL));
    CHECK_STATUS(migcore_manifest_add_device(tree, manifest, MIGCORE_ROOT, &accepts, &error), MIGCORE_INVALID_ARGUMENT);
    accepts.known = 3;
    CHECK_STATUS(migcore_manifest_add_device(tree, manifest, device, &accepts, NULL), MIGCORE_INVALID_ARGUMENT);
    accepts.size--;
    CHECK_STATUS(migcore_manifest_add_device(tree, manifest, device, &accepts, NULL), MIGCORE_BAD_SIZE);
    CHECK_STATUS(migcore_manifest_add_capability(tree, device, "ram", NULL), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_manifest_add_capability(tree, manifest, "\xff", NULL), MIGCORE_BAD_TEXT);
    CHECK_OK(migcore_manifest_has_capability(tree, "ram", &has));
    CHECK(has);
    CHECK_OK(migcore_manifest_has_capability(tree, "disk", &has));
    CHECK(!has);

    device = plant(other, MIGCORE_ROOT, item_device("nic", 0, 4));
    CHECK_EQUAL(answer_of(other, tree, &told), MIGCORE_ANSWER_REFUSED);
    CHECK_TEXT(told.last.path, "nic/0.rate");
    CHECK_TEXT(told.last.expected, "u32");
    plant(other, device, item_scalar("rate", MIGCORE_KIND_U16, 9));
    CHECK_EQUAL(answer_of(other, tree, &told), MIGCORE_ANSWER_LOADS);
    CHECK_OK(migcore_tree_remove(other, device));
    plant(other, MIGCORE_ROOT, item_device("nic", 0, 3));
    CHECK_EQUAL(answer_of(other, tree, &told), MIGCORE_ANSWER_LOADS);
    CHECK_OK(migcore_tree_remove(other, node_at(other, "nic/0")));
    plant(other, MIGCORE_ROOT, item_device("nic", 0, 1));
    CHECK_EQUAL(answer_of(other, tree, &told), MIGCORE_ANSWER_CANNOT_TELL);
    plot_free(&plot);
    plot_free(&state);
}

static void what_is_wrong_is_refused(void)
{
    struct plot plot, state;
    migcore_tree *receiver = manifest_of(&plot, 3, 0), *tree = plot_init(&state, ROOM);
    migcore_about about = about_board();
    struct board board;
    struct told told;
    migcore_node manifest;
    uint32_t answer;
    unsigned asked = 0;

    CHECK_STATUS(migcore_preflight(NULL, receiver, 0, NULL, 0, tell, &told, &answer), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_preflight(tree, NULL, 0, NULL, 0, tell, &told, &answer), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_preflight(tree, receiver, 0, NULL, 0, NULL, NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_preflight(tree, receiver, 0, NULL, 8, NULL, NULL, &answer), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_preflight(receiver, tree, 0, NULL, 0, tell, &told, &answer), MIGCORE_MISSING);
    CHECK_OK(migcore_preflight(tree, receiver, 0, NULL, 0, NULL, NULL, &answer));
    CHECK_EQUAL(answer, MIGCORE_ANSWER_REFUSED);
    memset(&told, 0, sizeof told);
    told.end_with = MIGCORE_NOT_VALID;
    CHECK_STATUS(migcore_preflight(tree, receiver, 0, NULL, 0, tell, &told, &answer), MIGCORE_NOT_VALID);
    CHECK_EQUAL(told.count, 1);
    CHECK_STATUS(migcore_preflight(tree, receiver, 3, NULL, 0, NULL, NULL, &answer), MIGCORE_INVALID_ARGUMENT);
    memset(&told, 0, sizeof told);
    board_init(&board, 3, 0);
    board_save(&board, tree);
    CHECK_OK(migcore_preflight(tree, receiver, MIGCORE_WIRE_CHUNK, NULL, 0, tell, &told, &answer));
    CHECK_EQUAL(answer, MIGCORE_ANSWER_LOADS);
    CHECK_OK(migcore_preflight(tree, receiver, MIGCORE_WIRE_LEGACY, NULL, 0, tell, &told, &answer));
    CHECK_EQUAL(answer, MIGCORE_ANSWER_REFUSED);
    CHECK_TEXT(told.last.expected, "chunks");
    CHECK_EQUAL(told.last.reason, MIGCORE_REASON_WIRE);
    CHECK_TEXT(migcore_reason_text(told.last.reason), "the receiver wants another wire");
    plot_free(&state);
    tree = plot_init(&state, ROOM);
    CHECK_TEXT(migcore_reason_text(0), "unknown reason");
    CHECK_TEXT(migcore_reason_help(70000), "");

    board_init(&board, 3, 0);
    CHECK_STATUS(migcore_machine_manifest(&board.machine, tree, &about, NULL, NULL, &manifest), MIGCORE_MISSING);
    CHECK_EQUAL(manifest, 0);
    plot_free(&state);
    tree = plot_init(&state, ROOM);
    board_save(&board, tree);
    CHECK_STATUS(migcore_machine_manifest(&board.machine, tree, &about, refuse_to_accept, &asked, &manifest),
                 MIGCORE_NOT_VALID);
    CHECK_EQUAL(asked, 1);
    CHECK_STATUS(migcore_machine_manifest(&board.machine, tree, NULL, NULL, NULL, &manifest), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_machine_manifest(NULL, tree, &about, NULL, NULL, &manifest), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_machine_record_older(&board.machine, NULL, 1), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_manifest_begin(NULL, &about, &manifest, NULL), MIGCORE_NULL_POINTER);
    about.wire = 9;
    CHECK_STATUS(migcore_manifest_begin(tree, &about, &manifest, NULL), MIGCORE_INVALID_ARGUMENT);
    plot_free(&plot);
    plot_free(&state);
}

static const migcore_step_item nine[] = { MIGCORE_VALUE_U32(0, "speed", 9), MIGCORE_VALUE_END() };
static const migcore_step uart_2[] = { MIGCORE_STEP_ADD(0, "", "speed", "level", nine), MIGCORE_STEP_END() };
static const migcore_compat_change uart_changes[] = {
    MIGCORE_CHANGE(MIGCORE_NUMBERED(1), MIGCORE_NUMBERED(2), uart_2),
    MIGCORE_CHANGE_END(),
};
static const migcore_history histories[] = {
    MIGCORE_HISTORY("uart", MIGCORE_NUMBERED(2), uart_changes),
    MIGCORE_HISTORY_END(),
};
static const migcore_compat_table table = MIGCORE_COMPAT_TABLE(histories, NULL, MIGCORE_VERDICT_ALLOW, NULL, "suite");

/* A receiver of this version. */
static migcore_tree *receiver_of(struct plot *plot, uint32_t version)
{
    migcore_tree *tree = plot_init(plot, ROOM);
    migcore_node device = plant(tree, MIGCORE_ROOT, item_device("uart", 0, version)), manifest;
    migcore_about about = about_board();
    migcore_accepts accepts;

    about.version = 0;
    plant(tree, device, item_scalar("level", MIGCORE_KIND_U8, 1));
    memset(&accepts, 0, sizeof accepts);
    accepts.size = sizeof accepts;
    accepts.oldest = version;
    accepts.known = MIGCORE_KNOWN_ALL;
    CHECK_OK(migcore_manifest_begin(tree, &about, &manifest, NULL));
    CHECK_OK(migcore_manifest_add_device(tree, manifest, device, &accepts, NULL));
    return tree;
}

static void a_state_is_compared_after_its_transforms(void)
{
    struct plot plot, state, other;
    migcore_tree *receiver = receiver_of(&plot, 1), *tree = plot_init(&state, ROOM), *unknown = receiver_of(&other, 9);
    migcore_node uart = plant(tree, MIGCORE_ROOT, item_device("uart", 0, 2));
    struct digest before;
    struct lore lore;
    struct told told;
    migcore_compat *compat = lore_init(&lore, &table);
    uint32_t answer = 99;

    plant(tree, uart, item_scalar("level", MIGCORE_KIND_U8, 1));
    plant(tree, uart, item_scalar("speed", MIGCORE_KIND_U32, 50));
    before = digest_of(tree, MIGCORE_ROOT, 0);
    memset(&told, 0, sizeof told);
    CHECK_EQUAL(answer_of(tree, receiver, &told), MIGCORE_ANSWER_REFUSED);
    memset(&told, 0, sizeof told);
    CHECK_OK(migcore_compat_preflight(compat, tree, receiver, NULL, 0, NULL, 0, tell, &told, &answer));
    CHECK_EQUAL(answer, MIGCORE_ANSWER_LOSSES);
    CHECK_EQUAL(told.count, 1);
    CHECK_TEXT(told.last.path, "uart/0.speed");
    CHECK_EQUAL(told.last.reason, MIGCORE_REASON_LOST);
    CHECK_TEXT(migcore_reason_text(told.last.reason), "a transform loses this");
    CHECK(same_digest(before, digest_of(tree, MIGCORE_ROOT, 0)));

    CHECK_OK(migcore_compat_preflight(compat, tree, unknown, NULL, 0, NULL, 0, tell, &told, &answer));
    CHECK_EQUAL(answer, MIGCORE_ANSWER_REFUSED);
    CHECK_TEXT(told.last.path, "uart/0");
    CHECK_TEXT(told.last.expected, "9");
    CHECK_TEXT(migcore_reason_text(told.last.reason), "there is no route between these versions");

    CHECK_OK(migcore_tree_begin_change(tree));
    CHECK_STATUS(migcore_compat_preflight(compat, tree, receiver, NULL, 0, NULL, 0, tell, &told, &answer), MIGCORE_BUSY);
    CHECK_OK(migcore_tree_undo_change(tree));
    CHECK_STATUS(migcore_compat_preflight(NULL, tree, receiver, NULL, 0, NULL, 0, NULL, NULL, &answer),
                 MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_compat_preflight(compat, NULL, receiver, NULL, 0, NULL, 0, NULL, NULL, &answer),
                 MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_compat_preflight(compat, tree, tree, NULL, 0, NULL, 0, NULL, NULL, &answer), MIGCORE_MISSING);
    CHECK_STATUS(migcore_compat_preflight(compat, tree, receiver, NULL, 0, NULL, 0, NULL, NULL, NULL),
                 MIGCORE_NULL_POINTER);
    CHECK(same_digest(before, digest_of(tree, MIGCORE_ROOT, 0)));
    lore_free(&lore);
    plot_free(&plot);
    plot_free(&state);
    plot_free(&other);
}

/* The versions that a receiver converts are not refused. */
static void a_manifest_says_the_routes_of_histories(void)
{
    static const migcore_compat_version named = MIGCORE_NAMED("first");
    static const migcore_compat_change changes[] = {
        MIGCORE_CHANGE(MIGCORE_NUMBERED(1), MIGCORE_NUMBERED(2), uart_2),
        MIGCORE_CHANGE_ONE_WAY(MIGCORE_NUMBERED(2), MIGCORE_NUMBERED(3), uart_2),
        MIGCORE_CHANGE_ONE_WAY(MIGCORE_NUMBERED(2), MIGCORE_NUMBERED(4), uart_2),
        MIGCORE_CHANGE_END(),
    };
    static const migcore_compat_change machine[] = {
        MIGCORE_CHANGE(MIGCORE_NAMED("first"), MIGCORE_NAMED("second"), uart_2),
        MIGCORE_CHANGE_END(),
    };
    static const migcore_history both[] = {
        MIGCORE_HISTORY("uart", MIGCORE_NUMBERED(4), changes),
        MIGCORE_MACHINE_HISTORY(MIGCORE_NAMED("second"), machine),
        MIGCORE_HISTORY_END(),
    };
    static const migcore_compat_table lore_table = MIGCORE_COMPAT_TABLE(both, NULL, MIGCORE_VERDICT_ALLOW, NULL, "suite");
    static const char *const paths[] = { "migcore.manifest/0.routes[0]", "migcore.manifest/0.routes[1]",
                                         "migcore.manifest/0.routes[2]" };
    struct plot plot, state;
    migcore_tree *receiver = receiver_of(&plot, 4), *tree = plot_init(&state, ROOM);
    migcore_node manifest = node_at(receiver, "migcore.manifest/0"), node;
    migcore_node uart = plant(tree, MIGCORE_ROOT, item_device("uart", 0, 2));
    struct digest before = digest_of(receiver, MIGCORE_ROOT, 0);
    migcore_compat *compat, foreign;
    migcore_error error;
    struct told told;
    struct lore lore;
    uint32_t answer = 99;
    size_t i;

    compat = lore_init(&lore, &lore_table);
    error.size = sizeof error;
    CHECK_EQUAL(answer_of(tree, receiver, &told), MIGCORE_ANSWER_REFUSED);
    CHECK_EQUAL(told.last.reason, MIGCORE_REASON_TOO_OLD);

    CHECK_STATUS(migcore_manifest_add_compat(NULL, manifest, compat, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_manifest_add_compat(receiver, manifest, NULL, &error), MIGCORE_NULL_POINTER);
    CHECK_EQUAL(error.status, MIGCORE_NULL_POINTER);
    memset(&foreign, 0, sizeof foreign);
    CHECK_STATUS(migcore_manifest_add_compat(receiver, manifest, &foreign, NULL), MIGCORE_BAD_OBJECT);
    CHECK_STATUS(migcore_manifest_add_compat(tree, uart, compat, NULL), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_manifest_add_compat(receiver, 0, compat, NULL), MIGCORE_STALE_HANDLE);
    error.size--;
    CHECK_STATUS(migcore_manifest_add_compat(receiver, manifest, compat, &error), MIGCORE_BAD_SIZE);
    error.size++;
    CHECK_OK(migcore_tree_begin_change(receiver));
    CHECK_STATUS(migcore_manifest_add_compat(receiver, manifest, compat, NULL), MIGCORE_BUSY);
    CHECK_OK(migcore_tree_undo_change(receiver));
    CHECK(same_digest(before, digest_of(receiver, MIGCORE_ROOT, 0)));

    CHECK_OK(migcore_manifest_add_compat(receiver, manifest, compat, &error));
    /* Versions 1 and 2 of the device, none of 3, and one of the machine. */
    for (i = 0; i < 3; i++) {
        CHECK_OK(migcore_tree_find(receiver, MIGCORE_ROOT, paths[i], &node));
    }
    CHECK_EQUAL(migcore_tree_find(receiver, MIGCORE_ROOT, "migcore.manifest/0.routes[3]", &node), MIGCORE_MISSING);
    CHECK_EQUAL(bits_at(receiver, "migcore.manifest/0.routes[1].from"), 2);
    CHECK_EQUAL(bits_at(receiver, "migcore.manifest/0.routes[1].to"), 4);
    CHECK_EQUAL(answer_of(tree, receiver, &told), MIGCORE_ANSWER_CANNOT_TELL);
    CHECK_EQUAL(told.last.reason, MIGCORE_REASON_RECEIVER_CONVERTS);
    CHECK_OK(migcore_tree_remove(tree, uart));
    plant(tree, MIGCORE_ROOT, item_device("uart", 0, 3));
    CHECK_EQUAL(answer_of(tree, receiver, &told), MIGCORE_ANSWER_REFUSED);
    CHECK_EQUAL(told.last.reason, MIGCORE_REASON_TOO_OLD);
    /* The sender's own histories do nothing to what the receiver converts. */
    CHECK_OK(migcore_tree_remove(tree, node_at(tree, "uart/0")));
    plant(tree, MIGCORE_ROOT, item_device("uart", 0, 1));
    lore_free(&lore);
    compat = lore_init(&lore, &table);
    CHECK_OK(migcore_compat_preflight(compat, tree, receiver, &named, 0, NULL, 0, tell, &told, &answer));
    CHECK_EQUAL(answer, MIGCORE_ANSWER_CANNOT_TELL);
    lore_free(&lore);
    plot_free(&plot);
    plot_free(&state);
}

/* A device of version 2, which the history leads to. */
static migcore_status visit_uart(migcore_visitor *v, void *opaque)
{
    uint8_t *level = (uint8_t *)opaque;
    uint32_t speed = 50;

    migcore_visit_u8(v, "level", level);
    return migcore_visit_u32(v, "speed", &speed);
}

/* A manifest of a machine with one such device; what is older by its history. Returns the status of the recording. */
static migcore_status manifest_with_older(struct plot *plot, migcore_compat *compat, void *memory, size_t capacity)
{
    migcore_tree *tree = plot_init(plot, ROOM);
    migcore_about about = about_board();
    migcore_tree_saver saver;
    migcore_machine machine;
    migcore_device device;
    migcore_node manifest;
    migcore_status status;
    struct digest before;
    uint8_t level = 7;

    memset(&device, 0, sizeof device);
    device.size = sizeof device;
    device.name = "uart";
    device.version = device.minimum_version = 2;
    device.visit = visit_uart;
    device.opaque = &level;
    about.version = 0;
    CHECK_OK(migcore_machine_init(&machine, sizeof machine, &device, 1, NULL));
    CHECK_OK(migcore_tree_save(&saver, sizeof saver, tree, MIGCORE_ROOT));
    CHECK_OK(migcore_machine_save(&machine, &saver.visitor));
    CHECK_OK(migcore_finish(&saver.visitor));
    before = digest_of(tree, MIGCORE_ROOT, 0);
    status = migcore_compat_record_older(compat, tree, memory, capacity);
    CHECK(status == MIGCORE_OK || same_digest(before, digest_of(tree, MIGCORE_ROOT, 0)));
    CHECK_OK(migcore_machine_manifest(&machine, tree, &about, migcore_compat_accept, compat, &manifest));
    CHECK_EQUAL(bits_at(tree, "migcore.manifest/0.devices[0].oldest"), 1);
    return status;
}

/* What a history leads on from is in a manifest as what the device loads itself. */
static void older_versions_are_recorded(void)
{
    static uint8_t memory[1 << 13];
    struct plot plot, state;
    migcore_tree *tree = plot_init(&state, ROOM);
    migcore_node uart = plant(tree, MIGCORE_ROOT, item_device("uart", 0, 1));
    migcore_accepts accepts;
    migcore_compat foreign;
    struct lore lore;
    struct told told;
    migcore_compat *compat = lore_init(&lore, &table);
    size_t capacity, enough = 0;

    plant(tree, uart, item_scalar("level", MIGCORE_KIND_U8, 1));
    CHECK_OK(manifest_with_older(&plot, compat, memory, sizeof memory));
    CHECK_EQUAL(answer_of(tree, &plot.tree, &told), MIGCORE_ANSWER_LOADS);
    plant(tree, uart, item_scalar("speed", MIGCORE_KIND_U32, 1));
    CHECK(answer_of(tree, &plot.tree, &told) != MIGCORE_ANSWER_LOADS);
    plot_free(&plot);
    for (capacity = 0; capacity < sizeof memory; capacity += 40) {
        void *block = malloc(capacity + 1);
        migcore_status status = manifest_with_older(&plot, compat, block, capacity);

        CHECK(status == MIGCORE_OK || status == MIGCORE_NO_SPACE);
        enough += status == MIGCORE_OK;
        plot_free(&plot);
        free(block);
    }
    CHECK(enough > 100 && enough < sizeof memory / 40);

    memset(&foreign, 0, sizeof foreign);
    memset(&accepts, 0, sizeof accepts);
    CHECK_STATUS(migcore_compat_record_older(NULL, tree, memory, sizeof memory), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_compat_record_older(&foreign, tree, memory, sizeof memory), MIGCORE_BAD_OBJECT);
    CHECK_STATUS(migcore_compat_record_older(compat, NULL, memory, sizeof memory), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_compat_record_older(compat, tree, NULL, sizeof memory), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_compat_record_older(compat, tree, NULL, 0), MIGCORE_NO_SPACE);
    CHECK_OK(migcore_tree_begin_change(tree));
    CHECK_STATUS(migcore_compat_record_older(compat, tree, memory, sizeof memory), MIGCORE_BUSY);
    CHECK_OK(migcore_tree_undo_change(tree));
    CHECK_STATUS(migcore_compat_accept(compat, "uart", 0, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_compat_accept(compat, "uart", 0, &accepts), MIGCORE_BAD_SIZE);
    accepts.size = sizeof accepts;
    CHECK_STATUS(migcore_compat_accept(compat, NULL, 0, &accepts), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_compat_accept(NULL, "uart", 0, &accepts), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_compat_accept(&foreign, "uart", 0, &accepts), MIGCORE_BAD_OBJECT);
    /* What loads older states than the history is of says so itself; and what has no history. */
    CHECK_OK(migcore_compat_accept(compat, "uart", 0, &accepts));
    CHECK_EQUAL(accepts.oldest, 0);
    accepts.oldest = 9;
    CHECK_OK(migcore_compat_accept(compat, "nic", 0, &accepts));
    CHECK_EQUAL(accepts.oldest, 9);
    CHECK_OK(migcore_compat_accept(compat, "uart", 3, &accepts));
    CHECK_EQUAL(accepts.oldest, 1);
    lore_free(&lore);
    plot_free(&state);
}

/* Memory of each size: all routes are there, or none. */
static void routes_come_all_or_none(void)
{
    size_t capacity;
    bool enough = false;

    for (capacity = 1024; !enough && capacity < 1 << 14; capacity += 32) {
        struct plot plot;
        struct lore lore;
        migcore_about about = about_board();
        migcore_tree *tree = plot_init(&plot, capacity);
        migcore_node manifest;

        if (migcore_manifest_begin(tree, &about, &manifest, NULL) == MIGCORE_OK) {
            struct digest before = digest_of(tree, MIGCORE_ROOT, 0);
            migcore_status status = migcore_manifest_add_compat(tree, manifest, lore_init(&lore, &table), NULL);

            enough = status == MIGCORE_OK;
            CHECK(enough || status == MIGCORE_NO_SPACE);
            CHECK(enough != same_digest(before, digest_of(tree, MIGCORE_ROOT, 0)));
            lore_free(&lore);
        }
        plot_free(&plot);
    }
    CHECK(enough);
}

static void answers_are_combined(void)
{
    static const uint32_t order[] = { MIGCORE_ANSWER_LOADS, MIGCORE_ANSWER_LOSSES, MIGCORE_ANSWER_CANNOT_TELL,
                                      MIGCORE_ANSWER_REFUSED };
    static const char *const texts[] = { "loads", "loads with losses", "cannot tell", "refused" };
    unsigned a, b;

    for (a = 0; a < 4; a++) {
        for (b = 0; b < 4; b++) {
            CHECK_EQUAL(migcore_answer_worse(order[a], order[b]), order[a > b ? a : b]);
        }
        CHECK_TEXT(migcore_answer_text(order[a]), texts[a]);
        CHECK_EQUAL(migcore_answer_worse(order[a], 4), MIGCORE_ANSWER_REFUSED);
        CHECK_EQUAL(migcore_answer_worse(UINT32_MAX, order[a]), MIGCORE_ANSWER_REFUSED);
    }
    CHECK_TEXT(migcore_answer_text(4), "unknown answer");
    for (a = 1; a <= MIGCORE_REASON_ORDER; a++) {
        CHECK(strcmp(migcore_reason_text(a), "unknown reason") != 0);
    }
}

void test_preflight(void)
{
    answers_are_combined();
    a_manifest_says_the_routes_of_histories();
    routes_come_all_or_none();
    older_versions_are_recorded();
    a_state_is_compared_after_its_transforms();
    machines_are_compared();
    manifests_are_put_together();
    what_is_wrong_is_refused();
}
