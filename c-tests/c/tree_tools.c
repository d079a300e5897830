/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "tree.h"

#include "check.h"

#include <stdlib.h>

migcore_tree *plot_init(struct plot *plot, size_t capacity)
{
    plot->memory = (uint8_t *)malloc(capacity);
    if (plot->memory == NULL) {
        abort();
    }
    memset(plot->memory, 0x5a, capacity);
    memset(&plot->tree, 0x5a, sizeof plot->tree);
    CHECK_OK(migcore_tree_init(&plot->tree, sizeof plot->tree, plot->memory, capacity));
    return &plot->tree;
}

void plot_free(struct plot *plot)
{
    free(plot->memory);
}

migcore_item item_of(migcore_item_type type, const char *name)
{
    migcore_item item;

    memset(&item, 0, sizeof item);
    item.size = sizeof item;
    item.item_type = type;
    item.name = name;
    item.name_length = name == NULL ? 0 : strlen(name);
    return item;
}

migcore_item item_scalar(const char *name, migcore_kind kind, uint64_t bits)
{
    migcore_item item = item_of(MIGCORE_ITEM_SCALAR, name);

    item.kind = kind;
    item.bits = bits;
    return item;
}

migcore_item item_data(migcore_item_type type, const char *name, const void *data, size_t length)
{
    migcore_item item = item_of(type, name);

    item.data = data;
    item.length = length;
    return item;
}

migcore_item item_device(const char *name, uint32_t instance, uint32_t version)
{
    migcore_item item = item_of(MIGCORE_ITEM_BEGIN_DEVICE, name);

    item.instance = instance;
    item.version = version;
    return item;
}

migcore_node plant(migcore_tree *tree, migcore_node scope, migcore_item item)
{
    migcore_node node = 0;

    CHECK_OK(migcore_tree_insert(tree, MIGCORE_AT_END, scope, &item, &node, NULL));
    CHECK(node != 0);
    return node;
}

migcore_node node_at(migcore_tree *tree, const char *path)
{
    migcore_node node = 0;

    CHECK_OK(migcore_tree_find(tree, MIGCORE_ROOT, path, &node));
    return node;
}

migcore_item item_at(migcore_tree *tree, migcore_node node)
{
    migcore_item item;

    memset(&item, 0x5a, sizeof item);
    item.size = sizeof item;
    CHECK_OK(migcore_tree_get(tree, node, &item));
    return item;
}

uint64_t bits_at(migcore_tree *tree, const char *path)
{
    return item_at(tree, node_at(tree, path)).bits;
}

/* A child whose parent and sibling before it are as they should be. */
static migcore_node checked(migcore_tree *tree, migcore_node node, migcore_node parent, migcore_node previous)
{
    migcore_node found;

    if (node != 0) {
        CHECK_OK(migcore_tree_parent(tree, node, &found));
        CHECK_EQUAL(found, parent);
        CHECK_OK(migcore_tree_previous_sibling(tree, node, &found));
        CHECK_EQUAL(found, previous);
    }
    return node;
}

migcore_node next_node(migcore_tree *tree, migcore_node node)
{
    migcore_node found, parent;

    CHECK_OK(migcore_tree_first_child(tree, node, &found));
    if (found != 0) {
        return checked(tree, found, node, 0);
    }
    for (; node != MIGCORE_ROOT; node = parent) {
        if (migcore_tree_parent(tree, node, &parent) != MIGCORE_OK ||
            migcore_tree_next_sibling(tree, node, &found) != MIGCORE_OK) {
            CHECK(!"the links of a node");
            return 0;
        }
        if (found != 0) {
            return checked(tree, found, parent, node);
        }
    }
    return 0;
}

size_t count_nodes(migcore_tree *tree)
{
    migcore_node node = MIGCORE_ROOT;
    size_t count = 0;

    for (; node != 0; node = next_node(tree, node)) {
        count++;
    }
    return count;
}

struct digest digest_of(migcore_tree *tree, migcore_node node, uint32_t options)
{
    struct digest digest;

    memset(&digest, 0x5a, sizeof digest);
    CHECK_OK(migcore_tree_digest(tree, node, options, digest.bytes));
    return digest;
}

bool same_digest(struct digest a, struct digest b)
{
    return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

bool same_state(migcore_tree *a, migcore_tree *b)
{
    return same_digest(digest_of(a, MIGCORE_ROOT, 0), digest_of(b, MIGCORE_ROOT, 0));
}

static char text[8192];
static size_t text_length;

static ptrdiff_t text_write(void *opaque, const void *data, size_t length)
{
    (void)opaque;
    CHECK(length > 0 && length < sizeof text - text_length);
    if (length >= sizeof text - text_length) {
        return -1;
    }
    memcpy(text + text_length, data, length);
    text_length += length;
    text[text_length] = '\0';
    return (ptrdiff_t)length;
}

const char *printed(migcore_tree *tree, migcore_node node)
{
    migcore_sink sink = { sizeof sink, text_write, NULL, NULL };

    text_length = 0;
    text[0] = '\0';
    CHECK_OK(migcore_tree_print(tree, node, &sink, NULL));
    return text;
}
