/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Trees in blocks of their own, items to put into them, and all calls on trees.
 */
#ifndef TREE_H
#define TREE_H

#include "migcore.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A tree whose memory is a block of just the right size, so that a tool that checks memory sees each step out of it. */
struct plot {
    migcore_tree tree;
    uint8_t *memory;
};

migcore_tree *plot_init(struct plot *plot, size_t capacity);
void plot_free(struct plot *plot);

/* Items without marks. */
migcore_item item_of(migcore_item_type type, const char *name);
migcore_item item_scalar(const char *name, migcore_kind kind, uint64_t bits);
migcore_item item_data(migcore_item_type type, const char *name, const void *data, size_t length);
migcore_item item_device(const char *name, uint32_t instance, uint32_t version);

/* An item that must go in, at the end of a scope. */
migcore_node plant(migcore_tree *tree, migcore_node scope, migcore_item item);
/* A node that must be there. */
migcore_node node_at(migcore_tree *tree, const char *path);
migcore_item item_at(migcore_tree *tree, migcore_node node);
/* The scalar at a path. */
uint64_t bits_at(migcore_tree *tree, const char *path);

/* The node after this one, children first; 0 after the last. Checks the links on the way. */
migcore_node next_node(migcore_tree *tree, migcore_node node);
size_t count_nodes(migcore_tree *tree);

struct digest {
    uint8_t bytes[MIGCORE_DIGEST_SIZE];
};

struct digest digest_of(migcore_tree *tree, migcore_node node, uint32_t options);
bool same_digest(struct digest a, struct digest b);
/* Of the whole trees. */
bool same_state(migcore_tree *a, migcore_tree *b);

/* A node as text, in a static array. */
const char *printed(migcore_tree *tree, migcore_node node);

/* What the calls on trees read and write: two trees that are not the same, and a node in each. */
struct grove {
    migcore_tree *tree, *other;
    migcore_node node, place;
    migcore_legacy legacy;
    uint8_t bytes[512];
    migcore_tree_saver saver;
    migcore_tree_loader loader;
    migcore_node found;
    unsigned called;
    char text[MIGCORE_PATH_SIZE];
};

enum {
    TREE_READS = 0,
    /* It changes the tree. */
    TREE_CHANGES = 1,
    /* It changes the other tree. */
    TREE_CHANGES_OTHER = 2,
    /* It needs `node`, which is not the root. */
    TREE_NODE = 4,
    /* It uses the other tree. */
    TREE_OTHER = 8,
    /* It lends the tree to a visitor. */
    TREE_LENDS = 16
};

struct tree_call {
    const char *name;
    migcore_status (*run)(struct grove *grove);
    int flags;
};

extern const struct tree_call tree_calls[];
extern const size_t tree_call_count;

#endif
