/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Trees compared: by digest, by difference, and as text.
 */
#include "rich.h"
#include "sections.h"
#include "stream.h"
#include "tree.h"

#include <stdio.h>
#include <stdlib.h>

/* A device of which every item has something to change. */
static migcore_tree *example(struct plot *plot, size_t capacity)
{
    static const uint16_t regs[3] = { 1, 2, 0x8000 };
    migcore_tree *tree = plot_init(plot, capacity);
    migcore_node device = plant(tree, MIGCORE_ROOT, item_device("nic", 0, 2)), scope;
    migcore_item item = item_data(MIGCORE_ITEM_ARRAY, "regs", regs, sizeof regs);

    item.kind = MIGCORE_KIND_U16;
    plant(tree, device, item);
    plant(tree, device, item_data(MIGCORE_ITEM_BYTES, "mac", "\x52\x54\0\x12\x34\x56", 6));
    plant(tree, device, item_scalar("level", MIGCORE_KIND_I32, 0xfffffffb));
    item = item_scalar("clock", MIGCORE_KIND_U64, 123456);
    item.marks = MIGCORE_MARK_VOLATILE;
    plant(tree, device, item);
    item = item_data(MIGCORE_ITEM_STRING, "key", "secret", 6);
    item.marks = MIGCORE_MARK_SECRET;
    plant(tree, device, item);
    scope = plant(tree, device, item_of(MIGCORE_ITEM_BEGIN_LIST, "rings"));
    scope = plant(tree, scope, item_of(MIGCORE_ITEM_BEGIN_ELEMENT, NULL));
    plant(tree, scope, item_scalar("head", MIGCORE_KIND_U16, 3));
    plant(tree, scope, item_scalar("on", MIGCORE_KIND_BOOL, 1));
    plant(tree, device, item_data(MIGCORE_ITEM_RAW, NULL, "raw", 3));
    return tree;
}

static const char example_text[] = "nic/0: device, version 2\n"
                                   "  regs: u16[3] = 1 2 32768\n"
                                   "  mac: bytes[6] = 52 54 00 12 34 56\n"
                                   "  level: i32 = -5\n"
                                   "  clock: u64 = 123456 (0x000000000001e240) {volatile}\n"
                                   "  key: text = (secret) {secret}\n"
                                   "  rings: list[1]\n"
                                   "    [0]\n"
                                   "      head: u16 = 3\n"
                                   "      on: bool = true\n"
                                   "  raw[3] = 72 61 77\n";

static void a_tree_is_printed(void)
{
    struct plot plot;
    migcore_tree *tree = example(&plot, 4096);

    CHECK_TEXT(printed(tree, node_at(tree, "nic/0")), example_text);
    CHECK_TEXT(printed(tree, node_at(tree, "nic/0.rings[0].head")), "head: u16 = 3\n");
    CHECK_TEXT(printed(tree, node_at(tree, "nic/0.key")), "key: text = (secret) {secret}\n");
    plot_free(&plot);
}

/* Short writes and interruptions do no harm; a sink that fails is not called again. */
static void sinks_may_be_difficult(void)
{
    struct plot plot;
    migcore_tree *tree = example(&plot, 4096);
    migcore_node node = node_at(tree, "nic/0");
    uint8_t bytes[1024];
    unsigned at;

    for (at = 0; at < 12; at++) {
        struct stream stream;
        migcore_sink sink;
        migcore_error error;
        migcore_status status;

        check_case("call %u", at);
        memset(&stream, 0, sizeof stream);
        stream.bytes = bytes;
        stream.capacity = sizeof bytes;
        stream.most = 50;
        stream.moves.retries = 2;
        stream.moves.fail_at = at;
        stream.moves.fail_with = -5;
        sink = stream_sink(&stream);
        error.size = sizeof error;
        status = migcore_tree_print(tree, node, &sink, &error);
        CHECK_STATUS(status, error.status);
        if (stream.moves.fail_at == 0 || stream.moves.made < at) {
            CHECK_OK(status);
            CHECK_MEMORY(bytes, stream.length, example_text, sizeof example_text - 1);
        } else {
            CHECK_STATUS(status, MIGCORE_WRITE_FAILED);
            CHECK(error.cause == -5);
            CHECK_EQUAL(error.offset, stream.length);
            CHECK_EQUAL(stream.moves.after_failure, 0);
        }
    }
    check_case("%s", "");
    {
        migcore_sink sink = { sizeof sink, NULL, NULL, NULL };

        CHECK_STATUS(migcore_tree_print(tree, node, NULL, NULL), MIGCORE_NULL_POINTER);
        CHECK_STATUS(migcore_tree_print(tree, node, &sink, NULL), MIGCORE_NULL_POINTER);
        sink.size--;
        CHECK_STATUS(migcore_tree_print(tree, node, &sink, NULL), MIGCORE_BAD_SIZE);
    }
    plot_free(&plot);
}

