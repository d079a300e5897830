/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Nodes read and changed one by one.
 */
#include "kinds.h"
#include "sections.h"
#include "tree.h"

static const uint8_t bytes[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

static migcore_item with_marks(migcore_item item, uint32_t marks)
{
    item.marks = marks;
    return item;
}

static migcore_item variable(migcore_item item)
{
    item.variable = true;
    return item;
}

/* An item of each type, with all that it has. */
static size_t every_item(migcore_item *items)
{
    size_t n = 0;

    items[n] = item_device("device", 5, 7);
    items[n++].marks = 31;
    items[n++] = item_of(MIGCORE_ITEM_BEGIN_STRUCT, "struct");
    items[n] = item_data(MIGCORE_ITEM_BEGIN_STRUCT, "described", "description", 11);
    items[n++].version = 3;
    items[n++] = item_of(MIGCORE_ITEM_BEGIN_LIST, "list");
    items[n++] = variable(item_of(MIGCORE_ITEM_BEGIN_LIST, "varlist"));
    items[n++] = item_of(MIGCORE_ITEM_BEGIN_OPTIONAL, "not there");
    items[n] = item_of(MIGCORE_ITEM_BEGIN_OPTIONAL, "there");
    items[n++].bits = 1;
    items[n] = item_of(MIGCORE_ITEM_BEGIN_SUBSECTION, "device/part");
    items[n++].version = 9;
#define SCALARS(name, type, constant) \
    items[n++] = item_scalar(#name, MIGCORE_KIND_##constant, (uint64_t)(type)1);
    EACH_KIND(SCALARS)
#define ARRAYS(name, type, constant) \
    items[n] = item_data(MIGCORE_ITEM_ARRAY, "array of " #name, bytes + 8, sizeof(type)); \
    items[n].count = 1; \
    items[n++].kind = MIGCORE_KIND_##constant;
    EACH_NUMBER(ARRAYS)
    items[n] = variable(item_data(MIGCORE_ITEM_ARRAY, "flags", bytes, 2));
    items[n].count = 2;
    items[n++].kind = MIGCORE_KIND_BOOL;
    items[n++] = item_data(MIGCORE_ITEM_BYTES, "bytes", bytes, 6);
    items[n++] = variable(item_data(MIGCORE_ITEM_BYTES, "varbytes", NULL, 0));
    items[n++] = with_marks(item_data(MIGCORE_ITEM_STRING, "", "\xe2\x82\xac", 3), MIGCORE_MARK_SECRET);
    items[n++] = item_of(MIGCORE_ITEM_ABSENT, "null");
    items[n++] = item_data(MIGCORE_ITEM_RAW, NULL, bytes, 4);
    return n;
}

static void same_item(const migcore_item *found, const migcore_item *expected)
{
    CHECK_EQUAL(found->size, sizeof *found);
    CHECK_EQUAL(found->item_type, expected->item_type);
    CHECK_EQUAL(found->kind, expected->kind);
    CHECK_MEMORY(found->name, found->name_length, expected->name, expected->name_length);
    CHECK((found->name == NULL) == (found->name_length == 0));
    CHECK_EQUAL(found->bits, expected->bits);
    CHECK_MEMORY(found->data, found->length, expected->data, expected->length);
    CHECK((found->data == NULL) == (found->length == 0));
    CHECK_EQUAL(found->count, expected->count);
    CHECK_EQUAL(found->instance, expected->instance);
    CHECK_EQUAL(found->version, expected->version);
    CHECK_EQUAL(found->marks, expected->marks);
    CHECK(found->variable == expected->variable);
}

/* What goes in comes out; also when anything becomes anything else. */
static void every_item_is_kept(void)
{
    struct plot plot;
    migcore_tree *tree = plot_init(&plot, 1 << 14);
    migcore_item items[60], found;
    size_t count = every_item(items), i, from;
    migcore_node node;

    for (i = 0; i < count; i++) {
        check_case("item %lu", (unsigned long)i);
        node = plant(tree, MIGCORE_ROOT, items[i]);
        found = item_at(tree, node);
        same_item(&found, &items[i]);
    }
    CHECK_EQUAL(count_nodes(tree), count + 1);
    for (i = 0; i < count; i++) {
        for (from = 0; from < count; from++) {
            migcore_item expected = items[i];

            check_case("item %lu becomes %lu", (unsigned long)from, (unsigned long)i);
            items[from].name = NULL;
            items[from].name_length = 0;
            node = plant(tree, MIGCORE_ROOT, items[from]);
            if (items[i].item_type == MIGCORE_ITEM_RAW && items[from].marks != 0) {
                /* Raw bytes have no marks. */
                CHECK_STATUS(migcore_tree_replace(tree, node, &items[i], NULL), MIGCORE_INVALID_ARGUMENT);
                CHECK_OK(migcore_tree_remove(tree, node));
                continue;
            }
            CHECK_OK(migcore_tree_replace(tree, node, &items[i], NULL));
            expected.name = NULL;
            expected.name_length = 0;
            expected.marks = items[from].marks;
            found = item_at(tree, node);
            same_item(&found, &expected);
            CHECK_OK(migcore_tree_remove(tree, node));
        }
        if (i % 4 == 3) {
            plot_free(&plot);
            tree = plot_init(&plot, 1 << 14);
        }
    }
    check_case("%s", "");
    found = item_at(tree, MIGCORE_ROOT);
    items[0] = item_of(MIGCORE_ITEM_ROOT, NULL);
    same_item(&found, &items[0]);
    plot_free(&plot);
}

/* A flag is any byte, a bool any bits. */
static void flags_are_bytes(void)
{
    struct plot plot;
    migcore_tree *tree = plot_init(&plot, 1000);
    migcore_item item = item_data(MIGCORE_ITEM_ARRAY, "flags", "\0\2\xff", 3);
    migcore_node node;
    uint8_t odd = 0x40;

    item.kind = MIGCORE_KIND_BOOL;
    memcpy(&item.variable, &odd, 1);
    node = plant(tree, MIGCORE_ROOT, item);
    item = item_at(tree, node);
    CHECK(item.variable && item.count == 3);
    CHECK_MEMORY(item.data, item.length, "\0\1\1", 3);
    CHECK_EQUAL(item_at(tree, plant(tree, MIGCORE_ROOT, item_scalar("on", MIGCORE_KIND_BOOL, 256))).bits, 1);
    CHECK_EQUAL(item_at(tree, plant(tree, MIGCORE_ROOT, item_scalar("byte", MIGCORE_KIND_U8, 257))).bits, 1);
    plot_free(&plot);
}

/* dev/0 { a, list [ { x } { x } ], b, a } and dev/1 { } */
static migcore_tree *example(struct plot *plot)
{
    migcore_tree *tree = plot_init(plot, 4096);
    migcore_node device = plant(tree, MIGCORE_ROOT, item_device("dev", 0, 2)), list, element;
    uint32_t i;

    plant(tree, device, item_scalar("a", MIGCORE_KIND_U8, 1));
    list = plant(tree, device, item_of(MIGCORE_ITEM_BEGIN_LIST, "list"));
    for (i = 0; i < 2; i++) {
        element = plant(tree, list, item_of(MIGCORE_ITEM_BEGIN_ELEMENT, NULL));
        plant(tree, element, item_scalar("x", MIGCORE_KIND_U16, 10 + i));
    }
    plant(tree, device, item_scalar("b", MIGCORE_KIND_U8, 2));
    plant(tree, device, item_scalar("a", MIGCORE_KIND_U8, 3));
    plant(tree, MIGCORE_ROOT, item_device("dev", 1, 2));
    return tree;
}

static void nodes_are_found(void)
{
    struct plot plot;
    migcore_tree *tree = example(&plot);
    migcore_node device = node_at(tree, "dev/0"), found;
    char path[MIGCORE_PATH_SIZE];

    CHECK_EQUAL(item_at(tree, node_at(tree, "dev/0.list")).count, 2);
    CHECK_EQUAL(bits_at(tree, "dev/0.list[1].x"), 11);
    CHECK_OK(migcore_tree_find(tree, device, "list[0].x", &found));
    CHECK_EQUAL(item_at(tree, found).bits, 10);
    CHECK_OK(migcore_tree_path(tree, found, path, sizeof path));
    CHECK_TEXT(path, "dev/0.list[0].x");
    CHECK_OK(migcore_tree_path(tree, found, path, 6));
    CHECK_TEXT(path, "dev/0");
    CHECK_OK(migcore_tree_path(tree, found, path, 1));
    CHECK_TEXT(path, "");
    CHECK_OK(migcore_tree_path(tree, MIGCORE_ROOT, path, sizeof path));
    CHECK_TEXT(path, "");
    CHECK_STATUS(migcore_tree_path(tree, found, path, 0), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_tree_path(tree, found, NULL, 5), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_tree_find(tree, MIGCORE_ROOT, "dev/2", &found), MIGCORE_MISSING);
    CHECK_EQUAL(found, 0);
    CHECK_STATUS(migcore_tree_find(tree, MIGCORE_ROOT, "dev/0.list[2]", &found), MIGCORE_MISSING);
    CHECK_STATUS(migcore_tree_find(tree, MIGCORE_ROOT, NULL, &found), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_tree_find(tree, MIGCORE_ROOT, "dev/0", NULL), MIGCORE_NULL_POINTER);
    CHECK_OK(migcore_tree_child(tree, device, "a", 1, &found));
    CHECK_EQUAL(item_at(tree, found).bits, 3);
    CHECK_OK(migcore_tree_child(tree, device, "a", 2, &found));
    CHECK_EQUAL(found, 0);
    CHECK_OK(migcore_tree_child(tree, device, "x", 0, &found));
    CHECK_EQUAL(found, 0);
    CHECK_OK(migcore_tree_child(tree, node_at(tree, "dev/0.list"), NULL, 1, &found));
    CHECK_OK(migcore_tree_path(tree, found, path, sizeof path));
    CHECK_TEXT(path, "dev/0.list[1]");
    CHECK_STATUS(migcore_tree_first_child(tree, device, NULL), MIGCORE_NULL_POINTER);
    CHECK_OK(migcore_tree_parent(tree, MIGCORE_ROOT, &found));
    CHECK_EQUAL(found, 0);
    CHECK_EQUAL(count_nodes(tree), 11);
    plot_free(&plot);
}

/* The names of the children, in order. */
static const char *children(migcore_tree *tree, const char *path)
{
    static char names[100];
    migcore_node node;
    migcore_item item;

    names[0] = '\0';
    CHECK_OK(migcore_tree_first_child(tree, node_at(tree, path), &node));
    while (node != 0) {
        item = item_at(tree, node);
        if (item.name_length > 0) {
            strncat(names, item.name, item.name_length);
        }
        CHECK_OK(migcore_tree_next_sibling(tree, node, &node));
    }
    return names;
}

static void places_are_as_asked(void)
{
    static const migcore_at at[] = { MIGCORE_AT_START, MIGCORE_AT_END, MIGCORE_AT_BEFORE, MIGCORE_AT_AFTER };
    static const char *const expected[] = { "nalistba", "alistban", "alistnba", "alistbna" };
    size_t i;

    for (i = 0; i < 4; i++) {
        struct plot plot;
        migcore_tree *tree = example(&plot);
        migcore_item item = item_of(MIGCORE_ITEM_ABSENT, "n");
        migcore_node place = node_at(tree, i < 2 ? "dev/0" : "dev/0.b"), node;

        check_case("at %lu", (unsigned long)i);
        CHECK_OK(migcore_tree_insert(tree, at[i], place, &item, NULL, NULL));
        CHECK_TEXT(children(tree, "dev/0"), expected[i]);
        /* And moved there, from another device. */
        CHECK_OK(migcore_tree_remove(tree, node_at(tree, "dev/0.n")));
        node = plant(tree, node_at(tree, "dev/1"), item);
        CHECK_OK(migcore_tree_move(tree, node, at[i], place, NULL));
        CHECK_TEXT(children(tree, "dev/0"), expected[i]);
        CHECK_TEXT(children(tree, "dev/1"), "");
        CHECK_EQUAL(node, node_at(tree, "dev/0.n"));
        plot_free(&plot);
    }
    check_case("%s", "");
}

static void nodes_are_changed(void)
{
    struct plot plot, second;
    migcore_tree *tree = example(&plot), *other = plot_init(&second, 4096);
    migcore_node list = node_at(tree, "dev/0.list"), device = node_at(tree, "dev/1"), copied = 0;
    migcore_item item;
    uint32_t version = 0;

    CHECK_OK(migcore_tree_rename(tree, list, "rings", NULL));
    CHECK_EQUAL(node_at(tree, "dev/0.rings"), list);
    CHECK_OK(migcore_tree_rename(tree, list, NULL, NULL));
    CHECK_TEXT(children(tree, "dev/0"), "aba");
    CHECK_OK(migcore_tree_rename(tree, list, "list", NULL));
    CHECK_OK(migcore_tree_set_marks(tree, list, MIGCORE_MARK_ANCILLARY | MIGCORE_MARK_OPAQUE));
    CHECK_EQUAL(item_at(tree, list).marks, 17);
    CHECK_STATUS(migcore_tree_set_marks(tree, list, 32), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_tree_set_marks(tree, MIGCORE_ROOT, 1), MIGCORE_INVALID_ARGUMENT);
    CHECK_OK(migcore_tree_oldest_reader(tree, device, &version));
    CHECK_EQUAL(version, 2);
    CHECK_OK(migcore_tree_set_oldest_reader(tree, device, 1));
    CHECK_OK(migcore_tree_oldest_reader(tree, device, &version));
    CHECK_EQUAL(version, 1);
    CHECK_STATUS(migcore_tree_oldest_reader(tree, device, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_tree_oldest_reader(tree, list, &version), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_tree_set_oldest_reader(tree, list, 1), MIGCORE_INVALID_ARGUMENT);
    item = item_at(tree, node_at(tree, "dev/0.b"));
    item.bits = 77;
    CHECK_OK(migcore_tree_replace(tree, node_at(tree, "dev/0.b"), &item, NULL));
    CHECK_EQUAL(bits_at(tree, "dev/0.b"), 77);

    CHECK_OK(migcore_tree_copy(tree, device, other, MIGCORE_AT_END, MIGCORE_ROOT, &copied, NULL));
    CHECK_OK(migcore_tree_oldest_reader(other, copied, &version));
    CHECK_EQUAL(version, 1);
    CHECK_STATUS(migcore_tree_compact(tree, other, NULL), MIGCORE_INVALID_ARGUMENT);
    CHECK_OK(migcore_tree_remove(other, copied));
    CHECK_OK(migcore_tree_remove(tree, node_at(tree, "dev/0.list[0]")));
    CHECK_OK(migcore_tree_compact(tree, other, NULL));
    CHECK(same_state(tree, other));
    CHECK(migcore_tree_used(other) < migcore_tree_used(tree));
    CHECK_EQUAL(bits_at(other, "dev/0.list[0].x"), 11);
    plot_free(&plot);
    plot_free(&second);
}

/* What an insertion, a replacement, a move and a copy say of something that cannot be. */
static void what_cannot_be_is_refused(void)
{
    struct plot plot, second;
    migcore_tree *tree = example(&plot), *other = plot_init(&second, 100);
    migcore_node device = node_at(tree, "dev/0"), leaf = node_at(tree, "dev/0.b"), list = node_at(tree, "dev/0.list");
    migcore_item good = item_scalar("n", MIGCORE_KIND_U8, 1), item;
    struct digest before = digest_of(tree, MIGCORE_ROOT, 0);
    migcore_node found = 5;
    migcore_error error;

#define REFUSED(changed, status) \
    item = good; \
    changed; \
    CHECK_STATUS(migcore_tree_insert(tree, MIGCORE_AT_END, device, &item, &found, NULL), status); \
    CHECK_EQUAL(found, 0)
#define NOT_REPLACED(changed, status) \
    item = good; \
    changed; \
    CHECK_STATUS(migcore_tree_replace(tree, list, &item, NULL), status)
#define BOTH(changed, status) \
    REFUSED(changed, status); \
    NOT_REPLACED(changed, status)

    BOTH(item.size = 0, MIGCORE_BAD_SIZE);
    BOTH(item.size--, MIGCORE_BAD_SIZE);
    BOTH(item.size = SIZE_MAX, MIGCORE_BAD_SIZE);
    BOTH(item.item_type = 0, MIGCORE_INVALID_ARGUMENT);
    BOTH(item.item_type = MIGCORE_ITEM_END, MIGCORE_INVALID_ARGUMENT);
    BOTH(item.item_type = MIGCORE_ITEM_ROOT, MIGCORE_INVALID_ARGUMENT);
    BOTH(item.item_type = UINT32_MAX, MIGCORE_INVALID_ARGUMENT);
    BOTH(item.kind = 0, MIGCORE_INVALID_ARGUMENT);
    BOTH(item.kind = 12, MIGCORE_INVALID_ARGUMENT);
    BOTH(item.kind = UINT32_MAX, MIGCORE_INVALID_ARGUMENT);
    REFUSED(item.marks = 32, MIGCORE_INVALID_ARGUMENT);
    REFUSED(item.name = NULL, MIGCORE_NULL_POINTER);
    REFUSED(item.name_length = SIZE_MAX, MIGCORE_INVALID_ARGUMENT);
    BOTH(item = item_data(MIGCORE_ITEM_BYTES, "n", NULL, 1), MIGCORE_NULL_POINTER);
    BOTH(item = item_data(MIGCORE_ITEM_BYTES, "n", bytes, SIZE_MAX), MIGCORE_INVALID_ARGUMENT);
    BOTH(item = item_data(MIGCORE_ITEM_STRING, "n", "\xff", 1), MIGCORE_BAD_TEXT);
    BOTH(item = item_data(MIGCORE_ITEM_ARRAY, "n", bytes, 3); item.kind = MIGCORE_KIND_U16, MIGCORE_INVALID_ARGUMENT);
    REFUSED(item = item_data(MIGCORE_ITEM_RAW, "n", bytes, 3), MIGCORE_INVALID_ARGUMENT);
    REFUSED(item = item_of(MIGCORE_ITEM_BEGIN_ELEMENT, NULL), MIGCORE_INVALID_ARGUMENT);
    NOT_REPLACED((void)0, MIGCORE_INVALID_ARGUMENT);
    NOT_REPLACED(item = item_of(MIGCORE_ITEM_BEGIN_STRUCT, NULL), MIGCORE_INVALID_ARGUMENT);
    /* Its own memory. */
    REFUSED(item = item_at(tree, list), MIGCORE_INVALID_ARGUMENT);
    BOTH(item = item_data(MIGCORE_ITEM_BYTES, "n", plot.memory + 4095, 1), MIGCORE_INVALID_ARGUMENT);
    BOTH(item = item_data(MIGCORE_ITEM_BYTES, "n", plot.memory, 4096), MIGCORE_INVALID_ARGUMENT);
    BOTH(item = item_data(MIGCORE_ITEM_BEGIN_STRUCT, "n", plot.memory + 4000, 9), MIGCORE_INVALID_ARGUMENT);
    plot.memory[2000] = 'n';
    plot.memory[2001] = '\0';
    CHECK_STATUS(migcore_tree_rename(tree, list, (const char *)plot.memory + 2000, NULL), MIGCORE_INVALID_ARGUMENT);

    CHECK_STATUS(migcore_tree_insert(tree, MIGCORE_AT_END, device, NULL, NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_tree_insert(tree, MIGCORE_AT_END, leaf, &good, NULL, NULL), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_tree_insert(tree, MIGCORE_AT_AFTER, MIGCORE_ROOT, &good, NULL, NULL), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_tree_insert(tree, 0, device, &good, NULL, NULL), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_tree_insert(tree, 5, device, &good, NULL, NULL), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_tree_replace(tree, MIGCORE_ROOT, &good, NULL), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_tree_remove(tree, MIGCORE_ROOT), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_tree_rename(tree, node_at(tree, "dev/0.list[0]"), "n", NULL), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_tree_move(tree, device, MIGCORE_AT_END, list, NULL), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_tree_move(tree, device, 9, MIGCORE_ROOT, NULL), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_tree_copy(tree, MIGCORE_ROOT, other, MIGCORE_AT_END, MIGCORE_ROOT, NULL, NULL),
                 MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_tree_get(tree, device, NULL), MIGCORE_NULL_POINTER);
    item.size = 7;
    CHECK_STATUS(migcore_tree_get(tree, device, &item), MIGCORE_BAD_SIZE);

    /* A place for the report that is none is found before anything is done. */
    error.size = sizeof error - 1;
    CHECK_STATUS(migcore_tree_insert(tree, MIGCORE_AT_END, device, &good, NULL, &error), MIGCORE_BAD_SIZE);
    CHECK_STATUS(migcore_tree_insert(tree, MIGCORE_AT_END, device, &good, NULL, (migcore_error *)((char *)&error + 1)),
                 MIGCORE_MISALIGNED);
    CHECK(same_digest(before, digest_of(tree, MIGCORE_ROOT, 0)));
    CHECK_EQUAL(count_nodes(other), 1);
    plot_free(&plot);
    plot_free(&second);
}

static void check_report(const migcore_error *error, migcore_status status, const char *path, uint64_t expected,
                         uint64_t found)
{
    CHECK_STATUS(error->status, status);
    CHECK_TEXT(error->path, path);
    CHECK_EQUAL(error->expected, expected);
    CHECK_EQUAL(error->found, found);
    CHECK_EQUAL(error->size, sizeof *error);
}

static void reports_tell_where_and_how_much(void)
{
    struct plot plot, second;
    migcore_tree *tree = example(&plot), *other = plot_init(&second, 60);
    migcore_node device = node_at(tree, "dev/0");
    migcore_item item = item_data(MIGCORE_ITEM_BYTES, "n", plot.memory, 5000);
    migcore_error error;
    char name[MIGCORE_MAX_NAME + 2];
    size_t depth, room = 4096 - migcore_tree_used(tree);
    uint8_t large[5000];

    memset(&error, 0x5a, sizeof error);
    memset(large, 0, sizeof large);
    error.size = sizeof error;
    item.data = large;
    CHECK_STATUS(migcore_tree_insert(tree, MIGCORE_AT_END, device, &item, NULL, &error), MIGCORE_NO_SPACE);
    check_report(&error, MIGCORE_NO_SPACE, "dev/0", 48 + 21 + 1 + 5000, room);
    CHECK_TEXT(message_of(&error), "dev/0: the memory that was given is too small (bytes needed 5070, there 3453), "
                                   "at byte 0 of the stream");
    CHECK_STATUS(migcore_tree_replace(tree, node_at(tree, "dev/0.b"), &item, &error), MIGCORE_NO_SPACE);
    check_report(&error, MIGCORE_NO_SPACE, "dev/0.b", 5000, room);
    CHECK_STATUS(migcore_tree_replace(tree, device, &item, &error), MIGCORE_INVALID_ARGUMENT);
    check_report(&error, MIGCORE_INVALID_ARGUMENT, "dev/0", 0, 0);
    CHECK_STATUS(migcore_tree_copy(tree, device, other, MIGCORE_AT_END, MIGCORE_ROOT, NULL, &error), MIGCORE_NO_SPACE);
    check_report(&error, MIGCORE_NO_SPACE, "", 48 + 21 + 3, 12);
    CHECK_STATUS(migcore_tree_compact(tree, other, &error), MIGCORE_NO_SPACE);
    check_report(&error, MIGCORE_NO_SPACE, "", 48 + 21 + 3, 12);
    CHECK_STATUS(migcore_tree_merge(other, MIGCORE_ROOT, tree, NULL, NULL, &error), MIGCORE_NO_SPACE);
    CHECK_STATUS(migcore_tree_remove(tree, 3), MIGCORE_STALE_HANDLE);
    CHECK_STATUS(migcore_tree_rename(tree, 3, "n", &error), MIGCORE_STALE_HANDLE);
    check_report(&error, MIGCORE_STALE_HANDLE, "", 0, 0);
    CHECK_STATUS(migcore_tree_rename(NULL, 3, "n", &error), MIGCORE_NULL_POINTER);
    check_report(&error, MIGCORE_NULL_POINTER, "", 0, 0);
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    CHECK_STATUS(migcore_tree_rename(tree, device, name, &error), MIGCORE_NAME_TOO_LONG);
    check_report(&error, MIGCORE_NAME_TOO_LONG, "dev/0", MIGCORE_MAX_NAME, MIGCORE_MAX_NAME + 1);
    CHECK_OK(migcore_tree_rename(tree, device, name + 1, &error));
    check_report(&error, MIGCORE_OK, "", 0, 0);
    for (depth = 1; depth < MIGCORE_MAX_DEPTH; depth++) {
        device = plant(tree, device, item_of(MIGCORE_ITEM_BEGIN_STRUCT, NULL));
    }
    item = item_of(MIGCORE_ITEM_BEGIN_STRUCT, NULL);
    CHECK_STATUS(migcore_tree_insert(tree, MIGCORE_AT_START, device, &item, NULL, &error), MIGCORE_TOO_DEEP);
    CHECK_EQUAL(error.expected, MIGCORE_MAX_DEPTH);
    CHECK_EQUAL(error.found, MIGCORE_MAX_DEPTH + 1);
    plot_free(&plot);
    plot_free(&second);
}

/* At every size of memory, a tree is copied whole or not at all. */
static void copies_are_whole(void)
{
    struct plot plot;
    migcore_tree *tree = example(&plot);
    size_t capacity;
    bool enough = false;

    for (capacity = MIGCORE_TREE_NODE; !enough; capacity++) {
        struct plot second, third;
        migcore_tree *other = plot_init(&second, capacity), *copy = plot_init(&third, capacity);
        migcore_error error;
        migcore_node copied;

        check_case("%lu bytes", (unsigned long)capacity);
        error.size = sizeof error;
        enough = migcore_tree_compact(tree, other, &error) == MIGCORE_OK;
        CHECK_STATUS(error.status, enough ? MIGCORE_OK : MIGCORE_NO_SPACE);
        CHECK(enough || error.expected > error.found);
        CHECK_EQUAL(count_nodes(other), enough ? 11 : 1);
        if (migcore_tree_copy(tree, node_at(tree, "dev/0"), copy, MIGCORE_AT_END, MIGCORE_ROOT, &copied, NULL) ==
            MIGCORE_OK) {
            CHECK_EQUAL(count_nodes(copy), 10);
        } else {
            CHECK_EQUAL(copied, 0);
            CHECK_EQUAL(count_nodes(copy), 1);
        }
        CHECK(!enough || same_state(tree, other));
        plot_free(&second);
        plot_free(&third);
        if (capacity > 4096) {
            CHECK(!"it never fits");
            break;
        }
    }
    check_case("%s", "");
    plot_free(&plot);
}

void test_tree_edits(void)
{
    every_item_is_kept();
    flags_are_bytes();
    nodes_are_found();
    places_are_as_asked();
    nodes_are_changed();
    what_cannot_be_is_refused();
    reports_tell_where_and_how_much();
    copies_are_whole();
}