/* The same state, whatever the memory, and whatever was there before. */
static void digests_do_not_depend_on_the_layout(void)
{
    struct plot plot, second, third;
    migcore_tree *tree = example(&plot, 4096), *other = example(&second, 2000), *noisy = plot_init(&third, 1 << 14);
    migcore_node noise = plant(noisy, MIGCORE_ROOT, item_data(MIGCORE_ITEM_BYTES, "head", "noise", 5));

    CHECK(same_state(tree, other));
    plant(noisy, MIGCORE_ROOT, item_data(MIGCORE_ITEM_BYTES, "mac", "more", 4));
    CHECK_OK(migcore_tree_remove(noisy, noise));
    CHECK_OK(migcore_tree_copy(tree, node_at(tree, "nic/0"), noisy, MIGCORE_AT_END, MIGCORE_ROOT, NULL, NULL));
    CHECK(!same_state(tree, noisy));
    CHECK_OK(migcore_tree_remove(noisy, node_at(noisy, "mac")));
    CHECK(same_state(tree, noisy));
    CHECK(same_digest(digest_of(tree, node_at(tree, "nic/0"), 0), digest_of(noisy, node_at(noisy, "nic/0"), 0)));
    CHECK(!same_digest(digest_of(tree, MIGCORE_ROOT, 0), digest_of(noisy, node_at(noisy, "nic/0"), 0)));
    plot_free(&plot);
    plot_free(&second);
    plot_free(&third);
}

/* Changes one bit of a node; says whether it has any. */
static bool flip(migcore_tree *tree, migcore_node node, size_t bit)
{
    migcore_item item = item_at(tree, node);
    uint8_t data[32];

    if (item.item_type == MIGCORE_ITEM_SCALAR) {
        static const uint8_t widths[] = { 0, 1, 8, 16, 32, 64, 8, 16, 32, 64, 32, 64 };

        if (bit >= widths[item.kind]) {
            return false;
        }
        item.bits ^= (uint64_t)1 << bit;
    } else if (bit < 8 * item.length && item.length <= sizeof data) {
        memcpy(data, item.data, item.length);
        item.data = data;
        /* Strings stay UTF-8. */
        data[bit / 8] ^= (uint8_t)(item.item_type == MIGCORE_ITEM_STRING ? 1 : 1 << bit % 8);
    } else {
        return false;
    }
    CHECK_OK(migcore_tree_replace(tree, node, &item, NULL));
    return true;
}

static void every_bit_counts(void)
{
    struct plot plot;
    migcore_tree *tree = example(&plot, 8192);
    struct digest whole = digest_of(tree, MIGCORE_ROOT, 0),
                  stable = digest_of(tree, MIGCORE_ROOT, MIGCORE_DIGEST_WITHOUT_VOLATILE);
    migcore_node node, clock = node_at(tree, "nic/0.clock");
    size_t bit, flips = 0;

    CHECK(!same_digest(whole, stable));
    for (node = next_node(tree, MIGCORE_ROOT); node != 0; node = next_node(tree, node)) {
        for (bit = 0; flip(tree, node, bit); bit++) {
            check_case("node %llx, bit %lu", (unsigned long long)node, (unsigned long)bit);
            CHECK(!same_digest(whole, digest_of(tree, MIGCORE_ROOT, 0)));
            CHECK(same_digest(stable, digest_of(tree, MIGCORE_ROOT, MIGCORE_DIGEST_WITHOUT_VOLATILE)) == (node == clock));
            CHECK(flip(tree, node, bit));
            CHECK(same_digest(whole, digest_of(tree, MIGCORE_ROOT, 0)));
            flips++;
        }
    }
    check_case("%s", "");
    CHECK_EQUAL(flips, 3 * 16 + 6 * 8 + 32 + 64 + 6 * 8 + 16 + 1 + 3 * 8);
    plot_free(&plot);
}

static void marks_do_not_count(void)
{
    struct plot plot;
    migcore_tree *tree = example(&plot, 4096);
    struct digest whole = digest_of(tree, MIGCORE_ROOT, 0),
                  stable = digest_of(tree, MIGCORE_ROOT, MIGCORE_DIGEST_WITHOUT_VOLATILE);
    migcore_node key = node_at(tree, "nic/0.key"), mac = node_at(tree, "nic/0.mac");
    uint8_t digest[MIGCORE_DIGEST_SIZE + 1];

    CHECK_OK(migcore_tree_set_marks(tree, key, MIGCORE_MARK_ANCILLARY));
    CHECK(same_digest(whole, digest_of(tree, MIGCORE_ROOT, 0)));
    CHECK(same_digest(stable, digest_of(tree, MIGCORE_ROOT, MIGCORE_DIGEST_WITHOUT_VOLATILE)));
    CHECK_OK(migcore_tree_set_marks(tree, mac, MIGCORE_MARK_VOLATILE));
    CHECK(same_digest(whole, digest_of(tree, MIGCORE_ROOT, 0)));
    CHECK(!same_digest(stable, digest_of(tree, MIGCORE_ROOT, MIGCORE_DIGEST_WITHOUT_VOLATILE)));
    CHECK_STATUS(migcore_tree_digest(tree, MIGCORE_ROOT, 2, digest), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_tree_digest(tree, MIGCORE_ROOT, 0, NULL), MIGCORE_NULL_POINTER);
    digest[MIGCORE_DIGEST_SIZE] = 0x5a;
    CHECK_OK(migcore_tree_digest(tree, MIGCORE_ROOT, 0, digest));
    CHECK(digest[MIGCORE_DIGEST_SIZE] == 0x5a);
    plot_free(&plot);
}

/* The differences as lines, and how often the callback was called. */
struct lines {
    migcore_tree *left, *right;
    char text[2000];
    unsigned called, stop_at;
    migcore_status answer;
};

static migcore_status add_line(void *opaque, const migcore_difference *difference)
{
    struct lines *lines = (struct lines *)opaque;
    size_t used = strlen(lines->text), length = 0;
    char path[MIGCORE_PATH_SIZE];

    CHECK_EQUAL(difference->size, sizeof *difference);
    CHECK((difference->left == 0) == (difference->change == MIGCORE_CHANGE_ADDED));
    CHECK((difference->right == 0) == (difference->change == MIGCORE_CHANGE_REMOVED));
    CHECK_OK(migcore_difference_text(difference, lines->left, lines->right, lines->text + used,
                                     sizeof lines->text - used - 1, &length));
    CHECK_EQUAL(strlen(lines->text), used + length);
    strcat(lines->text, "\n");
    /* The nodes may be looked at. */
    if (difference->left != 0) {
        CHECK_OK(migcore_tree_path(lines->left, difference->left, path, sizeof path));
        CHECK(strstr(lines->text, path) != NULL);
    }
    return ++lines->called == lines->stop_at ? lines->answer : MIGCORE_OK;
}

static const char *lines_of(struct lines *lines, migcore_tree *left, migcore_tree *right)
{
    unsigned char memory[1 + 100 * MIGCORE_TREE_INDEX_ENTRY];
    struct lines plain;

    memset(&plain, 0, sizeof plain);
    plain.left = left;
    plain.right = right;
    *lines = plain;
    CHECK_OK(migcore_tree_diff(left, MIGCORE_ROOT, right, MIGCORE_ROOT, NULL, 0, add_line, &plain));
    /* An index, of any alignment, changes nothing. */
    CHECK_OK(migcore_tree_diff(left, MIGCORE_ROOT, right, MIGCORE_ROOT, memory + 1, sizeof memory - 1, add_line, lines));
    CHECK_TEXT(lines->text, plain.text);
    return lines->text;
}

/* A tree that differs from the example in everything that can differ. */
static migcore_tree *changed_example(struct plot *plot)
{
    migcore_tree *tree = example(plot, 4096);
    migcore_item item = item_scalar(NULL, MIGCORE_KIND_U32, 1);
    migcore_node node;

    flip(tree, node_at(tree, "nic/0.mac"), 40);
    CHECK_OK(migcore_tree_replace(tree, node_at(tree, "nic/0.level"), &item, NULL));
    flip(tree, node_at(tree, "nic/0.clock"), 0);
    flip(tree, node_at(tree, "nic/0.key"), 0);
    CHECK_OK(migcore_tree_remove(tree, node_at(tree, "nic/0.rings[0].on")));
    CHECK_OK(migcore_tree_set_marks(tree, node_at(tree, "nic/0.rings"), MIGCORE_MARK_ANCILLARY));
    node = node_at(tree, "nic/0.regs");
    CHECK_OK(migcore_tree_move(tree, node, MIGCORE_AT_AFTER, node_at(tree, "nic/0.mac"), NULL));
    plant(tree, node_at(tree, "nic/0"), item_of(MIGCORE_ITEM_ABSENT, "next"));
    return tree;
}

static void differences_are_shown(void)
{
    struct plot plot, second;
    migcore_tree *tree = example(&plot, 4096), *other = changed_example(&second);
    struct lines lines;

    CHECK_TEXT(lines_of(&lines, tree, tree), "");
    CHECK_TEXT(lines_of(&lines, tree, other),
               "moved nic/0.mac\n"
               "changed nic/0.mac: bytes[6] = 52 54 00 12 34 56 -> bytes[6] = 52 54 00 12 34 57\n"
               "other type nic/0.level: i32 = -5 -> u32 = 1\n"
               "changed nic/0.clock (volatile): u64 = 123456 (0x000000000001e240) -> u64 = 123457 (0x000000000001e241)\n"
               "changed nic/0.key: differs (secret)\n"
               "other marks nic/0.rings: {} -> {ancillary}\n"
               "removed nic/0.rings[0].on: bool = true\n"
               "added nic/0.next: null\n");
    plot_free(&plot);
    plot_free(&second);
}

/* The comparison ends with the answer, or with a refusal for a number that is no code. */
static void an_answer_ends_the_comparison(void)
{
    static const migcore_status answers[] = { MIGCORE_TOO_MANY, MIGCORE_REFUSED, -22, 99 };
    struct plot plot, second;
    migcore_tree *tree = example(&plot, 4096), *other = changed_example(&second);
    struct lines lines;
    size_t i;

    for (i = 0; i < COUNT_OF(answers); i++) {
        memset(&lines, 0, sizeof lines);
        lines.left = tree;
        lines.right = other;
        lines.stop_at = 2;
        lines.answer = answers[i];
        CHECK_STATUS(migcore_tree_diff(tree, MIGCORE_ROOT, other, MIGCORE_ROOT, NULL, 0, add_line, &lines),
                     i == 0 ? MIGCORE_TOO_MANY : MIGCORE_REFUSED);
        CHECK_EQUAL(lines.called, 2);
    }
    CHECK_STATUS(migcore_tree_diff(tree, MIGCORE_ROOT, other, MIGCORE_ROOT, NULL, 0, NULL, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_tree_diff(tree, MIGCORE_ROOT, other, MIGCORE_ROOT, NULL, 1, add_line, &lines), MIGCORE_NULL_POINTER);
    plot_free(&plot);
    plot_free(&second);
}

static void lines_are_cut_and_checked(void)
{
    static const char whole[] = "removed nic/0.level: i32 = -5";
    struct plot plot, second;
    migcore_tree *tree = example(&plot, 4096), *other = example(&second, 4096);
    migcore_difference difference = { sizeof difference, MIGCORE_CHANGE_REMOVED, 0, 0, 0 };
    char text[100];
    size_t capacity, length = 0;

    difference.left = node_at(tree, "nic/0.level");
    for (capacity = 1; capacity < sizeof text; capacity++) {
        size_t kept = capacity - 1 < sizeof whole - 1 ? capacity - 1 : sizeof whole - 1;

        memset(text, 0x5a, sizeof text);
        CHECK_OK(migcore_difference_text(&difference, tree, other, text, capacity, &length));
        CHECK_EQUAL(length, sizeof whole - 1);
        CHECK(memcmp(text, whole, kept) == 0 && text[kept] == '\0' && text[capacity] == 0x5a);
    }
    CHECK_STATUS(migcore_difference_text(&difference, tree, other, text, 0, NULL), MIGCORE_INVALID_ARGUMENT);
    CHECK_STATUS(migcore_difference_text(&difference, tree, other, NULL, 9, NULL), MIGCORE_NULL_POINTER);
    CHECK_STATUS(migcore_difference_text(NULL, tree, other, text, 9, NULL), MIGCORE_NULL_POINTER);
    difference.change = 7;
    CHECK_STATUS(migcore_difference_text(&difference, tree, other, text, 9, NULL), MIGCORE_INVALID_ARGUMENT);
    difference.size = 3;
    CHECK_STATUS(migcore_difference_text(&difference, tree, other, text, 9, NULL), MIGCORE_BAD_SIZE);
    plot_free(&plot);
    plot_free(&second);
}

void test_tree_compare(void)
{
    a_tree_is_printed();
    sinks_may_be_difficult();
    digests_do_not_depend_on_the_layout();
    every_bit_counts();
    marks_do_not_count();
    differences_are_shown();
    an_answer_ends_the_comparison();
    lines_are_cut_and_checked();
}
